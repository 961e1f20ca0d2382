"""Giving a view in a real browser: what the server has not got stays, is shown, and is sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from assessments.collecting import close_collecting, open_collecting, take_out
from assessments.models import Assessment, Response
from tests.browser.conftest import overflow
from trusts.models import User

TRUSTEE = "trustee@northfield.example"
CODE = "CST-03"


@pytest.fixture
def asked(assessment: Assessment) -> Assessment:
    """Views are being collected from the trustee."""
    open_collecting(
        assessment=assessment,
        people=[User.objects.get(email=TRUSTEE)],
        due_on=None,
        names_shown=True,
        by=assessment.created_by,
    )
    return assessment


@pytest.fixture
def base(site: str, asked: Assessment) -> str:
    return f"{site}/assessments/{asked.pk}/mine/"


def view_of(assessment: Assessment) -> Response:
    views = Response.objects.filter(respondent__assessment=assessment)
    return views.get(element__code=CODE)


def drafts_in(page: Page) -> list[str]:
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('tq-draft:'))"
    return list(page.evaluate(kept))


def test_words_that_met_the_closing_are_kept_and_shown(
    asked, base, page, signed_in, assert_accessible
) -> None:
    signed_in(page, TRUSTEE).goto(f"{base}{CODE}/")
    close_collecting(assessment=asked, by=asked.created_by)
    page.get_by_label("Why?").fill("My last words")
    page.get_by_role("radio", name="Amber-red", exact=True).check()
    expect(page.get_by_text("Not saved: views have been closed meanwhile.")).to_be_visible()
    page.goto(base)
    waiting = page.get_by_text("What you typed last is not saved: open it to see")
    expect(waiting.locator("visible=true")).to_have_count(1)
    page.get_by_role("link", name="3. Expertise").click()
    expect(page.get_by_role("heading", name="What was not saved")).to_be_visible()
    expect(page.get_by_role("textbox", name="What was not saved")).to_have_value("My last words")
    expect(page.get_by_text("You had chosen").locator("visible=true")).to_have_text(
        "You had chosen Amber-red"
    )
    assert overflow(page) == 0
    assert_accessible(page)
    page.get_by_role("button", name="I have copied it: remove it from this browser").click()
    expect(page.get_by_role("heading", name="What was not saved")).to_be_hidden()
    assert drafts_in(page) == []
    assert view_of(asked).note == ""


def test_who_is_taken_out_while_writing_finds_the_words_again(asked, base, page, signed_in) -> None:
    signed_in(page, TRUSTEE).goto(f"{base}{CODE}/")
    take_out(respondent=asked.respondents.get())
    page.get_by_label("Why?").fill("I had begun")
    page.get_by_label("Why?").blur()
    page.get_by_role("link", name="Load the page again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You are not asked for a view of")
    expect(page.get_by_role("textbox", name="What was not saved")).to_have_value("I had begun")


def test_words_of_a_second_window_stay_until_they_are_saved(
    asked, base, page, new_page, signed_in
) -> None:
    other = new_page()
    signed_in(page, TRUSTEE).goto(f"{base}{CODE}/")
    signed_in(other, TRUSTEE).goto(f"{base}{CODE}/")
    other.get_by_label("Why?").fill("On the laptop")
    other.get_by_role("button", name="Save and leave").click()
    other.wait_for_url(base)
    page.get_by_label("Why?").fill("On the phone")
    page.get_by_label("Why?").blur()
    expect(page.get_by_text("You changed this in another window")).to_be_visible()
    page.goto("about:blank")
    page.goto(f"{base}{CODE}/")
    expect(page.get_by_label("Why?")).to_have_value("On the phone")
    page.get_by_role("button", name="Save and leave").click()
    expect(page.locator(".tq-theirs")).to_have_text("On the laptop")
    page.get_by_role("button", name="Save and leave").click()
    page.wait_for_url(base)
    assert view_of(asked).note == "On the phone"
    assert drafts_in(page) == []


def test_words_typed_without_a_network_are_sent_once_it_is_back(
    asked, base, page, signed_in
) -> None:
    signed_in(page, TRUSTEE).goto(f"{base}{CODE}/")
    page.get_by_role("radio", name="Green", exact=True).check()
    expect(page.locator("#save-status")).to_contain_text("Saved at")
    page.context.set_offline(True)
    page.get_by_label("Why?").fill("In the tunnel")
    page.get_by_label("Why?").blur()
    unsaved = page.get_by_text("Not saved yet: the service cannot be reached.")
    expect(unsaved).to_be_visible()
    expect(page.locator("#save-status")).to_have_text("")
    page.context.set_offline(False)
    expect(page.locator("#save-status")).to_contain_text("Saved at")
    expect(unsaved).to_be_hidden()
    assert view_of(asked).note == "In the tunnel"


def row(page: Page, name: str):
    """One element's row of the page of all of them."""
    return page.get_by_role("region", name=name)


def test_all_on_one_page_saves_every_row_without_a_script(asked, base, new_page, signed_in) -> None:
    page = new_page(java_script_enabled=False)
    signed_in(page, TRUSTEE).goto(f"{base}all/")
    for name, level in (("7. Culture of improvement", "Green"), ("3. Expertise", "Don’t know yet")):
        row(page, name).get_by_role("combobox").select_option(level)
        row(page, name).get_by_role("textbox").fill(f"Of {name}")
    page.get_by_role("button", name="Save all and go to the list").click()
    page.wait_for_url(base)
    views = Response.objects.filter(respondent__assessment=asked).exclude(note="")
    assert sorted(views.values_list("element__code", "note", "level__key", "is_unsure")) == [
        ("CST-03", "Of 3. Expertise", None, True),
        ("CST-07", "Of 7. Culture of improvement", "green", False),
    ]


def test_all_on_one_page_saves_as_people_go_and_keeps_what_closing_refused(
    asked, base, page, signed_in, assert_accessible
) -> None:
    signed_in(page, TRUSTEE).goto(f"{base}all/")
    third = row(page, "3. Expertise")
    third.get_by_role("combobox").select_option("Amber-red")
    expect(third.get_by_text("Saved at")).to_be_visible()
    third.get_by_role("textbox").fill("Two of us know it")
    third.get_by_role("textbox").blur()
    expect(third.locator("input[name$='-version']")).to_have_value("3")
    saved = Response.objects.select_related("level").get(pk=view_of(asked).pk)
    assert saved.level is not None
    assert (saved.level.key, saved.note) == ("amber-red", "Two of us know it")
    assert drafts_in(page) == []
    close_collecting(assessment=asked, by=asked.created_by)
    fourth = row(page, "4. Ethics")
    fourth.get_by_role("textbox").fill("And one thing more")
    fourth.get_by_role("textbox").blur()
    page.get_by_role("link", name="See it, to copy it").click()
    kept = page.get_by_role("textbox", name="What was not saved").locator("visible=true")
    expect(kept).to_have_count(1)
    expect(kept).to_have_value("And one thing more")
    assert_accessible(page)
    assert overflow(page) == 0
    page.get_by_role("button", name="I have copied it").locator("visible=true").click()
    assert drafts_in(page) == []
