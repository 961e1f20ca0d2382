"""The whole grid of one assessment: elements as rows, levels as columns, a choice in each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from assessments.grid_forms import Answer, Row, save_rows, show_rows
from assessments.models import Assessment
from assessments.views import context_of, fetch_assessment
from frameworks.descriptions import Reading, arrange
from frameworks.models import Domain, Framework, Statement
from govuk.views import page
from trusts.drafts import redirect_saved
from trusts.permissions import Permission, has_permission, require_permission
from trusts.sign_in import SignedInRequest


@page
def grid(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read the whole grid, and choose a cell in each of its rows."""
    assessment = fetch_assessment(request, pk)
    if not assessment.framework.is_grid:
        raise Http404
    ratings = list(assessment.ratings.in_order().select_related("updated_by"))
    levels = list(assessment.framework.levels.order_by("order"))
    if request.method != "POST":
        return _page(request, assessment, show_rows(ratings, levels))
    require_permission(request.user, Permission.RATE, assessment.trust)
    answer = save_rows(request.POST, ratings=ratings, levels=levels, by=request.user)
    if request.htmx:
        context = {"answer": answer, "assessment": assessment}
        return render(request, "assessments/_grid_saved.html", context, status=answer.status)
    if answer.is_saved:
        return redirect_saved(request, reverse("assessments:detail", args=[pk]))
    return _page(request, assessment, answer)


def _page(request: SignedInRequest, assessment: Assessment, answer: Answer) -> HttpResponse:
    can_write = (
        has_permission(request.user, Permission.RATE, assessment.trust)
        and assessment.status == Assessment.Status.AGREEING
    )
    context = context_of(request, assessment) | {
        "answer": answer,
        "forms": [row.form for row in answer.touched],
        "domains": _by_domain(answer.rows, _readings(assessment.framework)),
        "columns": 1 + len(answer.levels) + can_write,
        "can_write": can_write,
    }
    return render(request, "assessments/grid.html", context, status=answer.status)


def _readings(framework: Framework) -> dict[int, Reading]:
    """What the framework says of each of its elements, by the element's primary key."""
    statements = Statement.objects.filter(element__domain__framework=framework)
    in_order = statements.select_related("level").order_by("element")
    return {
        element: arrange(group)
        for element, group in groupby(in_order, key=lambda statement: statement.element_id)
    }


def _by_domain(
    rows: Sequence[Row], readings: Mapping[int, Reading]
) -> list[tuple[Domain, list[tuple[Row, Reading]]]]:
    """Each domain with its rows, and what the framework says of the element of each."""
    nothing = arrange(())
    return [
        (domain, [(row, readings.get(row.rating.element_id, nothing)) for row in group])
        for domain, group in groupby(rows, key=lambda row: row.rating.element.domain)
    ]
