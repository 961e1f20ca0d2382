"""Taking up an invitation opens one review and nothing else of the trust, address by address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from assessments.actions import create_assessment
from assessments.models import Assessment
from plans.actions import start_plan
from reviews.deciding import refuse, withdraw_reviewer
from reviews.inviting import withdraw_review
from reviews.models import Comment, PeerReview, Reviewer, ReviewerRating
from reviews.taking_up import declare, take_up
from tests.conftest import client_of
from tests.plans.conftest import add_action, add_priority
from tests.reviews.conftest import comment, make_review
from trusts.invitations import Letter, Newcomer, invite
from trusts.models import Membership, Role, Trust, User

OURS = ("trusts", "assessments", "plans", "reviews", "reports")
REVIEWERS_OWN = "reviewing/"
BY_TOKEN = ("trusts:accept_invitation", "reviews:accept_invitation")
OWN_ACCOUNT = "accounts/"
SHUT = {404, 405}
"""Not there; or there for the other method alone, which is asked for too."""

Address = tuple[str, str, tuple[str, ...]]
"""An address's name, how it is written, and the parameters in it."""


def addresses() -> Iterator[Address]:
    """Every address of ours that names a trust or something in it."""
    for namespace in OURS:
        for pattern, written, names in _below(get_resolver(), namespace):
            name = f"{namespace}:{pattern.name}"
            is_own = written.startswith(OWN_ACCOUNT) or name in BY_TOKEN
            if names and not is_own:
                yield name, written, names


def _below(
    resolver: URLResolver, namespace: str
) -> Iterator[tuple[URLPattern, str, tuple[str, ...]]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver) and one.namespace == namespace:
            for pattern in one.url_patterns:
                yield pattern, str(pattern.pattern), tuple(pattern.pattern.converters)


@pytest.fixture
def other(rated: Assessment, lead: User) -> Assessment:
    """Another assessment of the trust, with a plan, an action and a review of its own."""
    made = create_assessment(
        trust=rated.trust, framework=rated.framework, title="Another", due_on=None, by=lead
    )
    for one in (rated, made):
        add_action(add_priority(start_plan(assessment=one, by=lead), "Point 3"))
    return made


@pytest.fixture
def numbers(review: PeerReview, other: Assessment, chair: User, lead: User) -> set[int]:
    """The numbers of things of the trust, one of each sort at the least."""
    trust = review.trust
    make_review(other, by=chair)
    invite(trust=trust, newcomers=[Newcomer("ann@example.org", Role.CHAIR)], by=lead)
    found = {trust.pk, review.pk}
    for rows in (
        trust.assessments,
        trust.memberships,
        trust.invitations,
        PeerReview.objects,
        Reviewer.objects,
        Comment.objects,
        other.plan.priorities,
        review.assessment.plan.priorities,
    ):
        found |= set(rows.values_list("pk", flat=True)[:2])
    return found


def filled_in(names: tuple[str, ...], numbers: set[int]) -> Iterator[dict[str, object]]:
    """What the parameters of an address may be: any number where the whole is named.

    What is in it is some of its own sort; where the database numbers all sorts alike, as SQLite
    does after each test, any would be of its own sort anyhow.
    """
    may_be = {"slug": ["northfield"], "code": ["MU-01"], "what": ["assessment"], "key": ["made-up"]}
    for name, model in {
        "reviewer": Reviewer,
        "comment": Comment,
        "finding": ReviewerRating,
    }.items():
        may_be[name] = sorted(model._default_manager.values_list("pk", flat=True))[:3] or sorted(
            numbers
        )
    for values in product(*(may_be.get(name, sorted(numbers)) for name in names)):
        yield dict(zip(names, values, strict=True))


def test_every_parameter_is_one_that_is_filled_in() -> None:
    names = {name for _, _, names in addresses() for name in names}
    numbers = {"pk", "reviewer", "comment", "finding"}
    assert {"slug", "pk", "code"} <= names
    strange = names - numbers - {"slug", "code", "what", "key", "edition"}
    assert strange == set(), "say in filled_in what these may be"


@pytest.mark.once  # where one number is of every sort; elsewhere most of them would be of none
def test_reviewer_reaches_their_review_and_nothing_else_of_the_trust(
    numbers: set[int], review: PeerReview, reviewer: User
) -> None:
    comment(review, "Well argued.", by=reviewer)
    client = client_of(reviewer)
    opened = set()
    asked = 0
    for name, written, names in addresses():
        for values in filled_in(names, numbers):
            own = written.startswith(REVIEWERS_OWN) and values.get("pk") == review.pk
            address = reverse(name, kwargs=values)
            for method in (client.get, *([] if own else [client.post])):
                status = method(address).status_code
                asked += 1
                if own and status == 200:
                    opened.add(name)
                assert own or status in SHUT, f"{name} {values}: {status}"
    assert {"reviews:reviewing", "reviews:declare", "reviews:find", "reviews:submit"} <= opened
    assert all(name.startswith("reviews:") for name in opened)
    assert asked > 300


def test_person_who_has_taken_it_up_reads_nothing_yet(
    numbers: set[int], review: PeerReview, letter: Letter, guest: User
) -> None:
    take_up(reviewer=letter.invitation, by=guest)
    client = client_of(guest)
    opened = set()
    for name, written, names in addresses():
        for values in filled_in(names, {review.pk}):
            own = written.startswith(REVIEWERS_OWN) and name != "reviews:declare"
            answer = client.get(reverse(name, kwargs=values))
            if answer.status_code == 200:
                opened.add(name)
            assert "What the board saw" not in answer.content.decode(), name
            assert own or name == "reviews:declare" or answer.status_code in SHUT, name
    assert opened == {"reviews:declare"}


def end_of_access(review: PeerReview, way: Reviewer, by: User) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    PeerReview.objects.filter(pk=review.pk).update(due_on=yesterday, access_until=yesterday)


def withdrawn_review(review: PeerReview, way: Reviewer, by: User) -> None:
    withdraw_review(review=review, reason="We merge.", by=by)


def withdrawn_person(review: PeerReview, way: Reviewer, by: User) -> None:
    withdraw_reviewer(reviewer=way, by=by)


def member_now(review: PeerReview, way: Reviewer, by: User) -> None:
    Membership.objects.create(user=way.user, trust=review.trust, role=Role.OBSERVER)


ENDS = [end_of_access, withdrawn_review, withdrawn_person, member_now]


@pytest.mark.parametrize("end", ENDS, ids=lambda one: one.__name__)
def test_everything_is_shut_once_the_way_in_has_ended(
    end: Callable[[PeerReview, Reviewer, User], None],
    review: PeerReview,
    reviewer: User,
    chair: User,
) -> None:
    said = comment(review, "Well argued.", by=reviewer)
    client = client_of(reviewer)
    assert client.get(reverse("reviews:reviewing", args=[review.pk])).status_code == 200
    end(review, Reviewer.objects.get(), chair)
    checked = 0
    for name, written, names in addresses():
        if written.startswith(REVIEWERS_OWN):
            for values in filled_in(names, {review.pk, said.pk}):
                address = reverse(name, kwargs=values)
                for method in (client.get, client.post):
                    assert method(address, {"body": "x"}).status_code in SHUT, address
                    checked += 1
    assert checked > 20
    assert Comment.objects.get().body == "Well argued."


def test_declined_person_reaches_nothing(
    review: PeerReview, letter: Letter, guest: User, chair: User
) -> None:
    take_up(reviewer=letter.invitation, by=guest)
    declare(reviewer=letter.invitation, interests=[], text="", by=guest)
    refuse(reviewer=letter.invitation, reason="Too near.", by=chair)
    client = client_of(guest)
    for name, written, names in addresses():
        if written.startswith(REVIEWERS_OWN):
            for values in filled_in(names, {review.pk}):
                assert client.get(reverse(name, kwargs=values)).status_code in SHUT, name


def test_pages_of_a_reviewer_lead_nowhere_into_the_trust(
    review: PeerReview, reviewer: User, northfield: Trust
) -> None:
    client = client_of(reviewer)
    for name in ("reviewing", "declare", "reviewing_assessment", "submit", "find_all"):
        html = client.get(reverse(f"reviews:{name}", args=[review.pk])).content.decode()
        assert northfield.get_absolute_url() not in html, name
        assert review.assessment.get_absolute_url() not in html, name
        assert review.get_absolute_url() not in html.replace("/reviewing", ""), name
