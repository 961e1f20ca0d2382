"""Who may read which framework; the apps above this one add to it.

Everybody reads what publishers wrote. A framework of a trust's own is its people's alone,
and who they are is known above this app: whoever links frameworks to trusts registers a
rule in its `AppConfig.ready()`, so imports still run one way
(docs/decisions/0011-who-reads-a-framework.md).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q

Rule = Callable[[Any], Q]
"""From a user, who may be anonymous, to which unpublished frameworks that user reads."""

_rules: list[Rule] = []


def register(rule: Rule) -> Rule:
    """Let some people read some unpublished frameworks."""
    _rules.append(rule)
    return rule


def readable_by(user: Any) -> Q:
    """The condition on frameworks that this user may read."""
    condition = Q(is_published=True)
    for rule in _rules:
        condition |= rule(user)
    return condition
