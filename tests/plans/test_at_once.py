"""Several people at once, on a database whose transactions are real."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from time import sleep
from typing import Any

import pytest
from django.db import connection, connections, transaction

from assessments.actions import create_assessment
from assessments.models import Assessment
from plans.action_changes import AddedBefore, add_action, edit_action, move_action
from plans.actions import (
    ChangedMeanwhile,
    adopt_plan,
    choose_priorities,
    move_priority,
    put_back,
    start_plan,
    write_key_issue,
)
from plans.choosing import Change
from plans.handover import OpenActions
from plans.models import Action, Plan, Priority
from plans.personal_data import owner_names
from tests.conftest import make_framework, make_user
from tests.plans.conftest import action_fields
from tests.together import WRITERS, at_once
from trusts.erasing import traces_of
from trusts.models import Role, Trust


@pytest.fixture
def committed(transactional_db: None) -> Assessment:
    """An assessment of eight points that other connections see."""
    trust = Trust.objects.create(name="Northfield Learning Trust", slug="northfield")
    lead = make_user("lead@northfield.example", trust=trust, role=Role.LEAD)
    framework = make_framework(domains=(4, 4))
    return create_assessment(
        trust=trust, framework=framework, title="At once", due_on=None, by=lead
    )


@pytest.fixture
def plan(committed: Assessment) -> Plan:
    return start_plan(assessment=committed, by=committed.created_by)


def new_action(priority: Priority, **fields: Any) -> Action:
    """Not saved yet."""
    typed = action_fields()
    names = ("description", "owner_name", "success_criterion", "strategic_area", "status")
    values = {name: typed[name] for name in names} | {"due_on": date(2027, 3, 27)}
    return Action(priority=priority, **values | fields)


def element_ids(plan: Plan) -> list[int]:
    return list(plan.assessment.ratings.in_order().values_list("element", flat=True))


def fill(plan: Plan, count: int) -> list[Priority]:
    change = Change(added=element_ids(plan)[:count], removed={})
    return choose_priorities(plan=plan, change=change, by=plan.created_by).added


def test_starting_at_once_makes_one_plan(committed) -> None:
    plans = at_once(lambda n: start_plan(assessment=committed, by=committed.created_by).pk)
    assert plans == [Plan.objects.get().pk] * WRITERS
    assert Plan.history.count() == 1


def test_adopting_at_once_records_one_day(plan) -> None:
    days = [date(2026, 11, 1 + n) for n in range(WRITERS)]
    recorded = at_once(lambda n: adopt_plan(plan=plan, on=days[n], by=plan.created_by))
    assert sorted(recorded) == [False] * (WRITERS - 1) + [True]
    plan.refresh_from_db()
    assert plan.adopted_at.date() == days[recorded.index(True)]
    assert plan.history.filter(status="adopted").count() == 1


def test_choosing_different_elements_at_once_keeps_them_all(plan) -> None:
    ids = element_ids(plan)

    def work(number: int) -> int:
        change = Change(added=[ids[number], ids[0]], removed={})
        return len(choose_priorities(plan=plan, change=change, by=plan.created_by).added)

    assert sum(at_once(work)) == WRITERS
    rows = list(plan.priorities.in_order())
    assert {row.element_id for row in rows} == set(ids)
    assert [row.order for row in rows] == list(range(1, WRITERS + 1))
    assert plan.assessment.ratings.filter(is_priority=True).count() == WRITERS
    assert Priority.history.count() == WRITERS


def test_element_chosen_twice_is_put_in_once(plan) -> None:
    first = element_ids(plan)[0]
    change = Change(added=[first, first], removed={})
    assert len(choose_priorities(plan=plan, change=change, by=plan.created_by).added) == 1


def test_taking_out_and_writing_at_once_never_loses_the_words(plan) -> None:
    priorities = fill(plan, WRITERS)

    def work(number: int) -> str:
        target = priorities[number // 2]
        if number % 2:
            change = Change(added=[], removed={target.element_id: ""})
            chosen = choose_priorities(plan=plan, change=change, by=plan.created_by)
            return "kept" if chosen.kept else "out"
        row = Priority(pk=target.pk, key_issue=f"Issue {number}")
        try:
            write_key_issue(priority=row, version=1, by=plan.created_by)
        except Priority.DoesNotExist:
            removed = Priority.history.filter(id=target.pk, history_type="-").get()
            back = put_back(removed=removed, by=plan.created_by)
            back.key_issue = f"Issue {number}"
            write_key_issue(priority=back, version=back.version, by=plan.created_by)
        return "written"

    at_once(work)
    for number in range(0, WRITERS, 2):
        row = Priority.objects.get(pk=priorities[number // 2].pk)
        assert row.key_issue == f"Issue {number}"


def test_of_many_key_issues_at_once_one_is_saved_and_the_others_hear_of_it(plan) -> None:
    priority = fill(plan, 1)[0]

    def work(number: int) -> str:
        row = Priority(pk=priority.pk, key_issue=f"Issue {number}")
        try:
            write_key_issue(priority=row, version=1, by=plan.created_by)
        except ChangedMeanwhile as change:
            return f"lost to {change.current.key_issue}"
        return "saved"

    outcomes = at_once(work)
    winner = outcomes.index("saved")
    assert sorted(outcomes) == sorted(["saved"] + [f"lost to Issue {winner}"] * (WRITERS - 1))
    priority.refresh_from_db()
    assert (priority.key_issue, priority.version) == (f"Issue {winner}", 2)
    assert priority.history.filter(version=2).count() == 1


def test_one_action_sent_many_times_at_once_is_added_once(plan) -> None:
    priority, key = fill(plan, 1)[0], uuid.uuid4()
    at_once(lambda n: add_action(action=new_action(priority, key=key), by=plan.created_by))
    assert Action.objects.get().key == key
    assert Action.history.count() == 1


def test_one_key_for_different_words_at_once_adds_one_and_tells_the_others(plan) -> None:
    priority, key = fill(plan, 1)[0], uuid.uuid4()

    def work(number: int) -> str:
        action = new_action(priority, key=key, description=f"Do thing {number}")
        try:
            add_action(action=action, by=plan.created_by)
        except AddedBefore as before:
            return f"there is {before.action.description}"
        return "added"

    outcomes = at_once(work)
    winner = outcomes.index("added")
    expected = ["added"] + [f"there is Do thing {winner}"] * (WRITERS - 1)
    assert sorted(outcomes) == sorted(expected)


def test_actions_added_at_once_are_all_there_one_after_another(plan) -> None:
    priority = fill(plan, 1)[0]
    at_once(lambda n: add_action(action=new_action(priority), by=plan.created_by))
    orders = [action.order for action in priority.actions.in_order()]
    assert orders == list(range(1, WRITERS + 1))


def test_of_many_edits_at_once_one_is_saved(plan) -> None:
    priority = fill(plan, 1)[0]
    add_action(action=new_action(priority), by=plan.created_by)
    made = Action.objects.get()

    def work(number: int) -> str:
        row = Action.objects.get(pk=made.pk)
        row.description = f"Do thing {number}"
        try:
            edit_action(action=row, version=1, by=plan.created_by)
        except ChangedMeanwhile:
            return "lost"
        return "saved"

    outcomes = at_once(work)
    assert outcomes.count("saved") == 1
    made.refresh_from_db()
    assert made.description == f"Do thing {outcomes.index('saved')}"


def test_moving_at_once_leaves_every_row_in_one_place(plan) -> None:
    priorities = fill(plan, 4)
    for number in range(4):
        action = new_action(priorities[0], description=f"Do thing {number}")
        add_action(action=action, by=plan.created_by)
    actions = list(Action.objects.all())

    def work(number: int) -> None:
        move_priority(priority=priorities[number % 4], up=number < 4, by=plan.created_by)
        move_action(action=actions[number % 4], up=number < 4, by=plan.created_by)

    at_once(work)
    for rows in (plan.priorities.in_order(), priorities[0].actions.in_order()):
        assert [row.order for row in rows] == [1, 2, 3, 4]


def wait_for_others(count: int) -> None:
    """Until so many other connections wait for a row that this one holds."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0] == count:
                return
        sleep(0.01)
    pytest.fail(f"{count} others never came to wait.")


def alone(work: Callable[[], None]) -> None:
    """In a transaction, on a connection of this thread's own."""
    try:
        with transaction.atomic():
            work()
    finally:
        connections.close_all()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there one writes at a time")
@pytest.mark.parametrize("leaving", ["the trust", "the service"])
def test_handing_on_and_moving_never_wait_for_each_other_for_ever(plan, leaving) -> None:
    """Both wait for the row that is held here, and want the other one next."""
    [priority], lead, trust = fill(plan, 1), plan.created_by, plan.assessment.trust
    heir = make_user("heir@northfield.example", trust=trust, role=Role.EXECUTIVE)
    for number in range(2):
        add_action(action=new_action(priority, owner=lead, description=f"{number}"), by=lead)
    first, second = Action.objects.order_by("pk")
    move_action(action=second, up=True, by=lead)

    def hand_on() -> None:
        if leaving == "the trust":
            OpenActions().hand_on(trust=trust, person=lead, to=heir, by=heir)
        else:
            owner_names(traces_of(lead))

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            Action.objects.select_for_update().get(pk=first.pk)
            handing_on = pool.submit(alone, hand_on)
            wait_for_others(1)
            moving = pool.submit(alone, lambda: move_action(action=second, up=False, by=heir))
            wait_for_others(2)
        handing_on.result()
        moving.result()
    assert list(priority.actions.in_order()) == [first, second]
    assert {action.version for action in priority.actions.all()} == {2}
