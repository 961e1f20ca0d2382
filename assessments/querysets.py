"""Finding assessments and ratings; `visible_to` is the only door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, F, Q

from trusts.querysets import TrustOwnedQuerySet

if TYPE_CHECKING:
    from assessments.models import Assessment, Rating


class AssessmentQuerySet(TrustOwnedQuerySet["Assessment"]):
    """Assessments of the trusts that a person may see."""

    def with_progress(self) -> AssessmentQuerySet:
        """Each with `element_count` and `rated_count`, in the same query."""
        return self.annotate(
            element_count=Count("ratings"),
            rated_count=Count("ratings", filter=Q(ratings__level__isnull=False)),
        )

    def agreed_before(self, assessment: Assessment) -> AssessmentQuerySet:
        """The trust's earlier agreed assessments by any edition of the framework, newest first."""
        return self.filter(
            trust=assessment.trust_id,
            framework__key=assessment.framework.key,
            status="agreed",
            created_at__lt=assessment.created_at,
        ).order_by("-created_at")

    def before(self, assessment: Assessment) -> Assessment | None:
        """The one that this assessment is compared with: carried from, else the last agreed."""
        if assessment.carried_from_id:
            return self.filter(pk=assessment.carried_from_id).first()
        return self.agreed_before(assessment).first()


class RatingQuerySet(TrustOwnedQuerySet["Rating"]):
    """Ratings of the trusts that a person may see."""

    path_to_trust = "assessment__trust"

    def in_order(self) -> RatingQuerySet:
        """As the publisher orders the elements, each with its element, domain and level."""
        return self.select_related("element__domain", "level").order_by(
            "element__domain__order", "element__number"
        )

    def for_page(self) -> RatingQuerySet:
        """Each with all that the element's page shows of it, in one query."""
        return self.select_related(
            "assessment__trust", "assessment__framework", "element__domain", "level", "updated_by"
        )

    def save_if_unchanged(self, rating: Rating, *, version: int) -> bool:
        """Write the rating only if its row still has the version that the writer began from.

        Returns:
            Whether the row was written. False: it has another version, or is not among
            these rows; nothing changed.
        """
        written = self.filter(pk=rating.pk, version=version).update(
            level=rating.level,
            note=rating.note,
            is_priority=rating.is_priority,
            updated_at=rating.updated_at,
            updated_by=rating.updated_by,
            version=F("version") + 1,
        )
        return written == 1
