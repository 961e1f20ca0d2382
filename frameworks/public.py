"""What a page needs that everybody may read."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponse]


def public_page(view: View) -> View:
    """Marks a page to read without signing in.

    Its frame still says who is signed in: no cache may give one person's copy to another,
    nor a browser show it unasked to the next person at the same machine.
    """
    page: View = require_safe(login_not_required(cache_control(private=True, no_cache=True)(view)))
    return page
