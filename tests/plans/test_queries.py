"""A page costs the same number of queries for a plan of one action as of forty."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plans.home_panel import plans_panel
from plans.models import Plan
from tests.conftest import client_of
from tests.plans.conftest import action_fields, add_action, add_priority, address
from trusts.home import panels_for

pytestmark = pytest.mark.once  # queries are counted, and are the same on both

# Session, person and memberships are three of them.
READING = {
    "detail": 7,
    "choose": 8,
    "edit": 4,
    "adopt": 7,
    "priority": 7,
    "drop_priority": 6,
    "add_action": 6,
    "edit_action": 7,
    "drop_action": 6,
}


@pytest.fixture
def large(plan: Plan, executive, trustee) -> Plan:
    """Three priorities, forty actions with an owner each, some of them dropped."""
    for name in ("Point 1", "Point 2", "Point 3"):
        add_priority(plan, name, key_issue="Nobody looks at it.")
    for number in range(40):
        priority = plan.priorities.in_order()[number % 3]
        action = add_action(priority, owner=trustee, owner_name="Trustee")
        if number % 8 == 7:
            client_of(executive).post(address("drop_action", action), {"reason": "Done."})
    return plan


@pytest.fixture
def two(plan: Plan) -> Plan:
    """Two priorities, two actions."""
    first = add_priority(plan, "Point 1", key_issue="Nobody looks at it.")
    add_priority(plan, "Point 2")
    add_action(first)
    add_action(first)
    return plan


def row_for(name: str, plan: Plan):
    priority = plan.priorities.in_order()[0]
    if name in ("detail", "choose", "edit", "adopt"):
        return plan
    of_action = name in ("edit_action", "drop_action", "move_action")
    return priority.actions.in_order()[0] if of_action else priority


@pytest.mark.parametrize(("name", "expected"), READING.items())
@pytest.mark.parametrize("size", ["action", "large"])
def test_reading_costs_a_fixed_number(
    size, name, expected, request, executive, django_assert_num_queries
) -> None:
    made = request.getfixturevalue(size)
    plan = made if size == "large" else made.priority.plan
    client, row = client_of(executive), row_for(name, plan)
    with django_assert_num_queries(expected):
        assert client.get(address(name, row)).status_code == 200


def test_the_way_to_the_plan_costs_little(plan, executive, django_assert_num_queries) -> None:
    client = client_of(executive)
    where = reverse("plans:for_assessment", args=[plan.assessment_id])
    with django_assert_num_queries(3):
        assert client.get(where).status_code == 302
    plan.delete()
    with django_assert_num_queries(5):
        assert client.get(where).status_code == 200


def asked(client: Client, where: str, fields: dict[str, Any], status: int) -> int:
    """How many queries sending the form takes; control of the transaction is none."""
    with CaptureQueriesContext(connection) as queries:
        assert client.post(where, fields).status_code == status
    return sum(
        not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
        for query in queries
    )


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("edit", {"title": "", "version": 1}, 4),
        ("adopt", {}, 7),
        ("choose", {"elements": "x"}, 8),
        ("priority", {"key_issue": "\x00"}, 7),
        ("drop_priority", {}, 6),
        ("add_action", {}, 6),
        ("edit_action", {}, 7),
        ("drop_action", {}, 6),
    ],
)
def test_a_form_with_errors_costs_what_the_page_costs(
    name, fields, expected, large, executive
) -> None:
    where = address(name, row_for(name, large))
    assert asked(client_of(executive), where, fields, 422) == expected


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        # One of them keeps in the session what the next page says of it.
        ("edit", {"title": "Plan for 2027", "version": 1}, 8),
        ("priority", {"key_issue": "Something else.", "version": 1}, 8),
        ("edit_action", action_fields(version=1), 11),
        ("add_action", action_fields(), 13),
        ("drop_action", {"reason": "Done."}, 8),
        ("move_priority", {"direction": "down", "place": 1}, 8),
        ("move_action", {"direction": "down", "place": 1}, 8),
    ],
)
@pytest.mark.parametrize("size", ["two", "large"])
def test_a_save_costs_a_fixed_number(size, name, fields, expected, executive, request) -> None:
    plan = request.getfixturevalue(size)
    where = address(name, row_for(name, plan))
    assert asked(client_of(executive), where, fields, 302) == expected


@pytest.mark.parametrize("size", ["action", "large"])
def test_the_home_panel_costs_two(
    size, request, executive, northfield, django_assert_num_queries
) -> None:
    request.getfixturevalue(size)
    executive.memberships_by_trust  # noqa: B018 – read once a request, whatever the panels
    with django_assert_num_queries(2):
        panel = plans_panel(executive, northfield)
        render_to_string(panel.template_name, {"panel": panel})
    assert panel in panels_for(executive, northfield)
