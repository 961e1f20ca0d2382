"""Inviting reviewers: the rows, the tokens, and what the way in opens."""

from __future__ import annotations

from reviews.inviting import Letter
from reviews.models import PeerReview, Reviewer
from trusts.models import User


def test_review_begins_with_an_empty_finding_for_every_element(review: PeerReview) -> None:
    assert review.status == PeerReview.Status.INVITED
    assert [one.is_begun for one in review.findings.all()] == [False, False, False]
    assert [one.name for one in review.focus_elements.all()] == ["Point 3"]


def test_reviewer_that_is_let_in_reads_one_review(
    review: PeerReview, reviewer: User, letter: Letter
) -> None:
    [way] = Reviewer.objects.open_to(reviewer).reading()
    assert (way.pk, way.review_id) == (letter.reviewer.pk, review.pk)
    assert PeerReview.objects.get(pk=review.pk).status == PeerReview.Status.REVIEWING
    assert not PeerReview.objects.visible_to(reviewer)


def test_second_reviewer_reads_the_same_review(
    review: PeerReview, reviewer: User, second_reviewer: User
) -> None:
    ways = Reviewer.objects.open_to(second_reviewer).reading()
    assert [way.review_id for way in ways] == [review.pk]
    assert review.reviewers.count() == 2


def test_findings_that_are_sent_wait_for_answers(submitted_review: PeerReview) -> None:
    assert submitted_review.status == PeerReview.Status.SUBMITTED
    assert submitted_review.answers.filter(finding__isnull=False).count() == 2
    assert submitted_review.answers.filter(comment__isnull=False).count() == 2
