"""Rules that the database holds for models of every app."""

from __future__ import annotations

from django.db import models


def both_or_neither(at: str, by: str) -> models.Q:
    """A moment and a person that stand in a row together, or not at all."""
    return models.Q(**{at: None, by: None}) | models.Q(
        **{f"{at}__isnull": False, f"{by}__isnull": False}
    )
