"""Browsers in which somebody has signed in before, so that strangers cannot lock that person out.

Wrong passwords are counted by account and by address. Alone, that would let anybody lock a
person out by guessing at their account, and a whole office by guessing from its network. A
browser that has signed in keeps a signed cookie which says so, and is counted by itself.
The cookie opens nothing (docs/sign-in.md).
"""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac

SALT = "trusts.known_browsers"
DAYS = 400
"""As long as browsers keep a cookie at most; each sign-in renews it."""
PEOPLE = 5
"""How many people of one browser are remembered; the longest ago is forgotten."""


def known_as(request: HttpRequest, email: str) -> str:
    """What this browser is called where this person has signed in in it before; else nothing."""
    return _read(request).get(_whose(email), "")


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Keep that this person has signed in in this browser."""
    names = _read(request)
    name = names.pop(_whose(email), "") or get_random_string(22)
    kept = dict([*names.items(), (_whose(email), name)][-PEOPLE:])
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps(kept, salt=SALT),
        max_age=DAYS * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, str]:
    """Each person's name of this browser; a cookie that is not ours counts as none."""
    try:
        kept = signing.loads(request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, ""), salt=SALT)
    except signing.BadSignature:
        return {}
    return dict(kept)


def _whose(email: str) -> str:
    """The person without their address, which the cookie need not tell."""
    return salted_hmac(SALT, email.strip().lower(), algorithm="sha256").hexdigest()[:32]
