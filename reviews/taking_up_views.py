"""The page that the link in the mail opens, the declaration, and a person's own reviews."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from govuk.views import CONFLICT, page, status_of, typed
from reviews.home_panel import ways_of
from reviews.mails import News
from reviews.models import PeerReview, Reviewer
from reviews.reviewing_views import fetch_reviewer
from reviews.status import NotNow
from reviews.taking_up import (
    AnotherAddress,
    OwnTrust,
    declare,
    find,
    take_up,
    take_up_as_new_person,
)
from reviews.taking_up_forms import OWN_WORDS, DeclarationForm, NewReviewerForm
from reviews.telling import tell_trust
from trusts.drafts import redirect_saved
from trusts.invitation_forms import JoinForm
from trusts.invitation_views import Way, open_link
from trusts.models import User
from trusts.sign_in import SignedInRequest

FORBIDDEN = HTTPStatus.FORBIDDEN


@page
@login_not_required
@never_cache
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link in the mail opens."""
    return open_link(request, find(token), WAY)


def _shows(found: Reviewer) -> dict[str, Any]:
    return {"invitation": found, "review": found.review, "reviewed": found.review.trust}


def _take_up(request: HttpRequest, found: Reviewer, user: User) -> HttpResponse:
    """With the account that is signed in, which has to be the one that was invited."""
    if user.email.lower() != found.email.lower():
        return render(request, "reviews/invitation_another.html", status=FORBIDDEN)
    form = JoinForm(typed(request), user=user)
    if found.review.assessment.trust_id in user.memberships_by_trust:
        return _own_trust(request, found)
    if request.method == "POST" and form.is_valid():
        try:
            take_up(reviewer=found, by=user)
        except AnotherAddress:
            return render(request, "reviews/invitation_another.html", status=FORBIDDEN)
        except OwnTrust:
            return _own_trust(request, found)
        return redirect(_declaration_of(found.review))
    context = _shows(found) | {"form": form}
    return render(request, "reviews/invitation_join.html", context, status=status_of(form))


def _own_trust(request: HttpRequest, found: Reviewer) -> HttpResponse:
    return render(request, "reviews/invitation_own.html", _shows(found), status=FORBIDDEN)


def _declaration_of(review: PeerReview) -> str:
    return reverse("reviews:declare", args=[review.pk])


WAY = Way[Reviewer](
    pages="reviews",
    shows=_shows,
    join=_take_up,
    form=NewReviewerForm,
    begin=take_up_as_new_person,
    welcome=lambda request, found: _declaration_of(found.review),
)


@page
def declaration(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say which interests one has; from then on, what was said and what comes of it."""
    reviewer = fetch_reviewer(request, pk)
    review = reviewer.review
    form, refusal = DeclarationForm(typed(request)), ""
    if request.method == "POST" and form.is_valid():
        try:
            is_first = declare(
                reviewer=reviewer,
                interests=form.interests_declared,
                text=form.cleaned_data["text"],
                by=request.user,
            )
        except NotNow as refused:
            reviewer, refusal = fetch_reviewer(request, pk), str(refused)
        else:
            if is_first:
                messages.success(request, f"Your declaration has gone to {review.trust.name}.")
                told = fetch_reviewer(request, pk)
                tell_trust(request, News.DECLARED, review=review, reviewer=told)
            return redirect_saved(request, _declaration_of(review))
    context = {
        "reviewer": reviewer,
        "declared": [OWN_WORDS[one] for one in reviewer.declared],
        "review": review,
        "reviewed": review.trust,
        "assessment": review.assessment,
        "form": form,
        "refusal": refusal,
    }
    status = CONFLICT if refusal else status_of(form)
    return render(request, "reviews/declaration.html", context, status=status)


@require_safe
def reviewing_index(request: SignedInRequest) -> HttpResponse:
    """What the person was asked to review, in which trust, by when."""
    context = {"ways": ways_of(request.user)}
    return render(request, "reviews/reviewing_index.html", context)
