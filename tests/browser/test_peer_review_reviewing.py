"""Reviewing in real browsers: on a phone, by the keyboard alone, and nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments.collecting import close_collecting, may_respond, open_collecting
from assessments.models import Assessment, Rating, Response
from reviews.finding import submit
from reviews.inviting import Guest, add_reviewers, invite_review, withdraw_review
from reviews.models import Comment, PeerReview, ReviewerRating
from reviews.talking import say
from tests.browser.conftest import PASSWORD, SIGN_IN
from tests.reviews.conftest import let_in
from trusts.models import User

REVIEWER, SECOND = "lead@southmere.example", "second@nowhere.example"
PHONE = {"width": 320, "height": 700}


@pytest.fixture
def review(assessment: Assessment) -> PeerReview:
    """Northfield's assessment, rated and with views, open to Southmere's lead and another."""
    lead = assessment.created_by
    people = [member.user for member in may_respond(assessment.trust)]
    open_collecting(assessment=assessment, people=people, due_on=None, names_shown=True, by=lead)
    levels = list(assessment.framework.levels.order_by("order"))
    views = Response.objects.filter(respondent__assessment=assessment)
    views.update(level=levels[1], note="As we see it")
    close_collecting(assessment=assessment, by=lead)
    for number, rating in enumerate(assessment.ratings.in_order()[:12]):
        Rating.objects.filter(pk=rating.pk).update(
            level=levels[number % len(levels)],
            note="The board sees itself here: policies are followed, and reviewed every year.",
            is_priority=number == 3,
        )
    today = timezone.localdate()
    review, letters = invite_review(
        review=PeerReview(
            assessment=assessment,
            reviewing_trust="Southmere Schools Trust",
            brief="Look at how the board comes to its view.\nTell us what you would ask it.",
            shares_views=True,
            shares_plan=True,
            due_on=today + timedelta(days=21),
            access_until=today + timedelta(days=42),
        ),
        focus=[assessment.ratings.in_order()[2].element],
        guests=[Guest(REVIEWER)],
        by=lead,
    )
    second = User.objects.filter(email=SECOND).first() or User.objects.create_user(
        SECOND, PASSWORD, name="Second Reviewer"
    )
    letters += add_reviewers(review=review, guests=[Guest(SECOND)], by=lead)
    for letter, user in zip(letters, (User.objects.get(email=REVIEWER), second), strict=True):
        let_in(letter, user, by=lead)
    return PeerReview.objects.get(pk=review.pk)


@pytest.fixture
def base(site: str, review: PeerReview) -> str:
    return f"{site}/reviewing/{review.pk}"


def found(review: PeerReview, code: str) -> ReviewerRating:
    return review.findings.select_related("level").get(element__code=code)


PATHS = ("", "assessment/", "views/", "all/", "elements/CST-03/", "submit/", "sign/")


def test_pages_fit_and_are_accessible(base, review, new_page, signed_in, assert_fits) -> None:
    reviewer = User.objects.get(email=REVIEWER)
    element = found(review, "CST-03").element
    first = say(
        review=review,
        side=Comment.Side.REVIEWERS,
        body="Well argued, and the minutes bear it out.",
        key=uuid4(),
        by=reviewer,
        element=element,
    )
    say(
        review=review,
        side=Comment.Side.REVIEWERS,
        body="I agree.",
        key=uuid4(),
        by=User.objects.get(email=SECOND),
        parent=first,
    )
    page = new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda message: faults.append(message.text) if message.type == "error" else 0
    )
    signed_in(page, REVIEWER)
    for path in (*PATHS, f"comments/{first.pk}/"):
        page.goto(f"{base}/{path}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_fits(page)
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        assert_fits(page)
    submit(review=review, by=reviewer)
    for path in ("", "all/", "elements/CST-03/", f"comments/{first.pk}/"):
        page.goto(f"{base}/{path}")
        assert_fits(page)
    assert faults == []


def test_reviewer_finds_on_a_phone_and_sends(base, review, new_page, signed_in) -> None:
    page = new_page(viewport=PHONE)
    signed_in(page, REVIEWER).goto(f"{base}/")
    page.get_by_role("button", name="Start with 3. Expertise").click()
    page.get_by_label("What is strong here?").fill("They know their schools.")
    expect(page.locator("#save-status")).to_contain_text("Saved at")
    assert found(review, "CST-03").strengths == "They know their schools."
    page.get_by_label("Which evidence have you seen?").fill("Minutes of May.")
    page.get_by_role("radio", name="Green", exact=True).check()
    expect(page.locator("#id_version")).to_have_value("3")
    one = found(review, "CST-03")
    assert (one.level and one.level.key, one.evidence) == ("green", "Minutes of May.")
    page.get_by_text("Add a comment").click()
    page.get_by_label("Your comment").fill("Well argued.")
    page.get_by_role("button", name="Add the comment").click()
    expect(page.get_by_text("Your comment is kept.")).to_be_visible()
    expect(page.locator(".tq-comment")).to_contain_text("Well argued.")
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("4. Ethics")
    page.get_by_label("What would you ask the board?").fill("Who looks at it?")
    page.get_by_role("button", name="Save and leave").click()
    expect(page.get_by_text("2 of 14 elements begun.")).to_be_visible()
    page.get_by_role("button", name="Send the findings").click()
    expect(page.get_by_text("You have said nothing about 12 of 14 elements.")).to_be_visible()
    page.get_by_role("button", name="Send the findings").click()
    expect(page.get_by_text("Your findings are sent to Northfield")).to_be_visible()
    review.refresh_from_db()
    assert review.status == "submitted"
    assert found(review, "CST-04").questions == "Who looks at it?"
    kept = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tq-draft'))")
    assert kept == []


def test_keyboard_alone_is_enough(base, review, page, signed_in) -> None:
    signed_in(page, REVIEWER).goto(f"{base}/elements/CST-01/")
    tab_to(page, "radio")
    page.keyboard.press("ArrowUp")
    tab_to(page, "textarea")
    page.keyboard.type("By the keyboard.")
    tab_to(page, "submit")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/elements/CST-02/")
    one = found(review, "CST-01")
    assert (one.level and one.level.key, one.strengths) == ("green", "By the keyboard.")
    page.locator("summary", has_text="Add a comment").focus()
    page.keyboard.press("Enter")
    tab_to(page, "textarea")
    page.keyboard.type("A comment.")
    tab_to(page, "submit")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/elements/CST-02/#comment-\d+$"))
    assert review.comments.get().body == "A comment."


def tab_to(page: Page, kind: str) -> None:
    """Press the tab key until an input of this kind has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == kind:
            return
    raise AssertionError(f"no {kind} within reach")


def test_rows_of_one_page_save_while_people_type(base, review, page, signed_in) -> None:
    signed_in(page, REVIEWER).goto(f"{base}/all/")
    row, version = page.locator("#CST-02"), f"[name='{found(review, 'CST-02').pk}-version']"
    for number, name in enumerate(("Strengths", "Questions", "Evidence"), start=2):
        row.get_by_label(name).fill(f"{name}.")
        expect(page.locator(version)).to_have_value(str(number))
    expect(row.get_by_text("Saved at")).to_be_visible()
    assert found(review, "CST-02").texts == ("Strengths.", "Questions.", "Evidence.")
    assert found(review, "CST-01").version == 1


def test_rows_of_one_page_are_all_saved_without_a_script(base, review, new_page, signed_in) -> None:
    page = new_page(java_script_enabled=False)
    signed_in(page, REVIEWER).goto(f"{base}/all/")
    for code in ("CST-01", "CST-14"):
        page.locator(f"#{code}").get_by_label("Questions").fill(f"Why {code}?")
    page.get_by_role("button", name="Save all and go to the list").click()
    page.wait_for_url(f"{base}/")
    questions = {code: found(review, code).questions for code in ("CST-01", "CST-02", "CST-14")}
    assert questions == {"CST-01": "Why CST-01?", "CST-02": "", "CST-14": "Why CST-14?"}


def test_review_goes_on_without_a_script(base, review, new_page, signed_in) -> None:
    page = new_page(java_script_enabled=False)
    signed_in(page, REVIEWER).goto(f"{base}/elements/CST-01/")
    page.get_by_label("What is strong here?").fill("Typed without a script.")
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_url(f"{base}/elements/CST-02/")
    page.get_by_text("Add a comment").click()
    page.get_by_label("Your comment").fill("x" * 10_001)
    page.get_by_role("button", name="Add the comment").click()
    problem = "This must be 10,000 characters or fewer; it has 10,001"
    expect(page.get_by_role("link", name=problem)).to_be_visible()
    expect(page.get_by_label("Your comment")).to_have_value("x" * 10_001)
    page.get_by_label("Your comment").fill("Shorter.")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url(re.compile(r"/elements/CST-02/#comment-\d+$"))
    page.goto(f"{base}/submit/")
    page.get_by_role("button", name="Send the findings").click()
    expect(page.get_by_text("Findings sent on")).to_be_visible()
    assert found(review, "CST-01").strengths == "Typed without a script."
    assert review.comments.get().body == "Shorter."


def test_two_reviewers_at_once_lose_nothing(
    base, review, page, new_page, signed_in, site, assert_accessible
) -> None:
    other = new_page()
    signed_in(page, REVIEWER).goto(f"{base}/elements/CST-01/")
    sign_in_anywhere(other, site)
    other.goto(f"{base}/elements/CST-01/")
    other.get_by_label("What is strong here?").fill("The second's words.")
    other.get_by_role("button", name="Save and next").click()
    other.wait_for_url(f"{base}/elements/CST-02/")
    page.get_by_label("What is strong here?").fill("The first's words.")
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_text("Second Reviewer saved this while you were writing")).to_be_visible()
    expect(page.locator(".tq-theirs")).to_contain_text("The second's words.")
    expect(page.get_by_label("What is strong here?")).to_have_value("The first's words.")
    assert_accessible(page)
    page.get_by_label("What is strong here?").fill("The first's words. The second's words.")
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_url(f"{base}/elements/CST-02/")
    assert found(review, "CST-01").strengths == "The first's words. The second's words."


def sign_in_anywhere(page: Page, site: str) -> None:
    """Who belongs to no trust arrives at no trust's home."""
    page.goto(site + SIGN_IN)
    page.get_by_label("Email").fill(SECOND)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def test_words_typed_while_another_sends_are_offered_back(
    base, review, page, signed_in, assert_accessible
) -> None:
    signed_in(page, REVIEWER).goto(f"{base}/elements/CST-01/")
    submit(review=review, by=User.objects.get(email=SECOND))
    page.get_by_label("What is strong here?").fill("Too late.")
    page.get_by_label("What is strong here?").blur()
    expect(page.locator("#save-status")).to_contain_text("have been sent")
    page.get_by_role("link", name="See it, to copy it").click()
    expect(page.get_by_role("heading", name="What was not saved")).to_be_visible()
    expect(page.get_by_label("Strengths that were not saved")).to_have_value("Too late.")
    assert_accessible(page)
    assert not found(review, "CST-01").is_begun


def test_words_typed_while_the_trust_withdraws_are_offered_back(
    base, review, page, signed_in, assert_accessible
) -> None:
    signed_in(page, REVIEWER).goto(f"{base}/elements/CST-01/")
    withdraw_review(review=review, reason="Not this year.", by=review.assessment.created_by)
    page.get_by_label("What is strong here?").fill("Too late.")
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What you sent could not be saved")
    expect(page.get_by_label("What you wrote")).to_have_value("Too late.")
    assert_accessible(page)
    page.goto(f"{base}/")
    expect(page.get_by_text("Northfield")).to_have_count(0)


def test_quiet_save_after_the_trust_has_withdrawn_keeps_the_words_in_sight(
    base, review, page, signed_in, assert_accessible
) -> None:
    signed_in(page, REVIEWER).goto(f"{base}/elements/CST-01/")
    page.get_by_text("Add a comment").click()
    page.get_by_label("Your comment").fill("Half a comment.")
    withdraw_review(review=review, reason="Not this year.", by=review.assessment.created_by)
    page.get_by_label("What is strong here?").fill("Too late.")
    page.get_by_label("What is strong here?").blur()
    told = page.get_by_text("this page is not open to you any more")
    expect(told).to_be_visible(timeout=10_000)
    expect(page.get_by_text("Load the page again")).to_be_hidden()
    expect(page.get_by_label("What is strong here?")).to_have_value("Too late.")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    kept = page.get_by_label("What was not saved")
    expect(kept).to_have_count(2)
    assert sorted(box.input_value() for box in kept.all()) == ["Half a comment.", "Too late."]
    assert_accessible(page)
    page.get_by_role("button", name="I have copied it").click()
    expect(kept.first).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    expect(page.get_by_role("heading", name="not saved")).to_be_hidden()
