"""Several writers at once, on a database whose transactions are real."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import sleep

import pytest
from django.db import connections, transaction

from assessments.actions import (
    agree_assessment,
    create_assessment,
    mark_priorities,
    record_rating,
    rename_assessment,
    reopen_assessment,
)
from assessments.models import Assessment, Rating, SavedMeanwhile
from assessments.status import NotAllowedNow
from tests.conftest import make_framework, make_user
from tests.together import WRITERS, at_once
from trusts.models import Role, Trust


@pytest.fixture
def committed(transactional_db) -> Assessment:
    """An assessment that other connections see."""
    trust = Trust.objects.create(name="Northfield Learning Trust", slug="northfield")
    lead = make_user("lead@northfield.example", trust=trust, role=Role.LEAD)
    return create_assessment(
        trust=trust, framework=make_framework(), title="At once", due_on=None, by=lead
    )


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


def test_mark_priorities_adds_and_removes_and_leaves_the_others(assessment, lead) -> None:
    first, second, third = (rating.element_id for rating in assessment.ratings.in_order())
    mark_priorities(assessment=assessment, add=[first, second], by=lead)
    mark_priorities(assessment=assessment, add=[third], remove=[first], by=lead)
    marked = [rating.is_priority for rating in assessment.ratings.in_order()]
    assert marked == [False, True, True]
    assert Rating.history.count() == 4


def test_open_page_cannot_write_over_a_priority_chosen_elsewhere(assessment, lead) -> None:
    rating = Rating.objects.for_page().filter(assessment=assessment).first()
    rating.saved_from, rating.save_number, rating.note = "a" * 32, 1, "Typed"
    record_rating(rating=rating, version=1, by=lead)
    mark_priorities(assessment=assessment, add=[rating.element_id], by=lead)
    rating.save_number, rating.note = 2, "Typed on"
    with pytest.raises(SavedMeanwhile) as conflict:
        record_rating(rating=rating, version=2, by=lead)
    assert conflict.value.current.is_priority
    assert conflict.value.current.note == "Typed"


def test_page_whose_answer_was_lost_learns_the_true_version(assessment, lead) -> None:
    rating = Rating.objects.for_page().filter(assessment=assessment).first()
    rating.saved_from = "a" * 32
    for number, note in enumerate(("Half", "Whole"), start=1):
        rating.save_number, rating.note = number, note
        record_rating(rating=rating, version=1, by=lead)
    assert rating.version == 3
    assert list(Rating.history.order_by("history_id").values_list("version", "note")) == [
        (2, "Half"),
        (3, "Whole"),
    ]


def test_save_that_waits_for_the_signature_finds_the_assessment_closed(committed) -> None:
    rating = Rating.objects.for_page().filter(assessment=committed).first()
    rating.saved_from, rating.save_number, rating.note = "a" * 32, 1, "Typed before"
    record_rating(rating=rating, version=1, by=committed.created_by)
    rating.save_number, rating.note = 2, "Typed after"

    def save_on() -> str:
        try:
            record_rating(rating=rating, version=2, by=committed.created_by)
        except NotAllowedNow:
            return "closed"
        finally:
            connections.close_all()
        return "saved"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            agree_assessment(assessment=committed, minute_reference="", by=committed.created_by)
            waiting = pool.submit(save_on)
            sleep(0.5)  # long enough for the save to reach the locked row and wait there
        assert waiting.result(timeout=30) == "closed"
    assert Rating.objects.get(pk=rating.pk).note == "Typed before"


def test_signing_off_and_choosing_at_once_never_wait_for_each_other_for_ever(committed) -> None:
    elements = list(committed.ratings.values_list("element", flat=True))
    by = committed.created_by

    def work(number: int) -> str:
        for turn in range(5):
            assessment = Assessment.objects.get(pk=committed.pk)
            if number % 2:
                mark_priorities(
                    assessment=assessment,
                    add=elements[turn % 2 :],
                    remove=elements[: turn % 2],
                    by=by,
                )
                continue
            change = agree_assessment if turn % 2 == 0 else reopen_assessment
            words = {"minute_reference": ""} if turn % 2 == 0 else {"reason": "Again"}
            with suppress(NotAllowedNow):
                change(assessment=assessment, by=by, **words)
        return "done"

    assert at_once(work) == ["done"] * WRITERS


def test_renaming_with_an_old_page_keeps_the_signature(assessment, lead, chair) -> None:
    before = Assessment.objects.get(pk=assessment.pk)
    agree_assessment(assessment=assessment, minute_reference="Item 6", by=chair)
    rename_assessment(assessment=before, title="Renamed", due_on=None, version=1, by=lead)
    now = Assessment.objects.get(pk=assessment.pk)
    assert (now.title, now.status, now.agreed_by) == ("Renamed", "agreed", chair)
    assert now.minute_reference == "Item 6"


def test_signing_off_with_an_old_page_keeps_the_new_title(assessment, lead, chair) -> None:
    before = Assessment.objects.get(pk=assessment.pk)
    rename_assessment(assessment=assessment, title="Renamed", due_on=None, version=1, by=lead)
    agree_assessment(assessment=before, minute_reference="", by=chair)
    now = Assessment.objects.get(pk=assessment.pk)
    assert (now.title, now.status) == ("Renamed", "agreed")


def test_record_rating_after_agreeing_is_refused_unless_it_says_the_same(assessment, lead) -> None:
    rating = Rating.objects.for_page().filter(assessment=assessment).first()
    rating.note = "Before"
    record_rating(rating=rating, version=1, by=lead)
    agree_assessment(assessment=assessment, minute_reference="", by=lead)
    record_rating(rating=rating, version=1, by=lead)
    rating.note = "After"
    with pytest.raises(NotAllowedNow):
        record_rating(rating=rating, version=1, by=lead)
