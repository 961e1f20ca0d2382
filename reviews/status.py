"""Moving a review from one status to the next, whoever else is at it.

Whoever changes who reviews, or where the review stands, holds its row first.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F

from assessments.status import NotAllowedNow
from reviews.models import PeerReview, Reviewer
from trusts.models import User

ENDED = "This review has ended, so nothing can be added to it any more."


class NotNow(NotAllowedNow):
    """Where the review stands does not allow it; the message says what to do instead."""


def locked(review: PeerReview) -> PeerReview:
    """The review's row as it stands now, held until the transaction ends."""
    return PeerReview.objects.select_for_update().get(pk=review.pk)


def locked_reviewer(reviewer: Reviewer) -> Reviewer:
    """The reviewer's row as it stands now, held until the transaction ends; its review's is.

    Raises:
        NotNow: it was never taken up, and is kept no longer.
    """
    held = Reviewer.objects.select_for_update().filter(pk=reviewer.pk).first()
    if held is None:
        raise NotNow("This invitation is there no longer.")
    return held


def write_history(row: Any, *, by: User, reason: str = "", is_new: bool = False) -> None:
    """Record what no `save()` saw."""
    type(row).history.bulk_history_create(
        [row], update=not is_new, default_user=by, default_change_reason=reason
    )


def move_on(review: PeerReview, *, by: User, **fields: Any) -> None:
    """Write these of the review's fields, and the history of it; its row is held already.

    Open pages of it are out of date from then on.
    """
    PeerReview.objects.filter(pk=review.pk).update(**fields, version=F("version") + 1)
    review.refresh_from_db(fields=[*fields, "version"])
    write_history(review, by=by)


def save_reviewer(reviewer: Reviewer, *, by: User) -> None:
    """Write a reviewer's row, which is new or held already, with its history."""
    reviewer._history_user = by  # type: ignore[attr-defined]
    reviewer.save()
