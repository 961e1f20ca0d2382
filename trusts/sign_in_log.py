"""Ways in and out, in the log: who, how and from where; never a name, an address or a secret.

Somebody whose password was wrong is known by the number that was made of the address they typed,
the same each time, so that guesses at one account can be told from guesses at many.
"""

from __future__ import annotations

import logging
from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from trusts.models import User

logger = logging.getLogger(__name__)


@receiver(auth.user_logged_in)
def signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    records = get_authentication_records(request, user)
    steps = [str(record.get("type") or record.get("method")) for record in records]
    logger.info("Person %s signed in by %s from %s.", user.pk, " and ".join(steps), _from(request))


@receiver(auth.user_login_failed)
def password_was_wrong(
    credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    whose = account_number(str(credentials.get("email", "")))
    logger.warning("A password was wrong, account %s, from %s.", whose, _from(request))


@receiver(mfa.authentication_failed)
def second_step_was_wrong(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    kind, whence = authenticator.type, _from(request)
    logger.warning("A second step was wrong, %s, person %s, from %s.", kind, user.pk, whence)


@receiver(account.authentication_step_completed)
def proved_again(
    request: HttpRequest, user: User, method: str, reauthenticated: bool = False, **kwargs: Any
) -> None:
    if reauthenticated:
        logger.info("Person %s proved again by %s who they are.", user.pk, method)


@receiver(auth.user_logged_out)
def signed_out(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        logger.info("Person %s signed out.", user.pk)


@receiver([account.password_changed, account.password_set, account.password_reset])
def password_is_new(user: User, **kwargs: Any) -> None:
    logger.info("Person %s has a new password.", user.pk)


@receiver(mfa.authenticator_added)
def factor_added(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    logger.info("Person %s added a second step: %s.", user.pk, authenticator.type)


@receiver(mfa.authenticator_removed)
def factor_removed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    logger.info("Person %s removed a second step: %s.", user.pk, authenticator.type)


def account_number(email: str) -> str:
    """What an address that was typed is called in the log; nobody finds it from that."""
    return salted_hmac(__name__, email.strip().lower()).hexdigest()[:12]


def _from(request: HttpRequest | None) -> str:
    """The network address that the limits count by."""
    if request is None:
        return "nowhere"
    try:
        return str(get_ip(request))
    except PermissionDenied:
        return "an address that is none"
