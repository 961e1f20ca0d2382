"""Signing in and out by email, with no way to sign oneself up."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from tests.conftest import PASSWORD, client_of
from tests.page import Page
from trusts.models import Trust, User

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

LOGIN = "/accounts/login/"
RESET = "/accounts/password/reset/"
NEW_PASSWORD = "another long passphrase"


def errors_of(content: bytes) -> list[str]:
    """What the error summary says."""
    return [node.text for node in Page(content.decode()).all("div", "govuk-error-summary")]


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "typed", ["lead@northfield.example", "LEAD@Northfield.Example", " lead@northfield.example "]
)
def test_sign_in_by_email_however_it_is_typed(typed: str, lead: User, client: Client) -> None:
    answer = client.post(LOGIN, {"login": typed, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(lead.pk)


def test_wrong_password_says_the_same_as_an_unknown_address(lead: User, client: Client) -> None:
    said = []
    for address in ("lead@northfield.example", "nobody@northfield.example"):
        answer = client.post(LOGIN, {"login": address, "password": "not the passphrase"})
        assert answer.status_code == 200
        said.append(errors_of(answer.content))
    assert said[0] == said[1]
    assert len(said[0]) == 1
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"login": "", "password": ""},
        {"login": "lead@northfield.example"},
        {"login": "not an address", "password": PASSWORD},
        {"login": "lead@northfield.example\0", "password": PASSWORD},
        {"login": "l" * 5000, "password": "p" * 5000},
        {"login": ["lead@northfield.example", "x"], "password": [PASSWORD, "x"]},
    ],
)
def test_bad_sign_in_is_refused_on_the_page(typed: dict[str, str], lead: User, client) -> None:
    answer = client.post(LOGIN, typed)
    assert answer.status_code == 200
    assert errors_of(answer.content)
    assert not is_signed_in(client)


def test_inactive_person_is_refused(lead: User, client: Client) -> None:
    User.objects.update(is_active=False)
    answer = client.post(LOGIN, {"login": lead.email, "password": PASSWORD}, follow=True)
    assert answer.redirect_chain == [("/accounts/inactive/", 302)]
    assert "This account is switched off" in answer.content.decode()
    assert not is_signed_in(client)


def test_inactive_person_with_a_wrong_password_learns_nothing(lead: User, client: Client) -> None:
    User.objects.update(is_active=False)
    answer = client.post(LOGIN, {"login": lead.email, "password": "not the passphrase"})
    assert answer.status_code == 200
    assert errors_of(answer.content)


def test_person_switched_off_is_out_at_the_next_click(lead: User) -> None:
    client = client_of(lead)
    User.objects.update(is_active=False)
    assert client.get("/trusts/northfield/").status_code == 302


def test_person_without_a_password_cannot_sign_in(northfield: Trust, client: Client) -> None:
    user = User.objects.create_user("new@northfield.example", name="New")
    for password in ("", "!", user.password, "None"):
        client.post(LOGIN, {"login": user.email, "password": password})
        assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/trusts/northfield/", "/trusts/northfield/"),
        ("/trusts/northfield/?page=2", "/trusts/northfield/?page=2"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("https:evil.example", "/"),
        ("", "/"),
    ],
)
def test_sign_in_goes_on_to_our_own_pages_only(
    address: str, expected: str, lead: User, client: Client
) -> None:
    typed = {"login": lead.email, "password": PASSWORD, "next": address}
    assert client.post(LOGIN, typed)["Location"] == expected


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/"])
def test_signed_in_person_is_not_led_away_either(address: str, lead: User) -> None:
    answer = client_of(lead).get(LOGIN, {"next": address})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_page_that_was_asked_for_comes_after_signing_in(lead: User, client: Client) -> None:
    asked = client.get("/trusts/northfield/", follow=True)
    assert asked.redirect_chain == [(f"{LOGIN}?next=/trusts/northfield/", 302)]
    kept = Page(asked.content.decode()).all("input")
    hidden, by_passkey = [node for node in kept if node.attributes.get("name") == "next"]
    assert hidden.attributes == by_passkey.attributes
    typed = {"login": lead.email, "password": PASSWORD, "next": hidden.attributes["value"]}
    assert client.post(LOGIN, typed)["Location"] == "/trusts/northfield/"


def test_session_gets_another_key_at_sign_in(lead: User, client: Client) -> None:
    session = client.session
    session["anything"] = 1
    session.save()
    before = session.session_key
    client.post(LOGIN, {"login": lead.email, "password": PASSWORD})
    assert client.session.session_key != before


def test_sign_out_takes_a_press_of_a_button(lead: User) -> None:
    client = client_of(lead)
    assert client.get("/accounts/logout/").status_code == 200
    assert is_signed_in(client)
    answer = client.post("/accounts/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert not is_signed_in(client)
    assert client.get("/trusts/northfield/").status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_themself_up(method: str, db: None, client: Client) -> None:
    typed = {"email": "new@evil.example", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    answer = getattr(client, method)("/accounts/signup/", typed)
    assert "Accounts are by invitation" in answer.content.decode()
    assert not User.objects.exists()
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/social/signup/",
        "/accounts/3rdparty/signup/",
        "/accounts/3rdparty/",
        "/accounts/google/login/",
        "/accounts/signup/passkey/",
        "/accounts/login/code/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_other_ways_in_are_not_there(address: str, method: str, db: None, client: Client) -> None:
    assert getattr(client, method)(address).status_code == 404


def test_people_do_not_change_their_own_address(lead: User) -> None:
    client = client_of(lead)
    assert client.get("/accounts/email/").status_code == 404
    client.post("/accounts/email/", {"action_add": "", "email": "other@evil.example"})
    assert not EmailAddress.objects.exists()


def reset_link() -> str:
    """The path in the message that was sent."""
    [message] = mail.outbox
    [link] = re.findall(r"https?://testserver(\S+/reset/key/\S+)", str(message.body))
    return str(link)


def test_password_is_reset_by_mail_from_end_to_end(lead: User, client: Client) -> None:
    answer = client.post(RESET, {"email": "Lead@Northfield.example"})
    assert answer["Location"] == f"{RESET}done/"
    assert mail.outbox[0].to == ["lead@northfield.example"]
    link = reset_link()
    form = client.get(link)["Location"]
    client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    lead.refresh_from_db()
    assert lead.check_password(NEW_PASSWORD)
    assert "This link no longer works" in Client().get(link).content.decode()
    typed = {"login": lead.email, "password": NEW_PASSWORD}
    assert Client().post(LOGIN, typed).status_code == 302


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (("short", "short"), "at least 12 characters"),
        ((NEW_PASSWORD, NEW_PASSWORD + "r"), "same password"),
        (("", ""), "required"),
        (("northfield.example",) * 2, "too similar"),
    ],
)
def test_weak_new_password_is_refused(
    chosen: tuple[str, str], said: str, lead: User, client: Client
) -> None:
    client.post(RESET, {"email": lead.email})
    form = client.get(reset_link())["Location"]
    answer = client.post(form, {"password1": chosen[0], "password2": chosen[1]})
    assert said in " ".join(errors_of(answer.content))
    lead.refresh_from_db()
    assert lead.check_password(PASSWORD)


@pytest.mark.parametrize("link", ["1-made-up", "zz-set-password", "99999999-abc-123"])
def test_made_up_reset_link_opens_nothing(link: str, lead: User, client: Client) -> None:
    answer = client.get(f"{RESET}key/{link}/", follow=True)
    assert "This link no longer works" in answer.content.decode()


def test_reset_for_an_unknown_address_answers_the_same(lead: User, client: Client) -> None:
    answers = [
        client.post(RESET, {"email": address}, follow=True)
        for address in (lead.email, "nobody@northfield.example")
    ]
    assert answers[0].redirect_chain == answers[1].redirect_chain == [(f"{RESET}done/", 302)]
    texts = [Page(answer.content.decode()).all("main")[0].text for answer in answers]
    assert texts[0] == texts[1]


def test_reset_for_a_person_switched_off_answers_the_same(lead: User, client: Client) -> None:
    User.objects.update(is_active=False)
    answer = client.post(RESET, {"email": lead.email})
    assert answer["Location"] == f"{RESET}done/"
    assert not [message for message in mail.outbox if "/reset/key/" in str(message.body)]


def test_password_is_changed_by_who_knows_the_old_one(lead: User) -> None:
    client = client_of(lead)
    chosen = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post("/accounts/password/change/", {"oldpassword": "a wrong guess", **chosen})
    lead.refresh_from_db()
    assert lead.check_password(PASSWORD)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **chosen})
    lead.refresh_from_db()
    assert lead.check_password(NEW_PASSWORD)
