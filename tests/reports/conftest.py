"""A rated assessment and its action plan, made straight from the models."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from assessments.models import Assessment, Rating
from frameworks.models import Element
from plans.models import Action, Plan, Priority, StrategicArea
from trusts.models import User

TODAY = date(2026, 11, 22)


def rate(assessment: Assessment, *, note: str = "What the board saw in {element}.") -> None:
    """Rate every element, level after level, each with its own note."""
    levels = list(assessment.framework.levels.all())
    for place, rating in enumerate(assessment.ratings.in_order()):
        Rating.objects.filter(pk=rating.pk).update(
            level=levels[place % len(levels)], note=note.format(element=rating.element.name)
        )


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


@pytest.fixture
def rated(assessment: Assessment) -> Assessment:
    """Three elements, at the first, second and third level."""
    rate(assessment)
    return assessment


@pytest.fixture
def plan(rated: Assessment, lead: User) -> Plan:
    """Two priorities with two actions and one, and one dropped action."""
    plan = make_plan(rated, by=lead)
    elements = [rating.element for rating in rated.ratings.in_order()]
    first = add_priority(plan, elements[0], key_issue="Nobody knows who decides what.")
    second = add_priority(plan, elements[1], key_issue="The data come too late.")
    add_action(first, description="Rewrite the scheme of delegation")
    add_action(first, measure="Heads who can say who decides", baseline="4 of 11", target="All")
    add_action(second, due_on=date(2026, 9, 1), status=Action.Status.IN_PROGRESS)
    drop(
        add_action(second, description="Buy another system"),
        reason="The old one can do it",
        by=lead,
    )
    return plan
