"""A trust's own framework, from the template to the list and out again, as people do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from frameworks.framework_example import EXAMPLE
from tests.browser.conftest import overflow
from tests.frameworks.conftest import workbook_of

LIST = "/trusts/northfield/frameworks/"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A sound spreadsheet and one with faults."""
    drafts = {"sound": EXAMPLE, "faulty": replace(EXAMPLE, title="", domain_noun="x" * 50)}
    paths = {name: tmp_path / f"{name}.xlsx" for name in drafts}
    for name, draft in drafts.items():
        paths[name].write_bytes(workbook_of(draft))
    return paths


@pytest.mark.parametrize("width", [1280, 320])
def test_framework_is_made_and_removed(
    width, site, files, new_page, sign_in, assert_accessible
) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    sign_in(page)
    page.get_by_role("link", name="Frameworks of our own").click()
    _go_through(page, files, look=lambda: (assert_accessible(page), _assert_fits(page)))


def test_it_needs_no_script(site, files, new_page, signed_in) -> None:
    page = new_page(java_script_enabled=False)
    signed_in(page)
    page.goto(site + LIST)
    _go_through(page, files, look=lambda: None)


def _assert_fits(page: Page) -> None:
    assert overflow(page) == 0, page.url


def _go_through(page: Page, files: dict[str, Path], *, look: Callable[[], object]) -> None:
    """Send in a faulty one and a sound one, make it, open it, and remove it."""
    look()
    page.get_by_role("button", name="Add a framework").click()
    look()
    page.get_by_label("Spreadsheet").set_input_files(files["faulty"])
    page.get_by_role("button", name="Check it").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Framework, row 2")
    look()
    page.get_by_label("Spreadsheet").set_input_files(files["sound"])
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Board culture")
    look()
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text("Board culture is ready")).to_be_visible()
    look()
    page.get_by_role("link", name="Remove Board culture, 2026-11").click()
    look()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("Board culture (2026-11) is removed.")).to_be_visible()
