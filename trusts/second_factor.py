"""The second factor: an authenticator app or a passkey beside the password.

A trust may require one of its people. Their rows then stay shut: `visible_to` finds nothing
of that trust and no permission holds until this session has shown a second factor. The
middleware turns the "not found" that follows into the way to set one up or to show it.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from trusts.models import Trust, User
from trusts.sign_in import typed_again

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts; recovery codes stand in for one of them and cannot be had alone."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Our names, and secrets that nobody can read from the database alone."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right, has been used, or its time is up. Each works "
        "once: wait for the next that the app shows.",
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        site: dict[str, str] = super().get_public_key_credential_rp_entity()
        return site | {"name": settings.MFA_TOTP_ISSUER}

    def generate_authenticator_name(self, user: User, type: str) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {count + 1}" if count else "My passkey"

    def encrypt(self, text: str) -> str:
        return self._cipher.encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; after a change of SECRET_KEY another one, which no code fits."""
        try:
            return self._cipher.decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    @cached_property
    def _cipher(self) -> Fernet:
        key = hashlib.sha256(b"second factor:" + settings.SECRET_KEY.encode()).digest()
        return Fernet(base64.urlsafe_b64encode(key))


def factors_of(user: User) -> list[Authenticator]:
    """The person's apps and passkeys, the oldest first."""
    return list(Authenticator.objects.filter(user=user, type__in=FACTORS).order_by("pk"))


def is_shown(request: HttpRequest) -> bool:
    """Whether this session has shown a second factor: at sign-in, or since."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def way_to_show(request: HttpRequest, *, then: str = "") -> str:
    """The address where this person sets up or shows a second factor, and goes on from there."""
    query = urlencode({"next": then or request.get_full_path()})
    return f"{reverse('trusts:second_factor')}?{query}"


@receiver(authenticator_added)
def count_as_shown(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Who has just set one up has shown it."""
    if authenticator.type in FACTORS:
        record_authentication(
            request, user, "mfa", id=authenticator.pk, type=str(authenticator.type)
        )


@receiver(authentication_step_completed)
def open_at_once(request: HttpRequest, method: str, **kwargs: Any) -> None:
    """Let this very request see what a second factor opens."""
    if method == "mfa" and request.user.is_authenticated:
        request.user.second_factor_shown = True


class SecondFactorGate:
    """Keeps a trust that requires a second factor shut, and shows the way in.

    What was typed meanwhile comes back whole, as after a session that ended.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> None:
        if request.user.is_authenticated:
            request.user.second_factor_shown = is_shown(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if not isinstance(exception, Http404) or not shut_to(request):
            return None
        if request.method in ("GET", "HEAD"):
            return redirect(way_to_show(request))
        return typed_again(request, status=HTTPStatus.FORBIDDEN, why="second factor")


TrustFinder = Callable[[User], Iterable[Trust]]
_trust_finders: list[TrustFinder] = []


def also_opened_to(finder: TrustFinder) -> TrustFinder:
    """Add how an app knows trusts that let in somebody who does not belong to them."""
    _trust_finders.append(finder)
    return finder


def shut_to(request: HttpRequest) -> list[Trust]:
    """The trusts that this person belongs to, or is let in to, and may not open yet."""
    user = request.user
    if not user.is_authenticated or user.second_factor_shown:
        return []
    trusts = [membership.trust for membership in user.memberships_by_trust.values()]
    trusts += [trust for finder in _trust_finders for trust in finder(user)]
    return [trust for trust in trusts if trust.requires_second_factor]


def remove_all(user: User) -> int:
    """Take off every second factor of a person who has lost them; how many there were.

    Who calls this has made sure who asks, by other means than the password or the mailbox.
    """
    count: int = Authenticator.objects.filter(user=user).delete()[0]
    return count
