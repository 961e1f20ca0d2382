"""Documents that went to a board; once issued they never change."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone

from plans.models import Plan
from reports.querysets import IssuedReportQuerySet
from trusts.models import Trust, User


class IssuedReport(models.Model):
    """One document as it was handed out, byte for byte."""

    class Kind(models.TextChoices):
        ACTION_PLAN = "action_plan", "Action plan"

    trust = models.ForeignKey(Trust, models.CASCADE, related_name="issued_reports")
    kind = models.CharField(max_length=20, choices=Kind)
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="issued_reports")
    title = models.CharField(max_length=200)
    issued_at = models.DateTimeField(default=timezone.now, editable=False)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    template_version = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    document = models.BinaryField()

    objects = IssuedReportQuerySet.as_manager()

    class Meta:
        ordering = ("-issued_at",)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:issued", args=[self.pk])
