"""Keeping the board's ratings from who is asked for a view of their own first.

An assessment may be opened for views when some of it is rated already. Whoever is asked then thinks
alone: until views are closed its own pages show them none of it, the governance lead included.
What stands elsewhere is no secret of the trust's own people (the plan, the history, a comparison,
what was issued), and the page that asks members says so.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from assessments.models import Assessment, Rating, Respondent
from trusts.models import User


def asked(user: User, *, of: str) -> Exists:
    """Whether the person is asked for a view, for `annotate(reader_is_asked=…)`.

    Args:
        of: what the query calls the assessment's key.
    """
    return Exists(Respondent.objects.filter(assessment=OuterRef(of), user=user))


def thinks_alone(row: Assessment | Rating) -> bool:
    """Whether the reader for whom the row was read with `reader_is_asked` sees no rating yet."""
    assessment = row.assessment if isinstance(row, Rating) else row
    return assessment.is_collecting and row.reader_is_asked  # type: ignore[union-attr]


def hold_back(ratings: Iterable[Rating]) -> None:
    """Let the page say nothing of these; the rows stay as they are."""
    for one in ratings:
        one.level, one.note, one.dissent, one.is_priority = None, "", "", False
