"""The way into the operator's pages: with a second factor, and never unseen.

Every request of an operator to a page of theirs is written down before the page does anything:
who, when, how and which. A look that cannot be recorded is refused. What is refused to somebody
who is no operator was no look; it stands in the log as any other refusal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from trusts.models import OperatorLook, User
from trusts.second_factor import way_to_show
from trusts.sign_in import typed_again

logger = logging.getLogger(__name__)

LONGEST_PATH = 500
"""Characters that `OperatorLook` holds."""
WORDS_OF_SCRIPTS = "admin:jsi18n"
"""What Django's own scripts say on every page with a form; it shows nothing of anybody."""
READING = ("GET", "HEAD")


class OperatorGate:
    """Stands after the middleware that knows who is signed in and by what."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        user, match = request.user, request.resolver_match
        if not (user.is_authenticated and user.is_staff and is_for_operators(request, view)):
            return None
        if settings.OPERATOR_SECOND_FACTOR and not user.second_factor_shown:
            return _show_one_first(request)
        if match and match.view_name == WORDS_OF_SCRIPTS:
            return None
        try:
            record_look(request, by=user)
        except DatabaseError as fault:
            logger.error("A look of an operator could not be recorded: %s", type(fault).__name__)
            page = "trusts/look_not_recorded.html"
            return render(request, page, status=HTTPStatus.SERVICE_UNAVAILABLE)
        return None


def is_for_operators(request: HttpRequest, view: Callable[..., HttpResponseBase]) -> bool:
    """Whether this is a page of the operator's area, or one marked `operators_page`."""
    match = request.resolver_match
    in_area = match is not None and "admin" in match.app_names
    return in_area or getattr(view, "for_operators", False)


def record_look(request: HttpRequest, *, by: User) -> None:
    """Write down who asked for what, the words of a search included."""
    OperatorLook.objects.create(
        operator=by,
        method=str(request.method),
        path=request.get_full_path()[:LONGEST_PATH],
    )


def _show_one_first(request: HttpRequest) -> HttpResponse:
    if request.method in READING:
        return redirect(way_to_show(request))
    return typed_again(request, status=HTTPStatus.FORBIDDEN, why="operator")
