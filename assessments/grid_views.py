"""The whole grid of one assessment: elements as rows, levels as columns, a choice in each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from assessments.carrying import Carried, carry
from assessments.grid_forms import CellForm, Grid, Row
from assessments.models import Assessment, Rating
from assessments.thinking_alone import hold_back, thinks_alone
from assessments.views import context_of, fetch_assessment
from frameworks.descriptions import Reading, arrange
from frameworks.models import Domain, Framework, Level, Statement
from frameworks.words import words_of
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
    answer = Grid(CellForm(instance=one, levels=levels) for one in ratings)
    if request.method != "POST":
        if thinks_alone(assessment):
            hold_back(ratings)
            answer = Grid(CellForm(instance=one, levels=levels) for one in ratings)
        return _page(request, assessment, answer, levels)
    require_permission(request.user, Permission.RATE, assessment.trust)
    answer.save(request.POST, by=request.user)
    if request.htmx:
        context = {"answer": answer, "assessment": assessment}
        return render(request, "assessments/_grid_saved.html", context, status=answer.status)
    if answer.is_saved:
        return redirect_saved(request, reverse("assessments:detail", args=[pk]))
    assessment.refresh_from_db(fields=["status"])  # closed or opened since this began
    return _page(request, assessment, answer, levels)


def _page(
    request: SignedInRequest, assessment: Assessment, answer: Grid, levels: Sequence[Level]
) -> HttpResponse:
    can_write = (
        has_permission(request.user, Permission.RATE, assessment.trust)
        and assessment.status == Assessment.Status.AGREEING
    )
    statements = list(_statements(assessment.framework))
    carried = _carried(request, assessment, answer, levels)
    context = context_of(request, assessment) | {
        "answer": answer,
        "levels": levels,
        "forms": answer.forms,
        "domains": _by_domain(answer.rows, statements, carried),
        "words": words_of(statements),
        "columns": 1 + len(levels) + can_write,
        "can_write": can_write,
        "thinks_alone": thinks_alone(assessment),
    }
    return render(request, "assessments/grid.html", context, status=answer.status)


def _statements(framework: Framework) -> Iterable[Statement]:
    """All that the framework says, element by element."""
    statements = Statement.objects.filter(element__domain__framework=framework)
    return statements.select_related("level").order_by("element")


def _carried(
    request: SignedInRequest, assessment: Assessment, answer: Grid, levels: Sequence[Level]
) -> Mapping[str, Carried]:
    """What is to be re-confirmed, by the element's code; nothing is once the board has signed."""
    if assessment.carried_from_id is None or assessment.is_agreed:
        return {}
    earlier = Rating.objects.visible_to(request.user).filter(assessment=assessment.carried_from_id)
    return carry([row.instance for row in answer.rows], earlier.in_order(), levels)


def _by_domain(
    rows: Sequence[Row], statements: Sequence[Statement], carried: Mapping[str, Carried]
) -> list[tuple[Domain, list[tuple[Row, Reading, Carried | None]]]]:
    """Each domain with its rows, what the framework says of each, and what was said last time."""
    words = words_of(statements)
    readings = {
        element: replace(arrange(group), words=words)
        for element, group in groupby(statements, key=lambda statement: statement.element_id)
    }

    def lay_out(row: Row) -> tuple[Row, Reading, Carried | None]:
        element = row.instance.element
        return row, readings.get(element.pk) or arrange(()), carried.get(element.code)

    return [
        (domain, [lay_out(row) for row in group])
        for domain, group in groupby(rows, key=lambda row: row.instance.element.domain)
    ]
