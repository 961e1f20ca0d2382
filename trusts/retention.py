"""How long things are kept: apps say what may go and when, one command lets it go.

An app registers each kind in its `AppConfig.ready()`. The days stand in `settings.KEEP_DAYS`;
docs/privacy.md says why each is kept that long, and a test holds its table against this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from trusts.writing import WENT


@dataclass(frozen=True)
class Kind:
    """One kind of thing that is not kept for ever.

    Attributes:
        key: its days stand under this key in `settings.KEEP_DAYS`.
        label: what it is called, in the plural.
        after: what the days count from, as in "365 days after …".
        due: what may go that has been so since this moment or longer; a queryset.
        let_go: takes out what is due, within a transaction, and leaves alone what is no longer
            due; how many it were.
        becomes: what is done with it.
        setting: the key of its days, where that is another kind's too.
    """

    key: str
    label: str
    after: str
    due: Callable[[datetime], QuerySet[Any]]
    let_go: Callable[[datetime], int]
    becomes: str = "deleted"
    setting: str = ""

    @property
    def days(self) -> int:
        days: int = settings.KEEP_DAYS[self.setting or self.key]
        return days

    @property
    def how_long(self) -> str:
        """The days as people say them: 30 days, 1 year, 6 years."""
        years, rest = divmod(self.days, 365)
        count, unit = (self.days, "day") if rest else (years, "year")
        return f"{count} {unit}" if count == 1 else f"{count} {unit}s"

    @property
    def since(self) -> datetime:
        """The moment before which it must have come to an end."""
        return timezone.now() - timedelta(days=self.days)

    def count(self) -> int:
        """How many would go now."""
        return self.due(self.since).count()

    def apply(self) -> int:
        """Let them go, all or none of this kind; how many it were."""
        with transaction.atomic():
            return self.let_go(self.since)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind of thing that may go.

    Raises:
        ValueError: there is another kind of this key.
    """
    if _kinds.setdefault(kind.key, kind) is not kind:
        raise ValueError(f"There is another kind of thing to be kept called {kind.key}.")
    return kind


def kinds() -> list[Kind]:
    """Every kind, in the order of INSTALLED_APPS."""
    return list(_kinds.values())


PeopleWanted = Callable[[OuterRef], Exists]
_people_wanted: list[PeopleWanted] = []


def wants_people(wanted: PeopleWanted) -> PeopleWanted:
    """Add whose account an app still needs, though they belong to no trust.

    It is given the person's key, as a query on people refers to it.
    """
    _people_wanted.append(wanted)
    return wanted


def people_wanted() -> list[Exists]:
    """What is true of people whose account is still needed."""
    return [wanted(OuterRef("pk")) for wanted in _people_wanted]


def deleting(due: Callable[[datetime], QuerySet[Any]]) -> Callable[[datetime], int]:
    """A `let_go` that deletes what is due, and counts only what this run has deleted."""

    def let_go(since: datetime) -> int:
        rows = due(since)
        count: int = rows.delete()[1].get(rows.model._meta.label, 0)
        return count

    return let_go


def letting_invitations_go(
    ended: Callable[[datetime], QuerySet[Any]],
) -> Callable[[datetime], int]:
    """A `let_go` that leaves in the history that somebody was invited, without whom."""

    def let_go(since: datetime) -> int:
        rows = ended(since)
        held = rows.select_for_update(of=("self",)).order_by("pk")
        keys = list(held.values_list("pk", flat=True))
        rows.model._default_manager.filter(pk__in=keys).delete()
        history: Any = rows.model.history
        history.filter(id__in=keys, history_type=WENT).delete()  # it would only name them again
        history.filter(id__in=keys).update(email="", name="")
        return len(keys)

    return let_go
