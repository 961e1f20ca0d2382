"""What the reviewers find about an element."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.forms import LevelRadios
from assessments.models import NOTE_MAX_LENGTH
from assessments.row_forms import LevelForm
from assessments.row_pages import OneOfMany
from govuk.fields import MultilineField, RowField, too_long
from reviews.correcting import record_draft, why_draft_is_shut
from reviews.finding import record_finding, why_finding_is_shut
from reviews.models import FindingDraft, Found, ReviewerRating
from trusts.models import User

TEXTS = ("strengths", "questions", "evidence")


def _prose(label: str, name: str) -> MultilineField:
    return MultilineField(
        label=label,
        required=False,
        max_length=NOTE_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": too_long(name, it_has="there are")},
    )


class FindingForm(LevelForm[Found]):
    """One finding, or the draft of its correction.

    It may be left half done: nothing is required, the level least of all.
    """

    level = RowField(
        label="Where do you see the trust?",
        required=False,
        widget=LevelRadios,
        error_messages={"invalid_choice": "Choose one of the levels in the list"},
    )
    strengths = _prose("What is strong here?", "Strengths")
    questions = _prose("What would you ask the board?", "Questions")
    evidence = _prose("Which evidence have you seen?", "Evidence")

    written = ("level", *TEXTS)
    no_level = "No level"

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Every text as it was typed, with what it answers."""
        boxes = [self[name] for name in TEXTS]
        return [(str(box.label), text) for box in boxes if (text := box.value())]

    def why_shut(self) -> str:
        found: Found = self.instance
        if isinstance(found, FindingDraft):
            return why_draft_is_shut(found)
        return why_finding_is_shut(found) if isinstance(found, ReviewerRating) else ""

    def record(self, *, by: User) -> Found:
        found, version = self.filled_in(), self.cleaned_data["version"]
        if isinstance(found, FindingDraft):
            record_draft(draft=found, version=version, by=by)
        elif isinstance(found, ReviewerRating):
            record_finding(finding=found, version=version, by=by)
        return found


class FindingRow(OneOfMany[Found], FindingForm):
    """One finding as a row of the page of all: a list to choose from, and three texts."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.make_compact(lines=2)

    @property
    def boxes(self) -> list[tuple[forms.BoundField, str]]:
        """The three texts, each with its short name."""
        return [(self[name], name) for name in TEXTS]
