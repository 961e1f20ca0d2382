"""An element's statements in reading order: nothing lost, nothing twice, everybody's part."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from frameworks.descriptions import AUDIENCES, arrange
from frameworks.models import Level, Statement
from frameworks.words import words_of

LEVELS = [
    Level(pk=n, order=n, key=f"l{n}", name=f"L{n}", tone=tone)
    for n, tone in enumerate(Level.Tone.values, start=1)
]
DESCRIPTORS = st.builds(
    Statement,
    kind=st.just("descriptor"),
    level=st.sampled_from([None, *LEVELS]),
    audience=st.sampled_from(AUDIENCES),
)
OTHERS = st.builds(Statement, kind=st.sampled_from(["question", "note"]))


@st.composite
def elements(draw: st.DrawFn) -> list[Statement]:
    """All statements of one element, some of them points, in any order."""
    heads = draw(st.lists(DESCRIPTORS | OTHERS, max_size=12))
    for number, head in enumerate(heads, start=1):
        head.pk, head.order = number, number
        head.publisher_text = draw(st.sampled_from(["", "Theirs"]))
    points = [
        Statement(
            pk=100 + number, order=number, parent=head, kind=head.kind, level=head.level, text="-"
        )
        for number, head in enumerate(draw(st.lists(st.sampled_from(heads))) if heads else [])
    ]
    return draw(st.permutations([*heads, *points]))


@given(elements())
def test_every_statement_is_shown_once(statements) -> None:
    reading = arrange(statements)
    described = [one for description in reading.descriptions for one in description.passages]
    passages = [*reading.questions, *described, *reading.notes]
    shown = [one for passage in passages for one in (passage.statement, *passage.points)]
    assert sorted(one.pk for one in shown) == sorted(one.pk for one in statements)
    assert {one.statement.kind for one in reading.questions} <= {"question"}
    assert {one.statement.kind for one in reading.notes} <= {"note"}


@given(elements())
def test_descriptions_stand_by_level_then_audience_then_order(statements) -> None:
    descriptions = arrange(statements).descriptions
    levels = [one.level.order if one.level else 0 for one in descriptions]
    assert levels == sorted(set(levels))
    for description in descriptions:
        places = [AUDIENCES.index(part.audience or "") for part in description.parts]
        assert places == sorted(set(places))
        for part in description.parts:
            orders = [passage.statement.order for passage in part.passages]
            assert orders == sorted(orders)
            assert {p.statement.audience for p in part.passages} == {part.audience or ""}
            assert {p.statement.level for p in part.passages} == {description.level}


@given(elements())
def test_both_sides_of_the_choice_hold_every_description(statements) -> None:
    reading = arrange(statements)
    assert len(reading.weak) + len(reading.strong) == len(reading.descriptions)
    assert all(one.level.is_weak for one in reading.weak)
    assert not any(one.level and one.level.is_weak for one in reading.strong)


@given(elements())
def test_words_are_mixed_where_only_some_are_the_publishers(statements) -> None:
    loaded = {bool(one.publisher_text) for one in statements}
    assert words_of(statements).is_mixed == (len(loaded) == 2)
    assert arrange(statements).words == words_of(statements)
