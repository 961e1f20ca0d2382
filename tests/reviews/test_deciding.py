"""Declaring interests, and what the trust decides about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from reviews import views
from reviews.answering import send_answers, sign_off
from reviews.deciding import admit, refuse, withdraw_reviewer
from reviews.inviting import Guest, add_reviewers, posted, withdraw_review
from reviews.models import Comment, Interest, PeerReview, Reviewer
from reviews.taking_up import declare, find, take_up
from tests.conftest import client_of
from tests.plans.conftest import error_links, form_values
from tests.reviews.conftest import address, link_named, page_of, said
from tests.trusts.mailing import Unreachable, backend_of
from tests.trusts.test_accepting import text_of
from trusts.invitations import Letter
from trusts.models import Membership, Role, Trust, User

pytestmark = pytest.mark.once  # what pages say and take; saves at once are tried on both

FAMILY = {"interests": [Interest.FAMILY.value], "text": "A cousin teaches there."}


@pytest.fixture
def accepted(letter: Letter, guest: User) -> Reviewer:
    """Taken up, nothing declared."""
    take_up(reviewer=letter.invitation, by=guest)
    return Reviewer.objects.get()


@pytest.fixture
def declared(accepted: Reviewer, guest: User) -> Reviewer:
    """A cousin is declared; the trust has not decided."""
    declare(reviewer=accepted, interests=[Interest.FAMILY], text=FAMILY["text"], by=guest)
    return Reviewer.objects.get()


def send(user: User, review: PeerReview, **fields: Any) -> Any:
    return client_of(user).post(address("declare", review), fields)


def test_declaration_is_kept_and_the_deciders_are_told(
    accepted: Reviewer, guest: User, lead: User, chair: User, executive: User, trustee: User
) -> None:
    client = client_of(guest)
    answer = client.post(address("declare", accepted.review), FAMILY)
    assert answer.url == address("declare", accepted.review)
    declared = Reviewer.objects.get()
    assert (declared.declared, declared.interests) == ([Interest.FAMILY], FAMILY["text"])
    assert declared.history.first().history_user == guest
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        one.email for one in (lead, chair, executive)
    )
    assert declared.get_absolute_url() in mail.outbox[0].body
    assert FAMILY["text"] not in mail.outbox[0].body
    page = page_of(client.get(answer.url))
    assert said(page) == ["Your declaration has gone to Northfield Learning Trust."]
    assert "until then nothing of the assessment is open to you" in text_of(client.get(answer.url))


def test_nothing_to_declare_is_said_too(accepted: Reviewer, guest: User) -> None:
    assert send(guest, accepted.review, interests=["none"], text="").status_code == 302
    assert (Reviewer.objects.get().declared, Reviewer.objects.get().interests) == ([], "")
    assert Reviewer.objects.get().waits_for_decision


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"text": "Typed."}, {"Choose what applies to you, or “None of these”": "id_interests_0"}),
        (
            {"interests": ["none", "has_family"], "text": "Typed."},
            {"Choose either “None of these” or what applies to you": "id_interests_0"},
        ),
        (
            {"interests": ["has_family"], "text": ""},
            {"Say what the trust should know of it": "id_text"},
        ),
        (
            {"interests": ["has_family"], "text": "x" * 2_001},
            {"This must be 2,000 characters or fewer; it has 2,001": "id_text"},
        ),
        ({"interests": ["is_staff"], "text": "T"}, {"Choose only from the list": "id_interests_0"}),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    sent: dict[str, Any], errors: dict[str, str], accepted: Reviewer, guest: User
) -> None:
    answer = send(guest, accepted.review, **sent)
    page = page_of(answer)
    assert answer.status_code == 422
    assert error_links(page) == errors
    assert form_values(page)["text"] == [sent["text"]]
    assert Reviewer.objects.get().declared_at is None
    assert mail.outbox == []


def test_declaration_sent_twice_is_one_and_told_once(accepted: Reviewer, guest: User) -> None:
    answers = [send(guest, accepted.review, **FAMILY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    told = [message.to[0] for message in mail.outbox]
    assert told == ["chair@northfield.example", "lead@northfield.example"]
    other = send(guest, accepted.review, interests=["none"], text="On second thoughts.")
    assert other.status_code == 409
    assert "On second thoughts." in text_of(other)
    assert Reviewer.objects.get().interests == FAMILY["text"]


def test_without_a_mail_server_the_declaration_stands_and_names_nobody(
    accepted: Reviewer, guest: User, chair: User, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = backend_of(Unreachable)
    client = client_of(guest)
    page = page_of(client.get(client.post(address("declare", accepted.review), FAMILY).url))
    assert said(page)[1].startswith("No mail could be sent to Northfield Learning Trust.")
    assert chair.email not in " ".join(said(page))
    assert Reviewer.objects.get().waits_for_decision


@pytest.mark.parametrize("who", ["stranger", "lead", "trustee"])
def test_nobody_else_opens_the_declaration(
    who: str, accepted: Reviewer, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    assert client_of(user).get(address("declare", accepted.review)).status_code == 404
    assert send(user, accepted.review, **FAMILY).status_code == 404


# The trust decides.


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("lead", 200),
        ("chair", 200),
        ("executive", 200),
        ("trustee", 403),
        ("observer", 403),
        ("stranger", 404),
        ("guest", 404),
    ],
)
def test_declaration_is_read_by_those_who_decide(
    who: str, status: int, declared: Reviewer, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))
    answer = client.get(declared.get_absolute_url())
    assert answer.status_code == status
    assert (FAMILY["text"] in answer.content.decode()) is (status == 200)
    if status != 200:
        assert client.post(declared.get_absolute_url(), {"then": "admit"}).status_code == status
        assert Reviewer.objects.get().admitted_at is None


def test_reviewer_stands_below_their_own_review_only(declared: Reviewer, chair: User) -> None:
    other = address("reviewer", declared.review_id + 1, declared.pk)
    assert client_of(chair).get(other).status_code == 404


def test_letting_in_opens_the_review_and_is_told_once(
    declared: Reviewer, chair: User, guest: User
) -> None:
    client = client_of(chair)
    assert not Reviewer.objects.open_to(guest).reading()
    for _ in range(2):
        answer = client.post(declared.get_absolute_url(), {"then": "admit"})
        assert answer.url == address("detail", declared.review)
    assert Reviewer.objects.open_to(guest).reading().get().admitted_by == chair
    [message] = mail.outbox
    assert (message.to, message.reply_to) == ([guest.email], [chair.email])
    assert address("reviewing", declared.review) in message.body
    assert said(page_of(client.get(answer.url))) == ["Reviewer can now read the assessment."]


def test_declining_says_why_and_shuts_the_way(declared: Reviewer, chair: User, guest: User) -> None:
    client = client_of(chair)
    sent = {"then": "refuse", "reason": "Too near.\nThank you."}
    for _ in range(2):
        assert client.post(declared.get_absolute_url(), sent).status_code == 302
    [message] = mail.outbox
    assert message.to == [guest.email]
    assert "Too near.\nThank you." in message.body
    assert client_of(guest).get(address("declare", declared.review)).status_code == 404
    assert "Too near." in text_of(client.get(declared.get_absolute_url()))
    freed = client.post(declared.get_absolute_url(), {"then": "withdraw"}, follow=True)
    assert said(page_of(freed)) == [f"{guest.email} can be invited again."]
    assert len(mail.outbox) == 1
    assert f"Declined on {date_format(timezone.localdate(), 'j F Y')}" in text_of(freed)


def test_declining_needs_a_reason(declared: Reviewer, chair: User) -> None:
    answer = client_of(chair).post(declared.get_absolute_url(), {"then": "refuse", "reason": " "})
    page = page_of(answer)
    assert answer.status_code == 422
    assert error_links(page) == {"Say why you decline": "id_reason"}
    assert "open" in page.all("details")[0].attributes
    assert Reviewer.objects.get().refused_at is None


def test_decision_made_meanwhile_keeps_the_reason_that_was_typed(
    declared: Reviewer, chair: User, lead: User
) -> None:
    admit(reviewer=declared, by=lead)
    sent = {"then": "refuse", "reason": "Too near."}
    answer = client_of(chair).post(declared.get_absolute_url(), sent)
    assert answer.status_code == 409
    page = page_of(answer)
    assert [node.text for node in page.all("div", "govuk-inset-text")] == ["Too near."]
    assert not {"Let them in", "Decline, and tell them why"} & {
        node.text for node in page.all("button")
    }
    assert Reviewer.objects.get().admitted_by == lead


def test_nothing_is_left_to_decide_once_access_is_over(declared: Reviewer, chair: User) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    PeerReview.objects.update(due_on=yesterday, access_until=yesterday)
    client = client_of(chair)
    page = page_of(client.get(declared.get_absolute_url()))
    assert link_named(page, "Give the reviewers longer") == address("edit", declared.review)
    assert "Let them in" not in [node.text for node in page.all("button")]
    answer = client.post(declared.get_absolute_url(), {"then": "admit"})
    assert answer.status_code == 409
    assert Reviewer.objects.get().admitted_at is None


def test_declined_reviewer_finds_the_reason_and_nothing_else(
    declared: Reviewer, chair: User, guest: User
) -> None:
    refuse(reviewer=declared, reason="Too near.", by=chair)
    client = client_of(guest)
    for path in (reverse("reviews:reviewing_index"), "/trusts/southmere/"):
        page = page_of(client.get(path)).with_id("main-content").text
        assert "It declined you as a reviewer on" in page, path
        assert "Its reason: Too near." in page, path
        assert declared.review.assessment.title not in page, path
        assert address("declare", declared.review) not in client.get(path).content.decode(), path
    Membership.objects.filter(user=guest).delete()
    assert "Its reason: Too near." in text_of(client.get("/"))
    long_ago = timezone.localdate() - timedelta(days=91)
    PeerReview.objects.update(due_on=long_ago, access_until=long_ago)
    assert "Too near." not in text_of(client.get(reverse("reviews:reviewing_index")))


def test_reason_waits_for_the_second_step(declared: Reviewer, chair: User, guest: User) -> None:
    refuse(reviewer=declared, reason="Too near.", by=chair)
    Trust.objects.filter(slug="northfield").update(requires_second_factor=True)
    shown = text_of(client_of(guest).get(reverse("reviews:reviewing_index")))
    assert "It declined you as a reviewer on" in shown
    assert "Too near." not in shown


def test_who_is_invited_anew_reads_of_that_alone(
    declared: Reviewer, chair: User, guest: User
) -> None:
    withdraw_reviewer(reviewer=declared, by=chair)
    where = reverse("reviews:reviewing_index")
    assert "It ended your part in its review on" in text_of(client_of(guest).get(where))
    [letter] = add_reviewers(review=declared.review, guests=[Guest(guest.email, "")], by=chair)
    posted(letter=letter, by=chair)
    take_up(reviewer=letter.invitation, by=guest)
    shown = text_of(client_of(guest).get(where))
    assert "It ended your part" not in shown
    assert "Your interests are to be declared" in shown


def test_declined_people_are_spoken_of_without_what_they_declared(
    declared: Reviewer, chair: User, observer: User
) -> None:
    refuse(reviewer=declared, reason="Your cousin teaches here.", by=chair)
    client = client_of(observer)
    history = client.get(f"/trusts/northfield/history/review/{declared.review_id}/")
    told = text_of(history)
    assert "sent the link of the invitation for Ruth Reviewer, in the peer" in told
    assert "declined Reviewer as a reviewer, in the peer review by Southmere" in told
    assert "Reviewer declared interests as a reviewer, in the peer review by Southmere" in told
    assert "cousin" not in told


def test_whether_there_are_interests_is_for_who_decides(
    declared: Reviewer, chair: User, observer: User
) -> None:
    where = address("detail", declared.review)
    assert "Has declared interests: waits for" in text_of(client_of(chair).get(where))
    shown = text_of(client_of(observer).get(where))
    assert "Has made a declaration: waits for your trust’s decision" in shown


def test_addresses_of_people_without_a_name_are_for_who_decides(
    review: PeerReview, chair: User, observer: User
) -> None:
    add_reviewers(review=review, guests=[Guest("nobody@nowhere.example", "")], by=chair)
    where = address("detail", review)
    assert "nobody@nowhere.example" in text_of(client_of(chair).get(where))
    shown = client_of(observer).get(where).content.decode()
    assert "nobody@nowhere.example" not in shown
    assert "Somebody whose name was not given" in shown


@pytest.mark.parametrize("then", ["", "else"])
def test_button_that_is_none_does_nothing(then: str, declared: Reviewer, chair: User) -> None:
    answer = client_of(chair).post(declared.get_absolute_url(), {"then": then})
    assert answer.status_code == 422
    assert Reviewer.objects.get().waits_for_decision


def test_withdrawn_person_is_told_once_and_shut_out(
    declared: Reviewer, chair: User, guest: User
) -> None:
    client = client_of(chair)
    for _ in range(2):
        assert client.post(declared.get_absolute_url(), {"then": "withdraw"}).status_code == 302
    assert [message.to for message in mail.outbox] == [[guest.email]]
    assert client_of(guest).get(address("declare", declared.review)).status_code == 404


def test_access_to_a_closed_review_can_be_ended_before_its_last_day(
    submitted_review: PeerReview, reviewer: User, chair: User
) -> None:
    [late] = add_reviewers(review=submitted_review, guests=[Guest("late@x.example")], by=chair)
    send_answers(review=submitted_review, by=chair)
    sign_off(review=submitted_review, side=Comment.Side.TRUST, by=chair)
    sign_off(review=submitted_review, side=Comment.Side.REVIEWERS, by=reviewer)
    assert find(late.token) is None
    client, row = client_of(chair), Reviewer.objects.get(user=reviewer)
    page = page_of(client.get(address("detail", submitted_review)))
    assert link_named(page, f"End access : {reviewer}") == row.get_absolute_url()
    assert client.post(row.get_absolute_url(), {"then": "withdraw"}).status_code == 302
    assert "has ended your access to the closed review" in mail.outbox[-1].body
    assert client_of(reviewer).get(address("reviewing", submitted_review)).status_code == 404
    Reviewer.objects.update(withdrawn_at=None, withdrawn_by=None)
    yesterday = timezone.localdate() - timedelta(days=1)
    PeerReview.objects.update(due_on=yesterday, access_until=yesterday)
    assert "End the access" not in text_of(client.get(row.get_absolute_url()))
    assert client.post(row.get_absolute_url(), {"then": "withdraw"}).status_code == 409


@pytest.mark.parametrize("then", ["send", "admit", "refuse", "withdraw"])
def test_withdrawn_review_sends_and_lets_in_nobody(
    then: str, letter: Letter, declared: Reviewer, chair: User, lead: User
) -> None:
    withdraw_review(review=declared.review, reason="We merge.", by=lead)
    sent = {"then": then, "reason": "No."}
    answer = client_of(chair).post(declared.get_absolute_url(), sent)
    assert answer.status_code == 409
    assert (mail.outbox, Reviewer.objects.get().admitted_at) == ([], None)


# Withdrawing and changing the review.


def test_withdrawing_the_review_tells_everybody_why(
    declared: Reviewer, chair: User, guest: User
) -> None:
    client = client_of(chair)
    page = address("withdraw", declared.review)
    assert client.post(page, {"reason": ""}).status_code == 422
    for _ in range(2):
        assert client.post(page, {"reason": "We merge."}).url == address("detail", declared.review)
    [message] = mail.outbox
    assert (message.to, "We merge." in message.body) == ([guest.email], True)
    other = client.post(page, {"reason": "Another."})
    assert other.status_code == 409
    assert form_values(page_of(other))["reason"] == ["Another."]
    assert "Because: We merge." in text_of(client.get(address("detail", declared.review)))


def test_who_is_invited_in_the_last_moment_is_told_too(
    declared: Reviewer, chair: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def invite_and_withdraw(**what: Any) -> None:
        add_reviewers(review=declared.review, guests=[Guest("late@x.example")], by=chair)
        withdraw_review(**what)

    monkeypatch.setattr(views, "withdraw_review", invite_and_withdraw)
    client_of(chair).post(address("withdraw", declared.review), {"reason": "We merge."})
    assert sorted(message.to[0] for message in mail.outbox) == ["late@x.example", declared.email]


@pytest.mark.parametrize("name", ["edit", "withdraw", "add_reviewers"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("lead", 200), ("executive", 200), ("trustee", 403), ("stranger", 404), ("guest", 404)],
)
def test_pages_that_change_are_for_three_roles(
    name: str, who: str, status: int, review: PeerReview, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))
    assert client.get(address(name, review)).status_code == status
    if status != 200:
        assert client.post(address(name, review), {"reason": "x"}).status_code == status


@pytest.fixture
def edited(review: PeerReview, chair: User) -> Callable[..., dict[str, Any]]:
    """What the page to change the review sends, but for `changes`."""
    values = form_values(page_of(client_of(chair).get(address("edit", review))))

    def fill_in(**changes: Any) -> dict[str, Any]:
        return {"reviewing_trust": review.reviewing_trust} | values | changes

    return fill_in


def test_change_holds_and_what_was_not_touched_stays(
    review: PeerReview, edited: Callable[..., dict[str, Any]], chair: User
) -> None:
    answer = client_of(chair).post(address("edit", review), edited(brief="Another."))
    assert answer.url == address("detail", review)
    now = PeerReview.objects.get()
    assert (now.brief, now.version, now.due_on) == ("Another.", 2, review.due_on)
    assert [one.name for one in now.focus_elements.all()] == ["Point 3"]


def test_change_over_somebody_elses_shows_both(
    review: PeerReview, edited: Callable[..., dict[str, Any]], chair: User, lead: User
) -> None:
    theirs = edited(brief="Theirs", shares_plan="on", focus=[])
    assert client_of(lead).post(address("edit", review), theirs).status_code == 302
    client = client_of(chair)
    answer = client.post(address("edit", review), edited(brief="Mine"))
    page = page_of(answer)
    assert answer.status_code == 409
    summary = page.all("div", "govuk-error-summary")[0].text
    assert "Brief Theirs" in summary
    assert "They see besides The action plan" in summary
    assert "To be looked at first Nothing in particular" in summary
    values = form_values(page)
    assert (values["brief"], values["version"]) == (["Mine"], ["2"])
    assert "shares_plan" not in values
    sent = {"reviewing_trust": review.reviewing_trust} | values
    assert client.post(address("edit", review), sent).status_code == 302
    assert PeerReview.objects.get().brief == "Mine"


def test_change_of_a_review_withdrawn_meanwhile_keeps_what_was_typed(
    review: PeerReview, edited: Callable[..., dict[str, Any]], chair: User, lead: User
) -> None:
    withdraw_review(review=review, reason="We merge.", by=lead)
    answer = client_of(chair).post(address("edit", review), edited(brief="Mine"))
    assert answer.status_code == 409
    assert form_values(page_of(answer))["brief"] == ["Mine"]
    assert PeerReview.objects.get().brief == review.brief


@pytest.mark.parametrize("name", ["edit", "withdraw", "add_reviewers"])
def test_ended_review_offers_no_form_that_it_would_refuse(
    name: str, review: PeerReview, chair: User
) -> None:
    withdraw_review(review=review, reason="We merge.", by=chair)
    page = page_of(client_of(chair).get(address(name, review)))
    assert "This review has ended" in page.with_id("main-content").text
    assert page.all("button", "govuk-button") == []
    gaps = text_of(client_of(chair).get(address("gaps", review)))
    assert "before any findings were sent" in gaps


def test_observer_reads_where_the_review_stands_without_addresses(
    declared: Reviewer, observer: User
) -> None:
    text = text_of(client_of(observer).get(address("detail", declared.review)))
    assert "waits for your trust’s decision" in text
    assert declared.email not in text
    assert FAMILY["text"] not in text


def test_role_of_another_trust_opens_nothing(
    declared: Reviewer, southmere: Trust, guest: User
) -> None:
    guest.memberships.update(role=Role.LEAD)
    client = client_of(guest)
    for name in ("detail", "edit", "withdraw", "add_reviewers"):
        assert client.get(address(name, declared.review)).status_code == 404
    assert client.get(declared.get_absolute_url()).status_code == 404
