"""Which saves of a page that saves by itself are shown as one. Pure.

A note that was typed for five minutes was saved twenty times. Shown as one change, from what
it said before the first of these saves to what it said after the last, it can be read. Every
save stays in the database, in the search and in the export.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

TOGETHER = timedelta(minutes=10)
"""From the first of the saves that are shown as one to the last."""
AT_ONCE = timedelta(minutes=1)
"""From a row's making to its marking by the same act, such as the mail of an invitation."""

CAME, CHANGED, WENT = "+", "~", "-"
"""What simple-history calls what happened to a row."""


class Save(NamedTuple):
    """One row of history, without what it says."""

    kind: str
    of: int
    at: datetime
    number: int
    type: str
    by: int | None
    chapter: int | None = 0

    @property
    def key(self) -> tuple[str, int]:
        """Which one it is among all of the history."""
        return self.kind, self.number


@dataclass(frozen=True)
class Run:
    """One or more saves of one row by one person, shown as one.

    Attributes:
        saves: the oldest first.
        before: the save ahead of them, from which the change starts; None where there is
            none on record.
        is_gone: whether the row was removed, now or later.
    """

    saves: Sequence[Save]
    before: Save | None = None
    is_gone: bool = False

    @property
    def first(self) -> Save:
        return self.saves[0]

    @property
    def last(self) -> Save:
        """What it says is what is shown."""
        return self.saves[-1]

    @property
    def type(self) -> str:
        """What happened to the row; one that came and was then marked has come."""
        return CAME if self.first.type == CAME else self.last.type


def runs_of(
    saves: Iterable[Save], *, quiet: Collection[str] = (), in_two: Collection[str] = ()
) -> list[Run]:
    """The saves as they are shown, the newest first.

    Args:
        quiet: the kinds of which one person's saves within ten minutes are one.
        in_two: those that come by two saves of one person, which are one.
    """
    in_order = sorted(saves, key=lambda save: (save.kind, save.of, save.at, save.number))
    runs = [
        run
        for _, of_one_row in groupby(in_order, key=lambda save: (save.kind, save.of))
        for run in _runs_of_row(list(of_one_row), quiet, in_two)
    ]
    return sorted(runs, key=lambda run: (run.last.at, run.last.kind, run.last.number), reverse=True)


def _runs_of_row(saves: list[Save], quiet: Collection[str], in_two: Collection[str]) -> list[Run]:
    parts: list[list[Save]] = []
    for save in saves:
        if parts and _belongs(save, parts[-1], quiet, in_two):
            parts[-1].append(save)
        else:
            parts.append([save])
    is_gone = saves[-1].type == WENT
    before = [None, *(part[-1] for part in parts)]
    return [Run(part, earlier, is_gone) for part, earlier in zip(parts, before, strict=False)]


def _belongs(
    save: Save, part: Sequence[Save], quiet: Collection[str], in_two: Collection[str]
) -> bool:
    first = part[0]
    if save.type != CHANGED or save.by != first.by or save.chapter != first.chapter:
        return False
    if first.type == CAME:
        return save.kind in in_two and len(part) == 1 and save.at - first.at <= AT_ONCE
    return first.type == CHANGED and save.kind in quiet and save.at - first.at <= TOGETHER
