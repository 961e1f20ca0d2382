"""What people fill in while a board rates itself."""

from __future__ import annotations

from copy import copy
from itertools import count
from secrets import token_hex
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from assessments.actions import TitleTaken, create_assessment, record_rating, rename_assessment
from assessments.models import NOTE_MAX_LENGTH, Assessment, Rating
from frameworks.models import Framework, Level
from govuk.fields import DateField, MultilineField, VersionField
from trusts.models import Trust, User

TITLE_TAKEN = "Your trust already has an assessment with this title. Choose another title"


class AssessmentForm(forms.ModelForm):
    """A new assessment, ready for rating as soon as it is saved."""

    framework = forms.ModelChoiceField(
        Framework.objects.for_trusts(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": "Choose a framework",
            "invalid_choice": "Choose one of the frameworks in the list",
        },
    )
    title = forms.CharField(
        max_length=120,
        help_text="What the board will know it by, such as Self-assessment 2026.",
        error_messages={"required": "Give the assessment a title"},
    )
    due_on = DateField(
        label="To be agreed by",
        required=False,
        help_text="Perhaps the date of the board meeting, for example 27 3 2027.",
    )

    class Meta:
        model = Assessment
        fields = ("framework", "title", "due_on")

    def __init__(self, *args: Any, trust: Trust, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trust = trust
        if not self.instance.pk:
            self._suggest()

    def _suggest(self) -> None:
        """The first year whose title is free, and the framework where there is only one."""
        taken = set(self.trust.assessments.values_list("title", flat=True))
        years = count(timezone.localdate().year)
        titles = (f"Self-assessment {year}" for year in years)
        self.initial.setdefault("title", next(title for title in titles if title not in taken))
        frameworks = Framework.objects.for_trusts()[:2]
        if len(frameworks) == 1:
            self.initial.setdefault("framework", frameworks[0])

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        others = self.trust.assessments.exclude(pk=self.instance.pk)
        if others.filter(title=title).exists():
            raise ValidationError(TITLE_TAKEN)
        return title

    def create(self, *, by: User) -> bool:
        """Make the assessment; False, with the error beside the title, where it is taken."""
        try:
            self.instance = create_assessment(
                trust=self.trust,
                framework=self.cleaned_data["framework"],
                title=self.cleaned_data["title"],
                due_on=self.cleaned_data["due_on"],
                by=by,
            )
        except TitleTaken:
            self.add_error("title", TITLE_TAKEN)
        return self.is_valid()


class AssessmentDetailsForm(AssessmentForm):
    """The title and due date of an assessment that is there; its framework is for good."""

    framework = None  # type: ignore[assignment]
    version = VersionField()

    class Meta:
        model = Assessment
        fields = ("title", "due_on")

    def __init__(self, data: Any = None, *, instance: Assessment) -> None:
        # A form writes into its instance as it checks it; the page still shows the row.
        super().__init__(data, instance=copy(instance), trust=instance.trust)
        self.initial["version"] = instance.version

    def rename(self, *, by: User) -> bool:
        """Save both; False, with the error beside the title, where it is taken.

        Raises:
            RenamedMeanwhile: as `rename_assessment` does.
        """
        try:
            rename_assessment(
                assessment=self.instance,
                title=self.cleaned_data["title"],
                due_on=self.cleaned_data["due_on"],
                version=self.cleaned_data["version"],
                by=by,
            )
        except TitleTaken:
            self.add_error("title", TITLE_TAKEN)
        return self.is_valid()

    def kept_beside(self, current: Assessment) -> AssessmentDetailsForm:
        """The same answers, to be saved over `current` if the writer still wants to."""
        typed = {**self.data.dict(), "version": str(current.version)}  # type: ignore[attr-defined]
        return AssessmentDetailsForm(typed, instance=current)


class LevelRadios(forms.RadioSelect):
    """Radios that show each level's chip and meaning, with "not rated yet" as the last."""

    option_label_template = "_partials/level_option.html"

    def optgroups(self, *args: Any, **kwargs: Any) -> list[Any]:
        groups = super().optgroups(*args, **kwargs)
        return sorted(groups, key=lambda group: group[1][0]["value"] == "")


class RatingForm(forms.Form):
    """The board's judgement of one element. It may be left half done: nothing is required."""

    level = forms.ModelChoiceField(
        Level.objects.none(),
        label="Where are we now?",
        required=False,
        blank=True,
        empty_label="Not rated yet",
        widget=LevelRadios,
        error_messages={"invalid_choice": "Choose one of the levels in the list"},
    )
    note = MultilineField(
        label="Why? Our notes",
        required=False,
        max_length=NOTE_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="What the board saw, and what it would take to move up. "
        "Your trust’s people read this, and the report prints it.",
        error_messages={
            "max_length": "The note must be %(limit_value)s characters or fewer; "
            "it has %(show_value)s"
        },
    )
    is_priority = forms.BooleanField(label="Make this a priority for action", required=False)
    version = VersionField()
    saved_from = forms.RegexField(r"^[0-9a-f]{32}$", required=False, widget=forms.HiddenInput)
    save_number = VersionField()

    def __init__(self, data: Any = None, *, rating: Rating) -> None:
        shown = {name: getattr(rating, name) for name in ("level", "note", "is_priority")}
        page = {"version": rating.version, "saved_from": token_hex(16), "save_number": 1}
        super().__init__(data, initial=shown | page)
        self.rating = rating
        level = cast(forms.ModelChoiceField, self.fields["level"])
        level.queryset = rating.assessment.framework.levels.order_by("order")
        for name in shown:
            self.fields[name].show_optional = False  # type: ignore[attr-defined]

    def record(self, *, by: User) -> Rating:
        """Save the judgement and return it as saved; raises as `record_rating` does."""
        judgement = copy(self.rating)
        for name in ("level", "note", "is_priority", "saved_from"):
            setattr(judgement, name, self.cleaned_data[name])
        judgement.save_number = max(self.cleaned_data["save_number"], 0)
        record_rating(rating=judgement, version=self.cleaned_data["version"], by=by)
        return judgement

    def kept_beside(self, current: Rating) -> RatingForm:
        """The same answers, to be saved over `current` if the writer still wants to."""
        typed = {**self.data.dict(), "version": str(current.version)}  # type: ignore[attr-defined]
        return RatingForm(typed, rating=current)


class AgreeForm(forms.Form):
    """Signing an assessment off."""

    minute_reference = forms.CharField(
        max_length=100,
        required=False,
        help_text="Where the board's minutes record it, such as 2026-11-25 item 6.",
    )


class ReopenForm(forms.Form):
    """Unlocking an agreed assessment."""

    reason = MultilineField(
        max_length=2_000,
        label="Why does it need to be reopened?",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Kept in the assessment's history.",
        error_messages={"required": "Say why the assessment needs to be reopened"},
    )
