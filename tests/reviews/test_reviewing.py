"""The reviewers' other pages: where they begin, what is shared, sending, signing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.actions import create_assessment
from assessments.collecting import close_collecting, open_collecting
from assessments.models import Assessment, Response
from plans.actions import start_plan
from reviews.answering import record_answer, send_answers, sign_off
from reviews.models import Answer, Comment, PeerReview, Reviewer
from reviews.progress import progress_of
from reviews.taking_up import declare, take_up
from tests.conftest import client_of, make_framework
from tests.page import Page
from tests.reviews.conftest import (
    address,
    comment,
    find,
    finding_of,
    let_in,
    make_review,
    page_of,
    said,
)
from trusts.models import Trust, User

pytestmark = pytest.mark.once  # what pages say and take; saves at once are tried on both

TRUST, REVIEWERS = Comment.Side.TRUST, Comment.Side.REVIEWERS


def see(user: User, name: str, review: PeerReview, *rest: Any) -> Page:
    answer = client_of(user).get(address(name, review, *rest))
    assert answer.status_code == 200
    return page_of(answer)


def main(page: Page) -> str:
    return page.with_id("main-content").text


def test_first_page_says_what_is_asked_and_where_to_start(review, reviewer) -> None:
    page = see(reviewer, "reviewing", review)
    text = main(page)
    due, until = (f"{day:%-d %B %Y}" for day in (review.due_on, review.access_until))
    assert f"Wanted by {due}. 0 of 3 points begun." in text
    assert f"Shared with you until {until}: ratings and notes." in text
    assert "Look at how the board comes to its view." in text
    assert "Nobody at Northfield Learning Trust sees what you write until you send it." in text
    [start] = [one for one in page.all("a", "govuk-button") if "Start with" in one.text]
    assert (start.text, start.attributes["href"]) == (
        "Start with 3. Point 3",  # what the trust asks for first
        address("find", review, "MU-03"),
    )


def test_list_tells_what_was_written(review, reviewer) -> None:
    find(review, "Point 1", by=reviewer, order=3, strengths="They know it.", evidence="Minutes.")
    first = comment(review, "Well argued.", by=reviewer, name="Point 2")
    comment(review, "Indeed.", by=reviewer, parent=first)
    page = see(reviewer, "reviewing", review)
    items = [node.text for node in page.all("li", "govuk-task-list__item")]
    assert items == [
        "1. Point 1 Strengths, evidence Step 3",
        "2. Point 2 2 comments No level",
        "3. Point 3 To look at first Nothing yet",
    ]
    assert "2 of 3 points begun." in main(page)


def test_who_reviews_together_is_named(review, reviewer, second_reviewer) -> None:
    assert f"Reviewing together: {reviewer}, {second_reviewer}." in main(
        see(reviewer, "reviewing", review)
    )


def test_shared_pages_are_offered_and_others_not(review, reviewer) -> None:
    def tabs() -> list[str]:
        return [one.text for one in see(reviewer, "reviewing", review).all("a", "tq-tabs__link")]

    assert tabs() == ["Your review", "Heat map and notes"]
    PeerReview.objects.filter(pk=review.pk).update(shares_views=True)
    assert tabs() == ["Your review", "Heat map and notes", "Members’ views"]


def test_who_is_not_let_in_yet_is_led_to_the_declaration(review, letter, guest) -> None:
    client = client_of(guest)
    take_up(reviewer=letter.invitation, by=guest)
    assert client.get(address("reviewing", review))["Location"] == address("declare", review)
    declare(reviewer=letter.invitation, interests=[], text="", by=guest)
    assert client.get(address("reviewing", review))["Location"] == address("declare", review)
    assert client.get(address("reviewing_assessment", review)).status_code == 404


def test_heat_map_leads_to_the_reviewers_pages(review, reviewer) -> None:
    page = see(reviewer, "reviewing_assessment", review)
    links = [one.attributes["href"] for one in page.all("a", "tq-heat-map__link")]
    assert links == [address("find", review, f"MU-0{number}") for number in (1, 2, 3)]
    text = main(page)
    assert "What the board saw in Point 2." in text
    assert [node.text for node in page.all("ul", "tq-distribution")] == [
        "Step 1 1 Step 2 1 Step 3 0 Step 4 1"
    ]


def test_heat_map_shows_nothing_of_an_earlier_assessment(
    rated: Assessment, framework, northfield, lead, chair, guest
) -> None:
    later = create_assessment(
        trust=northfield,
        framework=framework,
        title="Self-assessment 2027",
        due_on=None,
        carried_from=rated,
        by=lead,
    )
    review, [letter] = make_review(later, by=chair)
    let_in(letter, guest, by=chair)
    for name, rest in (("reviewing_assessment", []), ("find", ["MU-01"]), ("find_all", [])):
        html = client_of(guest).get(address(name, review, *rest)).content.decode()
        for told in ("Self-assessment 2026", "re-confirmed", "What the board saw in Point 1."):
            assert told not in html, name


@pytest.fixture
def views(rated: Assessment, lead, chair, executive, trustee) -> Assessment:
    """Four views of every point, of two board members and more; closed, with names shown."""
    open_collecting(
        assessment=rated,
        people=[lead, chair, executive, trustee],
        due_on=None,
        names_shown=True,
        by=lead,
    )
    level = rated.framework.levels.get(order=2)
    Response.objects.filter(respondent__assessment=rated).update(level=level)
    Response.objects.filter(respondent__user=trustee).update(note="Nobody asked me.")
    close_collecting(assessment=rated, by=lead)
    return rated


def test_views_are_counted_and_never_by_name(views, review, reviewer) -> None:
    PeerReview.objects.filter(pk=review.pk).update(shares_views=True)
    page = see(reviewer, "reviewing_views", review)
    spreads = [node.text for node in page.all("dl", "tq-spread")]
    assert spreads == ["Everybody who was asked 4 Step 2"] * 3
    text = main(page)
    assert "Nobody asked me." in text
    for name in ("Trustee", "Chair", "Lead,"):
        assert name not in text
    links = [one.attributes["href"] for one in page.all("a") if one.text == "1. Point 1"]
    assert links == [address("find", review, "MU-01")]


def test_views_that_are_not_shared_are_not_there(views, review, reviewer) -> None:
    assert client_of(reviewer).get(address("reviewing_views", review)).status_code == 404


def test_views_that_are_still_collected_are_not_shown(
    rated, review, reviewer, lead, trustee
) -> None:
    PeerReview.objects.filter(pk=review.pk).update(shares_views=True)
    open_collecting(assessment=rated, people=[trustee], due_on=None, names_shown=False, by=lead)
    Response.objects.filter(respondent__user=trustee).update(note="Nobody asked me.")
    page = see(reviewer, "reviewing_views", review)
    assert "Members are still giving their own views." in main(page)
    assert "Nobody asked me." not in main(page)


def test_most_divided_comes_first_where_asked(views, review, reviewer, trustee) -> None:
    PeerReview.objects.filter(pk=review.pk).update(shares_views=True)
    level = views.framework.levels.get(order=4)
    Response.objects.filter(respondent__user=trustee, element__code="MU-03").update(level=level)
    answer = client_of(reviewer).get(address("reviewing_views", review), {"order": "divided"})
    headings = [node.text for node in page_of(answer).all("h2", "tq-note__heading")]
    assert headings == ["3. Point 3", "1. Point 1", "2. Point 2"]


def test_sending_names_what_is_empty_first(review, reviewer) -> None:
    find(review, "Point 1", by=reviewer, strengths="They know it.")
    page = see(reviewer, "submit", review)
    assert "You have said nothing about 2 of 3 points." in main(page)
    empty = [node.text for node in page.all("li") if node.text.startswith(("1.", "2.", "3."))]
    assert empty == ["3. Point 3 , which the trust asks you to look at", "2. Point 2"]


def test_findings_are_sent_once(review, reviewer, second_reviewer) -> None:
    find(review, "Point 1", by=reviewer, strengths="They know it.")
    answer = client_of(reviewer).post(address("submit", review))
    assert answer["Location"] == address("reviewing", review)
    review.refresh_from_db()
    assert (review.status, review.submitted_by) == ("submitted", reviewer)
    answer = client_of(second_reviewer).post(address("submit", review), follow=True)
    assert said(page_of(answer)) == ["The findings have been sent already."]
    review.refresh_from_db()
    assert review.submitted_by == reviewer
    assert client_of(reviewer).get(address("submit", review))["Location"] == address(
        "reviewing", review
    )


def test_open_correction_stands_on_the_first_page(submitted_review, reviewer, executive) -> None:
    correction = comment(
        submitted_review,
        "We met in May.",
        by=executive,
        side=TRUST,
        name="Point 1",
        kind=Comment.Kind.CORRECTION,
    )
    text = main(see(reviewer, "reviewing", submitted_review))
    assert "Facts to be corrected" in text
    assert "1. Point 1 Strengths, evidence, 2 comments To be corrected" in text
    client_of(reviewer).post(
        address("resolve", submitted_review, correction), {"outcome": "stands"}
    )
    assert "Facts to be corrected" not in main(see(reviewer, "reviewing", submitted_review))


def test_reviewers_sign_once_the_answers_are_sent(submitted_review, reviewer, executive) -> None:
    client = client_of(reviewer)
    where = address("reviewers_sign", submitted_review)
    answer = client.post(where)
    assert answer.status_code == 409
    assert "The answers have to be sent first." in main(page_of(answer))
    send_answers(review=submitted_review, by=executive)
    assert client.post(where)["Location"] == address("reviewing", submitted_review)
    submitted_review.refresh_from_db()
    assert (submitted_review.status, submitted_review.reviewers_signed_by) == ("answered", reviewer)
    sign_off(review=submitted_review, side=TRUST, by=executive)
    assert "Closed: both sides have signed." in main(see(reviewer, "reviewing", submitted_review))
    assert client.post(where).status_code == 302  # said before, safe to repeat


def test_waiting_correction_keeps_the_review_open(submitted_review, reviewer, executive) -> None:
    comment(
        submitted_review,
        "We met in May.",
        by=executive,
        side=TRUST,
        name="Point 1",
        kind=Comment.Kind.CORRECTION,
    )
    PeerReview.objects.update(status="answered", answered_at=timezone.now(), answered_by=executive)
    answer = client_of(reviewer).post(address("reviewers_sign", submitted_review))
    assert answer.status_code == 409
    assert "still waits for the reviewers" in main(page_of(answer))


def test_closed_review_can_be_read_and_not_spoken_in(submitted_review, reviewer, executive) -> None:
    send_answers(review=submitted_review, by=executive)
    for side, person in ((TRUST, executive), (REVIEWERS, reviewer)):
        sign_off(review=submitted_review, side=side, by=person)
    page = see(reviewer, "find", submitted_review, "MU-01")
    assert "Well argued." in main(page)
    assert [box for box in page.all("textarea") if "readonly" not in box.attributes] == []


def test_framework_of_the_trusts_own_is_read_as_such(northfield: Trust, lead, chair, guest) -> None:
    framework = make_framework("own")
    type(framework).objects.filter(pk=framework.pk).update(is_published=False)
    assessment = create_assessment(
        trust=northfield, framework=framework, title="Our culture", due_on=None, by=lead
    )
    review, [letter] = make_review(assessment, by=chair)
    let_in(letter, guest, by=chair)
    text = main(see(guest, "find", review, "MU-01"))
    assert "A framework of the trust’s own." in text
    assert "your trust" not in text


PAGES = ("reviewing", "reviewing_assessment", "reviewing_views", "submit", "reviewers_sign")


@pytest.mark.parametrize("name", PAGES)
def test_pages_cost_at_most_eight_queries(
    name, views, review, reviewer, second_reviewer, executive
) -> None:
    PeerReview.objects.filter(pk=review.pk).update(shares_views=True)
    for number in range(20):
        comment(review, f"Thought {number}", by=reviewer, name="Point 1")
        comment(review, f"Thought {number}", by=second_reviewer)
    client = client_of(reviewer)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(name, review)).status_code == 200
    assert (
        len(queries)
        == {
            "reviewing": 7,
            "reviewing_assessment": 6,
            "reviewing_views": 7,
            "submit": 6,
            "reviewers_sign": 5,
        }[name]
    )


def test_progress_counts_a_comment_as_a_beginning(review, reviewer) -> None:
    comment(review, "Well argued.", by=reviewer, name="Point 2")
    findings = review.findings.in_order().with_focus()
    progress = progress_of(findings, comments=review.comments.in_order())
    assert (progress.begun_count, [one.finding.element.code for one in progress.empty]) == (
        1,
        ["MU-03", "MU-01"],
    )


def test_last_day_is_a_whole_day(review, reviewer) -> None:
    client, today = client_of(reviewer), timezone.localdate()
    answers = []
    for day in (today, today - timedelta(days=1)):
        PeerReview.objects.filter(pk=review.pk).update(due_on=day, access_until=day)
        answers.append(client.get(address("reviewing", review)).status_code)
    assert answers == [200, 404]


def test_person_withdrawn_is_out_while_the_others_go_on(
    review, reviewer, second_reviewer, chair
) -> None:
    Reviewer.objects.filter(user=reviewer).update(withdrawn_at=timezone.now(), withdrawn_by=chair)
    assert client_of(reviewer).get(address("reviewing", review)).status_code == 404
    assert client_of(second_reviewer).get(address("reviewing", review)).status_code == 200


def test_own_review_knows_nothing_of_another(review, reviewer, rated, chair) -> None:
    other, _ = make_review(rated, by=chair, guests=[])
    draft = comment(review, "Well argued.", by=reviewer, name="Point 1")
    client = client_of(reviewer)
    for name in (*PAGES, "find_all"):
        assert client.get(address(name, other)).status_code == 404, name
    for name, rest in (("find", "MU-01"), ("change_comment", draft), ("resolve", draft)):
        where = address(name, other, rest)
        assert (client.get(where).status_code, client.post(where).status_code) == (404, 404), name


@pytest.mark.parametrize("shares_plan", [False, True])
@pytest.mark.parametrize("shares_views", [False, True])
def test_what_is_shared_is_open_and_nothing_else(
    shares_plan, shares_views, review, reviewer, executive
) -> None:
    start_plan(assessment=review.assessment, by=executive)
    PeerReview.objects.filter(pk=review.pk).update(
        shares_plan=shares_plan, shares_views=shares_views
    )
    client = client_of(reviewer)
    plan = client.get(reverse("reports:shared_plan", args=[review.pk])).status_code
    views = client.get(address("reviewing_views", review)).status_code
    assert (plan == 200, views == 200) == (shares_plan, shares_views)
    assert {plan, views} <= {200, 404}


def test_another_factor_is_asked_of_reviewers_where_the_trust_asks_its_own(
    review, reviewer, northfield
) -> None:
    Trust.objects.filter(pk=northfield.pk).update(requires_second_factor=True)
    answer = client_of(reviewer).get(address("reviewing_assessment", review))
    assert answer.status_code in (302, 403, 404)
    assert b"What the board saw" not in answer.content


def test_second_reviewer_to_sign_is_told_who_has_signed(
    submitted_review, reviewer, second_reviewer, executive
) -> None:
    send_answers(review=submitted_review, by=executive)
    where = address("reviewers_sign", submitted_review)
    for user, words in (
        (reviewer, "You have signed for the reviewers."),
        (second_reviewer, f"{reviewer} had signed for the reviewers before."),
    ):
        got = client_of(user).post(where, follow=True)
        assert said(page_of(got)) == [words]


def test_page_of_all_shows_the_answers_once_they_are_sent(
    submitted_review, reviewer, executive
) -> None:
    answer = finding_of(submitted_review, "Point 3").answer
    answer.verdict, answer.text = Answer.Verdict.PARTLY, "We shall look at it."
    record_answer(answer=answer, version=answer.version, by=executive)
    where = address("find_all", submitted_review)

    def row() -> str:
        page = page_of(client_of(reviewer).get(where))
        return page.with_id("MU-03").text

    assert "We shall look at it." not in row()
    send_answers(review=submitted_review, by=executive)
    assert "The trust’s answer: Accepted in part We shall look at it." in row()
