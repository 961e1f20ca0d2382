"""Signing in: nobody signs themself up, every page asks for it, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from trusts.models import User

UNAUTHORISED = 401
NOT_PROSE = re.compile(r"[\da-f-]*|[a-z_]+|/\S*")
"""Numbers, keys, choices and addresses: what a form sends that nobody typed as a text."""


class SignedInRequest(HttpRequest):
    """What a view gets: the middleware below has seen to it that somebody is signed in."""

    user: User
    htmx: HtmxDetails


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """People are invited; there is no page to sign up on."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Where `next` may lead; an address that cannot even be read leads nowhere."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False


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
        return super().handle_no_permission(request, view_func)


def typed_again(request: HttpRequest, *, status: int) -> HttpResponse:
    """A page that holds every field of the request, ready to be sent once more.

    For a form that was refused before any view read it: the session had ended, or the
    page was older than the present sign-in. A password is never repeated; a form that
    asks for one is opened afresh instead.
    """
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    typed = [(name, value) for name, value in sent if not _is_secret(name)]
    context = {
        "typed": typed,
        "prose": [(_label(name), value) for name, value in typed if not NOT_PROSE.fullmatch(value)],
        "asks_password": any("password" in name.lower() for name, _ in sent),
    }
    return render(request, "trusts/typed_again.html", context, status=status)


def _is_secret(name: str) -> bool:
    return name == "csrfmiddlewaretoken" or "password" in name.lower()


def _label(name: str) -> str:
    """A field's name as near to its label as its name can tell."""
    return name.rsplit("-", 1)[-1].replace("_", " ").capitalize()
