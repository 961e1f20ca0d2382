"""An element's statements, arranged for reading: questions, and a column a level. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from frameworks.models import Level, Statement
from frameworks.words import Words, words_of

AUDIENCES = ["", *Statement.Audience.values]
"""What is for everybody first, then as the model lists them."""


@dataclass
class Passage:
    """A statement with the points that stand under it."""

    statement: Statement
    points: list[Statement] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """What a description says to one audience; without one, to everybody."""

    audience: Statement.Audience | None
    passages: Sequence[Passage]


@dataclass(frozen=True)
class Description:
    """What an element looks like at one level; without a level, what good looks like."""

    level: Level | None
    parts: Sequence[Part]

    @property
    def passages(self) -> list[Passage]:
        """All of it, whoever it is for."""
        return [passage for part in self.parts for passage in part.passages]


@dataclass(frozen=True)
class Reading:
    """All that an element's page shows of the publisher's framework."""

    questions: Sequence[Passage]
    descriptions: Sequence[Description]
    notes: Sequence[Passage]
    words: Words

    @property
    def statements(self) -> Iterator[Statement]:
        """Every statement in the order of the page."""
        described = (passage for one in self.descriptions for passage in one.passages)
        for passage in (*self.questions, *described, *self.notes):
            yield passage.statement
            yield from passage.points

    @property
    def weak(self) -> list[Description]:
        """What stands before the choice: the weak end of the scale."""
        return [one for one in self.descriptions if one.level and one.level.is_weak]

    @property
    def strong(self) -> list[Description]:
        """What stands after the choice: the rest of the scale, and what good looks like."""
        return [one for one in self.descriptions if not (one.level and one.level.is_weak)]


def arrange(statements: Iterable[Statement]) -> Reading:
    """Arrange one element's statements.

    Args:
        statements: all of the element's, each with its level loaded, in any order.
    """
    in_order = sorted(statements, key=lambda one: one.order)
    passages = {one.pk: Passage(one) for one in in_order if one.parent_id is None}
    for one in in_order:
        if one.parent_id is not None:
            passages[one.parent_id].points.append(one)
    of_kind: dict[str, list[Passage]] = {kind: [] for kind in Statement.Kind.values}
    for passage in passages.values():
        of_kind[passage.statement.kind].append(passage)
    return Reading(
        questions=of_kind[Statement.Kind.QUESTION],
        descriptions=_descriptions(of_kind[Statement.Kind.DESCRIPTOR]),
        notes=of_kind[Statement.Kind.NOTE],
        words=words_of(in_order),
    )


def _descriptions(passages: Iterable[Passage]) -> list[Description]:
    """What good looks like, then the levels from the weakest."""

    def place(passage: Passage) -> int:
        level = passage.statement.level
        return level.order if level else 0

    grouped = (list(group) for _, group in groupby(sorted(passages, key=place), key=place))
    return [Description(group[0].statement.level, _parts(group)) for group in grouped]


def _parts(passages: Iterable[Passage]) -> list[Part]:
    def place(passage: Passage) -> int:
        return AUDIENCES.index(passage.statement.audience)

    in_order = sorted(passages, key=place)
    return [
        Part(Statement.Audience(AUDIENCES[number]) if number else None, list(group))
        for number, group in groupby(in_order, key=place)
    ]
