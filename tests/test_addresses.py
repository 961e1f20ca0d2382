"""Every address × who asks for it, in one table; an address that is not in it fails the test.

Read a row as: what the address answers to each person, in the order of PEOPLE. The lead, chair,
executive, trustee and observer are Northfield's, whose rows are asked for; the stranger leads
Southmere; the operator may use the admin area and is a member of no trust.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from assessments.actions import agree_assessment, create_assessment
from assessments.models import Assessment, OwnFramework
from assessments.own_frameworks import keep_upload
from frameworks.framework_template import template
from frameworks.models import Element, Framework
from plans.models import Action, Plan, Priority
from reports.models import IssuedReport
from tests.conftest import align, client_of, make_framework, make_next_edition, make_user
from tests.grids import make_grid
from trusts.invitations import Newcomer, invite
from trusts.models import Role, Trust, User

PEOPLE = (
    "lead",
    "chair",
    "executive",
    "trustee",
    "observer",
    "stranger",
    "operator",
    "signed out",
)

# Who gets what: "see" is a page, "save" goes on after a save, "fail" is an empty form refused.
# fmt: off
MEMBERS_SEE   = "200 200 200 200 200 404 404 302"
OWN_IS_SEEN   = "200 200 200 200 200 404 404 404"
OPERATOR_SEES = "404 404 404 404 404 404 200 302"
OPERATOR_SAVES = "404 404 404 404 404 404 302 401"
OPERATOR_FAILS = "404 404 404 404 404 404 422 401"
NOWHERE_SEEN  = "404 404 404 404 404 404 404 302"
NOWHERE_SENT  = "404 404 404 404 404 404 404 401"
LEAD_SEES     = "200 403 403 403 403 404 404 302"
RATERS_SEE    = "200 200 403 403 403 404 404 302"
PLANNERS_SEE  = "200 403 200 403 403 404 404 302"
ISSUERS_SEE   = "200 200 200 403 403 404 404 302"
RATERS_SAVE   = "302 302 403 403 403 404 404 401"
RATERS_FAIL   = "422 422 403 403 403 404 404 401"
PLANNERS_SAVE = "302 403 302 403 403 404 404 401"
PLANNERS_FAIL = "422 403 422 403 403 404 404 401"
LEAD_SAVES    = "302 403 403 403 403 404 404 401"
LEAD_FAILS    = "422 403 403 403 403 404 404 401"
ISSUERS_FAIL  = "422 422 422 403 403 404 404 401"
NO_POST       = "405 405 405 405 405 405 405 401"
NO_GET        = "405 405 405 405 405 405 405 302"

TABLE = [
    # address                   rows                   GET            POST, an empty form
    ("trusts:index",             "",                    "302 302 302 302 302 302 200 200", "405"),
    ("trusts:healthz",           "",                    "200",         "405"),
    ("trusts:home",              "trust",               MEMBERS_SEE,   NO_POST),
    ("trusts:people",            "trust",               MEMBERS_SEE,   NO_POST),
    ("trusts:invite",            "trust",               LEAD_SEES,     LEAD_FAILS),
    ("trusts:invite_several",    "trust",               LEAD_SEES,     LEAD_FAILS),
    ("trusts:turnover",          "trust",               LEAD_SEES,     LEAD_FAILS),
    ("trusts:member",            "trust member",        LEAD_SEES,     LEAD_FAILS),
    ("trusts:remove_member",     "trust member",        LEAD_SEES,     LEAD_SAVES),
    ("trusts:resend",            "trust",               NO_GET,        LEAD_SAVES),
    ("trusts:invitation",        "trust invitation",    LEAD_SEES,     LEAD_FAILS),
    ("trusts:accept_invitation", "token",               "200",         "422"),
    ("trusts:settings",          "trust",               LEAD_SEES,     LEAD_SAVES),
    ("trusts:account",           "",                    "200 200 200 200 200 200 200 302", NO_POST),
    ("trusts:second_factor",     "",                    "200 200 200 200 200 200 200 302", NO_POST),
    ("trusts:sessions",          "",                    "200 200 200 200 200 200 200 302",
                                                        "302 302 302 302 302 302 302 401"),
    # With no provider of work accounts set, as here; tests/trusts/test_work_accounts.py sets one.
    ("trusts:work_accounts",     "",       "200 404 404 404 404 404 404 302", NO_POST),
    ("trusts:remove_work_account", "work account", NO_GET,
                                           "302 404 404 404 404 404 404 401"),
    ("trusts:work_account_sign_in", "provider",    "405",               "404"),
    ("trusts:link_work_account", "provider",            NO_GET,        NOWHERE_SENT),
    ("trusts:work_account_callback", "provider",        "404",         "405"),
    ("trusts:no_email_page",     "",                    NOWHERE_SEEN,  NOWHERE_SENT),
    ("frameworks:index",         "",                    "200",         "405"),
    ("frameworks:search",        "",                    "200",         "405"),
    ("frameworks:detail",        "framework",           "200",         "405"),
    ("frameworks:element",       "framework element",   "200",         "405"),
    ("frameworks:changes",       "reissued",            "200",         "405"),
    ("frameworks:crosswalk",     "framework mirrored",  "200",         "405"),
    ("frameworks:wording",       "framework",           OPERATOR_SEES, OPERATOR_FAILS),
    ("frameworks:wording_sheet", "framework",           OPERATOR_SEES, NO_POST),
    ("frameworks:remove_wording", "framework",          OPERATOR_SEES, OPERATOR_SAVES),
    ("assessments:create",       "trust",               LEAD_SEES,     LEAD_FAILS),
    ("assessments:detail",       "assessment",          MEMBERS_SEE,   NO_POST),
    ("assessments:results",      "assessment",          MEMBERS_SEE,   NO_POST),
    ("assessments:crosswalk",    "assessment mirrored", MEMBERS_SEE,   NO_POST),
    ("assessments:grid",         "grid",                MEMBERS_SEE,   RATERS_SAVE),
    ("assessments:rate",         "assessment element",  MEMBERS_SEE,   RATERS_FAIL),
    ("assessments:edit",         "assessment",          LEAD_SEES,     LEAD_FAILS),
    ("assessments:agree",        "assessment",          RATERS_SEE,    RATERS_SAVE),
    ("assessments:reopen",       "agreed",              RATERS_SEE,    RATERS_FAIL),
    ("assessments:own_frameworks",     "trust",         MEMBERS_SEE,   NO_POST),
    ("assessments:framework_template", "trust",         MEMBERS_SEE,   NO_POST),
    ("assessments:upload_framework",   "trust",         LEAD_SEES,     LEAD_FAILS),
    ("assessments:framework_upload",   "trust upload",  LEAD_SEES,     LEAD_FAILS),
    ("assessments:remove_framework",   "trust own",     LEAD_SEES,     LEAD_SAVES),
    ("plans:for_assessment",     "assessment",          MEMBERS_SEE,   PLANNERS_SAVE),
    ("plans:detail",             "plan",                MEMBERS_SEE,   NO_POST),
    ("plans:choose",             "plan",                PLANNERS_SEE,  PLANNERS_SAVE),
    ("plans:edit",               "plan",                PLANNERS_SEE,  PLANNERS_FAIL),
    ("plans:adopt",              "plan",                PLANNERS_SEE,  PLANNERS_FAIL),
    ("plans:priority",           "priority",            MEMBERS_SEE,   PLANNERS_SAVE),
    ("plans:drop_priority",      "priority",            PLANNERS_SEE,  PLANNERS_FAIL),
    ("plans:restore_priority",   "priority",            NO_GET,        PLANNERS_SAVE),
    ("plans:move_priority",      "priority",            NO_GET,        PLANNERS_SAVE),
    ("plans:add_action",         "priority",            PLANNERS_SEE,  PLANNERS_FAIL),
    ("plans:edit_action",        "action",              PLANNERS_SEE,  PLANNERS_FAIL),
    ("plans:drop_action",        "action",              PLANNERS_SEE,  PLANNERS_FAIL),
    ("plans:restore_action",     "action",              NO_GET,        PLANNERS_SAVE),
    ("plans:move_action",        "action",              NO_GET,        PLANNERS_SAVE),
    ("reports:plan",             "plan",                MEMBERS_SEE,   NO_POST),
    ("reports:plan_pdf",         "plan",                MEMBERS_SEE,   NO_POST),
    ("reports:issue",            "plan",                ISSUERS_SEE,   ISSUERS_FAIL),
    ("reports:issued",           "issued",              MEMBERS_SEE,   NO_POST),
    ("reports:index",            "trust",               MEMBERS_SEE,   NO_POST),
    ("reports:framework_json",   "framework",           "200",         "405"),
    # The same pages of a framework that is Northfield's own.
    ("frameworks:detail",        "own framework",       OWN_IS_SEEN,   "405"),
    ("frameworks:element",       "own element",         OWN_IS_SEEN,   "405"),
    ("reports:framework_json",   "own framework",       OWN_IS_SEEN,   "405"),
]
# fmt: on

# Pages about a person's own sign-in, by allauth; tests/trusts/test_sign_in.py tries them.
SIGN_IN = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
    "usersessions_list",
    "trusts:set_password",
    "trusts:add_app",
    "trusts:add_passkey",
    "trusts:passkey_again",
    "trusts:recovery_codes",
}


def names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """The name of every address below a resolver."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        else:
            below = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern, below)


def test_every_address_is_in_the_table() -> None:
    addresses = {name for name in names(get_resolver()) if not name.startswith("admin:")}
    assert addresses - SIGN_IN == {name for name, *_ in TABLE}


@pytest.fixture
def people(lead, chair, executive, trustee, observer, stranger) -> dict[str, Client]:
    operator = User.objects.create_superuser("operator@service.example", "x" * 20, name="Operator")
    users = (lead, chair, executive, trustee, observer, stranger, operator)
    browsers = [client_of(user) for user in users]
    return dict(zip(PEOPLE, [*browsers, Client()], strict=True))


def public_frameworks() -> dict[str, Framework]:
    """Frameworks that everybody reads, one for each page about them."""
    rated, mirrored = make_framework(), make_framework("mirrored")
    code = Element.objects.filter(domain__framework=rated).in_order()[0].code
    align(rated, code, mirrored, code)
    reissued = make_next_edition(make_framework("reissued"))
    return {"rated": rated, "mirrored": mirrored, "reissued": reissued, "grid": make_grid()}


@pytest.fixture
def public(db: None) -> dict[str, Framework]:
    return public_frameworks()


@pytest.fixture
def rows(public: dict[str, Framework], northfield: Trust, lead: User) -> dict[str, list]:
    return everything_of(northfield, lead, public)


@pytest.fixture
def their_rows(public: dict[str, Framework], southmere: Trust, stranger: User) -> dict[str, list]:
    return everything_of(southmere, stranger, public)


def everything_of(trust: Trust, lead: User, public: dict[str, Framework]) -> dict[str, list]:
    """One of everything of a trust, by the name that the table gives it."""
    framework, mirrored, reissued = public["rated"], public["mirrored"], public["reissued"]
    assessment, agreed, grid = (
        create_assessment(trust=trust, framework=public[of], title=title, due_on=None, by=lead)
        for of, title in (
            ("rated", "Self-assessment 2026"),
            ("rated", "Agreed"),
            ("grid", "By cell"),
        )
    )
    agree_assessment(assessment=agreed, minute_reference="", by=lead)
    plan = Plan.objects.create(assessment=agreed, title="Action plan", created_by=lead)
    element = agreed.ratings.in_order().first().element
    priority = Priority.objects.create(plan=plan, element=element, order=1)
    action = Action.objects.create(
        priority=priority,
        order=1,
        description="Do it",
        owner_name="Somebody",
        due_on=date(2027, 3, 31),
        strategic_area="vision",
        success_criterion="It is done",
        key=uuid4(),
    )
    issued = IssuedReport.objects.create(
        trust=trust,
        kind="action_plan",
        plan=plan,
        title="Action plan",
        issued_by=lead,
        key=uuid4(),
        template_version="1",
        sha256="0" * 64,
        document=b"%PDF-1.7",
    )
    own = make_framework(f"own-{trust.slug}")
    Framework.objects.filter(pk=own.pk).update(is_published=False)
    owned = OwnFramework.objects.create(trust=trust, framework=own, created_by=lead)
    upload = keep_upload(trust=trust, file_name="culture.xlsx", document=template(), by=lead)
    member = make_user(f"member@{trust.slug}.example", trust=trust, role=Role.OBSERVER)
    newcomer = Newcomer(f"newcomer@{trust.slug}.example", Role.TRUSTEE)
    [letter] = invite(trust=trust, newcomers=[newcomer], by=lead)
    return {
        "": [],
        "trust": [trust.slug],
        "trust member": [trust.slug, member.memberships.get().pk],
        "trust invitation": [trust.slug, letter.invitation.pk],
        "token": [letter.token],
        "trust upload": [trust.slug, upload.pk],
        "trust own": [trust.slug, owned.pk],
        "own framework": [own.key, own.edition],
        "own element": [own.key, own.edition, "MU-01"],
        "framework": [framework.key, framework.edition],
        "framework element": [framework.key, framework.edition, element.code],
        "framework mirrored": [framework.key, framework.edition, mirrored.key, mirrored.edition],
        "reissued": [reissued.key, reissued.edition],
        "assessment": [assessment.pk],
        "assessment mirrored": [assessment.pk, mirrored.key, mirrored.edition],
        "assessment element": [assessment.pk, element.code],
        "agreed": [agreed.pk],
        "grid": [grid.pk],
        "plan": [plan.pk],
        "priority": [priority.pk],
        "action": [action.pk],
        "issued": [issued.pk],
        "provider": ["microsoft"],
        "work account": [
            SocialAccount.objects.create(user=lead, provider="oidc", uid=trust.slug).pk
        ],
    }


def expected(cell: str) -> list[int]:
    """A cell of the table, one status a person; a single one is everybody's."""
    statuses = [int(status) for status in cell.split()]
    return statuses * len(PEOPLE) if len(statuses) == 1 else statuses


def row_of(name: str, *cells: str) -> object:
    """A row as one test, known by its address's name."""
    return pytest.param(name, *cells, id=name, marks=[pytest.mark.pdf] if "pdf" in name else [])


@pytest.mark.parametrize(("name", "of", "get", "post"), [row_of(*row) for row in TABLE])
def test_address_answers_each_person_as_the_table_says(
    name, of, get, post, people: dict[str, Client], rows
) -> None:
    address = reverse(name, args=rows[of])
    for method, cell in (("get", get), ("post", post)):
        answers = {}
        for person, browser in people.items():
            with transaction.atomic():
                answers[person] = getattr(browser, method)(address).status_code
                transaction.set_rollback(True)
        assert answers == dict(zip(PEOPLE, expected(cell), strict=True)), method


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_no_address_answers_to_another_method(method, people, rows) -> None:
    for name, of, *_ in TABLE:
        status = 404 if name == "trusts:no_email_page" else 405
        answer = getattr(people["lead"], method)(reverse(name, args=rows[of]))
        assert answer.status_code == status, name


def test_guessed_addresses_are_not_found(people, rows) -> None:
    for name, of, get, post in TABLE:
        guesses = [one + 999_983 if isinstance(one, int) else "x-" + one for one in rows[of]]
        if guesses:
            address = reverse(name, args=guesses)
            assert people["lead"].get(address).status_code == (
                405 if get in (NO_GET, "405") else 404
            ), name
            refusal = 405 if post in (NO_POST, "405") else 404
            assert people["lead"].post(address).status_code == refusal, name


def test_huge_numbers_in_an_address_are_not_found(people, rows) -> None:
    for name, of, *_ in TABLE:
        if of in ("assessment", "agreed", "grid", "plan", "priority", "action", "issued"):
            address = reverse(name, args=[10**30])
            assert people["lead"].get(address).status_code in (404, 405), name
            assert people["lead"].post(address).status_code in (404, 405), name


def test_huge_number_of_an_element_is_not_found(people, rows) -> None:
    address = reverse("assessments:rate", args=[10**18 * 9 + 10**18, "CST-01"])
    assert people["lead"].get(address).status_code == 404
    assert people["lead"].post(address).status_code == 404


def test_wrong_role_is_told_whom_to_ask(people, rows, lead: User) -> None:
    address = reverse("assessments:edit", args=rows["assessment"])
    text = people["trustee"].get(address).content.decode()
    assert lead.name in text
    assert f"mailto:{lead.email}" in text
    assert "set up an assessment" in text


@pytest.mark.parametrize("path", ["/admin/", "/admin/trusts/user/", "/admin/trusts/trust/"])
def test_admin_area_is_the_operators_alone(path, people) -> None:
    for person, browser in people.items():
        status = browser.get(path).status_code
        assert status == (200 if person == "operator" else 302), person
