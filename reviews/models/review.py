"""The review itself: one assessment, opened to people from outside until a day."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from assessments.models import NOTE_MAX_LENGTH, Assessment
from frameworks.models import Element
from reviews.querysets import PeerReviewQuerySet
from trusts.constraints import both_or_neither
from trusts.models import Trust, User

REASON_MAX_LENGTH = 2_000


class PeerReview(models.Model):
    """One assessment, opened to people from outside until a day, for their view of it."""

    class Status(models.TextChoices):
        INVITED = "invited", "Invited"
        ACCEPTED = "accepted", "Invitation taken up"
        REVIEWING = "reviewing", "Being reviewed"
        SUBMITTED = "submitted", "Findings sent"
        ANSWERED = "answered", "Answered"
        CLOSED = "closed", "Closed"
        WITHDRAWN = "withdrawn", "Withdrawn"

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="peer_reviews")
    reviewing_trust = models.CharField(
        max_length=200, help_text="Where the reviewers come from, in the trust's own words."
    )
    brief = models.TextField(blank=True, validators=[MaxLengthValidator(NOTE_MAX_LENGTH)])
    shares_plan = models.BooleanField("the action plan", default=False)
    shares_views = models.BooleanField("how members' own views are spread", default=False)
    focus_elements = models.ManyToManyField(Element, blank=True, related_name="+")
    due_on = models.DateField("findings wanted by")
    access_until = models.DateField("last day of access")
    status = models.CharField(max_length=10, choices=Status, default=Status.INVITED)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    trust_signed_at = models.DateTimeField(null=True, blank=True)
    trust_signed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewers_signed_at = models.DateTimeField(null=True, blank=True)
    reviewers_signed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawal_reason = models.TextField(
        blank=True, validators=[MaxLengthValidator(REASON_MAX_LENGTH)]
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    key = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text="Made with the form that invites, so that sending it twice invites once.",
    )
    history = HistoricalRecords()
    is_signed_before = False
    """Whether the side that signs had signed before, so that nothing was done."""

    objects = PeerReviewQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "invited",
                        "accepted",
                        "reviewing",
                        "submitted",
                        "answered",
                        "closed",
                        "withdrawn",
                    ]
                ),
                name="peer_review_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(access_until__gte=models.F("due_on")),
                name="peer_review_access_ends_after_it_is_due",
            ),
            models.CheckConstraint(
                condition=both_or_neither("submitted_at", "submitted_by"),
                name="peer_review_submitted_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=both_or_neither("answered_at", "answered_by"),
                name="peer_review_answered_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=both_or_neither("trust_signed_at", "trust_signed_by"),
                name="peer_review_trust_signed_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=both_or_neither("reviewers_signed_at", "reviewers_signed_by"),
                name="peer_review_reviewers_signed_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    ~models.Q(status="withdrawn"),
                    withdrawn_at=None,
                    withdrawn_by=None,
                    withdrawal_reason="",
                )
                | models.Q(
                    ~models.Q(withdrawal_reason=""),
                    status="withdrawn",
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                ),
                name="peer_review_withdrawn_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["invited", "accepted", "reviewing", "withdrawn"])
                | models.Q(submitted_at__isnull=False),
                name="peer_review_answered_only_once_submitted",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="closed")
                | models.Q(
                    answered_at__isnull=False,
                    trust_signed_at__isnull=False,
                    reviewers_signed_at__isnull=False,
                ),
                name="peer_review_closed_by_both",
            ),
        ]

    def __str__(self) -> str:
        return f"Peer review by {self.reviewing_trust}"

    def get_absolute_url(self) -> str:
        """Where the trust's own people read it."""
        return reverse("reviews:detail", args=[self.pk])

    def natural_key(self) -> tuple[str]:
        return (str(self.key),)

    natural_key.dependencies = ["assessments.assessment"]  # type: ignore[attr-defined]

    @property
    def trust(self) -> Trust:
        """The trust whose assessment it is."""
        return self.assessment.trust

    @property
    def is_withdrawn(self) -> bool:
        return self.status == self.Status.WITHDRAWN

    @property
    def is_closed(self) -> bool:
        return self.status == self.Status.CLOSED

    @property
    def is_submitted(self) -> bool:
        """Whether the trust may read what the reviewers found."""
        return self.submitted_at is not None

    @property
    def is_answered(self) -> bool:
        """Whether the reviewers may read what the trust answers."""
        return self.answered_at is not None

    @property
    def is_under_way(self) -> bool:
        """Whether anything may still be said in it."""
        return self.status not in (self.Status.CLOSED, self.Status.WITHDRAWN)

    @property
    def takes_findings(self) -> bool:
        """Whether the reviewers may still write all that they find."""
        return self.status == self.Status.REVIEWING

    @property
    def closed_at(self) -> datetime | None:
        """When the second of both sides signed."""
        if not (self.is_closed and self.trust_signed_at and self.reviewers_signed_at):
            return None
        return max(self.trust_signed_at, self.reviewers_signed_at)

    @property
    def has_ended(self) -> bool:
        """Whether nobody from outside gets in any more."""
        return self.is_withdrawn or self.access_until < timezone.localdate()

    @property
    def takes_reviewers(self) -> bool:
        """Whether people may still be invited to it, take that up, and be let in."""
        return self.is_under_way and not self.has_ended

    @property
    def may_shut_out(self) -> bool:
        """Whether there is a way in that could be ended, or could be opened again by more time."""
        return self.is_under_way or not self.has_ended

    @property
    def has_run_out(self) -> bool:
        """Whether access ended before findings were sent: the trust gives longer, or withdraws."""
        return self.is_under_way and self.has_ended and not self.is_submitted

    def says_the_same_as(self, other: PeerReview) -> bool:
        """Whether both hold the same of what the form asks, but for the elements to look at."""
        return all(getattr(self, name) == getattr(other, name) for name in WRITTEN_FIELDS)


WRITTEN_FIELDS = (
    "reviewing_trust",
    "brief",
    "shares_plan",
    "shares_views",
    "due_on",
    "access_until",
)
"""What people write of a review; the rest is kept by the service."""
