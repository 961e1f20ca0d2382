"""The frameworks in a real browser: signed out, on a phone, by keyboard and without a script."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from frameworks.models import Element, Framework

ADDRESSES = [
    "/frameworks/",
    "/frameworks/search/",
    "/frameworks/search/?q=board",
    "/frameworks/search/?q=zebra",
    f"/frameworks/search/?q={'x' * 101}",
]


@pytest.fixture
def addresses(site: str) -> list[str]:
    """The list, searches, every framework, and the fullest elements of each."""
    found = list(ADDRESSES)
    for framework in Framework.objects.filter(is_published=True):
        elements = list(Element.objects.to_link_to(framework))
        found += [framework.get_absolute_url()]
        found += [one.get_absolute_url() for one in (elements[0], elements[-1])]
    assert len(found) > len(ADDRESSES) + 3
    return [site + address for address in found]


def grid(site: str) -> str:
    return site + Framework.objects.filter(layout="grid").first().get_absolute_url()


def test_pages_fit_and_are_accessible(addresses, new_page, assert_fits) -> None:
    page = new_page()
    for address in addresses:
        answer = page.goto(address)
        assert answer.status == (422 if "xxx" in address else 200), address
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_fits(page)


def test_pages_are_the_same_without_a_script(addresses, new_page) -> None:
    with_scripts, without = new_page(), new_page(java_script_enabled=False)
    for address in addresses:
        texts = []
        for page in (with_scripts, without):
            page.goto(address)
            texts.append(page.locator("main").inner_text())
        assert texts[0] == texts[1], address


def test_visitor_finds_a_passage_by_keyboard_and_keeps_no_cookie(new_page, site) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(site)
    page.get_by_role("link", name="Read the published frameworks").press("Enter")
    page.get_by_role("searchbox", name="Search all frameworks").press_sequentially("risk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("results in")
    expect(page.locator("mark").first).to_have_text("risk", ignore_case=True)
    code = page.locator(".tq-found a").first
    name = code.inner_text()
    code.press("Enter")
    expect(page.locator(f"[id='{name}']")).to_be_in_viewport()
    assert page.context.cookies() == []


def test_too_long_a_query_is_said_where_it_was_typed(new_page, site) -> None:
    page = new_page()
    page.goto(f"{site}/frameworks/search/")
    page.get_by_role("searchbox", name="Words to look for").fill("x" * 101)
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.get_by_role("alert").get_by_role("link").click()
    box = page.get_by_role("searchbox", name="Words to look for")
    expect(box).to_be_focused()
    expect(box).to_have_accessible_description(re.compile("Look for 100 characters or fewer"))


@pytest.mark.parametrize("width", [1280, 320])
def test_grid_is_a_table_for_a_screen_reader_at_any_width(width, new_page, site) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    page.goto(grid(site))
    table = page.get_by_role("table").last
    columns = table.get_by_role("columnheader").count()
    rows = table.get_by_role("row").count()
    assert table.get_by_role("rowheader").count() == rows - 1
    assert table.get_by_role("cell").count() == (rows - 1) * (columns - 1)


def test_grid_on_a_phone_stands_one_cell_above_the_other(new_page, site) -> None:
    page = new_page(viewport={"width": 320, "height": 800})
    page.goto(grid(site))
    cells = page.get_by_role("table").last.get_by_role("row").nth(1).get_by_role("cell").all()
    boxes = [cell.bounding_box() for cell in cells]
    assert len({box["x"] for box in boxes}) == 1
    for upper, lower in pairwise(boxes):
        assert lower["y"] >= upper["y"] + upper["height"]
    for cell in cells:
        expect(cell.locator(".tq-level")).to_be_visible()


def test_signed_in_people_read_the_same_pages(page: Page, sign_in, site) -> None:
    sign_in(page)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Frameworks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Frameworks")
    expect(page.get_by_role("link", name="Frameworks", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
