"""The plans' part of a trust's home page: what is overdue, what is yours, what to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from assessments.models import Assessment
from plans.models import Action, Plan, Priority
from plans.outline import counts_of
from plans.querysets import OPEN
from trusts.home import Panel, Task, register
from trusts.models import Trust, User
from trusts.permissions import Permission, has_permission

SOON = timedelta(days=30)
OWN_TASKS_SHOWN = 5
WRITERS = "Governance lead or executive"


@register
def plans_panel(user: User, trust: Trust) -> Panel:
    """Tasks, and the trust's current plan with its actions counted; two queries."""
    assessments = list(
        Assessment.objects.visible_to(user)
        .filter(trust=trust)
        .select_related("framework", "plan")
        .annotate(**_how_far_written())
        .order_by("-created_at")
    )
    plans = [assessment.plan for assessment in assessments if hasattr(assessment, "plan")]
    current = _current(plans)
    actions = _actions(user, trust, current=current)
    tasks = _own_tasks(user, actions)
    if has_permission(user, Permission.PLAN, trust):
        tasks += [*_overdue_tasks(plans, actions), *_unwritten_tasks(assessments)]
        tasks += _draft_tasks(assessments)
    context = _section(plans, current, actions)
    return Panel("plans/_home.html", context, tuple(tasks))


def _current(plans: Sequence[Plan]) -> Plan | None:
    """The plan that the board adopted last; the newest draft where it has adopted none."""
    adopted = [plan for plan in plans if plan.is_adopted]
    if adopted:
        return max(adopted, key=lambda plan: (plan.adopted_at, plan.created_at))
    return plans[0] if plans else None


def _actions(user: User, trust: Trust, *, current: Plan | None) -> list[Action]:
    """All that is still to be done in the trust, and every action of the current plan."""
    wanted = Q(status__in=OPEN)
    if current:
        wanted |= Q(priority__plan=current)
    actions = Action.objects.visible_to(user).active().filter(wanted)
    return list(
        actions.filter(priority__plan__assessment__trust=trust)
        .select_related("priority")
        .only("description", "owner", "owner_name", "due_on", "status", "priority__plan")
        .order_by("due_on", "pk")
    )


def _own_tasks(user: User, actions: Iterable[Action]) -> list[Task]:
    """The person's own actions of the next weeks, the soonest by name and the rest counted."""
    latest = timezone.localdate() + SOON
    own = [
        action
        for action in actions
        if action.owner_id == user.pk and action.is_open and action.due_on <= latest
    ]
    named, rest = own[:OWN_TASKS_SHOWN], own[OWN_TASKS_SHOWN:]
    tasks = [
        Task(
            text=f"Your action: {Truncator(action.description).chars(90)}",
            url=action.get_absolute_url(),
            due_on=action.due_on,
            whose="You",
        )
        for action in named
    ]
    if rest:
        text = f"{len(rest)} more of your actions {'is' if len(rest) == 1 else 'are'} due"
        url = reverse("plans:detail", args=[rest[0].priority.plan_id])
        tasks.append(Task(text=text, url=url, due_on=rest[0].due_on, whose="You"))
    return tasks


def _overdue_tasks(plans: Iterable[Plan], actions: Iterable[Action]) -> list[Task]:
    """One for each plan that is behind."""
    overdue = [action for action in actions if action.is_overdue]
    tasks = []
    for plan in plans:
        late = [action for action in overdue if action.priority.plan_id == plan.pk]
        if late:
            count = "1 action is" if len(late) == 1 else f"{len(late)} actions are"
            tasks.append(
                Task(
                    text=f"{count} overdue: {plan.title}",
                    url=plan.get_absolute_url(),
                    due_on=late[0].due_on,
                    whose=_names(action.owner_name for action in late),
                )
            )
    return tasks


def _names(owners: Iterable[str]) -> str:
    names = list(dict.fromkeys(owners))
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:3])} and others"


def _unwritten_tasks(assessments: Iterable[Assessment]) -> list[Task]:
    """The newest agreed assessment by each framework, where it has no plan yet."""
    newest: dict[str, Assessment] = {}
    for assessment in assessments:
        if assessment.is_agreed:
            newest.setdefault(assessment.framework.key, assessment)
    return [
        Task(
            text=f"Write the action plan for {assessment.title}",
            url=reverse("plans:for_assessment", args=[assessment.pk]),
            whose=WRITERS,
            since=timezone.localdate(assessment.agreed_at),
        )
        for assessment in newest.values()
        if not hasattr(assessment, "plan")
    ]


def _how_far_written() -> dict[str, Exists]:
    """Of an assessment's plan: whether it has priorities, and any to which something is lacking."""
    priorities = Priority.objects.active().filter(plan__assessment=OuterRef("pk"))
    actions = Action.objects.active().filter(priority=OuterRef("pk"))
    return {
        "has_priorities": Exists(priorities),
        "has_gaps": Exists(priorities.filter(Q(key_issue="") | ~Exists(actions))),
    }


def _draft_tasks(assessments: Iterable[Assessment]) -> Iterator[Task]:
    """The newest plan by each framework, where the board has not adopted it yet."""
    seen: set[str] = set()
    for assessment in assessments:
        key = assessment.framework.key
        if key in seen or not hasattr(assessment, "plan"):
            continue
        seen.add(key)
        plan = assessment.plan
        if plan.is_adopted:
            continue
        is_complete = assessment.has_priorities and not assessment.has_gaps  # type: ignore[attr-defined]
        yield Task(
            text=f"Take {plan.title} to the board, and record its adoption"
            if is_complete
            else f"Finish writing {plan.title}",
            url=plan.get_absolute_url(),
            whose=WRITERS,
            since=timezone.localdate(plan.created_at),
        )


def _section(
    plans: Sequence[Plan], current: Plan | None, actions: Iterable[Action]
) -> dict[str, object]:
    """The current plan's actions by status, and the other plans. Counts, never a score."""
    if current is None:
        return {}
    others = [plan for plan in plans if plan != current]
    own = [action for action in actions if action.priority.plan_id == current.pk]
    return {
        "plan": current,
        "counts": counts_of(own, on=timezone.localdate()),
        "drafts": [plan for plan in others if not plan.is_adopted],
        "adopted": [plan for plan in others if plan.is_adopted],
    }
