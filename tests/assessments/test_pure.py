"""The rules that neither read nor write: heat map, progress, and reading order."""

from __future__ import annotations

from datetime import date
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.heat_map import build_heat_map, lines_of
from assessments.models import Rating
from assessments.progress import progress_of
from frameworks.descriptions import arrange
from frameworks.models import Domain, Element, Level, Statement

TODAY = date(2026, 11, 23)
LEVELS = [Level(pk=n, order=n, key=f"l{n}", name=f"L{n}", tone="weak") for n in range(1, 6)]
SHAPES = st.lists(
    st.lists(st.sampled_from([None, *LEVELS]), min_size=1, max_size=9), min_size=1, max_size=8
)


def ratings_of(shape: list[list[Level | None]]) -> list[Rating]:
    """One rating a level, numbered on through the domains."""
    made: list[Rating] = []
    for order, levels in enumerate(shape, start=1):
        domain = Domain(pk=order, order=order, name=f"D{order}")
        for level in levels:
            number = len(made) + 1
            element = Element(pk=number, domain=domain, number=number, code=f"E-{number:02}")
            made.append(Rating(pk=number, assessment_id=1, element=element, level=level))
    return made


@given(SHAPES)
def test_heat_map_shows_every_rating_once_and_in_order(shape) -> None:
    heat_map = build_heat_map(ratings=ratings_of(shape), levels=LEVELS, caption="All", today=TODAY)
    assert [[cell.level for cell in row.cells] for row in heat_map.rows] == shape
    assert [cell.element.number for cell in heat_map.cells] == list(
        range(1, sum(map(len, shape)) + 1)
    )
    assert heat_map.columns == max(len(line) for row in heat_map.rows for line in row.lines)


@given(st.integers(0, 200), st.integers(1, 9))
def test_lines_are_few_and_about_as_long_as_each_other(count, longest) -> None:
    lines = lines_of(range(count), longest=longest)
    lengths = [len(line) for line in lines]
    assert [one for line in lines for one in line] == list(range(count))
    assert len(lines) == ceil(count / longest)
    assert all(lengths[0] - len(lines) < length <= longest for length in lengths)


@pytest.mark.parametrize(
    ("count", "lengths"), [(1, [1]), (6, [6]), (7, [4, 3]), (9, [5, 4]), (10, [5, 5]), (12, [6, 6])]
)
def test_domains_of_the_known_frameworks_make_even_lines(count, lengths) -> None:
    assert [len(line) for line in lines_of(range(count))] == lengths


@given(SHAPES)
def test_distribution_counts_every_element_once(shape) -> None:
    heat_map = build_heat_map(ratings=ratings_of(shape), levels=LEVELS, caption="All", today=TODAY)
    counted = sum(count for _, count in heat_map.distribution)
    assert counted + heat_map.unrated_count == sum(map(len, shape))
    assert counted == heat_map.rated_count
    assert [level for level, _ in heat_map.distribution] == LEVELS


@given(SHAPES, SHAPES)
def test_heat_map_matches_the_assessment_before_by_code(shape, before) -> None:
    previous = {rating.element.code: rating.level for rating in ratings_of(before)}
    heat_map = build_heat_map(
        ratings=ratings_of(shape),
        levels=LEVELS,
        caption="All",
        today=TODAY,
        previous=ratings_of(before),
    )
    for cell in heat_map.cells:
        assert cell.previous_level == previous.get(cell.element.code)


@given(SHAPES)
def test_progress_goes_on_with_the_first_that_is_left(shape) -> None:
    progress = progress_of(ratings_of(shape))
    flat = [level for levels in shape for level in levels]
    left = [number for number, level in enumerate(flat, start=1) if level is None]
    assert [rating.element.number for rating in progress.unrated] == left
    assert (progress.next_unrated.element.number if left else None) == (left[0] if left else None)
    assert progress.rated_count == len(flat) - len(left)


@given(SHAPES)
def test_walking_from_element_to_element_visits_all(shape) -> None:
    progress = progress_of(ratings_of(shape))
    here, visited = progress.ratings[0], []
    while here is not None:
        visited.append(here.element.number)
        before, after = progress.around(here)
        assert (before.element.number if before else 0) == here.element.number - 1
        here = after
    assert visited == list(range(1, len(progress.ratings) + 1))


def test_points_stand_under_their_lead_in_and_ends_on_their_side() -> None:
    weak, strong = LEVELS[0], Level(pk=9, order=9, key="l9", name="L9", tone="strongest")
    lead_in = Statement(pk=1, code="R1", order=1, kind="descriptor", level=weak, text="Such as:")
    statements = [
        Statement(pk=2, code="R1b", order=2, kind="descriptor", level=weak, parent=lead_in),
        Statement(pk=3, code="R1a", order=1, kind="descriptor", level=weak, parent=lead_in),
        lead_in,
        Statement(pk=4, code="G1", order=1, kind="descriptor", level=strong),
        Statement(pk=5, code="Q2", order=2, kind="question"),
        Statement(pk=6, code="Q1", order=1, kind="question"),
        Statement(pk=7, code="S1", order=1, kind="descriptor"),
    ]
    reading = arrange(statements)
    assert [passage.statement.code for passage in reading.questions] == ["Q1", "Q2"]
    (weak_end,) = reading.weak
    assert [point.code for point in weak_end.passages[0].points] == ["R1a", "R1b"]
    assert [[p.statement.code for p in one.passages] for one in reading.strong] == [["S1"], ["G1"]]
