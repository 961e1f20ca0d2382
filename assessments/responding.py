"""Giving a view of one's own, as long as views are collected."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from assessments.models import Assessment, Respondent, Response, SavedMeanwhile
from assessments.querysets import ResponseQuerySet
from assessments.status import NotAllowedNow


class NotAsked(Exception):
    """Nobody is asked here; who has been taken out has no views any more."""


@transaction.atomic
def record_response(*, response: Response, version: int) -> None:
    """Record one person's view of an element; safe to repeat, as `record_rating` is.

    Args:
        response: the person's row with its new level, note and whether they are unsure.
        version: the version that the person's page showed.

    Raises:
        SavedMeanwhile: the person saved it elsewhere first, and the row is as it was.
        NotAllowedNow: views are not collected any more, and the row is as it was.
        NotAsked: the person was taken out meanwhile, and there is no row any more.
    """
    response.updated_at = timezone.now()
    if saved := _open_responses().save_if_unchanged(response, version=version):
        response.version = saved
        writer = response.respondent.user
        Response.history.bulk_history_create([response], update=True, default_user=writer)
        return
    rows = Response.objects.select_related("level", "element__domain", "respondent__assessment")
    current = rows.filter(pk=response.pk).first()
    if current is None:
        raise NotAsked
    if response.says_the_same_as(current):
        response.version = current.version
    elif current.respondent.assessment.status != Assessment.Status.COLLECTING:
        raise NotAllowedNow("Views are no longer collected for this assessment.")
    else:
        raise SavedMeanwhile(current)


def _open_responses() -> ResponseQuerySet:
    """The views of every assessment that collects them; by EXISTS, as `_open_ratings` explains."""
    collecting = Respondent.objects.filter(
        pk=OuterRef("respondent_id"), assessment__status=Assessment.Status.COLLECTING
    )
    return Response.objects.filter(Exists(collecting))
