"""What the trust does: answer each finding and comment, send the answers, and close.

Keyword-only, atomic, `by=` says who. Until the answers are sent they are the trust's alone.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from assessments.models import SavedMeanwhile
from reviews.models import Answer, Comment, PeerReview, SignedRating
from reviews.querysets import AnswerQuerySet
from reviews.status import ENDED, NotNow, locked, move_on, write_history
from trusts.models import User

LACKS_REASON = "Say why first, where you do not accept something or only in part."
WAITS = "A request to correct a fact still waits for the reviewers."


@transaction.atomic
def record_answer(*, answer: Answer, version: int, by: User) -> None:
    """Record what the trust answers to a finding or a comment; safe to repeat.

    Raises:
        SavedMeanwhile: the row has another version now, and is as it was.
        NotNow: the answers are sent, or the review has ended; the row is as it was.
    """
    answer.updated_at, answer.updated_by = timezone.now(), by
    if saved := _open_answers().save_if_unchanged(answer, version=version):
        answer.version = saved
        write_history(answer, by=by)
        return
    current = Answer.objects.select_related("updated_by", "review").get(pk=answer.pk)
    if answer.says_the_same_as(current):
        answer.version = current.version
    elif refusal := why_answer_is_shut(current):
        raise NotNow(refusal)
    else:
        raise SavedMeanwhile(current)


def why_answer_is_shut(answer: Answer) -> str:
    """Why it can no longer be written; blank where it can."""
    if _open_answers().filter(pk=answer.pk).exists():
        return ""
    sent = "The answers have been sent, so they can no longer be changed. Add a reply instead."
    return sent if answer.review.is_under_way else ENDED


def _open_answers() -> AnswerQuerySet:
    """Answers that may be written; by EXISTS, as ratings are (`assessments.actions`)."""
    submitted = PeerReview.objects.filter(
        pk=OuterRef("review_id"), status=PeerReview.Status.SUBMITTED
    )
    return Answer.objects.filter(Exists(submitted))


def unanswered(review: PeerReview) -> list[Answer]:
    """What the trust has not said anything to yet, with what it would answer.

    Once the answers are sent, a reply is one too.
    """
    rows: QuerySet[Answer] = review.answers.select_related(
        "finding__element__domain", "comment__element", "comment__author"
    )
    if review.is_answered:
        replies = Comment.objects.filter(parent=OuterRef("comment"), side=Comment.Side.TRUST)
        rows = rows.exclude(Exists(replies))
    return [one for one in rows.order_by("pk") if not one.is_given]


@transaction.atomic
def send_answers(*, review: PeerReview, by: User) -> None:
    """Let the reviewers read the answers; from now on they are no longer changed.

    Raises:
        NotNow: they were sent before, there is nothing to answer yet, a finding may still
            change, since a correction waits, or something is not accepted without a reason.
    """
    current = locked(review)
    if current.status != PeerReview.Status.SUBMITTED:
        raise NotNow("There are no answers to be sent at the moment.")
    if current.comments.open_corrections().exists():
        raise NotNow(WAITS)
    Answer.objects.filter(review=review).touch()
    if any(one.lacks_reason for one in Answer.objects.filter(review=review)):
        raise NotNow(LACKS_REASON)
    move_on(
        current,
        by=by,
        status=PeerReview.Status.ANSWERED,
        answered_at=timezone.now(),
        answered_by=by,
    )


@transaction.atomic
def sign_off(*, review: PeerReview, side: Comment.Side, by: User) -> PeerReview:
    """Sign for one side; when both have, the review is closed. Safe to repeat.

    What the board judged is kept as it is at that moment: rating the assessment anew later
    changes nothing of what was signed.

    Raises:
        NotNow: the answers are not sent yet, a correction waits, or the review has ended.
    """
    current = locked(review)
    name = "trust" if side == Comment.Side.TRUST else "reviewers"
    if getattr(current, f"{name}_signed_at") is not None:
        current.is_signed_before = True
        return current
    if current.status != PeerReview.Status.ANSWERED:
        raise NotNow(ENDED if not current.is_under_way else "The answers have to be sent first.")
    if current.comments.open_corrections().exists():
        raise NotNow(WAITS)
    fields = {f"{name}_signed_at": timezone.now(), f"{name}_signed_by": by}
    other = "reviewers" if name == "trust" else "trust"
    if getattr(current, f"{other}_signed_at") is not None:
        fields["status"] = PeerReview.Status.CLOSED
        _keep_ratings(current)
    move_on(current, by=by, **fields)
    return current


def _keep_ratings(review: PeerReview) -> None:
    ratings = {one.element_id: one for one in review.assessment.ratings.all()}
    SignedRating.objects.bulk_create(
        SignedRating(
            finding=finding,
            level_id=ratings[finding.element_id].level_id,
            note=ratings[finding.element_id].note,
            dissent=ratings[finding.element_id].dissent,
        )
        for finding in review.findings.all()
    )
