"""Letting reviewers in, declining them, and shutting the review to one of them again.

Keyword-only, atomic, `by=` says who. Mails go out afterwards (`reviews/mails.py`).
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from reviews.models import PeerReview, Reviewer
from reviews.status import NotNow, locked, locked_reviewer, move_on, save_reviewer
from trusts.models import User


@transaction.atomic
def admit(*, reviewer: Reviewer, by: User) -> bool:
    """Let a reviewer in, with the interests that they declared; safe to repeat.

    Returns:
        Whether they were outside until now.

    Raises:
        NotNow: nothing was declared yet, it was declined, or the way in has ended.
    """
    review = locked(reviewer.review)
    current = locked_reviewer(reviewer)
    if current.may_read:
        return False
    if not current.waits_for_decision or not review.is_under_way:
        raise NotNow("There is nothing to decide here any more.")
    if review.has_ended:
        raise NotNow("The last day of access is over. Give the reviewers longer first.")
    current.admitted_at, current.admitted_by = timezone.now(), by
    save_reviewer(current, by=by)
    if review.status in (PeerReview.Status.INVITED, PeerReview.Status.ACCEPTED):
        move_on(review, by=by, status=PeerReview.Status.REVIEWING)
    return True


@transaction.atomic
def refuse(*, reviewer: Reviewer, reason: str, by: User) -> bool:
    """Decline a reviewer for what they declared; safe to repeat.

    Returns:
        Whether it was still to be decided.

    Raises:
        NotNow: there is nothing to decide any more.
    """
    review = locked(reviewer.review)
    current = locked_reviewer(reviewer)
    if current.refused_at and current.refusal_reason == reason:
        return False
    if not current.waits_for_decision or not review.is_under_way:
        raise NotNow("There is nothing to decide here any more.")
    current.refused_at, current.refused_by = timezone.now(), by
    current.refusal_reason = reason
    save_reviewer(current, by=by)
    return True


@transaction.atomic
def withdraw_reviewer(*, reviewer: Reviewer, by: User) -> bool:
    """Shut the review to one person, whose findings stay; safe to repeat.

    Also of a closed review, which reviewers may read on until their last day.

    Returns:
        Whether it was open, or an invitation to it.

    Raises:
        NotNow: nothing is open to anybody any more.
    """
    review = locked(reviewer.review)
    current = locked_reviewer(reviewer)
    if current.withdrawn_at is not None:
        return False
    if not review.may_shut_out:
        raise NotNow("This review has ended, so nothing of it is open to anybody any more.")
    current.withdrawn_at, current.withdrawn_by = timezone.now(), by
    save_reviewer(current, by=by)
    return True
