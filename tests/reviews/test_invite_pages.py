"""The trust's pages to invite: the list, the form, what is refused, what goes out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from assessments.actions import create_assessment
from assessments.models import Assessment
from frameworks.models import Framework
from reviews.models import PeerReview, Reviewer
from reviews.taking_up import find
from tests.conftest import client_of
from tests.plans.conftest import error_links, form_values
from tests.reviews.conftest import GUEST, address, page_of, said
from tests.trusts.mailing import Choosy, Unreachable, backend_of, link_to, token_of
from trusts.drafts import SAVED_COOKIE
from trusts.invitation_mails import Outcome
from trusts.invitation_views import NOT_MAILED
from trusts.models import Trust, User

pytestmark = pytest.mark.once  # what pages say and take; saves at once are tried on both


def boxes(name: str, day: date) -> dict[str, Any]:
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def filled_in(**changes: Any) -> dict[str, Any]:
    """What the form sends, but for `changes`."""
    return {
        "reviewing_trust": "Southmere Schools Trust",
        "guests": f"{GUEST.name} <{GUEST.email}>",
        "brief": "Be frank.",
        **boxes("due_on", timezone.localdate() + timedelta(days=10)),
        **boxes("access_until", timezone.localdate() + timedelta(days=20)),
        "key": "3f0c8f2e-58a5-4a2f-9d1c-0a5f5a5f6b11",
    } | changes


def send(assessment: Assessment, user: User, **changes: Any) -> Any:
    return client_of(user).post(address("invite", assessment), filled_in(**changes))


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("lead", (200, 200)),
        ("chair", (200, 200)),
        ("executive", (200, 200)),
        ("trustee", (200, 403)),
        ("observer", (200, 403)),
        ("stranger", (404, 404)),
    ],
)
def test_list_is_for_members_and_inviting_for_three_roles(
    who: str, statuses: tuple[int, int], rated: Assessment, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))
    pages = (address("index", rated), address("invite", rated))
    assert tuple(client.get(one).status_code for one in pages) == statuses
    if statuses[1] != 200:
        assert client.post(pages[1], filled_in()).status_code == statuses[1]
        assert not PeerReview.objects.exists()


@pytest.mark.parametrize(("who", "has_button"), [("chair", True), ("trustee", False)])
def test_list_offers_to_invite_to_who_may(
    who: str, has_button: bool, rated: Assessment, request: pytest.FixtureRequest
) -> None:
    page = page_of(client_of(request.getfixturevalue(who)).get(address("index", rated)))
    assert "Nobody has been asked to review it yet." in page.with_id("main-content").text
    buttons = [node.text for node in page.all("a", "govuk-button")]
    assert buttons == (["Invite reviewers"] if has_button else [])


def test_form_begins_with_four_weeks_and_eight(rated: Assessment, chair: User) -> None:
    values = form_values(page_of(client_of(chair).get(address("invite", rated))))
    due_on, until = (
        timezone.localdate() + timedelta(days=28),
        timezone.localdate() + timedelta(days=56),
    )
    assert values["due_on_day"] + values["due_on_month"] == [str(due_on.day), str(due_on.month)]
    assert values["access_until_year"] == [str(until.year)]
    assert values["access_until_day"] == [str(until.day)]


def test_invitation_goes_out_and_the_review_is_as_asked(rated: Assessment, chair: User) -> None:
    focus = rated.ratings.in_order().first().element
    answer = send(rated, chair, shares_plan="on", focus=[str(focus.pk)])
    review = PeerReview.objects.get()
    assert (answer.status_code, answer.url) == (302, address("detail", review))
    assert (review.assessment, review.reviewing_trust) == (rated, "Southmere Schools Trust")
    assert (review.brief, review.shares_plan, review.shares_views) == ("Be frank.", True, False)
    assert list(review.focus_elements.all()) == [focus]
    assert (review.due_on, review.created_by) == (timezone.localdate() + timedelta(days=10), chair)
    assert review.access_until == timezone.localdate() + timedelta(days=20)
    [message] = mail.outbox
    assert (message.to, message.reply_to) == ([GUEST.email], [chair.email])
    assert find(token_of(link_to(GUEST.email))) == Reviewer.objects.get()
    page = page_of(client_of(chair).get(answer.url))
    text = page.with_id("main-content").text
    assert "Ratings, notes and dissent; the action plan" in text
    assert f"{GUEST.name} {GUEST.email} Invited; the link works until" in text


def test_form_sent_twice_makes_one_review_and_one_mail_each(rated: Assessment, chair: User) -> None:
    guests = f"{GUEST.email}\nann@example.org"
    answers = [send(rated, chair, guests=guests) for _ in range(2)]
    assert [answer.url for answer in answers] == [address("detail", PeerReview.objects.get())] * 2
    assert sorted(message.to[0] for message in mail.outbox) == ["ann@example.org", GUEST.email]


@pytest.mark.parametrize(
    "change", [{"brief": "Be kind."}, {"guests": f"{GUEST.email}\nann@example.org"}]
)
def test_form_sent_again_with_other_words_loses_none_of_them(
    change: dict[str, str], rated: Assessment, chair: User
) -> None:
    send(rated, chair, guests=GUEST.email)
    again = filled_in(guests=GUEST.email) | change
    answer = send(rated, chair, **again)
    page, review = page_of(answer), PeerReview.objects.get()
    assert (answer.status_code, SAVED_COOKIE in answer.cookies) == (409, False)
    assert address("detail", review) in [node.attributes.get("href") for node in page.all("a")]
    values = form_values(page)
    assert {name: values[name] for name in change} == {n: [text] for n, text in change.items()}
    assert (review.brief, len(mail.outbox)) == ("Be frank.", 1)
    assert send(rated, chair, **again | {"key": values["key"][0]}).status_code == 302
    assert PeerReview.objects.count() == 2


def test_form_whose_key_cannot_be_read_invites_all_the_same(rated: Assessment, chair: User) -> None:
    assert send(rated, chair, key="x").status_code == 302
    assert PeerReview.objects.count() == 1


def test_key_of_another_trusts_review_shows_nothing_of_it(
    review: PeerReview, southmere: Trust, framework: Framework, stranger: User
) -> None:
    own = create_assessment(
        trust=southmere, framework=framework, title="Ours", due_on=None, by=stranger
    )
    sent = {"reviewing_trust": "Northfield", "guests": "ann@example.org", "key": str(review.key)}
    answer = send(own, stranger, **sent)
    assert answer.url == address("detail", own.peer_reviews.get())
    assert PeerReview.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"reviewing_trust": " "}, {"Say where the reviewers come from": "id_reviewing_trust"}),
        (
            {"reviewing_trust": "x" * 201},
            {"This must be 200 characters or fewer; it has 201": "id_reviewing_trust"},
        ),
        (
            {"reviewing_trust": "NORTHFIELD Learning Trust"},
            {
                "Name where the reviewers come from; Northfield Learning Trust is reviewed": (
                    "id_reviewing_trust"
                )
            },
        ),
        ({"guests": ""}, {"Enter the email address of at least one reviewer": "id_guests"}),
        (
            {"guests": "Jane\nJo <jo@nowhere>\na@example.org\nA@example.org"},
            {
                "Line 1: there is no email address in it": "id_guests",
                "Line 2: “jo@nowhere” is not an email address. One looks like name@example.org": (
                    "id_guests"
                ),
                "Line 4: line 3 has a@example.org already": "id_guests",
            },
        ),
        (
            {"guests": "Jane, jane@example.org, Trustee"},
            {"Line 1: the email address has to come last, after the name": "id_guests"},
        ),
        (
            {"guests": "\n".join(f"p{number}@example.org" for number in range(21))},
            {"Invite 20 reviewers or fewer at once": "id_guests"},
        ),
        (
            {"guests": "Trustee@northfield.example\nobserver@northfield.example\na@example.org"},
            {
                f"{who}@northfield.example belongs to Northfield Learning Trust, so they cannot "
                "review it": "id_guests"
                for who in ("observer", "trustee")
            },
        ),
        (
            {"brief": "x" * 10_001},
            {"The brief must be 10,000 characters or fewer; it has 10,001": "id_brief"},
        ),
        ({"focus": ["999999"]}, {"Choose only from the list": "id_focus_0"}),
        ({"due_on_day": ""}, {"The date must include a day": "id_due_on_day"}),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    changes: dict[str, Any],
    errors: dict[str, str],
    rated: Assessment,
    chair: User,
    trustee: User,
    observer: User,
) -> None:
    answer = send(rated, chair, **changes)
    page = page_of(answer)
    assert answer.status_code == 422
    assert error_links(page) == errors
    values = form_values(page)
    for name, value in filled_in(**changes).items():
        if name not in ("focus", "reviewing_trust"):
            assert values[name] == [str(value)], name
    assert (PeerReview.objects.count(), mail.outbox) == (0, [])


@pytest.mark.parametrize(
    ("name", "days", "message"),
    [
        ("due_on", -1, "The day must be today or in the future"),
        ("access_until", -1, "The last day of access must be today or in the future"),
        (
            "access_until",
            9,
            "The last day of access must be the day on which the findings are wanted, or later",
        ),
    ],
)
def test_days_are_to_come_and_in_order(
    name: str, days: int, message: str, rated: Assessment, chair: User
) -> None:
    changes = boxes(name, timezone.localdate() + timedelta(days=days))
    page = page_of(send(rated, chair, **changes))
    assert error_links(page) == {message: f"id_{name}_day"}
    assert form_values(page).items() >= {key: [str(one)] for key, one in changes.items()}.items()
    assert PeerReview.objects.count() == 0


@pytest.mark.parametrize("name", ["due_on", "access_until"])
def test_days_far_off_are_refused_with_the_last_one_that_will_do(
    name: str, rated: Assessment, chair: User
) -> None:
    latest = date(timezone.localdate().year + 2, 12, 31)
    whole = boxes("due_on", latest) | boxes("access_until", latest)
    page = page_of(send(rated, chair, **whole | boxes(name, latest + timedelta(days=1))))
    what = {"due_on": "The day", "access_until": "The last day of access"}[name]
    message = f"{what} must be 31 December {latest.year} or earlier"
    assert error_links(page) == {message: f"id_{name}_day"}
    assert send(rated, chair, **whole).status_code == 302


def test_dates_of_one_day_will_do(rated: Assessment, chair: User) -> None:
    days = boxes("due_on", timezone.localdate()) | boxes("access_until", timezone.localdate())
    assert send(rated, chair, **days).status_code == 302


def test_ticked_elements_are_kept_and_stand_unfolded(rated: Assessment, chair: User) -> None:
    focus = str(rated.ratings.in_order().last().element_id)
    page = page_of(send(rated, chair, reviewing_trust="", focus=[focus], shares_plan="on"))
    assert form_values(page)["focus"] == [focus]
    assert form_values(page)["shares_plan"] == ["on"]
    folds = {node.text[:6]: "open" in node.attributes for node in page.all("details", "tq-focus")}
    assert folds == {"Area 1": False, "Area 2": True}


@pytest.mark.parametrize("names_shown", [True, False])
def test_views_are_offered_once_they_are_closed_and_never_with_names(
    names_shown: bool, rated: Assessment, chair: User, lead: User
) -> None:
    assert send(rated, chair, shares_views="on").status_code == 302
    assert PeerReview.objects.get().shares_views is False
    closed = {"opened_at": timezone.now(), "closed_at": timezone.now()}
    by = {"opened_by": lead, "closed_by": lead}
    Assessment.objects.filter(pk=rated.pk).update(names_shown=names_shown, **closed, **by)
    page = page_of(client_of(chair).get(address("invite", rated)))
    assert "With the notes, and never with a name." in page.with_id("id_shares_views-hint").text
    send(rated, chair, shares_views="on", key=str(uuid4()))
    assert [one.shares_views for one in PeerReview.objects.order_by("pk")] == [False, True]


# Mails that do not go.


def test_without_a_mail_server_nothing_is_lost_and_the_page_says_so(
    rated: Assessment, chair: User, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = backend_of(Unreachable)
    client = client_of(chair)
    answer = client.post(address("invite", rated), filled_in())
    page = page_of(client.get(answer.url))
    assert said(page) == [
        "The review is set up.",
        f"No mail went to {GUEST.email}. Nothing is lost: try again later with the button “Send "
        "the link again” beside their name.",
    ]
    assert "No mail went to this address" in page.with_id("main-content").text
    [again] = [node.attributes["href"] for node in page.all("a") if "Send again" in node.text]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    answer = client.post(again, {"then": "send"})
    mailed = f"1 invitation is mailed to {GUEST.email}."
    assert said(page_of(client.get(answer.url))) == [mailed]
    assert find(token_of(link_to(GUEST.email))) == Reviewer.objects.get()


def test_one_refused_address_keeps_no_other_back(
    rated: Assessment, chair: User, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = backend_of(Choosy)
    client = client_of(chair)
    guests = "refused@example.org\nann@example.org"
    answer = client.post(address("invite", rated), filled_in(guests=guests))
    assert [text.split(". ")[0] for text in said(page_of(client.get(answer.url)))] == [
        "The review is set up, 1 invitation is mailed to ann@example.org.",
        "No mail went to refused@example.org",
    ]
    mailed = {one.email: one.mailed_at is not None for one in Reviewer.objects.all()}
    assert mailed == {"refused@example.org": False, "ann@example.org": True}


def test_one_address_gets_few_mails_a_day(
    review: PeerReview, chair: User, settings: LazySettings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.SIGN_IN_LIMITS
    cache.clear()
    page, client = Reviewer.objects.get().get_absolute_url(), client_of(chair)
    for _ in range(7):
        answer = client.post(page, {"then": "send"})
    assert len(mail.outbox) == 5
    too_many = NOT_MAILED[Outcome.TOO_MANY].format(to=GUEST.email)
    assert said(page_of(client.get(answer.url)))[-1] == too_many
    cache.clear()


# More people, and other answers to the form.


def test_more_people_are_invited_and_who_is_there_is_not_written_to_again(
    review: PeerReview, chair: User
) -> None:
    client = client_of(chair)
    sent = {"guests": f"{GUEST.email}\nAnn Lee <ann@example.org>"}
    answer = client.post(address("add_reviewers", review), sent)
    assert answer.url == address("detail", review)
    assert said(page_of(client.get(answer.url))) == [
        "1 invitation is mailed to ann@example.org.",
        "Nobody who was on the list already was written to again.",
    ]
    assert [message.to for message in mail.outbox] == [["ann@example.org"]]


def test_members_cannot_be_added(review: PeerReview, chair: User, lead: User) -> None:
    sent = {"guests": f"{lead.email}\nann@example.org"}
    answer = client_of(chair).post(address("add_reviewers", review), sent)
    page = page_of(answer)
    assert answer.status_code == 422
    assert list(error_links(page)) == [
        f"{lead.email} belongs to Northfield Learning Trust, so they cannot review it"
    ]
    assert form_values(page)["guests"] == [sent["guests"]]
    assert review.reviewers.count() == 1


def test_adding_to_a_review_withdrawn_meanwhile_keeps_the_list(
    review: PeerReview, chair: User, lead: User
) -> None:
    withdrawn = client_of(lead).post(address("withdraw", review), {"reason": "We merge."})
    assert withdrawn.status_code == 302
    answer = client_of(chair).post(address("add_reviewers", review), {"guests": "ann@example.org"})
    assert answer.status_code == 409
    assert form_values(page_of(answer))["guests"] == ["ann@example.org"]
    assert review.reviewers.count() == 1
