"""Changes of who belongs to a trust and in which role. Keyword-only, atomic, `by=` says who.

One person's change is a turnover of one: the same rules, the same lock, the same history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from trusts.handover import hand_on
from trusts.holding import hold
from trusts.invitations import Letter, Newcomer, invite
from trusts.models import Membership, Role, Trust, User


class LastLead(Exception):
    """A trust keeps a governance lead who can sign in: nobody else could invite one."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed who belongs to the trust; nothing is written.

    Attributes:
        changes: those that no longer fit.
    """

    def __init__(self, changes: Sequence[Change]) -> None:
        super().__init__("The people of the trust have changed in the meantime.")
        self.changes = changes


@dataclass(frozen=True)
class Change:
    """What happens to one member.

    Attributes:
        membership: as the page showed it, with its role of then.
        role: the new role, or "" for somebody who leaves.
        heir: who takes on what the person owns; None leaves it under the person's name.
    """

    membership: Membership
    role: str = ""
    heir: User | None = None

    @property
    def leaves(self) -> bool:
        return not self.role

    @property
    def role_label(self) -> str:
        return Role(self.role).label


@dataclass
class TurnedOver:
    """What came of it."""

    left: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)


def change_role(*, membership: Membership, role: str, by: User) -> None:
    """Give a member another role.

    Raises:
        LastLead: nobody else leads the trust.
        ChangedMeanwhile: somebody else gave another role first, or removed the person.
    """
    turn_over(trust=membership.trust, changes=[Change(membership, role)], by=by)


def remove_member(*, membership: Membership, heir: User | None = None, by: User) -> None:
    """End a membership; what the person wrote stays, what they own may go to an heir.

    Raises:
        LastLead: nobody else leads the trust.
        ChangedMeanwhile: the person has another role now or has left, or the heir has.
    """
    turn_over(trust=membership.trust, changes=[Change(membership, heir=heir)], by=by)


@transaction.atomic
def turn_over(
    *, trust: Trust, changes: Sequence[Change], newcomers: Sequence[Newcomer] = (), by: User
) -> TurnedOver:
    """Everything that changes at the end of a year, all of it or nothing.

    Raises:
        LastLead: nobody would lead the trust.
        ChangedMeanwhile: as `remove_member`.
    """
    hold(trust)
    members = {row.pk: row for row in trust.memberships.select_related("user", "trust")}
    _refuse_outdated(changes, members)
    _refuse_no_lead(changes, members)
    done = TurnedOver()
    for change in changes:
        member = members[change.membership.pk]
        member._history_user = by  # type: ignore[attr-defined]
        if change.leaves:
            if change.heir:
                hand_on(trust=trust, person=member.user, to=change.heir, by=by)
            member.delete()
            done.left.append(change)
        else:
            member.role = change.role
            member.save()
            done.changed.append(change)
    done.letters = invite(trust=trust, newcomers=newcomers, by=by)
    return done


def _refuse_outdated(changes: Sequence[Change], members: Mapping[int, Membership]) -> None:
    leaving = {change.membership.pk for change in changes if change.leaves}
    staying = {row.user_id for row in members.values() if row.pk not in leaving}
    outdated = [
        change
        for change in changes
        if (now := members.get(change.membership.pk)) is None
        or now.role != change.membership.role
        or (change.heir and change.heir.pk not in staying)
    ]
    if outdated:
        raise ChangedMeanwhile(outdated)


def _refuse_no_lead(changes: Sequence[Change], members: Mapping[int, Membership]) -> None:
    if takes_last_lead(changes, list(members.values())):
        raise LastLead


def takes_last_lead(changes: Sequence[Change], members: Sequence[Membership]) -> bool:
    """Whether the changes would leave a trust without a lead that has one now."""
    becomes = {change.membership.pk: change.role for change in changes}
    active = [row for row in members if row.user.is_active]
    before = any(row.role == Role.LEAD for row in active)
    after = any(becomes.get(row.pk, row.role) == Role.LEAD for row in active)
    return before and not after


def is_last_lead(user: User, trust: Trust) -> bool:
    """Whether nobody but this person leads the trust and can sign in."""
    return {lead.pk for lead in trust.leads} == {user.pk}
