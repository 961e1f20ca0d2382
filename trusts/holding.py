"""Taking turns: whoever changes who belongs to a trust holds the trust's row meanwhile."""

from __future__ import annotations

from trusts.models import Trust


def hold(trust: Trust) -> Trust:
    """The trust as it stands now, for this transaction alone to change its people.

    Two leads at once then cannot both leave, nor two people take up one invitation. Rows that
    merely point to the trust are written meanwhile as ever (`FOR NO KEY UPDATE`). SQLite has
    one writer at a time and needs no more. Must be called in a transaction, before anything
    is read that the change depends on.
    """
    held: Trust = Trust.objects.select_for_update(no_key=True).get(pk=trust.pk)
    return held
