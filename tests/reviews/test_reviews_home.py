"""What reviews tell the home page of a trust, and the front page of who has no trust or several."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from plans.actions import start_plan
from reviews.answering import send_answers, sign_off
from reviews.correcting import resolve
from reviews.home_panel import own_reviews_panel, reviews_panel
from reviews.inviting import Guest, withdraw_review
from reviews.models import Comment, PeerReview, Reviewer
from reviews.taking_up import declare, take_up
from tests.conftest import client_of, make_user
from tests.reviews.conftest import address, another_reviewer, comment, make_review, page_of
from trusts.home import Panel
from trusts.invitations import Letter
from trusts.models import Membership, Role, Trust, User
from trusts.permissions import allowed
from trusts.views import fetch_membership

DECIDERS = "Governance lead, chair or executive"


def tasks(panel: Panel | None) -> list[tuple[str, str]]:
    assert panel is not None
    return [(task.text, task.url) for task in panel.tasks]


def html(panel: Panel, user: User, trust: Trust) -> str:
    request = type("Request", (), {"user": user})()
    context: dict[str, Any] = {"panel": panel, "trust": trust, "may": allowed(user, trust)}
    return render_to_string(panel.template_name, context | {"request": request})


def test_without_any_review_the_panel_says_where_one_begins(lead: User, northfield: Trust) -> None:
    panel = reviews_panel(lead, northfield)
    assert (panel.tasks, panel.context) == ((), {"reviews": [], "ways": []})
    assert "No peer review is under way." in html(panel, lead, northfield)


@pytest.mark.parametrize(
    ("who", "is_asked"),
    [("lead", True), ("chair", True), ("executive", True), ("trustee", False), ("observer", False)],
)
def test_declaration_waits_for_those_who_decide(
    who: str,
    is_asked: bool,
    letter: Letter,
    guest: User,
    northfield: Trust,
    request: pytest.FixtureRequest,
) -> None:
    user = request.getfixturevalue(who)
    take_up(reviewer=letter.invitation, by=guest)
    assert tasks(reviews_panel(user, northfield)) == []
    declare(reviewer=letter.invitation, interests=[], text="", by=guest)
    panel = reviews_panel(user, northfield)
    text = "Decide whether Reviewer may review Self-assessment 2026"
    assert tasks(panel) == ([(text, letter.invitation.get_absolute_url())] if is_asked else [])
    if is_asked:
        assert (panel.tasks[0].whose, panel.tasks[0].since) == (DECIDERS, timezone.localdate())
    assert "Peer review by Southmere Schools Trust" in html(panel, user, northfield)


def test_links_that_do_not_work_wait_for_those_who_invite(
    review: PeerReview, rated: Any, chair: User, northfield: Trust
) -> None:
    assert tasks(reviews_panel(chair, northfield)) == []
    guests = [Guest(f"p{number}@example.org") for number in range(2)]
    other, _ = make_review(rated, by=chair, guests=guests)
    review.reviewers.update(expires_at=timezone.now())
    url, other_url = address("detail", review), address("detail", other)
    no_link = "no link that works, to review Self-assessment 2026: send it again"
    assert tasks(reviews_panel(chair, northfield)) == [
        (f"2 reviewers from Southmere Schools Trust have {no_link}", other_url),
        (f"1 reviewer from Southmere Schools Trust has {no_link}", url),
    ]
    withdraw_review(review=other, reason="No.", by=chair)
    assert [url for _, url in tasks(reviews_panel(chair, northfield))] == [url]


def test_review_that_ran_out_without_findings_waits_for_those_who_decide(
    review: PeerReview,
    letter: Letter,
    guest: User,
    chair: User,
    trustee: User,
    northfield: Trust,
    django_assert_num_queries: Any,
) -> None:
    take_up(reviewer=letter.invitation, by=guest)
    declare(reviewer=letter.invitation, interests=[], text="", by=guest)
    yesterday = timezone.localdate() - timedelta(days=1)
    PeerReview.objects.update(due_on=yesterday, access_until=yesterday)
    run_out = (
        "No findings came from the peer review of Self-assessment 2026 by Southmere Schools Trust "
        "before access ended: give the reviewers longer or withdraw it",
        address("detail", review),
    )
    chair = User.objects.get(pk=chair.pk)
    reviews_panel(chair, northfield)
    with django_assert_num_queries(1):
        panel = reviews_panel(chair, northfield)
    assert tasks(panel) == [run_out]
    assert (panel.tasks[0].whose, panel.tasks[0].since) == (DECIDERS, timezone.localdate())
    assert tasks(reviews_panel(trustee, northfield)) == []
    withdraw_review(review=review, reason="No.", by=chair)
    assert tasks(reviews_panel(chair, northfield)) == []


def test_findings_wait_for_answers_and_then_for_a_signature(
    submitted_review: PeerReview, chair: User, trustee: User, northfield: Trust
) -> None:
    url = address("detail", submitted_review)
    answer = ("Answer the peer review of Self-assessment 2026 by Southmere Schools Trust", url)
    assert tasks(reviews_panel(chair, northfield)) == [answer]
    assert tasks(reviews_panel(trustee, northfield)) == []
    send_answers(review=submitted_review, by=chair)
    sign = ("Sign off the peer review of Self-assessment 2026 by Southmere Schools Trust", url)
    assert tasks(reviews_panel(chair, northfield)) == [sign]
    sign_off(review=submitted_review, side=Comment.Side.TRUST, by=chair)
    assert tasks(reviews_panel(chair, northfield)) == []


def test_reviewer_finds_what_they_owe_on_their_own_trusts_home(
    review: PeerReview, letter: Letter, guest: User, southmere: Trust, chair: User
) -> None:
    assert tasks(reviews_panel(guest, southmere)) == []
    take_up(reviewer=letter.invitation, by=guest)
    panel = reviews_panel(guest, southmere)
    what = "Self-assessment 2026 of Northfield Learning Trust"
    declaration = (f"Declare your interests before you review {what}", address("declare", review))
    assert tasks(panel) == [declaration]
    assert (panel.tasks[0].due_on, panel.tasks[0].since, panel.tasks[0].whose) == (
        None,
        timezone.localdate(),
        "You",
    )
    assert "Your interests are to be declared" in html(panel, guest, southmere)
    declare(reviewer=letter.invitation, interests=[], text="", by=guest)
    assert tasks(reviews_panel(guest, southmere)) == []
    Reviewer.objects.update(admitted_at=timezone.now(), admitted_by=chair)
    PeerReview.objects.update(status=PeerReview.Status.REVIEWING)
    assert tasks(reviews_panel(guest, southmere)) == [
        (f"Review {what}", address("reviewing", review))
    ]


def test_sent_findings_wait_for_nobody_and_answers_for_the_reviewers(
    submitted_review: PeerReview, reviewer: User, southmere: Trust, chair: User
) -> None:
    assert tasks(reviews_panel(reviewer, southmere)) == []
    send_answers(review=submitted_review, by=chair)
    what = "Self-assessment 2026 of Northfield Learning Trust"
    text = f"Read the answers and sign off your review of {what}"
    assert tasks(reviews_panel(reviewer, southmere)) == [
        (text, address("reviewing", submitted_review))
    ]
    sign_off(review=submitted_review, side=Comment.Side.REVIEWERS, by=reviewer)
    assert tasks(reviews_panel(reviewer, southmere)) == []


def test_fact_to_be_corrected_waits_for_the_reviewers_and_holds_both_signatures_back(
    submitted_review: PeerReview,
    reviewer: User,
    chair: User,
    northfield: Trust,
    southmere: Trust,
) -> None:
    review, url = submitted_review, address("reviewing", submitted_review)
    asked = comment(
        review,
        "It was in May.",
        by=chair,
        side=Comment.Side.TRUST,
        name="Point 3",
        kind=Comment.Kind.CORRECTION,
    )
    what = "Self-assessment 2026 of Northfield Learning Trust"
    correct = (f"Correct a fact in your review of {what}", url)
    assert tasks(reviews_panel(reviewer, southmere)) == [correct]
    assert reviews_panel(reviewer, southmere).tasks[0].since == timezone.localdate()
    assert tasks(own_reviews_panel(reviewer)) == [correct]
    PeerReview.objects.update(status="answered", answered_at=timezone.now(), answered_by=chair)
    assert tasks(reviews_panel(reviewer, southmere)) == [correct]
    assert tasks(reviews_panel(chair, northfield)) == []
    resolve(correction=asked, outcome=Comment.Outcome.CORRECTED, by=reviewer)
    sign = f"Read the answers and sign off your review of {what}"
    assert tasks(reviews_panel(reviewer, southmere)) == [(sign, url)]
    sign = "Sign off the peer review of Self-assessment 2026 by Southmere Schools Trust"
    assert tasks(reviews_panel(chair, northfield)) == [(sign, address("detail", review))]


def test_colleague_of_a_reviewer_sees_nothing_of_it(
    reviewer: User, stranger: User, southmere: Trust
) -> None:
    assert reviews_panel(stranger, southmere).context == {"reviews": [], "ways": []}


def test_titles_of_a_trust_that_asks_for_a_second_factor_stay_shut(
    reviewer: User, northfield: Trust, southmere: Trust
) -> None:
    Trust.objects.filter(pk=northfield.pk).update(requires_second_factor=True)
    panel = reviews_panel(reviewer, southmere)
    assert panel.tasks == ()
    text = html(panel, reviewer, southmere)
    assert "It asks for a second step" in text
    assert "Self-assessment 2026" not in text


@pytest.mark.parametrize("memberships", [0, 1, 2])
def test_front_page_leads_to_reviews_or_to_the_only_trust(
    memberships: int, reviewer: User, southmere: Trust
) -> None:
    reviewer.memberships.all().delete()
    trusts = [southmere, Trust.objects.create(name="Third Trust", slug="third")]
    for trust in trusts[:memberships]:
        Membership.objects.create(user=reviewer, trust=trust, role=Role.LEAD)
    answer = client_of(reviewer).get("/")
    if memberships == 1:
        assert answer.url == southmere.get_absolute_url()
        return
    page = page_of(answer)
    assert [node.text for node in page.all("h1")] == [
        "Your trusts" if memberships else "What you take part in"
    ]
    main = page.with_id("main-content").text
    assert "Review Self-assessment 2026 of Northfield Learning Trust" in main
    assert ("Third Trust" in main) is bool(memberships)


def test_who_reviews_nothing_has_no_panel_and_an_empty_list(
    stranger: User, review: PeerReview
) -> None:
    assert own_reviews_panel(stranger) is None
    page = page_of(client_of(stranger).get(reverse("reviews:reviewing_index")))
    assert "No trust has asked you for a review" in page.with_id("main-content").text


def test_list_of_ones_own_reviews_ends_with_the_last_day(
    review: PeerReview, reviewer: User
) -> None:
    client, index = client_of(reviewer), reverse("reviews:reviewing_index")
    assert address("reviewing", review) in client.get(index).content.decode()
    yesterday = timezone.localdate() - timedelta(days=1)
    PeerReview.objects.update(due_on=yesterday, access_until=yesterday)
    shown = client.get(index).content.decode()
    assert f"Your last day was {yesterday.day} {yesterday:%B %Y}, so nothing of it is open" in shown
    assert address("reviewing", review) not in shown
    long_ago = yesterday - timedelta(days=90)
    PeerReview.objects.update(due_on=long_ago, access_until=long_ago)
    assert "No trust has asked you for a review lately." in client.get(index).content.decode()


# Queries.


@pytest.mark.parametrize("count", [1, 4])
def test_home_costs_eight_queries_with_a_plan_and_however_many_reviews(
    count: int, submitted_review: PeerReview, chair: User, lead: User, django_assert_num_queries
) -> None:
    start_plan(assessment=submitted_review.assessment, by=lead)
    for _ in range(count - 1):
        other, _ = make_review(submitted_review.assessment, by=chair)
        another_reviewer(other, f"{uuid4()}@example.org", by=chair)
    client = client_of(lead)
    with django_assert_num_queries(8):
        client.get("/trusts/northfield/")


@pytest.mark.parametrize("count", [1, 4])
def test_front_page_costs_the_same_however_many_reviews(
    count: int, rated: Any, chair: User, django_assert_num_queries
) -> None:
    user = make_user("ruth@example.org")
    for _ in range(count):
        _, [letter] = make_review(rated, by=chair, guests=[Guest(user.email)])
        take_up(reviewer=letter.invitation, by=user)
    client = client_of(user)
    with django_assert_num_queries(4):
        client.get("/")
    with django_assert_num_queries(4):
        client.get("/reviewing/")


# The home's own door says what the one door says.


@pytest.mark.parametrize("requires", [False, True])
@pytest.mark.parametrize("shown", [False, True])
@pytest.mark.parametrize("who", ["lead", "observer", "stranger"])
def test_place_in_a_trust_is_found_where_the_trust_is_visible(
    who: str, shown: bool, requires: bool, northfield: Trust, request: pytest.FixtureRequest
) -> None:
    Trust.objects.filter(pk=northfield.pk).update(requires_second_factor=requires)
    user = User.objects.get(pk=request.getfixturevalue(who).pk)
    user.second_factor_shown = shown
    if Trust.objects.visible_to(user).filter(slug="northfield"):
        assert fetch_membership(user, "northfield") == user.memberships.get()
    else:
        with pytest.raises(Http404):
            fetch_membership(user, "northfield")


def test_who_is_signed_out_sees_no_panel(review: PeerReview) -> None:
    assert own_reviews_panel(AnonymousUser()) is None
    assert "Trusts that you review" not in Client().get("/").content.decode()
