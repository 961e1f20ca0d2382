"""A page about a review costs the same whether one person reviews or twelve."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews.inviting import Guest, add_reviewers
from reviews.models import PeerReview
from reviews.taking_up import take_up
from tests.conftest import client_of
from tests.reviews.conftest import address, make_review
from trusts.invitations import Letter
from trusts.models import User

# Session, person and memberships are three of them.
TRUST = {"detail": 6, "edit": 6, "withdraw": 4, "add_reviewers": 4}


@pytest.mark.parametrize("count", [0, 12])
@pytest.mark.parametrize("name", TRUST)
def test_pages_of_a_review_cost_the_same(
    name: str, count: int, review: PeerReview, chair: User, django_assert_num_queries
) -> None:
    guests = [Guest(f"p{number}@example.org") for number in range(count)]
    add_reviewers(review=review, guests=guests, by=chair)
    client = client_of(chair)
    with django_assert_num_queries(TRUST[name]):
        client.get(address(name, review))


@pytest.mark.parametrize("count", [0, 12])
def test_list_of_reviews_costs_the_same(
    count: int, review: PeerReview, chair: User, django_assert_num_queries
) -> None:
    for _ in range(count):
        make_review(review.assessment, by=chair)
    client = client_of(chair)
    with django_assert_num_queries(5):
        client.get(address("index", review.assessment))


def test_other_pages_cost_few(
    review: PeerReview, letter: Letter, guest: User, chair: User, django_assert_num_queries
) -> None:
    client = client_of(chair)
    with django_assert_num_queries(5):
        client.get(address("invite", review.assessment))
    with django_assert_num_queries(4):
        client.get(letter.invitation.get_absolute_url())
    client = client_of(guest)
    with django_assert_num_queries(4):
        client.get(address("accept_invitation", letter.token))
    take_up(reviewer=letter.invitation, by=guest)
    with django_assert_num_queries(4):
        client.get(address("declare", review))


def test_inviting_costs_the_same_for_every_number_of_elements_but_the_mails(
    review: PeerReview, chair: User
) -> None:
    with CaptureQueriesContext(connection) as asked:
        make_review(review.assessment, by=chair)
    findings = [one for one in asked if "reviewerrating" in one["sql"].lower()]
    assert len(findings) == 1
