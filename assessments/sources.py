"""Where a rating, a priority or an action came from, and what became of a thing that was said.

What outsiders say of an assessment belongs to an app above this one, and what a trust does about
it to another beside that one; neither knows the other. Both know this: the one registers how the
thing at an address is read, the other what was made of it. What travels between their pages is
the address alone, so that a form cannot put words into anybody's mouth
(docs/decisions/0024-peer-review.md).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from trusts.models import User


@dataclass(frozen=True)
class Source:
    """Something that was said of an assessment, or of one element of it.

    Attributes:
        path: its address.
        label: whose it is, such as "the peer review by Southmere Schools Trust".
        text: what was said.
        element_id: None where it is of the assessment as a whole; whoever makes something of it
            says of which element.
    """

    path: str
    label: str
    text: str
    assessment_id: int
    element_id: int | None


@dataclass(frozen=True)
class Outcome:
    """What was made of something that was said.

    Attributes:
        label: what it is and is called, such as "the priority Leadership".
        url: where it is.
        is_priority: whether it stands for the element as a whole, which is one but once.
    """

    label: str
    url: str
    is_priority: bool = False


Finder = Callable[[User, str], Source | None]
OutcomeFinder = Callable[[User, Collection[str]], Mapping[str, Sequence[Outcome]]]

_finders: list[Finder] = []
_outcome_finders: list[OutcomeFinder] = []


def finds_sources(finder: Finder) -> Finder:
    """Add how an app reads its things at an address, for a person who may see them."""
    _finders.append(finder)
    return finder


def finds_outcomes(finder: OutcomeFinder) -> OutcomeFinder:
    """Add how an app knows what it made of things, by their addresses; one query for all."""
    _outcome_finders.append(finder)
    return finder


def find_source(user: User, path: str) -> Source | None:
    """What stands at an address, if it is something of this sort and the person may see it."""
    for finder in _finders:
        if source := finder(user, path):
            return source
    return None


def outcomes_of(user: User, paths: Collection[str]) -> dict[str, list[Outcome]]:
    """What was made of the things at these addresses, as far as the person may see it."""
    found: dict[str, list[Outcome]] = {path: [] for path in paths}
    for finder in _outcome_finders:
        for path, outcomes in finder(user, paths).items():
            found[path].extend(outcomes)
    return found
