"""A trust answers a peer review: side by side, corrections, to the plan and back, signed."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments.models import Assessment
from plans.models import Priority
from reviews.answering import send_answers, sign_off
from reviews.correcting import resolve
from reviews.deciding import admit
from reviews.finding import record_finding, submit
from reviews.inviting import Guest, invite_review, posted
from reviews.models import Answer, Comment, PeerReview
from reviews.taking_up import declare, take_up
from reviews.talking import say
from trusts.models import User

EXECUTIVE = "executive@northfield.example"
SIDES = ("The board", "The reviewers")


@pytest.fixture
def reviewer(site: str) -> User:
    return User.objects.get(email="lead@southmere.example")


@pytest.fixture
def review(assessment: Assessment, reviewer: User) -> PeerReview:
    """Two findings, one of them three steps lower, and a comment; all sent to the trust."""
    lead, today = assessment.created_by, timezone.localdate()
    levels = list(assessment.framework.levels.order_by("order"))
    assessment.ratings.update(level=levels[3], note="What the board saw.")
    made, [letter] = invite_review(
        review=PeerReview(
            assessment=assessment,
            reviewing_trust="Southmere Schools Trust",
            due_on=today + timedelta(days=7),
            access_until=today + timedelta(days=30),
        ),
        focus=[],
        guests=[Guest(reviewer.email)],
        by=lead,
    )
    posted(letter=letter, by=lead)
    take_up(reviewer=letter.invitation, by=reviewer)
    declare(reviewer=letter.invitation, interests=[], text="", by=reviewer)
    admit(reviewer=letter.invitation, by=lead)
    for code, level in (("CST-01", levels[0]), ("CST-02", levels[3])):
        finding = made.findings.select_related("review", "element").get(element__code=code)
        finding.level, finding.questions = level, "Who looks at the figures?"
        record_finding(finding=finding, version=finding.version, by=reviewer)
    say(
        review=made,
        side=Comment.Side.REVIEWERS,
        body="We learned from it.",
        key=uuid4(),
        by=reviewer,
        element=made.findings.get(element__code="CST-02").element,
    )
    submit(review=made, by=reviewer)
    return PeerReview.objects.get(pk=made.pk)


@pytest.fixture
def base(site: str, review: PeerReview) -> str:
    return f"{site}/reviews/{review.pk}"


def test_pages_fit_and_are_accessible(base, review, site, new_page, sign_in, assert_fits) -> None:
    page = new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda message: faults.append(message.text) if message.type == "error" else 0
    )
    sign_in(page)

    def look(path: str) -> None:
        page.goto(path)
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_fits(page)

    for path in ("gaps", "elements/CST-01", "elements/CST-02", "whole", "answers", "sign"):
        look(f"{base}/{path}/")
    finding = review.findings.get(element__code="CST-01").get_absolute_url()
    look(f"{site}/assessments/{review.assessment_id}/elements/CST-01/?after={finding}")
    send_answers(review=review, by=review.assessment.created_by)
    for path in ("gaps", "elements/CST-02", "answers", "sign"):
        look(f"{base}/{path}/")
    assert faults == []


def test_board_and_reviewers_beside_each_other_and_on_a_phone_one_above_the_other(
    base, new_page, signed_in
) -> None:
    tops = {}
    for width in (1280, 320):
        page = new_page(viewport={"width": width, "height": 900})
        signed_in(page).goto(f"{base}/elements/CST-01/")
        boxes = [page.get_by_role("region", name=name).bounding_box() for name in SIDES]
        tops[width] = [box["y"] for box in boxes if box]
    assert tops[1280][0] == tops[1280][1]
    assert tops[320][0] < tops[320][1]


def test_answer_saves_as_typed_and_goes_to_the_plan_and_back(base, review, page, signed_in) -> None:
    signed_in(page, EXECUTIVE).goto(f"{base}/gaps/")
    page.get_by_role("link", name="Reviewers three steps lower").click()
    card = page.get_by_role("region", name="Our answer to the finding")
    card.get_by_label("Accepted in part").check()
    card.get_by_label("Why, and what we will do").fill("Half of it.")
    expect(card.get_by_text("Saved at")).to_be_visible()
    card.get_by_role("button", name="Make it a priority").click()
    expect(page.get_by_label("Key issue")).to_have_value("Who looks at the figures?")
    answer = Answer.objects.get(review=review, finding__element__code="CST-01")
    assert (answer.verdict, answer.text) == ("partly", "Half of it.")
    priority = Priority.objects.get(plan__assessment=review.assessment)
    page.get_by_role("link", name="the peer review by Southmere Schools Trust").click()
    page.wait_for_url(f"{base}/elements/CST-01/#finding-{answer.finding_id}")
    became = card.get_by_role("link", name=f"the priority {priority.element.name}")
    became.click()
    page.wait_for_url(f"**{priority.get_absolute_url()}")


def test_action_is_planned_from_a_comment(base, page, signed_in) -> None:
    signed_in(page, EXECUTIVE).goto(f"{base}/elements/CST-02/")
    comment = page.locator(".tq-talk__thread")
    comment.get_by_role("button", name="Plan an action for it").click()
    expect(page.get_by_label("What will be done?")).to_have_value("We learned from it.")
    expect(page.get_by_role("link", name="the peer review by Southmere")).to_be_visible()
    page.get_by_label("Success criterion").fill("Seen by the board.")
    day = timezone.localdate() + timedelta(days=30)
    for box, number in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.locator(f"#id_due_on_{box}").fill(str(number))
    page.locator("#id_owner").select_option(index=1)
    page.locator("[name=strategic_area]").first.check()
    page.get_by_role("button", name="Add the action", exact=True).click()
    page.wait_for_url("**/priorities/*/")
    kept = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tq-draft'))")
    assert kept == []


def test_correction_is_asked_for_and_the_trust_signs(
    base, review, reviewer, page, signed_in
) -> None:
    signed_in(page).goto(f"{base}/elements/CST-01/")
    ask(page, "It was in Leeds.")
    page.get_by_role("button", name="Take the request back").click()
    expect(page.get_by_text("The request was taken back, by Priya Raman")).to_be_visible()
    ask(page, "It was May, not June.")
    page.goto(f"{base}/answers/")
    expect(page.get_by_text("still waits for the reviewers")).to_be_visible()
    close_correction(review, reviewer)
    page.reload()
    expect(page.get_by_text("3 findings and comments are not answered yet")).to_be_visible()
    page.get_by_role("button", name="Send the answers as they are").click()
    expect(page.get_by_text("the reviewers can read them now")).to_be_visible()
    page.goto(f"{base}/sign/")
    page.get_by_role("button", name="Sign for Northfield Learning Trust").click()
    expect(page.get_by_text("Signed for your trust.")).to_be_visible()
    sign_off(review=review, side=Comment.Side.REVIEWERS, by=reviewer)
    page.reload()
    expect(page.get_by_text("Both sides have signed: the review is closed.")).to_be_visible()


def ask(page: Page, words: str) -> None:
    """Ask for a fact of the element to be corrected."""
    page.get_by_text("Ask for a fact to be corrected").click()
    page.get_by_label("What is not right, and how is it?").fill(words)
    page.get_by_role("button", name="Ask the reviewers").click()
    expect(page.get_by_text("To be corrected", exact=True)).to_be_visible()


def close_correction(review: PeerReview, reviewer: User) -> None:
    correction = review.comments.open_corrections().select_related("review").get()
    resolve(correction=correction, outcome=Comment.Outcome.STANDS, by=reviewer)


def test_answers_are_given_and_kept_without_a_script(base, review, new_page, signed_in) -> None:
    page: Page = new_page(java_script_enabled=False)
    signed_in(page).goto(f"{base}/elements/CST-02/")
    thread = page.locator(".tq-talk__thread")
    thread.get_by_label("Accepted", exact=True).check()
    thread.get_by_label("Why, and what we will do").fill("Thank you.")
    answer = Answer.objects.get(review=review, comment__isnull=False)
    Answer.objects.filter(pk=answer.pk).update(text="A colleague's words.", version=7)
    thread.get_by_role("button", name="Save the answer").click()
    alert = page.get_by_role("alert").filter(has_text="A colleague's words.")
    expect(alert).to_be_visible()
    expect(thread.get_by_label("Why, and what we will do")).to_have_value("Thank you.")
    thread.get_by_role("button", name="Save the answer").click()
    page.wait_for_url(f"{base}/elements/CST-02/#comment-{answer.comment_id}")
    answer.refresh_from_db()
    assert (answer.verdict, answer.text) == ("accepted", "Thank you.")
