"""What a trust will do about its weak elements: plans, priorities and actions."""

from __future__ import annotations

import uuid
from datetime import date

from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import Truncator
from simple_history.models import HistoricalRecords

from assessments.models import NOTE_MAX_LENGTH, Assessment
from frameworks.models import Element
from frameworks.names import name_apart, shares_name
from plans.querysets import OPEN, ActionQuerySet, OriginQuerySet, PlanQuerySet, PriorityQuerySet
from trusts.models import Trust, User

REASON_MAX_LENGTH = 2_000
DESCRIPTION_MAX_LENGTH = 2_000
SOURCE_MAX_LENGTH = 200
TITLE_MAX_LENGTH = 120


class StrategicArea(models.TextChoices):
    """The five areas under which a trust's work is planned (trust improvement strategy, 2024)."""

    VISION = "vision", "Vision, values, strategy and culture"
    PEOPLE = "people", "People, learning and capacity"
    PEDAGOGY = "pedagogy", "Assessment, curriculum and pedagogy"
    ASSURANCE = "assurance", "Quality assurance and accountability"
    SUSTAINABLE = "sustainable", "Sustainable learning organisations"


class Plan(models.Model):
    """The action plan that follows one assessment."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ADOPTED = "adopted", "Adopted by the board"

    assessment = models.OneToOneField(Assessment, models.CASCADE, related_name="plan")
    title = models.CharField(max_length=TITLE_MAX_LENGTH)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    adopted_at = models.DateTimeField(null=True, blank=True)
    adopted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    next_review_on = models.DateField("next review", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    status="adopted", adopted_at__isnull=False, adopted_by__isnull=False
                )
                | models.Q(status="draft", adopted_at=None, adopted_by=None),
                name="plan_adopted_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("plans:detail", args=[self.pk])

    def natural_key(self) -> tuple[str, str]:
        return self.assessment.natural_key()

    natural_key.dependencies = ["assessments.assessment"]  # type: ignore[attr-defined]

    @property
    def trust(self) -> Trust:
        return self.assessment.trust

    @property
    def adopted_on(self) -> date | None:
        """The day of the board's meeting."""
        return timezone.localdate(self.adopted_at) if self.adopted_at else None

    @property
    def is_adopted(self) -> bool:
        return self.status == self.Status.ADOPTED

    def says_the_same_as(self, other: Plan) -> bool:
        """Whether both hold the same of what the plan's form asks."""
        return (self.title, self.next_review_on, self.adopted_on) == (
            other.title,
            other.next_review_on,
            other.adopted_on,
        )


class Priority(models.Model):
    """An element that the plan acts on, and the key issue there."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="priorities")
    element = models.ForeignKey(Element, models.PROTECT, related_name="priorities")
    order = models.PositiveSmallIntegerField()
    key_issue = models.TextField(blank=True, validators=[MaxLengthValidator(NOTE_MAX_LENGTH)])
    drop_reason = models.TextField(blank=True, validators=[MaxLengthValidator(REASON_MAX_LENGTH)])
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = PriorityQuerySet.as_manager()

    class Meta:
        ordering = ("plan", "order", "pk")
        verbose_name_plural = "priorities"
        constraints = [
            models.UniqueConstraint(fields=["plan", "element"], name="priority_unique"),
            models.CheckConstraint(
                condition=models.Q(dropped_at=None, dropped_by=None, drop_reason="")
                | models.Q(
                    ~models.Q(drop_reason=""), dropped_at__isnull=False, dropped_by__isnull=False
                ),
                name="priority_dropped_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.element}"

    def get_absolute_url(self) -> str:
        return reverse("plans:priority", args=[self.pk])

    def natural_key(self) -> tuple[str, str, str]:
        return *self.plan.natural_key(), self.element.code

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "plans.plan",
        "frameworks.element",
    ]

    @property
    def name(self) -> str:
        """What it is called where it stands alone."""
        return name_apart(self.element, is_shared=self.shares_name)

    @cached_property
    def shares_name(self) -> bool:
        """Whether another element is called the same; `with_name` reads it along."""
        return Priority.objects.filter(shares_name("element"), pk=self.pk).exists()

    @property
    def is_dropped(self) -> bool:
        return self.dropped_at is not None


class Action(models.Model):
    """One thing that somebody will do by a date, and how the board will know that it worked."""

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", "Not started"
        IN_PROGRESS = "in_progress", "In progress"
        DONE = "done", "Done"
        DROPPED = "dropped", "Dropped"

    priority = models.ForeignKey(Priority, models.CASCADE, related_name="actions")
    order = models.PositiveSmallIntegerField()
    description = models.TextField(
        "what will be done", validators=[MaxLengthValidator(DESCRIPTION_MAX_LENGTH)]
    )
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="owned_actions"
    )
    owner_name = models.CharField(
        max_length=150, blank=True, help_text="As it is printed; kept when the person goes."
    )
    due_on = models.DateField("due date")
    strategic_area = models.CharField(max_length=12, choices=StrategicArea)
    success_criterion = models.TextField(validators=[MaxLengthValidator(DESCRIPTION_MAX_LENGTH)])
    measure = models.CharField(max_length=500, blank=True)
    baseline = models.CharField(max_length=200, blank=True)
    target = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.NOT_STARTED)
    drop_reason = models.TextField(blank=True, validators=[MaxLengthValidator(REASON_MAX_LENGTH)])
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    key = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text="Made with the form that adds it, so that sending the form twice adds one.",
    )
    history = HistoricalRecords()

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ("priority", "order", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["not_started", "in_progress", "done", "dropped"]),
                name="action_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(strategic_area__in=StrategicArea.values),
                name="action_strategic_area_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    ~models.Q(drop_reason=""),
                    status="dropped",
                    dropped_at__isnull=False,
                    dropped_by__isnull=False,
                )
                | models.Q(
                    ~models.Q(status="dropped"), drop_reason="", dropped_at=None, dropped_by=None
                ),
                name="action_dropped_with_a_reason",
            ),
            models.CheckConstraint(condition=~models.Q(owner_name=""), name="action_has_an_owner"),
        ]

    def __str__(self) -> str:
        return Truncator(self.description).chars(60)

    def get_absolute_url(self) -> str:
        """Where it stands on its priority's page."""
        return f"{reverse('plans:priority', args=[self.priority_id])}#action-{self.pk}"

    def natural_key(self) -> tuple[str]:
        return (str(self.key),)

    natural_key.dependencies = ["plans.priority"]  # type: ignore[attr-defined]

    @property
    def is_dropped(self) -> bool:
        return self.status == self.Status.DROPPED

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done."""
        return self.status in OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been done by yesterday."""
        return self.is_overdue_on(timezone.localdate())

    def is_overdue_on(self, day: date) -> bool:
        """Whether it should have been done before the day, as it stands now."""
        return self.is_open and self.due_on < day

    def says_the_same_as(self, other: Action) -> bool:
        """Whether both hold the same of what an action's form asks."""
        return all(getattr(self, name) == getattr(other, name) for name in WRITTEN_FIELDS)


class Origin(models.Model):
    """What a priority or an action came from: something that was said of the assessment.

    Known by its address alone, since the app that keeps it is none of ours
    (`assessments.sources`); whose it was is written down, so that a page need not ask.
    """

    priority = models.ForeignKey(Priority, models.CASCADE, related_name="origins")
    action = models.OneToOneField(
        Action, models.CASCADE, null=True, blank=True, related_name="origin"
    )
    source = models.CharField(max_length=SOURCE_MAX_LENGTH, help_text="The address of it.")
    label = models.CharField(
        max_length=300, help_text="Whose it was, such as the peer review by another trust."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = OriginQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["priority", "source"],
                condition=models.Q(action=None),
                name="origin_of_priority_unique",
            ),
            models.CheckConstraint(condition=~models.Q(source=""), name="origin_is_somewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.action or self.priority}, from {self.label}"

    def get_absolute_url(self) -> str:
        """Where what it became is."""
        return (self.action or self.priority).get_absolute_url()


WRITTEN_FIELDS = (
    "description",
    "owner_id",
    "owner_name",
    "due_on",
    "strategic_area",
    "success_criterion",
    "measure",
    "baseline",
    "target",
    "status",
)
"""What people write of an action; the rest is kept by the service."""
