"""What a password may be: long, whatever characters, and not easy to guess for anybody."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.test import Client

from tests.conftest import PASSWORD, client_of
from tests.page import Page
from trusts.models import User
from trusts.passwords import HardToGuess

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

CHANGE = "/accounts/password/change/"


def is_refused(password: str, user: User | None = None) -> bool:
    try:
        validate_password(password, user)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "purple heron walks slowly",
        "kx9#mQ2vLp8w",
        "зелёный чайник на окне",
        "学校治理委员会的秘密口令二零二六",
        "  leading and trailing blanks  ",
        "x7$" + "long and longer " * 60,
        "\U0001f600\U0001f9ff horse \U0001f50b staple \U0001f4ce",
    ],
)
def test_any_characters_and_any_length_are_fine(password: str) -> None:
    assert not is_refused(password)


@pytest.mark.parametrize(
    "password",
    [
        "short 1 %&",
        "passwordpassword",
        "Password12345!",
        "P@ssw0rd2026!",
        "qwertyuiopasdf",
        "123456789012",
        "aaaaaaaaaaaaaaaaaaaa",
        "iloveyou1234",
        "manchesterunited1",
        "Summer2026!!!",
        "letmeinletmein",
        "unbelievable",
        "1-2-3-4-5-6-7-8-9",
        "p a s s w o r d p a s s",
    ],
)
def test_what_is_in_every_list_is_refused_and_so_is_what_is_made_of_it(password: str) -> None:
    assert is_refused(password)


@pytest.mark.parametrize(
    "password",
    [
        "trustquality2026",
        "governance-lead",
        "academytrust2026",
        "schoolgovernors",
        "Trust Quality 1",
        "boardofgovernors",
    ],
)
def test_words_of_the_place_are_no_password(password: str) -> None:
    assert is_refused(password)


@pytest.mark.parametrize("password", ["Northfield2026!", "northfield-trust", "lead.northfield1"])
def test_nor_are_a_persons_own_name_address_and_trusts(password: str, lead: User) -> None:
    assert is_refused(password, lead)


def test_person_who_is_not_stored_yet_is_looked_at_too() -> None:
    person = User(name="Wilhelmina Featherstone", email="w@x.example")
    assert is_refused("featherstone1", person)
    assert not is_refused("purple heron walks slowly", person)


def test_refusal_says_what_helps(lead: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        validate_password("Password12345!", lead)
    assert "Add another word or two" in " ".join(refusal.value.messages)
    assert "do not belong together" in password_validators_help_text_html()


@pytest.mark.parametrize("password", [" ", "- - - - - - -", ""])
def test_nothing_but_signs_between_words_is_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="too easy to guess"):
        HardToGuess().validate(password)


def test_looking_takes_no_time_however_long_it_is() -> None:
    began = time.perf_counter()
    for password in ("a1!" * 20_000, "password" * 8_000, "qwertyuiop" * 6_000):
        is_refused(password)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "password",
    [
        "  purple heron walks slowly  ",
        "Purple Heron Walks Slowly",
        "зелёный чайник на окне",
        "purple heron walks slowly " + "and on " * 500,
    ],
)
def test_password_is_kept_as_it_was_typed(password: str, lead: User) -> None:
    """Nothing is cut off, no case is changed, no blank is lost."""
    chosen = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    client_of(lead).post(CHANGE, chosen)
    client = Client()
    for typed in (password[:-1], password.swapcase(), password.strip() + "x"):
        client.post("/accounts/login/", {"login": lead.email, "password": typed})
        assert "_auth_user_id" not in client.session
    client.post("/accounts/login/", {"login": lead.email, "password": password})
    assert client.session["_auth_user_id"] == str(lead.pk)


def test_boxes_can_be_pasted_into_and_are_filled_by_password_managers(lead: User) -> None:
    page = Page(client_of(lead).get(CHANGE).content.decode())
    boxes = {node.attributes["name"]: node.attributes for node in page.all("input")}
    kinds = {name: boxes[name]["autocomplete"] for name in ("oldpassword", "password1")}
    assert kinds == {"oldpassword": "current-password", "password1": "new-password"}
    for name in ("oldpassword", "password1", "password2"):
        assert boxes[name]["type"] == "password"
        assert not {"maxlength", "onpaste", "value"} & set(boxes[name])
    labels = [node.text for node in page.all("label")]
    assert labels == ["Present password", "New password", "New password again"]


def test_changing_it_takes_the_present_one(lead: User) -> None:
    chosen = "purple heron walks slowly"
    answer = client_of(lead).post(
        CHANGE, {"oldpassword": "wrong", "password1": chosen, "password2": chosen}
    )
    assert answer.status_code == 200
    lead.refresh_from_db()
    assert lead.check_password(PASSWORD)
