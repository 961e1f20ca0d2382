"""What the page that gives a form back says of ours (`trusts/choices.py`, `typed_fields.py`)."""

from __future__ import annotations

from typing import Any

from assessments.forms import (
    AgreeForm,
    AssessmentDetailsForm,
    AssessmentForm,
    RatingForm,
    ReopenForm,
)
from assessments.respond_forms import ResponseForm
from frameworks.models import Framework, Level
from govuk.fields import number_of
from trusts.choices import say_choice
from trusts.typed_fields import say_fields


def level_named(user: Any, key: str) -> str:
    """The level's name, of a framework that the person may read."""
    if (number := number_of(key)) is None:
        return ""
    readable = Framework.objects.visible_to(user)
    names = Level.objects.filter(pk=number, framework__in=readable).values_list("name", flat=True)
    return next(iter(names), "")


say_choice("level", level_named)
say_fields(RatingForm, "assessments:rate", "assessments:meet", "assessments:grid")
say_fields(ResponseForm, "assessments:respond", "assessments:respond_all")
say_fields(AssessmentForm, "assessments:create")
say_fields(AssessmentDetailsForm, "assessments:edit")
say_fields(AgreeForm, "assessments:agree")
say_fields(ReopenForm, "assessments:reopen")
