"""Two frameworks side by side: the pure reading of their links, and the public page."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from frameworks.crosswalk import build_crosswalk
from frameworks.models import Alignment, Domain, Element, Statement

# One to four elements in each of one to three domains.
SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=3)
# From which framework, which of its elements, which statement of it, to which element.
PLACES = st.tuples(st.booleans(), st.integers(0, 11), st.integers(1, 3), st.integers(0, 11))


def elements_of(shape: list[int], *, first: int) -> list[Element]:
    """The elements of one framework, with keys from `first` on."""
    made: list[Element] = []
    for order, count in enumerate(shape, start=1):
        domain = Domain(pk=first + order, order=order, name=f"D{order}")
        for _ in range(count):
            number = len(made) + 1
            made.append(Element(pk=first + number, domain=domain, number=number))
    return made


@st.composite
def two_frameworks(draw) -> tuple[list[Element], list[Element], list[Alignment]]:
    """Two frameworks' elements, and links of either to the other."""
    ours, theirs = (
        elements_of(draw(SHAPES), first=first) for first in draw(st.permutations([100, 200]))
    )
    places = {
        (carrier[at % len(carrier)], order, mirrored[to % len(mirrored)])
        for is_ours, at, order, to in draw(st.sets(PLACES))
        for carrier, mirrored in [(ours, theirs) if is_ours else (theirs, ours)]
    }
    links = [
        Alignment(
            pk=number,
            statement=Statement(code=f"{at.pk}-{order}", order=order, element=at),
            element=to,
            symbol="†",
        )
        for number, (at, order, to) in enumerate(places, start=1)
    ]
    return ours, theirs, links


@given(two_frameworks())
def test_every_element_stands_once_under_its_domain_and_in_order(given_) -> None:
    ours, theirs, links = given_
    crosswalk = build_crosswalk(elements=ours, others=theirs, alignments=links)
    assert [row.element for row in crosswalk.rows] == ours
    assert all(
        row.element.domain == group.domain for group in crosswalk.groups for row in group.rows
    )
    assert [group.domain.order for group in crosswalk.groups] == sorted(
        {element.domain.order for element in ours}
    )


@given(two_frameworks())
def test_every_alignment_stands_once_between_its_two_ends_in_each_direction(given_) -> None:
    ours, theirs, links = given_
    for elements, others in ((ours, theirs), (theirs, ours)):
        crosswalk = build_crosswalk(elements=elements, others=others, alignments=links)
        shown = [
            (row.element, match.element, link)
            for row in crosswalk.rows
            for match in row.matches
            for link in match.links
        ]
        assert Counter(link.pk for *_, link in shown) == Counter(link.pk for link in links)
        for here, there, link in shown:
            assert {here, there} == {link.statement.element, link.element}
            assert (here in elements, there in others) == (True, True)


@given(two_frameworks())
def test_both_directions_say_the_same(given_) -> None:
    ours, theirs, links = given_
    there, back = (
        build_crosswalk(elements=elements, others=others, alignments=links)
        for elements, others in ((ours, theirs), (theirs, ours))
    )
    pairs = [
        {(row.element, match.element) for row in read.rows for match in row.matches}
        for read in (there, back)
    ]
    assert pairs[0] == {(two, one) for one, two in pairs[1]}
    assert (there.is_carried_here, there.is_carried_there) == (
        back.is_carried_there,
        back.is_carried_here,
    )
    assert there.is_carried_here == any(link.statement.element in ours for link in links)


@given(two_frameworks())
def test_unmirrored_are_exactly_the_rest(given_) -> None:
    ours, theirs, links = given_
    crosswalk = build_crosswalk(elements=ours, others=theirs, alignments=links)
    linked = {end for link in links for end in (link.statement.element, link.element)}
    assert crosswalk.unmirrored == [element for element in ours if element not in linked]
    assert crosswalk.others_unmirrored == [element for element in theirs if element not in linked]
    for group in crosswalk.groups:
        assert sorted(row.element.pk for row in group.mirrored + group.unmirrored) == sorted(
            row.element.pk for row in group.rows
        )


@given(two_frameworks())
def test_matches_follow_the_other_framework_and_links_their_statements(given_) -> None:
    ours, theirs, links = given_
    for row in build_crosswalk(elements=ours, others=theirs, alignments=links).rows:
        places = [theirs.index(match.element) for match in row.matches]
        assert places == sorted(set(places))
        for match in row.matches:
            orders = [link.statement.order for link in match.links]
            assert orders == sorted(orders)
