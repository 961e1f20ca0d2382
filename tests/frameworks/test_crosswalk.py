"""Two frameworks side by side: the pure reading of their links, and the public page."""

from __future__ import annotations

from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assessments.models import OwnFramework
from frameworks.crosswalk import build_crosswalk
from frameworks.models import Alignment, Domain, Element, Framework, Statement, WordingPack
from tests.conftest import align, client_of, make_framework
from tests.page import Page

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
    ends = (there.carried_here, there.carried_there, back.carried_here, back.carried_there)
    here, far, back_here, back_far = (sorted(link.pk for link in found) for found in ends)
    assert (here, far) == (back_far, back_here)
    assert here == [link.pk for link in links if link.statement.element in ours]


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


@pytest.fixture
def other(framework: Framework) -> Framework:
    """Mirrored by the first framework: twice in its point 1, once by point 3 for it."""
    other = make_framework("other", domains=(1, 3))
    align(framework, "MU-01", other, "MU-02")
    align(framework, "MU-01", other, "MU-01", symbol="‡")
    align(other, "MU-04", framework, "MU-03")
    return other


def address(framework: Framework, other: Framework) -> str:
    return reverse(
        "frameworks:crosswalk", args=[framework.key, framework.edition, other.key, other.edition]
    )


def read(browser: Client, framework: Framework, other: Framework) -> Page:
    answer = browser.get(address(framework, other))
    assert answer.status_code == 200
    return Page(answer.content.decode())


def cells(page: Page) -> list[str]:
    """The table's rows of elements, as text."""
    return [row.text for row in page.all("tr", "tq-crosswalk__row")]


def test_page_shows_every_element_with_what_mirrors_it(framework, other) -> None:
    assert cells(read(Client(), framework, other)) == [
        "1. Point 1 1. Point 1 Area 1 ‡ Is MU-01 so? MU-01-Q1",
        "2. Point 2 Area 2 † Is MU-01 so? MU-01-Q1",
        "2. Point 2 Mirrored by nothing.",
        "3. Point 3 4. Point 4 Area 2 † Is MU-04 so? MU-04-Q1",
    ]


def test_page_reads_the_other_way_and_says_where(framework, other) -> None:
    there = read(Client(), framework, other)
    hrefs = [link.attributes["href"] for link in there.all("a", "tq-tabs__link")]
    assert hrefs == [address(framework, other), address(other, framework)]
    assert cells(read(Client(), other, framework)) == [
        "1. Point 1 1. Point 1 Area 1 ‡ Is MU-01 so? MU-01-Q1",
        "2. Point 2 1. Point 1 Area 1 † Is MU-01 so? MU-01-Q1",
        "3. Point 3 Mirrored by nothing.",
        "4. Point 4 3. Point 3 Area 2 † Is MU-04 so? MU-04-Q1",
    ]


def test_page_lists_what_nothing_mirrors_on_either_side(framework, other) -> None:
    page = read(Client(), framework, other)
    assert [section.text for section in page.all("section", "tq-crosswalk-rest")] == [
        "Points of The made-up framework 2. Point 2 Area 1",
        "Points of The other framework 3. Point 3 Area 2",
    ]


def test_page_links_every_element_to_its_own_page(framework, other) -> None:
    page = read(Client(), framework, other)
    hrefs = {link.attributes["href"] for link in page.all("a")}
    for element in Element.objects.select_related("domain__framework"):
        assert element.get_absolute_url() in hrefs


def test_page_says_who_makes_the_links_and_what_the_symbols_are(framework, other) -> None:
    Framework.objects.filter(pk=framework.pk).update(
        alignment_note="A dagger is a point.", publisher="The first publisher"
    )
    Framework.objects.filter(pk=other.pk).update(publisher="The second publisher")
    text = read(Client(), other, framework).nodes[0].text
    assert "A dagger is a point." in text
    assert "The first publisher" in text
    assert "The second publisher" in text
    assert "the reading is ours" in text
    Alignment.objects.filter(element__domain__framework=framework).delete()
    assert "The second publisher" not in read(Client(), framework, other).nodes[0].text


def test_page_marks_whose_words_each_statement_is_in(framework, other) -> None:
    Statement.objects.filter(element__domain__framework=framework).update(publisher_text="Theirs?")
    text = " ".join(cells(read(Client(), framework, other)))
    assert "† Theirs? Publisher’s words" in text
    assert "Is MU-04 so? Our words" in text


def test_frameworks_without_a_link_have_no_page(framework, other) -> None:
    third = make_framework("third")
    for one, two in ((framework, third), (third, framework), (framework, framework)):
        assert Client().get(address(one, two)).status_code == 404


def test_framework_mirrors_itself_without_a_page(framework) -> None:
    align(framework, "MU-01", framework, "MU-02")
    assert Client().get(address(framework, framework)).status_code == 404


def test_own_framework_is_seen_beside_another_by_its_trust_alone(
    framework, other, lead, stranger, northfield
) -> None:
    other.is_published = False
    other.save()
    OwnFramework.objects.create(trust=northfield, framework=other)
    for one, two in ((framework, other), (other, framework)):
        assert client_of(lead).get(address(one, two)).status_code == 200
        assert client_of(stranger).get(address(one, two)).status_code == 404
        assert Client().get(address(one, two)).status_code == 404


@pytest.mark.parametrize("is_signed_in", [False, True])
@pytest.mark.parametrize("count", [3, 30])
def test_page_costs_as_many_queries_for_few_links_as_for_many(
    count, is_signed_in, lead, django_assert_num_queries
) -> None:
    one, two = (make_framework(key, domains=(count, count)) for key in ("one", "two"))
    for number in range(1, 2 * count, 2):
        align(one, f"MU-{number:02}", two, f"MU-{number + 1:02}")
        align(two, f"MU-{number:02}", one, f"MU-{number + 1:02}")
    pack = {"source": "By leave.", "loaded_by": lead}
    for framework in (one, two):
        WordingPack.objects.create(framework=framework, **pack)
    Statement.objects.update(publisher_text="Theirs.")
    browser = client_of(lead) if is_signed_in else Client()
    with django_assert_num_queries(8 if is_signed_in else 5):
        assert cells(read(browser, one, two))[0].startswith("1. Point 1 2. Point 2")
