"""Every page a person meets: nothing wider than a phone, no script needed, nothing axe finds."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from assessments.models import Assessment
from plans.models import Action, Plan

PAGES = {
    "home": lambda rows: "/trusts/northfield/",
    "new assessment": lambda rows: "/trusts/northfield/assessments/new/",
    "task list": lambda rows: f"/assessments/{rows['running'].pk}/",
    "element": lambda rows: f"/assessments/{rows['running'].pk}/elements/CST-01/",
    "element, not rated": lambda rows: f"/assessments/{rows['running'].pk}/elements/CST-14/",
    "half a heat map": lambda rows: f"/assessments/{rows['running'].pk}/results/",
    "heat map": lambda rows: f"/assessments/{rows['agreed'].pk}/results/",
    "choose what to compare": lambda rows: "/trusts/northfield/assessments/compare/",
    "compare": lambda rows: (
        f"/trusts/northfield/assessments/compare/?a={rows['running'].pk}&a={rows['agreed'].pk}"
    ),
    "sign off": lambda rows: f"/assessments/{rows['running'].pk}/agree/",
    "reopen": lambda rows: f"/assessments/{rows['agreed'].pk}/reopen/",
    "change": lambda rows: f"/assessments/{rows['running'].pk}/edit/",
    "start a plan": lambda rows: f"/assessments/{rows['running'].pk}/plan/",
    "plan": lambda rows: f"/plans/{rows['plan'].pk}/",
    "priorities": lambda rows: f"/plans/{rows['plan'].pk}/priorities/",
    "plan's details": lambda rows: f"/plans/{rows['plan'].pk}/edit/",
    "adopt": lambda rows: f"/plans/{rows['plan'].pk}/adopt/",
    "key issue": lambda rows: f"/priorities/{rows['action'].priority_id}/",
    "drop a priority": lambda rows: f"/priorities/{rows['action'].priority_id}/drop/",
    "add an action": lambda rows: f"/priorities/{rows['action'].priority_id}/actions/add/",
    "edit an action": lambda rows: f"/actions/{rows['action'].pk}/edit/",
    "drop an action": lambda rows: f"/actions/{rows['action'].pk}/drop/",
    "report": lambda rows: f"/plans/{rows['plan'].pk}/report/",
    "issue": lambda rows: f"/plans/{rows['plan'].pk}/issue/",
    "issued reports": lambda rows: "/trusts/northfield/reports/",
    "change password": lambda rows: "/accounts/password/change/",
}


@pytest.fixture
def rows(site: str) -> dict:
    """Rows of the demo that the addresses need."""
    running, agreed = (
        Assessment.objects.get(trust__slug="northfield", title=f"Self-assessment {year}")
        for year in (2026, 2025)
    )
    plan = Plan.objects.get(assessment=agreed)
    return {
        "running": running,
        "agreed": agreed,
        "plan": plan,
        "action": Action.objects.filter(priority__plan=plan).exclude(status="dropped").first(),
    }


# What makes sense with a script only: what became of a quiet save, showing a password.
SHOWN_BY_SCRIPTS_ALONE = ":not([data-draft-message], .govuk-password-input__toggle)"


def test_pages_fit_and_are_accessible(site, rows, new_page, signed_in, assert_fits) -> None:
    page = new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda message: faults.append(message.text) if message.type == "error" else 0
    )
    signed_in(page)
    for name, address_of in PAGES.items():
        answer = page.goto(site + address_of(rows))
        assert answer.status == 200, name
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_fits(page)
        assert faults == [], name


def test_signed_out_pages_fit_and_are_accessible(site, new_page, assert_fits) -> None:
    page = new_page()
    for address in ("/", "/accounts/login/", "/accounts/password/reset/", "/no-such-page/"):
        page.goto(site + address)
        assert_fits(page)


def test_pages_need_no_script(site, rows, new_page, signed_in) -> None:
    page = new_page(java_script_enabled=False)
    signed_in(page)
    for name, address_of in PAGES.items():
        answer = page.goto(site + address_of(rows))
        assert answer.status == 200, name
        for hidden in page.locator(f"[hidden]{SHOWN_BY_SCRIPTS_ALONE}").all():
            raise AssertionError(f"{name} hides {hidden.inner_html()} from who has no script")
