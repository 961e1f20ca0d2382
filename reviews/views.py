"""The reviewed trust's pages of its reviews: the list, one review, and how it is ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from assessments.models import Assessment
from assessments.views import context_of as context_of_assessment
from assessments.views import fetch_assessment
from govuk.views import CONFLICT, page, status_of, typed
from reviews.invite_forms import WithdrawForm
from reviews.inviting import withdraw_review
from reviews.mails import News
from reviews.models import PeerReview
from reviews.status import NotNow
from reviews.telling import tell_or_warn
from trusts.drafts import redirect_saved
from trusts.models import Trust
from trusts.permissions import Permission, allowed, require_permission
from trusts.sign_in import SignedInRequest


def fetch_review(request: SignedInRequest, pk: int) -> PeerReview:
    """The review, for the reviewed trust's own people; 404 for everybody else."""
    return get_object_or_404(PeerReview.objects.visible_to(request.user).for_page(), pk=pk)


def fetch_to_change(request: SignedInRequest, pk: int) -> PeerReview:
    """The review, for who may invite and answer; 403 for the trust's other people."""
    review = fetch_review(request, pk)
    require_permission(request.user, Permission.REVIEW, review.trust)
    return review


def context_of(request: SignedInRequest, review: PeerReview) -> dict[str, object]:
    """What every page of a review shows the reviewed trust's people."""
    trust: Trust = review.trust
    return {
        "review": review,
        "assessment": review.assessment,
        "trust": trust,
        "may": allowed(request.user, trust),
    }


@require_safe
def index(request: SignedInRequest, pk: int) -> HttpResponse:
    """The reviews of one assessment."""
    assessment: Assessment = fetch_assessment(request, pk)
    reviews = PeerReview.objects.visible_to(request.user).filter(assessment=assessment)
    context = context_of_assessment(request, assessment) | {"reviews": list(reviews)}
    return render(request, "reviews/index.html", context)


@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Where one review stands: what was asked, who reviews, what is to be done next."""
    review = fetch_review(request, pk)
    context = context_of(request, review) | {
        "reviewers": list(review.reviewers.select_related("user", "withdrawn_by")),
        "focus": list(review.focus_elements.select_related("domain").in_order()),
    }
    return render(request, "reviews/detail.html", context)


@page
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a review before its time, with a reason that the reviewers are told."""
    review = fetch_to_change(request, pk)
    form, refusal = WithdrawForm(typed(request)), ""
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_review(review=review, by=request.user, **form.cleaned_data)
        except NotNow as refused:
            review, refusal = fetch_to_change(request, pk), str(refused)
            if review.withdrawal_reason == form.cleaned_data["reason"]:
                return redirect(review)  # sent twice
        else:
            review = fetch_review(request, pk)
            messages.success(request, "The review is withdrawn. Nothing is open to it any more.")
            # Nobody is invited from now on, so that nobody is missing here.
            open_ones = review.reviewers.filter(withdrawn_at=None, refused_at=None)
            to = open_ones.values_list("email", flat=True)
            tell_or_warn(request, News.REVIEW_WITHDRAWN, to, review=review)
            return redirect_saved(request, review)
    context = context_of(request, review) | {"form": form, "refusal": refusal}
    status = CONFLICT if refusal else status_of(form)
    return render(request, "reviews/withdraw.html", context, status=status)
