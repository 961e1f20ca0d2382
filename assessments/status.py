"""Moving an assessment from one status to the next, whoever else is at it."""

from __future__ import annotations

from collections.abc import Collection

from assessments.models import Assessment
from trusts.models import User


class NotAllowedNow(Exception):
    """The assessment's status does not allow it; the message says what to do instead."""


def locked(assessment: Assessment) -> Assessment:
    """The assessment's row, held until the transaction ends.

    Whoever changes several of its ratings or views takes this first: in any other order
    two of them could wait for each other for ever.
    """
    return Assessment.objects.select_for_update().get(pk=assessment.pk)


def change_status(
    assessment: Assessment,
    *,
    before: str | Collection[str],
    after: str,
    refusal: str,
    by: User,
    reason: str = "",
    **fields: object,
) -> None:
    """Move the row itself on, not what the caller read of it some time ago.

    Raises:
        NotAllowedNow: its status is none of `before`; the message is `refusal`.
    """
    current = locked(assessment)
    if current.status not in ([before] if isinstance(before, str) else before):
        raise NotAllowedNow(refusal)
    changes = {"status": after} | fields
    for name, value in changes.items():
        setattr(current, name, value)
        setattr(assessment, name, value)
    # The two names by which simple-history is told who and why.
    current._history_user = by  # type: ignore[attr-defined]
    current._change_reason = reason  # type: ignore[attr-defined]
    current.save(update_fields=list(changes))
