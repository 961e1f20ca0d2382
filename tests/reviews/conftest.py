"""A review of the assessment by somebody of southmere: invited, let in, and its findings sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, Rating
from reviews.deciding import admit
from reviews.finding import record_finding, submit
from reviews.inviting import Guest, add_reviewers, invite_review, posted
from reviews.models import Comment, Interest, PeerReview, Reviewer, ReviewerRating
from reviews.taking_up import declare, take_up
from reviews.talking import say
from tests.conftest import make_user
from tests.page import Page
from trusts.invitations import Letter
from trusts.models import Role, Trust, User

GUEST = Guest("reviewer@southmere.example", "Ruth Reviewer")


@pytest.fixture
def rated(assessment: Assessment) -> Assessment:
    """Point 1 at the second of four levels, point 2 at the fourth, point 3 at the first."""
    for rating, order in zip(assessment.ratings.in_order(), (2, 4, 1), strict=True):
        level = assessment.framework.levels.get(order=order)
        note = f"What the board saw in {rating.element.name}."
        Rating.objects.filter(pk=rating.pk).update(level=level, note=note)
    return assessment


@pytest.fixture
def invited(rated: Assessment, chair: User) -> tuple[PeerReview, list[Letter]]:
    """The review, and its one letter, which is mailed."""
    review, letters = make_review(rated, by=chair)
    for letter in letters:
        posted(letter=letter, by=chair)
    return review, letters


@pytest.fixture
def review(invited: tuple[PeerReview, list[Letter]]) -> PeerReview:
    """Invited: one person of southmere, who has not taken it up; Point 3 is to be looked at."""
    return invited[0]


@pytest.fixture
def letter(invited: tuple[PeerReview, list[Letter]]) -> Letter:
    """The review's only invitation, with the token that its mail carries."""
    return invited[1][0]


@pytest.fixture
def guest(southmere: Trust) -> User:
    """Who is invited: an executive of southmere, with an account."""
    return make_user(GUEST.email, trust=southmere, role=Role.EXECUTIVE)


@pytest.fixture
def reviewer(letter: Letter, guest: User, chair: User) -> User:
    """The guest, who has taken it up and declared no interest, and whom the trust let in."""
    let_in(letter, guest, by=chair)
    return guest


@pytest.fixture
def second_reviewer(review: PeerReview, reviewer: User, chair: User) -> User:
    """Somebody without any trust, let in to the same review."""
    return another_reviewer(review, "second@nowhere.example", by=chair)


@pytest.fixture
def submitted_review(review: PeerReview, reviewer: User) -> PeerReview:
    """Findings about points 1 and 3, a comment on Point 1 and one on the whole; all sent."""
    find(review, "Point 1", by=reviewer, order=3, strengths="They know it.", evidence="Minutes.")
    find(review, "Point 3", by=reviewer, order=2, questions="Who looks at it?")
    comment(review, "Well argued.", by=reviewer, name="Point 1")
    comment(review, "Thank you for letting us in.", by=reviewer)
    submit(review=review, by=reviewer)
    return PeerReview.objects.get(pk=review.pk)


def make_review(
    assessment: Assessment, *, by: User, guests: Sequence[Guest] = (GUEST,), **fields: Any
) -> tuple[PeerReview, list[Letter]]:
    """Another review, to look at Point 3 first, due in three weeks and open for six."""
    today = timezone.localdate()
    values = {
        "reviewing_trust": "Southmere Schools Trust",
        "brief": "Look at how the board comes to its view.",
        "due_on": today + timedelta(days=21),
        "access_until": today + timedelta(days=42),
    } | fields
    return invite_review(
        review=PeerReview(assessment=assessment, **values),
        focus=[assessment.ratings.in_order().last().element],
        guests=guests,
        by=by,
    )


def let_in(
    letter: Letter, user: User, *, by: User, interests: Sequence[Interest] = (), text: str = ""
) -> Reviewer:
    """Take an invitation up, declare, and let the person in."""
    take_up(reviewer=letter.invitation, by=user)
    declare(reviewer=letter.invitation, interests=interests, text=text, by=user)
    admit(reviewer=letter.invitation, by=by)
    return Reviewer.objects.get(pk=letter.invitation.pk)


def another_reviewer(review: PeerReview, email: str, *, by: User) -> User:
    """A new person, without any trust, let in to the review."""
    user = make_user(email)
    [letter] = add_reviewers(review=review, guests=[Guest(email, user.name)], by=by)
    posted(letter=letter, by=by)
    let_in(letter, user, by=by)
    return user


def finding_of(review: PeerReview, name: str) -> ReviewerRating:
    """What the reviewers found about one point, by its name."""
    return review.findings.select_related("review", "element").get(element__name=name)


def find(
    review: PeerReview, name: str, *, by: User, order: int | None = None, **texts: str
) -> ReviewerRating:
    """Record a finding: a level by its order, or none, and texts."""
    finding = finding_of(review, name)
    if order:
        finding.level = review.assessment.framework.levels.get(order=order)
    for field, text in texts.items():
        setattr(finding, field, text)
    record_finding(finding=finding, version=finding.version, by=by)
    return finding


def comment(
    review: PeerReview,
    body: str,
    *,
    by: User,
    side: Comment.Side = Comment.Side.REVIEWERS,
    name: str = "",
    **fields: Any,
) -> Comment:
    """Say something: about one point by its name, or about the review as a whole."""
    element = finding_of(review, name).element if name else None
    return say(review=review, side=side, body=body, key=uuid4(), by=by, element=element, **fields)


def address(name: str, *args: Any) -> str:
    """A page of the reviews app."""
    return reverse(f"reviews:{name}", args=[getattr(one, "pk", one) for one in args])


def page_of(answer: Any) -> Page:
    """The page that came back; refuses broken markup and doubled ids."""
    return Page(answer.content.decode())


def said(page: Page) -> list[str]:
    """What the banners on top of a page say."""
    return [node.text for node in page.all("p", "govuk-notification-banner__heading")]


def link_named(page: Page, name: str) -> str:
    [link] = [node for node in page.all("a") if node.text == name]
    return link.attributes["href"]
