"""What was typed: telling the page's script that it is safe, and giving back what is not saved.

`static/js/drafts.js` keeps what people type in the browser until the server has it.
A redirect after a save says so by a cookie naming the person and the address that was saved;
where the answer is lost on its way the cookie is lost with it, and the browser's copy stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect

from trusts.sign_in import SignedInRequest

SAVED_COOKIE = "tq-saved"
SECONDS = 300


def redirect_saved(request: SignedInRequest, to: Any, *, draft: str = "") -> HttpResponse:
    """Go on to `to`, as `django.shortcuts.redirect` does; this address's form is saved.

    Args:
        draft: what the form calls itself in `data-draft`, where that is not the path alone.
            The script decodes it: a header holds no other letters, and an address may hold `%`.
    """
    response = redirect(to)
    response.set_cookie(
        SAVED_COOKIE,
        quote(f"{request.user.pk}:{draft or request.path}", safe="/:"),
        max_age=SECONDS,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def texts_typed(sent: QueryDict, boxes: Collection[str]) -> Iterator[str]:
    """The prose that was sent; of a page of many rows only what the page had not shown.

    Args:
        boxes: what the boxes for prose are called, on such a page behind the row's number.
    """
    for name, text in sent.items():
        is_prose = name.rpartition("-")[2] in boxes and not name.startswith("initial-")
        if is_prose and str(text).strip() and text != sent.get(f"initial-{name}"):
            yield str(text).strip()
