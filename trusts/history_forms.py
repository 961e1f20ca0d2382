"""What people may ask the history for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from govuk.fields import DateField, query_too_long
from texts.matching import Wanted
from trusts.history import Kind
from trusts.history_rows import FORMER, SERVICE, Person
from trusts.history_search import Asked

WORDS_MAX_LENGTH = 100
"""Characters: a long phrase, and a bound on the work of one search."""


class HistoryForm(forms.Form):
    """Whose changes, of what, when, with which words; all of it is in the page's address."""

    words = forms.CharField(
        label="Words to look for",
        max_length=WORDS_MAX_LENGTH,
        required=False,
        help_text="In what was written, before or after the change. An entry must have all of "
        "them; the beginning of a word is enough.",
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": query_too_long(WORDS_MAX_LENGTH)},
    )
    who = forms.ChoiceField(
        label="Who",
        required=False,
        error_messages={"invalid_choice": "Choose one of the people in the list"},
    )
    what = forms.ChoiceField(
        label="What",
        required=False,
        error_messages={"invalid_choice": "Choose one of the things in the list"},
    )
    since = DateField(label="From", required=False, help_text="The first day, such as 1 9 2026.")
    until = DateField(label="To", required=False, help_text="The last day, such as 31 8 2027.")
    each = forms.BooleanField(
        label="Show every single save",
        required=False,
        help_text="Ratings save by themselves while somebody types. One person’s saves within "
        "ten minutes are shown as one change unless you tick this, and so is an invitation with "
        "its mail.",
    )

    def __init__(
        self, data: Any = None, *, people: Iterable[Person], offered: Iterable[Kind]
    ) -> None:
        """Offer what there is to choose from.

        Args:
            people: who has changed anything.
            offered: the kinds that can be told of here.
        """
        super().__init__(data)
        self._choices(
            "who", [("", "Everybody"), *((one.choice, one.name) for one in _named(people))]
        )
        self._choices("what", [("", "Everything"), *((kind.key, kind.label) for kind in offered)])
        for one in self.fields.values():
            one.show_optional = False  # type: ignore[attr-defined]

    def _choices(self, name: str, choices: list[Any]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "The last day must not be before the first")
        return cleaned

    @property
    def asked(self) -> Asked:
        """What was asked for; only of a valid form, everything of one that was not sent."""
        if not self.is_bound:
            return Asked()
        cleaned = self.cleaned_data
        return Asked(
            who=cleaned["who"],
            since=cleaned["since"],
            until=cleaned["until"],
            wanted=Wanted(cleaned["words"]),
            each=cleaned["each"],
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the whole history was asked for."""
        return self.is_bound and any(self.data.get(name) for name in self.data if name != "page")


def _named(people: Iterable[Person]) -> list[Person]:
    """By name; who has none comes last."""
    return sorted(set(people), key=lambda one: (one in (FORMER, SERVICE), one.name.casefold()))
