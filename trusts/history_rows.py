"""Reading the history of a trust: every kind in one query, however many kinds there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, CharField, Exists, F, OuterRef, QuerySet, Value

from trusts.history import Kind, Values, kinds, remark_of
from trusts.history_runs import Save
from trusts.models import Membership, Trust, User

AT_A_TIME = 500
"""Rows that are held in memory at once while all of a trust's history goes by."""

SAVE = (
    "kind_key",
    "row_key",
    "history_date",
    "history_id",
    "history_type",
    "history_user_id",
    "chapter",
)
TOLD = ("said", "history_change_reason", "remark")


@dataclass(frozen=True)
class Scope:
    """What is looked at: a trust's whole history, or that of one thing and what is within it.

    Attributes:
        kind: the thing's kind; None for the whole trust.
        pk: the thing's key.
        only: the kinds to look at, by their keys; empty for all.
    """

    trust: Trust
    kind: Kind | None = None
    pk: int = 0
    only: frozenset[str] = frozenset()

    def ways(self) -> dict[Kind, dict[str, int]]:
        """Each kind that is in it, with what its rows are found by."""
        found = {}
        for kind in kinds().values():
            way = self._way(kind)
            if way is not None and (not self.only or kind.key in self.only):
                found[kind] = {kind.way_to_trust: self.trust.pk, **way}
        return found

    def _way(self, kind: Kind) -> dict[str, int] | None:
        if self.kind is None:
            return {}
        if kind is self.kind:
            return {"id": self.pk}
        way = kind.within.get(self.kind.key)
        return {way: self.pk} if way else None

    @property
    def kinds(self) -> list[Kind]:
        """The kinds that it may tell of."""
        return list(Scope(self.trust, self.kind, self.pk).ways())


@dataclass(frozen=True)
class Said:
    """What one row of history says.

    Attributes:
        reason: why it was changed, where that was asked.
        remark: what an app above has to say of the time (`history.remark_on`).
    """

    values: Values
    reason: str = ""
    remark: str = ""


def read_saves(scope: Scope) -> list[Save]:
    """Every save in the scope, without what it says, in one query."""
    rows = _union(_rows(kind, way).values_list(*SAVE) for kind, way in scope.ways().items())
    return [Save(*row) for row in rows] if rows is not None else []


def read_said(scope: Scope, saves: Collection[Save]) -> dict[tuple[str, int], Said]:
    """What these saves say, by their keys, in one query."""
    numbers: dict[str, set[int]] = {}
    for save in saves:
        numbers.setdefault(save.kind, set()).add(save.number)
    rows = _union(
        _telling(kind, way).filter(history_id__in=numbers[kind.key])
        for kind, way in scope.ways().items()
        if kind.key in numbers
    )
    return {Save(*row[: len(SAVE)]).key: _said(row) for row in rows or ()}


def walk_said(scope: Scope) -> Iterator[tuple[Save, Said]]:
    """Every save in the scope with what it says, row by row, the oldest first, in one query."""
    rows = _union(_telling(kind, way) for kind, way in scope.ways().items())
    if rows is not None:
        in_order = rows.order_by("kind_key", "row_key", "history_date", "history_id")
        for row in in_order.iterator(chunk_size=AT_A_TIME):
            yield Save(*row[: len(SAVE)]), _said(row)


def _rows(kind: Kind, way: dict[str, int]) -> QuerySet[Any]:
    rows: QuerySet[Any] = kind.history._default_manager.filter(**way).order_by()
    if kind.since:
        rows = rows.filter(history_date__gte=F(kind.since))
    named: QuerySet[Any] = rows.annotate(
        kind_key=Value(kind.key, CharField()),
        row_key=F("id"),
        chapter=kind.chapter() if kind.chapter else Value(0, BigIntegerField()),
    )
    return named


def _telling(kind: Kind, way: dict[str, int]) -> QuerySet[Any]:
    rows = _rows(kind, way).annotate(said=kind.values(by="history_user_id"))
    told: QuerySet[Any] = rows.annotate(remark=remark_of(kind)).values_list(*SAVE, *TOLD)
    return told


def _union(parts: Iterable[QuerySet[Any]]) -> QuerySet[Any] | None:
    several = list(parts)
    if len(several) < 2:
        return several[0] if several else None
    return several[0].union(*several[1:], all=True)


def _said(row: tuple[Any, ...]) -> Said:
    values, reason, remark = row[len(SAVE) :]
    return Said(values, reason or "", remark)


@dataclass(frozen=True)
class Person:
    """Somebody who has changed something.

    Attributes:
        choice: what the filter calls them.
    """

    name: str
    choice: str


SERVICE = Person("The service itself, or a former member", "nobody")
FORMER = Person("A former member", "former")


def read_people(saves: Iterable[Save], trust: Trust) -> dict[int | None, Person]:
    """Who has made the saves, by their keys, in one query.

    Whoever was anonymised is a former member, and so are all of them together. Where no key
    is on record the service has done it by itself, or the person's row was deleted.
    """
    keys = {save.by for save in saves}
    known = {key for key in keys if key is not None}
    member = Membership.objects.filter(user=OuterRef("pk"), trust=trust)
    users = User.objects.filter(pk__in=known).annotate(is_member=Exists(member))
    people: dict[int | None, Person] = {user.pk: _person(user) for user in users}
    people |= _told_apart(people)
    return {key: people.get(key, SERVICE) for key in keys}


def _told_apart(people: dict[int | None, Person]) -> dict[int | None, Person]:
    """Those who share a name with somebody else, each with a number of their own."""
    times = Counter(person.name.casefold() for person in people.values() if person is not FORMER)
    return {
        key: Person(f"{person.name} (no. {key})", person.choice)
        for key, person in people.items()
        if times[person.name.casefold()] > 1
    }


def _person(user: Any) -> Person:
    if user.anonymised_at:
        return FORMER
    is_operator = user.is_staff and not user.is_member
    return Person(f"{user} (operator)" if is_operator else str(user), str(user.pk))
