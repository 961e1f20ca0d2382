"""A whole assessment at a glance: domains as rows, their elements as cells. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import ceil
from typing import TypeVar

from assessments.carrying import Carried
from assessments.freshness import old_since
from assessments.models import Rating
from frameworks.models import Domain, Element, Level

LONGEST_LINE = 6
"""Cells that stand side by side on a wide page; a domain of more takes several lines."""

One = TypeVar("One")


def lines_of(cells: Sequence[One], *, longest: int = LONGEST_LINE) -> list[Sequence[One]]:
    """As few lines as hold the cells, and about as long as each other."""
    count = ceil(len(cells) / longest)
    length = ceil(len(cells) / max(count, 1))
    return [cells[start : start + length] for start in range(0, len(cells), max(length, 1))]


@dataclass(frozen=True)
class Cell:
    """One element's level, beside that of the assessment before."""

    rating: Rating
    url: str
    previous_level: Level | None = None
    carried: Carried | None = None
    old_since: date | None = None
    """The day of its rating, where that is more than a year ago."""

    @property
    def element(self) -> Element:
        return self.rating.element

    @property
    def level(self) -> Level | None:
        return self.rating.level

    @property
    def is_priority(self) -> bool:
        return self.rating.is_priority


@dataclass(frozen=True)
class Row:
    """One domain."""

    domain: Domain
    cells: Sequence[Cell]

    @property
    def lines(self) -> list[Sequence[Cell]]:
        return lines_of(self.cells)

    @property
    def rated_count(self) -> int:
        return sum(1 for cell in self.cells if cell.level)

    @property
    def said(self) -> list[Cell]:
        """Elements of which there is anything to read, if only what is to be re-confirmed."""
        return [cell for cell in self.cells if cell not in self.unsaid]

    @property
    def unsaid(self) -> list[Cell]:
        """Elements that nobody has rated or written about."""
        return [
            cell
            for cell in self.cells
            if not (cell.level or cell.carried or cell.rating.note or cell.rating.dissent)
        ]


@dataclass(frozen=True)
class HeatMap:
    """The assessment's domains in order. It counts and never averages: no overall grade."""

    rows: Sequence[Row]
    levels: Sequence[Level]
    caption: str
    previous_title: str = ""

    @property
    def cells(self) -> list[Cell]:
        return [cell for row in self.rows for cell in row.cells]

    @property
    def columns(self) -> int:
        """How many cells the longest line has."""
        return max((len(line) for row in self.rows for line in row.lines), default=0)

    @property
    def distribution(self) -> list[tuple[Level, int]]:
        """How many elements stand at each level, the weakest first."""
        return [
            (level, sum(1 for cell in self.cells if cell.level == level)) for level in self.levels
        ]

    @property
    def unrated_count(self) -> int:
        return sum(1 for cell in self.cells if cell.level is None)

    @property
    def rated_count(self) -> int:
        return len(self.cells) - self.unrated_count

    @property
    def has_old(self) -> bool:
        """Whether any of the ratings is more than a year old."""
        return any(cell.old_since for cell in self.cells)

    @property
    def is_old(self) -> bool:
        """Whether every rating is more than a year old, which is then said once."""
        return bool(self.cells) and all(cell.old_since for cell in self.cells)

    @property
    def rated_between(self) -> tuple[date, date] | None:
        """The first and the last day of the ratings that are more than a year old."""
        days = [cell.old_since for cell in self.cells if cell.old_since]
        return (min(days), max(days)) if days else None


def build_heat_map(
    *,
    ratings: Iterable[Rating],
    levels: Sequence[Level],
    caption: str,
    today: date,
    previous: Iterable[Rating] = (),
    previous_title: str = "",
    carried: Mapping[str, Carried] | None = None,
    leads_to: Callable[[Rating], str] = Rating.get_absolute_url,
) -> HeatMap:
    """Arrange ratings by domain.

    Args:
        ratings: in the publisher's order, each with element, domain and level loaded.
        levels: the framework's, the weakest first.
        caption: what the map shows, for its table's caption.
        today: by which ratings of more than a year ago are marked as old.
        previous: the ratings of the assessment before; elements are matched by code.
        previous_title: what to call the assessment before, such as its year.
        carried: what is to be re-confirmed, by the element's code.
        leads_to: the address of an element's page, where that is not the board's own.
    """
    before = {rating.element.code: rating.level for rating in previous}

    def cell(rating: Rating) -> Cell:
        code, old = rating.element.code, old_since(rating, today=today)
        return Cell(rating, leads_to(rating), before.get(code), (carried or {}).get(code), old)

    rows = [
        Row(domain=domain, cells=[cell(rating) for rating in group])
        for domain, group in groupby(ratings, key=lambda rating: rating.element.domain)
    ]
    return HeatMap(rows=rows, levels=levels, caption=caption, previous_title=previous_title)
