"""Privacy in a real browser: on a phone, without a script, and with nothing left behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD
from trusts.models import Membership, Role, Trust, User

DELETE, DATA = "/accounts/delete/", "/accounts/data/"


@pytest.fixture
def somebody(site: str) -> User:
    """A trustee of this test alone."""
    person = User.objects.create_user(
        f"zyxa{uuid4().hex[:8]}@northfield.example", PASSWORD, name="Zyxa Jones"
    )
    trust = Trust.objects.get(slug="northfield")
    Membership.objects.create(user=person, trust=trust, role=Role.TRUSTEE)
    return person


def show_password(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Continue").click()


def test_pages_fit_and_are_accessible(
    site: str,
    new_page: Callable[..., Page],
    sign_in: Callable[..., Page],
    assert_fits: Callable[[Page], None],
    somebody: User,
) -> None:
    page = new_page()
    page.goto(f"{site}/privacy/")
    assert_fits(page)
    for person, address in ((somebody.email, DELETE), (somebody.email, DATA), (None, DELETE)):
        page.context.clear_cookies()
        sign_in(page, person) if person else sign_in(page)
        page.goto(site + address)
        show_password(page)
        page.wait_for_url(site + address)
        assert_fits(page)


def test_file_is_saved_under_its_name(
    site: str, page: Page, sign_in: Callable[..., Page], somebody: User, tmp_path: Path
) -> None:
    sign_in(page, somebody.email)
    page.get_by_role("link", name="Zyxa Jones").click()
    page.get_by_role("link", name="Download your data").click()
    show_password(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download your data").click()
    assert waiting.value.suggested_filename.startswith("trust-quality-your-data-")
    waiting.value.save_as(tmp_path / "data.json")
    file = json.loads((tmp_path / "data.json").read_text(encoding="utf-8"))
    assert file["sections"][0]["rows"][0]["email"] == somebody.email


@pytest.mark.parametrize("scripts", [True, False])
def test_account_ends_on_a_phone(
    scripts: bool, site: str, new_page, sign_in: Callable[..., Page], somebody: User
) -> None:
    page = new_page(viewport={"width": 320, "height": 640}, java_script_enabled=scripts)
    sign_in(page, somebody.email)
    page.goto(f"{site}/accounts/")
    page.get_by_role("link", name="Delete your account").click()
    show_password(page)
    page.get_by_role("button", name="Delete your account").click()
    expect(page.get_by_role("link", name="Tick the box if you want")).to_be_visible()
    page.get_by_label("I know that nothing brings my account back").check()
    page.get_by_role("button", name="Delete your account").click()
    expect(page.get_by_text("Your account is deleted.")).to_be_visible()
    page.goto(f"{site}/trusts/northfield/")
    assert "/accounts/login/" in page.url
    somebody.refresh_from_db()
    assert somebody.anonymised_at


def test_unsent_words_go_with_the_account_and_are_asked_about(
    site: str, page: Page, sign_in: Callable[..., Page], somebody: User
) -> None:
    sign_in(page, somebody.email)
    page.goto(site + DELETE)
    show_password(page)
    page.evaluate(
        "key => localStorage.setItem(key, JSON.stringify({at: Date.now(), content: []}))",
        f"tq-draft:{somebody.pk}:/plans/1/edit/",
    )
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.get_by_label("I know that nothing brings my account back").check()
    page.get_by_role("button", name="Delete your account").click()
    expect(page.get_by_text("Your account is deleted.")).to_be_visible()
    assert len(asked) == 1
    kept = "Object.keys(localStorage).filter(key => key.startsWith('tq-draft:'))"
    assert page.evaluate(kept) == []
