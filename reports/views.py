"""The action plan as a page and as a PDF, and the reports that were handed out."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from govuk.views import page, status_of, typed
from plans.models import Plan
from reports.action_plan import build_action_plan
from reports.actions import issue_action_plan, print_action_plan
from reports.downloads import download, unavailable
from reports.forms import IssueForm
from reports.models import IssuedReport
from reports.pdf import PdfUnavailable
from reports.stamp import Stamp
from reports.turns import TooBusy
from trusts.permissions import Permission, allowed, require_permission
from trusts.sign_in import SignedInRequest
from trusts.views import fetch_trust


def fetch_plan(request: SignedInRequest, pk: int) -> Plan:
    """The plan, for a member of its trust; 404 for everybody else."""
    return get_object_or_404(Plan.objects.visible_to(request.user).for_page(), pk=pk)


@require_safe
def plan(request: SignedInRequest, pk: int) -> HttpResponse:
    """The action plan as a page, to look at before it is printed."""
    plan = fetch_plan(request, pk)
    report = build_action_plan(plan, stamp=Stamp(on=timezone.localdate()))
    context = context_of(request, plan) | {"report": report, "heat_map": report.heat_map}
    return render(request, "reports/action_plan.html", context)


@require_safe
@never_cache
def plan_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """A working copy of the action plan as it is now."""
    plan = fetch_plan(request, pk)
    report = build_action_plan(plan, stamp=Stamp(on=timezone.localdate()))
    try:
        document = print_action_plan(report)
    except (PdfUnavailable, TooBusy) as reason:
        return _no_pdf(request, plan, reason)
    return download(document, report.file_name)


@page
def issue(request: SignedInRequest, pk: int) -> HttpResponse:
    """Hand the action plan out: keep its document as it is now, for good."""
    plan = fetch_plan(request, pk)
    require_permission(request.user, Permission.ISSUE, plan.trust)
    form = IssueForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            issue_action_plan(plan=plan, key=form.cleaned_data["key"], by=request.user)
        except (PdfUnavailable, TooBusy) as reason:
            return _no_pdf(request, plan, reason)
        else:
            messages.success(request, f"{plan.title} is issued, and kept as it is now.")
            return redirect("reports:index", plan.trust.slug)
    context = context_of(request, plan) | {"form": form, "key": uuid.uuid4()}
    return render(request, "reports/issue.html", context, status=status_of(form))


@require_safe
@never_cache
def issued(request: SignedInRequest, pk: int) -> HttpResponse:
    """A report as it was handed out, byte for byte."""
    report = get_object_or_404(
        IssuedReport.objects.visible_to(request.user).select_related("trust"), pk=pk
    )
    return download(bytes(report.document), report.file_name)


@require_safe
def index(request: SignedInRequest, slug: str) -> HttpResponse:
    """The trust's issued reports, the newest first."""
    trust = fetch_trust(request, slug)
    reports = IssuedReport.objects.visible_to(request.user).filter(trust=trust).for_list()
    return render(request, "reports/index.html", {"trust": trust, "reports": reports})


def context_of(request: SignedInRequest, plan: Plan) -> dict[str, object]:
    """What every page about a plan's document shows."""
    return {
        "plan": plan,
        "assessment": plan.assessment,
        "trust": plan.trust,
        "may": allowed(request.user, plan.trust),
    }


def _no_pdf(request: SignedInRequest, plan: Plan, reason: PdfUnavailable | TooBusy) -> HttpResponse:
    more = {
        "crumbs": "plans/_crumbs.html",
        "report_url": reverse("reports:plan", args=[plan.pk]),
    }
    return unavailable(request, context_of(request, plan) | more, reason)
