"""A peer review as a document for the trust; and what a reviewer may see of the trust's plan."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_list_or_404, get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from plans.models import Plan
from reports.action_plan import build_action_plan
from reports.downloads import download, unavailable
from reports.pdf import STATIC_BASE, PdfUnavailable, render_pdf
from reports.peer_review import PeerReviewReport, build_peer_review
from reports.peer_review_excel import write_excel
from reports.peer_review_word import write_word
from reports.stamp import Stamp
from reports.turns import TooBusy
from reviews.models import Reviewer
from reviews.signed import ratings_of
from sheets.writing import MEDIA_TYPE
from trusts.permissions import allowed
from trusts.sign_in import SignedInRequest

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def fetch_report(request: SignedInRequest, pk: int) -> PeerReviewReport:
    """The review's document, for a member of the reviewed trust, once findings were sent."""
    reviewers = Reviewer.objects.visible_to(request.user).let_in_to(pk)
    sent = get_list_or_404(reviewers.for_page(), review__submitted_at__isnull=False)
    return build_peer_review(sent, reader=request.user, today=timezone.localdate())


def context_of(request: SignedInRequest, report: PeerReviewReport) -> dict[str, object]:
    """What every page about the document shows."""
    return {
        "report": report,
        "review": report.review,
        "assessment": report.assessment,
        "trust": report.trust,
        "gap_map": report.gap_map,
        "may": allowed(request.user, report.trust),
    }


@require_safe
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    """The review as a page, to look at before it is printed."""
    report = fetch_report(request, pk)
    return render(request, "reports/peer_review.html", context_of(request, report))


@require_safe
@never_cache
def review_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """The review as it is now, or as both sides have signed it."""
    report = fetch_report(request, pk)
    try:
        document = print_peer_review(report)
    except (PdfUnavailable, TooBusy) as reason:
        context = context_of(request, report) | {
            "crumbs": "reports/_review_crumbs.html",
            "report_url": reverse("reports:review", args=[pk]),
        }
        return unavailable(request, context, reason)
    return download(document, report.named("pdf"))


@require_safe
@never_cache
def review_word(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same in Word."""
    report = fetch_report(request, pk)
    return download(write_word(report), report.named("docx"), media_type=WORD)


@require_safe
@never_cache
def review_excel(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same as a spreadsheet."""
    report = fetch_report(request, pk)
    return download(write_excel(report), report.named("xlsx"), media_type=MEDIA_TYPE)


def print_peer_review(report: PeerReviewReport) -> bytes:
    """The report as a PDF; raises as `render_pdf` does."""
    context = {"report": report, "static_base": STATIC_BASE}
    return render_pdf(render_to_string("reports/peer_review_pdf.html", context))


@require_safe
def shared_plan(request: SignedInRequest, pk: int) -> HttpResponse:
    """The reviewed trust's action plan, if it has one yet, for a reviewer who may read it.

    It says nothing of the assessment before, which is not shared; and of a closed review it has
    the ratings as both sides signed them.

    Raises:
        Http404: it is not shared.
    """
    ways_in = Reviewer.objects.open_to(request.user).reading().filter(review__shares_plan=True)
    plan_path = "review__assessment__plan"  # read along, for the sake of a query
    rows = ways_in.for_page().select_related(f"{plan_path}__created_by", f"{plan_path}__adopted_by")
    reviewer = get_object_or_404(rows, review__pk=pk)
    review = reviewer.review
    plan: Plan | None = getattr(review.assessment, "plan", None)
    stamp = Stamp(on=timezone.localdate())
    context = {
        "report": plan and build_action_plan(plan, stamp=stamp, ratings=ratings_of(review)),
        "review": review,
        "reviewer": reviewer,
        "reviewed": review.trust,
        "assessment": review.assessment,
    }
    return render(request, "reports/shared_plan.html", context)
