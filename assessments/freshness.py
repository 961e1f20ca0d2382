"""When a rating is too old to be taken for what the board thinks today. Pure."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from assessments.models import Rating


def old_since(rating: Rating, *, today: date) -> date | None:
    """The day on which it was rated, where that is more than a year before today.

    On the anniversary itself it is a year old and no more. What was rated on 29 February is
    more than a year old from 1 March of the next year on.

    Returns:
        None: nothing is rated, it is a year old at most, or nobody knows since when.
    """
    if not rating.is_rated or rating.updated_at is None:
        return None
    day = timezone.localdate(rating.updated_at)
    is_old = (today.year - 1, today.month, today.day) > (day.year, day.month, day.day)
    return day if is_old else None
