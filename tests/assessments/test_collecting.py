"""Collecting views: who is asked, who sees what, and what happens when it closes."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from assessments.actions import agree_assessment, create_assessment, record_rating
from assessments.collecting import (
    HasBegun,
    NobodyAsked,
    ask_more,
    close_collecting,
    finish,
    may_respond,
    open_collecting,
    take_out,
)
from assessments.models import Assessment, Rating, Respondent, Response, SavedMeanwhile
from assessments.responding import record_response
from assessments.status import NotAllowedNow
from tests.conftest import make_framework, make_user
from tests.together import WRITERS, at_once
from trusts.models import Role, Trust, User


def open_for(assessment: Assessment, *people: User, names_shown: bool = True) -> list[Respondent]:
    return open_collecting(
        assessment=assessment,
        people=people,
        due_on=date(2027, 3, 1),
        names_shown=names_shown,
        by=assessment.created_by,
    )


def say(response: Response, note: str, *, version: int | None = None, page: str = "") -> str:
    """Save a note as a page does, from the row as it stands."""
    current = Response.objects.select_related("respondent__user").get(pk=response.pk)
    current.note, current.saved_from, current.save_number = note, page, 1
    try:
        record_response(response=current, version=current.version if version is None else version)
    except SavedMeanwhile as conflict:
        return f"lost to {conflict.current.note}"
    except NotAllowedNow:
        return "closed"
    return "saved"


@pytest.fixture
def collecting(assessment: Assessment, chair, executive, trustee) -> Assessment:
    """The assessment, with three people asked."""
    open_for(assessment, chair, executive, trustee)
    return assessment


def test_everybody_asked_has_an_empty_view_of_every_element(collecting, chair, executive) -> None:
    assert collecting.status == Assessment.Status.COLLECTING
    assert (collecting.due_on, collecting.views_due_on) == (None, date(2027, 3, 1))
    assert collecting.names_shown
    assert collecting.opened_by == collecting.created_by
    assert Response.objects.count() == 3 * 3
    groups = {row.user: row.group for row in collecting.respondents.select_related("user")}
    assert groups[chair] == "board"
    assert groups[executive] == "executive"


def test_who_may_not_respond_is_passed_over(assessment, observer, stranger, chair, lead) -> None:
    chair.is_active = False
    chair.save()
    assert [one.user for one in may_respond(assessment.trust)] == [lead]
    with pytest.raises(NobodyAsked), transaction.atomic():
        open_for(assessment, observer, stranger, chair)
    assessment.refresh_from_db()
    assert assessment.status == Assessment.Status.AGREEING
    assert [one.user for one in open_for(assessment, observer, lead)] == [lead]


def test_ratings_wait_until_it_is_closed(collecting, chair) -> None:
    rating = Rating.objects.for_page().filter(assessment=collecting).first()
    rating.note = "Too early"
    with pytest.raises(NotAllowedNow):
        record_rating(rating=rating, version=rating.version, by=chair)
    close_collecting(assessment=collecting, by=collecting.created_by)
    record_rating(rating=rating, version=rating.version, by=chair)
    rating.refresh_from_db()
    assert rating.note == "Too early"


def test_page_of_a_rating_from_before_is_out_of_date(assessment, lead, chair) -> None:
    rating = Rating.objects.for_page().filter(assessment=assessment).first()
    version = rating.version
    open_for(assessment, chair)
    rating.refresh_from_db()
    assert rating.version == version + 1


@pytest.mark.parametrize("names_shown", [True, False])
def test_nobody_sees_another_view_before_it_is_closed(
    assessment, lead, chair, trustee, observer, stranger, names_shown
) -> None:
    open_for(assessment, chair, trustee, names_shown=names_shown)
    for user, count in ((lead, 0), (chair, 3), (trustee, 3), (observer, 0), (stranger, 0)):
        seen = Response.objects.visible_to(user)
        assert seen.count() == count
        assert all(one.respondent.user == user for one in seen)
    close_collecting(assessment=assessment, by=lead)
    for user, count in ((lead, 6), (chair, 6), (trustee, 6), (observer, 6), (stranger, 0)):
        assert Response.objects.visible_to(user).count() == count


def test_who_left_the_trust_sees_not_even_the_own_view(collecting, chair) -> None:
    chair.memberships.all().delete()
    assert not Response.objects.visible_to(chair).exists()


def test_asked_once_is_asked_once(collecting, chair, lead) -> None:
    assert [one.user for one in ask_more(assessment=collecting, people=[chair, lead])] == [lead]
    assert Response.objects.filter(respondent__user=chair).count() == 3


def test_who_has_said_nothing_can_be_taken_out(collecting, chair, trustee) -> None:
    mine = Response.objects.filter(respondent__user=chair).first()
    assert say(mine, "A beginning") == "saved"
    with pytest.raises(HasBegun):
        take_out(respondent=mine.respondent)
    take_out(respondent=collecting.respondents.get(user=trustee))
    assert not Response.objects.filter(respondent__user=trustee).exists()
    assert Response.objects.filter(respondent__user=chair).count() == 3


def test_finishing_twice_keeps_the_first_time(collecting, chair) -> None:
    respondent = collecting.respondents.get(user=chair)
    finish(respondent=respondent)
    respondent.refresh_from_db()
    first = respondent.finished_at
    finish(respondent=respondent)
    respondent.refresh_from_db()
    assert respondent.finished_at == first is not None


def test_nothing_is_written_after_it_is_closed(collecting, chair, lead) -> None:
    mine = Response.objects.filter(respondent__user=chair).first()
    version = mine.version
    close_collecting(assessment=collecting, by=lead)
    assert say(mine, "Late", version=version) == "closed"
    assert say(mine, "Late") == "closed"
    for change in (
        lambda: finish(respondent=mine.respondent),
        lambda: ask_more(assessment=collecting, people=[lead]),
        lambda: take_out(respondent=mine.respondent),
        lambda: close_collecting(assessment=collecting, by=lead),
        lambda: open_for(collecting, chair),
    ):
        with pytest.raises(NotAllowedNow), transaction.atomic():
            change()
    mine.refresh_from_db()
    assert mine.note == ""


def test_agreed_assessment_is_not_opened_for_views(assessment, chair, lead) -> None:
    agree_assessment(assessment=assessment, minute_reference="", by=lead)
    with pytest.raises(NotAllowedNow), transaction.atomic():
        open_for(assessment, chair)


def test_same_words_sent_again_are_no_conflict(collecting, chair) -> None:
    mine = Response.objects.filter(respondent__user=chair).first()
    assert say(mine, "Once", version=1) == "saved"
    assert say(mine, "Once", version=1) == "saved"
    assert say(mine, "Other tab", version=1) == "lost to Once"
    mine.refresh_from_db()
    assert (mine.note, mine.version) == ("Once", 2)
    assert [row.note for row in Response.history.filter(id=mine.pk)] == ["Once"]


@pytest.fixture
def committed(transactional_db) -> Assessment:
    """An assessment that collects one person's views, as other connections see it."""
    trust = Trust.objects.create(name="Northfield Learning Trust", slug="northfield")
    lead = make_user("lead@northfield.example", trust=trust, role=Role.LEAD)
    assessment = create_assessment(
        trust=trust, framework=make_framework(), title="At once", due_on=None, by=lead
    )
    open_for(assessment, lead)
    return assessment


def test_of_many_tabs_at_once_one_saves_and_the_others_learn_of_it(committed) -> None:
    mine = Response.objects.first()
    outcomes = at_once(lambda n: say(mine, f"Tab {n}", version=1))
    winner = outcomes.index("saved")
    assert sorted(outcomes) == sorted(["saved"] + [f"lost to Tab {winner}"] * (WRITERS - 1))


def test_nothing_slips_in_behind_the_closing(committed) -> None:
    rows = list(Response.objects.all())
    lead = committed.created_by

    def work(number: int) -> str:
        if number == 0:
            close_collecting(assessment=Assessment.objects.get(pk=committed.pk), by=lead)
            return "closing"
        return say(rows[number % len(rows)], f"Tab {number}", page=f"{number:032x}")

    outcomes = at_once(work)
    closed_at = Assessment.objects.get(pk=committed.pk).closed_at
    saved = {f"Tab {n}" for n, outcome in enumerate(outcomes) if outcome == "saved"}
    kept = Response.history.all()
    assert saved == {row.note for row in kept}
    assert all(row.updated_at <= closed_at for row in Response.objects.exclude(updated_at=None))
    assert {say(row, "After") for row in rows} == {"closed"}
