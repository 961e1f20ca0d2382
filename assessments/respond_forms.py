"""A member's own view of an element."""

from __future__ import annotations

from copy import copy
from secrets import token_hex
from typing import Any, cast

from django import forms
from django.http import QueryDict

from assessments.forms import LevelRadios
from assessments.models import NOTE_MAX_LENGTH, Response
from assessments.responding import record_response
from frameworks.models import Level
from govuk.fields import MultilineField, PageKeyField, RowField, VersionField

UNSURE = "unsure"
"""What the form sends for "don't know yet", beside the levels' keys in the database."""


class ResponseForm(forms.Form):
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
        error_messages={
            "max_length": "The note must be %(limit_value)s characters or fewer; "
            "it has %(show_value)s"
        },
    )
    version = VersionField()
    saved_from = PageKeyField()
    save_number = VersionField()

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        response: Response,
        levels: list[Level],
        in_row: bool = False,
    ) -> None:
        """Show the view, or check what was sent of it.

        Args:
            levels: the framework's, the weakest first, read once for a page of many.
            in_row: one of many forms of a page, named by its element and with a select.
        """
        self.response = response
        shown: dict[str, Any] = {
            "level": UNSURE if response.is_unsure else response.level_id,
            "note": response.note,
        }
        page = {"version": response.version, "saved_from": token_hex(16), "save_number": 1}
        name = f"id_%s_{response.element.code}" if in_row else "id_%s"
        super().__init__(self._whole(data), initial=shown | page, auto_id=name)
        level = cast(RowField, self.fields["level"])
        if in_row:
            level.widget = forms.Select(attrs={"class": "govuk-select tq-own__level"})
            self.fields["note"].widget.attrs |= {"class": "govuk-textarea", "rows": 3}
        level.offer(levels, nothing="Not answered yet")
        level.choices = [*cast(list[Any], level.choices), (UNSURE, "Don’t know yet")]
        for field in shown:
            self.fields[field].show_optional = False  # type: ignore[attr-defined]

    def _whole(self, sent: QueryDict | None) -> QueryDict | None:
        """What was sent; a box that it lacks stays as it is."""
        if sent is None:
            return None
        data = sent.copy()
        now = UNSURE if self.response.is_unsure else str(self.response.level_id or "")
        data.setdefault("level", now)
        data.setdefault("note", self.response.note)
        return data

    def record(self) -> Response:
        """Save the view and return it as saved; raises as `record_response` does."""
        view = copy(self.response)
        view.level, view.note = self.cleaned_data["level"], self.cleaned_data["note"]
        view.is_unsure = self.data["level"] == UNSURE
        view.saved_from = self.cleaned_data["saved_from"]
        view.save_number = max(self.cleaned_data["save_number"], 0)
        record_response(response=view, version=self.cleaned_data["version"])
        return view

    def kept_beside(self, current: Response, levels: list[Level]) -> ResponseForm:
        """The same answers, to be saved over `current` if the writer still wants to."""
        typed = cast(QueryDict, self.data).copy()
        typed["version"] = str(current.version)
        return ResponseForm(typed, response=current, levels=levels)
