"""What the history of a trust tells of: apps name their models, and how changes of them are said.

simple-history keeps a row for every change of a model that has `HistoricalRecords`. An app
registers each such model in its `AppConfig.ready()` as a `Kind`; the pages of the history, the
search, the links and the export follow from that. An app above may add a remark to the changes of
a kind that it does not own (docs/decisions/0021-history.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from functools import cached_property
from typing import Any

from django.db.models import F, Model, TextField, Value
from django.db.models.expressions import BaseExpression
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from simple_history.utils import get_history_model_for_model

from trusts.querysets import TrustOwnedQuerySet

Values = Mapping[str, Any]
"""What a row said: its fields and the names around it, as JSON has them, and `by`, whose key."""

FORMER_MEMBER = "a former member"


@dataclass(frozen=True)
class Event:
    """A change that has words of its own: who "signed off" what.

    Attributes:
        did: stands between the person and the thing.
        rest: stands behind the thing.
        about: the thing, where it is called otherwise than its kind calls it.
        tells: the fields of which this says enough.
    """

    did: str
    rest: str = ""
    about: str = ""
    tells: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Field:
    """One thing of a row that people change.

    Attributes:
        name: of the model's field.
        label: what people call it, as it stands after "the".
        reads: where its words stand, such as `level__name`; the field itself where blank.
        says: words for a value that is not blank.
        is_prose: a text to be shown for itself, with the words marked that differ.
        marks: for a yes or no: what is said when it becomes yes, and when it becomes no.
    """

    name: str
    label: str
    reads: str = ""
    says: Callable[[Any], str] = str
    is_prose: bool = False
    marks: tuple[Event, Event] | None = None

    def words(self, values: Values) -> str:
        """What the field says in the row; blank where it says nothing."""
        value = values.get(self.name)
        if self.marks:
            return self.says(bool(value))
        return "" if value is None or value == "" else self.says(value)


Telling = Callable[[Values | None, Values | None], Event | None]
"""The event in a change from a row to a row; None before it came, None after it went."""


def nothing_special(was: Values | None, now: Values | None) -> Event | None:
    """No change has words of its own."""
    return None


@dataclass(frozen=True, eq=False)
class Kind:
    """One model whose changes are told.

    Attributes:
        key: what addresses call it.
        label: what the page calls its entries, to choose them.
        about: the thing's name, from what the row says.
        names: more to read beside the fields, by the name under which `about` and the others
            find it: the way to it, or what a query makes it from.
        told: fields that `about` says already; a new row does not list them.
        event: the words for changes that have their own.
        address: the thing's own page, from what the row says; blank where it has none.
        within: the larger things that it is part of, by their keys, with the way to them.
        starts_empty: rows are made empty, before anybody has said anything, and that is
            not in the history.
        saves_quietly: its page saves as people type; one person's saves within a few
            minutes are shown as one.
        comes_in_two: a row is made, and marked once more by the same act; both are shown as one.
        way: from the row to its trust; what its queryset says where blank.
        chapter: makes what a query on its history reads as the part of its life in which it was
            changed; quiet saves of two of them are never shown as one.
        since: the way to the moment from which on it is told; what was saved before that is
            its writers' alone, and so is all of it as long as there is no such moment.
    """

    key: str
    model: type[Model]
    label: str
    about: Callable[[Values], str]
    fields: tuple[Field, ...]
    names: Mapping[str, str | BaseExpression] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    event: Telling = nothing_special
    address: Callable[[Values], str] = lambda values: ""
    within: Mapping[str, str] = field(default_factory=dict)
    starts_empty: bool = False
    saves_quietly: bool = False
    comes_in_two: bool = False
    way: str = ""
    chapter: Callable[[], BaseExpression] | None = None
    since: str = ""

    @cached_property
    def history(self) -> type[Model]:
        """The model of its history."""
        model: type[Model] = get_history_model_for_model(self.model)
        return model

    @cached_property
    def way_to_trust(self) -> str:
        """As Django writes it, such as `assessment__trust`."""
        if self.way:
            return self.way
        rows = self.model._default_manager.all()
        if not isinstance(rows, TrustOwnedQuerySet):
            raise TypeError(f"{self.model.__name__} does not belong to a trust.")
        return rows.path_to_trust

    def values(self, **more: str) -> JSONObject:
        """All that a row says, for a query on the model or on its history."""
        reads = {one.name: one.reads or one.name for one in self.fields}
        paths = {"id": "id", **reads, **self.names, **more}
        return JSONObject(
            **{name: F(path) if isinstance(path, str) else path for name, path in paths.items()}
        )


Remark = Callable[[], BaseExpression]
"""Makes what a query on a kind's history reads as a remark on each change."""

_kinds: dict[str, Kind] = {}
_remarks: dict[str, Remark] = {}


def register(kind: Kind) -> Kind:
    """Tell of this model's changes too.

    Raises:
        ValueError: there is another kind of this key.
    """
    if _kinds.setdefault(kind.key, kind) is not kind:
        raise ValueError(f"There is another kind of history called {kind.key}.")
    return kind


def remark_on(key: str, remark: Remark) -> Remark:
    """Say beside the changes of a kind what an app above it knows of the time.

    Args:
        key: of a kind of an app below.

    Raises:
        ValueError: another app does so already.
    """
    if _remarks.setdefault(key, remark) is not remark:
        raise ValueError(f"There are remarks on changes of {key} already.")
    return remark


def remark_of(kind: Kind) -> Coalesce:
    """What is said beside a change of the kind; blank where there is nothing to say."""
    remark = _remarks.get(kind.key)
    remarks = [remark()] if remark else []
    return Coalesce(*remarks, Value(""), Value(""), output_field=TextField())


def kinds() -> dict[str, Kind]:
    """Every kind by its key, in the order of INSTALLED_APPS."""
    return dict(_kinds)


def on_day(value: str) -> str:
    """A date or a moment as JSON has it, as the day that it is here: 3 March 2027."""
    return date_format(_day(value), "j F Y")


def _day(value: str) -> date:
    moment = parse_datetime(value) if len(value) > len("2027-03-03") else None
    if moment is None:
        return date.fromisoformat(value)
    if timezone.is_naive(moment):  # SQLite keeps UTC without saying so
        moment = timezone.make_aware(moment, UTC)
    return timezone.localdate(moment)


def yes_or_no(value: Any) -> str:
    """A yes or no; SQLite's JSON has one and nought."""
    return "yes" if value else "no"


def one_of(choices: Mapping[Any, Any] | list[tuple[Any, Any]]) -> Callable[[Any], str]:
    """Words for a value out of a model's choices."""
    labels = {str(value): str(label) for value, label in dict(choices).items()}
    return lambda value: labels.get(str(value), str(value))


def becomes(name: str, was: Values | None, now: Values | None) -> bool:
    """Whether a field that said nothing says something now."""
    return bool(was and now and not was.get(name) and now.get(name))
