"""What the page that gives a form back says of ours (`trusts/choices.py`, `typed_fields.py`)."""

from __future__ import annotations

from typing import Any

from govuk.fields import number_of
from plans.forms import SOMEBODY_ELSE, ActionForm, AdoptForm, DropForm, KeyIssueForm, PlanForm
from trusts.choices import say_choice
from trusts.models import Trust, User
from trusts.typed_fields import say_fields


def owner_named(user: Any, key: str) -> str:
    """Who is to own an action, where the person may know the name."""
    if key == SOMEBODY_ELSE:
        return "Somebody else"
    pk = number_of(key)
    if pk is None or not user.is_authenticated:
        return ""
    trusts = Trust.objects.visible_to(user)
    return str(User.objects.filter(pk=pk, memberships__trust__in=trusts).first() or "")


say_choice("owner", owner_named)
say_fields(ActionForm, "plans:add_action", "plans:edit_action")
say_fields(DropForm, "plans:drop_action", "plans:drop_priority")
say_fields(KeyIssueForm, "plans:priority")
say_fields(PlanForm, "plans:edit")
say_fields(AdoptForm, "plans:adopt")
