"""Every member's view beside the others', once views are closed."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.models import Assessment, Response
from assessments.progress import progress_of
from assessments.spread import Spread, most_divided_first, spreads_of
from assessments.thinking_alone import thinks_alone
from assessments.views import context_of, fetch_assessment, ratings_of
from frameworks.models import Level
from trusts.sign_in import SignedInRequest

DIVIDED = "divided"


def order_of(request: HttpRequest) -> str:
    """Which order the page is asked for: `DIVIDED`, or none for the publisher's."""
    return DIVIDED if request.GET.get("order") == DIVIDED else ""


def spreads_for(
    request: SignedInRequest, assessment: Assessment, levels: Sequence[Level], *, code: str = ""
) -> list[Spread]:
    """The spread of every element, or of one, in one query and in the publisher's order.

    None before views are closed, and none where they were never collected.
    """
    if assessment.closed_at is None:
        return []
    views = Response.objects.visible_to(request.user).filter(respondent__assessment=assessment)
    if code:
        views = views.filter(element__code=code)
    in_order = views.in_order().with_roles()
    return spreads_of(in_order, levels, names_shown=assessment.names_shown)


@require_safe
def spread(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who could not attend, and who prepares the meeting, sees here where the board differs."""
    assessment, order = fetch_assessment(request, pk), order_of(request)
    levels = list(assessment.framework.levels.order_by("order"))
    spreads = spreads_for(request, assessment, levels)
    ratings = {one.element_id: one for one in ratings_of(assessment)}
    if order:
        spreads = most_divided_first(spreads)
    context = context_of(request, assessment) | {
        "progress": progress_of(ratings.values()),
        "rows": [(one, ratings[one.element.pk]) for one in spreads],
        "order": order,
        "thinks_alone": thinks_alone(assessment),
    }
    return render(request, "assessments/spread.html", context)
