"""Who reviews: a way into one review for one person, and the interests that they declare."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from reviews.models.review import REASON_MAX_LENGTH, PeerReview
from reviews.querysets import ReviewerQuerySet
from trusts.constraints import both_or_neither
from trusts.models import User

NAMELESS = "somebody whose name was not given"
"""What an invited person is called before those who may not read addresses."""


class Interest(models.TextChoices):
    """What a reviewer declares before reading; each is a column of `Reviewer`."""

    EMPLOYMENT = "has_employment", "Works or has worked for this trust, or is paid by it"
    FAMILY = "has_family", "Has family or close friends who work for it or govern it"
    RECENT_REVIEW = "has_recent_review", "This trust has reviewed theirs in the last three years"
    OTHER = "has_other_interest", "Something else that others should know of"


class Reviewer(models.Model):
    """A way into one review for one person: invited by mail, taken up once, let in by the trust.

    Only a hash of the invitation's token is kept, as of every invitation.
    """

    review = models.ForeignKey(PeerReview, models.CASCADE, related_name="reviewers")
    email = models.EmailField("email address")
    name = models.CharField(max_length=150, blank=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="reviewing")
    token_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256, hexadecimal.")
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    has_employment = models.BooleanField(default=False)
    has_family = models.BooleanField(default=False)
    has_recent_review = models.BooleanField(default=False)
    has_other_interest = models.BooleanField(default=False)
    interests = models.TextField(blank=True, validators=[MaxLengthValidator(REASON_MAX_LENGTH)])
    declared_at = models.DateTimeField(null=True, blank=True)
    admitted_at = models.DateTimeField(null=True, blank=True)
    admitted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    refusal_reason = models.TextField(
        blank=True, validators=[MaxLengthValidator(REASON_MAX_LENGTH)]
    )
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords(excluded_fields=["token_hash"])

    objects = ReviewerQuerySet.as_manager()

    class Meta:
        ordering = ("review", "invited_at", "pk")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "review",
                condition=models.Q(withdrawn_at=None),
                name="reviewer_address_unique",
            ),
            models.UniqueConstraint(
                fields=["review", "user"],
                condition=models.Q(withdrawn_at=None),
                name="reviewer_person_unique",
            ),
            models.CheckConstraint(
                condition=both_or_neither("accepted_at", "user"),
                name="reviewer_accepted_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=both_or_neither("admitted_at", "admitted_by"),
                name="reviewer_admitted_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=both_or_neither("withdrawn_at", "withdrawn_by"),
                name="reviewer_withdrawn_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=models.Q(refused_at=None, refused_by=None, refusal_reason="")
                | models.Q(
                    ~models.Q(refusal_reason=""),
                    refused_at__isnull=False,
                    refused_by__isnull=False,
                ),
                name="reviewer_refused_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(declared_at=None) | models.Q(accepted_at__isnull=False),
                name="reviewer_declares_once_accepted",
            ),
            models.CheckConstraint(
                condition=models.Q(admitted_at=None) | models.Q(declared_at__isnull=False),
                name="reviewer_admitted_once_declared",
            ),
            models.CheckConstraint(
                condition=models.Q(admitted_at=None)
                | models.Q(refused_at=None, refused_by=None, refusal_reason=""),
                name="reviewer_admitted_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user else self.name or self.email

    def get_absolute_url(self) -> str:
        """Where the trust's own people read of it."""
        return reverse("reviews:reviewer", args=[self.review_id, self.pk])

    def natural_key(self) -> tuple[str, str]:
        return *self.review.natural_key(), self.token_hash

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "reviews.peerreview",
        "trusts.user",
    ]

    @property
    def public_name(self) -> str:
        """What everybody at the trust may read; the address is for who decides."""
        return str(self.user) if self.user else self.name or NAMELESS

    @property
    def has_expired(self) -> bool:
        """Whether the link is too old to be used."""
        return self.expires_at <= timezone.now()

    @property
    def is_invited(self) -> bool:
        """Whether the invitation still waits to be taken up."""
        return self.accepted_at is None and self.withdrawn_at is None

    @property
    def needs_mail(self) -> bool:
        """Whether the person has no good link, so that somebody should send one."""
        return self.is_invited and (self.mailed_at is None or self.has_expired)

    @property
    def waits_for_decision(self) -> bool:
        """Whether the trust has yet to say if it accepts what was declared."""
        return (
            self.declared_at is not None
            and self.admitted_at is None
            and self.refused_at is None
            and self.withdrawn_at is None
        )

    @property
    def may_read(self) -> bool:
        """Whether the trust has let the person in."""
        return self.admitted_at is not None and self.withdrawn_at is None

    @property
    def is_shut(self) -> bool:
        """Whether the person was declined or withdrawn, or the review has ended for everybody."""
        was_shut_out = self.refused_at is not None or self.withdrawn_at is not None
        return was_shut_out or self.review.has_ended

    @property
    def shut_because(self) -> str:
        """What the trust told the person, where it had to give a reason."""
        if self.refusal_reason or self.withdrawn_at:
            return self.refusal_reason
        return self.review.withdrawal_reason

    @property
    def declared(self) -> list[Interest]:
        """The interests that were ticked."""
        return [interest for interest in Interest if getattr(self, interest.value)]
