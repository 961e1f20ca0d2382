"""What operators do to a trust or a person. Keyword-only, atomic, `by=` says who.

It stops short of a trust's own affairs: they let a governance lead in who lets in the others,
and help a person who has lost their second factors.
"""

from __future__ import annotations

from django.db import transaction

from trusts.holding import hold
from trusts.invitations import (
    Letter,
    Newcomer,
    Offer,
    invite,
    offers_for,
    withdraw,
    write_letter,
)
from trusts.models import Role, Trust, User
from trusts.people import change_role
from trusts.second_factor import remove_all
from trusts.sessions import end_all


class NotTheirs(Exception):
    """The trust's own people decide this; the message says why."""


@transaction.atomic
def give_lead(*, trust: Trust, lead: Newcomer, by: User) -> list[Letter]:
    """Let somebody lead a trust: by invitation, or at once who belongs to a trust without lead.

    Who is invited as a lead already gets another link.

    Returns:
        The mail to be sent, if any.

    Raises:
        NotTheirs: as `why_not` says.
    """
    hold(trust)
    [offer] = offers_for(trust, [lead])
    if reason := why_not(trust, offer, by=by):
        raise NotTheirs(reason)
    if offer.membership:
        change_role(membership=offer.membership, role=Role.LEAD, by=by)
        return []
    if offer.pending and offer.pending.role == Role.LEAD and not offer.is_needed:
        return [write_letter(offer.pending)]
    if offer.pending and offer.pending.role != Role.LEAD:
        withdraw(invitation=offer.pending, by=by)
    return invite(trust=trust, newcomers=[lead], by=by)


def why_not(trust: Trust, offer: Offer, *, by: User) -> str:
    """Why an operator may not let this person lead the trust; blank where they may."""
    email = offer.newcomer.email
    if email == by.email:
        return "You cannot let yourself into a trust. Its lead can, or another operator"
    place = offer.membership or offer.pending
    if offer.membership and offer.membership.role == Role.LEAD:
        barred = "" if offer.membership.user.is_active else ", but may not sign in"
        return f"{email} leads the trust already{barred}"
    if place and place.role != Role.LEAD and trust.leads.exists():
        is_in = "belongs to the trust" if offer.membership else "is invited"
        role = place.get_role_display().lower()
        return f"{email} {is_in} already, as {role}. A lead of the trust can change that"
    return ""


@transaction.atomic
def take_off_second_factors(*, person: User) -> int:
    """Let a person who has lost them sign in with the password alone; how many there were."""
    count = remove_all(person)
    end_all(person)
    return count
