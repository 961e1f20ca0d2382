"""Which of a trust's assessments to set side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from assessments.models import Assessment

FEWEST, MOST = 2, 6
NOT_IN_THE_LIST = "Choose assessments from the list"


class ExplainedCheckboxes(forms.CheckboxSelectMultiple):
    """Boxes, each with a hint that tells it from the others."""

    def __init__(self, explain: Callable[[str], str]) -> None:
        super().__init__()
        self.explain = explain

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.explain(str(value))
        return option


class ComparisonForm(forms.Form):
    """Two to six assessments by one framework; the choice is in the page's address."""

    a = forms.MultipleChoiceField(
        label="Which assessments?",
        help_text=f"{FEWEST} to {MOST} by the same framework, of any of its editions.",
        error_messages={
            "required": f"Choose at least {FEWEST} assessments",
            "invalid_choice": NOT_IN_THE_LIST,
        },
    )

    def __init__(
        self,
        data: Any = None,
        *,
        assessments: Sequence[Assessment],
        explain: Callable[[Assessment], str],
    ) -> None:
        """Offer what may be compared.

        Args:
            assessments: the trust's, each with its framework loaded; nothing else is accepted.
            explain: what tells an assessment from the others besides its title.
        """
        super().__init__(data)
        self.by_key = {str(one.pk): one for one in assessments}
        field = self.fields["a"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 said above
        field.widget = ExplainedCheckboxes(lambda key: explain(self.by_key[key]))
        field.choices = [(key, one.title) for key, one in self.by_key.items()]

    def clean_a(self) -> list[Assessment]:
        """The chosen, the earliest first."""
        chosen = [one for key, one in self.by_key.items() if key in self.cleaned_data["a"]]
        if len(chosen) < FEWEST:
            raise ValidationError(f"Choose at least {FEWEST} assessments: this is only one")
        if len(chosen) > MOST:
            raise ValidationError(f"Choose {MOST} assessments or fewer: these are {len(chosen)}")
        frameworks = {one.framework.key: one.framework.title for one in chosen}
        if len(frameworks) > 1:
            titles = " and ".join(sorted(frameworks.values()))
            raise ValidationError(
                f"These were rated against different frameworks, {titles}. "
                "Choose assessments by one framework"
            )
        return sorted(chosen, key=lambda one: (one.created_at, one.pk))
