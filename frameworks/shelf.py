"""Frameworks by edition: the newest of each in front, the older ones behind it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from frameworks.models import Framework

OPENING = re.compile(r"(?:.+?[.!?](?=\s+[^\sa-z]|\s*\Z)\s*){1,2}", re.DOTALL)
"""Two sentences: enough to tell the frameworks apart."""


@dataclass(frozen=True)
class Shelved:
    """One framework in all its editions that the reader may read."""

    framework: Framework
    older: Sequence[Framework]

    @property
    def in_short(self) -> str:
        return opening_of(self.framework.about).lead


@dataclass(frozen=True)
class Opening:
    """A long text with its first sentences taken off."""

    lead: str
    rest: str


def opening_of(about: str) -> Opening:
    """Take the first sentences off; all of a text that has no full stop."""
    match = OPENING.match(about)
    end = match.end() if match else len(about)
    return Opening(about[:end].strip(), about[end:].strip())


def shelve(frameworks: Iterable[Framework]) -> list[Shelved]:
    """Put each edition behind the one that superseded it, the newest first, in the order given."""
    by_pk = {one.pk: one for one in frameworks}
    superseded = {one.supersedes_id for one in by_pk.values()}
    return [Shelved(one, _older(one, by_pk)) for one in by_pk.values() if one.pk not in superseded]


def beside_each_other(
    shelf: Iterable[Shelved], linked: Iterable[tuple[int, int]]
) -> list[tuple[Framework, Framework]]:
    """The frameworks of which one mirrors the other, each pair once, in the shelf's order.

    Args:
        shelf: all that the reader may read.
        linked: which mirrors which, by primary key. What an older edition says is left out.
    """
    rows = list(shelf)
    current = [one.framework for one in rows]
    known = [*current, *(framework for one in rows for framework in one.older)]
    places = {framework.pk: place for place, framework in enumerate(known)}
    pairs = {
        (min(places[one], places[other]), max(places[one], places[other]))
        for one, other in linked
        if other in places and places.get(one, len(known)) < len(current)
    }
    return [(known[one], known[other]) for one, other in sorted(pairs)]


def _older(newest: Framework, by_pk: dict[int, Framework]) -> list[Framework]:
    older: list[Framework] = []
    here = newest
    while here.supersedes_id in by_pk:
        here = by_pk[here.supersedes_id]
        older.append(here)
    return older
