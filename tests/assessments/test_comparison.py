"""The comparison tells every element once, up from down across editions, and never averages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.comparison import CHART_WIDTH, Change, Comparison, change_between, compare
from assessments.models import Assessment, Rating
from frameworks.models import Domain, Element, Framework, Level

KEYS = ["red", "amber-red", "amber-green", "green"]
MIRRORED = {
    Change.UP: Change.DOWN,
    Change.DOWN: Change.UP,
    Change.NEW: Change.GONE,
    Change.GONE: Change.NEW,
}


def edition(number: int, keys: list[str] | None = None) -> tuple[Framework, list[Level]]:
    """The framework's so many-th edition with its scale."""
    framework = Framework(pk=number, key="made-up", edition=f"{2020 + number}-01")
    levels = [
        Level(pk=100 * number + order, framework=framework, order=order, key=key, name=key)
        for order, key in enumerate(KEYS if keys is None else keys, start=1)
    ]
    return framework, levels


def rated(
    number: int, judged: dict[int, str | None], *, of: tuple[Framework, list[Level]]
) -> tuple[Assessment, list[Rating]]:
    """An assessment in which these elements, by number, were rated at these levels."""
    framework, levels = of
    by_key = {level.key: level for level in levels}
    assessment = Assessment(pk=number, title=f"Year {number}", framework=framework)
    ratings = []
    for place, key in sorted(judged.items()):
        domain = Domain(pk=10 * framework.pk + place // 4, framework=framework, order=place // 4)
        element = Element(
            pk=1000 * framework.pk + place, domain=domain, number=place, code=f"E-{place}"
        )
        level = by_key[key] if key else None
        ratings.append(Rating(assessment=assessment, element=element, level=level))
    return assessment, ratings


def side_by_side(
    years: list[tuple[Assessment, list[Rating]]], *editions: tuple[Framework, list[Level]]
) -> Comparison:
    return compare(
        [assessment for assessment, _ in years],
        [rating for _, ratings in years for rating in ratings],
        [level for _, levels in editions for level in levels],
    )


def changes_of(comparison: Comparison) -> dict[str, Change]:
    return {row.element.code: row.change for row in comparison.rows}


YEAR = st.dictionaries(st.integers(1, 12), st.sampled_from([*KEYS, None]), max_size=12)


@given(st.lists(st.tuples(YEAR, st.integers(1, 3)), min_size=2, max_size=6))
def test_every_element_stands_once_in_the_table_and_once_in_the_summary(years) -> None:
    editions = {number: edition(number) for number in (1, 2, 3)}
    made = [rated(n, judged, of=editions[of]) for n, (judged, of) in enumerate(years, start=1)]
    comparison = side_by_side(made, *editions.values())
    wanted = sorted({f"E-{place}" for judged, _ in years for place in judged})
    assert sorted(row.element.code for row in comparison.rows) == wanted
    summed = [row.element.code for _, rows in comparison.summary for row in rows]
    assert sorted(summed) == wanted
    for row in comparison.rows:
        assert len(row.cells) == len(years)
        for cell, (judged, _) in zip(row.cells, years, strict=True):
            place = row.element.number
            assert (cell.rating is None) == (place not in judged)
            assert (cell.level.key if cell.level else None) == judged.get(place)


@given(YEAR, YEAR)
def test_the_other_way_round_up_is_down_and_new_is_gone(one, other) -> None:
    of = edition(1)
    there = side_by_side([rated(1, one, of=of), rated(2, other, of=of)], of)
    back = side_by_side([rated(1, other, of=of), rated(2, one, of=of)], of)
    assert changes_of(back) == {
        code: MIRRORED.get(change, change) for code, change in changes_of(there).items()
    }


@given(YEAR)
def test_nothing_moves_between_an_assessment_and_its_like_in_a_later_edition(judged) -> None:
    first, second = edition(1), edition(2)
    comparison = side_by_side(
        [rated(1, judged, of=first), rated(2, judged, of=second)], first, second
    )
    assert changes_of(comparison) == {
        f"E-{place}": Change.SAME if key else Change.UNRATED for place, key in judged.items()
    }


@given(st.lists(YEAR, min_size=2, max_size=6))
def test_chart_counts_every_rating_once_and_stays_within_its_width(years) -> None:
    of = edition(1)
    comparison = side_by_side([rated(n, one, of=of) for n, one in enumerate(years, 1)], of)
    most = max((bar.count for column in comparison.columns for bar in column.bars), default=0)
    widest = max((bar.width for column in comparison.columns for bar in column.bars), default=0)
    for column, judged in zip(comparison.columns, years, strict=True):
        assert sum(bar.count for bar in column.bars) == len(judged)
        for bar in column.bars:
            assert bar.count == list(judged.values()).count(bar.level.key if bar.level else None)
            assert bool(bar.width) == bool(bar.count)
            assert bar.count_left < CHART_WIDTH - 20
            assert bar.base < column.chart_height
            assert str(bar.count) + " " + bar.name in column.in_words
        widest = [bar.width for bar in column.bars if bar.count == most and most]
        assert all(
            width == max(b.width for c in comparison.columns for b in c.bars) for width in widest
        )


@pytest.mark.parametrize(
    ("was", "now", "change"),
    [
        ("red", "amber-red", Change.UP),
        ("red", "green", Change.UP),
        ("green", "amber-green", Change.DOWN),
        ("green", "green", Change.SAME),
        (None, "green", Change.UNRATED),
        ("green", None, Change.UNRATED),
        (None, None, Change.UNRATED),
    ],
)
def test_change_on_one_scale(was, now, change) -> None:
    of = edition(1)
    [earlier], [later] = (rated(n, {1: key}, of=of)[1] for n, key in ((1, was), (2, now)))
    assert change_between(earlier, later, of[1]) == change


def test_change_is_told_on_the_scale_of_the_later_edition() -> None:
    first = edition(1, ["low", "middle", "high"])
    second = edition(2, ["none", "low", "high"])
    earlier = rated(1, {1: "low", 2: "middle", 3: "low"}, of=first)
    later = rated(2, {1: "low", 2: "high", 3: "none"}, of=second)
    assert changes_of(side_by_side([earlier, later], first, second)) == {
        "E-1": Change.SAME,  # first of three then, second now: the same level all the same
        "E-2": Change.OTHER_SCALE,
        "E-3": Change.DOWN,
    }


def test_elements_of_an_edition_that_is_gone_follow_the_newest_ones() -> None:
    first, second = edition(1), edition(2)
    earlier = rated(1, {1: "red", 2: "red", 9: "green"}, of=first)
    later = rated(2, {2: "green", 3: "red"}, of=second)
    comparison = side_by_side([earlier, later], first, second)
    assert changes_of(comparison) == {
        "E-2": Change.UP,
        "E-3": Change.NEW,
        "E-1": Change.GONE,
        "E-9": Change.GONE,
    }
    assert [row.element.code for row in comparison.rows] == ["E-2", "E-3", "E-1", "E-9"]
    assert comparison.rows[0].element.domain.framework == second[0]


def test_arrows_tell_each_step_and_the_summary_the_whole_way() -> None:
    of = edition(1)
    years = [rated(n, {1: key}, of=of) for n, key in enumerate(["red", "green", "amber-red"], 1)]
    comparison = side_by_side(years, of)
    [row] = comparison.rows
    assert [cell.change for cell in row.cells] == [None, Change.UP, Change.DOWN]
    assert row.change == Change.UP


def test_move_across_a_time_without_a_rating_is_told_with_its_beginning() -> None:
    of = edition(1)
    keys = ["green", None, "red", None, None, "red"]
    comparison = side_by_side([rated(n, {1: key}, of=of) for n, key in enumerate(keys, 1)], of)
    [row] = comparison.rows
    assert [cell.change for cell in row.cells] == [
        None,
        Change.UNRATED,
        Change.DOWN,
        Change.UNRATED,
        Change.UNRATED,
        Change.SAME,
    ]
    columns = [column.assessment for column in comparison.columns]
    assert [cell.since for cell in row.cells] == [None, None, columns[0], None, None, columns[2]]
    assert row.change == Change.DOWN


def test_element_of_an_edition_in_between_alone_is_told() -> None:
    first, second = edition(1), edition(2)
    years = [rated(1, {}, of=first), rated(2, {5: "red"}, of=second), rated(3, {}, of=first)]
    assert changes_of(side_by_side(years, first, second)) == {"E-5": Change.ABSENT}
