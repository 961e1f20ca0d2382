"""Starting anew from an earlier assessment, in a real browser."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from assessments.actions import agree_assessment, create_assessment
from assessments.models import Assessment, Rating

CODE = "CST-09"


@pytest.fixture
def earlier(assessment: Assessment) -> Assessment:
    """Agreed, with one rating: amber-red, and why."""
    level = assessment.framework.levels.get(key="amber-red")
    rating = assessment.ratings.filter(element__code=CODE)
    rating.update(level=level, note="What we saw then")
    agree_assessment(assessment=assessment, minute_reference="", by=assessment.created_by)
    return assessment


@pytest.fixture
def rating(earlier: Assessment) -> Rating:
    """The same element's in the next assessment, to be re-confirmed."""
    made = create_assessment(
        trust=earlier.trust,
        framework=earlier.framework,
        title=f"Next {uuid4().hex[:8]}",
        due_on=None,
        carried_from=earlier,
        by=earlier.created_by,
    )
    return made.ratings.select_related("assessment", "element").get(element__code=CODE)


def test_next_assessment_is_started_from_an_agreed_one(
    page, signed_in, site, earlier, assert_accessible
) -> None:
    signed_in(page).goto(f"{site}/assessments/{earlier.pk}/results/")
    page.get_by_role("button", name="Start the next one from this").click()
    assert_accessible(page)
    expect(page.get_by_role("radio", name=earlier.title)).to_be_checked()
    title = f"Next {uuid4().hex[:8]}"
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Create the assessment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator(f"#level-{CODE}")).to_have_text("To be re-confirmed: Amber-red")
    expect(page.get_by_text("0 of 14 elements rated.", exact=True)).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_rating_of_then_is_kept_with_what_is_typed_now(
    scripts, new_page, signed_in, site, rating, assert_accessible
) -> None:
    page = signed_in(new_page(java_script_enabled=scripts))
    page.goto(site + rating.get_absolute_url())
    if scripts:
        assert_accessible(page)
    page.get_by_label("Why? Our notes").fill("Still so")
    page.get_by_role("button", name="Keep this rating").click()
    page.wait_for_url(re.compile(r"/CST-10/$"))
    rating.refresh_from_db()
    assert (rating.level.key, rating.note) == ("amber-red", "Still so")


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_on_a_level_saves_that_level(scripts, new_page, signed_in, site, rating) -> None:
    page = signed_in(new_page(java_script_enabled=scripts))
    page.goto(site + rating.get_absolute_url())
    page.get_by_role("radio", name="Green", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/CST-10/$"))
    rating.refresh_from_db()
    assert rating.level.key == "green"


def test_reason_for_reopening_outlasts_a_closed_page(page, signed_in, site, earlier) -> None:
    address = f"{site}/assessments/{earlier.pk}/reopen/"
    signed_in(page).goto(address)
    reason = page.get_by_label("Why does it need to be reopened?")
    reason.fill("The auditor's letter came late")
    page.goto(f"{site}/assessments/{earlier.pk}/")
    page.goto(address)
    expect(reason).to_have_value("The auditor's letter came late")
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_text("is open for rating again")).to_be_visible()
    kept = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tq-draft'))")
    assert kept == []
