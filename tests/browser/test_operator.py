"""The operator's area in a browser: nothing that the policy forbids, on a phone, by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core import mail
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD
from tests.trusts.test_operator_sight import area_names, model_of
from trusts.models import Invitation, OperatorLook, Trust, User

NOT_PAGES = {"autocomplete", "jsi18n", "login", "logout", "password_change", "password_change_done"}


@pytest.fixture
def operator(site: str) -> Iterator[User]:
    user = User.objects.create_superuser("op@service.example", PASSWORD, name="Olive Operator")
    yield user
    OperatorLook.objects.filter(operator=user).delete()
    user.delete()


@pytest.fixture
def enter(site: str, operator: User) -> Callable[[Page], Page]:
    """Sign the operator in and open their area."""

    def sign_in(page: Page) -> Page:
        page.goto(f"{site}/admin/")
        page.get_by_label("Email").fill(operator.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{site}/admin/")
        return page

    return sign_in


def pages() -> Iterator[str]:
    """The address of every page of the area, with one row of each model."""
    for name in area_names():
        if name in NOT_PAGES or name.endswith(("_delete", "_add")):
            continue
        model = model_of(name)
        row = model._default_manager.first() if model else None
        for arguments in ([quote(row.pk)] if row else [], ["trusts"], []):
            try:
                yield reverse(f"admin:{name}", args=arguments)
                break
            except NoReverseMatch:
                continue
    yield from ("/admin/trusts/user/add/", "/admin/trusts/trust/add/")
    yield from ("/admin/trusts/user/?q=lead", "/admin/trusts/user/?is_active__exact=1")


def test_pages_keep_to_the_policy_fit_and_are_accessible(
    site, enter, new_page, assert_fits
) -> None:
    page = new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    enter(page)
    seen = 0
    for address in pages():
        answer = page.goto(site + address, wait_until="load")
        assert answer.status == 200, address
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert said == [], address
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_fits(page)
        said.clear()  # axe tries styles of its own
        seen += 1
    assert seen > 4 * len(admin.site._registry) - 6


def test_operator_makes_a_trust_with_its_lead(site, enter, page: Page, operator: User) -> None:
    enter(page)
    page.goto(f"{site}/admin/trusts/trust/add/")
    page.get_by_label("Name:", exact=True).press_sequentially("Eastmere Trust")
    expect(page.get_by_label("Short name:")).to_have_value("eastmere-trust")
    page.get_by_label("Lead’s name:").fill("Ada Osei")
    page.get_by_label("Lead’s email address:").fill("ada@eastmere.example")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("1 invitation is mailed to ada@eastmere.example.")).to_be_visible()
    trust = Trust.objects.get(slug="eastmere-trust")
    assert Invitation.objects.get(trust=trust).invited_by == operator
    assert "ada@eastmere.example" in [to for message in mail.outbox for to in message.to]
    trust.delete()


def test_area_needs_no_script(site, enter, new_page, operator: User) -> None:
    page = enter(new_page(java_script_enabled=False))
    person = User.objects.get(email="trustee@northfield.example")
    page.goto(f"{site}/admin/trusts/user/?q=trustee")
    page.get_by_role("link", name=person.name).click()
    page.get_by_role("link", name="Take off the second steps").click()
    page.get_by_role("button", name="Take them off").click()
    expect(page.get_by_text("There was no second step to take off.")).to_be_visible()
    path = f"/admin/trusts/user/{person.pk}/second-steps/"
    looks = OperatorLook.objects.filter(operator=operator, path=path)
    assert sorted(looks.values_list("method", flat=True)) == ["GET", "POST"]


def test_operator_signs_out_of_the_area(site, enter, page: Page) -> None:
    enter(page)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{site}/")
    page.goto(f"{site}/admin/")
    expect(page).to_have_url(f"{site}/accounts/login/?next=%2Fadmin%2F")
