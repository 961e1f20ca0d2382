"""Signing in: nobody signs themself up, every page asks for it, and nothing typed is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from smtplib import SMTPException
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed, password_reset
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from trusts.known_browsers import remember
from trusts.limits import forgive, take_password_attempt, too_many
from trusts.models import User
from trusts.sessions import signed_in_lately
from trusts.typed_fields import typed_fields

logger = logging.getLogger(__name__)
UNAUTHORISED = HTTPStatus.UNAUTHORIZED
FORBIDDEN = HTTPStatus.FORBIDDEN
LAST_ANSWER = 286
"""htmx shows this answer and asks no more: a part of a page would else show the sign-in page."""
UNAVAILABLE = HTTPStatus.SERVICE_UNAVAILABLE
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 a field's name
AGAIN = "typed_again"
"""What a form sends along that came back to somebody signed out: its next page then says so."""


WAYS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code from your app, or a recovery code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}


class SignedInRequest(HttpRequest):
    """What a view gets: the middleware below has seen to it that somebody is signed in."""

    user: User
    htmx: HtmxDetails


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """People are invited; there is no page to sign up on.

    Attempts are counted our way (`limits.py`), mails that cannot be sent end in a page, and
    who has a second factor proves with it, not with the password, that it is still them.
    """

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The email address or the password is not right.",
        "incorrect_password": "This password is not right.",
        "enter_current_password": "This is not your present password.",
        "too_many_login_attempts": "There were too many wrong tries. Wait a quarter of an hour.",
        "rate_limited": "There were too many wrong tries. Wait a quarter of an hour.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Where `next` may lead; an address that cannot even be read leads nowhere."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; allauth gives it back where the password is right.

        Raises:
            ImmediateHttpResponse: there were too many.
        """
        taken = take_password_attempt(request, credentials.get("email", ""))
        if taken is None:
            raise ImmediateHttpResponse(too_many(request))
        self._login_failed_rl_usage = taken

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember(request, response, user.email)
        return response

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """The ways to show that it is still the same person, the one to begin with first.

        Who has a second factor shows that; who has no app begins with the passkey.
        """
        methods = [
            method | {"description": WAYS[method["id"]]}
            for method in super().get_reauthentication_methods(user)
        ]
        by_factor = [method for method in methods if method["id"] != "reauthenticate"]
        if not is_mfa_enabled(user, [Authenticator.Type.TOTP]):
            by_factor.reverse()
        return by_factor or methods

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not right after signing in, when the person has just proved all that they can."""
        return super().is_reauthentication_required(app=app, **kwargs) and not signed_in_lately(
            context.request
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail that somebody waits for.

        Raises:
            ImmediateHttpResponse: the mail server did not take it; the page says so.
        """
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError) as fault:
            logger.error("A mail could not be sent: %s", type(fault).__name__)
            page = render(self.request, "account/mail_failed.html", status=UNAVAILABLE)
            raise ImmediateHttpResponse(page) from None

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Tell a person what was changed; without the mail it is changed all the same."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except ImmediateHttpResponse:
            return


@receiver([password_changed, password_reset])
def forgive_wrong_tries(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Let the person in with the new password at once, however often others have guessed."""
    forgive(request, user)


def display_name(user: User) -> str:
    """What allauth's pages call a person."""
    return str(user)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every view asks for a signed-in person unless it is marked `login_not_required`.

    A form sent after the session ended comes back with all that was typed, to be
    sent again once the person has signed in.
    """

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> Any:
        if request.method == "POST":
            return typed_again(request, status=UNAUTHORISED)
        if cast(SignedInRequest, request).htmx:
            return render(request, "trusts/_signed_out.html", status=LAST_ANSWER)
        return super().handle_no_permission(request, view_func)


def typed_again(request: HttpRequest, *, status: int, why: str = "") -> HttpResponse:
    """A page that holds every field of the request, ready to be sent once more.

    For a form that was refused before any view read it: the session had ended, the page was
    older than the present sign-in, or the trust asks for a second factor first (`why`). A
    secret is never repeated; a form that asks for one is opened afresh instead. Nothing is
    repeated to who was sent here by another site: it would be that site's words, under ours.
    """
    if is_from_another_site(request):
        return render(request, "403.html", status=FORBIDDEN)
    if cast(SignedInRequest, request).htmx:
        # Its page stays and says so. A form in this answer would bring the cookie of before back,
        # where it comes late: the person may have signed in meanwhile.
        return HttpResponse(status=status)
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    typed = [(name, value) for name, value in sent if name != AGAIN and not _is_secret(name)]
    view = request.resolver_match.view_name if request.resolver_match else None
    context = {
        "typed": typed,
        "fields": typed_fields(typed, view=view, user=request.user),
        "asks_secret": any(_is_secret(name) and name != TOKEN for name, _ in sent),
        "why": why,
        "again": AGAIN,
        "is_again": AGAIN in request.POST,
    }
    return render(request, "trusts/typed_again.html", context, status=status)


def is_from_another_site(request: HttpRequest) -> bool:
    """Whether a browser says that another site sent it here.

    Django's check of forms looks at this over HTTPS; without it, only where the browser
    names an origin.
    """
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        return True
    own = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    senders = (request.headers.get(name, "") for name in ("Origin", "Referer"))
    return any(_site_of(sender) not in own for sender in senders if sender)


def _site_of(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def _is_secret(name: str) -> bool:
    return name in (TOKEN, "code", "credential") or "password" in name.lower()
