"""Who changed what, in a browser: read, narrowed, downloaded, on a phone and without a script."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from assessments.actions import record_rating
from assessments.models import Assessment, Rating
from tests.browser.conftest import overflow
from trusts.models import User


@pytest.fixture
def rating(assessment: Assessment) -> Rating:
    """Its note was written by the chair and put right by the lead."""
    rating = assessment.ratings.in_order()[0]
    for email, note in (
        ("chair@northfield.example", "The board has not seen the register.\nIt meets in May."),
        ("lead@northfield.example", "The board has now seen the register.\nIt meets in May."),
    ):
        rating = Rating.objects.for_page().get(pk=rating.pk)
        rating.note = note
        by = User.objects.get(email=email)
        record_rating(rating=rating, version=rating.version, by=by)
    return rating


@pytest.mark.parametrize("options", [{"width": 1280}, {"width": 320}, {"script": False}])
def test_a_ratings_history_is_found_read_and_narrowed(
    options, rating, site, new_page, signed_in, assert_accessible
) -> None:
    has_script = options.get("script", True)
    page = new_page(
        viewport={"width": options.get("width", 1280), "height": 800},
        java_script_enabled=has_script,
    )
    signed_in(page, "observer@northfield.example")
    page.goto(site + rating.get_absolute_url())
    page.get_by_role("link", name="History of this rating").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(str(rating.element))
    expect(page.locator(".tq-history__entry")).to_have_count(2)
    newest = page.locator(".tq-history__entry").first
    expect(newest).to_contain_text("Priya Raman changed the note of")
    expect(newest.locator("del")).to_have_text("not")
    expect(newest.locator("ins")).to_have_text("now")
    if has_script:
        assert overflow(page) == 0
        assert_accessible(page)
    page.get_by_text("Look for something").click()
    page.get_by_label("Who").select_option("Helen Okafor")
    page.get_by_label("Words to look for").fill("regist")
    page.get_by_role("button", name="Show the changes").click()
    expect(page.get_by_text("1 change found")).to_be_visible()
    expect(page.locator(".tq-history__entry")).to_contain_text("Helen Okafor wrote the note of")
    if has_script:
        assert overflow(page) == 0
        assert_accessible(page)
    expect(page.get_by_role("link", name="CSV")).to_have_count(0)
    page.get_by_role("link", name="Show everything again").click()
    expect(page.locator(".tq-history__entry")).to_have_count(2)


@pytest.mark.parametrize("width", [1280, 320])
def test_a_trusts_history_reads_and_says_what_is_wrong(
    width, site, new_page, sign_in, assert_accessible
) -> None:
    page = sign_in(new_page(viewport={"width": width, "height": 800}))
    page.get_by_role("link", name="History: who changed what").click()
    expect(page.locator(".tq-history__entry")).to_have_count(25)
    assert overflow(page) == 0
    assert_accessible(page)
    page.get_by_role("link", name="Older changes").click()
    expect(page.get_by_text("Page 2 of")).to_be_visible()
    page.get_by_text("Look for something").click()
    page.get_by_role("group", name="From").get_by_label("Day").fill("31")
    page.get_by_role("group", name="From").get_by_label("Month").fill("2")
    page.get_by_role("group", name="From").get_by_label("Year").fill("2026")
    page.get_by_role("button", name="Show the changes").click()
    page.get_by_role("link", name="Enter a real date").click()
    expect(page.get_by_role("group", name="From").get_by_label("Day")).to_be_focused()
    assert overflow(page) == 0
    assert_accessible(page)


def test_who_may_issue_downloads_what_was_found(
    rating, site, new_page, signed_in, tmp_path: Path
) -> None:
    page = signed_in(new_page(accept_downloads=True), "chair@northfield.example")
    page.goto(f"{site}/trusts/northfield/history/rating/{rating.pk}/?words=seen")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download these as a spreadsheet").click()
    download.value.save_as(tmp_path / "history.csv")
    with (tmp_path / "history.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Who"] for row in rows] == ["Priya Raman", "Helen Okafor"]
    assert rows[0]["From"] == "The board has not seen the register.\nIt meets in May."
