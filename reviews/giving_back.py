"""Giving back what was typed on a page of a review that is shut meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trusts.drafts import texts_typed
from trusts.second_factor import shut_to
from trusts.sign_in import SignedInRequest

NOT_FOUND = 404
TYPED = ("body", "reply", "strengths", "questions", "evidence")
"""The boxes for prose on the pages of a review."""

View = Callable[..., HttpResponse]


def offers_back(view: View) -> View:
    """Marks a page that may be gone while somebody writes: it gives back what was just typed.

    A reviewer's way in ends, or a member's place in the trust. The answer is the same whether
    there ever was a review. Where a second step is asked for meanwhile, that is what is said.
    """

    @wraps(view)
    def offering(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            texts = list(texts_typed(request.POST, TYPED))
            if not texts or request.htmx or shut_to(request):
                raise
            return render(request, "reviews/gone.html", {"texts": texts}, status=NOT_FOUND)

    return offering
