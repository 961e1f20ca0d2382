"""Telling a page's script that what was typed is safe, so that it may forget its own copy.

`static/js/drafts.js` keeps what people type in the browser until the server has it.
A redirect after a save says so by a cookie naming the person and the address that was saved;
where the answer is lost on its way the cookie is lost with it, and the browser's copy stays.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from trusts.sign_in import SignedInRequest

SAVED_COOKIE = "tq-saved"
SECONDS = 300


def redirect_saved(request: SignedInRequest, to: Any, *, draft: str = "") -> HttpResponse:
    """Go on to `to`, as `django.shortcuts.redirect` does; this address's form is saved.

    Args:
        draft: what the form calls itself in `data-draft`, where that is not the path alone.
    """
    response = redirect(to)
    response.set_cookie(
        SAVED_COOKIE,
        f"{request.user.pk}:{draft or request.path}",
        max_age=SECONDS,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response
