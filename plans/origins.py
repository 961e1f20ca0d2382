"""What became, in a plan, of things that were said elsewhere (`assessments.sources`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import F, FilteredRelation, Q
from django.utils.text import get_text_list

from assessments.sources import Outcome, finds_outcomes
from frameworks.names import name_apart, shares_name
from plans.models import Origin, Priority
from plans.querysets import PriorityQuerySet
from trusts.models import User


@finds_outcomes
def what_became(user: User, paths: Collection[str]) -> Mapping[str, Sequence[Outcome]]:
    """The priorities and actions that came from these addresses; one query."""
    origins = Origin.objects.visible_to(user).filter(source__in=paths)
    origins = origins.annotate(shares_name=shares_name("priority__element"))
    found: dict[str, list[Outcome]] = {}
    for origin in origins.select_related("priority__element__domain", "action"):
        outcome = Outcome(
            label=_name(origin),
            url=origin.get_absolute_url(),
            is_priority=origin.action is None,
        )
        found.setdefault(origin.source, []).append(outcome)
    return found


def with_origins(priorities: PriorityQuerySet) -> list[Priority]:
    """In the plan's order, each with `came_from`: whose words it came from, if it did.

    The same query reads both, since the report's page has none to spare: a priority that came
    from several has as many rows, and stands here once.
    """
    of_priority = FilteredRelation("origins", condition=Q(origins__action=None))
    rows = priorities.annotate(came=of_priority, whose=F("came__label"))
    found: dict[int, Priority] = {}
    labels: dict[int, dict[str, None]] = {}
    for row in rows.order_by("order", "pk", "came__created_at", "came__pk"):
        found.setdefault(row.pk, row)
        whose: str | None = row.whose  # type: ignore[attr-defined]
        labels.setdefault(row.pk, {}).update({whose: None} if whose else {})
    for pk, priority in found.items():
        priority.came_from = get_text_list(list(labels[pk]), "and")  # type: ignore[attr-defined]
    return list(found.values())


def _name(origin: Origin) -> str:
    """What it is, and whether the plan still means to do it."""
    if origin.action:
        name, is_dropped = f"the action “{origin.action}”", origin.action.is_dropped
    else:
        called = name_apart(origin.priority.element, is_shared=origin.shares_name)  # type: ignore[attr-defined]
        name, is_dropped = f"the priority {called}", False
    is_dropped = is_dropped or origin.priority.is_dropped
    return f"{name} (dropped since)" if is_dropped else name
