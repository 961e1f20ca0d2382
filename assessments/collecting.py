"""Asking members for views of their own, and closing before the board agrees one.

Keyword-only, atomic, `by=` says who. Letters go out after these: a mail that fails
changes nothing here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from assessments.models import Assessment, Rating, Respondent, Response
from assessments.status import NotAllowedNow, change_status, locked
from frameworks.models import Element
from trusts.models import Membership, Role, Trust, User
from trusts.permissions import Permission, roles_with

BETWEEN_LETTERS = timedelta(hours=1)
"""How long nobody is written to again by hand: pressing twice sends one mail."""

DUE_WITHIN, DUE_SINCE = timedelta(days=7), timedelta(days=14)
BETWEEN_REMINDERS = timedelta(hours=46)
"""A little less than two days, as a daily timer is not punctual."""

NOT_COLLECTING = "Views are not being collected for this assessment at the moment."


class NobodyAsked(Exception):
    """None of those named may give a view in this trust."""


class HasBegun(Exception):
    """Who has given a view is not taken out: it would take their words along."""


def may_respond(trust: Trust) -> list[Membership]:
    """Whom a lead can ask: members whose role lets them give a view, by name."""
    members = trust.memberships.filter(
        role__in=roles_with(Permission.RESPOND), user__is_active=True
    )
    return list(members.select_related("user").order_by("user__name", "user__email"))


@transaction.atomic
def open_collecting(
    *,
    assessment: Assessment,
    people: Collection[User],
    due_on: date | None,
    names_shown: bool,
    by: User,
) -> list[Respondent]:
    """Ask people for views of their own; until it is closed nobody agrees a rating.

    Open pages of ratings are out of date from now on, so that none slips in behind.

    Args:
        people: whom to ask; who is no member with a role to respond is passed over.
        due_on: by when, a day in the trust's time zone.
        names_shown: whether the board will see who gave which view.

    Raises:
        NotAllowedNow: views were collected before, or it is agreed.
        NobodyAsked: nobody is left to ask; nothing is changed.
    """
    current = locked(assessment)
    if current.closed_at is not None:
        raise NotAllowedNow("Views were collected for this assessment before.")
    change_status(
        assessment,
        before=Assessment.Status.AGREEING,
        after=Assessment.Status.COLLECTING,
        refusal="Only an assessment that is not agreed yet can be opened for views.",
        views_due_on=due_on,
        names_shown=names_shown,
        opened_at=timezone.now(),
        opened_by=by,
        version=current.version + 1,
        by=by,
    )
    Rating.objects.filter(assessment=assessment).touch()
    asked = _ask(assessment, people)
    if not asked:
        raise NobodyAsked
    return asked


@transaction.atomic
def ask_more(*, assessment: Assessment, people: Collection[User]) -> list[Respondent]:
    """Ask further people while views are collected; who is asked already is passed over.

    Raises:
        NotAllowedNow: views are not being collected.
    """
    _collecting(assessment)
    return _ask(assessment, people)


@transaction.atomic
def move_day(*, assessment: Assessment, due_on: date, by: User) -> None:
    """Want the views by another day. Nobody is written to: a reminder tells the new day.

    Raises:
        NotAllowedNow: views are not being collected.
    """
    change_status(
        assessment,
        before=Assessment.Status.COLLECTING,
        after=Assessment.Status.COLLECTING,
        refusal=NOT_COLLECTING,
        views_due_on=due_on,
        by=by,
    )


@transaction.atomic
def take_out(*, respondent: Respondent) -> None:
    """Ask somebody no longer, as long as they have said nothing.

    Raises:
        NotAllowedNow: views are not being collected.
        HasBegun: the person has given a view or begun a note.
    """
    _collecting(respondent.assessment)
    responses = respondent.responses.select_for_update().order_by("pk")
    if any(one.is_answered or one.note for one in responses):
        raise HasBegun
    respondent.delete()


@transaction.atomic
def close_collecting(*, assessment: Assessment, by: User) -> None:
    """Let nobody write a view any more, and show the views to the board.

    Every view is touched, so that a save on its way finds the row changed and then the
    collecting closed; its words are then offered back to their writer.

    Raises:
        NotAllowedNow: views are not being collected, or somebody has just closed it.
    """
    locked(assessment)
    Response.objects.filter(respondent__in=assessment.respondents.values("pk")).touch()
    change_status(
        assessment,
        before=Assessment.Status.COLLECTING,
        after=Assessment.Status.AGREEING,
        refusal=NOT_COLLECTING,
        closed_at=timezone.now(),
        closed_by=by,
        by=by,
    )


@transaction.atomic
def finish(*, respondent: Respondent) -> None:
    """Note that the person has said all; they may still change it until it is closed.

    Safe to repeat: the first time stands.

    Raises:
        NotAllowedNow: views are not being collected.
    """
    _collecting(respondent.assessment)
    unfinished = Respondent.objects.filter(pk=respondent.pk, finished_at=None)
    unfinished.update(finished_at=timezone.now())


def may_be_reminded(respondents: Iterable[Respondent], *, now: datetime) -> list[Respondent]:
    """Those who have not finished and were not written to within the last hour."""
    return [
        one
        for one in respondents
        if one.finished_at is None and now - (one.reminded_at or one.asked_at) >= BETWEEN_LETTERS
    ]


def due_for_a_reminder(respondents: QuerySet[Respondent], *, now: datetime) -> QuerySet[Respondent]:
    """Whom the daily command writes to.

    Views are open, due within a week or at most two weeks ago; the person can sign in, is
    still a member, has not finished and was not written to in the last two days.
    """
    today = timezone.localdate(now)
    last = Greatest("asked_at", Coalesce("reminded_at", "asked_at"))
    members = Membership.objects.filter(user=OuterRef("user"), trust=OuterRef("assessment__trust"))
    return respondents.annotate(written_at=last).filter(
        Exists(members),
        assessment__status=Assessment.Status.COLLECTING,
        assessment__views_due_on__range=(today - DUE_SINCE, today + DUE_WITHIN),
        user__is_active=True,
        finished_at=None,
        written_at__lte=now - BETWEEN_REMINDERS,
    )


def reminded(respondent: Respondent) -> None:
    """Note that a reminder has gone out."""
    Respondent.objects.filter(pk=respondent.pk).update(reminded_at=timezone.now())


def _collecting(assessment: Assessment) -> None:
    if locked(assessment).status != Assessment.Status.COLLECTING:
        raise NotAllowedNow(NOT_COLLECTING)


def _ask(assessment: Assessment, people: Collection[User]) -> list[Respondent]:
    """A row for everybody, and an empty view of every element for each of them."""
    asked_before = Respondent.objects.filter(assessment=assessment).values("user")
    members = Membership.objects.filter(
        ~Q(user__in=asked_before),
        trust=assessment.trust_id,
        user__in=[person.pk for person in people],
        user__is_active=True,
        role__in=roles_with(Permission.RESPOND),
    )
    respondents = Respondent.objects.bulk_create(
        Respondent(assessment=assessment, user=member.user, group=_group_of(member))
        for member in members.select_related("user").order_by("user__name", "user__email")
    )
    elements = list(Element.objects.filter(domain__framework=assessment.framework_id))
    Response.objects.bulk_create(
        Response(respondent=respondent, element=element)
        for respondent in respondents
        for element in elements
    )
    return respondents


def _group_of(member: Membership) -> Respondent.Group:
    """Executives stand apart; everybody else who responds is of the board."""
    if member.role == Role.EXECUTIVE:
        return Respondent.Group.EXECUTIVE
    return Respondent.Group.BOARD
