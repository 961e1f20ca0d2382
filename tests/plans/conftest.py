"""A rated assessment, its plan with one priority and one action, and what their forms send."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, Rating
from frameworks.models import Element
from plans.actions import start_plan
from plans.models import Action, Plan, Priority
from tests.conftest import client_of
from tests.page import Page
from trusts.models import User

DUE_ON = date(timezone.localdate().year + 1, 3, 27)
"""When a new action is due: never in the past, whenever the tests are run."""


@pytest.fixture
def rated(assessment: Assessment) -> Assessment:
    """Point 1 at the second of four levels, point 2 at the fourth, point 3 at the first."""
    for rating, order in zip(assessment.ratings.in_order(), (2, 4, 1), strict=True):
        level = assessment.framework.levels.get(order=order)
        note = f"What the board saw in {rating.element.name}."
        Rating.objects.filter(pk=rating.pk).update(level=level, note=note)
    return assessment


@pytest.fixture
def plan(rated: Assessment, executive: User) -> Plan:
    """Without priorities yet."""
    return start_plan(assessment=rated, by=executive)


@pytest.fixture
def priority(plan: Plan) -> Priority:
    """Point 3, the weakest, with a key issue."""
    return add_priority(plan, "Point 3", key_issue="Nobody looks at it.")


@pytest.fixture
def action(priority: Priority) -> Action:
    """The priority's only action."""
    return add_action(priority)


def element(plan: Plan, name: str) -> Element:
    """One of the framework's points by its name."""
    return Element.objects.get(domain__framework=plan.assessment.framework, name=name)


def add_priority(plan: Plan, name: str, *, key_issue: str = "") -> Priority:
    """The plan's next priority."""
    order = plan.priorities.count() + 1
    return Priority.objects.create(
        plan=plan, element=element(plan, name), order=order, key_issue=key_issue
    )


def add_action(priority: Priority, **fields: Any) -> Action:
    """The priority's next action."""
    order = priority.actions.count() + 1
    values = {
        "description": f"Do thing {order}",
        "owner_name": "Amara Okafor",
        "due_on": timezone.localdate() + timedelta(days=90),
        "strategic_area": "people",
        "success_criterion": f"Thing {order} is seen to work",
    } | fields
    return Action.objects.create(priority=priority, order=order, **values)


def action_fields(**changes: Any) -> dict[str, Any]:
    """What the page of a new action sends when it is filled in, but for `changes`."""
    return {
        "description": "Map every post",
        "owner": "other",
        "owner_name": "Ravi Shah",
        "due_on_day": "27",
        "due_on_month": "3",
        "due_on_year": str(DUE_ON.year),
        "success_criterion": "Every post has a name",
        "strategic_area": "people",
        "status": "not_started",
        "key": "0d9d4ae0-2a0e-4c53-a8a3-0f2c7c2b1d11",
    } | changes


def address(name: str, row: Any) -> str:
    """A page of the plans app."""
    return reverse(f"plans:{name}", args=[row.pk])


def page_of(answer: Any) -> Page:
    """The page that came back; refuses broken markup and doubled ids."""
    return Page(answer.content.decode())


def form_values(page: Page) -> dict[str, list[str]]:
    """What sending the page's boxes unchanged would send, by name."""
    values: dict[str, list[str]] = {}
    for node in page.nodes:
        name, kind = node.attributes.get("name"), node.attributes.get("type")
        if node.tag == "textarea" and name:
            values.setdefault(name, []).append("".join(node.texts).removeprefix("\n"))
        if node.tag != "input" or not name or name == "csrfmiddlewaretoken":
            continue
        if kind not in ("radio", "checkbox") or "checked" in node.attributes:
            values.setdefault(name, []).append(node.attributes.get("value", ""))
    return values


def error_links(page: Page) -> dict[str, str]:
    """The error summary's messages and what they lead to; every target is on the page."""
    links = {
        node.text: node.attributes["href"].removeprefix("#")
        for node in page.nodes
        if node.tag == "a" and node.attributes.get("href", "").startswith("#id_")
    }
    missing = set(links.values()) - page.ids()
    assert not missing, f"links that lead nowhere: {missing}"
    return links


def send_new(priority: Priority, user, **changes: Any):
    return client_of(user).post(address("add_action", priority), action_fields(**changes))


def chosen_owner(page: Page) -> str:
    """The value of the select's chosen option."""
    chosen = [node for node in page.all("option") if "selected" in node.attributes]
    return chosen[0].attributes["value"] if chosen else ""


def sendable(page: Page) -> dict[str, Any]:
    """What sending the action's form unchanged would send."""
    values = {name: value[0] for name, value in form_values(page).items()}
    return values | {"owner": chosen_owner(page)}
