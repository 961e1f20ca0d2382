"""Which role may do what: one enum, one map, one question."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from trusts.models import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from trusts.models import Trust, User


class Permission(StrEnum):
    """What can be done in a trust; the value finishes the sentence "you cannot …"."""

    VIEW = "see this trust’s work"
    RESPOND = "give a view of your own"
    RATE = "record or sign off the board’s ratings"
    MANAGE = "set up or change an assessment or a framework"
    PLAN = "write the action plan"
    REVIEW = "invite or answer a peer review"
    ISSUE = "issue a report"
    INVITE = "invite people or change roles"
    SETTINGS = "change the trust’s settings"


PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.LEAD: frozenset(Permission),
    Role.CHAIR: frozenset(
        {
            Permission.VIEW,
            Permission.RESPOND,
            Permission.RATE,
            Permission.REVIEW,
            Permission.ISSUE,
        }
    ),
    Role.EXECUTIVE: frozenset(
        {
            Permission.VIEW,
            Permission.RESPOND,
            Permission.PLAN,
            Permission.REVIEW,
            Permission.ISSUE,
        }
    ),
    Role.TRUSTEE: frozenset({Permission.VIEW, Permission.RESPOND}),
    Role.OBSERVER: frozenset({Permission.VIEW}),
}


def roles_with(permission: Permission) -> list[str]:
    """The roles that may do it."""
    return [role for role, permissions in PERMISSIONS.items() if permission in permissions]


class WrongRole(PermissionDenied):
    """The right trust and the wrong role; carries what the 403 page needs to say whom to ask."""

    def __init__(self, permission: Permission, trust: Trust) -> None:
        super().__init__(f"You cannot {permission}.")
        self.permission = permission
        self.trust = trust


def has_permission(user: User | AnonymousUser, permission: Permission, trust: Trust) -> bool:
    """Whether the user's role in the trust allows it; reads memberships once a request."""
    if not user.is_authenticated:
        return False
    if trust.requires_second_factor and not user.second_factor_shown:
        return False
    membership = user.memberships_by_trust.get(trust.pk)
    return membership is not None and permission in PERMISSIONS[membership.role]


def require_permission(user: User | AnonymousUser, permission: Permission, trust: Trust) -> None:
    """Go on only where the role allows it.

    Raises:
        WrongRole: it does not; answered with 403 and whom to ask.
    """
    if not has_permission(user, permission, trust):
        raise WrongRole(permission, trust)


def allowed(user: User | AnonymousUser, trust: Trust) -> dict[str, bool]:
    """What the user may do in the trust, for templates: `{% if may.rate %}`."""
    return {
        permission.name.lower(): has_permission(user, permission, trust)
        for permission in Permission
    }
