"""Opening an assessment to people from outside, and shutting it again, to all at once.

Keyword-only, atomic, `by=` says who. Mails go out afterwards (`reviews/mails.py`): one that
fails costs the review nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from frameworks.models import Element
from reviews.models import PeerReview, Reviewer, ReviewerRating
from reviews.status import NotNow, locked, move_on, save_reviewer
from trusts.invitations import VALID_FOR, Letter, hash_of, new_token
from trusts.models import User


class ChangedMeanwhile(Exception):
    """Somebody else changed the review after the writer's page was made.

    Attributes:
        current: the review as it stands now.
    """

    def __init__(self, current: PeerReview) -> None:
        super().__init__("The review has been changed in the meantime.")
        self.current = current


class InvitedBefore(Exception):
    """The form has set up a review already, and now says something else; nothing is written.

    Attributes:
        review: the one that it set up.
    """

    def __init__(self, review: PeerReview) -> None:
        super().__init__("A review has been set up from this page already.")
        self.review = review


@dataclass(frozen=True)
class Guest:
    """Somebody from outside to be invited; the address in lower case, as accounts keep it."""

    email: str
    name: str = ""


@transaction.atomic
def invite_review(
    *, review: PeerReview, focus: Collection[Element], guests: Sequence[Guest], by: User
) -> tuple[PeerReview, list[Letter[Reviewer]]]:
    """Open an assessment to reviewers, with one empty finding for every element.

    Args:
        review: not stored yet, as the form filled it in, its key among it.
        focus: the elements that the reviewers are asked to look at first.

    Returns:
        The review and the mails to be sent. Where the same form was sent before, the review
        that it made, and no mails.

    Raises:
        InvitedBefore: the form was sent before, and said something else then.
    """
    if made := _made_before(review, focus, guests):
        return made, []
    elsewhere = PeerReview.objects.exclude(assessment=review.assessment_id)
    if elsewhere.filter(key=review.key).exists():
        review.key = uuid4()  # of another assessment's review: no form of ours sends it
    review.created_by = by
    review._history_user = by  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            review.save()
    except IntegrityError:
        if made := _made_before(review, focus, guests):
            return made, []  # the same form, at the same moment
        raise
    review.focus_elements.set(focus)
    elements = Element.objects.filter(domain__framework=review.assessment.framework_id)
    ReviewerRating.objects.bulk_create(
        ReviewerRating(review=review, element=element) for element in elements
    )
    return review, [_write(review, guest, by=by) for guest in guests]


def _made_before(
    review: PeerReview, focus: Collection[Element], guests: Sequence[Guest]
) -> PeerReview | None:
    """What the same form has made; raises as `invite_review`."""
    rows = PeerReview.objects.filter(assessment=review.assessment_id, key=review.key)
    made = rows.first()
    if made is None:
        return None
    invited = {Guest(one.email, one.name) for one in made.reviewers.all()}
    asked = set(made.focus_elements.all()), invited
    if made.says_the_same_as(review) and asked == (set(focus), set(guests)):
        return made
    raise InvitedBefore(made)


@transaction.atomic
def edit_review(*, review: PeerReview, focus: Collection[Element], version: int, by: User) -> None:
    """Save what the review's form asks.

    Raises:
        ChangedMeanwhile: somebody else saved something else first; nothing is written.
        NotNow: it is closed or withdrawn.
    """
    current = locked(review)
    if not current.is_under_way:
        raise NotNow("This review has ended, so nothing of it can be changed any more.")
    is_same = current.says_the_same_as(review) and set(current.focus_elements.all()) == set(focus)
    if is_same:
        return
    if current.version != version:
        raise ChangedMeanwhile(current)
    current.focus_elements.set(focus)
    move_on(
        current,
        by=by,
        reviewing_trust=review.reviewing_trust,
        brief=review.brief,
        shares_plan=review.shares_plan,
        shares_views=review.shares_views,
        due_on=review.due_on,
        access_until=review.access_until,
    )


@transaction.atomic
def add_reviewers(
    *, review: PeerReview, guests: Sequence[Guest], by: User
) -> list[Letter[Reviewer]]:
    """Invite further people; an address that is invited already is passed over.

    Raises:
        NotNow: the review has ended.
    """
    current = locked(review)
    if not current.takes_reviewers:
        raise NotNow("This review has ended, so nobody can be invited to it any more.")
    here = set(review.reviewers.filter(withdrawn_at=None).values_list("email", flat=True))
    return [_write(review, guest, by=by) for guest in guests if guest.email not in here]


def _write(review: PeerReview, guest: Guest, *, by: User) -> Letter[Reviewer]:
    token = new_token()
    reviewer = Reviewer(
        review=review,
        email=guest.email,
        name=guest.name,
        token_hash=hash_of(token),
        invited_by=by,
        expires_at=good_until(review),
    )
    save_reviewer(reviewer, by=by)
    return Letter(reviewer, token)


def good_until(review: PeerReview) -> datetime:
    """Two weeks, and never longer than the review's last day."""
    end = timezone.make_aware(datetime.combine(review.access_until, datetime.max.time()))
    return min(timezone.now() + VALID_FOR, end)


@transaction.atomic
def posted(*, letter: Letter[Reviewer], by: User) -> bool:
    """Note that the mail has gone: its link is good from now on, and no other.

    Returns:
        Whether it still was to be taken up.
    """
    review = locked(letter.invitation.review)
    waiting = Reviewer.objects.pending().filter(pk=letter.invitation.pk)
    reviewer = waiting.select_for_update(of=("self",)).first()
    if reviewer is None:
        return False
    reviewer.token_hash, reviewer.expires_at = hash_of(letter.token), good_until(review)
    reviewer.mailed_at, reviewer.invited_by = timezone.now(), by
    save_reviewer(reviewer, by=by)
    return True


@transaction.atomic
def withdraw_review(*, review: PeerReview, reason: str, by: User) -> None:
    """Shut the review at once: every link and every reviewer's way in ends.

    Raises:
        NotNow: it is closed, or was withdrawn before.
    """
    current = locked(review)
    if not current.is_under_way:
        raise NotNow("This review has ended already.")
    move_on(
        current,
        by=by,
        status=PeerReview.Status.WITHDRAWN,
        withdrawal_reason=reason,
        withdrawn_at=timezone.now(),
        withdrawn_by=by,
    )
