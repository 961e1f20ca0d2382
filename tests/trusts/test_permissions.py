"""Which role may do what, against one table."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from trusts.models import Membership, Role, Trust, User
from trusts.permissions import (
    PERMISSIONS,
    Permission,
    WrongRole,
    allowed,
    has_permission,
    require_permission,
)

# As the design has it: lead, chair, executive, trustee, observer.
TABLE = {
    Permission.VIEW: (True, True, True, True, True),
    Permission.RESPOND: (True, True, True, True, False),
    Permission.RATE: (True, True, False, False, False),
    Permission.MANAGE: (True, False, False, False, False),
    Permission.PLAN: (True, False, True, False, False),
    Permission.REVIEW: (True, True, True, False, False),
    Permission.ISSUE: (True, True, True, False, False),
    Permission.SETTINGS: (True, False, False, False, False),
    Permission.INVITE: (True, False, False, False, False),
}
ROLES = (Role.LEAD, Role.CHAIR, Role.EXECUTIVE, Role.TRUSTEE, Role.OBSERVER)
CASES = [
    (role, permission, expected)
    for permission, row in TABLE.items()
    for role, expected in zip(ROLES, row, strict=True)
]


def test_table_names_every_permission_and_role() -> None:
    assert set(TABLE) == set(Permission)
    assert set(ROLES) == set(Role) == set(PERMISSIONS)


@pytest.fixture
def member(northfield: Trust) -> User:
    user = User.objects.create_user("member@northfield.example", name="Member")
    Membership.objects.create(user=user, trust=northfield, role=Role.OBSERVER)
    return user


@pytest.mark.parametrize(("role", "permission", "expected"), CASES)
def test_role_has_permission(
    role: Role, permission: Permission, expected: bool, member: User, northfield: Trust
) -> None:
    Membership.objects.update(role=role)
    assert has_permission(member, permission, northfield) is expected
    assert allowed(member, northfield)[permission.name.lower()] is expected
    if expected:
        require_permission(member, permission, northfield)
    else:
        with pytest.raises(WrongRole) as refusal:
            require_permission(member, permission, northfield)
        assert str(refusal.value) == f"You cannot {permission}."
        assert (refusal.value.permission, refusal.value.trust) == (permission, northfield)


@pytest.mark.parametrize("permission", Permission)
def test_another_trusts_lead_has_none(
    permission: Permission, stranger: User, northfield: Trust
) -> None:
    assert not has_permission(stranger, permission, northfield)


@pytest.mark.parametrize("permission", Permission)
def test_signed_out_has_none(permission: Permission, northfield: Trust) -> None:
    assert not has_permission(AnonymousUser(), permission, northfield)


@pytest.mark.parametrize("permission", Permission)
def test_operator_has_none_in_a_trust(permission: Permission, northfield: Trust) -> None:
    operator = User.objects.create_superuser("op@service.example", "a long passphrase", name="Op")
    assert not has_permission(operator, permission, northfield)


def test_role_in_one_trust_gives_nothing_in_another(
    lead: User, northfield: Trust, southmere: Trust
) -> None:
    Membership.objects.create(user=lead, trust=southmere, role=Role.OBSERVER)
    assert has_permission(lead, Permission.MANAGE, northfield)
    assert not has_permission(lead, Permission.RATE, southmere)


def test_permissions_take_one_query_a_request(
    lead: User, northfield: Trust, southmere: Trust, django_assert_num_queries
) -> None:
    reader = User.objects.get(pk=lead.pk)
    with django_assert_num_queries(1):
        allowed(reader, northfield)
        allowed(reader, southmere)
