"""An element's statements, arranged for reading: questions, and a column a level. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from frameworks.models import Level, Statement


@dataclass
class Passage:
    """A statement with the points that stand under it."""

    statement: Statement
    points: list[Statement] = field(default_factory=list)


@dataclass(frozen=True)
class Description:
    """What an element looks like at one level; without a level, what good looks like."""

    level: Level | None
    passages: Sequence[Passage]


@dataclass(frozen=True)
class Reading:
    """All that an element's page shows of the publisher's framework."""

    questions: Sequence[Passage]
    descriptions: Sequence[Description]

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
    questions, by_level = [], {}  # type: ignore[var-annotated]
    for passage in passages.values():
        if passage.statement.kind == Statement.Kind.QUESTION:
            questions.append(passage)
        else:
            by_level.setdefault(passage.statement.level, []).append(passage)
    levels = sorted(by_level, key=lambda level: level.order if level else 0)
    return Reading(questions, [Description(level, by_level[level]) for level in levels])
