"""The page that sets a trust's assessments side by side."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assessments.actions import create_assessment, record_rating
from assessments.models import Assessment
from frameworks.models import Framework
from tests.conftest import client_of, make_framework, make_next_edition
from tests.page import Page

pytestmark = pytest.mark.once  # what pages say and take; saves at once are tried on both

COMPARE = reverse("assessments:compare", args=["northfield"])


def rate(assessment: Assessment, orders: dict[str, int], by) -> Assessment:
    for rating in assessment.ratings.in_order():
        if order := orders.get(rating.element.code):
            rating.level = assessment.framework.levels.get(order=order)
            record_rating(rating=rating, version=rating.version, by=by)
    return assessment


def make(northfield, framework: Framework, title: str, by, **orders: int) -> Assessment:
    made = create_assessment(trust=northfield, framework=framework, title=title, due_on=None, by=by)
    return rate(made, {code.replace("_", "-"): order for code, order in orders.items()}, by)


@pytest.fixture
def years(northfield, framework, lead) -> list[Assessment]:
    """Three: the first point went up and down again, the second down, the third came late."""
    return [
        make(northfield, framework, "Year 1", lead, MU_01=1, MU_02=4),
        make(northfield, framework, "Year 2", lead, MU_01=3, MU_02=4, MU_03=2),
        make(northfield, framework, "Year 3", lead, MU_01=2, MU_02=1, MU_03=2),
    ]


def get(user, *assessments: object, status: int = 200) -> Page:
    chosen = [getattr(one, "pk", one) for one in assessments]
    answer = client_of(user).get(COMPARE, {"a": chosen, "show": "1"})
    assert answer.status_code == status
    return Page(answer.content.decode())


def fault(page: Page) -> str:
    """The error beside the field, which the summary links to."""
    [summary] = page.all("div", "govuk-error-summary")
    links = [one.attributes["href"] for one in page.all("a") if "#id_a" in one.attributes["href"]]
    assert links
    assert links[0][1:] in page.ids()
    text = page.with_id("id_a-error").text
    assert text.removeprefix("Error: ") in summary.text
    return text


def test_page_tells_what_moved_from_the_first_to_the_last(years, trustee) -> None:
    page = get(trustee, *years)
    moved = [one.text for one in page.all("section", "tq-compare-list")]
    assert moved == [
        "Moved up 1 point 1. Point 1 Area 1 Step 1 to Step 2",
        "Moved down 1 point 2. Point 2 Area 1 Step 4 to Step 1",
        "Not rated in both 1 point 3. Point 3 (Area 2).",
    ]


def test_table_has_each_level_and_says_up_and_down_in_words(years, observer) -> None:
    page = get(observer, *years)
    rows = [row.text for row in page.all("tr", "tq-compare__row")]
    assert rows == [
        "1. Point 1 Year 1 Step 1 Year 2 Step 3 up Year 3 Step 2 down",
        "2. Point 2 Year 1 Step 4 Year 2 Step 4 Year 3 Step 1 down",
        "3. Point 3 Year 1 Not rated yet Year 2 Step 2 Year 3 Step 2",
    ]
    for word in ("average", "score", "points gained", "%"):
        assert word not in page.nodes[0].text.lower()


def test_chart_says_the_same_in_its_title_and_needs_no_style(years, lead) -> None:
    page = get(lead, *years)
    titles = [one for one in page.all("title") if one.attributes.get("id", "").startswith("chart-")]
    assert [one.text for one in titles] == [
        "Year 1: 1 Step 1, 0 Step 2, 0 Step 3, 1 Step 4, 1 Not rated yet",
        "Year 2: 0 Step 1, 1 Step 2, 1 Step 3, 1 Step 4",
        "Year 3: 1 Step 1, 2 Step 2, 0 Step 3, 0 Step 4",
    ]
    labelled = [svg.attributes["aria-labelledby"] for svg in page.all("svg", "tq-chart")]
    assert labelled == [one.attributes["id"] for one in titles]
    assert not [node for node in page.nodes if "style" in node.attributes]
    assert [one.text for one in page.all("text", "tq-chart__count")][:5] == [
        "1",
        "0",
        "0",
        "1",
        "1",
    ]


def test_order_is_that_of_time_whatever_the_address_says(years, lead) -> None:
    page = get(lead, *reversed(years))
    assert "From Year 1 to Year 3 ." in page.nodes[0].text


def test_editions_are_matched_by_code(northfield, framework, lead) -> None:
    old = make(northfield, framework, "Before", lead, MU_01=1, MU_03=4)
    following = make_next_edition(framework)
    following.domains.get(order=1).elements.get(code="MU-02").delete()
    new = make(northfield, following, "After", lead, MU_01=2, MU_03=4)
    page = get(lead, old, new)
    text = page.nodes[0].text
    assert "Moved up 1 point 1. Point 1" in text
    assert "Stayed the same 1 point 3. Point 3 (Area 2)." in text
    assert "Not in edition 2028-01 any more 1 point 2. Point 2 (Area 1)." in text
    assert "Area 1 (of an earlier edition)" in text


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "Choose at least 2 assessments"),
        (1, "Choose at least 2 assessments: this is only one"),
        (7, "Choose 6 assessments or fewer: these are 7"),
    ],
)
def test_too_few_and_too_many_are_refused_beside_the_field(
    count, said, northfield, framework, lead
) -> None:
    made = [make(northfield, framework, f"Year {n}", lead) for n in range(7)]
    page = get(lead, *made[:count], status=422)
    assert said in fault(page)
    ticked = [one for one in page.all("input") if "checked" in one.attributes]
    assert len(ticked) == count


def test_one_assessment_twice_is_one(years, lead) -> None:
    assert "this is only one" in fault(get(lead, years[0], years[0], status=422))


def test_mixed_frameworks_are_refused_by_name(years, northfield, lead) -> None:
    other = make(northfield, make_framework("other"), "Another", lead)
    assert (
        "These were rated against different frameworks, The made-up framework and "
        "The other framework. Choose assessments by one framework"
    ) in fault(get(lead, years[0], other, status=422))


@pytest.mark.parametrize("guessed", ["0", "-1", "99999999999999999999", "x", "", "1' or '1'='1"])
def test_guessed_numbers_are_not_in_the_list(guessed, years, lead) -> None:
    assert "Choose assessments from the list" in fault(get(lead, years[0], guessed, status=422))


def test_another_trusts_assessment_is_not_in_the_list(years, southmere, stranger, lead) -> None:
    theirs = create_assessment(
        trust=southmere,
        framework=years[0].framework,
        title="Theirs alone",
        due_on=None,
        by=stranger,
    )
    page = get(lead, years[0], theirs, status=422)
    assert "Choose assessments from the list" in fault(page)
    assert "Theirs alone" not in page.nodes[0].text
    assert client_of(stranger).get(COMPARE).status_code == 404


def test_a_single_assessment_has_nothing_to_be_compared_with(assessment, lead) -> None:
    home = client_of(lead).get(assessment.trust.get_absolute_url()).content.decode()
    assert COMPARE not in home
    page = Page(client_of(lead).get(COMPARE).content.decode())
    assert "There is nothing to compare yet" in page.nodes[0].text
    assert not page.all("input", "govuk-checkboxes__input")


def test_home_and_results_lead_there(years, lead) -> None:
    browser = client_of(lead)
    assert COMPARE in browser.get(years[0].trust.get_absolute_url()).content.decode()
    Assessment.objects.filter(pk=years[2].pk).update(carried_from=years[1])
    results = Page(browser.get(reverse("assessments:results", args=[years[2].pk])).content.decode())
    [link] = [one for one in results.all("a") if one.text == "What moved since Year 2"]
    assert link.attributes["href"] == f"{COMPARE}?a={years[1].pk}&a={years[2].pk}"
    assert browser.get(link.attributes["href"]).status_code == 200


@pytest.mark.parametrize("elements", [(2, 1), (9, 4, 9, 6, 7)])
@pytest.mark.parametrize("count", [2, 6])
def test_page_costs_at_most_eight_queries(
    count, elements, northfield, lead, django_assert_max_num_queries
) -> None:
    framework = make_framework("wide", domains=elements)
    made = [make(northfield, framework, f"Year {n}", lead) for n in range(count)]
    browser = client_of(lead)
    with django_assert_max_num_queries(8):
        assert browser.get(COMPARE, {"a": [one.pk for one in made]}).status_code == 200
