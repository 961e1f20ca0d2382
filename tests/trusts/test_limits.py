"""Guessing is slow for whoever guesses, in whatever process, and nobody else is locked out."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from allauth.core.internal import ratelimit
from django.conf import LazySettings
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from tests.conftest import PASSWORD, make_user
from tests.page import Page
from tests.processes import run_together, start
from trusts.models import User

LOGIN = "/accounts/login/"
RESET = "/accounts/password/reset/"
BY_ACCOUNT, BY_ADDRESS, BY_PAIR = 10, 60, 3
CLOCKS = {name: getattr(ratelimit.time, name) for name in ("monotonic", "sleep")}
GUESS_FORTY = """
from django.conf import settings
from django.test import Client
from tests.processes import wait_for_go
settings.ACCOUNT_RATE_LIMITS = settings.SIGN_IN_LIMITS
settings.ALLOWED_HOSTS = ["*"]
client = Client(REMOTE_ADDR=__import__("sys").argv[1])
client.get("/accounts/login/")
wait_for_go()
typed = {"login": "lead@northfield.example", "password": "a wrong guess"}
answers = [client.post("/accounts/login/", typed).status_code for _ in range(40)]
assert set(answers) <= {200, 429}, answers
print(answers.count(200))
"""


@pytest.fixture(autouse=True)
def limited(settings: LazySettings) -> None:
    """The limits as everywhere but in the other tests."""
    settings.ACCOUNT_RATE_LIMITS = settings.SIGN_IN_LIMITS


def at(address: str) -> Client:
    """A browser that nobody has signed in in, at this network address."""
    return Client(REMOTE_ADDR=address)


def sign_in(client: Client, email: str, password: str = PASSWORD) -> HttpResponse:
    return client.post(LOGIN, {"login": email, "password": password})


def guess(client: Client, email: str, times: int) -> list[int]:
    """What wrong passwords are answered with."""
    return [sign_in(client, email, "a wrong guess").status_code for _ in range(times)]


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_after_ten_wrong_passwords_the_right_one_is_not_even_looked_at(
    lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = at("192.0.2.1")
    assert guess(stranger, lead.email, BY_ACCOUNT) == [200] * BY_ACCOUNT
    monkeypatch.setattr(User, "check_password", lambda self, raw: pytest.fail("looked at"))
    answer = sign_in(stranger, lead.email)
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert not is_in(stranger)
    page = Page(answer.content.decode())
    assert page.all("h1")[0].text == "Too many tries"
    assert RESET in [node.attributes.get("href") for node in page.all("a")]


def test_elsewhere_is_no_way_around(lead: User) -> None:
    for number in range(BY_ACCOUNT):
        assert guess(at(f"192.0.2.{number}"), lead.email, 1) == [200]
    assert sign_in(at("192.0.2.99"), lead.email).status_code == 429
    assert sign_in(at("192.0.2.99"), lead.email.upper()).status_code == 429


def test_unknown_address_is_answered_the_same(lead: User) -> None:
    answers = {
        email: guess(at("192.0.2.1"), email, BY_ACCOUNT + 1)
        for email in (lead.email, "nobody@northfield.example")
    }
    assert answers[lead.email] == answers["nobody@northfield.example"]


def test_right_passwords_are_not_counted(lead: User) -> None:
    for _ in range(BY_ACCOUNT + 5):
        assert sign_in(at("192.0.2.1"), lead.email).status_code == 302
    assert guess(at("192.0.2.1"), lead.email, 1) == [200]


def test_strangers_cannot_lock_a_person_out_of_their_own_browser(lead: User) -> None:
    own = at("192.0.2.7")
    sign_in(own, lead.email)
    own.post("/accounts/logout/")
    guess(at("203.0.113.1"), lead.email, BY_ACCOUNT)
    assert sign_in(at("192.0.2.7"), lead.email).status_code == 429
    assert sign_in(own, lead.email).status_code == 302
    assert is_in(own)


def test_own_browser_has_attempts_of_its_own_and_then_counts_as_any_other(lead: User) -> None:
    own = at("192.0.2.7")
    sign_in(own, lead.email)
    own.post("/accounts/logout/")
    answers = guess(own, lead.email, 2 * BY_ACCOUNT + 1)
    assert answers == [200] * 2 * BY_ACCOUNT + [429]


@pytest.mark.parametrize("made_up", ["", "x", "e30:1vN0aB:AAAA", "lead@northfield.example"])
def test_cookie_that_is_not_ours_makes_no_own_browser(made_up: str, lead: User) -> None:
    stranger = at("192.0.2.1")
    stranger.cookies["known-browser"] = made_up
    assert guess(stranger, lead.email, BY_ACCOUNT + 1)[-1] == 429


def test_browser_of_one_person_is_not_that_of_another(lead: User, chair: User) -> None:
    own = at("192.0.2.1")
    sign_in(own, chair.email)
    own.post("/accounts/logout/")
    assert guess(own, lead.email, BY_ACCOUNT + 1)[-1] == 429


def test_browser_knows_several_people_and_names_none(lead: User, chair: User) -> None:
    shared = at("192.0.2.1")
    for user in (lead, chair, lead):
        sign_in(shared, user.email)
        shared.post("/accounts/logout/")
    cookie = shared.cookies["known-browser"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert "northfield" not in cookie.value
    for user in (lead, chair):
        guess(at("203.0.113.1"), user.email, BY_ACCOUNT)
        assert sign_in(shared, user.email).status_code == 302
        shared.post("/accounts/logout/")


def test_stranger_in_the_office_locks_nobody_there_out(lead: User) -> None:
    office = "198.51.100.4"
    for number in range(BY_ADDRESS):
        guess(at(office), f"guessed-{number}@northfield.example", 1)
    assert sign_in(at(office), lead.email).status_code == 302


def test_stranger_in_the_office_gets_a_few_guesses_more_for_each_account(lead: User) -> None:
    office = "198.51.100.4"
    for number in range(BY_ADDRESS):
        guess(at(office), f"guessed-{number}@northfield.example", 1)
    assert guess(at(office), lead.email, BY_PAIR + 1) == [200] * BY_PAIR + [429]
    assert guess(at("192.0.2.1"), lead.email, BY_ACCOUNT - BY_PAIR + 1)[-2:] == [200, 429]


def test_a_quarter_of_an_hour_later_it_goes_on_until_the_day_has_enough(
    lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_800_000_000.0
    monkeypatch.setattr(ratelimit, "time", SimpleNamespace(time=lambda: now, **CLOCKS))
    allowed = 0
    for number in range(20):
        now += 901
        allowed += guess(at(f"192.0.2.{number}"), lead.email, BY_ACCOUNT + 1).count(200)
    assert allowed == 100
    now += 24 * 3600
    assert sign_in(at("192.0.2.1"), lead.email).status_code == 302


def test_new_password_by_mail_lets_in_at_once(lead: User) -> None:
    guess(at("203.0.113.1"), lead.email, BY_ACCOUNT)
    own, chosen = at("192.0.2.7"), "purple heron walks slowly"
    own.post(RESET, {"email": lead.email})
    [link] = re.findall(r"https?://testserver(\S+/reset/key/\S+)", str(mail.outbox[0].body))
    own.post(own.get(link)["Location"], {"password1": chosen, "password2": chosen})
    assert sign_in(own, lead.email, chosen).status_code == 302


def test_mails_to_one_address_are_few_and_others_still_get_theirs(lead: User, chair: User) -> None:
    def ask(email: str) -> int:
        return at("192.0.2.1").post(RESET, {"email": email}).status_code

    assert [ask(lead.email) for _ in range(4)] == [302, 302, 302, 429]
    assert ask("LEAD@northfield.example") == 429
    assert ask(chair.email) == 302
    assert len(mail.outbox) == 4


def test_proxy_is_believed_and_nobody_before_it(
    lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allauth.core.internal.httpkit.allauth_settings", WITH_ONE_PROXY)
    for number in range(BY_ADDRESS):
        Client(headers={"x-forwarded-for": f"10.0.0.{number}, 198.51.100.4"}).post(
            LOGIN, {"login": f"guessed-{number}@x.example", "password": "wrong"}
        )
    there = Client(headers={"x-forwarded-for": "10.1.1.1, 198.51.100.4"})
    assert guess(there, lead.email, BY_PAIR + 1)[-1] == 429


WITH_ONE_PROXY = SimpleNamespace(
    TRUSTED_CLIENT_IP_HEADER=None, TRUSTED_PROXY_COUNT=1, HEADLESS_ENABLED=False
)


@pytest.mark.django_db(transaction=True)
def test_limit_holds_across_processes() -> None:
    """Four processes at once, at four addresses, with forty guesses each."""
    make_user("lead@northfield.example")
    said = run_together([start(GUESS_FORTY, f"192.0.2.{number}") for number in range(4)])
    assert sum(map(int, said)) == BY_ACCOUNT


@pytest.mark.parametrize("action", ["login_failed_known", "login_failed_pair", "accept_invitation"])
def test_every_limit_that_is_asked_for_is_set(action: str, settings: LazySettings) -> None:
    assert ratelimit.get_rates(app="allauth.account", action=action)
