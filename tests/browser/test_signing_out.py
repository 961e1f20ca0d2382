"""Signing out sends what was typed, asks before it loses a word, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page

from assessments.models import Assessment, Rating

OTHERS = "tq-draft:999999:/plans/1/edit/"
TYPED = "Typed a moment before signing out."


@pytest.fixture
def rating_page(
    site: str, signed_in: Callable[..., Page], page: Page, assessment: Assessment
) -> Page:
    """An element's page, with another person's draft in the same browser."""
    signed_in(page)
    page.goto(f"{site}{assessment.ratings.in_order()[0].get_absolute_url()}")
    page.evaluate(
        "key => localStorage.setItem(key, JSON.stringify({at: Date.now(), content: []}))", OTHERS
    )
    return page


def drafts(page: Page) -> list[str]:
    """What the browser still keeps."""
    return page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('tq-draft:'))")


def notes_of(assessment: Assessment) -> list[str]:
    return [note for note in assessment.ratings.values_list("note", flat=True) if note]


def test_words_typed_just_before_are_saved(rating_page: Page, assessment: Assessment) -> None:
    rating_page.get_by_label("Why? Our notes").fill(TYPED)
    rating_page.get_by_role("button", name="Sign out").click()
    rating_page.get_by_role("link", name="Sign in").first.wait_for()
    assert notes_of(assessment) == [TYPED]
    assert drafts(rating_page) == [OTHERS]


def test_words_that_cannot_be_sent_are_asked_about(
    rating_page: Page, assessment: Assessment
) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    rating_page.on("dialog", stay)
    Rating.objects.filter(assessment=assessment).update(version=7, saved_from="")
    rating_page.get_by_label("Why? Our notes").fill(TYPED)
    with rating_page.expect_event("dialog"):
        rating_page.get_by_role("button", name="Sign out").click()
    assert len(asked) == 1
    assert "not saved yet" in asked[0]
    assert len(drafts(rating_page)) == 2
    assert rating_page.get_by_label("Why? Our notes").input_value() == TYPED


def test_a_damaged_draft_or_cookie_breaks_nothing(
    rating_page: Page, assessment: Assessment
) -> None:
    faults: list[str] = []
    rating_page.on("pageerror", lambda fault: faults.append(str(fault)))
    rating_page.evaluate(
        """() => {
            localStorage.setItem('tq-draft:1:/x', '{"at": 1, "content": 5}');
            localStorage.setItem('tq-draft:2:/y', '{');
            document.cookie = 'tq-saved=%E0%A4%A; Path=/';
        }"""
    )
    rating_page.reload()
    rating_page.get_by_label("Why? Our notes").fill(TYPED)
    rating_page.get_by_text("Saved at").wait_for()
    assert faults == []
    assert drafts(rating_page) == [OTHERS]
    assert notes_of(assessment) == [TYPED]


def test_back_after_signing_out_shows_no_note(rating_page: Page, assessment: Assessment) -> None:
    rating_page.get_by_label("Why? Our notes").fill(TYPED)
    rating_page.get_by_role("button", name="Sign out").click()
    rating_page.get_by_role("link", name="Sign in").first.wait_for()
    rating_page.go_back()
    rating_page.get_by_label("Password", exact=True).wait_for()
    assert TYPED not in rating_page.content()
