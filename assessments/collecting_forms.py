"""What a lead chooses before members are asked for views of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from assessments.spread import SMALLEST_GROUP
from govuk.fields import BOXES, DateField, HintedRadioSelect, check_year
from trusts.models import Membership, User

NAMES = {
    "yes": "Yes: everybody sees who said what",
    "no": "No: views stand without names",
}


class PeopleField(forms.TypedMultipleChoiceField):
    """Some of a trust's members, read once: for the boxes, and for the answer."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, members: Sequence[Membership]) -> None:
        """Let these be chosen; each is known by name and role."""
        self.people = {str(member.user_id): member.user for member in members}
        self.choices = [
            (str(member.user_id), f"{member.user}, {member.get_role_display().lower()}")
            for member in members
        ]

    def clean(self, value: Any) -> list[User]:
        return [self.people[str(key)] for key in super().clean(value)]


class AskForm(forms.Form):
    """Whom to ask besides those who are asked already."""

    people = PeopleField(
        label="Whom do you ask besides?",
        error_messages={
            "required": "Choose at least one person",
            "invalid_choice": "Choose people from the list",
        },
    )

    def __init__(self, data: Any = None, *, members: Sequence[Membership]) -> None:
        super().__init__(data)
        self.people_field.offer(members)

    @property
    def people_field(self) -> PeopleField:
        field = self.fields["people"]
        assert isinstance(field, PeopleField)  # noqa: S101 said above
        return field


class DayForm(forms.Form):
    """By when views are wanted."""

    due_on = DateField(
        label="By when do you want the views?",
        help_text="For example 27 3 2027. Views stay open until you close them.",
        error_messages={"required": "Enter the day by which you want the views"},
    )

    def clean_due_on(self) -> Any:
        due_on = self.cleaned_data["due_on"]
        check_year(due_on, "The day")
        if due_on < timezone.localdate():
            raise ValidationError(
                "The day must be today or later: people are told it in the mail",
                code="invalid",
                params={"boxes": list(BOXES)},
            )
        return due_on


class OpenForm(AskForm, DayForm):
    """Opening an assessment for views."""

    people = PeopleField(
        label="Who gives a view?",
        error_messages={
            "required": "Choose at least one person",
            "invalid_choice": "Choose people from the list",
        },
    )
    names = forms.ChoiceField(
        label="Will the board see who gave which view?",
        choices=list(NAMES.items()),
        widget=HintedRadioSelect(
            hints={"no": "In a small board people may still guess who wrote a note."}
        ),
        help_text="People are told before they begin, so it cannot be changed later.",
        error_messages={"required": "Say whether names are shown"},
    )
    field_order = ("people", "due_on", "names")

    def __init__(self, data: Any = None, *, members: Sequence[Membership]) -> None:
        super().__init__(data, members=members)
        self.initial["people"] = list(self.people_field.people)

    def clean(self) -> None:
        """Of fewer than three people it would be plain who said what."""
        people = self.cleaned_data.get("people", ())
        if self.cleaned_data.get("names") == "no" and 0 < len(people) < SMALLEST_GROUP:
            self.add_error(
                "names",
                f"Ask at least {SMALLEST_GROUP} people, or show names: "
                "of fewer it is plain who said what",
            )

    @property
    def names_shown(self) -> bool:
        return bool(self.cleaned_data["names"] == "yes")
