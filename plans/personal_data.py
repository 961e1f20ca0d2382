"""What plans keep about a person: the actions they own, and what they wrote and did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q

from plans.handover import OWNER_NAME_LENGTH
from plans.models import Action, Origin, Plan, Priority
from trusts.erasing import without
from trusts.models import User
from trusts.personal_data import Row, Section, Traces, erases, register
from trusts.writing import Deed, Writing

AT, DID, TRUST, PLAN = (
    {"at": "When"},
    {"did": "What you did"},
    {"trust": "Trust"},
    {"plan": "Plan"},
)
OF_PRIORITY = {
    "trust": "plan__assessment__trust__name",
    "plan": "plan__title",
    "element": "element__name",
}
OF_ACTION = {
    "trust": "priority__plan__assessment__trust__name",
    "plan": "priority__plan__title",
    "element": "priority__element__name",
}
OF_PLAN = {"trust": "assessment__trust__name", "plan": "title"}
PAST: Any = Action.history
PLANS = Writing(
    Plan,
    texts=("title",),
    facts={"next_review_on": "next_review_on"},
    names={"trust": "assessment__trust__name"},
)
PRIORITIES = Writing(Priority, texts=("key_issue", "drop_reason"), names=OF_PRIORITY)
ACTIONS = Writing(
    Action,
    texts=(
        "description",
        "success_criterion",
        "measure",
        "baseline",
        "target",
        "drop_reason",
    ),
    facts={"due_on": "due_on", "status": "status", "strategic_area": "strategic_area"},
    names=OF_ACTION,
)
DEEDS = (
    Deed(Plan, "started", "created_by", "created_at", OF_PLAN),
    Deed(Plan, "had adopted", "adopted_by", "adopted_at", OF_PLAN),
    Deed(Priority, "took out a priority", "dropped_by", "dropped_at", OF_PRIORITY),
    Deed(Action, "took out an action", "dropped_by", "dropped_at", OF_ACTION),
    Deed(Origin, "took up what was said", "created_by", "created_at", OF_ACTION),
)


def owned(person: User) -> Iterator[Row]:
    """The actions that stand under the person's name: what they are to do, and by when."""
    actions = Action.objects.filter(owner=person).order_by("due_on", "pk")
    for action in actions.select_related("priority__plan__assessment__trust"):
        plan = action.priority.plan
        yield {
            "trust": plan.assessment.trust.name,
            "plan": plan.title,
            "description": action.description,
            "due_on": action.due_on,
            "status": action.get_status_display(),
            "owner_name": action.owner_name,
        }


@erases
def owner_names(traces: Traces) -> None:
    """Owners as plans print them, today and in the history.

    A page that is open with the old name cannot write it back: the version goes up. All of
    them are held first, by their keys, as `move_row` holds them.
    """
    typed = _typed(traces)
    theirs = Action.objects.filter(typed | Q(owner=traces.person)).select_for_update(of=("self",))
    list(theirs.order_by("pk").values_list("pk"))
    newer = {"version": F("version") + 1}
    everywhere: tuple[tuple[Any, dict[str, Any]], ...] = ((Action.objects, newer), (PAST, {}))
    for rows, more in everywhere:
        rows.filter(owner=traces.person).update(owner_name=traces.name, **more)
        for row in rows.filter(typed).only("pk", "owner_name"):
            told = without(traces, row.owner_name)[:OWNER_NAME_LENGTH]
            rows.filter(pk=row.pk).update(owner_name=told, **more)


def _typed(traces: Traces) -> Q:
    """Where the owner was typed and has no account, in the trusts that the person belonged to.

    Such as “Owen Prosser, director of education”, from before Owen Prosser had an account.
    """
    named = Q(pk__in=[])
    for name in traces.names:
        named |= Q(owner_name__icontains=name)
    return named & Q(owner=None, priority__plan__assessment__trust__in=traces.trusts)


register(
    Section(
        key="actions",
        title="Actions that you own",
        about="What stands in a plan under your name.",
        columns={
            **TRUST,
            **PLAN,
            "description": "What is to be done",
            "due_on": "Due date",
            "status": "Status",
            "owner_name": "Name as it is printed",
        },
        rows=owned,
        tells_of=frozenset({"plans.Action.owner"}),
    )
)
register(
    Section(
        key="plans",
        title="Plans, priorities and actions: what you did",
        about="What plans say of you today, with the reasons that stand beside it.",
        columns={**AT, **DID, **TRUST, **PLAN, "element": "Element"},
        rows=lambda person: (row for deed in DEEDS for row in deed.rows(person)),
        tells_of=frozenset(deed.column for deed in DEEDS),
    )
)
register(
    Section(
        key="plan_titles",
        title="Plans that you named or dated",
        about="The words that you added to a plan’s title, and the next review that you set.",
        columns={
            **AT,
            **TRUST,
            "title": "Your words in the title",
            "next_review_on": "Next review",
        },
        rows=PLANS.rows,
    )
)
register(
    Section(
        key="priorities",
        title="Priorities that you wrote",
        about="The words that you added, each time you saved a priority.",
        columns={
            **AT,
            **TRUST,
            **PLAN,
            "element": "Element",
            "key_issue": "Your words in the key issue",
            "drop_reason": "Your words in the reason for taking it out",
        },
        rows=PRIORITIES.rows,
    )
)
register(
    Section(
        key="action_texts",
        title="Actions that you wrote",
        about="The words that you added and what you chose, each time you saved an action.",
        columns={
            **AT,
            **TRUST,
            **PLAN,
            "element": "Element",
            "description": "Your words in what will be done",
            "success_criterion": "Your words in the success criterion",
            "measure": "Your words in the measure",
            "baseline": "Your words in the figure at the start",
            "target": "Your words in the target",
            "drop_reason": "Your words in the reason for taking it out",
            "due_on": "Due date",
            "status": "Status",
            "strategic_area": "Strategic area",
        },
        rows=ACTIONS.rows,
    )
)
