"""What people fill in while a board rates itself."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import date
from itertools import count
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime

from assessments.actions import (
    FrameworkGone,
    TitleTaken,
    create_assessment,
    record_rating,
    rename_assessment,
)
from assessments.carrying import Carried, match, may_be_carried, newest_edition
from assessments.framework_access import readable_in
from assessments.models import NOTE_MAX_LENGTH, Assessment, Rating
from assessments.row_forms import LevelForm
from frameworks.models import Framework
from govuk.fields import (
    BOXES,
    DateField,
    MultilineField,
    RowField,
    VersionField,
    check_year,
    too_long,
)
from trusts.models import Trust, User

NOTHING_SENT = "The form came without a level and without a note, so nothing is saved"
NOTHING_TO_KEEP = "There is no rating from last time to keep here. Choose a level"
TITLE_TAKEN = "Your trust already has an assessment with this title. Choose another title"


class TitleForm(forms.ModelForm):
    """What every assessment has of its own: a title, and a date to be agreed by."""

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
        fields = ("title", "due_on")

    def __init__(self, *args: Any, trust: Trust, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trust = trust

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        others = self.trust.assessments.exclude(pk=self.instance.pk)
        if others.filter(title=title).exists():
            raise ValidationError(TITLE_TAKEN)
        return title

    def clean_due_on(self) -> date | None:
        day: date | None = self.cleaned_data["due_on"]
        check_year(day, "The date to be agreed by")
        return day


class ExplainedRadios(forms.RadioSelect):
    """Radios of rows, each with a hint that tells it from the others."""

    def __init__(self, explain: Callable[[Any], str]) -> None:
        super().__init__()
        self.explain = explain

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.explain(value.instance) if value else ""
        return option


def _publisher_of(framework: Framework) -> str:
    return f"Published by {framework.publisher}"


def standing_of(assessment: Assessment) -> str:
    """By which edition it was rated, and when it was agreed; tells it from others like it."""
    framework = f"{assessment.framework.title}, {assessment.framework.edition}"
    if assessment.agreed_at is None:
        return f"{framework}. Not agreed yet"
    day = assessment.meeting_on or localtime(assessment.agreed_at)
    return f"{framework}. Agreed on {date_format(day, 'j F Y')}"


class AssessmentForm(TitleForm):
    """A new assessment, ready for rating as soon as it is saved."""

    carried_from = RowField(
        label="Start from",
        required=False,
        widget=ExplainedRadios(standing_of),
        help_text="The ratings of an earlier assessment stand beside the new ones, to be "
        "re-confirmed one by one. None of them counts as rated until you say so.",
        error_messages={"invalid_choice": "Choose one of the assessments in the list"},
    )
    framework = RowField(
        required=False,
        widget=ExplainedRadios(_publisher_of),
        error_messages={"invalid_choice": "Choose one of the frameworks in the list"},
    )

    field_order = ("carried_from", "framework", "title", "due_on")

    class Meta:
        model = Assessment
        fields = ("framework", "title", "due_on")

    def __init__(self, data: Any = None, *, trust: Trust, user: User, start_from: str = "") -> None:
        """Offer what the user may start with.

        Args:
            start_from: the number of the earlier assessment that the user comes from.
        """
        super().__init__(data, trust=trust)
        self.readable = readable_in(trust, user=user)
        self.frameworks = list(self.readable.for_trusts().current())
        earlier = trust.assessments.select_related("framework").order_by("-created_at")
        self.earlier = list(earlier)
        self._offer()
        self._suggest(start_from)

    def _offer(self) -> None:
        framework = cast(RowField, self.fields["framework"])
        framework.offer(self.frameworks)
        framework.show_optional = False  # type: ignore[attr-defined]
        if not self.earlier:
            del self.fields["carried_from"]
            return
        framework.help_text = (
            "If you start from an earlier assessment you may leave this open: "
            "it is then the newest edition of the same framework."
        )
        earlier = cast(RowField, self.fields["carried_from"])
        earlier.offer(self.earlier, nothing="Nothing earlier: start afresh")
        earlier.show_optional = False  # type: ignore[attr-defined]

    def _suggest(self, start_from: str) -> None:
        """The first year whose title is free, and what can be told of the rest."""
        taken = {one.title for one in self.earlier}
        years = count(timezone.localdate().year)
        titles = (f"Self-assessment {year}" for year in years)
        self.initial["title"] = next(title for title in titles if title not in taken)
        only = self.frameworks[0] if len(self.frameworks) == 1 else None
        earlier = next((one for one in self.earlier if str(one.pk) == start_from), None)
        framework = self._newest(earlier.framework) if earlier else only
        self.initial["carried_from"] = earlier.pk if earlier else ""
        self.initial["framework"] = framework.pk if framework else ""

    def _newest(self, framework: Framework) -> Framework | None:
        """The newest edition, where that is on offer."""
        newest = newest_edition(framework, self.readable.filter(key=framework.key))
        return newest if newest in self.frameworks else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not {"carried_from", "framework"} & set(self.errors):
            self._settle_framework(cleaned)
        return cleaned

    def _settle_framework(self, cleaned: dict[str, Any]) -> None:
        """Left open, it is the newest edition of the earlier assessment's; else it must match."""
        earlier, framework = cleaned.get("carried_from"), cleaned["framework"]
        if earlier is None:
            if framework is None:
                self.add_error("framework", "Choose a framework")
        elif framework is None:
            cleaned["framework"] = self._newest(earlier.framework)
            if cleaned["framework"] is None:
                self.add_error(
                    "carried_from",
                    f"{earlier.framework.title} is no longer on offer. Start afresh",
                )
        elif not may_be_carried(earlier, trust=self.trust, framework=framework):
            self.add_error(
                "carried_from",
                f"{earlier} was rated against another framework, {earlier.framework.title}. "
                "Choose that framework, or start afresh",
            )

    def create(self, *, by: User) -> bool:
        """Make the assessment; False, with the error beside the title, where it is taken."""
        try:
            self.instance = create_assessment(
                trust=self.trust,
                framework=self.cleaned_data["framework"],
                title=self.cleaned_data["title"],
                due_on=self.cleaned_data["due_on"],
                carried_from=self.cleaned_data.get("carried_from"),
                by=by,
            )
        except TitleTaken:
            self.add_error("title", TITLE_TAKEN)
        except FrameworkGone:
            self.add_error("framework", "This framework has been removed. Choose another")
        return self.is_valid()


class AssessmentDetailsForm(TitleForm):
    """The title and due date of an assessment that is there; its framework is for good."""

    version = VersionField()

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


class RatingForm(LevelForm[Rating]):
    """The board's judgement of one element. It may be left half done: nothing is required."""

    level = RowField(
        label="Where are we now?",
        required=False,
        widget=LevelRadios,
        error_messages={"invalid_choice": "Choose one of the levels in the list"},
    )
    note = MultilineField(
        label="Why? Our notes",
        required=False,
        max_length=NOTE_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="What the board saw, and what it would take to move up. "
        "Your trust’s people read this, and so do reviewers whom it invites; the report prints it.",
        error_messages={"max_length": too_long("The note")},
    )
    dissent = MultilineField(
        label="Who saw it differently, and why?",
        required=False,
        max_length=NOTE_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Kept beside the rating, which stays one. The report prints it too.",
        error_messages={"max_length": too_long("This")},
    )
    is_priority = forms.BooleanField(label="Make this a priority for action", required=False)

    written = ("level", "note", "dissent", "is_priority")

    def __init__(
        self, data: QueryDict | None = None, *, instance: Rating, earlier: Rating | None = None
    ) -> None:
        """Show the rating, or check what was sent of it.

        Args:
            earlier: what the element was rated in the assessment that this one is carried
                from; it is recorded again where the writer keeps it.
        """
        self.earlier, self.fault = earlier, ""
        levels = list(instance.assessment.framework.levels.order_by("order"))
        super().__init__(data, instance=instance, levels=levels)

    def anew(self, instance: Rating, data: QueryDict | None = None) -> RatingForm:
        return RatingForm(data, instance=instance)

    def complete(self, sent: QueryDict) -> None:
        """Leave as it is what was not sent, and fill in what is kept; no tick is a no."""
        if "level" in sent or "note" in sent:
            sent.setdefault("is_priority", "")
        else:
            self.fault = NOTHING_SENT
            sent.pop("is_priority", None)
        super().complete(sent)
        if "keep" in sent:
            self._keep(sent, match(self.earlier, self.levels))

    def _keep(self, data: QueryDict, carried: Carried | None) -> None:
        """Choose the level of then, if it is still what the page showed to be kept."""
        if carried and carried.level and carried.level.key == data["keep"]:
            data["level"] = str(carried.level.pk)
            if not str(data["note"]).strip():
                data["note"] = carried.earlier.note
        else:
            self.fault = self.fault or NOTHING_TO_KEEP
        del data["keep"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.fault:
            self.add_error("level", self.fault)
        return cleaned

    def record(self, *, quiet: bool, by: User) -> Rating:
        judgement, version = self.filled_in(), self.cleaned_data["version"]
        record_rating(rating=judgement, version=version, quiet=quiet, by=by)
        return judgement


class AgreeForm(forms.Form):
    """Signing an assessment off, as the board agreed it at a meeting."""

    meeting_on = DateField(
        label="When did the board agree these ratings?",
        initial=timezone.localdate,
        help_text="The date of the meeting, for example 25 11 2026.",
        error_messages={"required": "Give the date of the meeting"},
    )
    minute_reference = forms.CharField(
        max_length=100,
        required=False,
        help_text="Where the board’s minutes record it, such as 2026-11-25 item 6.",
    )

    def clean_meeting_on(self) -> date:
        day: date = self.cleaned_data["meeting_on"]
        check_year(day, "The date of the meeting")
        if day > timezone.localdate():
            raise ValidationError(
                "The meeting must be today or in the past: sign off after the board has agreed",
                code="invalid",
                params={"boxes": list(BOXES)},
            )
        return day

    def says_the_same_as(self, assessment: Assessment) -> bool:
        """Whether this form has signed it off already, such as by a double click."""
        said = (assessment.meeting_on, assessment.minute_reference)
        return said == (self.cleaned_data["meeting_on"], self.cleaned_data["minute_reference"])


class ReopenForm(forms.Form):
    """Unlocking an agreed assessment."""

    reason = MultilineField(
        max_length=2_000,
        label="Why does it need to be reopened?",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Kept in the assessment’s history.",
        error_messages={"required": "Say why the assessment needs to be reopened"},
    )
