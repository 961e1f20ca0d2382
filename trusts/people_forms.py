"""What a lead fills in about the people of the trust: one person's role, a year's turnover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.html import format_html

from trusts.handover import Heap
from trusts.invitation_forms import NewcomersMixin, RoleField, put
from trusts.models import Membership, Role, User
from trusts.people import Change, takes_last_lead

NO_LEAD = (
    "Somebody else has to be governance lead first: without one, nobody could invite people "
    "or change roles"
)
NOBODY = ""
"""The choice of no heir."""


class RoleForm(forms.Form):
    """Another role for a member."""

    role = RoleField(label="Role")
    began = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = membership
        self.initial.update(role=membership.role, began=membership.role)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        now = self.membership
        if cleaned.get("began", now.role) not in ("", now.role):
            put(self, "began", now.role)
            self.add_error("role", changed_meanwhile(now))
        return cleaned


def changed_meanwhile(membership: Membership) -> str:
    """What a lead is told who was not the only one to change this."""
    return (
        f"{membership.user} was made {membership.get_role_display().lower()} in the meantime. "
        "Choose again"
    )


def in_words(heaps: Sequence[Heap]) -> str:
    """What somebody owns: 2 open actions."""
    return " and ".join(map(str, heaps))


class HeirField(forms.ChoiceField):
    """Who takes on what somebody leaves behind."""

    def __init__(self, *, label: str, others: Sequence[User], **options: Any) -> None:
        self.people = {str(user.pk): user for user in others}
        super().__init__(
            label=label,
            required=False,
            choices=[
                (NOBODY, "Nobody yet"),
                *((pk, str(user)) for pk, user in self.people.items()),
            ],
            error_messages={"invalid_choice": "Choose somebody of the trust from the list"},
            **options,
        )
        self.show_optional = False

    def clean(self, value: Any) -> User | None:
        return self.people.get(super().clean(value))


class RemoveForm(forms.Form):
    """Removing a member, and who takes on what they own."""

    def __init__(
        self,
        *args: Any,
        membership: Membership,
        heaps: Sequence[Heap],
        others: Sequence[User],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if heaps:
            self.fields["heir"] = HeirField(
                label=f"Who takes on {in_words(heaps)}?",
                others=others,
                help_text="Nobody yet leaves what is open under the name that it has, until "
                "somebody else is chosen in the plan.",
            )

    @property
    def heir(self) -> User | None:
        chosen: User | None = self.cleaned_data.get("heir")
        return chosen


@dataclass(frozen=True)
class Row:
    """A member's part of the turnover's form."""

    membership: Membership
    role: forms.BoundField
    left: forms.BoundField
    heir: forms.BoundField | None
    began: forms.BoundField


class TurnoverForm(NewcomersMixin):
    """Everybody of the trust: who stays in which role, who leaves, and who is new."""

    def __init__(
        self,
        data: Any = None,
        *args: Any,
        members: Sequence[Membership],
        belongings: Mapping[int, Sequence[Heap]],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, *args, **kwargs)
        self.members = members
        self.belongings = belongings
        self.changes: list[Change] = []
        for member in members:
            self._add_fields(member, belongings.get(member.user_id, ()))
        self.order_fields([*self._names_of_members(), "lines", "sheet", "newcomer_role"])

    def _names_of_members(self) -> Iterator[str]:
        for member in self.members:
            for what in ("role", "left", "heir", "began"):
                yield _name(what, member)

    def _add_fields(self, member: Membership, heaps: Sequence[Heap]) -> None:
        role = forms.ChoiceField(
            label=f"Role of {member.user}",
            choices=Role.choices,
            required=False,
            initial=member.role,
            error_messages={"invalid_choice": "Choose one of the roles in the list"},
        )
        role.show_optional = False  # type: ignore[attr-defined]
        self.fields[_name("role", member)] = role
        self.fields[_name("left", member)] = forms.BooleanField(
            label=format_html(
                'Has left<span class="govuk-visually-hidden">: {}</span>', member.user
            ),
            required=False,
        )
        self.fields[_name("began", member)] = forms.CharField(
            required=False, initial=member.role, widget=forms.HiddenInput
        )
        if heaps:
            others = [other.user for other in self.members if other.pk != member.pk]
            self.fields[_name("heir", member)] = HeirField(
                label=f"If {member.user} has left, who takes on {in_words(heaps)}?", others=others
            )

    @property
    def rows(self) -> Iterator[Row]:
        """The members with their boxes."""
        for member in self.members:
            heir = _name("heir", member)
            yield Row(
                membership=member,
                role=self[_name("role", member)],
                left=self[_name("left", member)],
                heir=self[heir] if heir in self.fields else None,
                began=self[_name("began", member)],
            )

    @property
    def leaving(self) -> list[Change]:
        return [change for change in self.changes if change.leaves]

    @property
    def goodbyes(self) -> list[tuple[Change, str]]:
        """Who leaves, and what they leave behind."""
        return [
            (change, in_words(self.belongings.get(change.membership.user_id, ())))
            for change in self.leaving
        ]

    @property
    def changing(self) -> list[Change]:
        return [change for change in self.changes if not change.leaves]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.changes = [
            change for member in self.members if (change := self._change_of(member, cleaned))
        ]
        self._refuse_absent_heirs()
        if takes_last_lead(self.changes, self.members):
            for change in self.changes:
                if change.membership.role == Role.LEAD:
                    what = "left" if change.leaves else "role"
                    self.add_error(_name(what, change.membership), NO_LEAD)
        self.read_lines()
        if not self.errors and not self.changes and not self.needed:
            text = "Nothing is changed yet: tick who has left, choose another role, or add people"
            self.add_error(None, text)
        return cleaned

    def _change_of(self, member: Membership, cleaned: Mapping[str, Any]) -> Change | None:
        """What the page asks for this member, if anything."""
        began = cleaned.get(_name("began", member)) or member.role
        role = cleaned.get(_name("role", member)) or began
        if cleaned.get(_name("left", member)):
            change = Change(member, heir=cleaned.get(_name("heir", member)))
        elif role not in (began, member.role):
            change = Change(member, role=role)
        else:
            return None
        if began != member.role:
            put(self, _name("began", member), member.role)
            what = "left" if change.leaves else "role"
            self.add_error(_name(what, member), changed_meanwhile(member))
        return change

    def _refuse_absent_heirs(self) -> None:
        leaving = {change.membership.user_id for change in self.leaving}
        for change in self.leaving:
            if change.heir and change.heir.pk in leaving:
                self.add_error(
                    _name("heir", change.membership),
                    f"{change.heir} leaves too. Choose somebody who stays",
                )


def _name(what: str, member: Membership) -> str:
    """A field's name: what it asks, and of whom."""
    return f"{what}_{member.pk}"
