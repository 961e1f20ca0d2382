"""Changes of an action's state. Keyword-only, atomic, `by=` says who.

Whoever adds an action or changes the order first holds the priority's row.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from assessments.sources import Source
from plans.actions import ChangedMeanwhile, DroppedAlready, last_order, move_row, write_history
from plans.models import WRITTEN_FIELDS, Action, Priority
from plans.taking_up import remember_action
from trusts.models import User


class AddedBefore(Exception):
    """The page that adds an action has added one already, and now says something else.

    Attributes:
        action: the one that it added.
    """

    def __init__(self, action: Action) -> None:
        super().__init__("An action has been added from this page already.")
        self.action = action


class PriorityDropped(Exception):
    """Nothing can be added to a dropped priority."""


@transaction.atomic
def add_action(*, action: Action, source: Source | None = None, by: User) -> None:
    """Add an action at the end of its priority.

    Safe to repeat: what the same page sent before is there already, and added once.

    Args:
        source: what the action came from, where it came from something that was said.

    Raises:
        AddedBefore: the page has added an action, and its boxes say something else now.
        PriorityDropped: somebody has dropped the priority.
    """
    priority = Priority.objects.select_for_update().get(pk=action.priority_id)
    added = Action.objects.filter(key=action.key).first()
    if added:
        first = Action.history.filter(id=added.pk).order_by("history_date", "history_id").first()
        if added.priority_id == priority.pk and action.says_the_same_as(first):
            return
        raise AddedBefore(added)
    if priority.is_dropped:
        raise PriorityDropped
    action.order = last_order(Action.objects.filter(priority=priority)) + 1
    action._history_user = by  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            action.save()
    except IntegrityError as fault:  # the same key at the same moment, under another priority
        raise AddedBefore(Action.objects.get(key=action.key)) from fault
    if source:
        remember_action(action=action, source=source, by=by)


@transaction.atomic
def edit_action(*, action: Action, version: int, by: User) -> None:
    """Save what people write of an action. A dropped one is taken up again by it.

    Raises:
        ChangedMeanwhile: somebody else saved it or dropped it first; nothing is written.
    """
    written = Action.objects.filter(pk=action.pk, version=version).update(
        **{name: getattr(action, name) for name in WRITTEN_FIELDS},
        drop_reason="",
        dropped_at=None,
        dropped_by=None,
        version=F("version") + 1,
    )
    current = Action.objects.for_page().get(pk=action.pk)
    if written:
        write_history(current, by=by)
    elif not current.says_the_same_as(action):
        raise ChangedMeanwhile(current)


@transaction.atomic
def drop_action(*, action: Action, reason: str, replace: bool = False, by: User) -> None:
    """Leave the action out of the plan; it stays readable below, with the reason.

    Args:
        replace: the writer has seen the reason of who dropped it before, and goes on.

    Raises:
        DroppedAlready: somebody has dropped it for another reason.
    """
    current = _locked(action)
    if current.drop_reason == reason:
        return
    if current.is_dropped and not replace:
        raise DroppedAlready(current)
    current.status, current.drop_reason = Action.Status.DROPPED, reason
    current.dropped_at, current.dropped_by = timezone.now(), by
    _save_dropping(current, by=by)


@transaction.atomic
def restore_action(*, action: Action, by: User) -> None:
    """Take a dropped action up again as it stood before, at the end of its priority."""
    Priority.objects.select_for_update().get(pk=action.priority_id)
    current = _locked(action)
    if not current.is_dropped:
        return
    before = Action.history.filter(id=current.pk).exclude(status=Action.Status.DROPPED)
    last = before.order_by("-history_date", "-history_id").first()
    current.status = last.status if last else Action.Status.NOT_STARTED
    current.drop_reason, current.dropped_at, current.dropped_by = "", None, None
    current.order = last_order(Action.objects.filter(priority=current.priority_id)) + 1
    _save_dropping(current, by=by)


def _locked(action: Action) -> Action:
    return Action.objects.for_page().select_for_update(of=("self",)).get(pk=action.pk)


def _save_dropping(action: Action, *, by: User) -> None:
    """Under a new version, so that an edit begun before does not undo it unread."""
    action.version += 1
    action._history_user = by  # type: ignore[attr-defined]
    action.save()


@transaction.atomic
def move_action(*, action: Action, up: bool, place: int | None = None, by: User) -> None:
    """Swap the action with its neighbour; see `move_row`."""
    Priority.objects.select_for_update().get(pk=action.priority_id)
    rows = Action.objects.filter(priority=action.priority_id).exclude(status="dropped")
    move_row(rows, pk=action.pk, up=up, place=place, by=by)
