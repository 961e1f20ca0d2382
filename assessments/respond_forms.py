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

    choose_by: forms.Widget | None = None
    """What the level is chosen with; the field's own radios where it is none."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        response: Response,
        levels: list[Level],
        prefix: str | None = None,
    ) -> None:
        """Show the view, or check what was sent of it.

        Args:
            levels: the framework's, the weakest first, read once for a page of many.
            prefix: what sets this form's names apart on a page of many.
        """
        self.response = response
        page = {"version": response.version, "saved_from": token_hex(16), "save_number": 1}
        shown = self.shown_of(response)
        super().__init__(self._whole(data, prefix), initial=shown | page, prefix=prefix)
        level = cast(RowField, self.fields["level"])
        if self.choose_by:
            level.widget = self.choose_by
        level.offer(levels, nothing="Not answered yet")
        level.choices = [*cast(list[Any], level.choices), (UNSURE, "Don’t know yet")]
        for field in shown:
            self.fields[field].show_optional = False  # type: ignore[attr-defined]

    @staticmethod
    def shown_of(response: Response) -> dict[str, Any]:
        """What the boxes show of a view."""
        level = UNSURE if response.is_unsure else response.level_id
        return {"level": level, "note": response.note}

    def _whole(self, sent: QueryDict | None, prefix: str | None) -> QueryDict | None:
        """What was sent; a box that it lacks stays as it is."""
        if sent is None:
            return None
        data = sent.copy()
        for name, value in self.shown_of(self.response).items():
            data.setdefault(f"{prefix}-{name}" if prefix else name, str(value or ""))
        return data

    def record(self, page: dict[str, Any] | None = None) -> Response:
        """Save the view and return it as saved; raises as `record_response` does.

        Args:
            page: which open page saves, and how often it has, where that is not in this form.
        """
        page = page or self.cleaned_data
        view = copy(self.response)
        view.level, view.note = self.cleaned_data["level"], self.cleaned_data["note"]
        view.is_unsure = self.data[self.add_prefix("level")] == UNSURE
        view.saved_from = page["saved_from"]
        view.save_number = max(page["save_number"], 0)
        record_response(response=view, version=self.cleaned_data["version"])
        return view

    def typed_beside(self, current: Response) -> QueryDict:
        """What was sent, as if from a page that showed `current`."""
        typed = cast(QueryDict, self.data).copy()
        typed[self.add_prefix("version")] = str(current.version)
        return typed

    def kept_beside(self, current: Response, levels: list[Level]) -> ResponseForm:
        """The same answers, to be saved over `current` if the writer still wants to."""
        return ResponseForm(self.typed_beside(current), response=current, levels=levels)
