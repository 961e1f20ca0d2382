"""What became, in a plan, of things that were said elsewhere (`assessments.sources`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import OuterRef, Subquery

from assessments.sources import Outcome, finds_outcomes
from plans.models import Origin
from plans.querysets import PriorityQuerySet
from trusts.models import User


@finds_outcomes
def what_became(user: User, paths: Collection[str]) -> Mapping[str, Sequence[Outcome]]:
    """The priorities and actions that came from these addresses; one query."""
    origins = Origin.objects.visible_to(user).filter(source__in=paths)
    found: dict[str, list[Outcome]] = {}
    for origin in origins.select_related("priority__element", "action"):
        outcome = Outcome(
            label=_name(origin),
            url=origin.get_absolute_url(),
            is_priority=origin.action is None,
        )
        found.setdefault(origin.source, []).append(outcome)
    return found


def with_origin(priorities: PriorityQuerySet) -> PriorityQuerySet:
    """Each with `came_from`, whose words it first came from, if it did; in the same query."""
    first = Origin.objects.filter(priority=OuterRef("pk"), action=None).values("label")[:1]
    return priorities.annotate(came_from=Subquery(first))


def _name(origin: Origin) -> str:
    """What it is, and whether the plan still means to do it."""
    if origin.action:
        name, is_dropped = f"the action “{origin.action}”", origin.action.is_dropped
    else:
        name, is_dropped = f"the priority {origin.priority.element.name}", False
    is_dropped = is_dropped or origin.priority.is_dropped
    return f"{name} (dropped since)" if is_dropped else name
