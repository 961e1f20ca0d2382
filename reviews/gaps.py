"""Where reviewers and board differ: each element with both levels, and the steps between. Pure.

Steps are counted and said in words; nothing here averages, adds up or grades.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from assessments.heat_map import lines_of
from assessments.models import Rating
from frameworks.models import Domain, Element, Level
from reviews.models import ReviewerRating
from reviews.signed import as_signed

SMALL_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LONGEST_LINE = 4
"""Cells side by side on a wide page; each holds two levels, so there are fewer than elsewhere."""


class Direction(StrEnum):
    """How the reviewers' level stands to the board's."""

    LOWER = "lower"
    HIGHER = "higher"
    SAME = "same"
    NO_FINDING = "no-finding"
    NOT_RATED = "not-rated"
    NEITHER = "neither"

    @property
    def is_gap(self) -> bool:
        return self in (Direction.LOWER, Direction.HIGHER)


@dataclass(frozen=True)
class Gap:
    """One element: the board's level and the reviewers'."""

    rating: Rating
    finding: ReviewerRating

    @property
    def element(self) -> Element:
        return self.finding.element

    @property
    def board(self) -> Level | None:
        return self.rating.level

    @property
    def reviewers(self) -> Level | None:
        return self.finding.level

    @property
    def direction(self) -> Direction:
        if self.board is None or self.reviewers is None:
            if self.board is self.reviewers:
                return Direction.NEITHER
            return Direction.NOT_RATED if self.board is None else Direction.NO_FINDING
        if self.board.order == self.reviewers.order:
            return Direction.SAME
        return Direction.LOWER if self.reviewers.order < self.board.order else Direction.HIGHER

    @property
    def is_gap(self) -> bool:
        return self.direction.is_gap

    @property
    def is_spoken_of(self) -> bool:
        """Whether the reviewers found anything to say, or there are comments."""
        return self.finding.is_begun or bool(getattr(self.finding, "comment_count", 0))

    @property
    def is_calm(self) -> bool:
        """Whether there is nothing between them to look at."""
        return not self.is_gap

    @property
    def steps(self) -> int:
        """How far apart they are on the scale, whose levels are numbered one by one."""
        if self.board is None or self.reviewers is None:
            return 0
        return abs(self.reviewers.order - self.board.order)

    @property
    def is_wide(self) -> bool:
        """Whether more than one step lies between them."""
        return self.steps > 1

    @property
    def in_words(self) -> str:
        return words_for(self.direction, self.steps)


def words_for(direction: Direction, steps: int = 0) -> str:
    """How the two levels stand to each other, as a page says it."""
    if direction.is_gap:
        number = SMALL_NUMBERS[steps] if steps < len(SMALL_NUMBERS) else str(steps)
        return f"Reviewers {number} {'step' if steps == 1 else 'steps'} {direction}"
    return {
        Direction.SAME: "Same level",
        Direction.NO_FINDING: "Reviewers gave no level",
        Direction.NOT_RATED: "Board has not rated it",
        Direction.NEITHER: "Neither gave a level",
    }[direction]


@dataclass(frozen=True)
class Row:
    """One domain."""

    domain: Domain
    gaps: Sequence[Gap]

    @property
    def spoken_of(self) -> list[Gap]:
        """The elements of which the reviewers said anything."""
        return [gap for gap in self.gaps if gap.is_spoken_of]

    @property
    def silent(self) -> list[Gap]:
        """The elements of which nothing was said."""
        return [gap for gap in self.gaps if not gap.is_spoken_of]

    @property
    def lines(self) -> list[Sequence[Gap]]:
        return lines_of(self.gaps, longest=LONGEST_LINE)


@dataclass(frozen=True)
class Kind:
    """The elements of which the same is to be said."""

    direction: Direction
    steps: int
    gaps: Sequence[Gap]

    @property
    def in_words(self) -> str:
        return words_for(self.direction, self.steps)

    @property
    def is_wide(self) -> bool:
        return self.steps > 1


@dataclass(frozen=True)
class GapMap:
    """An assessment's domains in order, with both levels of every element."""

    rows: Sequence[Row]

    @property
    def gaps(self) -> list[Gap]:
        return [gap for row in self.rows for gap in row.gaps]

    @property
    def columns(self) -> int:
        """How many cells the longest line has."""
        return max((len(line) for row in self.rows for line in row.lines), default=0)

    @property
    def apart(self) -> list[Gap]:
        """The elements that board and reviewers see differently, in the publisher's order."""
        return [gap for gap in self.gaps if gap.is_gap]

    @property
    def silent(self) -> list[Gap]:
        """The elements of which nothing was said, in the publisher's order."""
        return [gap for gap in self.gaps if not gap.is_spoken_of]

    @property
    def both_count(self) -> int:
        """How many elements both gave a level."""
        return sum(1 for gap in self.gaps if gap.board and gap.reviewers)

    @property
    def kinds(self) -> list[Kind]:
        """What is to be said, with its elements, the widest gaps first; every element once."""
        order = list(Direction)
        found: dict[tuple[Direction, int], list[Gap]] = {}
        for gap in self.gaps:
            found.setdefault((gap.direction, gap.steps), []).append(gap)
        kinds = [Kind(*key, gaps) for key, gaps in found.items()]
        return sorted(kinds, key=lambda kind: (-kind.steps, order.index(kind.direction)))


def gaps_between(ratings: Iterable[Rating], findings: Iterable[ReviewerRating]) -> GapMap:
    """Set the board's ratings and the reviewers' findings side by side.

    Args:
        ratings: of the assessment, each with its level.
        findings: of one review of it in the publisher's order, one for each rating, each with
            element, domain and level.
    """
    of_element = {rating.element_id: rating for rating in ratings}
    gaps = (Gap(as_signed(of_element[one.element_id], one), one) for one in findings)
    by_domain = groupby(gaps, key=lambda gap: gap.element.domain)
    return GapMap([Row(domain, list(group)) for domain, group in by_domain])
