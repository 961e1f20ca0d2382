"""Two frameworks side by side, for everybody to read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from frameworks.crosswalk import Crosswalk, build_crosswalk, sources_of
from frameworks.models import Alignment, Element, Framework
from frameworks.public import public_page
from frameworks.words import words_of


def fetch_aligned(user: Any, framework: Framework, key: str, edition: str) -> Framework:
    """The other framework, where the user may read it and something links the two; else 404."""
    aligned = Framework.objects.visible_to(user).aligned_with(framework)
    return get_object_or_404(aligned.select_related("wording_pack"), key=key, edition=edition)


def about_links(*, framework: Framework, other: Framework, crosswalk: Crosswalk) -> dict[str, Any]:
    """What every page that shows links between two frameworks has to say about them."""
    return {
        "framework": framework,
        "other": other,
        "sources": sources_of(crosswalk, framework=framework, other=other),
        "words": words_of(link.statement for link in crosswalk.links),
    }


@public_page
def crosswalk(
    request: HttpRequest, key: str, edition: str, other_key: str, other_edition: str
) -> HttpResponse:
    """Every element of one framework, and what mirrors it in the other."""
    frameworks = Framework.objects.visible_to(request.user).select_related("wording_pack")
    framework = get_object_or_404(frameworks, key=key, edition=edition)
    other = fetch_aligned(request.user, framework, other_key, other_edition)
    read = build_crosswalk(
        elements=list(Element.objects.to_link_to(framework)),
        others=list(Element.objects.to_link_to(other)),
        alignments=Alignment.objects.between(framework, other),
    )
    context = about_links(framework=framework, other=other, crosswalk=read) | {"crosswalk": read}
    return render(request, "frameworks/crosswalk.html", context)
