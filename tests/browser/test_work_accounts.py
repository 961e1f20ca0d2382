"""Work accounts in Chromium, from our pages to a real provider's and back, under our policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.conftest import overflow
from tests.openid.provider import ADA, PASSWORD, OpenIDProvider
from trusts.models import Membership, Role, Trust, User

OURS = "trust-quality-demo"


@pytest.fixture
def person(site: str) -> User:
    """A trustee of this test alone."""
    user = User.objects.create_user(f"{uuid4().hex}@northfield.example", OURS, name="Ada")
    Membership.objects.create(
        user=user, trust=Trust.objects.get(slug="northfield"), role=Role.TRUSTEE
    )
    return user


@pytest.fixture
def provider(site: str, openid: OpenIDProvider) -> OpenIDProvider:
    SocialAccount.objects.all().delete()
    openid.tell(back=f"{site}/accounts/work/oidc/callback/")
    return openid


@pytest.fixture
def faults(page: Page, site: str) -> Iterator[list[str]]:
    """What the browser complains of on our pages; nothing, or the test fails."""
    found: list[str] = []

    def note(line: ConsoleMessage) -> None:
        if line.type in ("error", "warning") and line.location["url"].startswith(site):
            found.append(line.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield found
    assert found == []


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def be_ada(page: Page) -> None:
    """Sign in at the provider."""
    page.get_by_label("Username").fill(ADA)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def assert_fits(page: Page) -> None:
    """No sideways scrolling on a small phone."""
    page.set_viewport_size({"width": 320, "height": 700})
    assert overflow(page) == 0
    page.set_viewport_size({"width": 1280, "height": 900})


def test_from_linking_to_signing_in(
    page: Page,
    site: str,
    person: User,
    provider: OpenIDProvider,
    sign_in: Callable[..., Page],
    faults: list[str],
    assert_accessible: Callable[[Page], None],
) -> None:
    sign_in(page, person.email)
    page.goto(f"{site}/accounts/")
    page.get_by_role("link", name="Link one of your work accounts").click()
    assert_accessible(page)
    press(page, "Link a Northfield account")
    page.wait_for_url(f"{provider.origin}/login/**")
    be_ada(page)
    press(page, "Allow")
    page.wait_for_url(f"{site}/accounts/work/")
    expect(page.get_by_role("alert")).to_contain_text("You can now sign in with this Northfield")
    expect(page.get_by_role("heading", name=f"Northfield, {ADA}")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    press(page, "Sign out")
    page.goto(f"{site}/trusts/northfield/")
    assert_accessible(page)
    assert_fits(page)
    press(page, "Sign in with Northfield")
    press(page, "Allow")
    page.wait_for_url(f"{site}/trusts/northfield/")
    expect(page.locator(".tq-account__name")).to_contain_text("Ada")
    page.goto(f"{site}/accounts/work/")
    press(page, f"Remove Northfield, {ADA}")
    expect(page.get_by_role("alert")).to_contain_text("no longer lets you in")


def test_back_from_the_provider_is_the_page_to_sign_in(
    page: Page, site: str, provider: OpenIDProvider, faults: list[str]
) -> None:
    page.goto(f"{site}/accounts/login/")
    press(page, "Sign in with Northfield")
    page.wait_for_url(f"{provider.origin}/login/**")
    page.go_back()
    expect(page).to_have_url(f"{site}/accounts/login/")
    press(page, "Sign in with Northfield")
    page.wait_for_url(f"{provider.origin}/login/**")


def test_unknown_account_is_told_so_without_a_script(
    new_page: Callable[..., Page],
    site: str,
    provider: OpenIDProvider,
) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page.goto(f"{site}/accounts/login/")
    press(page, "Sign in with Northfield")
    page.wait_for_url(f"{provider.origin}/login/**")
    be_ada(page)
    press(page, "Allow")
    expect(page.get_by_role("heading", level=1)).to_have_text("We do not know this work account")
    page.get_by_role("link", name="Sign in with your email address").click()
    expect(page).to_have_url(f"{site}/accounts/login/")


def test_who_cancels_goes_on_another_way(
    page: Page,
    site: str,
    provider: OpenIDProvider,
    assert_accessible: Callable[[Page], None],
) -> None:
    page.goto(f"{site}/accounts/login/")
    press(page, "Sign in with Northfield")
    page.wait_for_url(f"{provider.origin}/login/**")
    be_ada(page)
    press(page, "Cancel")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "You are not signed in with Northfield"
    )
    assert_accessible(page)
    assert_fits(page)
