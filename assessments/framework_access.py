"""A trust's own frameworks are read by its people, and by nobody else."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from frameworks.access import register
from frameworks.models import Framework
from frameworks.querysets import FrameworkQuerySet
from trusts.models import Trust, User


@register
def own_frameworks(user: User | AnonymousUser) -> Q:
    """Which unpublished frameworks the user may read, as a condition on frameworks."""
    return Q(owner__trust__in=Trust.objects.visible_to(user))


def readable_in(trust: Trust, *, user: User) -> FrameworkQuerySet:
    """What the user may read of use to this trust: never another trust's own framework."""
    return Framework.objects.visible_to(user).filter(Q(owner=None) | Q(owner__trust=trust))
