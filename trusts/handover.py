"""What a person leaves behind in a trust; the apps above this one say what, and hand it on.

The page that removes somebody belongs to `trusts`, yet what they own is known to the plans
above it. An app registers a keeper in its `AppConfig.ready()`, as it does for the home page
(docs/decisions/0004-home-panels.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from trusts.models import Trust, User


@dataclass(frozen=True)
class Thing:
    """One thing that somebody owns, to be read before it is handed on."""

    text: str
    url: str


class Keeper(Protocol):
    """One app's part.

    Attributes:
        noun: what one of its things is called, such as "open action".
        noun_plural: the same for several.
    """

    noun: str
    noun_plural: str

    def owned(self, trust: Trust) -> dict[int, list[Thing]]:
        """What everybody owns in the trust, by the person's key; one query."""

    def hand_on(self, *, trust: Trust, person: User, to: User, by: User) -> None:
        """Give all of it to another person, within the caller's transaction."""


@dataclass(frozen=True)
class Heap:
    """A person's things of one kind."""

    noun: str
    noun_plural: str
    things: Sequence[Thing]

    def __str__(self) -> str:
        count = len(self.things)
        return f"{count} {self.noun if count == 1 else self.noun_plural}"


_keepers: list[Keeper] = []


def register(keeper: Keeper) -> Keeper:
    """Add an app's part."""
    _keepers.append(keeper)
    return keeper


def belongings(trust: Trust) -> dict[int, list[Heap]]:
    """What everybody owns in the trust, by the person's key; a query for each kind."""
    found: defaultdict[int, list[Heap]] = defaultdict(list)
    for keeper in _keepers:
        for person, things in keeper.owned(trust).items():
            found[person].append(Heap(keeper.noun, keeper.noun_plural, things))
    return dict(found)


def hand_on(*, trust: Trust, person: User, to: User, by: User) -> None:
    """Give all that a person owns in the trust to another, within the caller's transaction."""
    for keeper in _keepers:
        keeper.hand_on(trust=trust, person=person, to=to, by=by)
