"""What people may ask the search for, and what they are told when it is too much."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.functional import cached_property

from frameworks.models import Framework
from frameworks.shelf import Shelved
from govuk.fields import query_too_long
from texts.matching import Wanted

QUERY_MAX_LENGTH = 100
"""Characters: a long phrase, and a bound on the work of one search."""


class SearchForm(forms.Form):
    """Words, and where to look for them."""

    q = forms.CharField(
        label="Words to look for",
        max_length=QUERY_MAX_LENGTH,
        required=False,
        help_text="Finds what has all of them; the beginning of a word is enough. "
        "For words that stand together, use quotation marks.",
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": query_too_long(QUERY_MAX_LENGTH)},
    )
    framework = forms.ChoiceField(
        label="Where",
        required=False,
        error_messages={"invalid_choice": "Choose one of the frameworks in the list"},
    )

    def __init__(self, *args: Any, shelf: Iterable[Shelved], **kwargs: Any) -> None:
        """Offer the reader's frameworks.

        Args:
            shelf: all that the reader may read.
        """
        super().__init__(*args, **kwargs)
        self._current = [one.framework for one in shelf]
        older = [framework for one in shelf for framework in one.older]
        self._by_choice = {choice_of(one): one for one in [*self._current, *older]}
        choices: list[Any] = [("", "All frameworks"), *map(_option, self._current)]
        if older:
            choices.append(("Older editions", list(map(_option, older))))
        cast("forms.ChoiceField", self.fields["framework"]).choices = choices
        for field in self.fields.values():
            field.show_optional = False  # type: ignore[attr-defined]

    @cached_property
    def wanted(self) -> Wanted:
        """The words; only of a valid form."""
        return Wanted(self.cleaned_data["q"])

    @property
    def frameworks(self) -> list[Framework]:
        """Where to look; only of a valid form."""
        chosen = self.cleaned_data["framework"]
        return [self._by_choice[chosen]] if chosen else self._current


def _option(framework: Framework) -> tuple[str, str]:
    return choice_of(framework), str(framework)


def choice_of(framework: Framework) -> str:
    """What an address calls a framework in which to search."""
    return f"{framework.key}/{framework.edition}"
