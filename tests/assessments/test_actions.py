"""Several writers at once, on a database whose transactions are real."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from assessments.actions import (
    NotAllowedNow,
    SavedMeanwhile,
    agree_assessment,
    create_assessment,
    record_rating,
    set_priorities,
)
from assessments.models import Assessment, Rating
from tests.conftest import make_framework, make_user
from trusts.models import Role, Trust

WRITERS = 8


@pytest.fixture
def committed(transactional_db) -> Assessment:
    """An assessment that other connections see."""
    trust = Trust.objects.create(name="Northfield Learning Trust", slug="northfield")
    lead = make_user("lead@northfield.example", trust=trust, role=Role.LEAD)
    return create_assessment(
        trust=trust, framework=make_framework(), title="At once", due_on=None, by=lead
    )


def at_once(work: Callable[[int], str]) -> list[str]:
    """Run `work` in as many threads as there are writers, all let go together."""
    barrier = Barrier(WRITERS)

    def run(number: int) -> str:
        try:
            barrier.wait(timeout=30)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(run, range(WRITERS)))


def save(rating_pk: int, note: str, *, version: int) -> str:
    rating = Rating.objects.for_page().get(pk=rating_pk)
    rating.note = note
    try:
        record_rating(rating=rating, version=version, by=rating.assessment.created_by)
    except SavedMeanwhile as conflict:
        return f"lost to {conflict.current.note}"
    except NotAllowedNow:
        return "closed"
    return "saved"


def test_of_many_writers_at_once_one_saves_and_the_others_learn_of_it(committed) -> None:
    rating = committed.ratings.first()
    outcomes = at_once(lambda n: save(rating.pk, f"Note {n}", version=1))
    winner = outcomes.index("saved")
    assert sorted(outcomes) == sorted(["saved"] + [f"lost to Note {winner}"] * (WRITERS - 1))
    rating.refresh_from_db()
    assert (rating.note, rating.version) == (f"Note {winner}", 2)
    assert [row.note for row in Rating.history.filter(id=rating.pk)] == [f"Note {winner}"]


def test_every_save_that_was_acknowledged_is_in_the_row_or_its_history(committed) -> None:
    rating = committed.ratings.first()

    def write(number: int) -> str:
        note = f"Writer {number}"
        version = 1
        for _ in range(200):
            if save(rating.pk, note, version=version) == "saved":
                return note
            version = Rating.objects.get(pk=rating.pk).version
        return "gave up"

    acknowledged = at_once(write)
    assert "gave up" not in acknowledged
    kept = {row.note for row in Rating.history.filter(id=rating.pk)}
    assert kept == set(acknowledged)
    assert len(kept) == WRITERS


def test_nothing_slips_in_behind_the_signature(committed) -> None:
    ratings = list(committed.ratings.all())
    chair = committed.created_by

    def work(number: int) -> str:
        if number == 0:
            agree_assessment(
                assessment=Assessment.objects.get(pk=committed.pk), minute_reference="", by=chair
            )
            return "agreed"
        return save(ratings[number % len(ratings)].pk, f"Note {number}", version=1)

    outcomes = at_once(work)
    assert outcomes[0] == "agreed"
    signed = Assessment.objects.get(pk=committed.pk).agreed_at
    late = Rating.objects.filter(assessment=committed, updated_at__gt=signed)
    assert not late.exists()
    saved = [f"Note {n}" for n, outcome in enumerate(outcomes) if outcome == "saved"]
    rows = {rating.note for rating in Rating.objects.filter(assessment=committed)}
    assert set(saved) <= rows


def test_set_priorities_marks_those_and_no_others(assessment, lead) -> None:
    elements = [rating.element for rating in assessment.ratings.in_order()]
    set_priorities(assessment=assessment, elements=elements[:2], by=lead)
    set_priorities(assessment=assessment, elements=elements[1:], by=lead)
    marked = [rating.is_priority for rating in assessment.ratings.in_order()]
    assert marked == [False, True, True]
    assert Rating.history.count() == 4


def test_record_rating_after_agreeing_is_refused_unless_it_says_the_same(assessment, lead) -> None:
    rating = Rating.objects.for_page().filter(assessment=assessment).first()
    rating.note = "Before"
    record_rating(rating=rating, version=1, by=lead)
    agree_assessment(assessment=assessment, minute_reference="", by=lead)
    record_rating(rating=rating, version=1, by=lead)
    rating.note = "After"
    with pytest.raises(NotAllowedNow):
        record_rating(rating=rating, version=1, by=lead)
