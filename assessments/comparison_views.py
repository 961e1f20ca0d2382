"""A trust's assessments side by side: what moved since when."""

from __future__ import annotations

from collections import Counter

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.comparison import Comparison, compare
from assessments.comparison_forms import FEWEST, ComparisonForm
from assessments.forms import standing_of
from assessments.models import Assessment, Rating
from frameworks.models import Level
from govuk.views import status_of
from trusts.permissions import allowed
from trusts.sign_in import SignedInRequest
from trusts.views import fetch_trust


@require_safe
def compare_assessments(request: SignedInRequest, slug: str) -> HttpResponse:
    """Choose two to six assessments by one framework, and see what moved."""
    trust = fetch_trust(request, slug)
    assessments = list(
        Assessment.objects.visible_to(request.user)
        .filter(trust=trust)
        .select_related("framework")
        .order_by("framework__title", "-created_at", "-pk")
    )
    form = ComparisonForm(request.GET or None, assessments=assessments, explain=standing_of)
    frameworks = Counter(one.framework.key for one in assessments)
    context = {
        "trust": trust,
        "may": allowed(request.user, trust),
        "form": form,
        "can_compare": any(count >= FEWEST for count in frameworks.values()),
    }
    if form.is_bound and form.is_valid():
        context["comparison"] = _comparison(form.cleaned_data["a"])
    return render(request, "assessments/compare.html", context, status=status_of(form))


def _comparison(chosen: list[Assessment]) -> Comparison:
    """Two queries, whatever the number of assessments."""
    ratings = Rating.objects.filter(assessment__in=chosen).in_order().defer("note", "dissent")
    editions = {one.framework_id for one in chosen}
    levels = Level.objects.filter(framework__in=editions).order_by("framework", "order")
    return compare(chosen, ratings, levels)
