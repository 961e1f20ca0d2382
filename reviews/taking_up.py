"""Taking up an invitation to review, and declaring interests before anything is read.

The token works once, for the address that it was mailed to, until it expires or is withdrawn.
It gives a row of `Reviewer` its person, and nothing else: no role in any trust.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils import timezone

from reviews.models import Interest, PeerReview, Reviewer
from reviews.status import NotNow, locked, locked_reviewer, move_on, save_reviewer
from trusts.invitations import LinkEnded, hash_of, make_account
from trusts.models import Membership, User


class AnotherAddress(Exception):
    """The invitation was mailed to another address than the one that is signed in."""


class OwnTrust(Exception):
    """The person belongs to the trust that is reviewed."""


def find(token: str) -> Reviewer | None:
    """The invitation that a link opens, if it does."""
    waiting = Reviewer.objects.pending().filter(
        token_hash=hash_of(token),
        expires_at__gt=timezone.now(),
        review__access_until__gte=timezone.localdate(),
    )
    return waiting.select_related("review__assessment__trust", "invited_by").first()


@transaction.atomic
def take_up(*, reviewer: Reviewer, by: User) -> None:
    """Make the person a reviewer of this one review.

    Raises:
        AnotherAddress: it is not theirs.
        OwnTrust: they belong to the trust.
        LinkEnded: somebody was faster, or it was withdrawn.
    """
    review = locked(reviewer.review)
    if by.email.lower() != reviewer.email.lower():
        raise AnotherAddress
    if Membership.objects.filter(user=by, trust=review.assessment.trust_id).exists():
        raise OwnTrust
    # Waits for an end of the account that is under way (`privacy.anonymise`).
    if not User.objects.select_for_update(no_key=True).filter(pk=by.pk, is_active=True):
        raise LinkEnded
    current = Reviewer.objects.pending().filter(
        pk=reviewer.pk, token_hash=reviewer.token_hash, expires_at__gt=timezone.now()
    )
    taken = current.select_for_update(of=("self",)).first()
    if taken is None or not review.is_under_way:
        raise LinkEnded
    taken.user, taken.accepted_at = by, timezone.now()
    try:
        with transaction.atomic():
            save_reviewer(taken, by=by)
    except IntegrityError as fault:  # the person reviews it already, invited twice
        raise LinkEnded from fault
    if review.status == PeerReview.Status.INVITED:
        move_on(review, by=by, status=PeerReview.Status.ACCEPTED)


@transaction.atomic
def take_up_as_new_person(*, invitation: Reviewer, name: str, password: str) -> User:
    """Make the account and take the invitation up with it; the address is proved by the mail.

    Raises:
        AccountExists: as `make_account`.
        LinkEnded: as `take_up`.
    """
    locked(invitation.review)
    user = make_account(email=invitation.email, name=name, password=password)
    take_up(reviewer=invitation, by=user)
    return user


@transaction.atomic
def declare(*, reviewer: Reviewer, interests: Collection[Interest], text: str, by: User) -> bool:
    """Say which interests one has, or that there are none; once, before reading.

    Safe to repeat: the same declaration again is no fault.

    Returns:
        Whether nothing was declared until now.

    Raises:
        NotNow: another one was made before.
    """
    review = locked(reviewer.review)
    current = locked_reviewer(reviewer)
    if current.declared_at is not None:
        if (set(current.declared), current.interests) == (set(interests), text):
            return False
        raise NotNow(
            "You have declared your interests before. If something has changed, write to whoever "
            "invited you."
        )
    if not review.is_under_way:
        raise NotNow("This review has ended.")
    for interest in Interest:
        setattr(current, interest.value, interest in interests)
    current.interests, current.declared_at = text, timezone.now()
    save_reviewer(current, by=by)
    return True
