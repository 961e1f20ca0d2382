"""One door: what `visible_to` shows of every model, whoever belongs to which trust.

The models are found by looking for the door, the rows made by looking at the models. Which trust
a row is of is noted when it is made, so that no query says of itself that it is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.models import Assessment, OwnFramework, Response
from frameworks.models import Framework
from reviews.models import Comment, PeerReview, Reviewer, ReviewerRating
from tests.everything import Maker, doors, our_models, undone
from trusts.models import Membership, Role, Trust, User
from trusts.permissions import Permission, has_permission
from trusts.querysets import TrustOwnedQuerySet

pytestmark = pytest.mark.django_db

EXAMPLES = 16 if connection.vendor == "sqlite" else 8
"""Fewer on PostgreSQL: what it may answer otherwise is how, and not whom, it lets in."""
MADE_OTHERWISE = {Trust, User, Membership, Framework, OwnFramework}
NOBODYS = None
"""Whose a published framework is."""


@dataclass(frozen=True)
class Shape:
    """What hypothesis draws.

    Attributes:
        locked: for each trust, whether it requires a second factor.
        roles: for each person, the role in each trust, or none.
        shown: for each person, whether their session has shown a second factor.
        statuses: what the choices of each trust's rows begin with.
        rows: how many of each model a trust has.
    """

    locked: tuple[bool, ...]
    roles: tuple[tuple[str | None, ...], ...]
    shown: tuple[bool, ...]
    statuses: tuple[str, ...]
    rows: tuple[int, ...]


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    trusts, people = draw(st.integers(2, 3)), draw(st.integers(1, 3))
    role = st.one_of(st.none(), st.sampled_from(list(Role.values)))

    def each(number: int, of: st.SearchStrategy[Any]) -> tuple[Any, ...]:
        return tuple(draw(of) for _ in range(number))

    return Shape(
        locked=each(trusts, st.booleans()),
        roles=each(people, st.tuples(*[role] * trusts)),
        shown=each(people, st.booleans()),
        statuses=each(trusts, st.sampled_from(list(Assessment.Status.values))),
        rows=each(trusts, st.integers(1, 2)),
    )


@dataclass
class Filled:
    """A database of a shape, and whose each row is."""

    shape: Shape
    trusts: list[Trust] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    of: dict[tuple[type[models.Model], Any], int | None] = field(default_factory=dict)

    def note(self, rows: Iterable[models.Model], trust: int | None) -> None:
        for row in rows:
            self.of.setdefault((type(row), row.pk), trust)

    def is_open(self, person: int, trust: int | None) -> bool:
        """Whether rows of this trust are for this person."""
        if trust is NOBODYS:
            return True
        is_member = self.shape.roles[person][trust] is not None
        return is_member and (self.shape.shown[person] or not self.shape.locked[trust])


def fill(shape: Shape) -> Filled:
    """Rows of every model in every trust, and a framework that is everybody's."""
    filled = Filled(shape)
    filled.people = [
        User.objects.create_user(f"{number}@a.example", name="A")
        for number in range(len(shape.roles))
    ]
    public = Maker(*filled.people)
    public.make(Framework, is_published=True)
    filled.note(public.rows[Framework], NOBODYS)
    for number, locked in enumerate(shape.locked):
        trust = Trust.objects.create(
            name=f"T{number}", slug=f"t{number}", requires_second_factor=locked
        )
        filled.trusts.append(trust)
        for person, roles in zip(filled.people, shape.roles, strict=True):
            if roles[number] is not None:
                filled.note(
                    [Membership.objects.create(user=person, trust=trust, role=roles[number])],
                    number,
                )
        fill_trust(filled, number, trust)
    return filled


def fill_trust(filled: Filled, number: int, trust: Trust) -> None:
    turned = [*filled.people[number:], *filled.people[:number]]
    maker = Maker(trust, *turned)
    framework = maker.make(Framework, is_published=False)
    maker.make(OwnFramework, trust=trust, framework=framework)
    maker.make(Assessment, status=filled.shape.statuses[number])
    for model in our_models():
        for _ in range(filled.shape.rows[number] if model not in MADE_OTHERWISE else 0):
            maker.make(model)
    for model, rows in maker.rows.items():
        if model is Framework:
            filled.note([row for row in rows if row.is_published], NOBODYS)
        if model is not User:
            filled.note(rows, number)


def seen_by(model: type[models.Model], user: Any) -> list[Any]:
    return list(model._default_manager.all().visible_to(user))


def is_plain(model: type[models.Model]) -> bool:
    """Whether a model's door is that of all rows of a trust, no narrower."""
    door = type(model._default_manager.all()).visible_to
    return door is TrustOwnedQuerySet.visible_to or model is Trust


def test_there_are_doors() -> None:
    found = {model.__name__ for model in doors()}
    assert {"Assessment", "Rating", "Response", "Plan", "Action", "Framework", "Trust"} <= found


@given(shape=shapes())
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nobody_sees_a_row_of_a_trust_that_is_not_open_to_them(db: None, shape: Shape) -> None:
    with undone():
        filled = fill(shape)
        for number in range(len(filled.people)):
            person = User.objects.get(pk=filled.people[number].pk)
            person.second_factor_shown = shape.shown[number]
            for model in doors():
                check_door(filled, number, model, seen_by(model, person))
            check_permissions(filled, number, person)
            check_views(person)
            check_drafts(person)
        for model in doors():
            rows = seen_by(model, AnonymousUser())
            assert {filled.of[model, row.pk] for row in rows} <= {NOBODYS}, model


def check_door(
    filled: Filled, person: int, model: type[models.Model], rows: Sequence[models.Model]
) -> None:
    keys = [row.pk for row in rows]
    assert len(keys) == len(set(keys)), f"{model.__name__} twice"
    own = {key: trust for (of, key), trust in filled.of.items() if of is model}
    wanted = {key for key, trust in own.items() if filled.is_open(person, trust)}
    assert set(keys) <= wanted, model
    if is_plain(model):
        assert set(keys) == wanted, model


def check_permissions(filled: Filled, number: int, person: User) -> None:
    for place, trust in enumerate(filled.trusts):
        if not filled.is_open(number, place):
            assert not any(has_permission(person, one, trust) for one in Permission)


def check_views(person: User) -> None:
    """Nobody sees another's view while views are collected."""
    for one in seen_by(Response, person):
        status = one.respondent.assessment.status
        assert one.respondent.user == person or status in ("agreeing", "agreed")


def check_drafts(person: User) -> None:
    """The trust sees what reviewers wrote once they have sent it."""
    for finding in seen_by(ReviewerRating, person):
        assert finding.review.is_submitted
    for comment in seen_by(Comment, person):
        assert comment.review.is_submitted or comment.side == Comment.Side.TRUST


@given(shape=shapes())
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_reviewers_get_in_by_a_row_of_their_own_and_into_no_trust_of_theirs(
    db: None, shape: Shape
) -> None:
    with undone():
        filled = fill(shape)
        Reviewer.objects.update(refused_at=None, refused_by=None, refusal_reason="")
        Reviewer.objects.update(withdrawn_at=None, withdrawn_by=None)
        PeerReview.objects.update(access_until=date(2100, 1, 1))
        for number, person in enumerate(filled.people):
            person.second_factor_shown = shape.shown[number]
            held = set(Reviewer.objects.open_to(person))
            for one in Reviewer.objects.select_related("review__assessment__trust"):
                place = filled.of[Reviewer, one.pk]
                assert place is not None
                is_open = (
                    one.user_id == person.pk
                    and shape.roles[number][place] is None
                    and one.review.withdrawn_at is None
                    and (shape.shown[number] or not shape.locked[place])
                )
                assert (one in held) == is_open
        assert not Reviewer.objects.open_to(AnonymousUser())
