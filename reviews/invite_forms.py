"""What the trust fills in to open an assessment to reviewers, to change that, and to end it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from datetime import date, timedelta
from itertools import groupby
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.forms.boundfield import BoundWidget
from django.utils import timezone
from django.utils.formats import date_format

from assessments.models import NOTE_MAX_LENGTH, Assessment
from frameworks.models import Domain, Element
from govuk.fields import (
    DateField,
    KeyField,
    MultilineField,
    VersionField,
    too_long,
)
from reviews.inviting import Guest, edit_review, invite_review
from reviews.models import REASON_MAX_LENGTH, WRITTEN_FIELDS, PeerReview, Reviewer
from trusts.invitations import Letter
from trusts.models import Trust, User
from trusts.newcomers import read_newcomers

LONGEST_LIST = 5_000
AT_ONCE = 20
"""Reviewers in one form: more are slips, or mail to people who have not been spoken to."""

DUE_IN = timedelta(days=28)
OPEN_FOR = timedelta(days=56)
YEARS_AHEAD = 2
"""How far off a review’s days may lie: access is for one review, and not for good."""


class GuestsField(MultilineField):
    """The box for the reviewers' addresses; cleaned, it is the people in it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Who will review?",
            max_length=LONGEST_LIST,
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
            help_text="One person a line, the name first if you know it. For example: "
            "Jane Smith <jane@example.org>",
            error_messages={
                "required": "Enter the email address of at least one reviewer",
                "max_length": too_long("The list"),
            },
            **options,
        )

    def clean(self, value: Any) -> list[Guest]:
        """Every fault is told at once, by its line."""
        newcomers, faults = read_newcomers(super().clean(value), role="")
        if not faults and len(newcomers) > AT_ONCE:
            raise ValidationError(f"Invite {AT_ONCE} reviewers or fewer at once")
        if faults:
            raise ValidationError([f"{fault.where}: {fault.text}" for fault in faults])
        return [Guest(one.email, one.name) for one in newcomers]


def refuse_members(guests: Sequence[Guest], trust: Trust) -> None:
    """Who belongs to the trust sees it with other eyes, and more of it, than a reviewer.

    Raises:
        ValidationError: some of them do.
    """
    emails = [guest.email for guest in guests]
    members = trust.memberships.filter(user__email__in=emails).order_by("user__email")
    if own := members.values_list("user__email", flat=True):
        raise ValidationError(
            [f"{email} belongs to {trust.name}, so they cannot review it" for email in own]
        )


def check_day(day: date, what: str) -> None:
    """Refuse a day that is over, or so far off that it would hardly be a review.

    Raises:
        ValidationError: it is one of these.
    """
    today = timezone.localdate()
    latest = date(today.year + YEARS_AHEAD, 12, 31)
    if day < today:
        raise ValidationError(f"{what} must be today or in the future")
    if day > latest:
        raise ValidationError(f"{what} must be {date_format(latest, 'j F Y')} or earlier")


class ElementsField(forms.TypedMultipleChoiceField):
    """Some of a framework's elements, read once: for the boxes, and for the answer."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, elements: Iterable[Element]) -> None:
        """Let these be ticked."""
        self.elements = {str(element.pk): element for element in elements}
        self.choices = [(key, str(element)) for key, element in self.elements.items()]

    def clean(self, value: Any) -> list[Element]:
        return [self.elements[str(key)] for key in super().clean(value)]


class ReviewForm(forms.ModelForm):
    """What a review asks for and what it opens."""

    reviewing_trust = forms.CharField(
        label="Where do the reviewers come from?",
        max_length=200,
        help_text="The name of their trust, or what else they are, such as a retired chief "
        "executive. Your trust and its report call the review by it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Say where the reviewers come from",
            "max_length": too_long("This"),
        },
    )
    shares_plan = forms.BooleanField(
        label="The action plan",
        required=False,
        help_text="Its priorities, actions, owners and dates, as they stand when the reviewers "
        "look.",
    )
    shares_views = forms.BooleanField(
        label="How members’ own views are spread",
        required=False,
    )
    brief = MultilineField(
        label="Brief",
        required=False,
        max_length=NOTE_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="What you want to learn from them, what they should know of the trust, whom "
        "they can speak to. They read it before anything else.",
        error_messages={"max_length": too_long("The brief")},
    )
    focus = ElementsField(
        required=False,
        error_messages={"invalid_choice": "Choose only from the list"},
    )
    due_on = DateField(
        label="Findings wanted by",
        help_text="For example, 27 3 2027.",
        error_messages={"required": "Enter the day by which you want the findings"},
    )
    access_until = DateField(
        label="Last day of access",
        help_text="After this day the reviewers see nothing any more, by itself. Leave time for "
        "your answers and their last word.",
        error_messages={"required": "Enter the last day on which the reviewers can see anything"},
    )

    class Meta:
        model = PeerReview
        fields = WRITTEN_FIELDS

    def __init__(self, data: Any = None, *, instance: PeerReview, **kwargs: Any) -> None:
        # A form writes into its instance as it checks it; the page still shows the row.
        super().__init__(data, instance=copy(instance), **kwargs)
        self.stands = instance
        self.assessment: Assessment = instance.assessment
        elements = Element.objects.filter(domain__framework=self.assessment.framework_id)
        self.focus_field.offer(elements.select_related("domain").in_order())
        noun = self.assessment.framework.element_noun_plural
        self.focus_field.label = f"Which {noun} should they look at first?"
        self._explain_views()

    @property
    def focus_field(self) -> ElementsField:
        return cast(ElementsField, self.fields["focus"])

    def _explain_views(self) -> None:
        """Offered where there is something to see."""
        if self.assessment.closed_at is None:
            del self.fields["shares_views"]
            return
        self.fields["shares_views"].help_text = (
            "With the notes, and never with a name. If members were told that only your own people "
            "would see their views, tell them before you tick this."
        )

    @property
    def focus_groups(self) -> Iterator[tuple[Domain, list[BoundWidget], int]]:
        """The boxes by domain, and how many of each are ticked."""
        pairs = zip(self.focus_field.elements.values(), self["focus"], strict=True)
        for domain, group in groupby(pairs, key=lambda pair: pair[0].domain):
            boxes = [box for _, box in group]
            yield domain, boxes, sum(bool(box.data["selected"]) for box in boxes)

    def clean_reviewing_trust(self) -> str:
        name: str = self.cleaned_data["reviewing_trust"]
        own = self.assessment.trust.name
        if name.casefold() == own.casefold():
            raise ValidationError(f"Name where the reviewers come from; {own} is reviewed")
        return name

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day != self.stands.due_on:
            check_day(day, "The day")
        return day

    def clean_access_until(self) -> date:
        day: date = self.cleaned_data["access_until"]
        if day != self.stands.access_until:
            check_day(day, "The last day of access")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        due_on, access_until = cleaned.get("due_on"), cleaned.get("access_until")
        if due_on and access_until and access_until < due_on:
            self.add_error(
                "access_until",
                "The last day of access must be the day on which the findings are wanted, or later",
            )
        return cleaned


class InviteForm(ReviewForm):
    """A new review; the form carries its key, so that sending it twice invites once."""

    guests = GuestsField()
    key = KeyField()

    # Errors are told in this order, which is the page's.
    field_order = (
        "reviewing_trust",
        "guests",
        "shares_plan",
        "shares_views",
        "brief",
        "focus",
        "due_on",
        "access_until",
    )

    def __init__(self, data: Any = None, *, assessment: Assessment) -> None:
        today = timezone.localdate()
        review = PeerReview(assessment=assessment)
        super().__init__(data, instance=review)
        self.initial["key"] = review.key
        self.initial.update(due_on=today + DUE_IN, access_until=today + OPEN_FOR)

    def clean_guests(self) -> list[Guest]:
        guests: list[Guest] = self.cleaned_data["guests"]
        refuse_members(guests, self.assessment.trust)
        return guests

    def as_another(self) -> InviteForm:
        """The same answers, to set up one more review."""
        typed = self.data.copy()  # type: ignore[attr-defined]
        typed["key"] = str(uuid4())
        return InviteForm(typed, assessment=self.assessment)

    def invite(self, *, by: User) -> tuple[PeerReview, list[Letter[Reviewer]]]:
        """As `invite_review` does."""
        self.instance.key = self.cleaned_data["key"]
        return invite_review(
            review=self.instance,
            focus=self.cleaned_data["focus"],
            guests=self.cleaned_data["guests"],
            by=by,
        )


class EditForm(ReviewForm):
    """What a review asks for, to be changed; several people may have it open at once."""

    version = VersionField()

    def __init__(self, data: Any = None, *, instance: PeerReview) -> None:
        super().__init__(data, instance=instance)
        self.initial["version"] = instance.version
        if data is None:
            self.initial["focus"] = [str(one.pk) for one in instance.focus_elements.all()]

    def record(self, *, by: User) -> None:
        """Save it; raises as `edit_review` does."""
        edit_review(
            review=self.instance,
            focus=self.cleaned_data["focus"],
            version=self.cleaned_data["version"],
            by=by,
        )

    def kept_beside(self, current: PeerReview) -> EditForm:
        """The same answers beside what somebody else has saved."""
        typed = self.data.copy()  # type: ignore[attr-defined]
        typed["version"] = str(current.version)
        return EditForm(typed, instance=current)


class AddReviewersForm(forms.Form):
    """Further people for a review."""

    guests = GuestsField()

    def __init__(self, data: Any = None, *, review: PeerReview) -> None:
        super().__init__(data)
        self.review = review

    def clean_guests(self) -> list[Guest]:
        guests: list[Guest] = self.cleaned_data["guests"]
        refuse_members(guests, self.review.trust)
        return guests


class WithdrawForm(forms.Form):
    """Why a review ends before its time."""

    reason = MultilineField(
        label="Why is it withdrawn?",
        max_length=REASON_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The reviewers get a mail that says so.",
        error_messages={
            "required": "Say why the review is withdrawn",
            "max_length": too_long("The reason"),
        },
    )


class ReviewerForm(forms.Form):
    """Which of the buttons beside a reviewer was pressed, and why where that is asked."""

    class Then(TextChoices):
        SEND = "send", "Send the link again"
        ADMIT = "admit", "Let them in"
        REFUSE = "refuse", "Decline them"
        WITHDRAW = "withdraw", "Withdraw"

    then = forms.ChoiceField(
        choices=Then.choices,
        widget=forms.HiddenInput,
        error_messages={
            "required": "Choose what to do with this reviewer",
            "invalid_choice": "Choose what to do with this reviewer",
        },
    )
    reason = MultilineField(
        label="Why do you decline?",
        required=False,
        max_length=REASON_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="They read this in a mail.",
        error_messages={"max_length": too_long("The reason")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["reason"].show_optional = False  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("then") == self.Then.REFUSE and cleaned.get("reason") == "":
            self.add_error("reason", "Say why you decline")
        return cleaned
