"""The whole journey on frameworks that nobody has seen: what code knows of them, it reads."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment
from frameworks.models import Element, Framework, Level
from plans.models import Plan
from tests.conftest import client_of, make_framework
from tests.grids import make_grid
from tests.page import Page
from tests.plans.conftest import action_fields, form_values
from tests.reports.printed import Printed
from trusts.models import Trust, User


class Walker:
    """A person at a browser, who sends what a page shows, but for what they fill in."""

    def __init__(self, user: User) -> None:
        self.browser: Client = client_of(user)

    def read(self, url: str) -> Page:
        answer = self.browser.get(url)
        assert answer.status_code == 200, url
        return Page(answer.content.decode())

    def send(self, url: str, **filled_in: Any) -> str:
        """Fill in the page's form and send it; the address that the answer leads to."""
        shown = {name: values for name, values in form_values(self.read(url)).items() if name}
        answer = self.browser.post(url, shown | filled_in)
        assert answer.status_code == 302, answer.content.decode()
        return str(answer.url)


@pytest.fixture
def walker(lead: User) -> Walker:
    return Walker(lead)


def create(walker: Walker, trust: Trust, framework: Framework) -> Assessment:
    """A new assessment, set up on its page among other frameworks on offer."""
    make_framework("another")
    url = reverse("assessments:create", args=[trust.slug])
    walker.send(url, framework=framework.pk, title="Made up")
    return Assessment.objects.get(title="Made up")


def elements_of(framework: Framework) -> list[Element]:
    return list(Element.objects.filter(domain__framework=framework).in_order())


def level_for(element: Element, levels: list[Level]) -> Level:
    """Every level in turn, so that each is somebody's."""
    return levels[(element.number - 1) % len(levels)]


def note_for(element: Element) -> str:
    return f"What the board saw of {element.name}."


def rate_each_on_its_own_page(walker: Walker, assessment: Assessment, levels: list[Level]) -> None:
    """From the first element to the last by "save and next"; then it is the task list."""
    task_list = reverse("assessments:detail", args=[assessment.pk])
    elements = elements_of(assessment.framework)
    url = reverse("assessments:rate", args=[assessment.pk, elements[0].code])
    for element in elements:
        assert url == reverse("assessments:rate", args=[assessment.pk, element.code])
        level = level_for(element, levels)
        url = walker.send(url, level=level.pk, note=note_for(element), then="next")
    assert url == task_list


def look_at_the_heat_map(walker: Walker, assessment: Assessment, levels: list[Level]) -> None:
    page = walker.read(reverse("assessments:results", args=[assessment.pk]))
    elements = elements_of(assessment.framework)
    cells = [cell.text for cell in page.all("td", "tq-heat-map__cell")]
    assert cells == [
        f"{element.number} {element.name} {level_for(element, levels).name}" for element in elements
    ]
    assert {header.text for header in page.all("th", "tq-heat-map__domain")} == {
        domain.name for domain in assessment.framework.domains.all()
    }
    [spread] = page.all("ul", "tq-distribution")
    counts = [sum(level_for(one, levels) == level for one in elements) for level in levels]
    assert spread.text == " ".join(
        f"{level.name} {count}" for level, count in zip(levels, counts, strict=True)
    )


def plan_for_the_weakest(walker: Walker, assessment: Assessment, weakest: Level) -> Plan:
    """A plan with a priority for each of the weakest, and an action for the first."""
    start = reverse("plans:for_assessment", args=[assessment.pk])
    weak = assessment.ratings.filter(level=weakest).values_list("element", flat=True)
    walker.send(walker.send(start), elements=list(weak))
    plan = Plan.objects.get()
    assert set(plan.priorities.values_list("element", flat=True)) == set(weak)
    first = plan.priorities.in_order().first()
    walker.send(reverse("plans:priority", args=[first.pk]), key_issue="Nobody knows.")
    walker.browser.post(reverse("plans:add_action", args=[first.pk]), action_fields())
    return plan


def sign_off(walker: Walker, assessment: Assessment) -> None:
    walker.send(reverse("assessments:agree", args=[assessment.pk]), minute_reference="26/41")
    assessment.refresh_from_db()
    assert assessment.is_agreed


def assert_report_says_all(text: str, assessment: Assessment, levels: list[Level]) -> None:
    """The page and the PDF: framework, every rating and note, priorities and action."""
    for element in elements_of(assessment.framework):
        assert f"{element.number}. {element.name} {level_for(element, levels).name}" in text
        assert note_for(element) in text
    for words in (
        assessment.framework.title,
        "Minute reference: 26/41",
        "Nobody knows.",
        "Map every post",
        "Every post has a name",
        f"one {assessment.framework.element_noun} at a time",
    ):
        assert words in text
    for domain in assessment.framework.domains.all():
        assert domain.name in text


@pytest.fixture
def uneven(db: None) -> Framework:
    """Two areas of four and seven points, five levels."""
    return make_framework("uneven", domains=(4, 7), levels=5)


@pytest.mark.pdf
def test_two_domains_and_five_levels_from_the_start_to_the_pdf(
    walker: Walker, northfield: Trust, uneven: Framework
) -> None:
    assessment = create(walker, northfield, uneven)
    levels = list(uneven.levels.order_by("order"))
    rate_each_on_its_own_page(walker, assessment, levels)
    look_at_the_heat_map(walker, assessment, levels)
    sign_off(walker, assessment)
    plan = plan_for_the_weakest(walker, assessment, levels[0])
    page = walker.read(reverse("reports:plan", args=[plan.pk]))
    assert_report_says_all(page.nodes[0].text, assessment, levels)
    answer = walker.browser.get(reverse("reports:plan_pdf", args=[plan.pk]))
    printed = Printed(None, answer.content)
    assert_report_says_all(printed.text, assessment, levels)
    on_the_map = [text for text in printed.pages if "A double frame marks a priority" in text]
    assert len(on_the_map) == 1
    for element in elements_of(uneven):
        assert f"{element.number}. {element.name}" in on_the_map[0]


def test_grid_of_three_levels_is_rated_by_cell_and_planned(
    walker: Walker, northfield: Trust
) -> None:
    framework = make_grid(domains=(5, 2), levels=3)
    assessment = create(walker, northfield, framework)
    levels = list(framework.levels.order_by("order"))
    ratings = list(assessment.ratings.in_order())
    cells = {f"{one.pk}-level": level_for(one.element, levels).pk for one in ratings[1:]}
    grid = reverse("assessments:grid", args=[assessment.pk])
    task_list = reverse("assessments:detail", args=[assessment.pk])
    assert walker.send(grid, **cells) == task_list
    page = walker.read(task_list)
    assert "6 of 7 criteria rated." in page.nodes[0].text
    for rating in ratings:
        level = level_for(rating.element, levels)
        walker.send(rating.get_absolute_url(), level=level.pk, note=note_for(rating.element))
    look_at_the_heat_map(walker, assessment, levels)
    sign_off(walker, assessment)
    plan = plan_for_the_weakest(walker, assessment, levels[0])
    page = walker.read(reverse("reports:plan", args=[plan.pk]))
    assert_report_says_all(page.nodes[0].text, assessment, levels)
