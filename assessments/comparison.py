"""Two or more assessments by one framework side by side: what moved, up and down. Pure.

Editions are matched by code: an element by its own, a level by its key. A move is told as
"up" or "down" on the scale of the later edition, never as a number of steps; nothing here
averages, adds up or grades.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from assessments.models import Assessment, Rating
from frameworks.models import Domain, Element, Level

CHART_WIDTH = 320
"""The chart's own units; about as many pixels, so that its words keep their size."""
LABEL_WIDTH = 122
COUNT_WIDTH = 36
LINE_HEIGHT = 26


class Change(StrEnum):
    """What became of one element from one assessment to a later one."""

    UP = "up"
    DOWN = "down"
    SAME = "same"
    NEW = "new"
    GONE = "gone"
    UNRATED = "unrated"
    OTHER_SCALE = "other-scale"
    ABSENT = "absent"

    @property
    def is_move(self) -> bool:
        return self in (Change.UP, Change.DOWN)


def change_between(earlier: Rating | None, later: Rating | None, levels: Iterable[Level]) -> Change:
    """How an element stands in the later assessment, next to the earlier.

    Args:
        earlier: None where that edition has no such element; so for `later`.
        levels: of the later assessment's edition; their order tells up from down.
    """
    if earlier is None or later is None:
        if earlier is later:
            return Change.ABSENT
        return Change.NEW if earlier is None else Change.GONE
    if earlier.level is None or later.level is None:
        return Change.UNRATED
    order = {level.key: level.order for level in levels}
    if earlier.level.key not in order or later.level.key not in order:
        return Change.OTHER_SCALE
    was, now = order[earlier.level.key], order[later.level.key]
    if was == now:
        return Change.SAME
    return Change.UP if now > was else Change.DOWN


@dataclass(frozen=True)
class Bar:
    """How many elements of one assessment stand at one level, drawn."""

    level: Level | None
    count: int
    place: int
    most: int

    @property
    def name(self) -> str:
        return self.level.name if self.level else "Not rated yet"

    @property
    def tone(self) -> str:
        return self.level.tone if self.level else "none"

    @property
    def top(self) -> int:
        return self.place * LINE_HEIGHT

    @property
    def base(self) -> int:
        """Where the words of the line stand."""
        return self.top + LINE_HEIGHT - 9

    @property
    def left(self) -> int:
        return LABEL_WIDTH

    @property
    def width(self) -> int:
        """In whole units; at least 2 where there is any, so that it can be seen."""
        room = CHART_WIDTH - LABEL_WIDTH - COUNT_WIDTH
        return max(room * self.count // max(self.most, 1), 2) if self.count else 0

    @property
    def count_left(self) -> int:
        return self.left + self.width + 6


@dataclass(frozen=True)
class Column:
    """One of the assessments, with the scale of its edition."""

    assessment: Assessment
    levels: Sequence[Level]
    ratings: Mapping[str, Rating]
    most: int = 1

    @property
    def counts(self) -> list[tuple[Level | None, int]]:
        """How many elements stand at each level, the weakest first; last what is not rated."""
        chosen = [rating.level_id for rating in self.ratings.values()]
        unrated = chosen.count(None)
        counted: list[tuple[Level | None, int]] = [
            (level, chosen.count(level.pk)) for level in self.levels
        ]
        return [*counted, (None, unrated)] if unrated else counted

    @property
    def bars(self) -> list[Bar]:
        return [
            Bar(level, count, place, self.most) for place, (level, count) in enumerate(self.counts)
        ]

    @property
    def chart_height(self) -> int:
        return max(len(self.counts), 1) * LINE_HEIGHT

    @property
    def in_words(self) -> str:
        """The chart for those who do not see it."""
        told = ", ".join(f"{bar.count} {bar.name}" for bar in self.bars)
        return f"{self.assessment.title}: {told}"


@dataclass(frozen=True)
class Cell:
    """One element in one assessment, and how that differs from the last time it was rated.

    Attributes:
        since: the assessment of that last time, where it is not the one just before.
    """

    column: Column
    rating: Rating | None
    change: Change | None
    since: Assessment | None = None

    @property
    def level(self) -> Level | None:
        return self.rating.level if self.rating else None


@dataclass(frozen=True)
class Row:
    """One element across the assessments."""

    element: Element
    cells: Sequence[Cell]
    change: Change
    """From the first of the assessments to the last."""

    @property
    def first(self) -> Cell:
        return self.cells[0]

    @property
    def last(self) -> Cell:
        return self.cells[-1]


@dataclass(frozen=True)
class Group:
    """The elements of one domain."""

    domain: Domain
    rows: Sequence[Row]


@dataclass(frozen=True)
class Comparison:
    """Two or more assessments by one framework, the earliest first."""

    columns: Sequence[Column]
    groups: Sequence[Group]

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def first(self) -> Assessment:
        return self.columns[0].assessment

    @property
    def last(self) -> Assessment:
        return self.columns[-1].assessment

    def that(self, change: Change) -> list[Row]:
        """The elements of which this holds from the first assessment to the last."""
        return [row for row in self.rows if row.change == change]

    @property
    def has_begun(self) -> bool:
        """Whether anything is rated in the last of them; else nothing can have moved to it."""
        return any(_has_level(rating) for rating in self.columns[-1].ratings.values())

    @property
    def summary(self) -> list[tuple[Change, list[Row]]]:
        """Each kind of change that there is, with its elements; every element stands once."""
        found = [(change, self.that(change)) for change in Change]
        return [(change, rows) for change, rows in found if rows]


def compare(
    assessments: Sequence[Assessment], ratings: Iterable[Rating], levels: Iterable[Level]
) -> Comparison:
    """Set assessments side by side.

    The elements stand as the newest edition orders them; those that it no longer has follow
    in the order of the newest edition that had them.

    Args:
        assessments: of one framework, the earliest first, each with its framework loaded.
        ratings: of all of these in the publisher's order, each with element, domain and level.
        levels: of all their editions, the weakest first.
    """
    of_edition: dict[int, list[Level]] = {}
    for level in levels:
        of_edition.setdefault(level.framework_id, []).append(level)
    of_assessment: dict[int, dict[str, Rating]] = {one.pk: {} for one in assessments}
    for rating in ratings:
        of_assessment[rating.assessment_id][rating.element.code] = rating
    columns = [
        Column(one, of_edition.get(one.framework_id, []), of_assessment[one.pk])
        for one in assessments
    ]
    most = max((count for column in columns for _, count in column.counts), default=1)
    columns = [Column(one.assessment, one.levels, one.ratings, most) for one in columns]
    rows = [_row(element, columns) for element in _elements(columns)]
    return Comparison(
        columns,
        [
            Group(domain, list(group))
            for domain, group in groupby(rows, key=lambda row: row.element.domain)
        ],
    )


def _elements(columns: Sequence[Column]) -> list[Element]:
    """Every element once, as the newest edition that has it words it."""
    newest_first = sorted(
        columns, key=lambda column: column.assessment.framework.edition, reverse=True
    )
    found: dict[str, Element] = {}
    for column in newest_first:
        for code, rating in column.ratings.items():
            found.setdefault(code, rating.element)
    return list(found.values())


def _has_level(rating: Rating | None) -> bool:
    return rating is not None and rating.level is not None


def _row(element: Element, columns: Sequence[Column]) -> Row:
    ratings = [column.ratings.get(element.code) for column in columns]
    cells = [Cell(columns[0], ratings[0], None)]
    last_rated = 0
    for place, (column, now) in enumerate(zip(columns[1:], ratings[1:], strict=True), start=1):
        if _has_level(ratings[place - 1]):
            last_rated = place - 1
        # An assessment in which nothing was said of it hides no move across it.
        before = last_rated if _has_level(ratings[last_rated]) and _has_level(now) else place - 1
        change = change_between(ratings[before], now, column.levels)
        since = columns[before].assessment if before < place - 1 else None
        cells.append(Cell(column, now, change, since))
    whole = change_between(ratings[0], ratings[-1], columns[-1].levels)
    return Row(element, cells, whole)
