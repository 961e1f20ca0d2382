"""A whole framework for its page: domains, elements, and every cell of a grid. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from frameworks.descriptions import Passage, Reading, arrange
from frameworks.models import Domain, Element, Level, Statement


@dataclass(frozen=True)
class Cell:
    """What one element looks like at one level; no passage where the publisher left it out."""

    level: Level
    passages: Sequence[Passage]


@dataclass(frozen=True)
class Line:
    """One element, with a cell a level where these are wanted."""

    element: Element
    cells: Sequence[Cell]
    notes: Sequence[Passage]


@dataclass(frozen=True)
class Section:
    """One domain."""

    domain: Domain
    lines: Sequence[Line]


def outline(
    *,
    elements: Iterable[Element],
    levels: Sequence[Level] = (),
    statements: Iterable[Statement] = (),
) -> list[Section]:
    """Put a framework together.

    Args:
        elements: all, in order, each with its domain loaded.
        levels: in order; none where cells are not wanted.
        statements: of all the elements, each with its level loaded.
    """
    of_element: dict[int, list[Statement]] = {}
    for statement in statements:
        of_element.setdefault(statement.element_id, []).append(statement)
    return [
        Section(
            domain,
            [_line(one, levels, arrange(of_element.get(one.pk, []))) for one in group],
        )
        for domain, group in groupby(elements, key=lambda one: one.domain)
    ]


def _line(element: Element, levels: Iterable[Level], reading: Reading) -> Line:
    passages = {one.level: one.passages for one in reading.descriptions}
    cells = [Cell(level, passages.get(level, [])) for level in levels]
    return Line(element, cells, reading.notes)
