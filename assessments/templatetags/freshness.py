"""Saying of a rating, wherever it is shown, that it is old."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils import timezone

from assessments.freshness import old_since
from assessments.models import Rating

register = template.Library()


@register.inclusion_tag("assessments/_old.html")
def how_old(rating: Rating) -> dict[str, date | None]:
    """A line where the rating is more than a year old today, else nothing."""
    return {"old_since": old_since(rating, today=timezone.localdate())}
