"""What people fill in while they write an action plan."""

from __future__ import annotations

import uuid
from copy import copy
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import Truncator

from assessments.models import NOTE_MAX_LENGTH
from assessments.sources import Source
from govuk.fields import (
    DateField,
    KeyField,
    MultilineField,
    VersionField,
    check_year,
    too_long,
)
from plans.action_changes import add_action, edit_action
from plans.actions import adopt_plan, edit_plan, noon_of, write_key_issue
from plans.models import (
    DESCRIPTION_MAX_LENGTH,
    REASON_MAX_LENGTH,
    TITLE_MAX_LENGTH,
    Action,
    Plan,
    Priority,
    StrategicArea,
)
from plans.querysets import OPEN
from trusts.models import Trust, User

SOMEBODY_ELSE = "other"


class VersionedForm(forms.ModelForm):
    """A form that several people may have open at once."""

    version = VersionField()

    def __init__(self, data: Any = None, *, instance: Any, **kwargs: Any) -> None:
        # A form writes into its instance as it checks it; the page still shows the row.
        super().__init__(data, instance=copy(instance), **kwargs)
        self.initial["version"] = instance.version

    def with_version(self, version: int) -> dict[str, Any]:
        """What was typed, to be saved over the row's present version if the writer wants to."""
        return {**self.data.dict(), "version": str(version)}  # type: ignore[attr-defined]


class MeetingField(DateField):
    """The day of the board's meeting, today at the latest."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            help_text="The date of the meeting, for example 25 11 2026.",
            error_messages={"required": "Enter the date of the meeting"},
            **options,
        )

    def validate(self, value: date | None) -> None:
        super().validate(value)
        check_year(value, "The date of the meeting")
        if value and value > timezone.localdate():
            raise ValidationError("The date of the meeting must be today or in the past")


class PlanForm(VersionedForm):
    """A plan's title, when the board looks at it next, and the day of an adoption."""

    title = forms.CharField(
        max_length=TITLE_MAX_LENGTH,
        help_text="What the board will know it by, such as Action plan 2027.",
        error_messages={
            "required": "Give the plan a title",
            "max_length": too_long("The title"),
        },
    )
    next_review_on = DateField(
        label="Next review",
        required=False,
        help_text="When the board looks at the plan again, for example 27 3 2027.",
    )
    adopted_on = MeetingField(label="Adopted by the board")

    class Meta:
        model = Plan
        fields = ("title", "next_review_on")

    def __init__(self, data: Any = None, *, instance: Plan, **kwargs: Any) -> None:
        super().__init__(data, instance=instance, **kwargs)
        self.initial["adopted_on"] = instance.adopted_on
        is_asked = data is None or "adopted_on_day" in data
        if not (instance.is_adopted and is_asked):
            # A draft has no such day, nor did the page of somebody who began before.
            del self.fields["adopted_on"]

    def clean_next_review_on(self) -> date | None:
        day: date | None = self.cleaned_data["next_review_on"]
        check_year(day, "The date of the review")
        return day

    def clean_adopted_on(self) -> date:
        day: date = self.cleaned_data["adopted_on"]
        if day != self.instance.adopted_on:
            self.instance.adopted_at = noon_of(day)
        return day

    def record(self, *, by: User) -> None:
        """Save them; raises as `edit_plan` does."""
        edit_plan(plan=self.instance, version=self.cleaned_data["version"], by=by)

    def kept_beside(self, current: Plan) -> PlanForm:
        """The same answers beside what somebody else has saved."""
        return PlanForm(self.with_version(current.version), instance=current)


class AdoptForm(forms.Form):
    """The board's adoption of a plan."""

    adopted_on = MeetingField(label="When did the board adopt the plan?")

    def record(self, plan: Plan, *, by: User) -> bool:
        """Whether the adoption was recorded; False where the plan was adopted before."""
        return adopt_plan(plan=plan, on=self.cleaned_data["adopted_on"], by=by)


class KeyIssueForm(VersionedForm):
    """What is wrong at an element, in a few sentences."""

    key_issue = MultilineField(
        label="Key issue",
        required=False,
        max_length=NOTE_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="What stands in the way, and why it matters for pupils. "
        "Two or three sentences are enough.",
        error_messages={"max_length": too_long("The key issue")},
    )

    class Meta:
        model = Priority
        fields = ("key_issue",)

    def __init__(self, *args: Any, instance: Priority, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, **kwargs)
        self.fields["key_issue"].show_optional = False  # type: ignore[attr-defined]

    def record(self, *, by: User) -> None:
        """Save the text; raises as `write_key_issue` does."""
        write_key_issue(priority=self.instance, version=self.cleaned_data["version"], by=by)

    def kept_beside(self, current: Priority) -> KeyIssueForm:
        """The same text beside what somebody else has saved."""
        return KeyIssueForm(self.with_version(current.version), instance=current)


class DropForm(forms.Form):
    """Leaving a priority or an action out of the plan."""

    reason = MultilineField(
        label="Why is it dropped?",
        max_length=REASON_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The board sees this in the plan and its reports.",
        error_messages={"required": "Say why it is dropped", "max_length": too_long("The reason")},
    )
    replace = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def seen(self) -> DropForm:
        """The same reason, to replace another's that the page now shows."""
        return DropForm({"reason": self.cleaned_data["reason"], "replace": "on"})


class ActionForm(VersionedForm):
    """One action: what, who, by when, to what end."""

    description = MultilineField(
        label="What will be done?",
        max_length=DESCRIPTION_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Say what will be done",
            "max_length": too_long("What will be done"),
        },
    )
    owner = forms.ChoiceField(
        label="Owner",
        required=False,
        error_messages={"invalid_choice": "Choose an owner from the list"},
    )
    owner_name = forms.CharField(
        label="Name, if somebody else",
        required=False,
        max_length=150,
        help_text="For an owner without an account here: their name, and their role if that helps.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": too_long("The name")},
    )
    due_on = DateField(
        label="Due date",
        help_text="For example, 27 3 2027.",
        error_messages={"required": "Enter the date by which it will be done"},
    )
    success_criterion = MultilineField(
        label="Success criterion",
        max_length=DESCRIPTION_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="How the board will know that it worked: something it can see or count.",
        error_messages={
            "required": "Say how the board will know that it worked",
            "max_length": too_long("The success criterion"),
        },
    )
    measure = forms.CharField(
        required=False,
        max_length=500,
        help_text="What is counted or looked at, such as attendance across the trust.",
        error_messages={"max_length": too_long("The measure")},
    )
    baseline = forms.CharField(
        label="Where it stood at the start",
        required=False,
        max_length=200,
        error_messages={"max_length": too_long("Where it stood at the start")},
    )
    target = forms.CharField(
        required=False,
        max_length=200,
        error_messages={"max_length": too_long("The target")},
    )
    strategic_area = forms.ChoiceField(
        choices=StrategicArea.choices,
        widget=forms.RadioSelect,
        help_text="Under which of the five areas of a trust’s improvement strategy it is planned.",
        error_messages={
            "required": "Choose a strategic area",
            "invalid_choice": "Choose one of the strategic areas in the list",
        },
    )
    status = forms.ChoiceField(
        choices=[choice for choice in Action.Status.choices if choice[0] != Action.Status.DROPPED],
        initial=Action.Status.NOT_STARTED,
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
        error_messages={
            "required": "Choose a status",
            "invalid_choice": "Choose one of the statuses in the list",
        },
    )

    class Meta:
        model = Action
        fields = (
            "description",
            "due_on",
            "success_criterion",
            "measure",
            "baseline",
            "target",
            "strategic_area",
            "status",
        )

    field_order = (
        "description",
        "owner",
        "owner_name",
        "due_on",
        "success_criterion",
        "measure",
        "baseline",
        "target",
        "strategic_area",
        "status",
    )

    def __init__(self, *args: Any, instance: Action, trust: Trust, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, **kwargs)
        self.trust = trust
        self.people = _people_of(trust)
        self.fields["owner"].choices = self._owner_choices()  # type: ignore[attr-defined]
        for name in ("owner", "owner_name"):
            self.fields[name].show_optional = False  # type: ignore[attr-defined]
        if instance.owner_id:
            self.initial["owner"] = str(instance.owner_id)
        elif instance.owner_name:
            self.initial.update(owner=SOMEBODY_ELSE, owner_name=instance.owner_name)
        if instance.is_dropped:
            self.initial["status"] = ""

    def _owner_choices(self) -> list[tuple[str, str]]:
        """The trust's people; who owns the action now stays, though they have left."""
        choices = [(str(user.pk), str(user)) for user in self.people.values()]
        owner = self.instance.owner_id
        if owner and owner not in self.people:
            choices.append((str(owner), f"{self.instance.owner_name} (has left the trust)"))
        return [("", "Choose an owner"), *choices, (SOMEBODY_ELSE, "Somebody else")]

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        check_year(day, "The due date")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "owner" in cleaned and "owner_name" in cleaned:
            self._set_owner(cleaned["owner"], cleaned["owner_name"])
        self._check_due(cleaned.get("due_on"), cleaned.get("status"))
        return cleaned

    def _check_due(self, day: date | None, status: str | None) -> None:
        """What is still to be done cannot be due in the past, but for what is overdue by now."""
        if day is None or status not in OPEN or day == self.initial.get("due_on"):
            return
        if day < timezone.localdate():
            self.add_error("due_on", "The due date must be today or in the future")

    def _set_owner(self, owner: str, name: str) -> None:
        """A member by account and name; anybody else by name alone."""
        if owner in ("", SOMEBODY_ELSE):
            if name:
                self.instance.owner, self.instance.owner_name = None, name
            elif owner:
                self.add_error("owner_name", "Enter the owner’s name")
            else:
                self.add_error("owner", "Choose an owner")
        elif name:
            self.add_error(
                "owner_name",
                "Choose “Somebody else” as the owner to use this name, or clear it",
            )
        elif user := self.people.get(int(owner)):
            self.instance.owner, self.instance.owner_name = user, str(user)[:150]

    def record(self, *, by: User) -> None:
        """Save the action; raises as `edit_action` does."""
        edit_action(action=self.instance, version=self.cleaned_data["version"], by=by)

    def kept_beside(self, current: Action) -> ActionForm:
        """The same answers beside what somebody else has saved."""
        typed = self.with_version(current.version)
        return ActionForm(typed, instance=current, trust=self.trust)


class NewActionForm(ActionForm):
    """An action to be added; the form carries its key, so that sending it twice adds one."""

    version = None  # type: ignore[assignment]
    key = KeyField()

    def __init__(
        self,
        *args: Any,
        priority: Priority,
        trust: Trust,
        source: Source | None = None,
        **kwargs: Any,
    ) -> None:
        """Show empty boxes, or check what was sent.

        Args:
            source: what the action comes from; its words stand in the first box to begin with.
        """
        super().__init__(*args, instance=Action(priority=priority), trust=trust, **kwargs)
        self.source = source
        self.initial["key"] = self.instance.key
        if source:
            text = Truncator(source.text).chars(DESCRIPTION_MAX_LENGTH)
            self.initial["description"] = text

    def add(self, *, by: User) -> None:
        """Add the action; raises as `add_action` does."""
        self.instance.key = self.cleaned_data["key"]
        add_action(action=self.instance, source=self.source, by=by)

    def as_another(self) -> NewActionForm:
        """The same answers, to be added as one more action."""
        typed = self.data.dict() | {"key": str(uuid.uuid4())}  # type: ignore[attr-defined]
        return NewActionForm(
            typed, priority=self.instance.priority, trust=self.trust, source=self.source
        )


def _people_of(trust: Trust) -> dict[int, User]:
    memberships = (
        trust.memberships.filter(user__is_active=True)
        .select_related("user")
        .order_by("user__name", "user__email")
    )
    return {membership.user_id: membership.user for membership in memberships}
