"""What the history tells of plans, their priorities and their actions."""

from __future__ import annotations

from django.urls import reverse
from django.utils.text import Truncator

from frameworks.names import shares_name
from plans.models import Action, Plan, Priority, StrategicArea
from trusts.history import Event, Field, Kind, Telling, Values, becomes, on_day, one_of, register

PLACE = Field("order", "place in the order")
DROPPED = frozenset({"status", "dropped_at"})
RESTORED = DROPPED | {"drop_reason", "order"}


def plan_event(was: Values | None, now: Values | None) -> Event | None:
    if was is None:
        return Event("started", tells=frozenset({"status"}))
    if now and (was["status"], now["status"]) == ("draft", "adopted"):
        return Event("recorded that the board adopted", tells=frozenset({"status"}))
    return None


def dropped_or_not(added: str, removed: str) -> Telling:
    """The events of what can be dropped and taken up again, added and removed by these words."""

    def event(was: Values | None, now: Values | None) -> Event | None:
        if was is None:
            return Event(added, tells=frozenset({"order", "status"}))
        if now is None:
            return Event(removed)
        if becomes("dropped_at", was, now):
            return Event("dropped", tells=DROPPED)
        if becomes("dropped_at", now, was):
            return Event("took up again", tells=RESTORED)
        return None

    return event


def priority_name(values: Values) -> str:
    """With its domain where another element is called the same."""
    domain = f" ({values['domain']})" if values["shares_name"] else ""
    return f"the priority {values['element']}{domain} in {values['plan']}"


def action_name(values: Values) -> str:
    """Its first words, and whose plan it is in."""
    first_words = Truncator(Truncator(values["description"]).words(10)).chars(90)
    return f"“{first_words}” in {values['plan']}"


register(
    Kind(
        key="plan",
        model=Plan,
        label="Action plans",
        about=lambda values: f"{values['title']} for {values['assessment']}",
        fields=(
            Field("title", "title"),
            Field("status", "status", says=one_of(Plan.Status.choices)),
            Field("adopted_at", "day of the adoption", says=on_day),
            Field("next_review_on", "next review", says=on_day),
        ),
        names={"assessment": "assessment__title"},
        told=frozenset({"title"}),
        event=plan_event,
        address=lambda values: reverse("plans:detail", args=[values["id"]]),
    )
)
register(
    Kind(
        key="priority",
        model=Priority,
        label="Priorities",
        about=priority_name,
        fields=(
            Field("key_issue", "key issue", is_prose=True),
            Field("drop_reason", "reason for dropping", is_prose=True),
            PLACE,
        ),
        names={
            "plan": "plan__title",
            "element": "element__name",
            "domain": "element__domain__name",
            "shares_name": shares_name("element"),
            "dropped_at": "dropped_at",
        },
        event=dropped_or_not("added", "took out"),
        address=lambda values: reverse("plans:priority", args=[values["id"]]),
        within={"plan": "plan"},
    )
)
register(
    Kind(
        key="action",
        model=Action,
        label="Actions",
        about=action_name,
        fields=(
            Field("status", "status", says=one_of(Action.Status.choices)),
            Field("description", "text of what will be done", is_prose=True),
            Field("owner_name", "owner"),
            Field("due_on", "due date", says=on_day),
            Field("success_criterion", "success criterion", is_prose=True),
            Field("measure", "measure", is_prose=True),
            Field("baseline", "figure at the start", is_prose=True),
            Field("target", "target", is_prose=True),
            Field("strategic_area", "strategic area", says=one_of(StrategicArea.choices)),
            Field("drop_reason", "reason for dropping", is_prose=True),
            PLACE,
        ),
        names={
            "plan": "priority__plan__title",
            "priority_id": "priority_id",
            "dropped_at": "dropped_at",
        },
        event=dropped_or_not("added the action", "took out the action"),
        address=lambda values: (
            f"{reverse('plans:priority', args=[values['priority_id']])}#action-{values['id']}"
        ),
        within={"priority": "priority", "plan": "priority__plan"},
    )
)
