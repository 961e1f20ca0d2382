"""How long a sign-in lasts, what ends it, and the list of places where a person is signed in."""

from __future__ import annotations

import time

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import PASSWORD, client_of
from tests.page import Page
from trusts.models import User
from trusts.sessions import SEEN, STARTED, browser_of, end_all

HOME, LOGIN, SESSIONS = "/trusts/northfield/", "/accounts/login/", "/accounts/sessions/"
CONFIRM = "/accounts/reauthenticate/"
HOUR, DAY = 3600, 24 * 3600
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


def signed_in(user: User, user_agent: str = FIREFOX, *, ago: int = 0) -> Client:
    """A browser in which the person has signed in with the password, so long ago."""
    client = Client(headers={"user-agent": user_agent})
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    if ago:
        change(client, **{STARTED: int(time.time()) - ago})
    return client


def change(client: Client, **values: int) -> None:
    session = client.session
    session.update(values)
    session.save()


def confirm(client: Client, then: str = SESSIONS) -> HttpResponse:
    return client.post(CONFIRM, {"password": PASSWORD, "next": then})


def titles(client: Client) -> list[str]:
    return [node.text for node in Page(client.get(SESSIONS).content.decode()).all("h2")]


@pytest.mark.parametrize(
    ("started", "seen", "status"),
    [
        (0, 0, 200),
        (13 * DAY, 0, 200),
        (13 * DAY, 23 * HOUR, 200),
        (14 * DAY + 60, 0, 302),
        (2 * DAY, DAY + 60, 302),
    ],
)
def test_session_ends_after_a_day_unused_and_after_fourteen_in_any_case(
    started: int, seen: int, status: int, lead: User
) -> None:
    client, now = client_of(lead), int(time.time())
    change(client, **{STARTED: now - started, SEEN: now - seen})
    key = client.session.session_key
    assert client.get(HOME).status_code == status
    assert Session.objects.filter(session_key=key).exists() == (status == 200)


@pytest.mark.parametrize("missing", [STARTED, SEEN])
def test_session_that_does_not_say_when_it_began_is_over(missing: str, lead: User) -> None:
    client = client_of(lead)
    session = client.session
    del session[missing]
    session.save()
    assert client.get(HOME).status_code == 302


def test_what_was_typed_when_the_session_ended_comes_back(lead: User) -> None:
    client = client_of(lead)
    change(client, **{STARTED: int(time.time()) - 15 * DAY})
    answer = client.post(HOME, {"note": "Words typed at night."})
    assert answer.status_code == 401
    assert "Words typed at night." in answer.content.decode()


def test_use_is_noted_once_an_hour_and_costs_other_pages_no_write(lead: User) -> None:
    client, now = client_of(lead), int(time.time())
    change(client, **{SEEN: now - HOUR + 60})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(HOME)
    assert not [one["sql"] for one in queries if one["sql"].startswith("UPDATE")]
    change(client, **{SEEN: now - HOUR - 60})
    client.get(HOME)
    assert client.session[SEEN] >= now


def test_use_does_not_make_it_last_longer_than_fourteen_days(lead: User) -> None:
    client, now = client_of(lead), int(time.time())
    change(client, **{STARTED: now - 14 * DAY + 5, SEEN: now - 2 * HOUR})
    assert client.get(HOME).status_code == 200
    assert client.session[STARTED] == now - 14 * DAY + 5


def test_another_key_after_proving_again_who_one_is(lead: User) -> None:
    client = signed_in(lead, ago=HOUR)
    before = client.session.session_key
    confirm(client)
    after = client.session.session_key
    assert after != before
    assert not Session.objects.filter(session_key=before).exists()
    assert [row.session_key for row in UserSession.objects.all()] == [after]
    assert client.get(HOME).status_code == 200


def test_list_names_every_place_this_one_first(lead: User, chair: User) -> None:
    signed_in(lead, IPHONE)
    signed_in(chair)
    here = signed_in(lead, FIREFOX)
    assert titles(here) == ["Firefox on Windows This one", "Safari on an iPhone"]


def test_list_costs_the_same_however_many_places(lead: User) -> None:
    here = signed_in(lead)
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            here.get(SESSIONS)
        costs.append(len(queries))
        for _ in range(5):
            signed_in(lead, IPHONE)
    assert costs[0] == costs[1] <= 8


def test_sessions_that_have_ended_are_not_listed(lead: User) -> None:
    here, left, old = signed_in(lead), signed_in(lead, IPHONE), signed_in(lead, IPHONE)
    left.post("/accounts/logout/")
    change(old, **{SEEN: 0})
    assert titles(here) == ["Firefox on Windows This one"]


def test_session_from_elsewhere_in_the_code_is_listed_too(lead: User) -> None:
    """Such as an invitation that signs in whom it has just made."""
    assert titles(client_of(lead)) == ["A browser This one"]


def test_one_place_is_ended(lead: User) -> None:
    here, there, third = signed_in(lead), signed_in(lead, IPHONE), signed_in(lead, IPHONE)
    key = UserSession.objects.get(session_key=there.session.session_key).pk
    answer = here.post(SESSIONS, {"end": key}, follow=True)
    assert "You are signed out there." in answer.content.decode()
    assert [one.get(HOME).status_code for one in (here, there, third)] == [200, 302, 200]
    again = here.post(SESSIONS, {"end": key}, follow=True)
    assert "had ended already" in again.content.decode()


def test_all_others_are_ended(lead: User, chair: User) -> None:
    here, there, other = signed_in(lead), signed_in(lead, IPHONE), signed_in(chair)
    here.post(SESSIONS, {"end": "others"})
    assert [one.get(HOME).status_code for one in (here, there, other)] == [200, 302, 200]


def test_nobody_ends_another_persons_session(lead: User, chair: User) -> None:
    here, other = signed_in(lead), signed_in(chair)
    key = UserSession.objects.get(session_key=other.session.session_key).pk
    answer = here.post(SESSIONS, {"end": key}, follow=True)
    assert "had ended already" in answer.content.decode()
    assert other.get(HOME).status_code == 200


@pytest.mark.parametrize("which", ["", "x", "-1", "²", "9" * 20, "9" * 5_000, "1.5", "all"])
def test_nonsense_ends_nothing(which: str, lead: User) -> None:
    here, there = signed_in(lead), signed_in(lead)
    assert here.post(SESSIONS, {"end": which}).status_code == 302
    assert there.get(HOME).status_code == 200


def test_ending_asks_who_one_is_and_then_goes_on_with_it(lead: User) -> None:
    here, there = signed_in(lead, ago=HOUR), signed_in(lead, IPHONE)
    asked = here.post(SESSIONS, {"end": "others"})
    assert asked["Location"] == f"{CONFIRM}?next=%2Faccounts%2Fsessions%2F"
    assert there.get(HOME).status_code == 200
    assert confirm(here)["Location"] == SESSIONS
    assert there.get(HOME).status_code == 302


def test_wrong_password_confirms_nothing(lead: User) -> None:
    here, there = signed_in(lead, ago=HOUR), signed_in(lead, IPHONE)
    here.post(SESSIONS, {"end": "others"})
    assert here.post(CONFIRM, {"password": "wrong", "next": SESSIONS}).status_code == 200
    assert there.get(HOME).status_code == 200


def test_new_password_ends_every_other_session(lead: User) -> None:
    here, there = signed_in(lead), signed_in(lead, IPHONE)
    chosen = "purple heron walks slowly"
    before = here.session.session_key
    here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": chosen, "password2": chosen},
    )
    assert [one.get(HOME).status_code for one in (here, there)] == [200, 302]
    assert here.session.session_key != before
    assert titles(here) == ["Firefox on Windows This one"]


def test_all_sessions_of_a_person_can_be_ended(lead: User, chair: User) -> None:
    visitors = [signed_in(lead), signed_in(lead), signed_in(chair)]
    end_all(lead)
    assert [one.get(HOME).status_code for one in visitors] == [302, 302, 200]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on an iPhone"),
        ("Mozilla/5.0 (X11; CrOS x86_64 16000) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
         "Chrome on a Chromebook"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
         "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15",
         "Safari on a Mac"),
        ("Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
         "Samsung Internet on an Android device"),
        ("curl/8.0", "A browser"),
        ("", "A browser"),
        ("<script>alert(1)</script>", "A browser"),
    ],
)  # fmt: skip
def test_browsers_are_named_as_people_name_them(user_agent: str, name: str) -> None:
    assert browser_of(user_agent) == name


def test_limits_are_those_that_the_documents_name() -> None:
    assert (settings.SESSION_COOKIE_AGE, settings.SESSION_IDLE_AGE) == (14 * DAY, DAY)
    assert settings.ACCOUNT_REAUTHENTICATION_TIMEOUT == 300
