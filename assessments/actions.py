"""Changes of an assessment's state. Keyword-only, atomic, `by=` says who."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils import timezone
from simple_history.utils import update_change_reason

from assessments.models import Assessment, Rating
from frameworks.models import Element, Framework
from trusts.models import Trust, User


class NotAllowedNow(Exception):
    """The assessment's status does not allow it; the message says what to do instead."""


@transaction.atomic
def create_assessment(
    *, trust: Trust, framework: Framework, title: str, due_on: date | None, by: User
) -> Assessment:
    """Open an assessment for agreeing, with one empty rating for every element."""
    assessment = Assessment.objects.create(
        trust=trust, framework=framework, title=title, due_on=due_on, created_by=by
    )
    elements = Element.objects.filter(domain__framework=framework)
    Rating.objects.bulk_create(
        Rating(assessment=assessment, element=element) for element in elements
    )
    return assessment


@transaction.atomic
def record_rating(*, rating: Rating, version: int, by: User) -> bool:
    """Record the board's judgement of an element, unless somebody saved it in the meantime.

    Args:
        rating: the row with its new level, note and priority set.
        version: the version that the writer's page showed.
        by: who writes.

    Returns:
        Whether the row was written. False: it has another version now, and is as it was.

    Raises:
        NotAllowedNow: the assessment is not being agreed.
    """
    rating.updated_at, rating.updated_by = timezone.now(), by
    if not Rating.objects.save_if_unchanged(rating, version=version):
        return False
    rating.version = version + 1
    Rating.history.bulk_history_create([rating], update=True, default_user=by)
    return True


@transaction.atomic
def agree_assessment(*, assessment: Assessment, minute_reference: str, by: User) -> None:
    """Sign the board's ratings off; from now on they are locked.

    Raises:
        NotAllowedNow: it is not being agreed, or somebody has just signed it off.
    """
    current = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if current.status != Assessment.Status.AGREEING:
        raise NotAllowedNow("Only an assessment that is being agreed can be signed off.")
    current.status = Assessment.Status.AGREED
    current.agreed_at, current.agreed_by = timezone.now(), by
    current.minute_reference = minute_reference
    current.save()


@transaction.atomic
def reopen_assessment(*, assessment: Assessment, reason: str, by: User) -> None:
    """Unlock an agreed assessment; the reason stays in its history.

    Raises:
        NotAllowedNow: it is not agreed.
    """
    current = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if current.status != Assessment.Status.AGREED:
        raise NotAllowedNow("Only an agreed assessment can be reopened.")
    current.status = Assessment.Status.AGREEING
    current.agreed_at = current.agreed_by = None
    current.minute_reference = ""
    current.save()
    update_change_reason(current, reason)


@transaction.atomic
def set_priorities(*, assessment: Assessment, elements: Collection[Element], by: User) -> None:
    """Mark which elements the board means to act on, and no others.

    Allowed after agreeing too: choosing priorities changes no judgement.
    """
    chosen = {element.pk for element in elements}
    changed = [
        rating
        for rating in assessment.ratings.select_for_update()
        if rating.is_priority != (rating.element_id in chosen)
    ]
    for rating in changed:
        rating.is_priority = not rating.is_priority
        rating.version += 1
        rating.updated_at, rating.updated_by = timezone.now(), by
    Rating.objects.bulk_update(changed, ["is_priority", "version", "updated_at", "updated_by"])
    Rating.history.bulk_history_create(changed, update=True, default_user=by)
