"""What a new edition of a framework changed, for everybody to read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from frameworks.changes import Edition, changes_between
from frameworks.models import Element, Framework, Level, Statement
from frameworks.public import public_page


@public_page
def changes(request: HttpRequest, key: str, edition: str) -> HttpResponse:
    """An edition beside the one that it supersedes; not found where it supersedes none."""
    frameworks = Framework.objects.visible_to(request.user).select_related("wording_pack")
    framework = get_object_or_404(frameworks, key=key, edition=edition)
    earlier = get_object_or_404(frameworks, pk=framework.supersedes_id)
    before, after = _read(earlier, framework)
    context = {
        "framework": framework,
        "earlier": earlier,
        "changes": changes_between(before, after),
    }
    return render(request, "frameworks/changes.html", context)


def _read(*frameworks: Framework) -> list[Edition]:
    """All that is compared of each, in three queries for all."""
    elements = Element.objects.filter(domain__framework__in=frameworks)
    statements = Statement.objects.filter(element__domain__framework__in=frameworks)
    levels = Level.objects.filter(framework__in=frameworks).order_by("order")
    in_order = list(elements.select_related("domain__framework").in_order())
    framework_of = {element.pk: element.domain.framework_id for element in in_order}
    with_levels = list(statements.select_related("level"))
    all_levels = list(levels)
    return [
        Edition(
            elements=[one for one in in_order if one.domain.framework_id == framework.pk],
            statements=[one for one in with_levels if framework_of[one.element_id] == framework.pk],
            levels=[one for one in all_levels if one.framework_id == framework.pk],
        )
        for framework in frameworks
    ]
