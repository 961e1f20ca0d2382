"""Changes of an assessment's state. Keyword-only, atomic, `by=` says who."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from assessments.carrying import may_be_carried
from assessments.models import Assessment, Rating, SavedMeanwhile
from assessments.querysets import RatingQuerySet
from assessments.status import NotAllowedNow, change_status, locked
from frameworks.models import Element, Framework
from trusts.models import Trust, User


class TitleTaken(Exception):
    """The trust has an assessment of this title."""


class CannotCarry(Exception):
    """The earlier assessment is another trust's, or of another framework."""


class FrameworkGone(Exception):
    """The trust has removed this framework of its own meanwhile."""


class RenamedMeanwhile(Exception):
    """Somebody else changed the title or due date after the writer's page was made.

    Attributes:
        current: the assessment as it stands now.
    """

    def __init__(self, current: Assessment) -> None:
        super().__init__("The title or due date has been changed in the meantime.")
        self.current = current


@transaction.atomic
def create_assessment(
    *,
    trust: Trust,
    framework: Framework,
    title: str,
    due_on: date | None,
    by: User,
    carried_from: Assessment | None = None,
) -> Assessment:
    """Open an assessment for agreeing, with one empty rating for every element.

    Args:
        carried_from: an earlier one, whose ratings are shown to be confirmed anew. They
            are not copied: nothing is rated before the board says so.

    Raises:
        TitleTaken: the trust has an assessment of this title.
        CannotCarry: the earlier one is another trust's, or of another framework.
        FrameworkGone: the framework is no longer there.
    """
    # Held, so that nobody removes it between here and the commit.
    if not Framework.objects.select_for_update(no_key=True).filter(pk=framework.pk):
        raise FrameworkGone
    if carried_from and not may_be_carried(carried_from, trust=trust, framework=framework):
        raise CannotCarry
    assessment = Assessment(
        trust=trust,
        framework=framework,
        title=title,
        due_on=due_on,
        carried_from=carried_from,
        created_by=by,
    )
    assessment._history_user = by  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            assessment.save()
    except IntegrityError as fault:
        raise TitleTaken from fault
    elements = Element.objects.filter(domain__framework=framework)
    Rating.objects.bulk_create(
        Rating(assessment=assessment, element=element) for element in elements
    )
    return assessment


@transaction.atomic
def rename_assessment(
    *, assessment: Assessment, title: str, due_on: date | None, version: int, by: User
) -> None:
    """Give the assessment another title or due date, and touch nothing else of it.

    Raises:
        TitleTaken: another of the trust's assessments has this title.
        RenamedMeanwhile: somebody else changed them first; nothing is written.
    """
    try:
        with transaction.atomic():
            written = Assessment.objects.filter(pk=assessment.pk, version=version).update(
                title=title, due_on=due_on, version=F("version") + 1
            )
    except IntegrityError as fault:
        raise TitleTaken from fault
    current = Assessment.objects.get(pk=assessment.pk)
    if written:
        Assessment.history.bulk_history_create([current], update=True, default_user=by)
    elif (current.title, current.due_on) != (title, due_on):
        raise RenamedMeanwhile(current)


@transaction.atomic
def record_rating(*, rating: Rating, version: int, quiet: bool = False, by: User) -> None:
    """Record the board's judgement of an element.

    Safe to repeat: where the row says the same already, nothing is written and nothing
    is wrong, since the first answer may have been lost on its way.

    Args:
        rating: the row with its new level, note and priority set.
        version: the version that the writer's page showed.
        quiet: the meeting's page saves by itself while somebody types or tries a level out: who
            follows does not read it as agreed until somebody presses save.
        by: who writes.

    Raises:
        SavedMeanwhile: the row has another version now, and is as it was.
        NotAllowedNow: the assessment is not being agreed, and the row is as it was.
    """
    rating.updated_at, rating.updated_by, rating.is_being_written = timezone.now(), by, quiet
    if saved := _open_ratings().save_if_unchanged(rating, version=version):
        rating.version = saved
        Rating.history.bulk_history_create([rating], update=True, default_user=by)
        return
    current = Rating.objects.for_page().get(pk=rating.pk)
    if rating.says_the_same_as(current):
        rating.version = current.version
        if current.is_being_written and not quiet:
            _open_ratings().filter(pk=current.pk, version=current.version).settle()
    elif current.assessment.is_collecting:
        raise NotAllowedNow(
            "Members are giving their own views of this assessment first. "
            "Record the rating once the governance lead has closed the views."
        )
    elif current.assessment.status != Assessment.Status.AGREEING:
        raise NotAllowedNow(
            "This assessment is no longer open for rating. "
            "Ask the chair or the governance lead to reopen it."
        )
    else:
        raise SavedMeanwhile(current)


def _open_ratings() -> RatingQuerySet:
    """The ratings of every assessment that is being agreed.

    By EXISTS, not by a join: Django would turn a joined UPDATE's whole condition into a
    subquery, and PostgreSQL does not look at a subquery's version again after it has
    waited for another writer. That would lose the other writer's words.
    """
    agreeing = Assessment.objects.filter(
        pk=OuterRef("assessment_id"), status=Assessment.Status.AGREEING
    )
    return Rating.objects.filter(Exists(agreeing))


@transaction.atomic
def agree_assessment(
    *,
    assessment: Assessment,
    minute_reference: str,
    by: User,
    meeting_on: date | None = None,
) -> None:
    """Sign the board's ratings off; from now on they are locked.

    Every rating is touched, so that a save already on its way finds the row changed and
    then the assessment closed, instead of slipping in behind the signature.

    Args:
        meeting_on: the day on which the board agreed them; the form asks for it.

    Raises:
        NotAllowedNow: it is not being agreed, or somebody has just signed it off.
    """
    locked(assessment)
    Rating.objects.filter(assessment=assessment).settle()  # waits for saves under way
    change_status(
        assessment,
        before=Assessment.Status.AGREEING,
        after=Assessment.Status.AGREED,
        refusal="Only an assessment that is being agreed can be signed off.",
        agreed_at=timezone.now(),
        agreed_by=by,
        meeting_on=meeting_on,
        minute_reference=minute_reference,
        by=by,
    )


@transaction.atomic
def reopen_assessment(*, assessment: Assessment, reason: str, by: User) -> None:
    """Unlock an agreed assessment; the reason and who gave it stay in its history.

    Raises:
        NotAllowedNow: it is not agreed.
    """
    change_status(
        assessment,
        before=Assessment.Status.AGREED,
        after=Assessment.Status.AGREEING,
        refusal="Only an agreed assessment can be reopened.",
        agreed_at=None,
        agreed_by=None,
        meeting_on=None,
        minute_reference="",
        reason=reason,
        by=by,
    )


@transaction.atomic
def mark_priorities(
    *,
    assessment: Assessment,
    add: Collection[int] = (),
    remove: Collection[int] = (),
    by: User,
) -> None:
    """Mark which elements the board means to act on, and leave the others as they are.

    Allowed after agreeing too: choosing priorities changes no judgement, so who agreed
    it and when stay as they are.

    Args:
        add: elements, by primary key, that are priorities from now on.
        remove: elements that no longer are, unless they are in `add`.
    """
    locked(assessment)
    changed = [
        rating
        for rating in assessment.ratings.select_for_update().order_by("pk")
        if rating.is_priority
        != (rating.element_id in add or (rating.is_priority and rating.element_id not in remove))
    ]
    for rating in changed:
        rating.is_priority = not rating.is_priority
        rating.version += 1
    Rating.objects.bulk_update(changed, ["is_priority"])
    Rating.objects.filter(pk__in=[rating.pk for rating in changed]).touch()
    Rating.history.bulk_history_create(changed, update=True, default_user=by)
