"""A peer review of one assessment: who may read it, what they find, what the trust answers."""

from reviews.models.people import NAMELESS, Interest, Reviewer
from reviews.models.review import REASON_MAX_LENGTH, WRITTEN_FIELDS, PeerReview
from reviews.models.said import (
    Answer,
    Comment,
    FindingDraft,
    Found,
    ReviewerRating,
    SignedRating,
)

__all__ = [
    "NAMELESS",
    "REASON_MAX_LENGTH",
    "WRITTEN_FIELDS",
    "Answer",
    "Comment",
    "FindingDraft",
    "Found",
    "Interest",
    "PeerReview",
    "Reviewer",
    "ReviewerRating",
    "SignedRating",
]
