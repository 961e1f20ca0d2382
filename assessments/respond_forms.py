"""A member's own view of an element."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from assessments.forms import LevelRadios
from assessments.models import NOTE_MAX_LENGTH, Response
from assessments.responding import record_response
from assessments.row_forms import LevelForm
from assessments.row_pages import OneOfMany
from govuk.fields import MultilineField, RowField, too_long

UNSURE = "unsure"
"""What the form sends for "don't know yet", beside the levels' keys in the database."""


class ResponseForm(LevelForm[Response]):
    """One view. It may be left half done: nothing is required."""

    level = RowField(
        label="Where do you think the trust is now?",
        required=False,
        widget=LevelRadios,
        error_messages={"invalid_choice": "Choose one of the levels in the list"},
    )
    note = MultilineField(
        label="Why?",
        required=False,
        max_length=NOTE_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"max_length": too_long("The note")},
    )

    written = ("level", "note")
    no_level = "Not answered yet"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = cast(list[Any], self.level_field.choices)
        self.level_field.choices = [*choices, (UNSURE, "Don’t know yet")]

    def shown_of(self, instance: Response) -> dict[str, Any]:
        level = UNSURE if instance.is_unsure else instance.level_id
        return super().shown_of(instance) | {"level": level}

    def record(self) -> Response:
        view = self.filled_in()
        view.is_unsure = self.data[self.add_prefix("level")] == UNSURE
        record_response(response=view, version=self.cleaned_data["version"])
        return view


class ViewRow(OneOfMany[Response], ResponseForm):
    """One view as a row of the page of all: a list to choose from, and a note."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.make_compact(lines=3)
