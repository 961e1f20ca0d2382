"""The element's page in a real browser: saving while typing, and nothing typed is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from assessments.models import Assessment, Rating
from tests.browser.conftest import PASSWORD

CODE = "CST-09"


@pytest.fixture
def rating(assessment: Assessment) -> Rating:
    """The ninth element's, not rated yet."""
    return assessment.ratings.select_related("assessment", "element").get(element__code=CODE)


@pytest.fixture
def address(site: str, rating: Rating) -> str:
    return site + rating.get_absolute_url()


def note_box(page: Page):
    return page.get_by_label("Why? Our notes")


def test_page_saves_while_people_type(page, signed_in, address, rating) -> None:
    signed_in(page).goto(address)
    note_box(page).press_sequentially("Typed and left")
    expect(page.locator("#save-status")).to_contain_text("Saved at")
    rating.refresh_from_db()
    assert rating.note == "Typed and left"
    page.get_by_role("radio", name="Amber-red", exact=True).check()
    expect(page.locator("#id_version")).to_have_value("3")
    rating.refresh_from_db()
    assert rating.level.key == "amber-red"


def test_quiet_save_and_button_of_one_page_never_conflict(page, signed_in, address, rating) -> None:
    signed_in(page).goto(address)
    held: list[Route] = []
    page.route(re.compile(rf"/{CODE}/$"), lambda route: _hold_quiet(route, held))
    note_box(page).fill("Half a thought")
    note_box(page).blur()
    page.wait_for_timeout(600)
    assert len(held) == 1
    note_box(page).fill("Half a thought, then the whole of it")
    page.get_by_role("button", name="Save and leave").click()
    held.pop().continue_()
    page.wait_for_url(re.compile(r"/assessments/\d+/$"))
    rating.refresh_from_db()
    assert rating.note == "Half a thought, then the whole of it"


def _hold_quiet(route: Route, held: list[Route]) -> None:
    if route.request.headers.get("hx-request") and not held:
        held.append(route)
    else:
        route.continue_()


def test_save_whose_answer_is_lost_is_no_conflict(page, signed_in, address, rating) -> None:
    signed_in(page).goto(address)
    lost: list[str] = []

    def lose_the_answer(route: Route) -> None:
        if route.request.headers.get("hx-request") and not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    page.route(re.compile(rf"/{CODE}/$"), lose_the_answer)
    note_box(page).fill("First part.")
    note_box(page).blur()
    expect(page.get_by_text("Not saved yet: the service cannot be reached.")).to_be_visible()
    rating.refresh_from_db()
    assert rating.note == "First part."
    note_box(page).fill("First part. Second part.")
    page.get_by_role("button", name="Save and leave").click()
    page.wait_for_url(re.compile(r"/assessments/\d+/$"))
    rating.refresh_from_db()
    assert rating.note == "First part. Second part."


def test_expired_session_keeps_the_note_until_after_signing_in(
    page, signed_in, address, rating
) -> None:
    signed_in(page).goto(address)
    page.context.clear_cookies(name="sessionid")
    note_box(page).fill("Written after the session ended")
    note_box(page).blur()
    message = page.get_by_text("Not saved: you have been signed out.")
    expect(message).to_be_visible()
    page.get_by_role("link", name="Sign in and go on").click()
    page.get_by_label("Email").fill("lead@northfield.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(address)
    expect(note_box(page)).to_have_value("Written after the session ended")
    expect(page.locator("#save-status")).to_contain_text("Saved at")
    rating.refresh_from_db()
    assert rating.note == "Written after the session ended"


@pytest.mark.parametrize("has_script", [False, True])
def test_expired_session_gives_the_note_back(
    has_script, new_page, signed_in, address, rating
) -> None:
    page = new_page(java_script_enabled=has_script)
    signed_in(page).goto(address)
    note_box(page).fill("Typed without a script")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save and leave").click()
    expect(page.get_by_text("Typed without a script").first).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=re.compile("Sign in")).click()
    other = opened.value
    other.get_by_label("Email").fill("lead@northfield.example")
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect(other.get_by_text("Go back to the tab in which you were writing")).to_be_visible()
    page.get_by_role("button", name="I have signed in: go on").click()
    if not has_script:
        page.get_by_role("button", name="Save it now").click()
    page.wait_for_url(re.compile(r"/assessments/\d+/$"))
    rating.refresh_from_db()
    assert rating.note == "Typed without a script"


def test_leaving_by_a_link_sends_what_was_just_typed(page, signed_in, address, rating) -> None:
    signed_in(page).goto(address)
    note_box(page).fill("The last sentence that matters")
    page.get_by_role("link", name="10. Workload and wellbeing").click()
    page.wait_for_url(re.compile("/CST-10/$"))
    for _ in range(50):
        rating.refresh_from_db()
        if rating.note:
            break
        page.wait_for_timeout(100)
    assert rating.note == "The last sentence that matters"


def test_closing_the_page_before_a_save_keeps_the_note_in_this_browser(
    page, signed_in, address, rating
) -> None:
    signed_in(page).goto(address)
    page.route(re.compile(rf"/{CODE}/$"), lambda route: _only_reading(route))
    # What is sent while a page goes passes by Playwright's routes.
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error('no network')); }")
    note_box(page).fill("The train went into a tunnel")
    page.goto("about:blank")
    page.unroute_all()
    page.goto(address)
    expect(note_box(page)).to_have_value("The train went into a tunnel")
    expect(page.get_by_text("is back in the box")).to_be_visible()


def _only_reading(route: Route) -> None:
    if route.request.method == "POST":
        route.abort()
    else:
        route.continue_()


def test_browser_forgets_its_copy_once_saved_by_the_button(
    page, signed_in, address, rating
) -> None:
    signed_in(page).goto(address)
    note_box(page).fill("Saved by the button")
    page.get_by_role("button", name="Save and leave").click()
    page.wait_for_url(re.compile(r"/assessments/\d+/$"))
    kept = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tq-draft'))")
    assert kept == []


def test_two_people_at_once_lose_nothing(
    page, new_page, signed_in, address, rating, assert_accessible
) -> None:
    chair = new_page()
    signed_in(page).goto(address)
    signed_in(chair, "chair@northfield.example").goto(address)
    note_box(chair).fill("The chair's words")
    chair.get_by_role("button", name="Save and leave").click()
    chair.wait_for_url(re.compile(r"/assessments/\d+/$"))
    note_box(page).fill("The lead's words")
    page.get_by_role("button", name="Save and leave").click()
    expect(page.get_by_text("saved this while you were writing")).to_be_visible()
    expect(page.locator(".tq-theirs")).to_have_text("The chair's words")
    expect(note_box(page)).to_have_value("The lead's words")
    assert_accessible(page)
    note_box(page).fill("The chair's words. The lead's words")
    page.get_by_role("button", name="Save and leave").click()
    page.wait_for_url(re.compile(r"/assessments/\d+/$"))
    rating.refresh_from_db()
    assert rating.note == "The chair's words. The lead's words"


def test_error_summary_moves_to_the_field(page, signed_in, address) -> None:
    signed_in(page).goto(address)
    count = page.locator(".govuk-character-count__status").first
    for text, said in (
        ("😀" * 10_001, "You have 1 character too many"),  # of two halves each, to a browser
        ("x\n" * 301, "You have 2 lines too many"),
        ("x" * 10_001, "You have 1 character too many"),
    ):
        note_box(page).fill(text)
        expect(count).to_have_text(said)
    page.get_by_role("button", name="Save and leave").click()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(note_box(page)).to_be_focused()
    expect(note_box(page)).to_have_value("x" * 10_001)


def test_keyboard_alone_rates_an_element(page, signed_in, address, rating) -> None:
    signed_in(page).goto(address)
    page.get_by_role("radio", name="Not rated yet").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    expect(note_box(page)).to_be_focused()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past where dissent is folded away
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save and next")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/CST-10/$"))
    rating.refresh_from_db()
    assert (rating.level.key, rating.note) == ("green", "By keyboard")


def test_signing_out_leaves_no_note_in_the_browser(page, signed_in, address) -> None:
    signed_in(page).goto(address)
    page.route(re.compile(rf"/{CODE}/$"), lambda route: _only_reading(route))
    page.on("dialog", lambda dialog: dialog.accept())
    note_box(page).fill("Frank words on a shared computer")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").first.wait_for()
    assert page.evaluate("localStorage.length") == 0
