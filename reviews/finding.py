"""What the reviewers do: find, comment, send.

Keyword-only, atomic, `by=` says who. Until the findings are sent they are the reviewers' alone;
several reviewers of one review write the same findings, and lose no word to each other.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from assessments.models import SavedMeanwhile
from frameworks.models import Element
from reviews.models import Answer, Comment, FindingDraft, Found, PeerReview, ReviewerRating
from reviews.querysets import FOUND, ReviewerRatingQuerySet
from reviews.status import ENDED, NotNow, locked, move_on, write_history
from trusts.models import User

SENT = (
    "The findings have been sent to the trust, so they can no longer be changed here. "
    "Add a comment instead."
)

NOTHING_TO_CORRECT = (
    "The findings have been sent to the trust, and it does not ask for a correction here now, so "
    "this can no longer be changed. Add a comment instead."
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


def _open_findings() -> ReviewerRatingQuerySet:
    """Findings that may be written, which they may until they are sent.

    By EXISTS, not by a join, as ratings are (`assessments.actions`).
    """
    reviewing = PeerReview.objects.filter(
        pk=OuterRef("review_id"), status=PeerReview.Status.REVIEWING
    )
    return ReviewerRating.objects.filter(Exists(reviewing))


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
