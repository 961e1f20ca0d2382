"""A board rating itself: assessments, and the board's one judgement of each element."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from simple_history.models import HistoricalRecords

from assessments.querysets import (
    AssessmentQuerySet,
    FrameworkUploadQuerySet,
    OwnFrameworkQuerySet,
    RatingQuerySet,
    RespondentQuerySet,
    ResponseQuerySet,
)
from frameworks.models import Element, Framework, Level
from trusts.constraints import both_or_neither
from trusts.models import Trust, User

NOTE_MAX_LENGTH = 10_000
"""Characters in a note: several pages, and a bound on what one save can carry."""


class SavedAsTyped(models.Model):
    """A row that its page saves while people type, and that nobody overwrites unread.

    `VersionedQuerySet.save_if_unchanged` writes it; see decision 0002.
    """

    version = models.PositiveIntegerField(default=1)
    saved_from = models.CharField(
        max_length=32, blank=True, help_text="Which open page saved last."
    )
    save_number = models.PositiveIntegerField(
        default=0, help_text="How many saves that page had sent by then."
    )

    class Meta:
        abstract = True


class SavedMeanwhile(Exception):
    """Somebody else, or the same person elsewhere, saved the row after the page was made.

    Attributes:
        current: the row as it stands now.
    """

    def __init__(self, current: Any) -> None:
        super().__init__("This has been saved in the meantime.")
        self.current = current


class OwnFramework(models.Model):
    """A framework that a trust made for itself; nobody else sees it.

    The link stands here because frameworks do not know trusts.
    """

    trust = models.ForeignKey(Trust, models.CASCADE, related_name="own_frameworks")
    framework = models.OneToOneField(Framework, models.PROTECT, related_name="owner")
    title = models.CharField(
        max_length=300,
        blank=True,
        editable=False,
        help_text="As the history calls it, also when the framework has gone.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    history = HistoricalRecords()

    objects = OwnFrameworkQuerySet.as_manager()

    class Meta:
        ordering = ("trust", "framework")

    def __str__(self) -> str:
        return str(self.framework)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.title = self.title or str(self.framework)
        super().save(*args, **kwargs)


class FrameworkUpload(models.Model):
    """A spreadsheet that was checked and awaits a yes; nothing of it is a framework yet."""

    trust = models.ForeignKey(Trust, models.CASCADE, related_name="framework_uploads")
    file_name = models.CharField(max_length=200)
    document = models.BinaryField()
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    uploaded_by = models.ForeignKey(User, models.CASCADE, related_name="+")

    objects = FrameworkUploadQuerySet.as_manager()

    class Meta:
        ordering = ("-uploaded_at",)

    def __str__(self) -> str:
        return self.file_name


class Assessment(models.Model):
    """One trust rated against one edition of one framework."""

    class Status(models.TextChoices):
        COLLECTING = "collecting", "Collecting views"
        AGREEING = "agreeing", "Agreeing"
        AGREED = "agreed", "Agreed"

    trust = models.ForeignKey(Trust, models.CASCADE, related_name="assessments")
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="assessments")
    title = models.CharField(max_length=120)
    status = models.CharField(max_length=10, choices=Status, default=Status.AGREEING)
    due_on = models.DateField("due date", null=True, blank=True)
    carried_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="carried_to"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    meeting_on = models.DateField("date of the meeting", null=True, blank=True)
    minute_reference = models.CharField(max_length=100, blank=True)
    names_shown = models.BooleanField(
        default=True,
        help_text="Whether the board sees who gave which view; respondents are told beforehand.",
    )
    views_due_on = models.DateField(
        "views wanted by", null=True, blank=True, help_text="The board agrees them later."
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    status="agreed", agreed_at__isnull=False, agreed_by__isnull=False
                )
                | models.Q(~models.Q(status="agreed"), agreed_at=None, agreed_by=None),
                name="assessment_agreed_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=both_or_neither("opened_at", "opened_by"),
                name="assessment_opened_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=both_or_neither("closed_at", "closed_by"),
                name="assessment_closed_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["collecting", "agreeing", "agreed"]),
                name="assessment_status_known",
            ),
            models.UniqueConstraint(fields=["trust", "title"], name="assessment_title_unique"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Where one goes on with it: the heat map once agreed, the task list before."""
        name = "assessments:results" if self.is_agreed else "assessments:detail"
        return reverse(name, args=[self.pk])

    def natural_key(self) -> tuple[str, str]:
        return *self.trust.natural_key(), self.title

    natural_key.dependencies = ["trusts.trust"]  # type: ignore[attr-defined]

    @property
    def is_agreed(self) -> bool:
        """Agreed is locked: ratings change only after reopening."""
        return self.status == self.Status.AGREED

    @property
    def agreed_in_words(self) -> str:
        """When the board agreed and who signed it off; empty before."""
        if self.agreed_at is None:
            return ""
        signed = date_format(timezone.localtime(self.agreed_at), "j F Y")
        if self.meeting_on is None:
            said = f"Agreed on {signed} by {self.agreed_by}."
        else:
            meeting = date_format(self.meeting_on, "j F Y")
            said = (
                f"Agreed at the meeting of {meeting}, signed off by {self.agreed_by} on {signed}."
            )
        if self.minute_reference:
            said += f" Minute reference: {self.minute_reference}."
        return said

    @property
    def is_collecting(self) -> bool:
        """Members give their own views; nobody agrees a rating meanwhile."""
        return self.status == self.Status.COLLECTING


class Rating(SavedAsTyped):
    """The board's one judgement of one element.

    One row an element is written when the assessment is created, so that every save
    is a conditional UPDATE and two people saving at once can never lose a word.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="ratings")
    element = models.ForeignKey(Element, models.PROTECT, related_name="ratings")
    level = models.ForeignKey(Level, models.PROTECT, null=True, blank=True, related_name="ratings")
    note = models.TextField(blank=True, validators=[MaxLengthValidator(NOTE_MAX_LENGTH)])
    dissent = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(NOTE_MAX_LENGTH)],
        help_text="Who saw it differently, and why.",
    )
    is_priority = models.BooleanField("a priority for action", default=False)
    is_being_written = models.BooleanField(
        default=False, help_text="Its page has saved it by itself; nobody has pressed save since."
    )
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords(excluded_fields=["saved_from", "save_number", "is_being_written"])

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering = ("assessment", "element")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "element"], name="rating_unique"),
            models.CheckConstraint(
                condition=both_or_neither("updated_at", "updated_by"),
                name="rating_updated_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.element} – {self.level or 'not rated yet'}"

    def get_absolute_url(self) -> str:
        return reverse("assessments:rate", args=[self.assessment_id, self.element.code])

    def natural_key(self) -> tuple[str, str, str]:
        return *self.assessment.natural_key(), self.element.code

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "assessments.assessment",
        "frameworks.element",
    ]

    @property
    def is_rated(self) -> bool:
        """A note alone is a start, not a rating."""
        return self.level_id is not None

    def says_the_same_as(self, other: Rating) -> bool:
        """Whether both record the same judgement, whoever saved it and when."""
        return (self.level_id, self.note, self.dissent, self.is_priority) == (
            other.level_id,
            other.note,
            other.dissent,
            other.is_priority,
        )


class Respondent(models.Model):
    """Somebody who is asked for a view of their own before the board agrees one."""

    class Group(models.TextChoices):
        BOARD = "board", "Board members"
        EXECUTIVE = "executive", "Executives"

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="respondents")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    group = models.CharField(
        max_length=10, choices=Group, help_text="By the role held when asked; it stays."
    )
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    objects = RespondentQuerySet.as_manager()

    class Meta:
        ordering = ("assessment", "user")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "user"], name="respondent_unique"),
            models.CheckConstraint(
                condition=models.Q(group__in=["board", "executive"]), name="respondent_group_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.assessment}"

    def get_absolute_url(self) -> str:
        return reverse("assessments:mine", args=[self.assessment_id])

    def natural_key(self) -> tuple[str, str, str]:
        return *self.assessment.natural_key(), self.user.email

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "assessments.assessment",
        "trusts.user",
    ]


class Response(SavedAsTyped):
    """One person's own view of one element; nobody else sees it while views are collected.

    One empty row an element is written when the person is asked, so that every save is a
    conditional UPDATE, as a rating's is.
    """

    respondent = models.ForeignKey(Respondent, models.CASCADE, related_name="responses")
    element = models.ForeignKey(Element, models.PROTECT, related_name="+")
    level = models.ForeignKey(Level, models.PROTECT, null=True, blank=True, related_name="+")
    is_unsure = models.BooleanField("don't know yet", default=False)
    note = models.TextField(blank=True, validators=[MaxLengthValidator(NOTE_MAX_LENGTH)])
    updated_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords(excluded_fields=["saved_from", "save_number"])

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ("respondent", "element")
        constraints = [
            models.UniqueConstraint(fields=["respondent", "element"], name="response_unique"),
            models.CheckConstraint(
                condition=models.Q(is_unsure=False) | models.Q(level=None),
                name="response_unsure_has_no_level",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.respondent}: {self.element}"

    def get_absolute_url(self) -> str:
        return reverse(
            "assessments:respond", args=[self.respondent.assessment_id, self.element.code]
        )

    def natural_key(self) -> tuple[str, str, str, str]:
        return *self.respondent.natural_key(), self.element.code

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "assessments.respondent",
        "frameworks.element",
    ]

    @property
    def is_answered(self) -> bool:
        """Not to know yet is an answer; a note alone is not."""
        return self.is_unsure or self.level_id is not None

    def says_the_same_as(self, other: Response) -> bool:
        """Whether both record the same view, whenever it was saved."""
        return (self.level_id, self.is_unsure, self.note) == (
            other.level_id,
            other.is_unsure,
            other.note,
        )
