"""Talking in a review, for both sides: say something, say it otherwise, take it back.

Keyword-only, atomic, `by=` says who. What reviewers say before the findings are sent is theirs
alone until then.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F

from assessments.models import SavedMeanwhile
from frameworks.models import Element
from reviews.models import Answer, Comment, FindingDraft, PeerReview
from reviews.querysets import FOUND
from reviews.status import ENDED, NotNow, locked, write_history
from trusts.models import User

SENT = (
    "The findings have been sent to the trust, so they can no longer be changed here. "
    "Add a comment instead."
)


class SaidBefore(Exception):
    """The same form was sent before, with other words; nothing is added.

    Attributes:
        said: what it said then.
    """

    def __init__(self, said: Comment) -> None:
        super().__init__("This page has said something already.")
        self.said = said


class SentMeanwhile(Exception):
    """The findings were sent while somebody wrote a comment that the trust was not to read yet."""


class TakenBack(Exception):
    """What somebody replies to, or changes, was taken back meanwhile."""


@transaction.atomic
def say(
    *,
    review: PeerReview,
    side: Comment.Side,
    body: str,
    key: UUID,
    by: User,
    element: Element | None = None,
    parent: Comment | None = None,
    kind: Comment.Kind = Comment.Kind.COMMENT,
    for_later: bool = False,
) -> Comment:
    """Add a comment, a reply or a request to correct a fact; sent twice, it is said once.

    Args:
        key: made with the form.
        element: what it is about; the review as a whole where left out.
        parent: the comment that it answers, which is no reply itself.
        for_later: whether its writer was told that the trust reads it once the findings are sent.

    Raises:
        NotNow: the review has ended, or has not come to that yet.
        SentMeanwhile: it is written for later, and the trust would read it at once.
        SaidBefore: the form has said something else already.
        TakenBack: there is nothing to reply to any more.
    """
    current = locked(review)
    if said := Comment.objects.filter(key=key).first():
        if (said.review_id, said.author_id, said.body) == (review.pk, by.pk, body):
            said.is_repeated = True
            return said
        raise SaidBefore(said)
    _may_speak(current, side)
    if for_later and not current.takes_findings:
        raise SentMeanwhile
    if kind == Comment.Kind.CORRECTION and current.is_answered:
        raise NotNow("The answers are sent, so no correction can be asked for any more.")
    if parent and not Comment.objects.filter(pk=parent.pk).exists():
        raise TakenBack
    comment = Comment(
        review=review,
        element=parent.element if parent else element,
        parent=parent,
        side=side,
        kind=kind,
        author=by,
        body=body,
        key=key,
    )
    comment._history_user = by  # type: ignore[attr-defined]
    comment.save()
    if comment.is_correction:
        _open_draft(comment)
    is_answerable = side == Comment.Side.REVIEWERS and parent is None
    if is_answerable and current.status == PeerReview.Status.SUBMITTED:
        Answer.objects.create(review=review, comment=comment)
    return comment


def _open_draft(correction: Comment) -> None:
    """A copy of the finding to write in; or that of before, with words that were never sent."""
    finding = correction.review.findings.get(element=correction.element_id)
    copied = {name: getattr(finding, name) for name in FOUND}
    FindingDraft.objects.get_or_create(finding=finding, defaults=copied)


def _may_speak(review: PeerReview, side: Comment.Side) -> None:
    if not review.is_under_way:
        raise NotNow(ENDED)
    begun = (PeerReview.Status.REVIEWING, PeerReview.Status.SUBMITTED, PeerReview.Status.ANSWERED)
    if side == Comment.Side.REVIEWERS and review.status not in begun:
        raise NotNow("The trust has not let anybody in yet.")
    if side == Comment.Side.TRUST and not review.is_submitted:
        raise NotNow("The reviewers have not sent their findings yet.")


@transaction.atomic
def change_comment(*, comment: Comment, body: str, version: int, by: User) -> None:
    """Say a comment of one's own otherwise, before the findings are sent.

    Raises:
        SavedMeanwhile: it was changed from another page; it is as it was.
        NotNow: the findings are sent, or the review has ended.
        TakenBack: from another page.
    """
    review = locked(comment.review)
    current = Comment.objects.filter(pk=comment.pk).first()
    if current is None:
        raise TakenBack
    if current.body == body:
        return
    if not review.takes_findings:
        raise NotNow(SENT if review.is_under_way else ENDED)
    if current.version != version:
        raise SavedMeanwhile(current)
    Comment.objects.filter(pk=comment.pk).update(body=body, version=F("version") + 1)
    write_history(Comment.objects.get(pk=comment.pk), by=by)


@transaction.atomic
def take_back(*, comment: Comment, by: User) -> None:
    """Take out a comment of one's own, before the findings are sent; safe to repeat.

    Raises:
        NotNow: the findings are sent, or the review has ended; or another reviewer has replied,
            whose words would go with it.
    """
    review = locked(comment.review)
    if not review.takes_findings:
        raise NotNow(SENT if review.is_under_way else ENDED)
    if Comment.objects.filter(parent=comment.pk).exists():
        raise NotNow("This has been replied to, so it stays. You can still say it otherwise.")
    current = Comment.objects.filter(pk=comment.pk).first()
    if current:
        current._history_user = by  # type: ignore[attr-defined]
        current.delete()
