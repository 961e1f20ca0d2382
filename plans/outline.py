"""A plan as it is read: priorities in order, each with its rating and actions. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from assessments.models import Rating
from plans.models import Action, Priority


@dataclass(frozen=True)
class PriorityOutline:
    """One priority with the board's judgement of its element, and what will be done."""

    priority: Priority
    rating: Rating | None
    actions: Sequence[Action]
    dropped_actions: Sequence[Action]

    @property
    def needs(self) -> list[str]:
        """What is still to be written, in words."""
        missing = [] if self.priority.key_issue else ["a key issue"]
        return missing if self.actions else [*missing, "an action"]


@dataclass(frozen=True)
class Counts:
    """How much there is of what. It counts and never scores.

    Attributes:
        priorities: None where only the actions are spoken of.
    """

    priorities: int | None
    actions: int
    not_started: int
    in_progress: int
    done: int
    overdue: int


def counts_of(actions: Iterable[Action], *, on: date, priorities: int | None = None) -> Counts:
    """Count the actions that were not dropped, as they stand on the day."""
    actions = list(actions)
    statuses = Counter(action.status for action in actions)
    return Counts(
        priorities=priorities,
        actions=len(actions),
        not_started=statuses[Action.Status.NOT_STARTED],
        in_progress=statuses[Action.Status.IN_PROGRESS],
        done=statuses[Action.Status.DONE],
        overdue=sum(action.is_overdue_on(on) for action in actions),
    )


@dataclass(frozen=True)
class Outline:
    """A plan's priorities, and its actions counted. It counts and never scores."""

    priorities: Sequence[PriorityOutline]
    dropped: Sequence[PriorityOutline]

    @property
    def actions(self) -> list[Action]:
        """Those that the plan still means to do or has done, in the plan's order."""
        return [action for one in self.priorities for action in one.actions]

    @property
    def counts(self) -> Counts:
        return counts_of(self.actions, on=timezone.localdate(), priorities=len(self.priorities))

    @property
    def unfinished(self) -> list[PriorityOutline]:
        """Priorities for which something is still to be written."""
        return [one for one in self.priorities if one.needs]


def outline_of(
    *, priorities: Iterable[Priority], actions: Iterable[Action], ratings: Iterable[Rating]
) -> Outline:
    """Arrange a plan.

    Args:
        priorities: in the plan's order, each with its element loaded.
        actions: of all those priorities, in their order.
        ratings: of the plan's assessment, each with its level loaded.
    """
    rating_of = {rating.element_id: rating for rating in ratings}
    actions_of: dict[int, list[Action]] = {}
    for action in actions:
        actions_of.setdefault(action.priority_id, []).append(action)
    outlines = [
        PriorityOutline(
            priority,
            rating_of.get(priority.element_id),
            [one for one in actions_of.get(priority.pk, ()) if not one.is_dropped],
            [one for one in actions_of.get(priority.pk, ()) if one.is_dropped],
        )
        for priority in priorities
    ]
    return Outline(
        priorities=[one for one in outlines if not one.priority.is_dropped],
        dropped=[one for one in outlines if one.priority.is_dropped],
    )
