"""Finding plans, priorities and actions; `visible_to` is the only door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trusts.querysets import TrustOwnedQuerySet

if TYPE_CHECKING:
    from plans.models import Action, Plan, Priority


class PlanQuerySet(TrustOwnedQuerySet["Plan"]):
    """Plans of the trusts that a person may see."""

    path_to_trust = "assessment__trust"


class PriorityQuerySet(TrustOwnedQuerySet["Priority"]):
    """Priorities of the plans that a person may see."""

    path_to_trust = "plan__assessment__trust"


class ActionQuerySet(TrustOwnedQuerySet["Action"]):
    """Actions of the plans that a person may see."""

    path_to_trust = "priority__plan__assessment__trust"
