"""Board and reviewers side by side: every element once, steps in words, both ways round."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.models import Assessment, Rating
from frameworks.models import Domain, Element, Framework, Level
from reviews.gaps import LONGEST_LINE, Direction, Gap, GapMap, gaps_between
from reviews.models import PeerReview, ReviewerRating

MIRRORED = {
    Direction.LOWER: Direction.HIGHER,
    Direction.HIGHER: Direction.LOWER,
    Direction.NO_FINDING: Direction.NOT_RATED,
    Direction.NOT_RATED: Direction.NO_FINDING,
}
FRAMEWORK = Framework(pk=1, key="made-up", edition="2026-01")
LEVELS = [
    Level(pk=order, framework=FRAMEWORK, order=order, key=f"step-{order}", name=f"Step {order}")
    for order in range(1, 13)
]


def side_by_side(judged: list[tuple[int | None, int | None]]) -> GapMap:
    """Elements, four to a domain, with the board's and the reviewers' level by their order."""
    assessment, review = Assessment(pk=1, framework=FRAMEWORK), PeerReview(pk=1)
    ratings, findings = [], []
    for place, (board, reviewers) in enumerate(judged, start=1):
        domain = Domain(pk=1 + place // 4, framework=FRAMEWORK, order=1 + place // 4)
        element = Element(pk=place, domain=domain, number=place, code=f"E-{place}")
        ratings.append(Rating(assessment=assessment, element=element, level=level_of(board)))
        findings.append(ReviewerRating(review=review, element=element, level=level_of(reviewers)))
    return gaps_between(reversed(ratings), findings)


def level_of(order: int | None) -> Level | None:
    return LEVELS[order - 1] if order else None


def one(board: int | None, reviewers: int | None) -> Gap:
    [gap] = side_by_side([(board, reviewers)]).gaps
    return gap


ORDER = st.none() | st.integers(1, 12)
JUDGED = st.lists(st.tuples(ORDER, ORDER), max_size=40)


@given(JUDGED)
def test_every_element_stands_once_in_the_map_and_once_in_the_summary(judged) -> None:
    gap_map = side_by_side(judged)
    wanted = [f"E-{place}" for place in range(1, len(judged) + 1)]
    assert [gap.element.code for gap in gap_map.gaps] == wanted
    shown = [gap.element.code for row in gap_map.rows for line in row.lines for gap in line]
    assert shown == wanted
    summed = [gap.element.code for kind in gap_map.kinds for gap in kind.gaps]
    assert sorted(summed) == sorted(wanted)
    for gap, (board, reviewers) in zip(gap_map.gaps, judged, strict=True):
        assert (gap.board and gap.board.order, gap.reviewers and gap.reviewers.order) == (
            board,
            reviewers,
        )


@given(JUDGED)
def test_lines_are_short_and_a_domain_stands_together(judged) -> None:
    gap_map = side_by_side(judged)
    lengths = [len(line) for row in gap_map.rows for line in row.lines]
    assert all(1 <= length <= LONGEST_LINE for length in lengths)
    assert gap_map.columns == max(lengths, default=0)
    domains = [row.domain.pk for row in gap_map.rows]
    assert domains == sorted(set(domains))


@given(JUDGED)
def test_the_other_way_round_lower_is_higher_by_as_many_steps(judged) -> None:
    there = side_by_side(judged)
    back = side_by_side([(reviewers, board) for board, reviewers in judged])
    for gap, mirrored in zip(there.gaps, back.gaps, strict=True):
        assert mirrored.direction == MIRRORED.get(gap.direction, gap.direction)
        assert mirrored.steps == gap.steps


@given(JUDGED)
def test_only_two_levels_that_differ_are_a_gap(judged) -> None:
    gap_map = side_by_side(judged)
    apart = [
        f"E-{place}"
        for place, (board, reviewers) in enumerate(judged, start=1)
        if board and reviewers and board != reviewers
    ]
    assert [gap.element.code for gap in gap_map.apart] == apart
    assert gap_map.both_count == sum(1 for board, reviewers in judged if board and reviewers)
    for gap in gap_map.gaps:
        assert bool(gap.steps) == gap.is_gap


@given(JUDGED)
def test_summary_begins_with_the_widest_gaps_and_says_a_thing_once(judged) -> None:
    kinds = side_by_side(judged).kinds
    assert all(first.steps >= second.steps for first, second in pairwise(kinds))
    words = [kind.in_words for kind in kinds]
    assert len(words) == len(set(words))
    for kind in kinds:
        assert {gap.in_words for gap in kind.gaps} == {kind.in_words}


@pytest.mark.parametrize(
    ("board", "reviewers", "words", "is_wide"),
    [
        (3, 2, "Reviewers one step lower", False),
        (2, 3, "Reviewers one step higher", False),
        (4, 1, "Reviewers three steps lower", True),
        (1, 12, "Reviewers 11 steps higher", True),
        (2, 2, "Same level", False),
        (2, None, "Reviewers gave no level", False),
        (None, 2, "Board has not rated it", False),
        (None, None, "Neither gave a level", False),
    ],
)
def test_a_gap_in_words(board, reviewers, words, is_wide) -> None:
    gap = one(board, reviewers)
    assert (gap.in_words, gap.is_wide) == (words, is_wide)
