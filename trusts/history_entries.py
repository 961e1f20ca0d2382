"""A change as a sentence and what stands below it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.utils import timezone

from texts.rewording import Rewording, reworded
from trusts.history import Event, Field, Kind, Values, kinds
from trusts.history_lost import lost_texts
from trusts.history_rows import Person, Said
from trusts.history_runs import CAME, CHANGED, WENT, Run

AROUND = 25
"""Words of a long text that are shown on either side of those that changed."""
KEPT = 0.4
"""The share of a text's words that must be the same; what is written anew has no marks."""
LONG = 1_200
"""Characters of a text from which on it is folded up."""


@dataclass(frozen=True)
class Change:
    """One field, before and after.

    Attributes:
        before: blank where it said nothing; None where that is not on record.
    """

    field: Field
    before: str | None
    after: str

    @property
    def label(self) -> str:
        """As it stands at the beginning of a line."""
        return self.field.label[:1].upper() + self.field.label[1:]

    @property
    def is_new(self) -> bool:
        """Whether there is nothing to show it beside."""
        return not self.before

    @property
    def is_line(self) -> bool:
        """Whether it is said in one line."""
        return not self.field.is_prose

    @property
    def is_long(self) -> bool:
        return len(self.after) > LONG

    @property
    def was_long(self) -> bool:
        return len(self.before or "") > LONG

    @cached_property
    def rewording(self) -> Rewording | None:
        """Both texts with the words marked; None where they have too little in common."""
        if not (self.field.is_prose and self.before and self.after):
            return None
        found = reworded(self.before, self.after, lines=True, around=AROUND)
        return found if found and found.kept >= KEPT else None


@dataclass(frozen=True)
class Lost:
    """A text that stood in between, and stands neither before nor after."""

    field: Field
    text: str

    @property
    def is_long(self) -> bool:
        return len(self.text) > LONG


@dataclass(frozen=True)
class Entry:
    """What the page shows of a run, and the export of a save.

    Attributes:
        did: stands between who and about, as does rest behind.
        about: the thing.
        changes: what the sentence does not say.
        every_change: all of them.
        said: what the row said after the change.
        is_unclear: whether what was said before is not on record.
        lost: what was written and taken away again within the run.
    """

    run: Run
    kind: Kind
    who: str
    did: str
    about: str
    rest: str
    changes: Sequence[Change]
    every_change: Sequence[Change]
    reason: str
    remark: str
    said: Values
    is_unclear: bool = False
    lost: Sequence[Lost] = ()

    @property
    def ending(self) -> str:
        """What stands behind the thing, with the blank before it where it needs one."""
        return self.rest if self.rest.startswith(",") or not self.rest else f" {self.rest}"

    @property
    def sentence(self) -> str:
        return f"{self.who} {self.did} {self.about}{self.ending}"

    @property
    def address(self) -> str:
        """The thing's own page; blank where it has none, or none any more."""
        return "" if self.run.is_gone else self.kind.address(self.said)

    @property
    def names_changes(self) -> bool:
        """Whether the fields are to be named below: the sentence names one that is alone."""
        return len(self.changes) != 1 or f" {self.changes[0].field.label} " not in self.did

    @property
    def at(self) -> datetime:
        return self.run.last.at

    @property
    def since(self) -> datetime:
        return self.run.first.at

    @property
    def day(self) -> date:
        """On which day it was, here."""
        return timezone.localdate(self.at)

    @property
    def took_minutes(self) -> bool:
        """Whether its first and last save show two times of day."""
        return f"{timezone.localtime(self.since):%H:%M}" != f"{timezone.localtime(self.at):%H:%M}"


def entry_of(run: Run, said: Mapping[tuple[str, int], Said], who: Person) -> Entry:
    """A run as it is shown.

    Args:
        said: what the rows say: those of the run and the one before it.
        who: whose it is.
    """
    kind = kinds()[run.last.kind]
    now = said[run.last.key]
    was = said[run.before.key].values if run.before else {} if kind.starts_empty else None
    is_unclear = run.type == CHANGED and was is None
    event = _event(kind, run.type, was, now.values)
    changes = _changes(kind, run.type, was, now.values)
    did, rest, told = _sentence(run, event, changes)
    return Entry(
        run=run,
        kind=kind,
        who=who.name,
        did=did,
        about=(event and event.about) or kind.about(now.values),
        rest=rest,
        changes=[one for one in changes if one.field.name not in told],
        every_change=changes,
        reason=now.reason,
        remark=now.remark,
        said=now.values,
        is_unclear=is_unclear,
        lost=_lost(kind, was or {}, [said[one.key].values for one in run.saves if one.key in said]),
    )


def _lost(kind: Kind, was: Values, run: Sequence[Values]) -> list[Lost]:
    """The texts that were written in the run and are not there any more."""
    *between, now = run
    if not between:
        return []
    return [
        Lost(field, text)
        for field in kind.fields
        if field.is_prose
        for text in lost_texts(
            [field.words(values) for values in between], [field.words(was), field.words(now)]
        )
    ]


def _event(kind: Kind, type: str, was: Values | None, now: Values) -> Event | None:
    if type == WENT:
        return kind.event(now, None) or Event("removed")
    if type == CAME:
        return Event("put back") if was else kind.event(None, now) or Event("added")
    return kind.event(was, now) if was else None


def _changes(kind: Kind, type: str, was: Values | None, now: Values) -> list[Change]:
    """What differs; of a new row all that it says, but for what its name says already."""
    if type == WENT:
        return []
    if was is None:
        unknown = None if type == CHANGED else ""
        fresh = [Change(one, unknown, one.words(now)) for one in kind.fields]
        return [
            one
            for one in fresh
            if one.after and (unknown is None or _is_said_at_first(kind, one.field, now))
        ]
    changes = [Change(one, one.words(was), one.words(now)) for one in kind.fields]
    return [one for one in changes if one.before != one.after]


def _is_said_at_first(kind: Kind, field: Field, now: Values) -> bool:
    """A yes or no that is no goes without saying."""
    return field.name not in kind.told and (field.marks is None or bool(now.get(field.name)))


def _sentence(
    run: Run, event: Event | None, changes: Sequence[Change]
) -> tuple[str, str, frozenset[str]]:
    """What was done, what stands behind the thing, and the fields of which that says enough."""
    if event:
        return event.did, event.rest, event.tells
    if not changes:
        return ("changed", "and changed it back", frozenset()) if len(run.saves) > 1 else _UNCHANGED
    if changes[0].before is None:
        return "changed", "", frozenset()
    short = next((one for one in changes if not one.field.is_prose), None)
    if short is None:
        return _of_prose(changes)
    if short.field.marks:
        is_marked = short.field.marks[short.after == short.field.says(False)]
        return is_marked.did, is_marked.rest, frozenset({short.field.name})
    return *_of_short(short), frozenset({short.field.name})


_UNCHANGED = ("saved", "without changing anything that is told here", frozenset[str]())


def _of_short(change: Change) -> tuple[str, str]:
    label = change.field.label
    if not change.before:
        return f"set the {label} of", f"to {change.after}"
    if not change.after:
        return f"cleared the {label} of", f", which was {change.before}"
    return f"changed the {label} of", f"from {change.before} to {change.after}"


def _of_prose(changes: Sequence[Change]) -> tuple[str, str, frozenset[str]]:
    if len(changes) > 1:
        return "changed", "", frozenset()
    [change] = changes
    did = "changed" if change.before and change.after else "wrote" if change.after else "cleared"
    return f"{did} the {change.field.label} of", "", frozenset()
