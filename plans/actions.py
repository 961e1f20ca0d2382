"""Changes of a plan's and a priority's state. Keyword-only, atomic, `by=` says who.

Whoever changes which priorities a plan has, or their order, first holds the plan's row,
so that two people at once take turns. `action_changes.py` does the same for actions.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import Truncator
from simple_history.utils import bulk_create_with_history

from assessments.actions import mark_priorities
from assessments.models import Assessment
from plans.choosing import Change
from plans.models import TITLE_MAX_LENGTH, Action, Plan, Priority
from trusts.models import User


class ChangedMeanwhile(Exception):
    """Somebody else saved the row after the writer's page was made.

    Attributes:
        current: the row as it stands now.
        by: who wrote it, where that is known.
        at: when.
    """

    def __init__(self, current: Any) -> None:
        super().__init__(f"{current._meta.verbose_name} has been saved in the meantime")
        self.current = current
        versions = type(current).history.filter(id=current.pk, version=current.version)
        last = versions.select_related("history_user").order_by("history_date").first()
        self.by: User | None = last.history_user if last else None
        self.at: datetime | None = last.history_date if last else None


class DroppedAlready(Exception):
    """Somebody else has dropped it, for another reason than the writer's.

    Attributes:
        current: the row as it stands now, with who dropped it, when and why.
    """

    def __init__(self, current: Priority | Action) -> None:
        super().__init__("This has been dropped already.")
        self.current = current


@dataclass
class Chosen:
    """What a choice of priorities came to."""

    added: list[Priority] = field(default_factory=list)
    restored: list[Priority] = field(default_factory=list)
    removed: list[Priority] = field(default_factory=list)
    dropped: list[Priority] = field(default_factory=list)
    kept: list[Priority] = field(default_factory=list)
    """Not taken out after all: somebody has written to them since the page was made."""


def write_history(row: models.Model, *, by: User) -> None:
    """Record an UPDATE that no `save()` saw."""
    type(row).history.bulk_history_create([row], update=True, default_user=by)  # type: ignore[attr-defined]


@transaction.atomic
def start_plan(*, assessment: Assessment, by: User) -> Plan:
    """The assessment's plan, made if there is none; two people at once get the same one."""
    if plan := Plan.objects.filter(assessment=assessment).first():
        return plan
    plan = Plan(assessment=assessment, title=_first_title(assessment), created_by=by)
    plan._history_user = by  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError:
        return Plan.objects.get(assessment=assessment)
    return plan


def _first_title(assessment: Assessment) -> str:
    """What the plan is called until somebody names it; none of the trust's others is."""
    title = f"Action plan {timezone.localdate().year}"
    others = Plan.objects.filter(assessment__trust=assessment.trust_id)
    if others.filter(title=title).exists():
        title = f"{title}: {assessment.title}"
    return Truncator(title).chars(TITLE_MAX_LENGTH)


@transaction.atomic
def edit_plan(*, plan: Plan, version: int, by: User) -> None:
    """Save the plan's title and review date, and the corrected day of an adoption.

    Raises:
        ChangedMeanwhile: somebody else saved others first; nothing is written.
    """
    written = Plan.objects.filter(pk=plan.pk, version=version).update(
        title=plan.title,
        next_review_on=plan.next_review_on,
        adopted_at=plan.adopted_at,
        version=F("version") + 1,
    )
    current = Plan.objects.for_page().get(pk=plan.pk)
    if written:
        write_history(current, by=by)
    elif not current.says_the_same_as(plan):
        raise ChangedMeanwhile(current)


def noon_of(day: date) -> datetime:
    """The moment that stands for a day of which nobody wrote down the hour."""
    return timezone.make_aware(datetime.combine(day, time(12)))


@transaction.atomic
def adopt_plan(*, plan: Plan, on: date, by: User) -> bool:
    """Record that the board adopted the plan, at noon of the day of its meeting.

    Returns:
        Whether it was recorded. False: the plan was adopted already, and is as it was.
    """
    written = Plan.objects.filter(pk=plan.pk, status=Plan.Status.DRAFT).update(
        status=Plan.Status.ADOPTED,
        adopted_at=noon_of(on),
        adopted_by=by,
        version=F("version") + 1,
    )
    if written:
        write_history(Plan.objects.get(pk=plan.pk), by=by)
    return written == 1


@transaction.atomic
def choose_priorities(*, plan: Plan, change: Change, by: User) -> Chosen:
    """Put elements into the plan and take others out; what others changed stays.

    One that is empty goes without a trace but in the history. One that somebody has
    written to is dropped where a reason was given, and stays where none was.
    """
    Plan.objects.select_for_update().get(pk=plan.pk)
    rows = plan.priorities.select_for_update(of=("self",)).select_related("element")
    by_element = {priority.element_id: priority for priority in rows}
    chosen = Chosen()
    new = [pk for pk in dict.fromkeys(change.added) if pk not in by_element]
    chosen.added = _create_priorities(plan, new, after=by_element.values(), by=by)
    for pk in change.added:
        if (priority := by_element.get(pk)) and priority.is_dropped:
            _take_up_again(priority, by=by)
            chosen.restored.append(priority)
    _take_out(plan, [by_element.get(pk) for pk in change.removed], change, chosen, by=by)
    kept = {priority.element_id for priority in chosen.kept}
    _flag(plan, add=set(change.added), remove=set(change.removed) - kept, by=by)
    return chosen


def _create_priorities(
    plan: Plan, element_ids: list[int], *, after: Collection[Priority], by: User
) -> list[Priority]:
    last = max((priority.order for priority in after), default=0)
    rows = [
        Priority(plan=plan, element_id=pk, order=order)
        for order, pk in enumerate(element_ids, start=last + 1)
    ]
    return bulk_create_with_history(rows, Priority, default_user=by) if rows else []


def _take_out(
    plan: Plan, priorities: list[Priority | None], change: Change, chosen: Chosen, *, by: User
) -> None:
    with_actions = set(
        Action.objects.filter(priority__plan=plan).values_list("priority", flat=True)
    )
    for priority in priorities:
        if priority is None or priority.is_dropped:
            continue
        reason = change.removed[priority.element_id]
        if not priority.key_issue and priority.pk not in with_actions:
            priority._history_user = by  # type: ignore[attr-defined]
            priority.delete()
            chosen.removed.append(priority)
        elif reason:
            _drop(priority, reason=reason, by=by)
            chosen.dropped.append(priority)
        else:
            chosen.kept.append(priority)


def _flag(plan: Plan, *, add: Collection[int] = (), remove: Collection[int] = (), by: User) -> None:
    """Mark the same elements as priorities on the assessment, and leave its others alone."""
    if add or remove:
        mark_priorities(assessment=plan.assessment, add=add, remove=remove, by=by)


@transaction.atomic
def put_back(*, removed: Any, by: User) -> Priority:
    """The priority that somebody took out of its plan while another was writing to it.

    It was empty then, or it could not have been taken out. What comes to be written in
    it now counts as if it had come first.

    Args:
        removed: the history row of its removal.
    """
    plan = Plan.objects.select_for_update().select_related("assessment").get(pk=removed.plan_id)
    priority = plan.priorities.filter(element=removed.element_id).first()
    if priority is None:
        order = last_order(plan.priorities.all()) + 1
        priority = removed.instance
        priority.order = order
        priority._history_user = by
        priority.save(force_insert=True)
        _flag(plan, add={priority.element_id}, by=by)
    return Priority.objects.for_page().get(pk=priority.pk)


@transaction.atomic
def write_key_issue(*, priority: Priority, version: int, by: User) -> None:
    """Save the priority's key issue.

    Raises:
        ChangedMeanwhile: somebody else saved another first; nothing is written.
    """
    written = Priority.objects.filter(pk=priority.pk, version=version).update(
        key_issue=priority.key_issue, version=F("version") + 1
    )
    current = Priority.objects.for_page().get(pk=priority.pk)
    if written:
        write_history(current, by=by)
    elif current.key_issue != priority.key_issue:
        raise ChangedMeanwhile(current)


@transaction.atomic
def drop_priority(*, priority: Priority, reason: str, replace: bool = False, by: User) -> None:
    """Leave the priority out of the plan; it stays readable below, with the reason.

    Args:
        replace: the writer has seen the reason of who dropped it before, and goes on.

    Raises:
        DroppedAlready: somebody has dropped it for another reason.
    """
    plan = Plan.objects.select_for_update().select_related("assessment").get(pk=priority.plan_id)
    current = _locked(priority)
    if current.drop_reason == reason:
        return
    if current.is_dropped and not replace:
        raise DroppedAlready(current)
    _drop(current, reason=reason, by=by)
    _flag(plan, remove={current.element_id}, by=by)


def _locked(priority: Priority) -> Priority:
    return Priority.objects.for_page().select_for_update(of=("self",)).get(pk=priority.pk)


def _drop(priority: Priority, *, reason: str, by: User) -> None:
    priority.drop_reason, priority.dropped_at, priority.dropped_by = reason, timezone.now(), by
    _save_dropping(priority, by=by)


@transaction.atomic
def restore_priority(*, priority: Priority, by: User) -> None:
    """Take a dropped priority up again, at the end of the plan."""
    plan = Plan.objects.select_for_update().select_related("assessment").get(pk=priority.plan_id)
    current = _locked(priority)
    if current.is_dropped:
        _take_up_again(current, by=by)
        _flag(plan, add={current.element_id}, by=by)


def _take_up_again(priority: Priority, *, by: User) -> None:
    priority.drop_reason, priority.dropped_at, priority.dropped_by = "", None, None
    priority.order = last_order(Priority.objects.filter(plan=priority.plan_id)) + 1
    _save_dropping(priority, by=by)


def _save_dropping(priority: Priority, *, by: User) -> None:
    """Write these columns alone: the key issue may have been saved since the row was read."""
    priority._history_user = by  # type: ignore[attr-defined]
    priority.save(update_fields=["drop_reason", "dropped_at", "dropped_by", "order"])


@transaction.atomic
def move_priority(*, priority: Priority, up: bool, place: int | None = None, by: User) -> None:
    """Swap the priority with its neighbour; see `move_row`."""
    Plan.objects.select_for_update().get(pk=priority.plan_id)
    rows = Priority.objects.filter(plan=priority.plan_id).active()
    move_row(rows, pk=priority.pk, up=up, place=place, by=by)


def move_row(
    active: models.QuerySet[Any], *, pk: int, up: bool, place: int | None, by: User
) -> None:
    """Swap a row with its neighbour and number all of them from one.

    They are held by their keys, as whoever else holds several of them does: in any other
    order two of them could wait for each other for ever.

    Args:
        active: those that have a place, under a lock of their parent.
        place: where the person saw it, from one. Where it stands elsewhere by now,
            nothing moves, so that a click sent twice moves once.
    """
    held = active.select_for_update().order_by("pk")
    rows = sorted(held, key=lambda row: (row.order, row.pk))
    at = next((i for i, row in enumerate(rows) if row.pk == pk), None)
    if at is None or place not in (None, at + 1):
        return
    to = at - 1 if up else at + 1
    if not 0 <= to < len(rows):
        return
    rows[at], rows[to] = rows[to], rows[at]
    moved = [row for order, row in enumerate(rows, start=1) if row.order != order]
    for order, row in enumerate(rows, start=1):
        row.order = order
    type(rows[0]).objects.bulk_update(moved, ["order"])
    type(rows[0]).history.bulk_history_create(moved, update=True, default_user=by)


def last_order(rows: models.QuerySet[Any]) -> int:
    return rows.aggregate(last=models.Max("order"))["last"] or 0
