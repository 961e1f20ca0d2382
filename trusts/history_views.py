"""Who changed what: the history of a trust, and of one thing in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from govuk.views import status_of
from trusts.history import Kind, kinds
from trusts.history_entries import Entry
from trusts.history_forms import HistoryForm
from trusts.history_rows import Scope, read_people, read_saves
from trusts.history_runs import Run
from trusts.history_search import People, find_runs, read_entries
from trusts.models import Trust
from trusts.permissions import allowed
from trusts.sign_in import SignedInRequest
from trusts.views import fetch_trust

ENTRIES_ON_A_PAGE = 25
"""Each may hold two long texts, to be read on a phone."""


@dataclass(frozen=True)
class Thing:
    """One row whose history is looked at, as it is called now."""

    kind: Kind
    pk: int
    trust: Trust
    about: str
    address: str


@dataclass(frozen=True)
class Look:
    """What somebody asked the history for, and what there is.

    Attributes:
        runs: none where the form was not understood.
    """

    form: HistoryForm
    scope: Scope
    people: People
    runs: Sequence[Run]


def fetch_thing(request: SignedInRequest, slug: str, what: str, pk: int) -> Thing:
    """The row of a kind and a trust, for the trust's members; 404 for everybody else."""
    kind = kinds().get(what)
    if kind is None or kind.model is Trust:
        raise Http404
    visible: Any = kind.model._default_manager.all()
    rows = visible.visible_to(request.user).select_related(kind.way_to_trust)
    row = get_object_or_404(
        rows.annotate(said=kind.values()), pk=pk, **{f"{kind.way_to_trust}__slug": slug}
    )
    trust = reduce(getattr, kind.way_to_trust.split("__"), row)
    return Thing(kind, pk, trust, about=kind.about(row.said), address=kind.address(row.said))


def look(
    request: SignedInRequest, trust: Trust, thing: Thing | None = None, *, each: bool = False
) -> Look:
    """Read what was asked for: two queries, and one more where words are looked for.

    Args:
        each: whether every save stands by itself, whatever was asked.
    """
    scope = Scope(trust, thing.kind if thing else None, thing.pk if thing else 0)
    saves = read_saves(scope)
    people = read_people(saves, trust)
    form = HistoryForm(request.GET or None, people=people.values(), offered=scope.kinds)
    if form.is_bound and not form.is_valid():
        return Look(form, scope, people, [])
    if only := form.is_bound and form.cleaned_data["what"]:
        scope = Scope(trust, scope.kind, scope.pk, only=frozenset({only}))
        saves = [save for save in saves if save.kind == only]
    asked = replace(form.asked, each=True) if each else form.asked
    return Look(form, scope, people, find_runs(scope, saves, people, asked))


def entries_of(found: Look, runs: Sequence[Run]) -> list[Entry]:
    """Some of what was found, as it is shown; one query."""
    return read_entries(found.scope, runs, found.people)


def address_of(scope: Scope) -> str:
    """The page of a trust's history, or of one thing's."""
    if scope.kind is None:
        return reverse("trusts:history", args=[scope.trust.slug])
    return reverse("trusts:history_of", args=[scope.trust.slug, scope.kind.key, scope.pk])


@require_safe
def history(request: SignedInRequest, slug: str) -> HttpResponse:
    """All that was changed in the trust."""
    trust = fetch_trust(request, slug)
    return _page(request, look(request, trust))


@require_safe
def history_of(request: SignedInRequest, slug: str, what: str, pk: int) -> HttpResponse:
    """All that was changed of one thing, and of what is within it."""
    thing = fetch_thing(request, slug, what, pk)
    return _page(request, look(request, thing.trust, thing), thing)


def _page(request: SignedInRequest, found: Look, thing: Thing | None = None) -> HttpResponse:
    page = Paginator(found.runs, ENTRIES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "trust": found.scope.trust,
        "thing": thing,
        "form": found.form,
        "page": page,
        "entries": entries_of(found, list(page.object_list)),
        "may": allowed(request.user, found.scope.trust),
        "query": request.GET.urlencode(),
    }
    return render(request, "trusts/history.html", context, status=status_of(found.form))
