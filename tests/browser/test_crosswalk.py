"""Two frameworks beside each other, read by anybody, and a trust's ratings beside the second."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from assessments.models import Assessment
from tests.browser.conftest import overflow

ONE = "cst-strong-trusts/2023-09"
OTHER = "dfe-trust-quality/2023-07"
PUBLIC = (f"/frameworks/{ONE}/crosswalk/{OTHER}/", f"/frameworks/{OTHER}/crosswalk/{ONE}/")


@pytest.mark.parametrize("width", [1280, 320])
def test_crosswalk_fits_and_reads_both_ways(width, site, new_page, assert_accessible) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    page.goto(site + PUBLIC[0])
    assert overflow(page) == 0
    assert_accessible(page)
    expect(page.locator(".tq-crosswalk-links__symbol")).to_have_count(45)
    page.get_by_role("link", name="By theme of").click()
    page.wait_for_url(site + PUBLIC[1])
    assert overflow(page) == 0
    assert_accessible(page)
    expect(page.locator(".tq-crosswalk-links__symbol")).to_have_count(45)
    expect(page.get_by_role("rowheader")).to_have_count(5 + 35)


@pytest.mark.parametrize("options", [{"width": 1280}, {"width": 320}, {"script": False}])
def test_results_lead_to_the_evidence_and_on_to_the_rating(
    options, site, new_page, signed_in, assert_accessible
) -> None:
    page = new_page(
        viewport={"width": options.get("width", 1280), "height": 800},
        java_script_enabled=options.get("script", True),
    )
    agreed = Assessment.objects.get(trust__slug="northfield", title="Self-assessment 2025")
    signed_in(page).goto(f"{site}/assessments/{agreed.pk}/results/")
    page.get_by_role("link", name="Trust Quality Descriptions").click()
    page.wait_for_url(f"{site}/assessments/{agreed.pk}/crosswalk/{OTHER}/")
    expect(page.get_by_text("Evidence to read, not a rating.")).to_be_visible()
    if options.get("script", True):
        assert overflow(page) == 0
        assert_accessible(page)
    page.get_by_role("link", name="6. Inclusion", exact=True).first.click()
    page.wait_for_url(f"{site}/assessments/{agreed.pk}/elements/CST-06/")
