"""What an invited reviewer fills in before anything is open to them."""

from __future__ import annotations

from typing import Any

from django import forms

from govuk.fields import MultilineField, too_long
from reviews.models import REASON_MAX_LENGTH, Interest
from trusts.invitation_forms import NewPersonForm

NONE = "none"
OWN_WORDS: dict[Interest, str] = {
    Interest.EMPLOYMENT: "I work or have worked for this trust, or it pays me",
    Interest.FAMILY: "I have family or close friends who work for it or govern it",
    Interest.RECENT_REVIEW: "This trust has reviewed mine in the last three years",
    Interest.OTHER: "There is something else that it should know of",
}


class NewReviewerForm(NewPersonForm):
    """A reviewer who has no account yet; may be called as anybody, and learns of nobody by it."""

    name_hint = "As the trust that you review will see it."


class InterestBoxes(forms.CheckboxSelectMultiple):
    """Interests, and "none of these", which unticks the rest where there is a script."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        if option["value"] == NONE:
            option["attrs"]["data-behaviour"] = "exclusive"
        return option


class DeclarationForm(forms.Form):
    """Which interests somebody has in the trust that they are to review."""

    interests = forms.MultipleChoiceField(
        label="Do any of these apply to you?",
        choices=[*OWN_WORDS.items(), (NONE, "None of these")],
        widget=InterestBoxes,
        help_text="An interest does not shut you out: the trust reads it and decides.",
        error_messages={
            "required": "Choose what applies to you, or “None of these”",
            "invalid_choice": "Choose only from the list",
        },
    )
    text = MultilineField(
        label="What should the trust know of it?",
        required=False,
        max_length=REASON_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Who, what and when, in a sentence or two.",
        error_messages={"max_length": too_long("This")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["text"].show_optional = False  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = cleaned.get("interests", [])
        if NONE in chosen and len(chosen) > 1:
            self.add_error("interests", "Choose either “None of these” or what applies to you")
        elif chosen and NONE not in chosen and cleaned.get("text") == "":
            self.add_error("text", "Say what the trust should know of it")
        return cleaned

    @property
    def interests_declared(self) -> list[Interest]:
        return [Interest(one) for one in self.cleaned_data["interests"] if one != NONE]
