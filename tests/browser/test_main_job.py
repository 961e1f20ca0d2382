"""The main job, end to end: rate all elements, make a plan, take the PDF away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from frameworks.models import Element

LEVELS = ["Red", "Amber-red", "Amber-green", "Green"]
YEAR = str(timezone.localdate().year + 1)
ACTIONS = [
    ("Publish the scheme of delegation", "31", "3", YEAR, "Every local board has minuted it"),
    ("Appoint an internal scrutineer", "15", "1", YEAR, "A signed engagement letter"),
    ("Agree one set of curriculum principles", "9", "7", YEAR, "All heads teach to them"),
]


def note_for(element: Element) -> str:
    return (
        f"For {element.code} the board saw – “clearly” – what it wrote here: note {element.number}."
    )


def level_for(element: Element) -> str:
    return LEVELS[(element.number - 1) % len(LEVELS)]


def text_of(path: Path) -> str:
    """All of a PDF's text, its line breaks as spaces."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


@pytest.mark.pdf
def test_lead_rates_all_elements_and_takes_the_plan_away_as_a_pdf(
    page: Page,
    sign_in: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    sign_in(page)
    assert_accessible(page)
    create_assessment(page, assert_accessible)
    rated = Element.objects.filter(domain__framework__key="cst-strong-trusts")
    elements = list(rated.select_related("domain").in_order())
    for element in elements:
        rate(page, element)
    expect(page.get_by_text("14 of 14 elements rated.")).to_be_visible()
    assert_accessible(page)
    look_at_the_heat_map(page, elements, assert_accessible)
    weak = [element for element in elements if level_for(element) == "Red"][:3]
    make_the_plan(page, weak, assert_accessible)
    text = text_of(download(page, assert_accessible, tmp_path))
    assert "Northfield Learning Trust" in text
    assert "Building strong trusts: assurance framework" in text
    for element in elements:
        assert note_for(element) in text
        assert re.search(rf"{re.escape(element.name)}\W+{level_for(element)}", text), element
    for description, day, _, year, criterion in ACTIONS:
        assert description in text
        assert criterion in text
        assert re.search(rf"\b{day} \w+ {year}", text)


def create_assessment(page: Page, assert_accessible: Callable[[Page], None]) -> None:
    page.get_by_role("button", name="New assessment").click()
    assert_accessible(page)
    page.get_by_label("Building strong trusts: assurance framework").check()
    page.get_by_label("Title").fill("Autumn review")
    page.get_by_role("button", name="Create the assessment").click()
    expect(page.get_by_role("heading", level=1, name="Autumn review")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Start with 1. Strategy and culture").click()


def rate(page: Page, element: Element) -> None:
    expect(page.get_by_role("heading", level=1, name=str(element))).to_be_visible()
    page.get_by_role("radio", name=level_for(element), exact=True).check()
    page.get_by_label("Why? Our notes").fill(note_for(element))
    is_last = element.number == 14
    page.get_by_role("button", name="Save and finish" if is_last else "Save and next").click()


def look_at_the_heat_map(
    page: Page, elements: list[Element], assert_accessible: Callable[[Page], None]
) -> None:
    page.get_by_role("link", name="Heat map and notes").click()
    assert_accessible(page)
    heat_map = page.get_by_role("table")
    for element in elements:
        cell = heat_map.get_by_role("cell").filter(has_text=f"{element.number} {element.name}")
        expect(cell).to_contain_text(level_for(element))
        expect(page.get_by_text(note_for(element))).to_be_visible()


def make_the_plan(
    page: Page, weak: list[Element], assert_accessible: Callable[[Page], None]
) -> None:
    page.get_by_role("link", name="Action plan").click()
    assert_accessible(page)
    page.get_by_role("button", name="Start the action plan").click()
    assert_accessible(page)
    for element in weak:
        page.get_by_role("checkbox", name=element.name).check()
    page.get_by_role("button", name="Save priorities").click()
    expect(page.get_by_role("link", name="Heat map and notes")).to_be_visible()
    assert_accessible(page)
    plan = page.url
    for element, action in zip(weak, ACTIONS, strict=True):
        page.goto(plan)
        add_action(page, element, action, assert_accessible)
    page.goto(plan)


def add_action(
    page: Page,
    element: Element,
    action: tuple[str, str, str, str, str],
    assert_accessible: Callable[[Page], None],
) -> None:
    description, day, month, year, criterion = action
    page.get_by_role("link", name=re.compile("key issue")).and_(
        page.get_by_role("link", name=re.compile(re.escape(element.name)))
    ).first.click()
    page.get_by_label("Key issue").fill(f"The key issue of {element.name}.")
    assert_accessible(page)
    page.get_by_role("button", name="Save and add an action").click()
    page.get_by_label("What will be done").fill(description)
    page.get_by_label("Owner", exact=True).select_option(index=1)
    page.get_by_label("Day").fill(day)
    page.get_by_label("Month").fill(month)
    page.get_by_label("Year").fill(year)
    page.get_by_label("Success criterion").fill(criterion)
    page.get_by_role("radio", name="People, learning and capacity").check()
    assert_accessible(page)
    page.get_by_role("button", name=re.compile("^Save|^Add")).first.click()
    expect(page.get_by_text(description).first).to_be_visible()


def download(page: Page, assert_accessible: Callable[[Page], None], tmp_path: Path) -> Path:
    page.get_by_role("link", name="Read the report").click()
    assert_accessible(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the PDF").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.suffix == ".pdf"
    return path
