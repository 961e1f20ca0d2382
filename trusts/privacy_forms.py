"""What a person fills in to delete their own account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from trusts.handover import Heap
from trusts.models import Membership, User
from trusts.people_forms import HeirField, in_words


@dataclass(frozen=True)
class Place:
    """A trust that the person leaves with the account.

    Attributes:
        heaps: what they own there.
        others: who could take it on; empty where they may not hand it on themself.
    """

    membership: Membership
    heaps: Sequence[Heap] = ()
    others: Sequence[User] = ()

    @property
    def hands_on(self) -> bool:
        return bool(self.heaps and self.others)

    @property
    def field(self) -> str:
        """The name of the box that asks who takes it on."""
        return f"heir_{self.membership.trust_id}"


class DeleteAccountForm(forms.Form):
    """A yes that nobody gives by mistake, and who takes on what the person owns."""

    sure = forms.BooleanField(
        label="I know that nothing brings my account back",
        error_messages={"required": "Tick the box if you want to delete your account"},
    )

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        for place in self._with_heirs():
            self.fields[place.field] = _heir_field(place)
        self.order_fields([place.field for place in self._with_heirs()])

    def _with_heirs(self) -> Iterator[Place]:
        return (place for place in self.places if place.hands_on)

    @property
    def heirs(self) -> dict[int, User]:
        """Who takes on what, by the trust's key."""
        chosen = {
            place.membership.trust_id: self.cleaned_data[place.field]
            for place in self._with_heirs()
        }
        return {trust: heir for trust, heir in chosen.items() if heir}


def _heir_field(place: Place) -> HeirField:
    return HeirField(
        label=f"Who takes on your {in_words(place.heaps)} in {place.membership.trust}?",
        others=place.others,
        help_text="Nobody yet leaves what is open in the plan, under “Former member”, until "
        "somebody else is chosen there.",
    )
