"""Invitations: a way in for one person, once, for two weeks.

The token goes out by mail and is kept nowhere, only a hash of it: whoever reads the database
cannot use one. A new link takes the place of the one before, and only once its mail has gone.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from trusts.holding import hold
from trusts.models import Invitation, Membership, Role, Trust, User

VALID_FOR = timedelta(days=14)
TOKEN_BYTES = 32
"""256 bits: nobody finds a token by trying (OWASP ASVS 5 asks for 128)."""


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be invited; the address in lower case, as accounts keep it."""

    email: str
    role: str
    name: str = ""

    @property
    def role_label(self) -> str:
        return Role(self.role).label


@dataclass(frozen=True)
class Offer:
    """Somebody to be invited, beside what the trust knows of the address already."""

    newcomer: Newcomer
    membership: Membership | None = None
    pending: Invitation | None = None

    @property
    def is_needed(self) -> bool:
        """Whether a mail goes out: to nobody who belongs to the trust or has a good link."""
        return self.membership is None and (self.pending is None or self.pending.needs_mail)


Invited = TypeVar("Invited", bound=Any)
"""An invitation of some kind: to a trust, or to review one."""


@dataclass(frozen=True)
class Letter(Generic[Invited]):
    """A mail to be sent: an invitation, and the token that exists in this mail alone."""

    invitation: Invited
    token: str

    def is_current(self) -> bool:
        """Whether the invitation waits as it did when the letter was written."""
        row = self.invitation
        waiting = type(row).objects.pending().filter(pk=row.pk, token_hash=row.token_hash)
        return bool(waiting.exists())


def write_letter(invitation: Invited) -> Letter[Invited]:
    """Another link for an invitation; the present one holds until this one is posted."""
    return Letter(invitation, new_token())


class LinkEnded(Exception):
    """The link was used, withdrawn, replaced by a newer one, or is too old."""


class AccountExists(Exception):
    """Somebody signs in by the invited address already."""


class TakenUp(Exception):
    """The invitation has been accepted; there is nothing left to withdraw or to send."""


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def offers_for(trust: Trust, newcomers: Sequence[Newcomer]) -> list[Offer]:
    """Each beside what is known of the address; two queries, however many they are."""
    emails = [newcomer.email for newcomer in newcomers]
    members = trust.memberships.filter(user__email__in=emails).select_related("user")
    by_email = {membership.user.email: membership for membership in members}
    invited = trust.invitations.pending().filter(email__in=emails)
    pending = {invitation.email: invitation for invitation in invited}
    return [
        Offer(newcomer, by_email.get(newcomer.email), pending.get(newcomer.email))
        for newcomer in newcomers
    ]


@transaction.atomic
def invite(*, trust: Trust, newcomers: Sequence[Newcomer], by: User) -> list[Letter[Invitation]]:
    """Make invitations, and renew those that ran out or never went; the mails to be sent.

    Who belongs to the trust is left out, and who has a good link, so that sending the same
    list twice, or two leads inviting one address at once, makes one invitation.
    """
    hold(trust)
    return [
        _write(trust, offer, by=by) for offer in offers_for(trust, newcomers) if offer.is_needed
    ]


def _write(trust: Trust, offer: Offer, *, by: User) -> Letter[Invitation]:
    token = new_token()
    invitation = offer.pending or Invitation(trust=trust, email=offer.newcomer.email)
    invitation.name = offer.newcomer.name or invitation.name
    invitation.role = offer.newcomer.role
    invitation.invited_at, invitation.invited_by = timezone.now(), by
    invitation.token_hash, invitation.expires_at = hash_of(token), timezone.now() + VALID_FOR
    invitation.mailed_at = None
    _save(invitation, by=by)
    return Letter(invitation, token)


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


@transaction.atomic
def posted(*, letter: Letter[Invitation], by: User) -> bool:
    """Note that the mail has gone: its link is good from now on, and no other.

    Returns:
        Whether it still was to be accepted.
    """
    hold(letter.invitation.trust)
    invitation = Invitation.objects.pending().filter(pk=letter.invitation.pk).first()
    if invitation is None:
        return False
    now = timezone.now()
    invitation.token_hash, invitation.expires_at = hash_of(letter.token), now + VALID_FOR
    invitation.mailed_at, invitation.invited_by = now, by
    _save(invitation, by=by)
    return True


@transaction.atomic
def withdraw(*, invitation: Invitation, by: User) -> None:
    """Take an invitation back; safe to repeat.

    Raises:
        TakenUp: the person has joined meanwhile.
    """
    hold(invitation.trust)
    current = Invitation.objects.filter(pk=invitation.pk).first()
    if current is None:
        return  # too old to be kept, and its link with it
    if current.accepted_at:
        raise TakenUp
    if not current.withdrawn_at:
        current.withdrawn_at, current.withdrawn_by = timezone.now(), by
        _save(current, by=by)


def find(token: str) -> Invitation | None:
    """The invitation that a link opens, if it does."""
    found = Invitation.objects.pending().filter(
        token_hash=hash_of(token), expires_at__gt=timezone.now()
    )
    return found.select_related("trust", "invited_by").first()


@transaction.atomic
def accept(*, invitation: Invitation, by: User) -> Membership:
    """Give the person the place in the trust; who has one there already keeps that.

    Raises:
        LinkEnded: somebody was faster, the lead among them.
    """
    hold(invitation.trust)
    # Waits for an end of the account that is under way (`privacy.anonymise`).
    if not User.objects.select_for_update(no_key=True).filter(pk=by.pk, is_active=True):
        raise LinkEnded
    current = Invitation.objects.pending().filter(
        pk=invitation.pk, token_hash=invitation.token_hash, expires_at__gt=timezone.now()
    )
    taken = current.first()
    if taken is None:
        raise LinkEnded
    membership = Membership.objects.filter(user=by, trust=taken.trust_id).first()
    if membership is None:
        membership = Membership(user=by, trust=invitation.trust, role=taken.role)
        membership._history_user = by  # type: ignore[attr-defined]
        membership.save()
    taken.accepted_at, taken.accepted_by = timezone.now(), by
    _save(taken, by=by)
    return membership


@transaction.atomic
def accept_as_new_person(*, invitation: Invitation, name: str, password: str) -> User:
    """Make the account and accept with it; the address is proved by the mail.

    Raises:
        AccountExists: as `make_account`.
        LinkEnded: as `accept`.
    """
    hold(invitation.trust)
    user = make_account(email=invitation.email, name=name, password=password)
    accept(invitation=invitation, by=user)
    return user


def make_account(*, email: str, name: str, password: str) -> User:
    """The account of an invited person; a transaction is open, which an ended link rolls back.

    Raises:
        AccountExists: the address has one; its owner signs in instead.
    """
    if find_account(email):
        raise AccountExists
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name)
    except IntegrityError as fault:  # another invitation, taken up at the same moment
        raise AccountExists from fault


def find_account(email: str) -> User | None:
    """Who signs in by this address."""
    return User.objects.filter(email=email.lower()).first()


def _save(invitation: Invitation, *, by: User) -> None:
    invitation._history_user = by  # type: ignore[attr-defined]
    invitation.save()
