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

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        finding: ReviewerRating,
        levels: list[Level],
        in_row: bool = False,
    ) -> None:
        """Show the finding, or check what was sent of it.

        Args:
            levels: the framework's, the weakest first, read once for a page of many.
            in_row: one of many forms of a page, named by its element and with a select.
        """
        self.finding, self.levels = finding, levels
        shown: dict[str, Any] = {"level": finding.level_id}
        shown |= {name: getattr(finding, name) for name in TEXTS}
        page = {"version": finding.version, "saved_from": token_hex(16), "save_number": 1}
        ids = f"id_%s_{finding.element.code}" if in_row else "id_%s"
        super().__init__(self._whole(data), initial=shown | page, auto_id=ids)
        level = cast(RowField, self.fields["level"])
        if in_row:
            level.widget = forms.Select(attrs={"class": "govuk-select tq-own__level"})
            for name in TEXTS:
                self.fields[name].widget.attrs |= {"class": "govuk-textarea", "rows": 2}
        level.offer(levels, nothing="No level")
        for name in shown:
            self.fields[name].show_optional = False  # type: ignore[attr-defined]

    def _whole(self, sent: QueryDict | None) -> QueryDict | None:
        """What was sent; a box that it lacks stays as it is."""
        if sent is None:
            return None
        data = sent.copy()
        data.setdefault("level", str(self.finding.level_id or ""))
        for name in TEXTS:
            data.setdefault(name, getattr(self.finding, name))
        return data

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Every text as it was typed, with what it answers."""
        boxes = [self[name] for name in TEXTS]
        return [(str(box.label), text) for box in boxes if (text := box.value())]

    def record(self, *, by: User) -> ReviewerRating:
        """Save the finding and return it as saved; raises as `record_finding` does."""
        found = copy(self.finding)
        for name in ("level", *TEXTS, "saved_from"):
            setattr(found, name, self.cleaned_data[name])
        found.save_number = max(self.cleaned_data["save_number"], 0)
        record_finding(finding=found, version=self.cleaned_data["version"], by=by)
        return found

    def kept_beside(self, current: ReviewerRating) -> FindingForm:
        """The same answers, to be saved over `current` if the writer still wants to."""
        typed = cast(QueryDict, self.data).copy()
        typed["version"] = str(current.version)
        return FindingForm(typed, finding=current, levels=self.levels)
