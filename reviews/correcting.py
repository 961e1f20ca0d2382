"""Correcting a fact in what was sent: the trust asks, and reviewers write a draft, and send it.

Keyword-only, atomic, `by=` says who. Nobody of the trust reads the draft: the finding stays as it
was sent until the reviewers say that it is corrected.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from reviews.finding import version_of_same
from reviews.models import Answer, Comment, FindingDraft, PeerReview, ReviewerRating
from reviews.querysets import FOUND, FindingDraftQuerySet
from reviews.status import ENDED, NotNow, locked, write_history
from trusts.models import User

DEALT_WITH = (
    "Nobody waits for a correction of this any more: the request was dealt with or taken back "
    "meanwhile. Add a comment instead."
)
DEALT_WITH_ALREADY = "This request has been dealt with already."


@transaction.atomic
def record_draft(*, draft: FindingDraft, version: int, by: User) -> None:
    """Record what the reviewers write of a finding that is to be corrected; safe to repeat.

    Its history is for whoever wrote it, as that of views is; the trust's tells what is sent.

    Raises:
        SavedMeanwhile: another reviewer saved it first; it is as it was.
        NotNow: nobody waits for a correction any more; it is as it was.
    """
    draft.updated_at, draft.updated_by = timezone.now(), by
    if saved := _open_drafts().save_if_unchanged(draft, version=version):
        draft.version = saved
        write_history(draft, by=by)
        return
    rows = FindingDraft.objects.select_related("finding__review", "level", "updated_by")
    current = rows.filter(pk=draft.pk).first()
    if current is None:
        raise NotNow(DEALT_WITH)
    is_open = _open_drafts().filter(pk=draft.pk).exists()
    if not is_open and current.finding.review.is_under_way:
        raise NotNow(DEALT_WITH)
    draft.version = version_of_same(draft, current, current.finding.review, is_open=is_open)


def why_draft_is_shut(draft: FindingDraft) -> str:
    """Why nothing can be written of it any more; blank where it can."""
    if _open_drafts().filter(pk=draft.pk).exists():
        return ""
    return DEALT_WITH if draft.finding.review.is_under_way else ENDED


def _open_drafts() -> FindingDraftQuerySet:
    """Drafts that may be written: as long as the trust waits for a correction.

    By EXISTS, not by a join, as ratings are (`assessments.actions`).
    """
    corrections = Comment.objects.open_corrections().filter(
        review=OuterRef("review_id"),
        element=OuterRef("element_id"),
        review__status__in=[PeerReview.Status.SUBMITTED, PeerReview.Status.ANSWERED],
    )
    asked = ReviewerRating.objects.filter(Exists(corrections), pk=OuterRef("finding_id"))
    return FindingDraft.objects.filter(Exists(asked))


@transaction.atomic
def resolve(*, correction: Comment, outcome: Comment.Outcome, by: User) -> bool:
    """Say what came of a request to correct a fact; safe to repeat.

    Only with the words that it is corrected does what was drafted become the finding.

    Returns:
        Whether nobody had said so before.

    Raises:
        NotNow: the review has ended, or it was dealt with otherwise before.
    """
    review = locked(correction.review)
    current = Comment.objects.get(pk=correction.pk)
    if current.outcome == outcome:
        return False
    if not review.is_under_way:
        raise NotNow(ENDED)
    if not current.is_open:
        raise NotNow(DEALT_WITH_ALREADY)
    current.outcome, current.resolved_at, current.resolved_by = outcome, timezone.now(), by
    current.version += 1
    current._history_user = by  # type: ignore[attr-defined]
    current.save()
    draft = _held_draft(current)
    if draft and outcome == Comment.Outcome.CORRECTED:
        _send(draft, by=by)
    if draft and not _open_drafts().filter(pk=draft.pk).exists():
        _let_go(draft)
    return True


def _held_draft(correction: Comment) -> FindingDraft | None:
    """The draft that goes with it; whatever is still on its way to it comes too late now."""
    finding = correction.review.findings.get(element=correction.element_id)
    FindingDraft.objects.filter(finding=finding).touch()
    return FindingDraft.objects.filter(finding=finding).select_related("finding__review").first()


def _send(draft: FindingDraft, *, by: User) -> None:
    """What was drafted is the finding now; the trust can answer it where it was empty before."""
    finding = draft.finding
    if draft.says_the_same_as(finding):
        return
    written = {name: getattr(draft, name) for name in FOUND}
    rows = ReviewerRating.objects.filter(pk=finding.pk)
    rows.update(**written, version=F("version") + 1, saved_from="")
    finding.refresh_from_db(fields=[*written, "version"])
    write_history(finding, by=draft.updated_by or by)
    if finding.is_begun:
        Answer.objects.get_or_create(review=finding.review, finding=finding)


def _let_go(draft: FindingDraft) -> None:
    """A draft that was sent has done its work; words that were not stay for who wrote them."""
    if draft.says_the_same_as(draft.finding):
        FindingDraft.objects.filter(pk=draft.pk).delete()
