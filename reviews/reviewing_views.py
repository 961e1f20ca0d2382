"""The reviewers' own pages: each begins with the way in that they hold, and with nothing else."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.heat_map import build_heat_map
from assessments.models import Rating, Response
from assessments.spread import most_divided_first, spreads_of
from assessments.spread_views import order_of
from govuk.views import CONFLICT, page
from reviews.answering import sign_off, unanswered
from reviews.comment_forms import talk_on
from reviews.finding import submit
from reviews.mails import News
from reviews.models import Comment, PeerReview, Reviewer
from reviews.progress import Progress, progress_of
from reviews.signed import ratings_of
from reviews.status import NotNow
from reviews.telling import tell_fellows, tell_trust
from trusts.sign_in import SignedInRequest


def fetch_reviewer(request: SignedInRequest, pk: int) -> Reviewer:
    """The person's way into a review, by the review's number; 404 where there is none today."""
    return get_object_or_404(Reviewer.objects.open_to(request.user).for_page(), review__pk=pk)


def fetch_reader(request: SignedInRequest, pk: int) -> Reviewer:
    """The way in of somebody whom the trust has let in; 404 for everybody else."""
    return get_object_or_404(
        Reviewer.objects.open_to(request.user).reading().for_page(), review__pk=pk
    )


def context_of_reviewer(review: PeerReview) -> dict[str, object]:
    """What every page of a reviewer shows; no `trust`, since its home is shut to them."""
    return {"review": review, "assessment": review.assessment, "reviewed": review.trust}


def may_speak(review: PeerReview) -> bool:
    """Whether the reviewers may still say something."""
    return review.takes_findings or (review.is_submitted and review.is_under_way)


@require_safe
def reviewing(request: SignedInRequest, pk: int) -> HttpResponse:
    """Where reviewers begin: what they are asked, what they may see, and what is left to do.

    Who is not let in yet finds on the page of the declaration what they wait for.
    """
    reviewer = fetch_reviewer(request, pk)
    if not reviewer.may_read:
        return redirect("reviews:declare", pk)
    review = reviewer.review
    comments = list(review.comments.with_answers(review))
    context = context_of_reviewer(review) | {
        "progress": _progress(review, comments),
        "talk": talk_on(
            comments, review=review, side=Comment.Side.REVIEWERS, may_speak=may_speak(review)
        ),
        "reviewers": [
            one
            for one in review.reviewers.select_related("user").order_by("admitted_at")
            if one.may_read
        ],
    }
    return render(request, "reviews/reviewing.html", context)


def _progress(review: PeerReview, comments: list[Comment]) -> Progress:
    findings = review.findings.in_order().with_focus().select_related("answer")
    return progress_of(findings, comments=comments)


@require_safe
def assessment(request: SignedInRequest, pk: int) -> HttpResponse:
    """The board's heat map and notes: those of this assessment, and of none before it."""
    review = fetch_reader(request, pk).review
    rated = review.assessment

    def leads_to(rating: Rating) -> str:
        return reverse("reviews:find", args=[pk, rating.element.code])

    heat_map = build_heat_map(
        ratings=ratings_of(review),
        levels=list(rated.framework.levels.order_by("order")),
        caption=f"{rated.title}: every {rated.framework.element_noun} at a glance",
        today=timezone.localdate(),
        leads_to=leads_to,
    )
    context = context_of_reviewer(review) | {"heat_map": heat_map}
    return render(request, "reviews/assessment.html", context)


@require_safe
def views(request: SignedInRequest, pk: int) -> HttpResponse:
    """How members' own views are spread, where that is shared.

    Never by name: members were told that their trust's people would read their names, and
    nobody else.
    """
    review = fetch_reader(request, pk).review
    if not review.shares_views:
        raise Http404
    rated, order = review.assessment, order_of(request)
    spreads = []
    if rated.closed_at is not None and not rated.is_collecting:
        given = Response.objects.filter(respondent__assessment=rated).in_order()
        levels = list(rated.framework.levels.order_by("order"))
        spreads = spreads_of(given.select_related("respondent__user"), levels, names_shown=False)
    if order:
        spreads = most_divided_first(spreads)
    ratings = {one.element_id: one for one in ratings_of(review)}
    rows = [
        (one, ratings[one.element.pk], reverse("reviews:find", args=[pk, one.element.code]))
        for one in spreads
    ]
    context = context_of_reviewer(review) | {"rows": rows, "order": order}
    return render(request, "reviews/views.html", context)


@page
def submit_findings(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send the findings to the trust, after naming what is empty."""
    review = fetch_reader(request, pk).review
    if request.method == "POST":
        try:
            submit(review=review, by=request.user)
        except NotNow as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, f"Your findings are sent to {review.trust}.")
            tell_trust(request, News.FINDINGS, review=review)
            tell_fellows(request, News.SENT_FOR_ALL, review=review)
        return redirect("reviews:reviewing", pk)
    if not review.takes_findings:
        return redirect("reviews:reviewing", pk)
    progress = _progress(review, list(review.comments.in_order()))
    context = context_of_reviewer(review) | {"progress": progress}
    return render(request, "reviews/submit.html", context)


def _tell_of_signature(request: SignedInRequest, signed: PeerReview) -> None:
    """By a message; and, of the first to sign, to the trust and the other reviewers by mail."""
    if signed.reviewers_signed_by != request.user:
        before = f"{signed.reviewers_signed_by} had signed for the reviewers before."
        messages.info(request, before)
        return
    messages.success(request, "You have signed for the reviewers.")
    if not signed.is_signed_before:
        tell_trust(request, News.REVIEWERS_SIGNED, review=signed)
        tell_fellows(request, News.SIGNED_FOR_ALL, review=signed)


@page
def sign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign for the reviewers that the review is done."""
    review = fetch_reader(request, pk).review
    refusal = ""
    if request.method == "POST":
        try:
            signed = sign_off(review=review, side=Comment.Side.REVIEWERS, by=request.user)
        except NotNow as refused:
            review, refusal = fetch_reader(request, pk).review, str(refused)
        else:
            _tell_of_signature(request, signed)
            return redirect("reviews:reviewing", pk)
    context = context_of_reviewer(review) | {"refusal": refusal}
    corrections = review.comments.open_corrections().select_related("element__domain")
    context["corrections"] = list(corrections)
    if review.is_answered and not review.reviewers_signed_at:
        context["unanswered"] = unanswered(review)
    status = CONFLICT if refusal else 200
    return render(request, "reviews/reviewers_sign.html", context, status=status)
