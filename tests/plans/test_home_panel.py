"""What the plans tell a trust's home page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from assessments.actions import agree_assessment, create_assessment
from plans.actions import adopt_plan, drop_priority, start_plan
from plans.home_panel import plans_panel
from plans.models import Action
from plans.outline import Counts
from tests.conftest import make_framework
from tests.plans.conftest import add_action, add_priority, address, element
from trusts.home import Panel
from trusts.permissions import allowed


def texts(panel: Panel) -> list[str]:
    return [task.text for task in panel.tasks]


def html(panel: Panel, user, trust) -> str:
    context = {"panel": panel, "trust": trust, "may": allowed(user, trust)}
    return " ".join(render_to_string(panel.template_name, context).split())


def days(number: int):
    return timezone.localdate() + timedelta(days=number)


def test_without_any_plan_there_is_nothing_to_count(assessment, executive, northfield) -> None:
    panel = plans_panel(executive, northfield)
    assert (panel.tasks, panel.context) == ((), {})
    assert "There is no action plan yet." in html(panel, executive, northfield)


@pytest.mark.parametrize(
    ("role", "is_asked"),
    [("lead", True), ("executive", True), ("chair", False), ("observer", False)],
)
def test_an_agreed_assessment_without_a_plan_is_a_task_for_who_may_write_it(
    role, is_asked, rated, chair, northfield, request
) -> None:
    user = request.getfixturevalue(role)
    assert texts(plans_panel(user, northfield)) == []
    agree_assessment(assessment=rated, minute_reference="", by=chair)
    panel = plans_panel(user, northfield)
    if not is_asked:
        assert panel.tasks == ()
        return
    (task,) = panel.tasks
    assert task.text == "Write the action plan for Self-assessment 2026"
    assert task.url == address("for_assessment", rated)
    assert (task.whose, task.since) == ("Governance lead or executive", timezone.localdate())


def test_only_the_newest_agreed_assessment_of_a_framework_asks_for_a_plan(
    rated, chair, lead, northfield, framework
) -> None:
    agree_assessment(assessment=rated, minute_reference="", by=chair)
    newer = create_assessment(
        trust=northfield, framework=framework, title="Newer", due_on=None, by=lead
    )
    agree_assessment(assessment=newer, minute_reference="", by=chair)
    other = create_assessment(
        trust=northfield, framework=make_framework("other"), title="Other", due_on=None, by=lead
    )
    agree_assessment(assessment=other, minute_reference="", by=chair)
    assert set(texts(plans_panel(lead, northfield))) == {
        "Write the action plan for Newer",
        "Write the action plan for Other",
    }
    plan = start_plan(assessment=newer, by=lead)
    finish = f"Finish writing {plan.title}"
    assert texts(plans_panel(lead, northfield)) == ["Write the action plan for Other", finish]


def test_a_draft_is_a_task_until_the_board_has_adopted_it(
    priority, lead, executive, chair, northfield
) -> None:
    plan = priority.plan
    finish = f"Finish writing {plan.title}"
    assert texts(plans_panel(executive, northfield)) == [finish]
    add_action(priority, status="done")
    (task,) = plans_panel(lead, northfield).tasks
    assert task.text == f"Take {plan.title} to the board, and record its adoption"
    assert (task.url, task.since) == (address("detail", plan), timezone.localdate())
    assert texts(plans_panel(chair, northfield)) == []
    empty = add_priority(plan, "Point 1", key_issue="Nobody looks at it.")
    assert texts(plans_panel(lead, northfield)) == [finish]
    drop_priority(priority=empty, reason="Next year.", by=lead)
    adopt_plan(plan=plan, on=timezone.localdate(), by=lead)
    assert texts(plans_panel(lead, northfield)) == []


def test_overdue_actions_are_counted_with_whose_and_since(priority, lead, northfield) -> None:
    add_action(priority, due_on=days(-10), owner_name="Ravi Shah")
    add_action(priority, due_on=days(-3), owner_name="Ravi Shah")
    add_action(priority, due_on=days(-2), owner_name="Amara Okafor", status="done")
    add_action(priority, due_on=timezone.localdate())
    dropped = add_priority(priority.plan, "Point 1")
    add_action(dropped, due_on=days(-3))
    drop_priority(priority=dropped, reason="Next year.", by=lead)
    task = plans_panel(lead, northfield).tasks[0]
    assert task.text == f"2 actions are overdue: {priority.plan.title}"
    assert (task.url, task.due_on) == (address("detail", priority.plan), days(-10))
    assert task.whose == "Ravi Shah"


def test_one_overdue_action_is_said_in_the_singular_and_many_owners_are_cut_short(
    priority, lead, northfield
) -> None:
    add_action(priority, due_on=days(-1))
    said = texts(plans_panel(lead, northfield))
    assert said[0] == f"1 action is overdue: {priority.plan.title}"
    for name in "BCDE":
        add_action(priority, due_on=days(-1), owner_name=name)
    assert plans_panel(lead, northfield).tasks[0].whose == "Amara Okafor, B, C and others"


def test_ones_own_actions_of_the_next_thirty_days_are_tasks_whatever_the_role(
    priority, trustee, lead, northfield
) -> None:
    own = {"owner": trustee, "owner_name": "Trustee"}
    soon = add_action(priority, description="x" * 200, due_on=days(30), **own)
    late = add_action(priority, description="Late", due_on=days(-5), **own)
    add_action(priority, description="Later", due_on=days(31), **own)
    add_action(priority, description="Done", due_on=days(1), status="done", **own)
    add_action(priority, description="Somebody's", due_on=days(1), owner=lead, owner_name="Lead")
    tasks = plans_panel(trustee, northfield).tasks
    assert [task.text for task in tasks] == ["Your action: Late", f"Your action: {'x' * 89}…"]
    assert [task.due_on for task in tasks] == [days(-5), days(30)]
    assert [task.url for task in tasks] == [late.get_absolute_url(), soon.get_absolute_url()]


def test_many_own_actions_are_counted_after_the_fifth(priority, trustee, northfield) -> None:
    for number in range(5):
        add_action(priority, due_on=days(number), owner=trustee, owner_name="Trustee")
    assert len(plans_panel(trustee, northfield).tasks) == 5
    for number, text in (
        (9, "1 more of your actions is due"),
        (8, "2 more of your actions are due"),
    ):
        add_action(priority, due_on=days(number), owner=trustee, owner_name="Trustee")
        *named, last = plans_panel(trustee, northfield).tasks
        assert [task.due_on for task in named] == [days(n) for n in range(5)]
        assert (last.text, last.due_on) == (text, days(number))
        assert last.url == address("detail", priority.plan)


def test_the_section_counts_the_plan_adopted_last_and_names_the_others(
    priority, lead, chair, northfield, framework
) -> None:
    earlier = priority.plan
    add_action(priority, due_on=days(-5))
    newer = create_assessment(
        trust=northfield, framework=framework, title="Newer", due_on=None, by=lead
    )
    plan = start_plan(assessment=newer, by=lead)
    own = add_priority(plan, "Point 1")
    add_action(own, status="done")
    add_action(own, due_on=days(-1))
    add_action(own, status="in_progress", due_on=days(5))
    gone = add_action(own)
    Action.objects.filter(pk=gone.pk).update(
        status="dropped", drop_reason="So.", dropped_at=timezone.now(), dropped_by=lead
    )
    panel = plans_panel(chair, northfield)
    assert panel.context == {
        "plan": plan,
        "counts": Counts(None, actions=3, not_started=1, in_progress=1, done=1, overdue=1),
        "drafts": [earlier],
        "adopted": [],
    }
    page = html(panel, chair, northfield)
    assert "3 actions: 1 done, 1 in progress, 1 not started." in page
    assert "1 is overdue." in page
    assert "the board has not adopted it yet" in page
    assert earlier.get_absolute_url() in page
    adopt_plan(plan=earlier, on=days(-2), by=lead)
    context = plans_panel(chair, northfield).context
    assert (context["plan"], context["drafts"], context["adopted"]) == (earlier, [plan], [])
    assert context["counts"].overdue == 1
    adopt_plan(plan=plan, on=timezone.localdate(), by=lead)
    panel = plans_panel(chair, northfield)
    assert (panel.context["plan"], panel.context["adopted"]) == (plan, [earlier])
    assert "Adopted by the board on" in html(panel, chair, northfield)


def test_another_trusts_plans_are_neither_counted_nor_named(
    action, stranger, southmere, northfield
) -> None:
    assert plans_panel(stranger, southmere).context == {}
    assert plans_panel(stranger, northfield).context == {}
    assert element(action.priority.plan, "Point 3")
