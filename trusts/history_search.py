"""Finding changes: whose, of what, when, and with which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from texts.matching import Wanted, fold
from trusts.history import kinds
from trusts.history_entries import Entry, entry_of
from trusts.history_rows import SERVICE, Person, Said, Scope, read_said, walk_said
from trusts.history_runs import Run, Save, runs_of

People = Mapping[int | None, Person]


@dataclass(frozen=True)
class Asked:
    """What somebody looks for.

    Attributes:
        who: a `Person.choice`; blank for everybody.
        since: the first day, here.
        until: the last day, which counts too.
        each: whether every save is shown by itself.
    """

    who: str = ""
    since: date | None = None
    until: date | None = None
    wanted: Wanted | None = None
    each: bool = False

    def fits(self, run: Run, people: People) -> bool:
        """Whether a run is of this person and these days."""
        if self.who and who_of(run.last, people).choice != self.who:
            return False
        if not (self.since or self.until):
            return True
        day = timezone.localdate(run.last.at)
        return (self.since or day) <= day <= (self.until or day)


def who_of(save: Save, people: People) -> Person:
    """Whose a save is."""
    return people.get(save.by, SERVICE)


def find_runs(scope: Scope, saves: Sequence[Save], people: People, asked: Asked) -> list[Run]:
    """What was asked for, the newest first; a query more where words are looked for.

    Args:
        saves: all of the scope's.
        people: who has made them.
    """
    shown = () if asked.each else kinds().values()
    quiet = {kind.key for kind in shown if kind.saves_quietly}
    in_two = {kind.key for kind in shown if kind.comes_in_two}
    runs = [run for run in runs_of(saves, quiet=quiet, in_two=in_two) if asked.fits(run, people)]
    if not (asked.wanted and runs):
        return runs
    found = set(_with_words(scope, people, asked.wanted))
    return [run for run in runs if any(save.key in found for save in run.saves)]


def _with_words(scope: Scope, people: People, wanted: Wanted) -> Iterator[tuple[str, int]]:
    """The saves in which all of the words stand, compared each with the save before it."""
    before: Save | None = None
    told: dict[tuple[str, int], Said] = {}
    for save, said in walk_said(scope):
        if before and (before.kind, before.of) != (save.kind, save.of):
            before = None
        told = {before.key: told[before.key]} if before else {}
        told[save.key] = said
        if is_found(wanted, entry_of(Run([save], before), told, who_of(save, people))):
            yield save.key
        before = save


def is_found(wanted: Wanted, entry: Entry) -> bool:
    """Whether all of the words stand in what an entry says, from the person to both texts."""
    texts = [entry.sentence, entry.kind.label, entry.reason, entry.remark]
    for change in entry.every_change:
        texts += [change.field.label, change.before or "", change.after]
    return wanted.all_in(fold("\n".join(texts)))


def read_entries(scope: Scope, runs: Sequence[Run], people: People) -> list[Entry]:
    """The runs as they are shown, in one query: what every save said, lest a text be hidden."""
    shown = [save for run in runs for save in (run.before, *run.saves) if save]
    said: Mapping[tuple[str, int], Said] = read_said(scope, shown)
    return [entry_of(run, said, who_of(run.last, people)) for run in runs if run.last.key in said]
