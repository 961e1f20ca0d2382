"""What every view that shows a form needs: reading what was sent, and the status to answer with."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm, FileField
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


def as_typed(form: BaseForm) -> dict[str, Any]:
    """What a form was sent with, to stand in one that is opened once more without complaints."""
    return {
        name: field.widget.value_from_datadict(form.data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
        if not isinstance(field, FileField)
    }


def status_of(form: BaseForm) -> int:
    """422 for a form that came back with errors, else 200."""
    return INVALID if form.errors else 200
