"""What of accounts and trusts is not kept for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from trusts.closing import delete_trust
from trusts.models import Invitation, Membership, OperatorLook, Trust, User
from trusts.privacy import anonymise
from trusts.retention import Kind, deleting, letting_invitations_go, people_wanted, register


def ended_invitations(since: datetime) -> QuerySet[Invitation]:
    """Accepted, withdrawn or too old to be accepted since then."""
    pending = Q(accepted_at=None, withdrawn_at=None, expires_at__lt=since)
    return Invitation.objects.filter(Q(accepted_at__lt=since) | Q(withdrawn_at__lt=since) | pending)


def ended_sessions(since: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=since)


def left_places(since: datetime) -> QuerySet[UserSession]:
    """Browsers and network addresses of sessions that have ended."""
    live = Session.objects.filter(
        session_key=OuterRef("session_key"), expire_date__gt=timezone.now()
    )
    places: QuerySet[UserSession] = UserSession.objects.filter(last_seen_at__lt=since)
    return places.exclude(Exists(live))


def old_looks(since: datetime) -> QuerySet[OperatorLook]:
    return OperatorLook.objects.filter(at__lt=since)


def old_operator_changes(since: datetime) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(action_time__lt=since)


def former_people(since: datetime) -> QuerySet[User]:
    """Who belongs to no trust, is invited to none and has not signed in since then."""
    places: Any = Membership.history
    of_them = Membership.objects.filter(user=OuterRef("pk"))
    had_lately = places.filter(user=OuterRef("pk"), history_date__gte=since)
    invited = Invitation.objects.pending().filter(email__iexact=OuterRef("email"))
    people = User.objects.filter(
        Q(last_login=None) | Q(last_login__lt=since),
        anonymised_at=None,
        is_staff=False,
        date_joined__lt=since,
    )
    for wanted in (Exists(of_them), Exists(had_lately), Exists(invited), *people_wanted()):
        people = people.exclude(wanted)
    return people


def let_people_go(since: datetime) -> int:
    """Anonymise them one by one, each looked at again while nobody else can change them."""
    count = 0
    for key in former_people(since).order_by("pk").values_list("pk", flat=True):
        list(User.objects.select_for_update().filter(pk=key))
        person = former_people(since).filter(pk=key).first()
        if person and anonymise(person=person, by=None):
            count += 1
    return count


def closed_trusts(since: datetime) -> QuerySet[Trust]:
    """Nobody belongs to them or is invited, and nothing of their own was changed since then.

    A trust of which no history tells when anybody belonged to it is not known to have closed.
    """
    memberships: Any = Membership.history
    settings: Any = Trust.history
    people = Membership.objects.filter(trust=OuterRef("pk"))
    invited = Invitation.objects.filter(trust=OuterRef("pk"), expires_at__gte=since)
    of_people = memberships.filter(trust=OuterRef("pk"))
    of_itself = settings.filter(id=OuterRef("pk"))
    known = Trust.objects.filter(Exists(of_people) | Exists(of_itself))
    return (
        known.exclude(Exists(people))
        .exclude(Exists(invited))
        .exclude(Exists(of_people.filter(history_date__gte=since)))
        .exclude(Exists(of_itself.filter(history_date__gte=since)))
    )


def let_trusts_go(since: datetime) -> int:
    """Delete them one by one, each looked at again while nobody can join it."""
    count = 0
    for trust in closed_trusts(since).order_by("pk"):
        list(Trust.objects.select_for_update(no_key=True).filter(pk=trust.pk))
        if closed_trusts(since).filter(pk=trust.pk).exists():
            delete_trust(trust)
            count += 1
    return count


register(
    Kind(
        key="invitations",
        label="Invitations",
        after="they were accepted, withdrawn or too old to be accepted",
        due=ended_invitations,
        let_go=letting_invitations_go(ended_invitations),
    )
)
register(
    Kind(
        key="sessions",
        label="Sessions",
        after="they ended",
        due=ended_sessions,
        let_go=deleting(ended_sessions),
    )
)
register(
    Kind(
        key="places",
        label="Browsers and network addresses of sessions",
        after="they were noted last, once the session has ended",
        due=left_places,
        let_go=deleting(left_places),
        setting="sessions",
    )
)
register(
    Kind(
        key="looks",
        label="Looks of operators",
        after="the look",
        due=old_looks,
        let_go=deleting(old_looks),
    )
)
register(
    Kind(
        key="operator_changes",
        label="Changes by operators in their area",
        after="the change",
        due=old_operator_changes,
        let_go=deleting(old_operator_changes),
        setting="looks",
    )
)
register(
    Kind(
        key="closed_trusts",
        label="Closed trusts, with all that they wrote",
        after="the last person left",
        due=closed_trusts,
        let_go=let_trusts_go,
    )
)
register(
    Kind(
        key="former_people",
        label="Accounts of people who belong to no trust",
        after="they left their last trust and signed in last",
        due=former_people,
        let_go=let_people_go,
        becomes="anonymised",
    )
)
