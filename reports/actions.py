"""Handing a document out. Keyword-only, `by=` says who."""

from __future__ import annotations

import hashlib
import uuid

from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from plans.models import Plan
from reports.action_plan import TEMPLATE_VERSION, ActionPlanReport, build_action_plan
from reports.models import IssuedReport
from reports.pdf import STATIC_BASE, render_pdf
from reports.stamp import Stamp
from trusts.models import User


def print_action_plan(report: ActionPlanReport) -> bytes:
    """The report as a PDF; raises as `render_pdf` does."""
    context = {"report": report, "static_base": STATIC_BASE}
    return render_pdf(render_to_string("reports/action_plan_pdf.html", context))


def issue_action_plan(*, plan: Plan, key: uuid.UUID, by: User) -> IssuedReport:
    """Keep the plan's document as it is now, for good.

    It is laid out before the row is written, so that nobody else's save waits for it.

    Args:
        plan: the plan as its pages read it (`for_page`).
        key: made with the form; the same key again gives the report issued the first time.
        by: who issues it; the document names them.

    Raises:
        PdfUnavailable: this machine cannot make PDFs.
    """
    if issued := _issued_before(plan, key):
        return issued
    now = timezone.now()
    stamp = Stamp(on=timezone.localdate(now), issued_by=str(by))
    document = print_action_plan(build_action_plan(plan, stamp=stamp))
    try:
        with transaction.atomic():
            return IssuedReport.objects.create(
                trust=plan.assessment.trust,
                kind=IssuedReport.Kind.ACTION_PLAN,
                plan=plan,
                title=plan.title,
                issued_at=now,
                issued_by=by,
                key=key,
                template_version=TEMPLATE_VERSION,
                sha256=hashlib.sha256(document).hexdigest(),
                document=document,
            )
    except IntegrityError:
        if issued := _issued_before(plan, key):
            return issued  # the same form, sent twice at once
        raise


def _issued_before(plan: Plan, key: uuid.UUID) -> IssuedReport | None:
    return plan.issued_reports.defer("document").filter(key=key).first()
