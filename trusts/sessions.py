"""How long a sign-in lasts, and the list of places where a person is signed in.

A session ends when it has not been used for `SESSION_IDLE_AGE`, and `SESSION_COOKIE_AGE`
after signing in however much it is used (docs/sign-in.md says why these). It notes when it
was last used once in a while only, so that pages cost no write.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from trusts.models import User

STARTED, SEEN = "started_at", "seen_at"
"""Keys in the session: seconds since 1970, of the sign-in and of the last use noted."""
NOTED = 24
"""How many times in the idle time the last use is noted: once an hour of a day."""

BROWSERS = (
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bSafari/"),
)
SYSTEMS = (
    ("an iPhone", r"\biPhone\b"),
    ("an iPad", r"\biPad\b"),
    ("an Android device", r"\bAndroid\b"),
    ("a Chromebook", r"\bCrOS\b"),
    ("Windows", r"\bWindows\b"),
    ("a Mac", r"\bMac(intosh| OS X)\b"),
    ("Linux", r"\bLinux\b"),
)


class SessionLimits:
    """Ends a session that is too old or was left alone for too long, before anything reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if SESSION_KEY in session:
            now = int(time.time())
            if _is_over(session, now):
                session.flush()
            elif now - session[SEEN] > settings.SESSION_IDLE_AGE / NOTED:
                session[SEEN] = now
        return self.get_response(request)


def _is_over(session: SessionBase | dict[str, Any], now: int) -> bool:
    too_old: bool = now - session.get(STARTED, 0) > settings.SESSION_COOKIE_AGE
    left_alone: bool = now - session.get(SEEN, 0) > settings.SESSION_IDLE_AGE
    return too_old or left_alone


def signed_in_lately(request: HttpRequest) -> bool:
    """Whether this session began so shortly ago that its person need not prove it again."""
    age = time.time() - request.session.get(STARTED, 0)
    return bool(age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


@receiver(user_logged_in)
def begin(request: HttpRequest, **kwargs: Any) -> None:
    """Note when the session began."""
    request.session[STARTED] = request.session[SEEN] = int(time.time())


@receiver(authentication_step_completed)
def renew_key(request: HttpRequest, reauthenticated: bool = False, **kwargs: Any) -> None:
    """Give the session another key when its person has proved again who they are."""
    if reauthenticated:
        old = request.session.session_key
        request.session.cycle_key()
        UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


@receiver([authenticator_added, authenticator_removed])
def end_others_after_a_change(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Sign the person out elsewhere: those sessions were let in by less, or by what is gone."""
    end_others(request, user)


@dataclass(frozen=True)
class Visit:
    """One place where the person is signed in."""

    key: int
    browser: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_here: bool


def visits_of(request: HttpRequest, user: User) -> list[Visit]:
    """Where the person is signed in, this place first; two queries however many there are."""
    here = request.session.session_key
    if not UserSession.objects.filter(session_key=here).exists():
        UserSession.objects.create_from_request(request)
    noted = {row.session_key: row for row in UserSession.objects.filter(user=user)}
    stored = Session.objects.filter(session_key__in=noted, expire_date__gt=timezone.now())
    visits = [
        _visit(noted[session.session_key], data, is_here=session.session_key == here)
        for session in stored
        if _lets_in(user, data := session.get_decoded())
    ]
    return sorted(visits, key=lambda visit: (not visit.is_here, -visit.seen_at.timestamp()))


def _lets_in(user: User, data: dict[str, Any]) -> bool:
    return (
        data.get(SESSION_KEY) == str(user.pk)
        and constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        and not _is_over(data, int(time.time()))
    )


def _visit(row: UserSession, data: dict[str, Any], *, is_here: bool) -> Visit:
    return Visit(
        key=row.pk,
        browser=browser_of(row.user_agent),
        address=row.ip,
        began_at=_time_of(data[STARTED]),
        seen_at=timezone.now() if is_here else _time_of(data[SEEN]),
        is_here=is_here,
    )


def _time_of(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=timezone.get_current_timezone())


def browser_of(user_agent: str) -> str:
    """What people would call a browser that names itself so, such as "Firefox on Windows"."""
    name = next((name for name, sign in BROWSERS if re.search(sign, user_agent)), "A browser")
    system = next((name for name, sign in SYSTEMS if re.search(sign, user_agent)), "")
    return f"{name} on {system}" if system else name


def end_visit(user: User, key: int) -> bool:
    """End one of the person's own sessions; whether there was one."""
    return _end(UserSession.objects.filter(user=user, pk=key))


def end_others(request: HttpRequest, user: User) -> None:
    """End the person's sessions in every other place."""
    _end(UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key))


def end_all(user: User) -> None:
    """End every session of a person: after leaving, or when an operator has reason to."""
    _end(UserSession.objects.filter(user=user))


def _end(rows: Any) -> bool:
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return bool(rows.filter(session_key__in=keys).delete()[0])
