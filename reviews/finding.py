"""What the reviewers do: find, and send what they found.

Keyword-only, atomic, `by=` says who. Until the findings are sent they are the reviewers' alone;
several reviewers of one review write the same findings, and lose no word to each other.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from assessments.models import SavedMeanwhile
from reviews.models import Answer, Comment, Found, PeerReview, ReviewerRating
from reviews.querysets import ReviewerRatingQuerySet
from reviews.status import ENDED, NotNow, locked, move_on, write_history
from trusts.models import User

NOTHING_TO_CORRECT = (
    "The findings have been sent to the trust, and it does not ask for a correction here now, so "
    "this can no longer be changed. Add a comment instead."
)


@transaction.atomic
def record_finding(*, finding: ReviewerRating, version: int, by: User) -> None:
    """Record what the reviewers find about an element; safe to repeat, as a rating is.

    Args:
        finding: the row with what was written.
        version: the version that the writer's page showed.

    Raises:
        SavedMeanwhile: the row has another version now, and is as it was.
        NotNow: the findings are sent, or the review has ended; the row is as it was.
    """
    finding.updated_at, finding.updated_by = timezone.now(), by
    if saved := _open_findings().save_if_unchanged(finding, version=version):
        finding.version = saved
        write_history(finding, by=by)
        return
    rows = ReviewerRating.objects.select_related("level", "element__domain", "updated_by", "review")
    current = rows.get(pk=finding.pk)
    is_open = _open_findings().filter(pk=finding.pk).exists()
    finding.version = version_of_same(finding, current, current.review, is_open=is_open)


def version_of_same(written: Found, current: Found, review: PeerReview, *, is_open: bool) -> int:
    """The version of what stands there, where it says the same; raises as `record_finding`."""
    if written.says_the_same_as(current):
        return current.version
    if is_open:
        raise SavedMeanwhile(current)
    raise NotNow(NOTHING_TO_CORRECT if review.is_under_way else ENDED)


def why_finding_is_shut(finding: ReviewerRating) -> str:
    """Why nothing can be written of it any more; blank where it can."""
    if _open_findings().filter(pk=finding.pk).exists():
        return ""
    return NOTHING_TO_CORRECT if finding.review.is_under_way else ENDED


def _open_findings() -> ReviewerRatingQuerySet:
    """Findings that may be written, which they may until they are sent.

    By EXISTS, not by a join, as ratings are (`assessments.actions`).
    """
    reviewing = PeerReview.objects.filter(
        pk=OuterRef("review_id"), status=PeerReview.Status.REVIEWING
    )
    return ReviewerRating.objects.filter(Exists(reviewing))


@transaction.atomic
def submit(*, review: PeerReview, by: User) -> None:
    """Send the findings: from now on the trust reads them, and they are no longer changed.

    Every finding is touched, so that a save on its way finds the row changed and then the
    findings sent; its words are offered back. Only from here on does the trust's history tell
    of them: what was drafted before stays the reviewers' own.

    Raises:
        NotNow: they were sent before, or the review has ended.
    """
    current = locked(review)
    if not current.takes_findings:
        raise NotNow("The findings have been sent already." if current.is_submitted else ENDED)
    findings = ReviewerRating.objects.filter(review=review)
    findings.touch()
    now = timezone.now()
    move_on(
        current,
        by=by,
        status=PeerReview.Status.SUBMITTED,
        submitted_at=now,
        submitted_by=by,
    )
    begun = [one for one in findings if one.is_begun]
    comments = list(Comment.objects.filter(review=review, side=Comment.Side.REVIEWERS))
    for one in begun:
        write_history(one, by=one.updated_by or by, is_new=True)
    for comment in comments:
        write_history(comment, by=comment.author, is_new=True)
    Answer.objects.bulk_create(
        [
            *(Answer(review=review, finding=one) for one in begun),
            *(Answer(review=review, comment=one) for one in comments if one.parent_id is None),
        ]
    )
