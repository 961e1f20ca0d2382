"""Sending the trust's answers, and signing the review for the trust."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from govuk.views import CONFLICT, page
from reviews.answer_views import fetch_sent
from reviews.answering import send_answers, sign_off, unanswered
from reviews.mails import News
from reviews.models import Comment, PeerReview
from reviews.status import NotNow
from reviews.telling import tell_readers
from reviews.views import context_of
from trusts.permissions import Permission, require_permission
from trusts.sign_in import SignedInRequest


def fetch_to_answer(request: SignedInRequest, pk: int) -> PeerReview:
    """The review, for who may answer it; 403 for other members of the trust."""
    review = fetch_sent(request, pk)
    require_permission(request.user, Permission.REVIEW, review.trust)
    return review


@page
def send(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send the answers to the reviewers, after naming what is not answered."""
    review, refusal = fetch_to_answer(request, pk), ""
    if request.method == "POST":
        try:
            send_answers(review=review, by=request.user)
        except NotNow as refused:
            review, refusal = fetch_to_answer(request, pk), str(refused)
            if review.is_answered:
                messages.info(request, "The answers were sent already.")
                return redirect("reviews:gaps", pk)
        else:
            _tell_of_answers(request, review)
            return redirect("reviews:gaps", pk)
    waiting = unanswered(review)
    context = context_of(request, review) | {
        "corrections": _corrections(review),
        "lacking": [one for one in waiting if one.lacks_reason],
        "unanswered": [one for one in waiting if not one.lacks_reason],
        "refusal": refusal,
    }
    status = CONFLICT if refusal else 200
    return render(request, "reviews/send_answers.html", context, status=status)


def _corrections(review: PeerReview) -> list[Comment]:
    """What the reviewers are to correct first."""
    return list(review.comments.open_corrections().select_related("element__domain"))


def _tell_of_answers(request: SignedInRequest, review: PeerReview) -> None:
    """By a message; and to the reviewers by mail, as long as there is a page to lead them to."""
    if review.has_ended:
        over = "their last day of access is over, so they can no longer read them, and no mail went"
        messages.success(request, f"Your answers are sent. The reviewers are not told: {over}.")
        return
    messages.success(request, "Your answers are sent: the reviewers can read them now.")
    tell_readers(request, News.ANSWERS, review=review)


def _tell_of_signature(request: SignedInRequest, signed: PeerReview) -> None:
    """By a message; and, of the first to sign, to the reviewers by mail."""
    closed = "Signed by both sides: the review is closed."
    waits = "Signed for your trust. The review is closed once the reviewers have signed."
    if signed.trust_signed_by != request.user:
        before = f"{signed.trust_signed_by} had signed for your trust before."
        messages.info(request, before)
        return
    messages.success(request, closed if signed.is_closed else waits)
    if not signed.is_signed_before:
        tell_readers(request, News.TRUST_SIGNED, review=signed)


@page
def sign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign for the trust; the review is closed once the reviewers have signed too."""
    review, refusal = fetch_to_answer(request, pk), ""
    if request.method == "POST":
        try:
            signed = sign_off(review=review, side=Comment.Side.TRUST, by=request.user)
        except NotNow as refused:
            review, refusal = fetch_to_answer(request, pk), str(refused)
        else:
            _tell_of_signature(request, signed)
            return redirect("reviews:sign", pk)
    context = context_of(request, review) | {
        "corrections": _corrections(review),
        "unanswered": unanswered(review),
        "refusal": refusal,
    }
    status = CONFLICT if refusal else 200
    return render(request, "reviews/sign.html", context, status=status)
