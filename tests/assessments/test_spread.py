"""The spread counts, tells the most divided element, and never averages."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from assessments.models import Respondent, Response
from assessments.spread import Spread, most_divided_first, spreads_of
from frameworks.models import Domain, Element, Level
from trusts.models import User

LEVELS = [Level(pk=10 + n, order=n, key=f"l{n}", name=f"L{n}", tone="weak") for n in range(1, 6)]
UNSURE, SILENT = "unsure", "silent"
GROUPS = st.sampled_from(["board", "executive"])
VIEWS = st.lists(st.tuples(GROUPS, st.sampled_from([*range(5), UNSURE, SILENT])), max_size=20)


def element(number: int) -> Element:
    return Element(pk=number, domain=Domain(pk=1, order=1), number=number, code=f"E-{number}")


def spread_of(views: list[tuple[str, object]], number: int = 1) -> Spread:
    """A spread from groups and places on the scale."""
    responses = [
        Response(
            pk=100 * number + place,
            respondent=Respondent(
                pk=place, group=group, user=User(pk=place + 1, name=f"Person {place:02}")
            ),
            element=element(number),
            level=LEVELS[view] if isinstance(view, int) else None,
            is_unsure=view == UNSURE,
            note=f"Note {place}" if place % 2 else " ",
        )
        for place, (group, view) in enumerate(views)
    ]
    return Spread(element=element(number), levels=LEVELS, responses=responses)


@given(VIEWS)
def test_every_view_is_counted_once(views) -> None:
    spread = spread_of(views)
    assert [camp.level for camp in spread.camps] == LEVELS
    assert [camp.count for camp in spread.camps] == [
        sum(1 for _, view in views if view == place) for place in range(5)
    ]
    assert sum(group.size for group in spread.groups) == len(views)
    for group in spread.groups:
        mine = [view for name, view in views if name == group.group]
        assert group.size == len(mine)
        assert group.unsure_count == mine.count(UNSURE)
        assert group.silent_count == mine.count(SILENT)


@given(VIEWS)
def test_board_members_and_executives_stand_apart(views) -> None:
    spread = spread_of(views)
    asked = {group for group, _ in views}
    assert [group.group for group in spread.groups] == [
        name for name in ("board", "executive") if name in asked
    ]
    together = [camp.count for camp in spread.camps]
    apart = [sum(group.camps[place].count for group in spread.groups) for place in range(5)]
    assert together == apart


@given(VIEWS, st.randoms(use_true_random=False))
def test_order_of_the_answers_does_not_matter(views, random: Random) -> None:
    shuffled = list(views)
    random.shuffle(shuffled)
    one, other = spread_of(views), spread_of(shuffled)
    assert (one.distance, one.largest_share) == (other.distance, other.largest_share)


@given(VIEWS)
def test_distance_is_between_the_furthest_two(views) -> None:
    chosen = [view for _, view in views if isinstance(view, int)]
    spread = spread_of(views)
    assert spread.distance == max((abs(a - b) for a in chosen for b in chosen), default=0)
    assert spread.is_divided == (len(set(chosen)) > 1)


@given(VIEWS, st.tuples(GROUPS, st.integers(0, 4)))
def test_another_view_never_brings_the_others_closer(views, further) -> None:
    assert spread_of([*views, further]).distance >= spread_of(views).distance


@given(VIEWS)
def test_who_does_not_know_takes_no_side(views) -> None:
    spread = spread_of(views)
    more = spread_of([*views, ("board", UNSURE), ("board", SILENT)])
    assert (more.distance, more.largest_share) == (spread.distance, spread.largest_share)


@given(st.lists(VIEWS, max_size=6))
def test_most_divided_come_first_and_none_is_lost(shapes) -> None:
    spreads = [spread_of(views, number) for number, views in enumerate(shapes, start=1)]
    ordered = most_divided_first(spreads)
    assert sorted(one.element.pk for one in ordered) == [one.element.pk for one in spreads]
    for one, following in pairwise(ordered):
        assert (one.distance, 1 - one.largest_share) >= (
            following.distance,
            1 - following.largest_share,
        )
        if (one.distance, one.largest_share, one.unsure_count) == (
            following.distance,
            following.largest_share,
            following.unsure_count,
        ):
            assert one.element.pk < following.element.pk


def test_two_ends_divide_more_than_many_neighbours() -> None:
    ends = spread_of([("board", 0), ("board", 4)], 1)
    neighbours = spread_of([("board", 1), ("board", 2), ("board", 1), ("board", 2)], 2)
    alone = spread_of([("board", 1), ("board", 2), ("board", 2), ("board", 2)], 3)
    nobody = spread_of([], 4)
    ordered = most_divided_first([nobody, alone, neighbours, ends])
    assert [one.element.pk for one in ordered] == [1, 2, 3, 4]
    assert (alone.largest_share, nobody.largest_share) == (Fraction(3, 4), Fraction(1))


def test_notes_stand_by_level_and_the_undecided_last() -> None:
    views = [
        ("board", 4),
        ("board", 3),
        ("board", 4),
        ("board", UNSURE),
        ("board", 4),
        ("board", 0),
    ]
    assert [one.note for one in spread_of(views).with_notes] == ["Note 5", "Note 1", "Note 3"]


def test_spreads_are_made_element_by_element() -> None:
    first, second = spread_of([("board", 1)], 1), spread_of([("board", 2), ("executive", 3)], 2)
    spreads = spreads_of([*first.responses, *second.responses], LEVELS)
    assert [one.element.pk for one in spreads] == [1, 2]
    assert [len(one.responses) for one in spreads] == [1, 2]


@given(VIEWS)
def test_without_names_no_small_group_stands_apart(views) -> None:
    spread = replace(spread_of(views), names_shown=False)
    groups = spread.groups
    if 0 < sum(1 for _, view in views if view != SILENT) < 3:
        assert spread.is_withheld
        assert (groups, spread.notes) == ([], [])
        assert (spread.distance, spread.largest_share, spread.unsure_count) == (0, 1, 0)
        return
    answered = [group.size - group.silent_count for group in groups]
    assert all(count >= 3 for count in answered) or [one.group for one in groups] == ["all"]
    assert sum(group.size for group in groups) == len(views)
    assert not any(camp.names for group in groups for camp in group.camps)
    assert not any(group.unsure_names or group.silent_names for group in groups)


@given(VIEWS)
def test_with_names_everybody_asked_stands_once(views) -> None:
    told = [
        name
        for group in spread_of(views).groups
        for names in (*(camp.names for camp in group.camps), group.unsure_names, group.silent_names)
        for name in names
    ]
    assert sorted(told) == [f"Person {place:02}" for place in range(len(views))]


@given(VIEWS, st.randoms(use_true_random=False))
def test_without_names_nothing_depends_on_who_wrote_it(views, random: Random) -> None:
    """The same views and notes, given by other people of the same groups, look the same."""
    spread = named(spread_of(views))
    other = named(spread_of(views), random)
    hidden, moved = (replace(one, names_shown=False) for one in (spread, other))
    assert hidden.notes == moved.notes
    assert hidden.groups == moved.groups
    assert not [note.writer for _, notes in hidden.notes for note in notes if note.writer]
    for _, notes in spread.notes:
        assert [note.writer for note in notes] == sorted(note.writer for note in notes)
        assert all(note.writer.startswith("Person ") for note in notes)


def named(spread: Spread, random: Random | None = None) -> Spread:
    """With a person behind each view; with `random`, the views in another order, too."""
    responses = list(spread.responses)
    if random:
        random.shuffle(responses)
    for place, one in enumerate(responses):
        one.respondent.user = User(pk=place + 1, name=f"Person {place:02}")
    return replace(spread, responses=responses)
