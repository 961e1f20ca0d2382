"""Passkeys, an app and recovery codes as people use them: on a phone, without a script."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from assessments.actions import create_assessment
from frameworks.models import Framework
from tests.browser.conftest import PASSWORD, SIGN_IN, overflow
from trusts.models import CacheEntry, Membership, Role, Trust, User

PHONE = {"viewport": {"width": 320, "height": 640}}
A_PASSKEY = re.compile("passkey", re.IGNORECASE)


@pytest.fixture
def trust(site: str) -> Trust:
    """One of this test alone, which asks everybody for a second step."""
    name = uuid4().hex[:8]
    return Trust.objects.create(name=f"Trust {name}", slug=name, requires_second_factor=True)


@pytest.fixture
def lead(trust: Trust) -> User:
    user = User.objects.create_user(f"lead@{trust.slug}.example", PASSWORD, name="Ada Okonkwo")
    Membership.objects.create(user=user, trust=trust, role=Role.LEAD)
    return user


def give_a_device(page: Page, *, verifies: bool = True) -> None:
    """A device with a fingerprint reader, which always finds the finger, or never."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def enter(site: str, page: Page, user: User) -> None:
    """Sign in with the password; what follows is the test's."""
    page.goto(site + SIGN_IN)
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").first.wait_for()


def code_now(secret: str) -> str:
    """The app's code, with time enough left to type it; used ones count as used no more."""
    if time.time() % 30 > 25:
        time.sleep(5)
    CacheEntry.objects.all().delete()
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_passkey_from_the_first_time_asked_to_signing_in_with_it(
    site: str,
    lead: User,
    trust: Trust,
    new_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
) -> None:
    page = new_page(**PHONE)
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    give_a_device(page)
    enter(site, page, lead)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second step")
    assert_accessible(page)
    assert overflow(page) == 0
    page.get_by_role("button", name="Set up a passkey").click()
    assert_accessible(page)
    assert overflow(page) == 0
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    assert_accessible(page)
    assert overflow(page) == 0
    page.get_by_role("button", name="I have kept them: go on").click()
    page.wait_for_url(f"{site}/trusts/{trust.slug}/")
    for address in ("/accounts/", "/accounts/2fa/", "/accounts/2fa/webauthn/"):
        page.goto(site + address)
        assert_accessible(page)
        assert overflow(page) == 0

    sign_out(page)
    page.goto(site + SIGN_IN)
    assert_accessible(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{site}/trusts/{trust.slug}/")
    sign_out(page)
    enter(site, page, lead)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your second step")
    assert_accessible(page)
    assert overflow(page) == 0
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{site}/trusts/{trust.slug}/")
    assert faults == []


def test_passkey_confirms_before_something_is_changed(
    site: str, lead: User, trust: Trust, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    give_a_device(page)
    enter(site, page, lead)
    page.get_by_role("button", name="Set up a passkey").click()
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("button", name="I have kept them: go on").click()
    page.wait_for_url(f"{site}/trusts/{trust.slug}/")
    make_old(lead)
    page.goto(f"{site}/accounts/2fa/recovery-codes/generate/")
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Make new recovery codes")


def make_old(user: User) -> None:
    """As if the person had signed in an hour ago."""
    from allauth.usersessions.models import UserSession
    from django.contrib.sessions.backends.db import SessionStore

    for row in UserSession.objects.filter(user=user):
        session = SessionStore(row.session_key)
        session["started_at"] -= 3600
        session.save()


def test_app_and_recovery_codes_without_a_script(
    site: str, lead: User, trust: Trust, new_page: Callable[..., Page]
) -> None:
    page = new_page(**PHONE, java_script_enabled=False)
    enter(site, page, lead)
    page.get_by_role("button", name="Set up a passkey").click()
    expect(page.get_by_text("Passkeys do not work in this browser")).to_be_visible()
    expect(page.get_by_role("button", name="Set it up")).to_be_hidden()
    page.get_by_role("link", name="Set up an authenticator app instead").click()
    page.get_by_text("I cannot scan the picture").click()
    secret = page.locator("#authenticator_secret").inner_text().strip()
    page.get_by_label("Code from the app").fill(code_now(secret))
    page.get_by_role("button", name="Switch it on").click()
    kept = page.locator(".tq-codes li")
    expect(kept).to_have_count(10)
    codes = kept.all_inner_texts()
    page.get_by_role("button", name="I have kept them: go on").click()
    page.wait_for_url(f"{site}/trusts/{trust.slug}/")

    for code in (code_now(secret), codes[0]):
        page.get_by_role("button", name="Sign out").click()
        enter(site, page, lead)
        expect(page.get_by_role("button", name=A_PASSKEY)).to_have_count(0)
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{site}/trusts/{trust.slug}/")
        CacheEntry.objects.all().delete()


def test_passkey_that_is_not_given_is_explained_once(
    site: str, lead: User, new_page: Callable[..., Page], assert_accessible: Callable[[Page], None]
) -> None:
    page = new_page()
    give_a_device(page, verifies=False)
    enter(site, page, lead)
    page.get_by_role("button", name="Set up a passkey").click()
    expect(page.get_by_text("No passkey was used")).to_be_hidden()
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    expect(page.get_by_text("No passkey was used")).to_be_visible()
    assert_accessible(page)


def test_browser_without_passkeys_is_offered_none(
    site: str, lead: User, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto(site + SIGN_IN)
    page.get_by_label("Email").wait_for()
    expect(page.get_by_role("button", name=A_PASSKEY)).to_be_hidden()
    enter(site, page, lead)
    page.get_by_role("button", name="Set up a passkey").click()
    expect(page.get_by_text("Passkeys do not work in this browser")).to_be_visible()


def test_words_typed_when_the_lead_switches_it_on_are_saved(
    site: str, lead: User, trust: Trust, new_page: Callable[..., Page]
) -> None:
    Trust.objects.filter(pk=trust.pk).update(requires_second_factor=False)
    assessment = create_assessment(
        trust=trust,
        framework=Framework.objects.get(key="cst-strong-trusts"),
        title="This year",
        due_on=None,
        by=lead,
    )
    page = new_page()
    give_a_device(page)
    enter(site, page, lead)
    page.wait_for_url(f"{site}/trusts/{trust.slug}/")
    page.goto(f"{site}{assessment.ratings.in_order()[0].get_absolute_url()}")
    Trust.objects.filter(pk=trust.pk).update(requires_second_factor=True)
    page.get_by_label("Why? Our notes").fill("Typed a moment too late.")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not saved yet")
    expect(page.get_by_role("textbox")).to_have_value("Typed a moment too late.")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Do the second step").click()
    tab = opened.value
    give_a_device(tab)
    tab.get_by_role("button", name="Set up a passkey").click()
    tab.get_by_role("button", name="Set it up").click()
    tab.get_by_role("button", name="I have kept them: go on").click()
    tab.wait_for_url(f"{site}/trusts/{trust.slug}/")
    page.get_by_role("button", name="Save it now").click()
    page.wait_for_url(f"{site}/assessments/{assessment.pk}/**")
    notes = [note for note in assessment.ratings.values_list("note", flat=True) if note]
    assert notes == ["Typed a moment too late."]


def test_another_place_is_signed_out(
    site: str, lead: User, trust: Trust, new_page: Callable[..., Page]
) -> None:
    Trust.objects.filter(pk=trust.pk).update(requires_second_factor=False)
    here, there = new_page(**PHONE), new_page()
    for page in (there, here):
        enter(site, page, lead)
        page.wait_for_url(f"{site}/trusts/{trust.slug}/")
    here.get_by_role("link", name="Ada Okonkwo").click()
    here.get_by_role("link", name="See where").click()
    assert overflow(here) == 0
    here.get_by_role("button", name="Sign out there").click()
    expect(here.get_by_text("You are signed out there.")).to_be_visible()
    there.reload()
    expect(there.get_by_role("heading", level=1)).to_have_text("Sign in")
