"""The work accounts that people have linked to their own: which, whose, and no longer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from allauth.account.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from trusts.models import User
from trusts.sessions import end_others

logger = logging.getLogger(__name__)
CONNECTED = "socialaccount/email/account_connected"
DISCONNECTED = "socialaccount/email/account_disconnected"


class Linking(Enum):
    """What came of it."""

    LINKED = "linked"
    ALREADY = "already"
    TAKEN = "taken"


@dataclass(frozen=True)
class LinkedAccount:
    """A work account as its owner sees it in their list."""

    key: int
    provider: str
    label: str
    linked_at: datetime
    last_used_at: datetime


def name_of(provider_key: str) -> str:
    """What people call a provider; its key where the service no longer offers it."""
    names = {known.key: known.name for known in settings.WORK_ACCOUNTS}
    return names.get(provider_key, provider_key)


def linked_accounts_of(user: User) -> list[LinkedAccount]:
    """The person's work accounts, the oldest first."""
    return [
        LinkedAccount(
            key=row.pk,
            provider=name_of(row.provider),
            label=label_of(row),
            linked_at=row.date_joined,
            last_used_at=row.last_login,
        )
        for row in SocialAccount.objects.filter(user=user).order_by("pk")
    ]


def label_of(account: SocialAccount) -> str:
    """What the owner knows the account by; may be empty."""
    return str(account.extra_data.get("label", ""))


def link(request: HttpRequest, account: SocialAccount, *, by: User) -> Linking:
    """Link a work account, just proved to be theirs, to a person; they are told by mail.

    Two people at once cannot both have it: the database holds one row for each account.
    """
    account.user = by
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:
        theirs = SocialAccount.objects.filter(provider=account.provider, uid=account.uid, user=by)
        return Linking.ALREADY if theirs.exists() else Linking.TAKEN
    logger.info("Person %s linked a work account of %s.", by.pk, account.provider)
    _tell(CONNECTED, account, to=by, request=request)
    return Linking.LINKED


def unlink(request: HttpRequest, user: User, key: int) -> bool:
    """Take one of the person's own links away; whether there was one. They are told by mail.

    They are signed out everywhere else: what let those sessions in may be what is gone.
    """
    rows = SocialAccount.objects.filter(user=user, pk=key)
    account = rows.first()
    if account is None or not rows.delete()[0]:
        return False
    logger.info("Person %s unlinked a work account of %s.", user.pk, account.provider)
    end_others(request, user)
    _tell(DISCONNECTED, account, to=user, request=request)
    return True


def _tell(mail: str, account: SocialAccount, *, to: User, request: HttpRequest) -> None:
    context = {"provider": name_of(account.provider), "label": label_of(account)}
    get_adapter(request).send_notification_mail(mail, to, context)
