"""What the link in the mail opens, for a stranger, for an account's owner, for somebody else."""

from __future__ import annotations

import logging

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from tests.conftest import PASSWORD, client_of, make_user
from tests.page import Page
from tests.plans.conftest import error_links, form_values
from trusts.invitations import Newcomer, find, invite, posted, withdraw, write_letter
from trusts.models import Invitation, Role, Trust, User

pytestmark = pytest.mark.once  # what pages say and take; saves at once are tried on both

JANE = "jane@example.org"
CHOSEN = {"name": "Jane Smith", "password1": PASSWORD, "password2": PASSWORD}
NEVER = "/invitations/" + "x" * 43 + "/"


def page_of(answer) -> Page:
    return Page(answer.content.decode())


def text_of(answer) -> str:
    return page_of(answer).with_id("main-content").text


@pytest.fixture
def invitation(northfield: Trust, lead: User) -> Invitation:
    """Jane's, mailed; its link is in `link`."""
    [letter] = invite(
        trust=northfield, newcomers=[Newcomer(JANE, Role.TRUSTEE, "Jane S.")], by=lead
    )
    posted(letter=letter, by=lead)
    letter.invitation.link = f"/invitations/{letter.token}/"
    return letter.invitation


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def without_tokens(answer) -> str:
    """The page without what differs from one request to the next: CSRF tokens."""
    page = answer.content.decode()
    for cookie in answer.cookies.values():
        page = page.replace(cookie.value, "")
    return "\n".join(line for line in page.splitlines() if "csrf" not in line.lower())


# A stranger.


def test_stranger_chooses_a_name_and_a_password_and_is_there(invitation, northfield) -> None:
    client = Client()
    page = page_of(client.get(invitation.link))
    assert "Lead invites you to join Northfield Learning Trust as trustee." in (
        page.with_id("main-content").text
    )
    assert form_values(page)["name"] == ["Jane S."]
    answer = client.post(invitation.link, CHOSEN)
    assert (answer.status_code, answer.url) == (302, "/trusts/northfield/")
    assert is_signed_in(client)
    home = client.get(answer.url)
    assert "You belong to Northfield Learning Trust now, as trustee." in home.content.decode()
    jane = User.objects.get(email=JANE)
    assert (jane.name, jane.memberships.get().role) == ("Jane Smith", Role.TRUSTEE)


def test_new_session_begins_when_somebody_is_let_in(invitation) -> None:
    client = Client()
    client.get("/accounts/login/")
    client.session["before"] = True
    before = client.session.session_key
    client.post(invitation.link, CHOSEN)
    assert is_signed_in(client)
    assert client.session.session_key != before
    assert "account_authentication_methods" in client.session


def test_new_account_signs_in_with_its_password(invitation) -> None:
    Client().post(invitation.link, CHOSEN)
    client = Client()
    client.post("/accounts/login/", {"login": JANE, "password": PASSWORD})
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": ""}, {"Enter your name": "id_name"}),
        ({"name": "a\u202eb"}, {"The name has a character that cannot be shown": "id_name"}),
        (
            {"password2": "another one of these"},
            {"The two passwords are not the same. Enter both again": "id_password2"},
        ),
        ({"password1": "", "password2": ""}, None),
        ({"password1": "short", "password2": "short"}, None),
        ({"password1": "jane@example.org", "password2": "jane@example.org"}, None),
        ({"password1": "123456789012", "password2": "123456789012"}, None),
    ],
)
def test_what_is_wrong_is_said_and_no_account_is_made(invitation, changes, errors) -> None:
    client = Client()
    answer = client.post(invitation.link, CHOSEN | changes)
    page = page_of(answer)
    assert answer.status_code == 422
    if errors is None:
        assert "id_password1" in error_links(page).values()
    else:
        assert error_links(page) == errors
    assert form_values(page)["name"] == [(CHOSEN | changes)["name"]]
    assert PASSWORD not in answer.content.decode()
    assert not User.objects.filter(email=JANE).exists()
    assert find(invitation.link.split("/")[2])


def test_link_works_once(invitation) -> None:
    Client().post(invitation.link, CHOSEN)
    answer = Client().post(invitation.link, CHOSEN | {"name": "Somebody else"})
    assert answer.status_code == 404
    assert User.objects.get(email=JANE).name == "Jane Smith"


def test_operator_is_not_made_by_what_a_form_says(invitation) -> None:
    more = {"is_staff": "on", "is_superuser": "on", "role": "lead", "email": "x@example.org"}
    Client().post(invitation.link, CHOSEN | more)
    jane = User.objects.get(email=JANE)
    assert (jane.is_staff, jane.is_superuser, jane.memberships.get().role) == (
        False,
        False,
        Role.TRUSTEE,
    )


# Links that open nothing.


def test_guessed_used_withdrawn_replaced_and_expired_links_get_one_answer(
    northfield: Trust, lead: User
) -> None:
    emails = [f"p{number}@example.org" for number in range(4)]
    newcomers = [Newcomer(email, Role.TRUSTEE) for email in emails]
    letters = invite(trust=northfield, newcomers=newcomers, by=lead)
    used, withdrawn, replaced, expired = (letter.invitation for letter in letters)
    addresses = [NEVER, *(f"/invitations/{letter.token}/" for letter in letters)]
    assert Client().post(addresses[1], CHOSEN).status_code == 302
    withdraw(invitation=withdrawn, by=lead)
    posted(letter=write_letter(replaced), by=lead)
    Invitation.objects.filter(pk=expired.pk).update(expires_at=expired.invited_at)
    for method in ("get", "post"):
        answers = [getattr(Client(), method)(address) for address in addresses]
        assert {answer.status_code for answer in answers} == {404}
        assert len({without_tokens(answer) for answer in answers}) == 1
        assert "This link does not work" in text_of(answers[0])
    assert used.pk


def test_who_tries_very_many_links_has_to_wait_and_a_good_one_opens_still(
    invitation, settings: LazySettings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.SIGN_IN_LIMITS
    cache.clear()
    client = Client()
    statuses = [client.get(f"/invitations/{number:043}/").status_code for number in range(61)]
    assert statuses == [404] * 60 + [429]
    assert client.post(NEVER, CHOSEN).status_code == 429
    assert client.get(invitation.link).status_code == 200
    assert client.post(invitation.link, CHOSEN).status_code == 302
    cache.clear()


def test_page_is_kept_by_no_cache_and_its_token_by_no_log(
    invitation, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = Client().get(invitation.link)
        Client().get(NEVER)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    from trustquality.logs import without_secrets

    assert invitation.link.split("/")[2] not in without_secrets(caplog.text)


# The owner of an account.


def test_owner_of_an_account_signs_in_first_and_comes_back(invitation, southmere: Trust) -> None:
    jane = make_user(JANE, trust=southmere, role=Role.CHAIR)
    client = Client()
    page = page_of(client.get(invitation.link))
    [sign_in] = [node.attributes["href"] for node in page.all("a", "govuk-button")]
    assert "password1" not in form_values(page)
    assert client.post(invitation.link, CHOSEN).status_code == 200
    jane.refresh_from_db()
    assert jane.name == "Jane"
    answer = client.post(
        "/accounts/login/", {"login": JANE, "password": PASSWORD, "next": sign_in.split("=")[1]}
    )
    assert answer.url == invitation.link
    page = page_of(client.get(answer.url))
    assert f"You are signed in as {JANE}" in page.with_id("main-content").text
    answer = client.post(answer.url, {"account": form_values(page)["account"][0]})
    assert answer.url == "/trusts/northfield/"
    assert {one.trust.slug: one.role for one in jane.memberships.all()} == {
        "northfield": Role.TRUSTEE,
        "southmere": Role.CHAIR,
    }


def test_person_in_two_trusts_has_each_role_in_its_trust_alone(
    invitation, southmere: Trust, northfield: Trust
) -> None:
    jane = make_user(JANE, trust=southmere, role=Role.LEAD)
    client = client_of(jane)
    client.post(invitation.link, {"account": jane.pk})
    assert client.get("/trusts/southmere/people/invite/").status_code == 200
    assert client.get("/trusts/northfield/people/").status_code == 200
    assert client.get("/trusts/northfield/people/invite/").status_code == 403
    assert "Southmere" in text_of(client.get("/"))
    assert "Northfield" in text_of(client.get("/"))
    text = text_of(client.get("/trusts/northfield/people/"))
    assert "Southmere" not in text


def test_barred_person_is_not_let_in_by_an_invitation(invitation) -> None:
    jane = make_user(JANE)
    User.objects.filter(pk=jane.pk).update(is_active=False)
    client = Client()
    assert "Sign in" in text_of(client.get(invitation.link))
    client.post(invitation.link, CHOSEN)
    assert not is_signed_in(client)
    assert not jane.memberships.exists()


# Somebody else who is signed in.


def test_other_account_takes_the_place_only_by_saying_so(invitation, stranger: User, lead) -> None:
    client = client_of(stranger)
    page = page_of(client.get(invitation.link))
    text = page.with_id("main-content").text
    assert f"It was sent to {JANE} , and you are signed in as {stranger.email} ." in text
    assert f"Join as {stranger.email}" in text
    assert f"Sign out, and join as {JANE}" in text
    answer = client.post(invitation.link, {"account": form_values(page)["account"][0]})
    assert answer.url == "/trusts/northfield/"
    people = text_of(client_of(lead).get("/trusts/northfield/people/"))
    assert f"{stranger.email} Invited as {JANE}" in people
    assert Invitation.objects.get().accepted_by == stranger


@pytest.mark.parametrize("account", [None, "", "999", "x"])
def test_page_made_for_another_account_joins_nobody(invitation, account, stranger: User) -> None:
    client = client_of(stranger)
    sent = {} if account is None else {"account": account}
    answer = client.post(invitation.link, sent)
    assert answer.status_code == 422
    assert f"You are signed in as {stranger.email}" in text_of(answer)
    assert form_values(page_of(answer))["account"] == [str(stranger.pk)]
    assert stranger.memberships.count() == 1


def test_signing_out_leads_back_to_the_invitation(invitation, stranger: User) -> None:
    client = client_of(stranger)
    answer = client.post("/accounts/logout/", {"next": invitation.link})
    assert answer.url == invitation.link
    assert "New password" in text_of(client.get(answer.url))


def test_member_who_follows_a_link_keeps_their_role(invitation, chair: User) -> None:
    client = client_of(chair)
    client.post(invitation.link, {"account": chair.pk})
    assert chair.memberships.get().role == Role.CHAIR


def test_trust_that_wants_a_second_factor_asks_the_new_person_for_it(
    invitation, northfield: Trust
) -> None:
    northfield.requires_second_factor = True
    northfield.save()
    client = Client()
    answer = client.post(invitation.link, CHOSEN, follow=True)
    assert is_signed_in(client)
    assert answer.redirect_chain[-1][0].startswith("/accounts/")
    assert client.get("/trusts/northfield/people/").status_code == 302


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("\u200b\u200b", "The name must have letters in it"),
        ("\u2800", "The name must have letters in it"),
        ("\u3164\ufeff", "The name must have letters in it"),
        ("123 \u2026", "The name must have letters in it"),
        ("Jane\u202eSmith", "The name has a character that cannot be shown"),
        ("Lead", "Somebody in the trust is called this already"),
        ("  LE\u200bAD ", "Somebody in the trust is called this already"),
        ("\uff2cead", "Somebody in the trust is called this already"),
    ],
)
def test_name_that_nobody_could_read_or_tell_apart_is_refused(invitation, name, said) -> None:
    answer = Client().post(invitation.link, CHOSEN | {"name": name})
    assert answer.status_code == 422
    assert [text.startswith(said) for text in error_links(page_of(answer))] == [True]
    assert not User.objects.filter(email=JANE).exists()


def test_signs_that_show_nothing_are_left_out_of_a_name(invitation) -> None:
    Client().post(invitation.link, CHOSEN | {"name": "\ufeffJane\u200b  O\u2019Neill-李\u00ad "})
    assert User.objects.get(email=JANE).name == "Jane O\u2019Neill-李"


def test_name_of_another_trusts_member_is_free(invitation, stranger) -> None:
    User.objects.filter(pk=stranger.pk).update(name="Jane Smith")
    assert Client().post(invitation.link, CHOSEN).status_code == 302
    assert User.objects.get(email=JANE).name == "Jane Smith"
