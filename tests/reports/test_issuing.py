"""Issuing: kept as it was handed out, once however often the form is sent."""

from __future__ import annotations

import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from assessments.actions import create_assessment
from plans.models import Plan
from reports import actions
from reports.action_plan import TEMPLATE_VERSION
from reports.actions import issue_action_plan
from reports.models import IssuedReport
from tests.conftest import client_of
from tests.page import Page
from tests.reports.printed import Printed
from trusts.models import Trust


def key_on(client: Client, address: str) -> str:
    """The key that the page's form carries."""
    page = Page(client.get(address).content.decode())
    (key,) = [node for node in page.nodes if node.attributes.get("name") == "key"]
    return key.attributes["value"]


@pytest.mark.pdf
def test_issuing_keeps_the_document_with_its_fingerprint(plan, executive) -> None:
    client = client_of(executive)
    address = f"/plans/{plan.pk}/issue/"
    answer = client.post(address, {"key": key_on(client, address)}, follow=True)
    assert answer.redirect_chain == [("/trusts/northfield/reports/", 302)]
    assert "Action plan 2026 is issued, and kept as it is now." in answer.content.decode()
    report = IssuedReport.objects.get()
    assert (report.plan, report.trust, report.issued_by) == (plan, plan.trust, executive)
    assert (report.title, report.kind) == ("Action plan 2026", "action_plan")
    assert report.template_version == TEMPLATE_VERSION
    assert report.sha256 == hashlib.sha256(bytes(report.document)).hexdigest()
    got = client.get(report.get_absolute_url())
    assert got.content == bytes(report.document)
    today = timezone.localdate()
    text = Printed(None, got.content).text
    assert f"Issued {today.day} {today:%B %Y} by Executive" in text
    assert "Working copy" not in text
    assert got["Content-Disposition"] == (
        "attachment; filename="
        f'"northfield-learning-trust-action-plan-2026-issued-{today:%Y-%m-%d}.pdf"'
    )


def test_an_issued_report_never_changes(issued, plan, lead) -> None:
    before = bytes(issued.document)
    plan.priorities.update(key_issue="Something quite different")
    Trust.objects.filter(pk=plan.trust.pk).update(name="Another name")
    assert client_of(lead).get(f"/reports/{issued.pk}.pdf").content == before
    issued.title = "Another"
    with pytest.raises(ValidationError):
        issued.save()
    assert IssuedReport.objects.get().title == "Action plan 2026"


def test_the_same_form_sent_again_issues_one_report(plan, lead, quick) -> None:
    client = client_of(lead)
    address = f"/plans/{plan.pk}/issue/"
    key = key_on(client, address)
    for _ in range(3):
        assert client.post(address, {"key": key}).status_code == 302
    assert IssuedReport.objects.count() == 1
    assert client.post(address, {"key": key_on(client, address)}).status_code == 302
    assert IssuedReport.objects.count() == 2


def test_a_second_form_sent_while_the_first_is_laid_out_issues_one_report(
    plan, lead, monkeypatch
) -> None:
    """The double click: both find nothing issued yet, both lay out, one row is written."""
    key = uuid.uuid4()
    first: list[IssuedReport] = []

    def lay_out_slowly(html: str) -> bytes:
        if not first:
            monkeypatch.setattr(actions, "render_pdf", lambda html: b"%PDF-first")
            first.append(issue_action_plan(plan=plan, key=key, by=lead))
        return b"%PDF-second"

    monkeypatch.setattr(actions, "render_pdf", lay_out_slowly)
    second = issue_action_plan(plan=plan, key=key, by=lead)
    assert second == first[0]
    assert bytes(IssuedReport.objects.get().document) == b"%PDF-first"


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_issue_one_report(plan, lead, monkeypatch) -> None:
    together, key = Barrier(8), uuid.uuid4()

    def lay_out(html: str) -> bytes:
        together.wait(timeout=20)
        return b"%PDF-"

    monkeypatch.setattr(actions, "render_pdf", lay_out)

    def click(_: int) -> int:
        try:
            return issue_action_plan(plan=plan, key=key, by=lead).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as people:
        issued = set(people.map(click, range(8)))
    assert issued == {IssuedReport.objects.get().pk}


def test_a_key_of_another_plan_is_no_key_of_this_one(plan, issued, lead, northfield) -> None:
    other = create_assessment(
        trust=northfield,
        framework=plan.assessment.framework,
        title="Next year's",
        due_on=None,
        by=lead,
    )
    other_plan = Plan.objects.create(assessment=other, title="Action plan 2027")
    answer = client_of(lead).post(f"/plans/{other_plan.pk}/issue/", {"key": issued.key})
    assert answer.status_code == 302
    assert {report.plan for report in IssuedReport.objects.all()} == {plan, other_plan}


@pytest.mark.parametrize(
    "sent", [{}, {"key": ""}, {"key": "junk"}, {"key": "\0"}, {"key": ["a", "b"]}]
)
def test_a_form_without_a_good_key_issues_nothing_and_says_so(sent, plan, lead, quick) -> None:
    client = client_of(lead)
    answer = client.post(f"/plans/{plan.pk}/issue/", sent)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in html
    assert "Nothing is issued yet" in html
    assert 'href="#main-content"' in html
    assert IssuedReport.objects.count() == 0
    (key,) = [node for node in Page(html).nodes if node.attributes.get("name") == "key"]
    assert (
        client.post(f"/plans/{plan.pk}/issue/", {"key": key.attributes["value"]}).status_code == 302
    )


def test_issue_page_warns_of_a_draft_and_of_ratings_not_agreed(plan, lead, issued) -> None:
    html = client_of(lead).get(f"/plans/{plan.pk}/issue/").content.decode()
    assert "The ratings of Self-assessment 2026 are not agreed yet." in html
    assert "The plan is a draft until the board adopts it." in html
    Plan.objects.filter(pk=plan.pk).update(
        status="adopted", adopted_at=timezone.now(), adopted_by=lead
    )
    html = client_of(lead).get(f"/plans/{plan.pk}/issue/").content.decode()
    assert "is a draft" not in html


def test_the_database_holds_one_report_a_key(issued) -> None:
    copy = IssuedReport(
        trust=issued.trust,
        plan=issued.plan,
        key=issued.key,
        kind="action_plan",
        title="Copy",
        issued_by=issued.issued_by,
        template_version="1",
        sha256="0" * 64,
        document=b"",
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save()
    copy.key, copy.kind = uuid.uuid4(), "poster"
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save()
