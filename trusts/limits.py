"""How often a password may be tried: strict for strangers, and nobody locks out anybody else.

The figures are in `settings.SIGN_IN_LIMITS`; allauth counts by them in the cache that all
processes share. An attempt is counted before the password is looked at, so that many at
once get no further than one after the other, and given back where it was right.
"""

from __future__ import annotations

from http import HTTPStatus

from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from trusts.known_browsers import known_as
from trusts.models import User

RETRY_AFTER = 15 * 60
"""Seconds; the longest of the short windows in `settings.SIGN_IN_LIMITS`."""
APP = "allauth.account"


def take_password_attempt(request: HttpRequest, email: str) -> RateLimitUsage | None:
    """One attempt at this account's password, or None where there were too many.

    A browser that the person has signed in in before has attempts of its own; once they
    are used up it counts as any other. Any other takes from the account's, and from those
    of its network address. Where the address has used up its own, because somebody there
    guesses at many accounts, a few are left for each account, so that its owner may still
    sign in from there with the right password.
    """
    email = email.strip().lower()
    browser = known_as(request, email)
    if browser and (own := _take(request, "login_failed_known", f"{email}:{browser}")):
        return own
    account = _take(request, "login_failed", email)
    if account is None:
        return None
    pair = f"{ratelimit.get_ip(request)}:{email}"
    address = _take(request, "login_failed_address") or _take(request, "login_failed_pair", pair)
    if address is None:
        account.rollback()
        return None
    return RateLimitUsage(usage=[*account.usage, *address.usage])


def forgive(request: HttpRequest, user: User) -> None:
    """Forget the wrong passwords and codes: the person has just proved who they are by mail."""
    for key in (user.email.lower(), f"mfa-auth-user-{user.pk}"):
        ratelimit.clear(request, app=APP, action="login_failed", key=key)


def _take(request: HttpRequest, action: str, key: str | None = None) -> RateLimitUsage | None:
    return ratelimit.consume(request, app=APP, action=action, key=key)


def too_many(request: HttpRequest) -> HttpResponse:
    """Says to wait, and what helps meanwhile."""
    response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response
