"""The reviewed trust's pages of its reviews: the list, one review, and how it is ended."""

from __future__ import annotations

from collections.abc import Iterable

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
from reviews.mails import News, deciders_of, readers_of, tell
from reviews.models import PeerReview, Reviewer
from reviews.status import NotNow
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


def tell_or_warn(
    request: SignedInRequest,
    news: News,
    to: Iterable[str],
    *,
    review: PeerReview,
    reviewer: Reviewer | None = None,
) -> None:
    """Write the news to the addresses, and say on the next page where no mail could go."""
    unsent = tell(
        news,
        to,
        review=review,
        reviewer=reviewer,
        link=request.build_absolute_uri,
        by=request.user,
    )
    if unsent:
        messages.warning(
            request,
            f"No mail could be sent to {', '.join(unsent)}. What you did is done all the same: "
            "tell them yourself.",
        )


def tell_readers(request: SignedInRequest, news: News, *, review: PeerReview) -> None:
    """Write the news to the reviewers whom the trust has let in."""
    tell_or_warn(request, news, [one.email for one in readers_of(review)], review=review)


def tell_fellows(request: SignedInRequest, news: News, *, review: PeerReview) -> None:
    """Write the news to those who review together with the person.

    Where no mail goes they are named, without addresses.
    """
    fellows = [one for one in readers_of(review) if one.user_id != request.user.pk]
    to = [one.email for one in fellows]
    unsent = tell(news, to, review=review, link=request.build_absolute_uri, by=request.user)
    if unsent:
        names = ", ".join(str(one) for one in fellows if one.email in unsent)
        messages.warning(request, f"No mail could be sent to {names}. Tell them yourself.")


def tell_trust(
    request: SignedInRequest, news: News, *, review: PeerReview, reviewer: Reviewer | None = None
) -> None:
    """Write the news to whoever decides at the reviewed trust.

    It is a reviewer who did something: where no mail goes they are told so, without addresses.
    """
    to = [user.email for user in deciders_of(review)]
    unsent = tell(
        news,
        to,
        review=review,
        reviewer=reviewer,
        link=request.build_absolute_uri,
        by=request.user,
    )
    if len(unsent) == len(to):
        messages.warning(
            request,
            f"No mail could be sent to {review.trust.name}. Its people see it here when they "
            "sign in.",
        )


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
