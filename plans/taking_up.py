"""Taking up into the plan what somebody said of the assessment, so that it stays known from where.

Keyword-only, atomic, `by=` says who; safe to repeat.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F

from assessments.models import Assessment
from assessments.sources import Source
from plans.actions import choose_priorities, start_plan
from plans.choosing import Change
from plans.models import Action, Origin, Plan, Priority
from trusts.models import User


@dataclass(frozen=True)
class TakenUp:
    """What taking something up came to.

    Attributes:
        is_new: whether its element was no priority before.
        is_restored: whether the priority had been dropped, and is taken up again.
        was_before: whether the same thing had become this priority before; nothing changed.
        wrote_issue: whether its words are the key issue now.
        begins_plan: whether the assessment had no plan before.
    """

    priority: Priority
    is_new: bool = False
    is_restored: bool = False
    was_before: bool = False
    wrote_issue: bool = False
    begins_plan: bool = False


@transaction.atomic
def take_up_as_priority(*, assessment: Assessment, source: Source, by: User) -> TakenUp:
    """Make the element of what was said a priority, with its words as the key issue.

    A key issue that is written already stays as it is. Where the same thing became a priority
    before, nothing changes, also if that has been dropped since.
    """
    begins_plan = not Plan.objects.filter(assessment=assessment).exists()
    plan = _held(assessment, by=by)
    if before := _taken_up(plan, source):
        return TakenUp(before, was_before=True)
    taken = _put_in(plan, source, by=by)
    wrote_issue = _write_issue_if_empty(taken.priority, source, by=by)
    _remember(taken.priority, source, by=by)
    return replace(taken, wrote_issue=wrote_issue, begins_plan=begins_plan)


def _element_of(source: Source) -> int:
    if source.element_id is None:
        raise ValueError(
            "It is of the assessment as a whole: say which element it is taken up for."
        )
    return source.element_id


@transaction.atomic
def make_room_for_action(*, assessment: Assessment, source: Source, by: User) -> TakenUp:
    """See that there is a priority to add an action to; its key issue is left alone.

    A priority that has been dropped stays so: the page that adds actions says what to do.
    """
    begins_plan = not Plan.objects.filter(assessment=assessment).exists()
    plan = _held(assessment, by=by)
    priority = plan.priorities.filter(element=_element_of(source)).first()
    if priority:
        return TakenUp(priority)
    taken = _put_in(plan, source, by=by)
    _remember(taken.priority, source, by=by)
    return replace(taken, begins_plan=begins_plan)


def remember_action(*, action: Action, source: Source, by: User) -> None:
    """Note what an action came from, in the transaction that adds it."""
    Origin.objects.create(
        priority_id=action.priority_id,
        action=action,
        source=source.path,
        label=source.label,
        created_by=by,
    )


def _held(assessment: Assessment, *, by: User) -> Plan:
    """The assessment's plan, whose row is held: two clicks at once take turns."""
    plan = start_plan(assessment=assessment, by=by)
    return Plan.objects.select_for_update().get(pk=plan.pk)


def _taken_up(plan: Plan, source: Source) -> Priority | None:
    priorities = Priority.objects.for_page().filter(plan=plan, element=_element_of(source))
    return priorities.filter(origins__source=source.path, origins__action=None).first()


def _put_in(plan: Plan, source: Source, *, by: User) -> TakenUp:
    element_id = _element_of(source)
    change = Change(added=[element_id], removed={})
    chosen = choose_priorities(plan=plan, change=change, by=by)
    priority = Priority.objects.for_page().get(plan=plan, element=element_id)
    return TakenUp(priority, is_new=bool(chosen.added), is_restored=bool(chosen.restored))


def _write_issue_if_empty(priority: Priority, source: Source, *, by: User) -> bool:
    """Whoever wrote one first is not written over, nor told of a page that is out of date."""
    if not source.text:
        return False
    written = Priority.objects.filter(pk=priority.pk, key_issue="").update(
        key_issue=source.text, version=F("version") + 1
    )
    if written:
        priority.refresh_from_db(fields=["key_issue", "version"])
        Priority.history.bulk_history_create(
            [priority],
            update=True,
            default_user=by,
            default_change_reason=f"From {source.label}",
        )
    return written == 1


def _remember(priority: Priority, source: Source, *, by: User) -> None:
    Origin.objects.create(priority=priority, source=source.path, label=source.label, created_by=by)
