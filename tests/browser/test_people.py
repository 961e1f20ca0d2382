"""Inviting, accepting and a year's turnover in a real browser: on a phone, without a script."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from assessments.actions import create_assessment
from assessments.collecting import open_collecting
from tests.browser.conftest import overflow
from tests.conftest import make_framework, make_user
from tests.trusts.mailing import link_to
from trusts.invitations import Newcomer, invite
from trusts.models import Role, Trust, User

PASSWORD = "three words quite apart"
LONG = "wilhelmina.featherstonehaugh-cholmondeley-whittingstall"


@pytest.fixture
def trust(site: str) -> Trust:
    """A board of fourteen, of this test alone."""
    slug = f"board-{uuid4().hex[:8]}"
    trust = Trust.objects.create(name=f"Trust {slug}", slug=slug)
    roles = [Role.LEAD, Role.CHAIR, Role.EXECUTIVE, *[Role.TRUSTEE] * 10, Role.OBSERVER]
    for number, role in enumerate(roles):
        user = make_user(f"p{number}@{slug}.example", trust=trust, role=role)
        user.set_password(PASSWORD)
        user.save()
    names = [LONG.replace(".", " ").title(), ""]
    newcomers = [
        Newcomer(f"{LONG}{number}@{slug}.example", Role.TRUSTEE, name)
        for number, name in enumerate(names)
    ]
    invite(trust=trust, newcomers=newcomers, by=trust.leads.get())
    return trust


def sign_in(page: Page, site: str, email: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{site}/trusts/*/")


def test_pages_fit_and_are_accessible(site, trust, new_page, assert_fits) -> None:
    page = new_page()
    people = f"{site}/trusts/{trust.slug}/people/"
    member, pending = trust.memberships.last(), trust.invitations.first()
    sign_in(page, site, trust.leads.get().email)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    for path in (
        "",
        "invite/",
        "invite/several/",
        "turnover/",
        f"{member.pk}/",
        f"{member.pk}/remove/",
        f"invitations/{pending.pk}/",
    ):
        assert page.goto(people + path).status == 200
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_fits(page)
    page.goto(f"{people}invite/several/")
    for lines in (f"{LONG}@example.org, Clerk\nnobody", f"{LONG}@example.org, Chair"):
        page.get_by_label("People to invite").fill(lines)
        page.get_by_role("button", name="Go on").click()
        assert_fits(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Send this invitation?")
    assert faults == []


def test_pages_of_the_link_fit_and_are_accessible(site, trust, new_page, assert_fits) -> None:
    member = trust.memberships.last().user
    emails = [f"{LONG}-{uuid4().hex[:6]}@example.org", member.email]
    other = Trust.objects.create(name="Another trust", slug=f"other-{uuid4().hex[:8]}")
    newcomers = [Newcomer(email, Role.CHAIR) for email in emails]
    new, known = invite(trust=other, newcomers=newcomers, by=trust.leads.get())
    page = new_page()
    addresses = [f"{site}/invitations/{token}/" for token in (new.token, known.token, "x")]

    def look() -> None:
        for address in addresses:
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
            assert_fits(page)

    look()
    sign_in(page, site, member.email)
    look()
    page.goto(addresses[0])
    expect(page.get_by_text("you are signed in as")).to_be_visible()


def test_new_person_comes_in_by_the_mail_without_a_script(site, trust, new_page) -> None:
    lead = new_page(java_script_enabled=False, viewport={"width": 320, "height": 700})
    sign_in(lead, site, trust.leads.get().email)
    lead.get_by_role("link", name="Invite somebody").click()
    email = f"ann-{uuid4().hex[:8]}@example.org"
    lead.get_by_label("Email address").fill(email)
    lead.get_by_label("Name (optional)").fill("Ann Lee")
    lead.get_by_label("Trustee").check()
    lead.get_by_role("button", name="Send the invitation").click()
    expect(lead.get_by_text(f"1 invitation is mailed to {email}.")).to_be_visible()
    expect(lead.get_by_text("Ann Lee")).to_be_visible()

    ann = new_page(java_script_enabled=False, viewport={"width": 320, "height": 700})
    ann.goto(site + link_to(email))
    expect(ann.get_by_label("Your name")).to_have_value("Ann Lee")
    ann.get_by_label("New password", exact=True).fill(PASSWORD)
    ann.get_by_label("New password again").fill(PASSWORD)
    ann.get_by_role("button", name="Join").click()
    ann.wait_for_url(f"{site}/trusts/{trust.slug}/")
    expect(ann.get_by_text("You belong to")).to_be_visible()
    assert trust.memberships.get(user__email=email).role == Role.TRUSTEE


def test_board_of_fourteen_turns_over_without_a_script(site, trust, new_page) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 320, "height": 700})
    sign_in(page, site, trust.leads.get().email)
    page.goto(f"{site}/trusts/{trust.slug}/people/turnover/")
    for number in (1, 4, 5):
        page.get_by_label(f"Has left: P{number}", exact=True).check()
    page.get_by_label("Role of P6", exact=True).select_option("Chair")
    new = [f"n{number}-{uuid4().hex[:8]}@example.org" for number in range(3)]
    page.get_by_label("People to invite").fill("\n".join(new))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("P6: trustee becomes chair")).to_be_visible()
    page.get_by_role("button", name="Go back and change it").click()
    page.get_by_label("Has left: P5", exact=True).uncheck()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Confirm all of it").click()
    said = "2 people have left, 1 role is changed, 3 invitations are mailed."
    expect(page.get_by_text(said)).to_be_visible()
    assert trust.memberships.count() == 12
    assert {message.to[0] for message in mail.outbox} >= set(new)


def test_what_was_typed_for_the_turnover_survives_a_closed_page(site, trust, new_page) -> None:
    page = new_page()
    sign_in(page, site, trust.leads.get().email)
    turnover = f"{site}/trusts/{trust.slug}/people/turnover/"
    page.goto(turnover)
    page.get_by_label("Has left: P4", exact=True).check()
    page.get_by_label("Role of P6", exact=True).select_option("Chair")
    page.get_by_label("People to invite").fill("ann@example.org")
    page.goto(f"{site}/trusts/{trust.slug}/")
    page.goto(turnover)
    expect(page.get_by_label("Has left: P4", exact=True)).to_be_checked()
    expect(page.get_by_label("Role of P6", exact=True)).to_have_value("chair")
    expect(page.get_by_label("People to invite")).to_have_value("ann@example.org")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Confirm all of it").click()
    page.wait_for_url(f"{site}/trusts/{trust.slug}/people/")
    page.goto(turnover)
    expect(page.get_by_label("People to invite")).to_have_value("")
    assert not User.objects.filter(email="ann@example.org").exists()


def test_skipping_to_the_form_does_not_lead_past_its_faults(site, trust, new_page) -> None:
    page = new_page()
    sign_in(page, site, trust.leads.get().email)
    here = f"{site}/trusts/{trust.slug}/people/invite/"
    page.goto(here)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()
    assert page.url == here
    page.get_by_label("Email").press("Enter")
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    assert page.url == here


def test_no_name_however_long_and_unbroken_widens_a_page(site, trust, new_page) -> None:
    lead = trust.leads.get()
    assessment = create_assessment(
        trust=trust,
        framework=make_framework(f"long-{uuid4().hex[:8]}"),
        title="Views",
        due_on=None,
        by=lead,
    )
    people = [member.user for member in trust.memberships.exclude(user=lead)]
    open_collecting(assessment=assessment, people=people, due_on=None, names_shown=True, by=lead)
    User.objects.filter(pk__in=[person.pk for person in people]).update(name="W" * 150)
    page = new_page(viewport={"width": 320, "height": 800})
    sign_in(page, site, lead.email)
    home, views = f"/trusts/{trust.slug}/", f"/assessments/{assessment.pk}/"
    for path in (home, f"{home}settings/", f"{views}collecting/", f"{views}close/"):
        assert page.goto(site + path).status == 200
        assert overflow(page) == 0, path
