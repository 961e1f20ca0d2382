"""What the link in the mail opens: for a stranger, an account's owner, and somebody else."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from assessments.models import Assessment
from reviews.answering import send_answers, sign_off
from reviews.deciding import withdraw_reviewer
from reviews.inviting import Guest, add_reviewers, posted, withdraw_review
from reviews.models import Comment, PeerReview, Reviewer
from reviews.taking_up import find
from tests.conftest import PASSWORD, client_of, make_user
from tests.plans.conftest import error_links, form_values
from tests.reviews.conftest import GUEST, address, make_review, page_of
from tests.trusts.test_accepting import is_signed_in, text_of, without_tokens
from trustquality.logs import without_secrets
from trusts.invitations import Letter, write_letter
from trusts.models import Membership, Role, Trust, User

CHOSEN = {"name": "Ruth R.", "password1": PASSWORD, "password2": PASSWORD}
NEVER = "/reviews/invitations/" + "x" * 43 + "/"


def link_of(letter: Letter) -> str:
    return address("accept_invitation", letter.token)


# A stranger.


def test_stranger_chooses_a_name_and_a_password_and_declares(
    letter: Letter, review: PeerReview
) -> None:
    client = Client()
    page = page_of(client.get(link_of(letter)))
    text = page.with_id("main-content").text
    assert "Chair invites you to review Northfield Learning Trust." in text
    assert "one assessment, Self-assessment 2026." in text
    assert review.brief not in text
    assert form_values(page)["name"] == [GUEST.name]
    answer = client.post(link_of(letter), CHOSEN)
    assert (answer.status_code, answer.url) == (302, address("declare", review))
    assert is_signed_in(client)
    assert client.get(answer.url).status_code == 200
    ruth = User.objects.get(email=GUEST.email)
    assert (ruth.name, ruth.memberships.count()) == ("Ruth R.", 0)
    assert Reviewer.objects.get().user == ruth
    assert PeerReview.objects.get().status == PeerReview.Status.ACCEPTED


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": ""}, {"Enter your name": "id_name"}),
        (
            {"password2": "another one of these"},
            {"The two passwords are not the same. Enter both again": "id_password2"},
        ),
        ({"password1": "short", "password2": "short"}, None),
    ],
)
def test_what_is_wrong_is_said_and_no_account_is_made(
    letter: Letter, changes: dict[str, str], errors: dict[str, str] | None
) -> None:
    answer = Client().post(link_of(letter), CHOSEN | changes)
    page = page_of(answer)
    assert answer.status_code == 422
    links = error_links(page)
    assert links == errors if errors else set(links.values()) == {"id_password1"}
    assert form_values(page)["name"] == [(CHOSEN | changes)["name"]]
    assert not User.objects.filter(email=GUEST.email).exists()
    assert find(letter.token) == letter.invitation


def test_name_of_one_of_the_trust_is_free_and_tells_nothing(letter: Letter, lead: User) -> None:
    assert Client().post(link_of(letter), CHOSEN | {"name": lead.name}).status_code == 302
    assert User.objects.get(email=GUEST.email).name == lead.name


def test_operator_or_member_is_not_made_by_what_a_form_says(letter: Letter) -> None:
    more = {"is_staff": "on", "role": "lead", "trust": "1", "email": "x@example.org"}
    Client().post(link_of(letter), CHOSEN | more)
    ruth = User.objects.get(email=GUEST.email)
    assert (ruth.is_staff, ruth.is_superuser, ruth.memberships.count()) == (False, False, 0)


# Links that open nothing.


def test_guessed_used_withdrawn_replaced_and_expired_links_get_one_answer(
    rated: Assessment, submitted_review: PeerReview, reviewer: User, chair: User
) -> None:
    guests = [Guest(f"p{number}@example.org") for number in range(4)]
    _, letters = make_review(rated, by=chair, guests=guests)
    ended, [of_ended] = make_review(rated, by=chair)
    over, [of_over] = make_review(rated, by=chair)
    late = Guest("late@example.org")
    [of_closed] = add_reviewers(review=submitted_review, guests=[late], by=chair)
    posted(letter=of_closed, by=chair)
    used, withdrawn, replaced, expired = letters
    addresses = [NEVER, *map(link_of, [*letters, of_ended, of_over, of_closed])]
    assert Client().post(link_of(used), CHOSEN).status_code == 302
    withdraw_reviewer(reviewer=withdrawn.invitation, by=chair)
    posted(letter=write_letter(replaced.invitation), by=chair)
    Reviewer.objects.filter(pk=expired.invitation.pk).update(expires_at=timezone.now())
    withdraw_review(review=ended, reason="No.", by=chair)
    send_answers(review=submitted_review, by=chair)
    sign_off(review=submitted_review, side=Comment.Side.TRUST, by=chair)
    sign_off(review=submitted_review, side=Comment.Side.REVIEWERS, by=reviewer)
    yesterday = timezone.localdate() - timedelta(days=1)
    PeerReview.objects.filter(pk=over.pk).update(due_on=yesterday, access_until=yesterday)
    for method in ("get", "post"):
        answers = [getattr(Client(), method)(one) for one in addresses]
        assert {answer.status_code for answer in answers} == {404}
        assert len({without_tokens(answer) for answer in answers}) == 1
        assert "This link does not work" in text_of(answers[0])
    standing = text_of(client_of(chair).get(address("detail", submitted_review)))
    assert "late@example.org Invited; did not take it up Details" in standing


def test_who_tries_very_many_links_has_to_wait_and_a_good_one_opens_still(
    letter: Letter, settings: LazySettings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.SIGN_IN_LIMITS
    cache.clear()
    client = Client()
    tried = [client.get(address("accept_invitation", f"{number:043}")) for number in range(61)]
    assert [answer.status_code for answer in tried] == [404] * 60 + [429]
    assert "password" not in tried[-1].content.decode()
    assert client.post(NEVER, CHOSEN).status_code == 429
    assert client.get(link_of(letter)).status_code == 200
    assert client.post(link_of(letter), CHOSEN).status_code == 302
    cache.clear()


def test_page_is_kept_by_no_cache_and_its_token_by_no_log(
    letter: Letter, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = Client().get(link_of(letter))
        Client().get(link_of(letter) + "x")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "/reviews/invitations/" in caplog.text
    assert letter.token not in without_secrets(caplog.text)


# The owner of an account.


def test_owner_of_an_account_signs_in_first_and_comes_back(
    letter: Letter, guest: User, review: PeerReview
) -> None:
    client = Client()
    page = page_of(client.get(link_of(letter)))
    [sign_in] = [node.attributes["href"] for node in page.all("a", "govuk-button")]
    assert "password1" not in form_values(page)
    assert client.post(link_of(letter), CHOSEN).status_code == 200
    guest.refresh_from_db()
    assert guest.name == "Reviewer"
    sent = {"login": guest.email, "password": PASSWORD, "next": sign_in.split("=")[1]}
    answer = client.post("/accounts/login/", sent)
    assert answer.url == link_of(letter)
    page = page_of(client.get(answer.url))
    assert f"You are signed in as {guest.email}" in page.with_id("main-content").text
    answer = client.post(answer.url, {"account": form_values(page)["account"][0]})
    assert answer.url == address("declare", review)
    assert Reviewer.objects.get().user == guest
    assert [one.trust.slug for one in guest.memberships.all()] == ["southmere"]


@pytest.mark.parametrize("account", [None, "", "999", "x"])
def test_page_made_for_another_account_takes_nothing_up(
    letter: Letter, guest: User, account: str | None
) -> None:
    sent = {} if account is None else {"account": account}
    answer = client_of(guest).post(link_of(letter), sent)
    assert answer.status_code == 422
    assert form_values(page_of(answer))["account"] == [str(guest.pk)]
    assert Reviewer.objects.get().user is None


def test_barred_person_is_not_let_in(letter: Letter, guest: User) -> None:
    User.objects.filter(pk=guest.pk).update(is_active=False)
    client = Client()
    client.post(link_of(letter), CHOSEN)
    assert not is_signed_in(client)
    assert Reviewer.objects.get().user is None


# Somebody else who is signed in.


def test_other_account_is_refused_and_not_told_whose_invitation_it_is(
    letter: Letter, stranger: User
) -> None:
    client = client_of(stranger)
    for answer in (
        client.get(link_of(letter)),
        client.post(link_of(letter), {"account": stranger.pk}),
    ):
        assert answer.status_code == 403
        assert GUEST.email not in answer.content.decode()
        assert GUEST.name not in answer.content.decode()
        assert f"You are signed in as {stranger.email}" in text_of(answer)
    assert Reviewer.objects.get().user is None
    assert client.post("/accounts/logout/", {"next": link_of(letter)}).url == link_of(letter)


def test_member_of_the_trust_is_refused(letter: Letter, guest: User, northfield: Trust) -> None:
    Membership.objects.create(user=guest, trust=northfield, role=Role.TRUSTEE)
    client = client_of(guest)
    for answer in (
        client.get(link_of(letter)),
        client.post(link_of(letter), {"account": guest.pk}),
    ):
        assert answer.status_code == 403
        assert "You belong to this trust" in text_of(answer)
    assert Reviewer.objects.get().user is None


def test_two_invitations_of_one_person_to_one_review_open_one_way_in(
    letter: Letter, guest: User, review: PeerReview, chair: User
) -> None:
    """The address of an account changes by an operator's hand only; both were theirs then."""
    [second] = add_reviewers(review=review, guests=[Guest("other@example.org")], by=chair)
    client = client_of(guest)
    assert client.post(link_of(letter), {"account": guest.pk}).status_code == 302
    User.objects.filter(pk=guest.pk).update(email="other@example.org")
    assert client.post(link_of(second), {"account": guest.pk}).status_code == 404
    assert Reviewer.objects.open_to(guest).get().pk == letter.invitation.pk


def test_trust_that_wants_a_second_factor_asks_the_new_reviewer_for_it(
    letter: Letter, northfield: Trust, review: PeerReview
) -> None:
    Trust.objects.filter(pk=northfield.pk).update(requires_second_factor=True)
    client = Client()
    answer = client.post(link_of(letter), CHOSEN, follow=True)
    assert is_signed_in(client)
    assert answer.redirect_chain[-1][0].startswith("/accounts/second-factor/?next=%2Freviewing%2F")
    assert "Northfield Learning Trust asks everybody" in text_of(answer)
    front = text_of(client.get("/"))
    assert "Northfield Learning Trust It asks for a second step when you sign in." in front
    assert "Self-assessment 2026" not in front
    held = client.post(address("declare", review), {"interests": "none", "text": "Typed."})
    assert held.status_code == 403
    assert "Typed." in held.content.decode()


def test_new_person_without_a_trust_is_led_to_the_review(letter: Letter) -> None:
    make_user("nobody@example.org")
    client = Client()
    client.post(link_of(letter), CHOSEN)
    page = page_of(client.get("/"))
    assert [node.text for node in page.all("h1")] == ["What you take part in"]
    assert "no trust has a place for this address" not in page.with_id("main-content").text
    links = [node.attributes["href"] for node in page.all("a", "govuk-link")]
    assert links.count(address("declare", Reviewer.objects.get().review)) == 2
    nobody = page_of(client_of(User.objects.get(email="nobody@example.org")).get("/"))
    assert "no trust has a place for this address" in nobody.with_id("main-content").text
