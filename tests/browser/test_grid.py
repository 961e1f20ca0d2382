"""Rating by cell in a real browser: keyboard, phone, no script, a lost connection."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from assessments.actions import create_assessment
from assessments.models import Assessment, Rating
from frameworks.models import Level
from tests.browser.conftest import overflow
from tests.grids import make_grid
from trusts.models import Trust


@pytest.fixture
def grid(site: str) -> Assessment:
    """Northfield's by a made-up grid of three criteria at four levels, of this test alone."""
    trust = Trust.objects.get(slug="northfield")
    name = uuid4().hex[:8]
    framework = make_grid(f"grid-{name}", levels=4)
    framework.is_published = False  # or every later test's lists would show it
    framework.save()
    return create_assessment(
        trust=trust,
        framework=framework,
        title=f"By cell {name}",
        due_on=None,
        by=trust.leads.get(),
    )


@pytest.fixture
def ratings(grid: Assessment) -> list[Rating]:
    return list(grid.ratings.in_order())


@pytest.fixture
def address(site: str, grid: Assessment) -> str:
    return site + reverse("assessments:grid", args=[grid.pk])


def cell(page: Page, rating: Rating, level: str) -> Locator:
    """A row's radio, by what a screen reader calls it."""
    return page.get_by_role("radio", name=f"{rating.element} {level}", exact=True)


def status(page: Page, rating: Rating) -> Locator:
    return page.locator(f"#status-{rating.pk}")


def level_now(rating: Rating) -> str:
    """The name of the level as the database has it."""
    level = Level.objects.filter(ratings=rating.pk).first()
    return level.name if level else ""


def test_row_saves_itself_and_says_so(page, signed_in, address, ratings) -> None:
    signed_in(page).goto(address)
    cell(page, ratings[0], "Step 2").check()
    expect(status(page, ratings[0])).to_contain_text("Saved at")
    cell(page, ratings[2], "Step 4").check()
    expect(status(page, ratings[2])).to_contain_text("Saved at")
    expect(page.locator("#grid-progress")).to_have_text("2 of 3 criteria rated.")
    assert [level_now(one) for one in ratings] == ["Step 2", "", "Step 4"]
    cell(page, ratings[0], "Step 3").check()
    expect(page.locator(f"#version-{ratings[0].pk}")).to_have_value("3")
    assert level_now(ratings[0]) == "Step 3"
    assert page.evaluate("localStorage.length") == 0


def test_click_anywhere_in_a_cell_chooses_it(page, signed_in, address, ratings) -> None:
    signed_in(page).goto(address)
    page.get_by_text("MU-02 at Step 3.").locator("..").locator("..").click(
        position={"x": 8, "y": 60}, force=True
    )
    expect(cell(page, ratings[1], "Step 3")).to_be_checked()


def test_keyboard_alone_chooses_and_moves_on(page, signed_in, address, ratings) -> None:
    signed_in(page).goto(address)
    cell(page, ratings[0], "Not rated yet").focus()
    page.keyboard.press("ArrowUp")
    expect(cell(page, ratings[0], "Step 4")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(cell(page, ratings[0], "Step 3")).to_be_checked()
    expect(status(page, ratings[0])).to_contain_text("Saved at")
    expect(cell(page, ratings[0], "Step 3")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=str(ratings[1].element))).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(cell(page, ratings[1], "Step 1")).to_be_checked()
    expect(status(page, ratings[1])).to_contain_text("Saved at")
    assert [level_now(one) for one in ratings] == ["Step 3", "Step 1", ""]


def test_elements_page_is_rated_by_the_keyboard(page, signed_in, site, ratings) -> None:
    signed_in(page).goto(site + ratings[0].get_absolute_url())
    page.get_by_role("radio", name="Not rated yet").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="Step 4")).to_be_checked()
    expect(page.locator("#save-status")).to_contain_text("Saved at")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Why? Our notes")).to_be_focused()
    assert level_now(ratings[0]) == "Step 4"


def frame_of(radio: Locator) -> dict[str, str]:
    """How the cell around a radio is drawn."""
    return radio.evaluate(
        """(radio) => {
          const style = getComputedStyle(radio.nextElementSibling, "::after");
          return {border: style.borderTopWidth, outline: style.outlineStyle};
        }"""
    )


def test_chosen_and_focused_cells_show_without_colour(page, signed_in, address, ratings) -> None:
    signed_in(page).goto(address)
    radio = cell(page, ratings[0], "Step 4")
    assert frame_of(radio) == {"border": "1px", "outline": "none"}
    cell(page, ratings[0], "Not rated yet").focus()
    page.keyboard.press("ArrowUp")
    assert frame_of(radio) == {"border": "4px", "outline": "solid"}


@pytest.mark.parametrize("width", [1280, 768, 320])
def test_grid_fits_and_is_accessible(
    width, site, new_page, signed_in, address, ratings, assert_accessible
) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    signed_in(page)
    for one in (address, site + ratings[1].get_absolute_url()):
        page.goto(one)
        page.get_by_role("radio").first.check()
        expect(page.get_by_text("Saved at").first).to_be_visible()
        assert overflow(page) == 0
        assert_accessible(page)


def test_cells_stand_beside_each_other_or_on_a_phone_one_above_the_other(
    new_page, site, signed_in, address, ratings
) -> None:
    page = new_page()
    signed_in(page)
    for one in (address, site + ratings[0].get_absolute_url()):
        for width, columns in ((1280, 4), (320, 1)):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(one)
            boxes = [page.locator(".tq-cell").nth(place).bounding_box() for place in range(4)]
            assert len({round(box["x"]) for box in boxes}) == columns


def test_trustee_reads_the_grid(new_page, signed_in, address, assert_accessible, ratings) -> None:
    page = new_page()
    signed_in(page, "trustee@northfield.example").goto(address)
    expect(page.get_by_text("MU-01 at Step 1.")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(0)
    assert_accessible(page)


def test_button_saves_all_rows_without_a_script(new_page, signed_in, address, ratings) -> None:
    page = new_page(java_script_enabled=False)
    signed_in(page).goto(address)
    cell(page, ratings[0], "Step 1").check()
    cell(page, ratings[1], "Step 4").check()
    page.get_by_role("button", name="Save and leave").click()
    page.wait_for_url(re.compile(r"/assessments/\d+/$"))
    assert [level_now(one) for one in ratings] == ["Step 1", "Step 4", ""]


def test_two_people_choose_in_one_row(page, new_page, signed_in, address, ratings) -> None:
    other = new_page()
    signed_in(page).goto(address)
    signed_in(other, "chair@northfield.example").goto(address)
    cell(other, ratings[0], "Step 4").check()
    expect(status(other, ratings[0])).to_contain_text("Saved at")
    cell(page, ratings[0], "Step 1").check()
    expect(status(page, ratings[0])).to_contain_text("Yours is not saved: Step 1")
    cell(page, ratings[1], "Step 2").check()
    expect(status(page, ratings[1])).to_contain_text("Saved at")
    assert [level_now(one) for one in ratings] == ["Step 4", "Step 2", ""]
    page.get_by_role("button", name="Save and leave").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    expect(cell(page, ratings[0], "Step 1")).to_be_checked()
    page.get_by_role("button", name="Save and leave").click()
    page.wait_for_url(re.compile(r"/assessments/\d+/$"))
    assert level_now(ratings[0]) == "Step 1"
    assert page.evaluate("localStorage.length") == 0


def test_choice_that_could_not_be_sent_goes_with_the_next(
    page, signed_in, address, ratings
) -> None:
    signed_in(page).goto(address)
    page.route(re.compile("/grid/$"), lambda route: route.abort())
    cell(page, ratings[0], "Step 3").check()
    expect(page.get_by_text("Not saved yet: the service cannot be reached.")).to_be_visible()
    page.unroute(re.compile("/grid/$"))
    cell(page, ratings[1], "Step 1").check()
    for rating in ratings[:2]:
        expect(status(page, rating)).to_contain_text("Saved at")
    assert [level_now(one) for one in ratings] == ["Step 3", "Step 1", ""]


def test_choice_made_offline_comes_back_and_other_rows_are_as_they_are_now(
    page, new_page, signed_in, address, ratings
) -> None:
    signed_in(page).goto(address)
    page.route(
        re.compile("/grid/$"),
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    cell(page, ratings[0], "Step 3").check()
    expect(page.get_by_text("Not saved yet: the service cannot be reached.")).to_be_visible()
    other = new_page()
    signed_in(other, "chair@northfield.example").goto(address)
    cell(other, ratings[1], "Step 2").check()
    expect(status(other, ratings[1])).to_contain_text("Saved at")
    page.unroute_all(behavior="wait")
    page.goto(address)
    expect(cell(page, ratings[0], "Step 3")).to_be_checked()
    expect(cell(page, ratings[1], "Step 2")).to_be_checked()
    expect(status(page, ratings[0])).to_contain_text("Saved at")
    assert [level_now(one) for one in ratings] == ["Step 3", "Step 2", ""]
    assert page.evaluate("localStorage.length") == 0


def test_expired_session_keeps_the_choice_until_after_signing_in(
    page, signed_in, address, ratings
) -> None:
    signed_in(page).goto(address)
    page.context.clear_cookies(name="sessionid")
    cell(page, ratings[0], "Step 2").check()
    expect(page.get_by_text("Not saved: you have been signed out.")).to_be_visible()
    assert level_now(ratings[0]) == ""
    signed_in(page).goto(address)
    expect(cell(page, ratings[0], "Step 2")).to_be_checked()
    expect(status(page, ratings[0])).to_contain_text("Saved at")
    assert level_now(ratings[0]) == "Step 2"
