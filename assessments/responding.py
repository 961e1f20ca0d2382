"""Giving a view of one's own, as long as views are collected."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from assessments.models import Assessment, Respondent, Response
from assessments.querysets import ResponseQuerySet


class ClosedMeanwhile(Exception):
    """Views are no longer collected; nothing is written, and the words go back to the writer."""


class ChangedElsewhere(Exception):
    """The same person saved this view in another tab or on another device.

    Attributes:
        current: the view as it stands now, with its level.
    """

    def __init__(self, current: Response) -> None:
        super().__init__("You have changed this view in another window.")
        self.current = current


@transaction.atomic
def record_response(*, response: Response, version: int) -> None:
    """Record one person's view of an element; safe to repeat, as `record_rating` is.

    Args:
        response: the person's row with its new level, note and whether they are unsure.
        version: the version that the person's page showed.

    Raises:
        ChangedElsewhere: the row has another version now, and is as it was.
        ClosedMeanwhile: views are not collected any more, and the row is as it was.
    """
    response.updated_at = timezone.now()
    if saved := _open_responses().save_if_unchanged(response, version=version):
        response.version = saved
        writer = response.respondent.user
        Response.history.bulk_history_create([response], update=True, default_user=writer)
        return
    current = Response.objects.select_related("level", "respondent__assessment").get(pk=response.pk)
    if response.says_the_same_as(current):
        response.version = current.version
    elif current.respondent.assessment.status != Assessment.Status.COLLECTING:
        raise ClosedMeanwhile("Views are no longer collected for this assessment.")
    else:
        raise ChangedElsewhere(current)


def _open_responses() -> ResponseQuerySet:
    """The views of every assessment that collects them; by EXISTS, as `_open_ratings` explains."""
    collecting = Respondent.objects.filter(
        pk=OuterRef("respondent_id"), assessment__status=Assessment.Status.COLLECTING
    )
    return Response.objects.filter(Exists(collecting))
