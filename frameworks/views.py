"""The frameworks to read, for everybody: no page here asks who is there."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from frameworks.descriptions import arrange
from frameworks.models import Alignment, Element, Framework, Level, Statement
from frameworks.outline import outline
from frameworks.public import public_page
from frameworks.search import by_framework, find
from frameworks.search_form import SearchForm, choice_of
from frameworks.shelf import beside_each_other, opening_of, shelve
from frameworks.words import Words, words_of
from govuk.views import status_of

ELEMENTS_ON_A_PAGE = 20
"""Of a search's results: what a phone can still show in one go."""


@public_page
def index(request: HttpRequest) -> HttpResponse:
    """Every framework in its newest edition."""
    subjects = Framework.Subject.values
    visible = Framework.objects.visible_to(request.user)
    shelf = shelve(visible.with_counts().order_by("title", "edition"))
    shelf.sort(key=lambda one: subjects.index(one.framework.subject))
    context = {
        "beside": beside_each_other(shelf, Alignment.objects.within(visible).pairs()),
        "published": [one for one in shelf if one.framework.is_published],
        "own": [one for one in shelf if not one.framework.is_published],
    }
    return render(request, "frameworks/index.html", context)


@public_page
def search(request: HttpRequest) -> HttpResponse:
    """Words in any of the frameworks."""
    shelf = shelve(Framework.objects.visible_to(request.user).select_related("wording_pack"))
    form = SearchForm(request.GET or None, shelf=shelf)
    context: dict[str, Any] = {"form": form}
    if form.is_valid() and form.wanted:
        found = find(form.wanted, form.frameworks)
        page = Paginator(found, ELEMENTS_ON_A_PAGE).get_page(request.GET.get("page"))
        context |= {
            "query": form.cleaned_data["q"],
            "chosen": form.cleaned_data["framework"],
            "page": page,
            "framework_count": len({one.framework.pk for one in found}),
            "found": by_framework(page.object_list),
        }
    return render(request, "frameworks/search.html", context, status=status_of(form))


@public_page
def detail(request: HttpRequest, key: str, edition: str) -> HttpResponse:
    """One edition of one framework, whole."""
    visible = Framework.objects.visible_to(request.user)
    related = ("wording_pack", "supersedes", "superseded_by")
    framework = get_object_or_404(visible.select_related(*related), key=key, edition=edition)
    levels = list(framework.levels.order_by("order"))
    context = {
        "framework": framework,
        "levels": levels,
        "opening": opening_of(framework.about),
        "aligned": visible.aligned_with(framework),
        "choice": choice_of(framework),
        "may_load_wording": request.user.is_staff
        and request.user.has_perm("frameworks.change_framework"),
    }
    whole = _grid(framework, levels) if framework.is_grid else _contents(framework)
    return render(request, "frameworks/detail.html", context | whole)


def _contents(framework: Framework) -> dict[str, Any]:
    """Its elements by name; what is said about them is on their own pages."""
    counts = Statement.objects.filter(element__domain__framework=framework).aggregate(
        ours=Count("pk", filter=Q(publisher_text="")),
        theirs=Count("pk", filter=~Q(publisher_text="")),
    )
    return {
        "sections": outline(elements=Element.objects.to_link_to(framework)),
        "words": Words(ours=counts["ours"] > 0, theirs=counts["theirs"] > 0),
    }


def _grid(framework: Framework, levels: list[Level]) -> dict[str, Any]:
    """Its elements with what each looks like at every level."""
    statements = list(
        Statement.objects.filter(element__domain__framework=framework).select_related("level")
    )
    sections = outline(
        elements=Element.objects.to_link_to(framework), levels=levels, statements=statements
    )
    return {"sections": sections, "words": words_of(statements)}


@public_page
def element(request: HttpRequest, key: str, edition: str, code: str) -> HttpResponse:
    """All that is said about one element."""
    visible = Framework.objects.visible_to(request.user)
    framework = get_object_or_404(visible.select_related("wording_pack"), key=key, edition=edition)
    before, element, after = _with_neighbours(list(Element.objects.to_link_to(framework)), code)
    links = Alignment.objects.within(visible)
    statements = list(
        element.statements.select_related("level").prefetch_related(
            Prefetch("alignments", links.to_mirrored())
        )
    )
    context = {
        "framework": framework,
        "element": element,
        "before": before,
        "after": after,
        "reading": arrange(statements),
        "mirrored": _mirrored(statements),
        "mirrored_by": links.filter(element=element).from_mirroring(),
    }
    return render(request, "frameworks/element.html", context)


def _with_neighbours(
    elements: list[Element], code: str
) -> tuple[Element | None, Element, Element | None]:
    """The element of a code between the one before it and the one after.

    Raises:
        Http404: the framework has none of this code.
    """
    around = zip([None, *elements], elements, [*elements[1:], None], strict=False)
    for before, element, after in around:
        if element.code == code:
            return before, element, after
    raise Http404


def _mirrored(statements: list[Statement]) -> list[Framework]:
    """The frameworks that an element's statements mirror."""
    links = (link for statement in statements for link in statement.alignments.all())
    return list(dict.fromkeys(link.element.domain.framework for link in links))
