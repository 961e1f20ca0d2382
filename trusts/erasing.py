"""Taking a person's name and address out of the rows of accounts, invitations and operators."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import unquote_plus

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q

from trusts.models import (
    FORMER_MEMBER,
    NOBODYS_HOST,
    Invitation,
    Membership,
    OperatorLook,
    User,
)
from trusts.personal_data import Traces, erases

AT_A_TIME = 500


def traces_of(person: User) -> Traces:
    """Every address and name that the person is known to have or have had here."""
    addresses = EmailAddress.objects.filter(user=person).values_list("email", flat=True)
    emails = frozenset({person.email.lower(), *(address.lower() for address in addresses)})
    named = _invitations(person, emails).values_list("name", flat=True)
    kept = LogEntry.objects.filter(_about(person)).values_list("object_repr", flat=True)
    names = {name.strip() for name in (person.name, *named, *kept)}
    return Traces(
        person=person,
        emails=emails,
        names=frozenset(names - {"", FORMER_MEMBER} - emails),
        trusts=frozenset(trusts_of(person)),
        email=f"former-member-{person.pk}{NOBODYS_HOST}",
    )


def trusts_of(person: User) -> set[int]:
    """Every trust that the person belongs or belonged to, by key."""
    past: Any = Membership.history
    return {
        key
        for rows in (person.memberships, past.filter(user=person))
        for key in rows.values_list("trust", flat=True)
    }


def _invitations(person: User, emails: Collection[str]) -> Any:
    return Invitation.objects.filter(sent_to(emails) | Q(accepted_by=person))


def sent_to(emails: Iterable[str]) -> Q:
    """Invitations to these addresses, however they are written."""
    condition = Q(pk__in=[])
    for email in emails:
        condition |= Q(email__iexact=email)
    return condition


def _about(person: User) -> Q:
    kind = ContentType.objects.get_for_model(User)
    return Q(content_type=kind, object_id=str(person.pk))


@erases
def invitations(traces: Traces) -> None:
    """Invitations to the person and their history; to whom they went is forgotten."""
    rows = _invitations(traces.person, traces.emails)
    keys = list(rows.values_list("pk", flat=True))
    Invitation.objects.filter(pk__in=keys).update(email=traces.email, name=traces.name)
    history: Any = Invitation.history
    past = history.filter(sent_to(traces.emails) | Q(id__in=keys) | Q(accepted_by=traces.person))
    past.update(email=traces.email, name=traces.name)


@erases
def ways_in(traces: Traces) -> None:
    """Everything to sign in with, and every place where the person is signed in."""
    for model in (EmailAddress, Authenticator, SocialAccount, UserSession):
        model.objects.filter(user=traces.person).delete()
    ending = [
        session.session_key
        for session in Session.objects.iterator(chunk_size=AT_A_TIME)
        if _is_of(traces, session.get_decoded())
    ]
    for start in range(0, len(ending), AT_A_TIME):
        Session.objects.filter(pk__in=ending[start : start + AT_A_TIME]).delete()


def _is_of(traces: Traces, data: dict[str, Any]) -> bool:
    """Whether a session is the person's, or one that is half way to letting them in."""
    said = json.dumps(data, default=str, ensure_ascii=False).lower()
    is_theirs: bool = data.get(SESSION_KEY) == str(traces.person.pk)
    return is_theirs or any(email in said for email in traces.emails)


@erases
def operators_log(traces: Traces) -> None:
    """What Django notes of changes in the operator's area: it names things by their names."""
    LogEntry.objects.filter(_about(traces.person)).update(object_repr=traces.name)
    wanted = Q(pk__in=[])
    for text in (*traces.names, *traces.emails):
        escaped = json.dumps(text)[1:-1]
        wanted |= Q(object_repr__icontains=text) | Q(change_message__icontains=text)
        wanted |= Q(change_message__icontains=escaped)
    for entry in LogEntry.objects.filter(wanted):
        entry.object_repr = without(traces, entry.object_repr)
        entry.change_message = _message_without(traces, entry.change_message)
        entry.save(update_fields=["object_repr", "change_message"])


def _message_without(traces: Traces, message: str) -> str:
    """A change's message, which is JSON, or a sentence of an older Django's."""
    try:
        said = json.loads(message)
    except ValueError:
        return without(traces, message)
    return json.dumps(_all_without(traces, said))


def _all_without(traces: Traces, said: Any) -> Any:
    if isinstance(said, str):
        return without(traces, said)
    if isinstance(said, list):
        return [_all_without(traces, one) for one in said]
    if isinstance(said, dict):
        return {key: _all_without(traces, one) for key, one in said.items()}
    return said


def without(traces: Traces, text: str) -> str:
    """A text that the service itself made, with names and addresses taken out of it."""
    for email in traces.emails:
        text = re.sub(rf"(?<![\w.+-]){re.escape(email)}(?![\w-])", traces.email, text, flags=re.I)
    for name in sorted(traces.names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", traces.name, text, flags=re.I)
    return text


@erases
def looks(traces: Traces) -> None:
    """What operators searched for, where it holds the name or the address."""
    texts = [text.casefold() for text in (*traces.names, *traces.emails)]
    asked = OperatorLook.objects.filter(path__contains="?")
    for look in asked.iterator(chunk_size=AT_A_TIME):
        said = "\n".join(readings(look.path)).casefold()
        if any(text in said for text in texts):
            look.path = look.path.partition("?")[0]
            look.save(update_fields=["path"])


def readings(address: str) -> Iterator[str]:
    """An address as it stands, as people read it, and so on where one is packed into another."""
    yield address
    while (plain := unquote_plus(address)) != address:
        yield (address := plain)
