"""One reviewer, as the reviewed trust decides about them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from govuk.views import CONFLICT, page, status_of, typed
from reviews.deciding import admit, refuse, withdraw_reviewer
from reviews.invite_forms import ReviewerForm
from reviews.mails import TO_REVIEW, News
from reviews.models import Reviewer
from reviews.status import NotNow
from reviews.telling import tell_or_warn
from reviews.views import context_of
from trusts.drafts import redirect_saved
from trusts.invitation_views import mail_and_tell
from trusts.invitations import write_letter
from trusts.permissions import Permission, require_permission
from trusts.sign_in import SignedInRequest

Then = ReviewerForm.Then


def fetch_to_decide(request: SignedInRequest, pk: int, reviewer: int) -> Reviewer:
    """The reviewer, for who may decide; 404 outside the trust, 403 for its other people.

    What somebody declares is about their family and their living, so that no more of the
    trust's people read it than decide.
    """
    rows = Reviewer.objects.visible_to(request.user).for_page().select_related("withdrawn_by")
    found = get_object_or_404(rows, pk=reviewer, review__pk=pk)
    require_permission(request.user, Permission.REVIEW, found.review.trust)
    return found


@page
def reviewer(request: SignedInRequest, pk: int, reviewer: int) -> HttpResponse:
    """Whom the trust invited, what they declared, and the buttons to decide."""
    found = fetch_to_decide(request, pk, reviewer)
    form, refusal = ReviewerForm(typed(request)), ""
    if request.method == "POST" and form.is_valid():
        try:
            _do(request, found, **form.cleaned_data)
        except NotNow as refused:
            found, refusal = fetch_to_decide(request, pk, reviewer), str(refused)
        else:
            return redirect_saved(request, found.review)
    context = context_of(request, found.review)
    context |= {"reviewer": found, "form": form, "refusal": refusal}
    status = CONFLICT if refusal else status_of(form)
    return render(request, "reviews/reviewer.html", context, status=status)


def _do(request: SignedInRequest, found: Reviewer, *, then: str, reason: str) -> None:
    """What the button says, and the mail about it; sent twice, it is done and told once."""
    by = request.user
    if then == Then.SEND:
        _send_again(request, found)
    elif then == Then.ADMIT and admit(reviewer=found, by=by):
        _tell(request, News.ADMITTED, found, f"{found} can now read the assessment.")
    elif then == Then.REFUSE and refuse(reviewer=found, reason=reason, by=by):
        _tell(request, News.REFUSED, found, f"{found} is declined.")
    elif then == Then.WITHDRAW and withdraw_reviewer(reviewer=found, by=by):
        if found.refused_at:
            messages.success(request, f"{found.email} can be invited again.")
            return
        _tell(request, News.REVIEWER_WITHDRAWN, found, f"Nothing is open to {found} any more.")


def _send_again(request: SignedInRequest, found: Reviewer) -> None:
    if not found.is_invited or not found.review.takes_reviewers:
        raise NotNow("This invitation can no longer be sent.")
    mail_and_tell(request, [write_letter(found)], via=TO_REVIEW)


def _tell(request: SignedInRequest, news: News, found: Reviewer, done: str) -> None:
    """By a message and by mail; the mail says what was just written to the row."""
    messages.success(request, done)
    found.refresh_from_db(fields=["refusal_reason"])
    tell_or_warn(request, news, [found.email], review=found.review, reviewer=found)
