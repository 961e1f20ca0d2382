"""The meeting in real browsers: one records on the projector, the others' screens follow."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from assessments.actions import agree_assessment
from assessments.collecting import close_collecting, may_respond, open_collecting
from assessments.models import Assessment, Response

TRUSTEE = "trustee@northfield.example"


@pytest.fixture
def divided(assessment: Assessment) -> Assessment:
    """Views are closed, and the third element divides the board most."""
    lead = assessment.created_by
    people = [member.user for member in may_respond(assessment.trust)]
    open_collecting(assessment=assessment, people=people, due_on=None, names_shown=True, by=lead)
    levels = list(assessment.framework.levels.order_by("order"))
    views = Response.objects.filter(respondent__assessment=assessment)
    views.update(level=levels[1], note="As we see it")
    of_one = views.filter(element__code="CST-03").order_by("pk").values_list("pk", flat=True)
    Response.objects.filter(pk=of_one[0]).update(level=levels[-1])
    close_collecting(assessment=assessment, by=lead)
    return assessment


@pytest.fixture
def base(site: str, divided: Assessment) -> str:
    return f"{site}/assessments/{divided.pk}"


def rating_of(assessment: Assessment, code: str):
    return assessment.ratings.select_related("level").get(element__code=code)


def test_pages_fit_and_are_accessible(base, new_page, signed_in, assert_fits) -> None:
    page = new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda message: faults.append(message.text) if message.type == "error" else 0
    )
    signed_in(page)
    for path in ("spread", "meeting", "meeting/CST-03", "follow", "elements/CST-03"):
        page.goto(f"{base}/{path}/")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_fits(page)
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        assert_fits(page)
    assert faults == []


def test_element_fits_on_a_projector(base, new_page, signed_in) -> None:
    page = new_page(viewport={"width": 1280, "height": 720})
    signed_in(page).goto(f"{base}/meeting/CST-01/")
    for name in ("Save and next", "Save and show the list"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("link", name="Leave the meeting")).to_be_in_viewport(ratio=1)


def test_what_one_records_another_sees_at_once(base, divided, page, new_page, signed_in) -> None:
    signed_in(page).goto(f"{base}/meeting/?order=divided")
    other = new_page()
    signed_in(other, TRUSTEE).goto(f"{base}/follow/")
    expect(other.get_by_text("Recorded last")).to_have_count(0)
    page.get_by_role("button", name="Start with 3.").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3.")
    word = uuid4().hex
    page.get_by_role("radio", name="Green", exact=True).check()
    page.get_by_label("Why? Our notes").fill(f"Because {word}")
    page.get_by_text("Somebody saw it differently").click()
    page.get_by_label("Who saw it differently, and why?").fill(f"Not {word}")
    expect(other.locator("#follow-news")).to_contain_text("Being written: 3.")
    expect(other.get_by_text(f"Because {word}")).to_have_count(0)
    page.get_by_role("button", name="Save and next").click()
    expect(other.get_by_text(f"Because {word}").first).to_be_visible(timeout=15_000)
    expect(other.get_by_text(f"Not {word}").first).to_be_visible(timeout=15_000)
    expect(other.locator("#follow-news")).to_contain_text("Green")
    expect(page).to_have_url(re.compile(r"/meeting/CST-\d+/\?order=divided$"))
    rating = rating_of(divided, "CST-03")
    assert (rating.level.key, rating.dissent) == ("green", f"Not {word}")
    agree_assessment(assessment=divided, minute_reference="", by=divided.created_by)
    expect(other.locator("#follow-news")).to_contain_text("signed its ratings off")
    polls: list[str] = []
    other.on("request", lambda request: polls.append(request.url))
    other.wait_for_timeout(2_500)
    assert polls == []


def test_screen_that_follows_says_that_one_is_signed_out(base, page, signed_in) -> None:
    signed_in(page, TRUSTEE).goto(f"{base}/follow/")
    page.context.clear_cookies(name="sessionid")
    expect(page.get_by_text("You have been signed out.")).to_be_visible(timeout=10_000)
    page.get_by_role("link", name="Sign in and go on").click()
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next="))


def test_keys_choose_and_move_but_never_while_typing(base, divided, page, signed_in) -> None:
    signed_in(page).goto(f"{base}/meeting/CST-01/")
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="Amber-red", exact=True)).to_be_checked()
    page.keyboard.press("p")
    expect(page.get_by_role("checkbox", name="Make this a priority for action")).to_be_checked()
    expect(page.locator("#save-status")).to_contain_text("Saved at")
    box = page.get_by_label("Why? Our notes")
    box.focus()
    page.keyboard.type("1 p n b")
    expect(box).to_have_value("1 p n b")
    expect(page.get_by_role("radio", name="Amber-red", exact=True)).to_be_checked()
    box.blur()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/meeting/CST-02/$"))
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"/meeting/CST-01/$"))
    expect(page.get_by_label("Why? Our notes")).to_have_value("1 p n b")
    page.get_by_role("radio", name="Red", exact=True).check()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"/meeting/CST-01/$"))
    expect(page.get_by_role("radio", name="Amber-red", exact=True)).to_be_checked()
    expect(page.locator("#save-status")).to_contain_text("Saved at")
    rating = rating_of(divided, "CST-01")
    assert (rating.note, rating.is_priority) == ("1 p n b", True)


def test_keys_write_fold_and_leave_a_box(base, divided, page, sign_in) -> None:
    sign_in(page).goto(f"{base}/meeting/CST-03/")
    asks = page.locator("[data-meeting-fold=s]")
    expect(asks).to_have_attribute("open", "")
    page.keyboard.press("s")
    expect(asks).not_to_have_attribute("open", "")
    page.keyboard.press("w")
    expect(page.get_by_text("As we see it").first).to_be_hidden()
    page.keyboard.press("r")
    page.keyboard.type("wide apart")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.type("one of us")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/meeting/CST-04/$"))
    expect(asks).not_to_have_attribute("open", "")
    page.keyboard.press("s")
    expect(asks).to_have_attribute("open", "")
    page.keyboard.press("b")
    expect(page.get_by_label("Why? Our notes")).to_have_value("wide apart")
    expect(page.get_by_label("Who saw it differently, and why?")).to_have_value("one of us")
    expect(page.get_by_text("As we see it").first).to_be_hidden()


def test_keys_can_be_turned_off_for_good(base, page, signed_in) -> None:
    signed_in(page).goto(f"{base}/meeting/CST-01/")
    page.get_by_text("Keys", exact=True).click()
    page.get_by_role("button", name="Turn these keys off").click()
    page.reload()
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.wait_for_timeout(300)
    expect(page).to_have_url(re.compile(r"/meeting/CST-01/$"))
    expect(page.get_by_role("radio", name="Not rated yet")).to_be_checked()


def test_meeting_works_without_a_script(base, divided, new_page, signed_in) -> None:
    page: Page = new_page(java_script_enabled=False)
    signed_in(page).goto(f"{base}/meeting/CST-02/")
    page.get_by_role("radio", name="Amber-green", exact=True).check()
    page.get_by_text("Somebody saw it differently").click()
    page.get_by_label("Who saw it differently, and why?").fill("One of us")
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_url(re.compile(r"/meeting/CST-03/$"))
    page.goto(f"{base}/follow/")
    expect(page.get_by_text("One of us").first).to_be_visible()
    page.get_by_role("link", name="load the page again").click()
    expect(page.get_by_text("One of us").first).to_be_visible()
    assert rating_of(divided, "CST-02").dissent == "One of us"
