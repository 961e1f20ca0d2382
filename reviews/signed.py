"""The board's ratings as a review of them says: as they are, or as both sides have signed them."""

from __future__ import annotations

from copy import copy

from assessments.models import Rating
from reviews.models import PeerReview, ReviewerRating


def as_signed(rating: Rating, finding: ReviewerRating) -> Rating:
    """The board's rating as a review of it says it: as it is, or as both sides have signed it.

    Args:
        finding: with the rating that was signed, where one was, in the same query.

    Returns:
        For a review that is closed a copy, to be read and never saved.
    """
    signed = getattr(finding, "signed", None)
    if signed is None:
        return rating
    said = copy(rating)
    said.level, said.note, said.dissent = signed.level, signed.note, signed.dissent
    return said


def ratings_of(review: PeerReview) -> list[Rating]:
    """The board's in order, as they are; of a closed review as both sides signed them."""
    ratings = list(review.assessment.ratings.in_order())
    if not review.is_closed:
        return ratings
    findings = {one.element_id: one for one in review.findings.select_related("signed__level")}
    return [as_signed(one, findings[one.element_id]) for one in ratings]
