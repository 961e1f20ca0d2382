"""What is said in a review: findings and comments, and what the trust answers."""

from __future__ import annotations

import uuid

from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from assessments.models import NOTE_MAX_LENGTH, SavedAsTyped
from frameworks.models import Element, Level
from reviews.models.review import PeerReview
from reviews.querysets import (
    AnswerQuerySet,
    CommentQuerySet,
    FindingDraftQuerySet,
    ReviewerRatingQuerySet,
    SignedRatingQuerySet,
)
from trusts.constraints import both_or_neither
from trusts.models import User


class Found(SavedAsTyped):
    """What reviewers find: a level, which may be left out, and three texts."""

    level = models.ForeignKey(Level, models.PROTECT, null=True, blank=True, related_name="+")
    strengths = models.TextField(blank=True, validators=[MaxLengthValidator(NOTE_MAX_LENGTH)])
    questions = models.TextField(blank=True, validators=[MaxLengthValidator(NOTE_MAX_LENGTH)])
    evidence = models.TextField(
        "evidence seen", blank=True, validators=[MaxLengthValidator(NOTE_MAX_LENGTH)]
    )
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True

    @property
    def texts(self) -> tuple[str, str, str]:
        return self.strengths, self.questions, self.evidence

    @property
    def is_begun(self) -> bool:
        """Whether the reviewers have said anything; a level is optional."""
        return self.level_id is not None or any(self.texts)

    def says_the_same_as(self, other: Found) -> bool:
        """Whether both record the same, whoever saved it and when."""
        return (self.level_id, self.texts) == (other.level_id, other.texts)


class ReviewerRating(Found):
    """What the reviewers together find about one element; theirs alone until they send it.

    One empty row an element is written with the review, so that every save is a conditional
    UPDATE, as a rating's is.
    """

    review = models.ForeignKey(PeerReview, models.CASCADE, related_name="findings")
    element = models.ForeignKey(Element, models.PROTECT, related_name="+")
    history = HistoricalRecords(excluded_fields=["saved_from", "save_number"])

    objects = ReviewerRatingQuerySet.as_manager()

    class Meta:
        ordering = ("review", "element")
        constraints = [
            models.UniqueConstraint(fields=["review", "element"], name="reviewer_rating_unique"),
            models.CheckConstraint(
                condition=both_or_neither("updated_at", "updated_by"),
                name="reviewer_rating_updated_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.element}, {self.review}"

    def get_absolute_url(self) -> str:
        """Where the trust's own people read it; also what it is known by in a plan."""
        return reverse("reviews:finding", args=[self.review_id, self.pk])

    def natural_key(self) -> tuple[str, str]:
        return *self.review.natural_key(), self.element.code

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "reviews.peerreview",
        "frameworks.element",
    ]

    @property
    def written(self) -> Found:
        """Where the reviewers write: their draft, where the trust asked for a correction."""
        return getattr(self, "draft", self)


class FindingDraft(Found):
    """What reviewers write into a finding that they have sent, while a correction is asked for.

    It is theirs alone until they say that the finding is corrected, and becomes the finding then.
    Words that were never sent stay here, for them to read.
    """

    finding = models.OneToOneField(ReviewerRating, models.CASCADE, related_name="draft")
    history = HistoricalRecords(excluded_fields=["saved_from", "save_number"])

    objects = FindingDraftQuerySet.as_manager()

    class Meta:
        ordering = ("finding",)
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither("updated_at", "updated_by"),
                name="finding_draft_updated_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"Draft of {self.finding}"

    def natural_key(self) -> tuple[str, str]:
        return self.finding.natural_key()

    natural_key.dependencies = ["reviews.reviewerrating"]  # type: ignore[attr-defined]


class SignedRating(models.Model):
    """The board's rating of an element as it stood when both sides had signed the review.

    The assessment may be reopened and rated anew later; what was signed goes on saying the same.
    """

    finding = models.OneToOneField(ReviewerRating, models.CASCADE, related_name="signed")
    level = models.ForeignKey(Level, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    dissent = models.TextField(blank=True)

    objects = SignedRatingQuerySet.as_manager()

    class Meta:
        ordering = ("finding",)

    def __str__(self) -> str:
        return f"Rating as signed: {self.finding}"

    def natural_key(self) -> tuple[str, str]:
        return self.finding.natural_key()

    natural_key.dependencies = ["reviews.reviewerrating"]  # type: ignore[attr-defined]


UNRESOLVED = models.Q(resolved_at=None, resolved_by=None, outcome="")
RESOLVED = models.Q(
    resolved_at__isnull=False,
    resolved_by__isnull=False,
    outcome__in=["corrected", "stands", "taken_back"],
)


class Comment(models.Model):
    """Something said about the review or one element, or in answer to that.

    A thread is one level deep: a reply's parent is never a reply itself.
    """

    class Side(models.TextChoices):
        REVIEWERS = "reviewers", "Reviewers"
        TRUST = "trust", "Trust"

    class Kind(models.TextChoices):
        COMMENT = "comment", "Comment"
        CORRECTION = "correction", "Request to correct a fact"

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", "Corrected"
        STANDS = "stands", "It stands as it is"
        TAKEN_BACK = "taken_back", "The request was taken back"

    review = models.ForeignKey(PeerReview, models.CASCADE, related_name="comments")
    element = models.ForeignKey(Element, models.PROTECT, null=True, blank=True, related_name="+")
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="replies"
    )
    side = models.CharField(max_length=10, choices=Side)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.COMMENT)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    body = models.TextField(validators=[MaxLengthValidator(NOTE_MAX_LENGTH)])
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    key = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text="Made with the form, so that sending it twice says it once.",
    )
    history = HistoricalRecords()
    is_repeated = False
    """Whether the form that says it was sent before, so that nothing was added."""

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ("review", "written_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(side__in=["reviewers", "trust"]), name="comment_side_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="comment") & UNRESOLVED
                | models.Q(kind="correction", side="trust", parent=None, element__isnull=False)
                & (UNRESOLVED | RESOLVED),
                name="comment_corrections_are_the_trusts_and_have_an_outcome",
            ),
            models.CheckConstraint(condition=~models.Q(body=""), name="comment_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.author}"

    def get_absolute_url(self) -> str:
        """Where the trust's own people read it; also what it is known by in a plan."""
        return reverse("reviews:comment", args=[self.review_id, self.pk])

    def natural_key(self) -> tuple[str]:
        return (str(self.key),)

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "reviews.peerreview",
        "frameworks.element",
    ]

    @property
    def is_reviewers(self) -> bool:
        return self.side == self.Side.REVIEWERS

    @property
    def is_correction(self) -> bool:
        return self.kind == self.Kind.CORRECTION

    @property
    def is_taken_back(self) -> bool:
        """Whether the trust itself has given up asking."""
        return self.outcome == self.Outcome.TAKEN_BACK

    @property
    def is_open(self) -> bool:
        """Whether it asks for a correction that nobody has dealt with."""
        return self.is_correction and self.resolved_at is None


class Answer(SavedAsTyped):
    """What the trust answers to a finding or a comment; its own alone until it sends them all.

    Written empty when the findings are sent, so that every save is a conditional UPDATE.
    """

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        PARTLY = "partly", "Accepted in part"
        NOT_ACCEPTED = "not_accepted", "Not accepted"

    review = models.ForeignKey(PeerReview, models.CASCADE, related_name="answers")
    finding = models.OneToOneField(
        ReviewerRating, models.CASCADE, null=True, blank=True, related_name="answer"
    )
    comment = models.OneToOneField(
        Comment, models.CASCADE, null=True, blank=True, related_name="answer"
    )
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True)
    text = models.TextField(blank=True, validators=[MaxLengthValidator(NOTE_MAX_LENGTH)])
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords(excluded_fields=["saved_from", "save_number"])

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ("review", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(finding=None, comment__isnull=False)
                | models.Q(finding__isnull=False, comment=None),
                name="answer_to_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=["", "accepted", "partly", "not_accepted"]),
                name="answer_verdict_known",
            ),
            models.CheckConstraint(
                condition=both_or_neither("updated_at", "updated_by"),
                name="answer_updated_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"Answer to {self.finding or self.comment}"

    def get_absolute_url(self) -> str:
        """Where it stands: with what it answers."""
        return (self.finding or self.comment).get_absolute_url()  # type: ignore[union-attr]

    def natural_key(self) -> tuple[str, str, str]:
        of = self.finding or self.comment
        assert of is not None  # noqa: S101 the database sees to it
        return self.review.natural_key()[0], of._meta.model_name or "", of.natural_key()[-1]

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "reviews.reviewerrating",
        "reviews.comment",
    ]

    @property
    def is_given(self) -> bool:
        """Whether the trust has said if it accepts it, and why where it does not."""
        return bool(self.verdict) and not self.lacks_reason

    @property
    def lacks_reason(self) -> bool:
        """Whether the trust does not accept it, or only in part, and has not said why."""
        return self.verdict in (self.Verdict.PARTLY, self.Verdict.NOT_ACCEPTED) and not self.text

    def says_the_same_as(self, other: Answer) -> bool:
        """Whether both record the same, whoever saved it and when."""
        return (self.verdict, self.text) == (other.verdict, other.text)
