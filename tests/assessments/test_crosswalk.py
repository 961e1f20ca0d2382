"""What an assessment says about another framework: the pure reading, and its page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assessments.actions import create_assessment, record_rating
from assessments.crosswalk import gather_evidence
from assessments.models import Assessment, OwnFramework, Rating
from frameworks.models import Alignment, Domain, Element, Framework, Level, Statement, WordingPack
from tests.conftest import align, client_of, make_framework
from tests.page import Page
from trusts.models import Trust, User

LEVEL = Level(pk=1, order=1, key="l1", name="L1", tone="weak")


def made(count: int, *, first: int) -> list[Element]:
    """So many elements, two to a domain, with keys from `first` on."""
    return [
        Element(pk=first + n, number=n, domain=Domain(pk=first + n // 2, order=n // 2))
        for n in range(count)
    ]


@st.composite
def rated(draw) -> tuple[list[Rating], list[Element], list[Alignment]]:
    """Ratings by one framework, another's elements, and links of either to the other."""
    ours, theirs = (
        made(draw(st.integers(1, 6)), first=first) for first in draw(st.permutations([100, 200]))
    )
    pairs = st.tuples(st.sampled_from(ours), st.sampled_from(theirs), st.booleans())
    links = [
        Alignment(
            pk=number,
            statement=Statement(code=str(number), order=number, element=at if is_ours else to),
            element=to if is_ours else at,
        )
        for number, (at, to, is_ours) in enumerate(draw(st.lists(pairs, max_size=12)), start=1)
    ]
    levels = draw(st.lists(st.sampled_from([None, LEVEL]), min_size=len(ours), max_size=len(ours)))
    ratings = [
        Rating(pk=element.pk + 1000, element=element, level=level)
        for element, level in zip(ours, levels, strict=True)
    ]
    return ratings, theirs, links


@given(rated())
def test_every_element_of_the_other_framework_stands_once(given_) -> None:
    ratings, theirs, links = given_
    evidence = gather_evidence(ratings=ratings, elements=theirs, alignments=links)
    linked = {end for link in links for end in (link.statement.element, link.element)}
    for chapter in evidence.chapters:
        assert [finding.element for finding in chapter.findings] == [
            one for one in theirs if one.domain == chapter.domain and one in linked
        ]
        assert chapter.silent == [
            one for one in theirs if one.domain == chapter.domain and one not in linked
        ]
    assert [chapter.domain.order for chapter in evidence.chapters] == sorted(
        {one.domain.order for one in theirs}
    )


@given(rated())
def test_every_link_stands_once_beside_the_rating_that_it_bears_on(given_) -> None:
    ratings, theirs, links = given_
    evidence = gather_evidence(ratings=ratings, elements=theirs, alignments=links)
    shown = [
        (finding.element, piece.rating, link)
        for chapter in evidence.chapters
        for finding in chapter.findings
        for piece in finding.pieces
        for link in piece.links
    ]
    assert sorted(link.pk for *_, link in shown) == [link.pk for link in links]
    for element, rating, link in shown:
        assert {element, rating.element} == {link.statement.element, link.element}
        assert rating in ratings


@given(rated())
def test_ratings_that_bear_on_nothing_are_the_rest(given_) -> None:
    ratings, theirs, links = given_
    evidence = gather_evidence(ratings=ratings, elements=theirs, alignments=links)
    linked = {end for link in links for end in (link.statement.element, link.element)}
    assert evidence.unmirrored == [one for one in ratings if one.element not in linked]


@given(rated())
def test_rating_that_stands_in_a_domain_already_names_its_first_place(given_) -> None:
    ratings, theirs, links = given_
    for chapter in gather_evidence(ratings=ratings, elements=theirs, alignments=links).chapters:
        first: dict[Rating, Element] = {}
        for finding in chapter.findings:
            for piece in finding.pieces:
                assert piece.seen_at == first.get(piece.rating)
            for piece in finding.pieces:
                first.setdefault(piece.rating, finding.element)


@pytest.fixture
def other(framework: Framework) -> Framework:
    """Five points in two areas; the first framework's point 1 mirrors two, and one mirrors 2."""
    other = make_framework("other", domains=(2, 3), levels=5)
    align(framework, "MU-01", other, "MU-01")
    align(framework, "MU-01", other, "MU-04", symbol="‡")
    align(other, "MU-04", framework, "MU-02")
    return other


def rate(assessment: Assessment, code: str, *, order: int, note: str, by: User) -> None:
    rating = assessment.ratings.select_related("assessment").get(element__code=code)
    rating.level, rating.note = assessment.framework.levels.get(order=order), note
    record_rating(rating=rating, version=rating.version, by=by)


def address(assessment: Assessment, other: Framework) -> str:
    return reverse("assessments:crosswalk", args=[assessment.pk, other.key, other.edition])


def read(user: User, assessment: Assessment, other: Framework) -> Page:
    answer = client_of(user).get(address(assessment, other))
    assert answer.status_code == 200
    return Page(answer.content.decode())


def test_page_sets_the_ratings_beside_what_they_bear_on(assessment, other, lead, observer) -> None:
    rate(assessment, "MU-01", order=2, note="Two schools\nhave it.", by=lead)
    page = read(observer, assessment, other)
    assert page.all("h1")[0].text == f"These ratings beside {other.title}"
    assert [node.text for node in page.all("article")] == [
        "1. Point 1 1. Point 1 Step 2 Two schools have it. Linked by † Is MU-01 so? MU-01-Q1",
        "4. Point 4 1. Point 1 Step 2 Two schools have it. Linked by ‡ Is MU-01 so? MU-01-Q1 "
        "2. Point 2 Not rated yet Linked by † Is MU-04 so? MU-04-Q1",
    ]
    Element.objects.filter(name__in=["Point 1", "Point 3"]).update(name="Culture", number=1)
    assert "1. Culture (Area 1) Step 2" in read(observer, assessment, other).all("article")[0].text
    hrefs = {link.attributes["href"] for link in page.all("a")}
    assert {rating.get_absolute_url() for rating in assessment.ratings.in_order()} <= hrefs


def test_page_names_what_the_assessment_says_nothing_about(assessment, other, lead) -> None:
    page = read(lead, assessment, other)
    assert [node.text for node in page.all("div", "tq-evidence__silent")] == [
        "Self-assessment 2026 says nothing about 2. Point 2",
        "Self-assessment 2026 says nothing about 3. Point 3 5. Point 5",
    ]
    assert page.all("section", "tq-evidence")[-2].text.endswith("3. Point 3")


def test_page_is_no_rating_of_the_other_framework(assessment, other, lead) -> None:
    for code in ("MU-01", "MU-02", "MU-03"):
        rate(assessment, code, order=4, note="", by=lead)
    page = read(lead, assessment, other)
    text = page.nodes[0].text
    assert "Evidence to read, not a rating." in text
    assert "Not agreed yet: these ratings may still change." in text
    for word in ("average", "score", "overall rating", "%"):
        assert word not in text.lower()
    levels = [node.text for node in page.all("span", "tq-level")]
    assert levels == ["Step 4"] * 3
    assert not {"Step 5"} & set(levels)


def test_page_works_for_an_assessment_by_the_framework_that_is_mirrored(
    framework, other, northfield, lead
) -> None:
    turned = make_framework("turned", domains=(1,))
    align(turned, "MU-01", framework, "MU-03")
    assessment = create(northfield, framework, lead)
    assert [node.text for node in read(lead, assessment, turned).all("article")] == [
        "1. Point 1 3. Point 3 Not rated yet Linked by † Is MU-01 so? MU-01-Q1"
    ]


def create(trust: Trust, framework: Framework, by: User) -> Assessment:
    return create_assessment(trust=trust, framework=framework, title="Made", due_on=None, by=by)


def test_note_stands_once_in_a_domain(assessment, other, lead) -> None:
    align(other, "MU-05", assessment.framework, "MU-01")
    align(other, "MU-02", assessment.framework, "MU-01")
    rate(assessment, "MU-01", order=1, note="Said.", by=lead)
    page = read(lead, assessment, other)
    assert [node.text.partition(" Linked")[0] for node in page.all("article")] == [
        "1. Point 1 1. Point 1 Step 1 Said.",
        "2. Point 2 1. Point 1 Step 1 The note stands above, under 1. Point 1 .",
        "4. Point 4 1. Point 1 Step 1 Said.",
        "5. Point 5 1. Point 1 Step 1 The note stands above, under 4. Point 4 .",
    ]
    assert {"#MU-01", "#MU-04"} <= {link.attributes["href"] for link in page.all("a")}
    assert {"MU-01", "MU-04"} <= page.ids()


def test_page_is_the_members_alone(assessment, other, stranger) -> None:
    assert client_of(stranger).get(address(assessment, other)).status_code == 404
    assert Client().get(address(assessment, other)).status_code == 302


def test_framework_without_a_link_has_no_page(assessment, other, lead) -> None:
    for one in (make_framework("third"), assessment.framework):
        assert client_of(lead).get(address(assessment, one)).status_code == 404


def test_another_trusts_own_framework_is_neither_shown_nor_named(
    assessment, other, lead, southmere, northfield
) -> None:
    other.is_published = False
    other.save()
    owner = OwnFramework.objects.create(trust=southmere, framework=other)
    results = reverse("assessments:results", args=[assessment.pk])
    assert client_of(lead).get(address(assessment, other)).status_code == 404
    assert other.title not in client_of(lead).get(results).content.decode()
    owner.trust = northfield
    owner.save()
    assert client_of(lead).get(address(assessment, other)).status_code == 200
    assert address(assessment, other) in client_of(lead).get(results).content.decode()


def test_results_lead_to_every_framework_that_is_linked(assessment, other, lead) -> None:
    results = reverse("assessments:results", args=[assessment.pk])

    def ways() -> list[str]:
        page = Page(client_of(lead).get(results).content.decode())
        return [link.text for link in page.all("a") if "/crosswalk/" in link.attributes["href"]]

    assert ways() == ["The other framework"]
    align(make_framework("an-early"), "MU-01", assessment.framework, "MU-03")
    assert ways() == ["The an-early framework", "The other framework"]
    Alignment.objects.all().delete()
    assert ways() == []


@pytest.mark.parametrize("count", [3, 30])
def test_page_costs_as_many_queries_for_few_links_as_for_many(
    count, northfield, lead, django_assert_num_queries
) -> None:
    one, two = (make_framework(key, domains=(count,)) for key in ("one", "two"))
    assessment = create(northfield, one, lead)
    for number in range(1, count + 1):
        align(one, f"MU-{number:02}", two, f"MU-{number:02}")
        align(two, f"MU-{number:02}", one, f"MU-{number:02}")
        rate(assessment, f"MU-{number:02}", order=number % 4 + 1, note="Why.", by=lead)
    for framework in (one, two):
        WordingPack.objects.create(framework=framework, source="By leave.", loaded_by=lead)
    Statement.objects.update(publisher_text="Theirs.")
    browser = client_of(lead)
    with django_assert_num_queries(8):
        answer = browser.get(address(assessment, two))
    assert len(Page(answer.content.decode()).all("article")) == count
