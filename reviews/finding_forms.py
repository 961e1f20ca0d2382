"""What the reviewers find about an element."""

from __future__ import annotations

from copy import copy
from secrets import token_hex
from typing import Any, cast

from django import forms
from django.http import QueryDict

from assessments.forms import LevelRadios
from assessments.models import NOTE_MAX_LENGTH
from frameworks.models import Level
from govuk.fields import MultilineField, PageKeyField, RowField, VersionField
from reviews.finding import record_finding
from reviews.models import ReviewerRating
from trusts.models import User

TEXTS = ("strengths", "questions", "evidence")


def _prose(label: str, name: str) -> MultilineField:
    return MultilineField(
        label=label,
        required=False,
        max_length=NOTE_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "max_length": f"{name} must be %(limit_value)s characters or fewer; "
            "there are %(show_value)s"
        },
    )


class FindingForm(forms.Form):
    """One finding. It may be left half done: nothing is required, the level least of all."""

    level = RowField(
        label="Where do you see the trust?",
        required=False,
        widget=LevelRadios,
        error_messages={"invalid_choice": "Choose one of the levels in the list"},
    )
    strengths = _prose("What is strong here?", "Strengths")
    questions = _prose("What would you ask the board?", "Questions")
    evidence = _prose("Which evidence have you seen?", "Evidence")
    version = VersionField()
    saved_from = PageKeyField()
    save_number = VersionField()

    choose_by: forms.Widget | None = None
    """What the level is chosen with; the field's own radios where it is none."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        finding: ReviewerRating,
        levels: list[Level],
        prefix: str | None = None,
    ) -> None:
        """Show the finding, or check what was sent of it.

        Args:
            levels: the framework's, the weakest first, read once for a page of many.
            prefix: what sets this form's names apart on a page of many.
        """
        self.finding, self.levels = finding, levels
        page = {"version": finding.version, "saved_from": token_hex(16), "save_number": 1}
        shown = self.shown_of(finding)
        super().__init__(self._whole(data, prefix), initial=shown | page, prefix=prefix)
        level = cast(RowField, self.fields["level"])
        if self.choose_by:
            level.widget = self.choose_by
        level.offer(levels, nothing="No level")
        for name in shown:
            self.fields[name].show_optional = False  # type: ignore[attr-defined]

    @staticmethod
    def shown_of(finding: ReviewerRating) -> dict[str, Any]:
        """What the boxes show of a finding."""
        return {"level": finding.level_id} | {name: getattr(finding, name) for name in TEXTS}

    def _whole(self, sent: QueryDict | None, prefix: str | None) -> QueryDict | None:
        """What was sent; a box that it lacks stays as it is."""
        if sent is None:
            return None
        data = sent.copy()
        for name, value in self.shown_of(self.finding).items():
            data.setdefault(f"{prefix}-{name}" if prefix else name, str(value or ""))
        return data

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Every text as it was typed, with what it answers."""
        boxes = [self[name] for name in TEXTS]
        return [(str(box.label), text) for box in boxes if (text := box.value())]

    def record(self, *, by: User, page: dict[str, Any] | None = None) -> ReviewerRating:
        """Save the finding and return it as saved; raises as `record_finding` does.

        Args:
            page: which open page saves, and how often it has, where that is not in this form.
        """
        page = page or self.cleaned_data
        found = copy(self.finding)
        for name in ("level", *TEXTS):
            setattr(found, name, self.cleaned_data[name])
        found.saved_from, found.save_number = page["saved_from"], max(page["save_number"], 0)
        record_finding(finding=found, version=self.cleaned_data["version"], by=by)
        return found

    def typed_beside(self, current: ReviewerRating) -> QueryDict:
        """What was sent, as if from a page that showed `current`."""
        typed = cast(QueryDict, self.data).copy()
        typed[self.add_prefix("version")] = str(current.version)
        return typed

    def kept_beside(self, current: ReviewerRating) -> FindingForm:
        """The same answers, to be saved over `current` if the writer still wants to."""
        return FindingForm(self.typed_beside(current), finding=current, levels=self.levels)
