"""What of peer reviews is not kept for ever. Reviews are, as long as their trust is."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from reviews.models import Reviewer
from trusts.retention import Kind, letting_invitations_go, register, wants_people


def ended_invitations(since: datetime) -> QuerySet[Reviewer]:
    """Never taken up, and withdrawn or too old to be taken up since then."""
    ended = Q(withdrawn_at__lt=since) | Q(withdrawn_at=None, expires_at__lt=since)
    return Reviewer.objects.filter(ended, accepted_at=None)


@wants_people
def reviewers(person: OuterRef) -> Exists:
    """Who may still read a review keeps the account that they read it with."""
    open_ones = Reviewer.objects.filter(
        user=person,
        withdrawn_at=None,
        refused_at=None,
        review__withdrawn_at=None,
        review__access_until__gte=timezone.localdate(),
    )
    return Exists(open_ones)


register(
    Kind(
        key="review_invitations",
        label="Invitations to review that were never taken up",
        after="they were withdrawn or too old to be taken up",
        due=ended_invitations,
        let_go=letting_invitations_go(ended_invitations),
        setting="invitations",
    )
)
