"""Documents that went to a board; once issued they never change."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone

from plans.models import Plan
from reports.querysets import IssuedReportQuerySet
from reports.text import file_stem
from trusts.models import Trust, User


class IssuedReport(models.Model):
    """One document as it was handed out, byte for byte."""

    class Kind(models.TextChoices):
        ACTION_PLAN = "action_plan", "Action plan"

    trust = models.ForeignKey(Trust, models.CASCADE, related_name="issued_reports")
    kind = models.CharField(max_length=20, choices=Kind)
    plan = models.ForeignKey(Plan, models.RESTRICT, related_name="issued_reports")
    title = models.CharField(max_length=200)
    issued_at = models.DateTimeField(default=timezone.now, editable=False)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    key = models.UUIDField(
        help_text="Made with the form, so that sending it twice issues one report."
    )
    template_version = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    document = models.BinaryField()

    objects = IssuedReportQuerySet.as_manager()

    class Meta:
        ordering = ("-issued_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["plan", "key"], name="issued_report_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["action_plan"]), name="issued_report_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it, once.

        Raises:
            ValidationError: it has been issued already.
        """
        if not self._state.adding:
            raise ValidationError("An issued report never changes; issue a new one.")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("reports:issued", args=[self.pk])

    @property
    def file_name(self) -> str:
        """Told apart from a working copy, and from what was issued on another day."""
        on = timezone.localdate(self.issued_at)
        stem = file_stem(self.trust.name, self.title, f"issued {on:%Y-%m-%d}")
        return f"{stem}.pdf"
