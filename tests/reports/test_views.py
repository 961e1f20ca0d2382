"""The documents' pages: who may, what they answer, and what they cost."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Rating
from frameworks.models import Element
from plans.models import Plan
from reports import actions, urls, views
from reports.actions import issue_action_plan
from reports.home_panel import reports_panel
from reports.models import IssuedReport
from reports.pdf import PdfUnavailable
from tests.conftest import client_of, make_framework
from tests.page import Page
from tests.reports.conftest import add_action, add_priority, elements_of, rate
from tests.reports.printed import Printed

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

ROLES = ("lead", "chair", "executive", "trustee", "observer")
ISSUERS = ("lead", "chair", "executive")


@pytest.fixture
def addresses(plan: Plan, issued: IssuedReport) -> dict[str, str]:
    """Each page's address."""
    return {
        "plan": f"/plans/{plan.pk}/report/",
        "plan_pdf": f"/plans/{plan.pk}/report.pdf",
        "issue": f"/plans/{plan.pk}/issue/",
        "issued": f"/reports/{issued.pk}.pdf",
        "index": "/trusts/northfield/reports/",
    }


def test_the_table_names_every_page_of_the_app(addresses, plan, issued) -> None:
    own = [one.name for one in urls.urlpatterns if one.callback.__module__ == views.__name__]
    assert list(addresses) == own
    rows = {"issued": issued.pk, "index": "northfield"}
    for name, address in addresses.items():
        assert reverse(f"reports:{name}", args=[rows.get(name, plan.pk)]) == address


@pytest.mark.parametrize("name", ["plan", "plan_pdf", "issue", "issued", "index"])
@pytest.mark.parametrize("role", ROLES)
def test_everybody_in_the_trust_reads_and_some_issue(role, name, addresses, request) -> None:
    answer = client_of(request.getfixturevalue(role)).get(addresses[name])
    allowed = name != "issue" or role in ISSUERS
    assert answer.status_code == (200 if allowed else 403)
    if not allowed:
        assert "issue a report" in answer.content.decode()


@pytest.mark.parametrize("name", ["plan", "plan_pdf", "issue", "issued", "index"])
def test_another_trusts_documents_are_not_there(name, addresses, stranger) -> None:
    client = client_of(stranger)
    assert client.get(addresses[name]).status_code == 404
    assert client.post(addresses[name], {"key": uuid.uuid4()}).status_code in (404, 405)
    assert IssuedReport.objects.count() == 1


@pytest.mark.parametrize("name", ["plan", "plan_pdf", "issue", "issued", "index"])
def test_signed_out_people_are_asked_to_sign_in(name, addresses) -> None:
    answer = Client().get(addresses[name])
    assert (answer.status_code, answer.url) == (
        302,
        f"/accounts/login/?next={addresses[name]}",
    )


@pytest.mark.parametrize("role", ["trustee", "observer"])
def test_wrong_role_issues_nothing(role, addresses, request) -> None:
    client = client_of(request.getfixturevalue(role))
    assert client.post(addresses["issue"], {"key": uuid.uuid4()}).status_code == 403
    assert IssuedReport.objects.count() == 1


@pytest.mark.parametrize("name", ["plan", "plan_pdf", "issued", "index"])
def test_pages_without_a_form_take_no_post(name, addresses, lead) -> None:
    assert client_of(lead).post(addresses[name]).status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        "/plans/0/report/",
        "/plans/99999999999999999999999/report.pdf",
        "/plans/987654/issue/",
        "/reports/99999999999999999999999.pdf",
        "/reports/0.pdf",
        "/trusts/nowhere/reports/",
    ],
)
def test_what_is_not_there_is_404(address, lead, plan) -> None:
    assert client_of(lead).get(address).status_code == 404


@pytest.mark.pdf
def test_pdf_is_a_working_copy_to_be_saved_under_a_good_name(plan, observer) -> None:
    answer = client_of(observer).get(f"/plans/{plan.pk}/report.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        'attachment; filename="northfield-learning-trust-action-plan-2026.pdf"'
    )
    assert "no-store" in answer["Cache-Control"]
    text = Printed(None, answer.content).text
    today = timezone.localdate()
    assert f"Working copy, printed {today.day} {today:%B %Y}" in text
    assert "Rewrite the scheme of delegation" in text
    assert IssuedReport.objects.count() == 0


def test_page_offers_the_pdf_first_and_issuing_to_who_may(addresses, lead, observer) -> None:
    for person, issues in ((lead, True), (observer, False)):
        html = client_of(person).get(addresses["plan"]).content.decode()
        main = Page(html[html.index("<main") :].partition("</main>")[0] + "</main>")
        links = [node for node in main.nodes if node.tag == "a"]
        assert links[0].text == "Download the PDF"
        assert links[0].attributes["href"] == addresses["plan_pdf"]
        assert (addresses["issue"] in [link.attributes["href"] for link in links]) is issues


@pytest.mark.pdf
def test_page_and_pdf_hold_the_same_facts(plan, lead) -> None:
    plan.assessment.ratings.filter(element__name="Point 2").update(note="One.\n\nTwo & <three>.")
    client = client_of(lead)
    html = client.get(f"/plans/{plan.pk}/report/").content.decode()
    page = Page(html[html.index("<main") :].partition("</main>")[0] + "</main>").nodes[0].text
    printed = Printed(None, client.get(f"/plans/{plan.pk}/report.pdf").content)
    facts = [
        "Northfield Learning Trust",
        "Action plan 2026",
        "The made-up framework",
        "Nobody, edition 2026-01 (published in January 2026)",
        "Self-assessment 2026. Not agreed yet: ratings may still change.",
        "The board has not adopted it yet.",
        "No date set yet",
        "2 priorities with 3 actions: 0 done, 1 in progress, 2 not started. 1 is overdue.",
        "Priority 1: Point 1",
        "Area 1, point 1",
        "What the board saw in Point 1.",
        "Nobody knows who decides what.",
        "Priority 2: Point 2",
        "One.",
        "Two & <three>.",
        "The data come too late.",
        "Rewrite the scheme of delegation",
        "Heads who can say who decides",
        "4 of 11",
        "Thing 2.1 is seen to work",
        "Amara Okafor",
        "1 September 2026",
        "In progress",
        "Vision, values, strategy and culture",
        "Action under priority 2",
        "Buy another system",
        "The old one can do it",
        "3. Point 3",
        "What the board saw in Point 3.",
        "Step 1",
        "Step 2",
        "Step 3",
    ]
    for fact in facts:
        assert fact in page, fact
        assert fact in printed.text, fact


def test_page_shows_a_map_chips_and_lateness_in_words(addresses, lead) -> None:
    html = client_of(lead).get(addresses["plan"]).content.decode()
    page = Page(html)
    assert len([node for node in page.nodes if "tq-heat-map__cell" in node.classes]) == 3
    assert "Overdue : was due 1 September 2026" in " ".join(node.text for node in page.nodes)
    assert [node.text for node in page.nodes if node.tag == "h1"] == ["Action plan 2026"]


@pytest.mark.parametrize(
    ("name", "queries"),
    [("plan", 8), ("plan_pdf", 7), ("issue", 4), ("issued", 3), ("index", 5)],
)
def test_pages_cost_the_same_queries_however_long_the_plan(
    name, queries, addresses, plan, issued, lead, northfield, django_assert_num_queries
) -> None:
    framework = make_framework("twenty", domains=(10, 10))
    plan.assessment.framework = framework
    plan.assessment.save()
    plan.assessment.ratings.all().delete()
    plan.priorities.all().delete()
    for element in Element.objects.filter(domain__framework=framework):
        Rating.objects.create(assessment=plan.assessment, element=element)
    rate(plan.assessment)
    for element in elements_of(plan)[:8]:
        priority = add_priority(plan, element)
        for _ in range(5):
            add_action(priority)
    for _ in range(4):
        issue_action_plan(plan=plan, key=uuid.uuid4(), by=lead)
    client = client_of(lead)
    with django_assert_num_queries(queries):
        assert client.get(addresses[name]).status_code == 200


def test_home_panel_leads_to_the_documents_and_costs_no_query(
    northfield, lead, django_assert_num_queries
) -> None:
    with django_assert_num_queries(0):
        panel = reports_panel(lead, northfield)
    assert panel.tasks == ()
    html = client_of(lead).get("/trusts/northfield/").content.decode()
    assert 'href="/trusts/northfield/reports/"' in html


@pytest.mark.parametrize("address", ["report.pdf", "issue/"])
def test_where_no_pdf_can_be_made_a_page_says_what_to_do(
    address, plan, lead, monkeypatch, caplog
) -> None:
    def unavailable(html: str) -> bytes:
        raise PdfUnavailable("There is no font.")

    monkeypatch.setattr(actions, "render_pdf", unavailable)
    client = client_of(lead)
    if address == "issue/":
        answer = client.post(f"/plans/{plan.pk}/{address}", {"key": uuid.uuid4()})
    else:
        answer = client.get(f"/plans/{plan.pk}/{address}")
    html = answer.content.decode()
    assert answer.status_code == 503
    assert "The PDF cannot be made at the moment" in html
    assert f'href="/plans/{plan.pk}/report/"' in html
    assert "There is no font." not in html
    assert "There is no font." in caplog.text
    assert IssuedReport.objects.count() == 0


def test_list_names_what_when_by_whom_and_how_large(issued, observer, plan, quick, chair) -> None:
    newer = issue_action_plan(plan=plan, key=uuid.uuid4(), by=chair)
    html = client_of(observer).get("/trusts/northfield/reports/").content.decode()
    page = Page(html)
    items = [node.text for node in page.nodes if "tq-list__item" in node.classes]
    assert len(items) == 2
    assert "by Chair" in items[0]
    assert "by Lead" in items[1]
    assert newer.sha256 in items[0]
    addresses = [node.attributes.get("href") for node in page.nodes if node.tag == "a"]
    assert addresses.index(f"/reports/{newer.pk}.pdf") < addresses.index(
        f"/reports/{issued.pk}.pdf"
    )


def test_empty_list_says_how_to_fill_it(northfield, lead) -> None:
    html = client_of(lead).get("/trusts/northfield/reports/").content.decode()
    assert "Nothing has been issued yet." in html
