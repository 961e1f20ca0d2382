"""An assessment's ratings, read beside another framework."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.crosswalk import gather_evidence
from assessments.thinking_alone import thinks_alone
from assessments.views import context_of, fetch_assessment, ratings_of
from frameworks.crosswalk_views import about_links, fetch_aligned
from frameworks.models import Alignment, Element
from trusts.sign_in import SignedInRequest


@require_safe
def crosswalk(request: SignedInRequest, pk: int, key: str, edition: str) -> HttpResponse:
    """Element by element of the other framework, the ratings that bear on it."""
    assessment = fetch_assessment(request, pk)
    other = fetch_aligned(request.user, assessment.framework, key, edition)
    evidence = gather_evidence(
        ratings=ratings_of(assessment),
        elements=list(Element.objects.to_link_to(other)),
        alignments=Alignment.objects.between(assessment.framework, other),
    )
    context = context_of(request, assessment) | {"evidence": evidence}
    context["thinks_alone"] = thinks_alone(assessment)
    context |= about_links(
        framework=other, other=assessment.framework, crosswalk=evidence.crosswalk
    )
    return render(request, "assessments/crosswalk.html", context)
