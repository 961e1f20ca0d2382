"""Ticking which elements become priorities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget

from frameworks.names import names_apart
from govuk.fields import MultilineField, too_long
from plans.choosing import Change, Offer, OfferGroup, change_between, group
from plans.models import REASON_MAX_LENGTH


class HiddenElementsField(forms.MultipleChoiceField):
    """Elements that the page began with; what cannot be read is left out.

    Nobody sees these boxes, so nobody can be asked to correct them. Fewer of them means
    that fewer priorities are taken out.
    """

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        return [one for one in super().to_python(value) if self.valid_value(one)]


@dataclass(frozen=True)
class Box:
    """One checkbox with what it offers, and where to say why it was unticked."""

    option: BoundWidget
    offer: Offer
    reason: forms.BoundField | None


class ChooseForm(forms.Form):
    """Every element of the assessment as a checkbox, and what was ticked at the start."""

    elements = forms.MultipleChoiceField(
        label="Priorities",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose only from the list"},
    )
    began_ticked = HiddenElementsField(required=False)
    began_in_plan = HiddenElementsField(required=False)

    def __init__(
        self, data: Any = None, *, offers: Sequence[Offer], element_noun: str, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.offers = offers
        self.element_noun = element_noun
        self.names = names_apart(offer.rating.element for offer in offers)
        choices = [(str(pk), name) for pk, name in self.names.items()]
        for name in ("elements", "began_ticked", "began_in_plan"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        in_plan = [str(offer.element_id) for offer in offers if offer.is_in_plan]
        ticked = [str(offer.element_id) for offer in offers if offer.is_in_plan or offer.is_flagged]
        self.initial.update(elements=ticked, began_ticked=ticked, began_in_plan=in_plan)
        for offer in offers:
            if offer.asks_for_reason:
                self.fields[_reason_name(offer)] = _reason_field(self.names[offer.element_id])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        ticked = set(cleaned.get("elements", ()))
        began = set(cleaned.get("began_ticked", ()))
        for offer in self.offers:
            name, box = _reason_name(offer), str(offer.element_id)
            asked = offer.asks_for_reason and box in began and box not in ticked
            if asked and name in cleaned and not cleaned[name]:
                self.add_error(name, f"Say why {self.names[offer.element_id]} is dropped")
        if not ticked and "elements" in cleaned and not any(o.is_in_plan for o in self.offers):
            self.add_error("elements", f"Choose at least one {self.element_noun}")
        return cleaned

    @property
    def change(self) -> Change:
        """What the person changed on the page."""
        cleaned = self.cleaned_data
        return change_between(
            offered=[offer.element_id for offer in self.offers],
            began_in_plan={int(pk) for pk in cleaned["began_in_plan"]},
            began_ticked={int(pk) for pk in cleaned["began_ticked"]},
            ticked={int(pk) for pk in cleaned["elements"]},
            reasons={
                offer.element_id: cleaned.get(_reason_name(offer), "") for offer in self.offers
            },
        )

    @property
    def groups(self) -> Iterator[tuple[OfferGroup, list[Box]]]:
        """The checkboxes under their headings, in the order in which they are offered."""
        options = iter(self["elements"])
        for one in group(self.offers):
            yield one, [Box(next(options), offer, self._reason(offer)) for offer in one.offers]

    def _reason(self, offer: Offer) -> forms.BoundField | None:
        """Asked for once the box has been unticked, and shown for as long as it says anything."""
        name = _reason_name(offer)
        if name in self.fields and (self[name].errors or self[name].value()):
            return self[name]
        return None


def _reason_name(offer: Offer) -> str:
    return f"reason_{offer.element_id}"


def _reason_field(name: str) -> MultilineField:
    reason = MultilineField(
        label=f"Why is {name} dropped?",
        required=False,
        max_length=REASON_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Its key issue and actions stay readable under “Dropped”, with this reason. "
        "Tick it again to keep it.",
        error_messages={"max_length": too_long("The reason")},
    )
    reason.show_optional = False  # type: ignore[attr-defined]
    return reason
