"""What reviewers said, at its address, for those who make something of it."""

from __future__ import annotations

from django.urls import Resolver404, resolve

from assessments.sources import Source, finds_sources
from reviews.models import Comment, ReviewerRating
from trusts.models import User


@finds_sources
def what_reviewers_said(user: User, path: str) -> Source | None:
    """What the reviewers said, if the person may read it; one query."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if match.view_name == "reviews:finding":
        return _finding(user, match.kwargs["pk"], match.kwargs["finding"])
    if match.view_name == "reviews:comment":
        return _comment(user, match.kwargs["pk"], match.kwargs["comment"])
    return None


def _finding(user: User, review: int, pk: int) -> Source | None:
    """Its questions, since they are what somebody might act on; strengths are no issue."""
    findings = ReviewerRating.objects.visible_to(user).select_related("review")
    finding = findings.filter(review__pk=review, pk=pk).first()
    if finding is None or not finding.is_begun:
        return None
    return _source(finding, finding.questions, finding.element_id)


def _comment(user: User, review: int, pk: int) -> Source | None:
    """A comment of the reviewers, on one element or on the whole."""
    said = Comment.objects.visible_to(user).filter(side=Comment.Side.REVIEWERS)
    comment = said.select_related("review").filter(review__pk=review, pk=pk).first()
    return _source(comment, comment.body, comment.element_id) if comment else None


def _source(said: ReviewerRating | Comment, text: str, element_id: int | None) -> Source:
    """Under the one address that it is known by, however the path spelled its numbers."""
    return Source(
        path=said.get_absolute_url(),
        label=f"the peer review by {said.review.reviewing_trust}",
        text=text,
        assessment_id=said.review.assessment_id,
        element_id=element_id,
    )
