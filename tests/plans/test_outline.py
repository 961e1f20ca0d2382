"""A plan arranged for reading."""

from __future__ import annotations

from plans.actions import drop_priority
from plans.outline import Counts, Outline, outline_of
from plans.views import read_outline
from tests.plans.conftest import add_action, add_priority


def test_an_empty_plan_has_an_empty_outline() -> None:
    outline = outline_of(priorities=[], actions=[], ratings=[])
    assert outline == Outline(priorities=[], dropped=[])
    assert (outline.actions, outline.counts) == ([], Counts(0, 0, 0, 0, 0, 0))
    assert outline.unfinished == []


def test_what_is_still_to_be_written_is_said_in_words(plan, django_assert_num_queries) -> None:
    add_priority(plan, "Point 1")
    issue = add_priority(plan, "Point 2", key_issue="Nobody looks at it.")
    both = add_priority(plan, "Point 3", key_issue="Nor at this.")
    add_action(both)
    with django_assert_num_queries(3):
        outline = read_outline(plan)
    assert [one.needs for one in outline.priorities] == [
        ["a key issue", "an action"],
        ["an action"],
        [],
    ]
    assert [one.priority for one in outline.unfinished] == [
        plan.priorities.get(element__name="Point 1"),
        issue,
    ]
    assert [one.rating.level.name for one in outline.priorities] == ["Step 2", "Step 4", "Step 1"]


def test_a_dropped_priority_and_its_actions_are_left_out_of_the_figures(priority, lead) -> None:
    add_action(priority, status="in_progress")
    other = add_priority(priority.plan, "Point 1")
    add_action(other)
    drop_priority(priority=other, reason="Next year.", by=lead)
    outline = read_outline(priority.plan)
    assert [one.priority for one in outline.priorities] == [priority]
    assert [one.priority for one in outline.dropped] == [other]
    assert outline.counts == Counts(
        priorities=1, actions=1, not_started=0, in_progress=1, done=0, overdue=0
    )
    assert len(outline.dropped[0].actions) == 1
