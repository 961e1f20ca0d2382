"""The element's page: what the publisher asks, and the board's judgement of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from assessments.carrying import Carried, carried_to
from assessments.forms import RatingForm
from assessments.models import Assessment, Rating
from assessments.progress import progress_of
from assessments.row_forms import Save
from assessments.sources import Source, find_source
from assessments.thinking_alone import asked, hold_back, thinks_alone
from assessments.views import context_of
from frameworks.changes import Changes, Edition, changes_between
from frameworks.descriptions import arrange
from frameworks.models import Level, Statement
from govuk.views import page
from trusts.drafts import redirect_saved
from trusts.permissions import Permission, has_permission, require_permission
from trusts.sign_in import SignedInRequest

Answer = Save[RatingForm, Rating]
"""How a save of a rating came out."""


@page
def rate(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Read an element, and record the board's judgement of it."""
    ratings = Rating.objects.visible_to(request.user).for_page()
    if request.method != "POST":
        ratings = ratings.with_carried_from()  # a save has no use for it
    ratings = ratings.annotate(reader_is_asked=asked(request.user, of="assessment"))
    rating = get_object_or_404(ratings, assessment__pk=pk, element__code=code)
    after = _said_before(request, rating)
    if request.method != "POST":
        if thinks_alone(rating):
            hold_back([rating])
        return _page(request, rating, Save(RatingForm(instance=rating)), after)
    require_permission(request.user, Permission.RATE, rating.assessment.trust)
    answer = save_answer(request, rating)
    if request.htmx:
        context = {"rating": rating, "answer": answer}
        return render(request, "assessments/_save_status.html", context, status=answer.status)
    if answer.is_saved:
        return redirect_saved(request, after.path if after else _where_next(request, rating))
    return _page(request, rating, answer, after)


def _said_before(request: SignedInRequest, rating: Rating) -> Source | None:
    """What the rating is revised after (`?after=`), where that was said of this element."""
    source = find_source(request.user, request.GET.get("after", ""))
    said_of = (rating.assessment_id, rating.element_id)
    return source if source and (source.assessment_id, source.element_id) == said_of else None


def save_answer(request: SignedInRequest, rating: Rating, *, quiet: bool = False) -> Answer:
    """Save what was sent of a rating, and say how it came out; `quiet` as for `record_rating`."""
    keeps = "keep" in request.POST and rating.assessment.carried_from_id
    earlier = _previous(request, rating) if keeps else None
    form = RatingForm(request.POST, instance=rating, earlier=earlier)
    answer = form.save(quiet=quiet, by=request.user)
    if answer.theirs:
        # As it stands now: it may have been opened for ratings since this began, and
        # whoever wrote gets their words back in a form.
        rating.assessment = answer.theirs.assessment
    return answer


def _where_next(request: SignedInRequest, rating: Rating) -> str:
    """The next element; the task list after the last, or where the button says so."""
    if request.POST.get("then") != "list":
        # Codes alone: whole ratings were a fifth of the time of a save.
        in_order = rating.assessment.ratings.in_order()
        codes = list(in_order.values_list("element__code", flat=True))
        if after := codes[codes.index(rating.element.code) + 1 :]:
            return reverse("assessments:rate", args=[rating.assessment_id, after[0]])
    return reverse("assessments:detail", args=[rating.assessment_id])


def _siblings(rating: Rating) -> list[Rating]:
    return list(rating.assessment.ratings.in_order().defer("note"))


def _page(
    request: SignedInRequest, rating: Rating, answer: Answer, revised_after: Source | None
) -> HttpResponse:
    """The element; who revises it after something that was said goes back there, not on."""
    assessment = rating.assessment
    before, after = (None, None) if revised_after else progress_of(_siblings(rating)).around(rating)
    previous = _previous(request, rating)
    edition, changes = _editions(rating, previous)
    context = context_of(request, assessment) | {
        "rating": rating,
        "element": rating.element,
        "reading": arrange(edition.statements),
        "before": before,
        "after": after,
        "revised_after": revised_after,
        "previous": previous,
        "carried": _carried(rating, previous, answer.form.levels),
        "changes": changes,
        "form": answer.form,
        "answer": answer,
        "thinks_alone": thinks_alone(rating),
        "can_write": has_permission(request.user, Permission.RATE, assessment.trust)
        and assessment.status == Assessment.Status.AGREEING
        and not answer.refusal,
    }
    return render(request, "assessments/rate.html", context, status=answer.status)


def _previous(request: SignedInRequest, rating: Rating) -> Rating | None:
    """The same element, matched by code, in the assessment before this one."""
    earlier = Assessment.objects.visible_to(request.user).compared_with(rating.assessment)
    ratings = Rating.objects.filter(
        assessment__in=earlier.values("pk"), element__code=rating.element.code
    )
    return ratings.select_related("level", "element", "assessment__framework").first()


def _carried(rating: Rating, previous: Rating | None, levels: list[Level]) -> Carried | None:
    """What is to be re-confirmed; nothing is once the board has signed off."""
    assessment = rating.assessment
    if assessment.carried_from_id is None or assessment.is_agreed:
        return None
    return carried_to(rating, previous, levels)


def _editions(rating: Rating, previous: Rating | None) -> tuple[Edition, Changes | None]:
    """The element as it is worded, and what changed since it was rated in another edition."""
    elements = [rating.element]
    if previous and _is_of_another_edition(rating, previous):
        elements.append(previous.element)
    statements = Statement.objects.filter(element__in=elements).select_related("level")
    of_element: dict[int, list[Statement]] = {element.pk: [] for element in elements}
    for statement in statements:
        of_element[statement.element_id].append(statement)
    editions = [Edition([element], of_element[element.pk]) for element in elements]
    changes = changes_between(editions[1], editions[0]) if len(editions) == 2 else None
    return editions[0], changes


def _is_of_another_edition(rating: Rating, previous: Rating) -> bool:
    return (
        rating.assessment.carried_from_id is not None
        and rating.assessment.framework_id != previous.assessment.framework_id
    )
