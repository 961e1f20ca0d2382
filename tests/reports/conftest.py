"""A rated assessment and its action plan, made straight from the models."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from assessments.actions import create_assessment
from assessments.models import Assessment, Rating
from frameworks.models import Element
from plans.models import Action, Plan, Priority, StrategicArea
from reports import actions
from reports.action_plan import build_action_plan
from reports.actions import issue_action_plan, print_action_plan
from reports.models import IssuedReport
from reports.stamp import Stamp
from tests.conftest import make_framework, make_user
from tests.reports.printed import Printed
from trusts.models import Role, Trust, User

TODAY = date(2026, 11, 22)


def rate(assessment: Assessment, *, note: str = "What the board saw in {element}.") -> None:
    """Rate every element, level after level, each with its own note."""
    levels = list(assessment.framework.levels.all())
    for place, rating in enumerate(assessment.ratings.in_order()):
        Rating.objects.filter(pk=rating.pk).update(
            level=levels[place % len(levels)], note=note.format(element=rating.element.name)
        )


def agree(assessment: Assessment, *, by: User, on: datetime, minute: str = "") -> None:
    """Sign the ratings off on a day of the past."""
    Assessment.objects.filter(pk=assessment.pk).update(
        status="agreed",
        agreed_at=on,
        agreed_by=by,
        created_at=on,
        meeting_on=on.date() - timedelta(days=2),
        minute_reference=minute,
    )
    assessment.refresh_from_db()


def elements_of(plan: Plan) -> list[Element]:
    """The assessed elements in the publisher's order."""
    return [rating.element for rating in plan.assessment.ratings.in_order()]


def make_plan(assessment: Assessment, *, by: User, title: str = "Action plan 2026") -> Plan:
    """A plan without priorities."""
    return Plan.objects.create(assessment=assessment, title=title, created_by=by)


def add_priority(plan: Plan, element: Element, *, key_issue: str = "") -> Priority:
    """The plan's next priority."""
    order = plan.priorities.count() + 1
    return Priority.objects.create(plan=plan, element=element, order=order, key_issue=key_issue)


def add_action(priority: Priority, **fields: object) -> Action:
    """The priority's next action; whatever is not given is short and plain."""
    order = priority.actions.count() + 1
    values = {
        "description": f"Do thing {priority.order}.{order}",
        "owner_name": "Amara Okafor",
        "due_on": date(2027, 3, 31),
        "strategic_area": StrategicArea.VISION,
        "success_criterion": f"Thing {priority.order}.{order} is seen to work",
        **fields,
    }
    return Action.objects.create(priority=priority, order=order, **values)


def drop(action: Action, *, reason: str, by: User) -> None:
    """Drop the action."""
    action.status, action.drop_reason = Action.Status.DROPPED, reason
    action.dropped_at, action.dropped_by = timezone.now(), by
    action.save()


def drop_priority(priority: Priority, *, reason: str, by: User) -> None:
    """Drop the priority with all its actions."""
    priority.dropped_at, priority.dropped_by = timezone.now(), by
    priority.drop_reason = reason
    priority.save()


def print_plan(plan: Plan, *, stamp: Stamp | None = None) -> Printed:
    """The plan's document as of one day, whatever today is."""
    plan = Plan.objects.for_page().get(pk=plan.pk)
    report = build_action_plan(plan, stamp=stamp or Stamp(on=TODAY))
    return Printed(report, print_action_plan(report))


@pytest.fixture
def rated(assessment: Assessment) -> Assessment:
    """Three elements, at the first, second and third of four levels."""
    rate(assessment)
    return assessment


@pytest.fixture
def plan(rated: Assessment, lead: User) -> Plan:
    """Two priorities with two actions and one, and one dropped action."""
    plan = make_plan(rated, by=lead)
    elements = elements_of(plan)
    first = add_priority(plan, elements[0], key_issue="Nobody knows who decides what.")
    second = add_priority(plan, elements[1], key_issue="The data come too late.")
    add_action(first, description="Rewrite the scheme of delegation")
    add_action(first, measure="Heads who can say who decides", baseline="4 of 11", target="All")
    add_action(second, due_on=date(2026, 9, 1), status=Action.Status.IN_PROGRESS)
    surplus = add_action(second, description="Buy another system")
    drop(surplus, reason="The old one can do it", by=lead)
    return Plan.objects.for_page().get(pk=plan.pk)


def make_big_assessment(lead: User, trust: Trust) -> Assessment:
    """Fourteen elements in seven domains, agreed."""
    framework = make_framework("fourteen", domains=(2,) * 7)
    assessment = create_assessment(
        trust=trust, framework=framework, title="Self-assessment 2026", due_on=None, by=lead
    )
    rate(assessment)
    agree(assessment, by=lead, on=datetime(2026, 10, 3, 18, tzinfo=UTC), minute="26/41")
    return assessment


PrintOnce = Callable[[Callable[[User, Trust], Plan]], Printed]


@pytest.fixture(scope="session")
def print_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> PrintOnce:
    """Print a plan for all the tests; the rows it was made of are rolled back."""

    @contextmanager
    def throw_away_rows() -> Iterator[None]:
        with django_db_blocker.unblock(), transaction.atomic():
            yield
            transaction.set_rollback(True)

    def print_it(make: Callable[[User, Trust], Plan]) -> Printed:
        with throw_away_rows():
            trust = Trust.objects.create(name="Northfield Learning Trust", slug="northfield")
            lead = make_user("lead@northfield.example", trust=trust, role=Role.LEAD)
            return print_plan(make(lead, trust))

    return print_it


def make_short(lead: User, trust: Trust) -> Plan:
    """Three priorities with three actions, and one dropped action."""
    plan = make_plan(make_big_assessment(lead, trust), by=lead)
    for element in elements_of(plan)[:3]:
        add_action(add_priority(plan, element, key_issue=f"The issue of {element.name}."))
    surplus = add_action(plan.priorities.first(), description="Buy another system")
    drop(surplus, reason="The old one can do it", by=lead)
    return plan


@pytest.fixture(scope="session")
def short(print_once: PrintOnce) -> Printed:
    return print_once(make_short)


SENTENCE = "The heads of all schools meet twice a term and write down what they agreed. "
NOTE = ("First paragraph. " + SENTENCE * 2 + "\n\nSecond paragraph.\nA new line in it. ") * 55


def words(start: str, length: int, end: str) -> str:
    """A text of that length that begins and ends with a marker."""
    filling = (SENTENCE * (length // len(SENTENCE) + 1))[: length - len(start) - len(end) - 2]
    return f"{start} {filling.strip()} {end}"


def make_forty(lead: User, trust: Trust) -> Plan:
    """Eight priorities, forty actions, every tenth as long as its fields allow; long notes."""
    plan = make_plan(make_big_assessment(lead, trust), by=lead)
    rating = plan.assessment.ratings.in_order().first()
    plan.assessment.ratings.filter(pk=rating.pk).update(note=NOTE[:10_000].strip())
    priorities = [
        add_priority(plan, element, key_issue=words(f"issue{place}", 600, f"eussi{place}"))
        for place, element in enumerate(elements_of(plan)[:8])
    ]
    for place in range(40):
        is_long = place % 10 == 0
        add_action(
            priorities[place % 8],
            description=words(f"begin{place}a", 2_000 if is_long else 180, f"end{place}a"),
            success_criterion=words(f"begin{place}b", 2_000 if is_long else 150, f"end{place}b"),
            measure=words(f"begin{place}c", 500 if is_long else 60, f"end{place}c"),
            baseline=words("now", 200, "won") if is_long else "4 of 11",
            target=words("aim", 200, f"end{place}d"),
            due_on=date(2027, 1 + place % 12, 1 + place % 28),
            status=("not_started", "in_progress", "done")[place % 3],
        )
    return plan


@pytest.fixture(scope="session")
def forty(print_once: PrintOnce) -> Printed:
    return print_once(make_forty)


@pytest.fixture
def quick(monkeypatch) -> None:
    """A stand-in for the PDF where a test is about something else."""
    monkeypatch.setattr(actions, "render_pdf", lambda html: b"%PDF-" + html.encode())


@pytest.fixture
def issued(plan: Plan, lead: User, quick: None) -> IssuedReport:
    """The plan, issued."""
    return issue_action_plan(plan=plan, key=uuid.uuid4(), by=lead)
