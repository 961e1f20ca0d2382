"""What every view that shows a form needs: reading what was sent, and the status to answer with."""

from __future__ import annotations

from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.views.decorators.http import require_http_methods

CONFLICT = 409
"""Somebody else was faster; nothing of either is lost."""

INVALID = 422
"""The form came back with errors beside its fields."""

page = require_http_methods(["GET", "HEAD", "POST"])
"""Marks a view with a form: what it answers to."""


def typed(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form; a form sent empty is still to be checked."""
    return request.POST if request.method == "POST" else None


def status_of(form: BaseForm) -> int:
    """422 for a form that came back with errors, else 200."""
    return INVALID if form.errors else 200
