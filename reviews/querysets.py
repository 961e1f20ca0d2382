"""Finding reviews and what stands in them.

Two doors. `visible_to` is the one of the reviewed trust's own people, as everywhere.
`Reviewer.objects.open_to` is the reviewers': from the row that it finds, and from no other,
they reach the one assessment that they were invited to.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from assessments.querysets import VersionedQuerySet
from trusts.models import Membership
from trusts.querysets import TrustOwnedQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from reviews.models import (
        Answer,
        Comment,
        FindingDraft,
        PeerReview,
        Reviewer,
        ReviewerRating,
        SignedRating,
    )
    from trusts.models import User


HEARD_OF_FOR = timedelta(days=90)
"""So long after its last day a review still stands in the list of who reviewed."""
FOUND = ("level", "strengths", "questions", "evidence", "updated_at", "updated_by")
"""What is written of a finding."""


class PeerReviewQuerySet(TrustOwnedQuerySet["PeerReview"]):
    """Reviews of the assessments of the trusts that a person may see."""

    path_to_trust = "assessment__trust"

    def get_by_natural_key(self, key: str) -> PeerReview:
        return self.get(key=key)

    def for_page(self) -> PeerReviewQuerySet:
        """Each with its assessment, trust and framework, in one query."""
        return self.select_related(
            "assessment__trust",
            "assessment__framework__wording_pack",
            "assessment__agreed_by",
            "created_by",
            "submitted_by",
            "answered_by",
            "trust_signed_by",
            "reviewers_signed_by",
            "withdrawn_by",
        )


class ReviewerQuerySet(TrustOwnedQuerySet["Reviewer"]):
    """Who reviews, in the trusts that a person may see; and a reviewer's own way in."""

    path_to_trust = "review__assessment__trust"

    def get_by_natural_key(self, key: str, token_hash: str) -> Reviewer:
        return self.get(review__key=key, token_hash=token_hash)

    def open_to(self, user: User | AnonymousUser) -> ReviewerQuerySet:
        """The ways into a review that stand open to this person today.

        Where the reviewed trust asks its own people for a second factor, so it does here.
        """
        held = self.held_by(user)
        if user.is_authenticated and not user.second_factor_shown:
            held = held.filter(review__assessment__trust__requires_second_factor=False)
        return held

    def held_by(self, user: User | AnonymousUser) -> ReviewerQuerySet:
        """The ways into a review that this person holds, a second factor shown or not.

        Taken up, not refused, nothing withdrawn, the last day not over.
        """
        return self.taken_up_by(user).filter(
            refused_at=None,
            withdrawn_at=None,
            review__withdrawn_at=None,
            review__access_until__gte=timezone.localdate(),
        )

    def taken_up_by(self, user: User | AnonymousUser) -> ReviewerQuerySet:
        """What this person took up and hears of, shut to them by now or not.

        Who has become one of the trust's own people reviews it no longer.
        """
        if not user.is_authenticated:
            return self.none()
        own = Membership.objects.filter(user=user.pk, trust=OuterRef("review__assessment__trust"))
        since = timezone.localdate() - HEARD_OF_FOR
        return self.filter(~Exists(own), user=user.pk, review__access_until__gte=since)

    def reading(self) -> ReviewerQuerySet:
        """Of these, the ways in that the trust has opened."""
        return self.filter(admitted_at__isnull=False)

    def let_in_to(self, review: int) -> ReviewerQuerySet:
        """All whom the trust has ever let in to a review, the first first."""
        admitted = self.filter(review__pk=review, admitted_at__isnull=False)
        return admitted.order_by("invited_at", "pk")

    def for_page(self) -> ReviewerQuerySet:
        """Each with the review, its assessment, trust and framework, in one query."""
        return self.select_related(
            "user",
            "invited_by",
            "admitted_by",
            "refused_by",
            "review__assessment__trust",
            "review__assessment__framework__wording_pack",
            "review__assessment__agreed_by",
            "review__submitted_by",
            "review__answered_by",
            "review__trust_signed_by",
            "review__reviewers_signed_by",
        )

    def pending(self) -> ReviewerQuerySet:
        """Invitations that wait, of reviews that go on; they may have expired."""
        return self.under_way().filter(accepted_at=None, withdrawn_at=None)

    def under_way(self) -> ReviewerQuerySet:
        """Of reviews in which something may still be said."""
        return self.exclude(review__status__in=["closed", "withdrawn"])


class ReviewerRatingQuerySet(VersionedQuerySet["ReviewerRating"]):
    """What reviewers found, for the reviewed trust's people once it was sent to them."""

    path_to_trust = "review__assessment__trust"
    written = FOUND

    def get_by_natural_key(self, key: str, code: str) -> ReviewerRating:
        return self.get(review__key=key, element__code=code)

    def visible_to(self, user: User | AnonymousUser) -> ReviewerRatingQuerySet:
        """Nothing before the reviewers have sent their findings."""
        return super().visible_to(user).filter(review__submitted_at__isnull=False)

    def begun(self) -> ReviewerRatingQuerySet:
        """Those in which the reviewers have said anything."""
        return self.exclude(level=None, strengths="", questions="", evidence="")

    def with_focus(self) -> ReviewerRatingQuerySet:
        """Each with `is_focus`, whether the trust asks the reviewers to look at it first."""
        reviews = cast("type[PeerReview]", self.model._meta.get_field("review").related_model)
        asked = reviews.objects.filter(pk=OuterRef("review"), focus_elements=OuterRef("element"))
        return self.annotate(is_focus=Exists(asked))

    def for_page(self) -> ReviewerRatingQuerySet:
        """Each with all that the element's page shows of it, in one query."""
        return self.select_related(
            "review__assessment__trust",
            "review__assessment__framework__wording_pack",
            "element__domain",
            "level",
            "updated_by",
            "answer",
            "signed__level",
            "draft__level",
            "draft__updated_by",
        )

    def in_order(self) -> ReviewerRatingQuerySet:
        """As the publisher orders the elements, each with its element, domain and level."""
        return self.select_related(
            "element__domain", "level", "updated_by", "signed__level"
        ).order_by("element__domain__order", "element__number")


class FindingDraftQuerySet(VersionedQuerySet["FindingDraft"]):
    """What reviewers write while a correction is asked for."""

    path_to_trust = "finding__review__assessment__trust"
    written = FOUND

    def get_by_natural_key(self, key: str, code: str) -> FindingDraft:
        return self.get(finding__review__key=key, finding__element__code=code)

    def visible_to(self, user: User | AnonymousUser) -> FindingDraftQuerySet:
        """Nobody of the reviewed trust: it is the reviewers' alone."""
        return self.none()


class SignedRatingQuerySet(TrustOwnedQuerySet["SignedRating"]):
    """The board's ratings as they were signed."""

    path_to_trust = "finding__review__assessment__trust"

    def get_by_natural_key(self, key: str, code: str) -> SignedRating:
        return self.get(finding__review__key=key, finding__element__code=code)


class CommentQuerySet(TrustOwnedQuerySet["Comment"]):
    """Comments in the reviews of the trusts that a person may see."""

    path_to_trust = "review__assessment__trust"

    def get_by_natural_key(self, key: str) -> Comment:
        return self.get(key=key)

    def visible_to(self, user: User | AnonymousUser) -> CommentQuerySet:
        """The trust's own, and the reviewers' once they have sent their findings."""
        sent = Q(review__submitted_at__isnull=False)
        return super().visible_to(user).filter(Q(side="trust") | sent)

    def in_order(self) -> CommentQuerySet:
        """The oldest first, each with who wrote it and who dealt with it."""
        return self.select_related("author", "resolved_by", "element").order_by("written_at", "pk")

    def open_corrections(self) -> CommentQuerySet:
        """Requests to correct a fact that nobody has dealt with, the oldest first."""
        return self.filter(kind="correction", resolved_at=None).order_by("written_at", "pk")

    def with_answers(self, review: PeerReview) -> CommentQuerySet:
        """For the reviewers, of one review: in order, with what the trust answers once sent."""
        rows = self.in_order()
        return rows.select_related("answer") if review.is_answered else rows

    def with_own_answers(self) -> CommentQuerySet:
        """For the trust: in order, each with what it answers so far, in the same query."""
        return self.in_order().select_related("answer__updated_by")


class AnswerQuerySet(VersionedQuerySet["Answer"]):
    """What the trust answers."""

    path_to_trust = "review__assessment__trust"
    written = ("verdict", "text", "updated_at", "updated_by")

    def get_by_natural_key(self, key: str, kind: str, of: str) -> Answer:
        if kind == "comment":
            return self.get(review__key=key, comment__key=of)
        return self.get(review__key=key, finding__element__code=of)
