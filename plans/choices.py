"""Which form is filled in where, for the page that gives one back (`trusts/typed_fields.py`)."""

from __future__ import annotations

from plans.forms import ActionForm, AdoptForm, DropForm, KeyIssueForm, PlanForm
from trusts.typed_fields import say_fields

say_fields(ActionForm, "plans:add_action", "plans:edit_action")
say_fields(DropForm, "plans:drop_action", "plans:drop_priority")
say_fields(KeyIssueForm, "plans:priority")
say_fields(PlanForm, "plans:edit")
say_fields(AdoptForm, "plans:adopt")
