"""The meeting: element by element on the projector, and on the members' own screens."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, Subquery, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assessments.carrying import Carried, carried_to, carry
from assessments.forms import RatingForm
from assessments.models import Assessment, Rating
from assessments.progress import progress_of
from assessments.rating_views import Answer, save_answer
from assessments.row_forms import Save
from assessments.spread import most_divided_first
from assessments.spread_views import order_of, spreads_for
from assessments.thinking_alone import asked, hold_back, thinks_alone
from assessments.views import context_of, fetch_to_change, ratings_of
from frameworks.descriptions import arrange
from frameworks.models import Level
from govuk.views import page
from trusts.drafts import redirect_saved
from trusts.permissions import Permission, require_permission
from trusts.sign_in import SignedInRequest

LAST_ANSWER = 286
"""htmx shows this answer and then asks no more."""


@require_safe
def meeting(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose the order, and start."""
    assessment, order = fetch_to_change(request, pk, Permission.RATE), order_of(request)
    levels = list(assessment.framework.levels.order_by("order"))
    ratings = list(assessment.ratings.in_order())
    spreads = {one.element.pk: one for one in spreads_for(request, assessment, levels)}
    if order and spreads:
        places = [one.element.pk for one in most_divided_first(spreads.values())]
        ratings.sort(key=lambda one: places.index(one.element_id))
    carried: dict[str, Carried] = {}
    if assessment.carried_from_id and not assessment.is_agreed:
        before = Assessment.objects.visible_to(request.user).compared_with(assessment)
        earlier = Rating.objects.filter(assessment__in=before.values("pk")).in_order()
        carried = carry(ratings, earlier, levels)
    context = context_of(request, assessment) | {
        "progress": progress_of(ratings),
        "rows": [
            (one, spreads.get(one.element_id), carried.get(one.element.code)) for one in ratings
        ],
        "next": next((one for one in ratings if not one.is_rated), ratings[0]),
        "order": order,
        "query": _query(order),
    }
    return render(request, "assessments/meeting.html", context)


@page
def meet(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """One element for the whole room: what was said, and what is agreed."""
    ratings = Rating.objects.visible_to(request.user).for_page()
    asking = ratings.annotate(reader_is_asked=asked(request.user, of="assessment"))
    rating = get_object_or_404(asking, assessment__pk=pk, element__code=code)
    require_permission(request.user, Permission.RATE, rating.assessment.trust)
    if request.method != "POST":
        if thinks_alone(rating):
            hold_back([rating])
        return _page(request, rating, Save(RatingForm(instance=rating)))
    answer = save_answer(request, rating, quiet=bool(request.htmx))
    if request.htmx:
        context = {"rating": rating, "answer": answer}
        return render(request, "assessments/_save_status.html", context, status=answer.status)
    if answer.is_saved:
        return redirect_saved(request, _where_next(request, rating, answer.form.levels))
    return _page(request, rating, answer)


def _page(request: SignedInRequest, rating: Rating, answer: Answer) -> HttpResponse:
    assessment, element, order = rating.assessment, rating.element, order_of(request)
    levels = answer.form.levels
    only = "" if order else element.code
    spreads = spreads_for(request, assessment, levels, code=only)
    ratings, earlier = _with_earlier(request, rating)
    codes = [one.element.code for one in ratings]
    if order and spreads:
        codes = [one.element.code for one in most_divided_first(spreads)]
    place = codes.index(element.code)
    by_code = {one.element.code: one for one in ratings}
    context = context_of(request, assessment) | {
        "rating": rating,
        "element": element,
        "reading": arrange(element.statements.select_related("level")),
        "levels": levels,
        "spread": next((one for one in spreads if one.element == element), None),
        "carried": None if assessment.is_agreed else carried_to(rating, earlier, levels),
        "form": answer.form,
        "answer": answer,
        "thinks_alone": thinks_alone(rating),
        "can_write": assessment.status == Assessment.Status.AGREEING and not answer.refusal,
        "before": by_code[codes[place - 1]] if place else None,
        "after": by_code[codes[place + 1]] if place + 1 < len(codes) else None,
        "place": place + 1,
        "count": len(codes),
        "agreed_count": sum(one.is_rated and not one.is_being_written for one in ratings),
        "query": _query(order),
    }
    return render(request, "assessments/meet.html", context, status=answer.status)


def _with_earlier(request: SignedInRequest, rating: Rating) -> tuple[list[Rating], Rating | None]:
    """The assessment's ratings, and this element's in the one it is carried from; in one query."""
    assessment = rating.assessment
    wanted = Q(assessment=assessment)
    if assessment.carried_from_id:
        wanted |= Q(assessment=assessment.carried_from_id, element__code=rating.element.code)
    visible = Rating.objects.visible_to(request.user).filter(
        wanted, assessment__trust=assessment.trust_id
    )
    found = list(visible.in_order().select_related("assessment"))
    earlier = [one for one in found if one.assessment_id != assessment.pk]
    return [one for one in found if one not in earlier], next(iter(earlier), None)


def _where_next(request: SignedInRequest, rating: Rating, levels: list[Level]) -> str:
    """The next in the meeting's order; its list after the last, or where the button says so."""
    assessment, order = rating.assessment, order_of(request)
    if request.POST.get("then") != "list":
        spreads = spreads_for(request, assessment, levels) if order else []
        if spreads:
            codes = [one.element.code for one in most_divided_first(spreads)]
        else:
            codes = list(assessment.ratings.in_order().values_list("element__code", flat=True))
        if after := codes[codes.index(rating.element.code) + 1 :]:
            return reverse("assessments:meet", args=[assessment.pk, after[0]]) + _query(order)
    return reverse("assessments:meeting", args=[assessment.pk]) + _query(order)


def _query(order: str) -> str:
    return "?" + urlencode({"order": order}) if order else ""


@require_safe
def follow(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the board agrees, on a member's own screen; it asks again every two seconds.

    A page carries the stamp of what it shows. As long as nothing was saved since, the answer
    is empty; after the signature, or where the assessment is closed to the person, it is the
    last one.
    """
    try:
        assessment = _stamped(request, pk)
    except Http404:
        if not request.htmx:
            raise
        return render(request, "assessments/_follow_gone.html", status=LAST_ANSWER)
    stamp = f"{assessment.status}-{assessment.saves}"  # type: ignore[attr-defined]
    if request.htmx and request.GET.get("since") == stamp:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    ratings = ratings_of(assessment)
    being_written = [one for one in ratings if one.is_being_written and not assessment.is_agreed]
    hold_back(being_written)  # tried out, and not agreed
    saved = [one for one in ratings if one.updated_at and one not in being_written]
    context = {
        "assessment": assessment,
        "being_written": being_written,
        "progress": progress_of(ratings),
        "thinks_alone": thinks_alone(assessment),
        "latest": max(saved, key=lambda one: (one.updated_at, one.pk)) if saved else None,
        "stamp": stamp,
        "is_polled": bool(request.htmx),
        "is_followed": not assessment.is_agreed and "still" not in request.GET,
    }
    if request.htmx:
        status = LAST_ANSWER if assessment.is_agreed else HTTPStatus.OK
        return render(request, "assessments/_followed.html", context, status=status)
    return render(request, "assessments/follow.html", context_of(request, assessment) | context)


def _stamped(request: SignedInRequest, pk: int) -> Assessment:
    """The assessment with `saves`: a sum of versions, which grows with every change of a rating."""
    of_one = Rating.objects.filter(assessment=OuterRef("pk")).order_by().values("assessment")
    saves = Subquery(of_one.annotate(saves=Sum("version")).values("saves"))
    visible = Assessment.objects.visible_to(request.user).annotate(
        saves=saves, reader_is_asked=asked(request.user, of="pk")
    )
    named = visible.select_related("trust", "framework", "agreed_by")
    return get_object_or_404(named, pk=pk)
