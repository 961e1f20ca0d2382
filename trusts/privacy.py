"""A person's own data as a file, and taking their name and address out of the service.

What is kept, why and for how long is written in docs/privacy.md.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from trusts.erasing import sent_to, traces_of
from trusts.holding import hold
from trusts.invitations import withdraw
from trusts.letters import mail_to, send
from trusts.models import FORMER_MEMBER, Invitation, Trust, User
from trusts.people import is_last_lead, remove_member
from trusts.personal_data import Row, Section, Traces, erase, hold_all, sections

logger = logging.getLogger(__name__)
FORMAT = "trust-quality-personal-data/1"
"""What the file is, and of which version (docs/personal-data.schema.json)."""

ABOUT = (
    "What Trust Quality keeps about you and what you wrote in it. Texts that several people "
    "wrote are told by the words that you added, as the words of others are theirs. Each "
    "section says in “columns” what its keys mean. Times are in ISO 8601."
)


class StillLeads(Exception):
    """Trusts would be left with nobody to lead them; nothing is changed.

    Attributes:
        trusts: those that the person leads alone.
    """

    def __init__(self, trusts: list[Trust]) -> None:
        super().__init__("The person is the only governance lead of a trust.")
        self.trusts = trusts


def export(person: User) -> dict[str, Any]:
    """All that is kept about the person, as the file has it."""
    return {
        "format": FORMAT,
        "made_at": _plain(timezone.now()),
        "about": ABOUT,
        "sections": [_told(section, person) for section in sections()],
    }


def _told(section: Section, person: User) -> dict[str, Any]:
    rows = [_of(section, row) for row in section.rows(person)]
    return {
        "key": section.key,
        "title": section.title,
        "about": section.about,
        "columns": dict(section.columns),
        "rows": rows,
    }


def _of(section: Section, row: Row) -> dict[str, Any]:
    """A row with the keys that its section explains, and no others."""
    return {key: _plain(row.get(key)) for key in section.columns}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if value is None or isinstance(value, bool | int | str):
        return value
    return [_plain(one) for one in value] if isinstance(value, list) else str(value)


def leads_alone(person: User) -> list[Trust]:
    """The trusts that nobody else could lead if this person went, by name."""
    trusts = Trust.objects.filter(memberships__user=person).order_by("name")
    return [trust for trust in trusts if is_last_lead(person, trust)]


@transaction.atomic
def anonymise(*, person: User, heirs: Mapping[int, User] | None = None, by: User | None) -> bool:
    """End the account for good: places, ways in, name and address go; the record stays.

    Names within texts that people wrote stay: no program can tell whom they mean. Safe to
    repeat, and for two at once.

    Args:
        heirs: who takes on what the person owns, by the trust's key; nobody where none is
            named, so that it stays under "Former member".
        by: who does it; None for the service itself, where the person belongs to no trust.

    Returns:
        Whether there was anything to do.

    Raises:
        StillLeads: the person is the only lead of a trust.
        ChangedMeanwhile: an heir has left.
    """
    _hold_trusts(person)
    hold_all(traces_of(person))
    # Whoever would let the person into a trust waits for this row; see `invitations.accept`.
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.anonymised_at:
        return False
    if alone := leads_alone(person):
        raise StillLeads(alone)
    traces = traces_of(person)
    _leave(traces, heirs or {}, by=by or person)
    erase(traces)
    person.groups.clear()
    person.user_permissions.clear()
    User.objects.filter(pk=person.pk).update(
        email=traces.email,
        name=FORMER_MEMBER,
        password=make_password(None),
        is_active=False,
        is_staff=False,
        is_superuser=False,
        last_login=None,
        anonymised_at=timezone.now(),
    )
    logger.info("Person %s was anonymised by %s.", person.pk, by.pk if by else "the service")
    return True


def _hold_trusts(person: User) -> None:
    """All that the person belongs or is invited to, in order: nobody waits in a ring."""
    invited = Invitation.objects.pending().filter(email__iexact=person.email)
    concerned = Q(memberships__user=person) | Q(invitations__in=invited)
    for trust in Trust.objects.filter(concerned).distinct().order_by("pk"):
        hold(trust)


def _leave(traces: Traces, heirs: Mapping[int, User], *, by: User) -> None:
    memberships = traces.person.memberships.select_related("trust").order_by("trust")
    for membership in memberships:
        remove_member(membership=membership, heir=heirs.get(membership.trust_id), by=by)
    for invitation in Invitation.objects.pending().filter(sent_to(traces.emails)).order_by("trust"):
        withdraw(invitation=invitation, by=by)


def say_goodbye(*, email: str, name: str) -> None:
    """Tell the person by mail, so that nobody's account ends unnoticed.

    Call it when the end is committed. A mail that cannot be sent changes nothing.
    """
    context = {"name": name, "contact": settings.PRIVACY_CONTACT}
    body = render_to_string("trusts/mail/account_deleted.txt", context)
    send(mail_to(email, subject="Your Trust Quality account was deleted", body=body))
