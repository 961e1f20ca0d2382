"""Inviting: open an assessment to reviewers, change what is asked, add people."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from assessments.views import context_of as context_of_assessment
from assessments.views import fetch_to_change as fetch_assessment_to_change
from govuk.views import CONFLICT, page, status_of, typed
from reviews.invite_forms import AddReviewersForm, EditForm, InviteForm
from reviews.inviting import ChangedMeanwhile, InvitedBefore, add_reviewers
from reviews.mails import TO_REVIEW
from reviews.status import NotNow
from reviews.views import context_of, fetch_to_change
from trusts.drafts import redirect_saved
from trusts.invitation_views import mail_and_tell
from trusts.permissions import Permission
from trusts.sign_in import SignedInRequest


@page
def invite(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open the assessment to people from outside, and write to them."""
    assessment = fetch_assessment_to_change(request, pk, Permission.REVIEW)
    form, made = InviteForm(typed(request), assessment=assessment), None
    if request.method == "POST" and form.is_valid():
        try:
            review, letters = form.invite(by=request.user)
        except InvitedBefore as before:
            form, made = form.as_another(), before.review
        else:
            if letters:
                mail_and_tell(request, letters, via=TO_REVIEW, done="The review is set up")
            return redirect_saved(request, review)
    context = context_of_assessment(request, assessment) | {"form": form, "made": made}
    status = CONFLICT if made else status_of(form)
    return render(request, "reviews/invite.html", context, status=status)


@page
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change what the reviewers are asked, what they see, and until when."""
    review = fetch_to_change(request, pk)
    form = EditForm(typed(request), instance=review)
    status, refusal, theirs = status_of(form), "", None
    if request.method == "POST" and form.is_valid():
        try:
            form.record(by=request.user)
        except ChangedMeanwhile:
            status, theirs = CONFLICT, fetch_to_change(request, pk)
            form = form.kept_beside(theirs)
        except NotNow as refused:
            status, refusal = CONFLICT, str(refused)
        else:
            messages.success(request, "The review is saved.")
            return redirect_saved(request, review)
    context = context_of(request, review) | {"form": form, "refusal": refusal, "theirs": theirs}
    return render(request, "reviews/edit.html", context, status=status)


@page
def add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Invite further people to the same review."""
    review = fetch_to_change(request, pk)
    form = AddReviewersForm(typed(request), review=review)
    status, refusal = status_of(form), ""
    if request.method == "POST" and form.is_valid():
        guests = form.cleaned_data["guests"]
        try:
            letters = add_reviewers(review=review, guests=guests, by=request.user)
        except NotNow as refused:
            status, refusal = CONFLICT, str(refused)
        else:
            mail_and_tell(request, letters, via=TO_REVIEW)
            if len(letters) < len(guests):
                messages.info(request, "Nobody who was on the list already was written to again.")
            return redirect_saved(request, review)
    context = context_of(request, review) | {"form": form, "refusal": refusal}
    return render(request, "reviews/add_reviewers.html", context, status=status)
