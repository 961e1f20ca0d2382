"""What of peer reviews is not kept for ever. Reviews are, as long as their trust is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from reviews.models import Reviewer
from trusts.retention import Kind, register, wants_people
from trusts.writing import WENT


def ended_invitations(since: datetime) -> QuerySet[Reviewer]:
    """Never taken up, and withdrawn or too old to be taken up since then."""
    ended = Q(withdrawn_at__lt=since) | Q(withdrawn_at=None, expires_at__lt=since)
    return Reviewer.objects.filter(ended, accepted_at=None)


def let_invitations_go(since: datetime) -> int:
    """Delete them; that somebody was invited stays in the history, without whom."""
    held = ended_invitations(since).select_for_update(of=("self",)).order_by("pk")
    keys = list(held.values_list("pk", flat=True))
    Reviewer.objects.filter(pk__in=keys).delete()
    history: Any = Reviewer.history
    history.filter(id__in=keys, history_type=WENT).delete()  # it would only name them again
    history.filter(id__in=keys).update(email="", name="")
    return len(keys)


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
        let_go=let_invitations_go,
        setting="invitations",
    )
)
