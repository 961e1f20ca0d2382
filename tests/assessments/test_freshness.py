"""A rating more than a year old says so wherever it is shown, and no day earlier."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assessments.actions import record_rating
from assessments.collecting import close_collecting, open_collecting
from assessments.freshness import old_since
from assessments.models import Assessment, Rating
from frameworks.models import Level
from plans.models import Plan, Priority
from reports.action_plan import build_action_plan
from reports.stamp import Stamp
from tests.conftest import align, client_of, make_framework
from tests.page import Page

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

SAID = "More than a year old: rated on"
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def rated_on(day: date, *, hour: int = 12) -> Rating:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return Rating(level=Level(pk=1), updated_at=at)


@pytest.mark.parametrize(
    ("rated", "today", "is_old"),
    [
        (date(2025, 11, 20), date(2025, 11, 20), False),
        (date(2025, 11, 20), date(2026, 11, 19), False),
        (date(2025, 11, 20), date(2026, 11, 20), False),
        (date(2025, 11, 20), date(2026, 11, 21), True),
        (date(2025, 12, 31), date(2026, 12, 31), False),
        (date(2025, 12, 31), date(2027, 1, 1), True),
        (date(2024, 2, 29), date(2025, 2, 28), False),
        (date(2024, 2, 29), date(2025, 3, 1), True),
        (date(2024, 2, 28), date(2025, 3, 1), True),
        (date(2024, 3, 1), date(2025, 3, 1), False),
        (date(2027, 2, 28), date(2028, 2, 28), False),
        (date(2027, 2, 28), date(2028, 2, 29), True),
        (date(2027, 3, 1), date(2028, 2, 29), False),
        (date(2024, 2, 29), date(2028, 2, 29), True),
    ],
)
def test_exact_day(rated, today, is_old) -> None:
    assert old_since(rated_on(rated), today=today) == (rated if is_old else None)


@given(DAYS, DAYS)
def test_old_is_more_than_365_days_and_never_later_than_367(rated, today) -> None:
    is_old = old_since(rated_on(rated), today=today) is not None
    days = (today - rated).days
    if days <= 365:
        assert not is_old
    if days >= 367:
        assert is_old


@given(DAYS, DAYS)
def test_what_is_old_stays_old(rated, today) -> None:
    if old_since(rated_on(rated), today=today):
        assert old_since(rated_on(rated), today=today + timedelta(days=1))


def test_day_is_that_of_england_not_of_greenwich() -> None:
    late = rated_on(date(2025, 6, 30), hour=23)  # midnight on 1 July in London
    assert old_since(late, today=date(2026, 7, 1)) is None
    assert old_since(late, today=date(2026, 7, 2)) == date(2025, 7, 1)


def test_what_is_not_rated_is_never_old() -> None:
    unrated = rated_on(date(2020, 1, 1))
    unrated.level = None
    assert old_since(unrated, today=date(2026, 1, 1)) is None
    assert old_since(Rating(level=Level(pk=1)), today=date(2026, 1, 1)) is None


@pytest.fixture
def aged(assessment, framework, lead) -> Assessment:
    """The first point was rated more than a year ago, the second less than one."""
    level = framework.levels.get(order=1)
    for days, rating in zip((367, 364), assessment.ratings.in_order(), strict=False):
        rating.level = level
        record_rating(rating=rating, version=rating.version, by=lead)
        at = timezone.now() - timedelta(days=days)
        Rating.objects.filter(pk=rating.pk).update(updated_at=at)
    return assessment


def text_of(user, url: str) -> str:
    answer = client_of(user).get(url)
    assert answer.status_code == 200
    return Page(answer.content.decode()).nodes[0].text


def the_day(rating: Rating) -> str:
    day = timezone.localdate(Rating.objects.get(pk=rating.pk).updated_at)
    return f"{SAID} {day.day} {day:%B} {day.year}"


@pytest.mark.parametrize("name", ["detail", "results", "meeting"])
def test_pages_of_the_assessment_say_so_of_the_old_one_alone(name, aged, lead) -> None:
    first = aged.ratings.in_order().first()
    text = text_of(lead, reverse(f"assessments:{name}", args=[aged.pk]))
    assert text.count(SAID) == 1
    assert the_day(first) in text


def test_heat_map_marks_it_for_eyes_and_ears(aged, lead) -> None:
    url = reverse("assessments:results", args=[aged.pk])
    page = Page(client_of(lead).get(url).content.decode())
    marked = [one.text for one in page.all("td", "tq-heat-map__cell") if "year old" in one.text]
    assert marked == ["1 Point 1 Step 1 , more than a year old"]
    assert page.all("svg", "tq-old__mark")
    assert "marks a rating that is more than a year old." in page.nodes[0].text


def test_what_holds_of_every_rating_is_said_once(aged, lead) -> None:
    first = aged.ratings.in_order().first()
    aged.ratings.update(updated_at=first.updated_at, updated_by=lead, level=first.level)
    text = text_of(lead, reverse("assessments:results", args=[aged.pk]))
    assert text.count("ore than a year old") == 1
    day = the_day(first).removeprefix(SAID)
    assert f"Every rating here is more than a year old: rated on{day}." in text


@pytest.mark.parametrize("reader", ["lead", "trustee"])
def test_rating_page_says_so_to_who_writes_and_who_reads(reader, aged, request) -> None:
    first = aged.ratings.in_order().first()
    assert the_day(first) in text_of(request.getfixturevalue(reader), first.get_absolute_url())


def test_nothing_is_said_once_it_is_rated_again(aged, lead) -> None:
    addresses = [reverse(f"assessments:{name}", args=[aged.pk]) for name in ("detail", "results")]
    assert ["year old" in text_of(lead, one) for one in addresses] == [True, True]
    for rating in aged.ratings.in_order():
        rating.note = "Looked at again."
        record_rating(rating=rating, version=rating.version, by=lead)
    assert ["year old" in text_of(lead, one) for one in addresses] == [False, False]


def test_crosswalk_says_so(aged, framework, lead) -> None:
    other = make_framework("other")
    align(framework, "MU-01", other, "MU-02")
    url = reverse("assessments:crosswalk", args=[aged.pk, other.key, other.edition])
    assert the_day(aged.ratings.in_order().first()) in text_of(lead, url)


@pytest.fixture
def plan(aged, lead) -> Plan:
    made = Plan.objects.create(assessment=aged, title="Plan", created_by=lead)
    first = aged.ratings.in_order().first()
    Priority.objects.create(plan=made, element=first.element, order=1, key_issue="It slipped.")
    return made


@pytest.mark.parametrize("name", ["plans:detail", "plans:choose", "reports:plan"])
def test_plan_and_its_report_say_so(name, plan, lead) -> None:
    first = plan.assessment.ratings.in_order().first()
    assert the_day(first) in text_of(lead, reverse(name, args=[plan.pk]))


def test_pages_of_a_priority_and_an_action_say_so(plan, lead) -> None:
    priority = plan.priorities.get()
    day = the_day(plan.assessment.ratings.in_order().first())
    assert day in text_of(lead, priority.get_absolute_url())
    assert day in text_of(lead, reverse("plans:add_action", args=[priority.pk]))


def test_document_counts_from_its_own_day(plan) -> None:
    first = plan.assessment.ratings.in_order().first()
    day = timezone.localdate(first.updated_at)

    def said(on: date) -> date | None:
        report = build_action_plan(Plan.objects.for_page().get(), stamp=Stamp(on=on))
        return report.domains[0].judgements[0].old_since

    assert said(day + timedelta(days=365)) is None
    assert said(day + timedelta(days=367)) == day


def test_spread_says_so_of_the_boards_rating(aged, lead, trustee) -> None:
    open_collecting(
        assessment=aged, people=[trustee], due_on=timezone.localdate(), names_shown=True, by=lead
    )
    close_collecting(assessment=aged, by=lead)
    text = text_of(trustee, reverse("assessments:spread", args=[aged.pk]))
    assert text.count(SAID) == 1
