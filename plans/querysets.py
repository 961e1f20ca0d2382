"""Finding plans, priorities and actions; `visible_to` is the only door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from frameworks.names import shares_name
from trusts.querysets import TrustOwnedQuerySet

if TYPE_CHECKING:
    from plans.models import Action, Origin, Plan, Priority
    from trusts.models import Trust

OPEN = ("not_started", "in_progress")
"""Statuses of an action on which something is still to be done."""


class PlanQuerySet(TrustOwnedQuerySet["Plan"]):
    """Plans of the trusts that a person may see."""

    path_to_trust = "assessment__trust"

    def get_by_natural_key(self, slug: str, title: str) -> Plan:
        return self.get(assessment__trust__slug=slug, assessment__title=title)

    def for_page(self) -> PlanQuerySet:
        """Each with its assessment, trust and framework, in one query."""
        return self.select_related(
            "assessment__trust",
            "assessment__framework",
            "assessment__agreed_by",
            "created_by",
            "adopted_by",
        )

    def in_force(self, trust: Trust) -> PlanQuerySet:
        """What the trust's board has adopted, the newest first; the first is the one that runs."""
        adopted = self.filter(assessment__trust=trust, adopted_at__isnull=False)
        return adopted.order_by("-adopted_at", "-created_at")


class PriorityQuerySet(TrustOwnedQuerySet["Priority"]):
    """Priorities of the plans that a person may see."""

    path_to_trust = "plan__assessment__trust"

    def get_by_natural_key(self, slug: str, title: str, code: str) -> Priority:
        return self.get(
            plan__assessment__trust__slug=slug, plan__assessment__title=title, element__code=code
        )

    def for_page(self) -> PriorityQuerySet:
        """Each with its element, plan, trust and framework, in one query."""
        return self.with_name().select_related(
            "plan__assessment__trust", "plan__assessment__framework", "dropped_by"
        )

    def with_name(self) -> PriorityQuerySet:
        """Each with its element, and whether another of the framework is called the same."""
        named = self.select_related("element__domain")
        return named.annotate(shares_name=shares_name("element"))  # type: ignore[no-redef]

    def in_order(self) -> PriorityQuerySet:
        """As the plan orders them."""
        return self.order_by("order", "pk")

    def active(self) -> PriorityQuerySet:
        """Those that the plan still means to act on."""
        return self.filter(dropped_at=None)

    def under_way(self) -> PriorityQuerySet:
        """Those on which something is still to be done, each with how many actions that are."""
        is_open = Q(actions__status__in=OPEN)
        counted = self.active().annotate(open_count=Count("actions", filter=is_open))
        return counted.filter(open_count__gt=0)


class ActionQuerySet(TrustOwnedQuerySet["Action"]):
    """Actions of the plans that a person may see."""

    path_to_trust = "priority__plan__assessment__trust"

    def get_by_natural_key(self, key: str) -> Action:
        return self.get(key=key)

    def for_page(self) -> ActionQuerySet:
        """Each with its priority, element, plan, trust and framework, in one query."""
        return self.select_related(
            "priority__plan__assessment__trust",
            "priority__plan__assessment__framework",
            "priority__element__domain",
            "dropped_by",
            "origin",
        )

    def in_order(self) -> ActionQuerySet:
        """As each priority orders them."""
        return self.order_by("order", "pk")

    def active(self) -> ActionQuerySet:
        """Those not dropped, of priorities not dropped."""
        return self.exclude(status="dropped").filter(priority__dropped_at=None)

    def open(self) -> ActionQuerySet:
        """Those of the active ones on which something is still to be done."""
        return self.active().filter(status__in=OPEN)


class OriginQuerySet(TrustOwnedQuerySet["Origin"]):
    """What came from where, in the plans that a person may see."""

    path_to_trust = "priority__plan__assessment__trust"
