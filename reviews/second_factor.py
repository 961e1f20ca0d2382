"""A trust that asks its own people for a second factor asks its reviewers too."""

from __future__ import annotations

from collections.abc import Iterable

from reviews.models import Reviewer
from trusts.models import Trust, User
from trusts.second_factor import also_opened_to


@also_opened_to
def reviewed_trusts(user: User) -> Iterable[Trust]:
    """The trusts that let this person read an assessment and ask for a second step; one query."""
    asking = Trust.objects.filter(requires_second_factor=True)
    ways = Reviewer.objects.held_by(user).filter(review__assessment__trust__in=asking)
    return asking.filter(pk__in=ways.values("review__assessment__trust"))
