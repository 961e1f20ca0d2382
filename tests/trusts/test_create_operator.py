"""The first operator is asked for once, and made as the admin area needs one."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from trusts.models import User

PASSWORD = "a long enough passphrase"


class Terminal(StringIO):
    """Somebody sits at it."""

    def isatty(self) -> bool:
        return True


def answer(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Types the answers; gives the questions."""
    asked: list[str] = []
    left = list(answers)

    def type_in(question: str = "Password: ") -> str:
        asked.append(question)
        return left.pop(0)

    monkeypatch.setattr("builtins.input", type_in)
    monkeypatch.setattr("getpass.getpass", type_in)
    return asked


@pytest.mark.django_db
def test_operator_is_asked_for_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, "Clerk@Trust.example", "A Clerk", PASSWORD, PASSWORD)
    out = StringIO()
    call_command("create_operator", stdin=Terminal(), stdout=out)
    assert asked == ["Email address: ", "Name: ", "Password: ", "Password (again): "]
    operator = User.objects.get()
    assert (operator.email, operator.name) == ("clerk@trust.example", "A Clerk")
    assert operator.is_superuser
    assert operator.is_staff
    assert operator.check_password(PASSWORD)
    assert out.getvalue().startswith("There is no operator yet.")


@pytest.mark.django_db
def test_second_call_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_superuser("clerk@trust.example", PASSWORD, name="A Clerk")
    asked = answer(monkeypatch)
    out = StringIO()
    call_command("create_operator", stdin=Terminal(), stdout=out)
    assert (asked, out.getvalue(), User.objects.count()) == ([], "", 1)


@pytest.mark.django_db
def test_operator_who_left_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_superuser("old@trust.example", PASSWORD, name="Old", is_active=False)
    answer(monkeypatch, "new@trust.example", "New", PASSWORD, PASSWORD)
    call_command("create_operator", stdin=Terminal(), stdout=StringIO())
    assert User.objects.filter(is_superuser=True, is_active=True).get().name == "New"


@pytest.mark.django_db
def test_without_a_terminal_it_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch)
    out = StringIO()
    call_command("create_operator", stdin=StringIO(), stdout=out)
    assert "Make one in a terminal: .venv/bin/python manage.py create_operator" in out.getvalue()
    assert (asked, User.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_without_questions_it_takes_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    options = {"interactive": False, "email": "clerk@trust.example", "stdout": StringIO()}
    with pytest.raises(CommandError, match="You must use --name with --noinput"):
        call_command("create_operator", **options)
    call_command("create_operator", name="A Clerk", **options)
    assert User.objects.get().check_password(PASSWORD)
