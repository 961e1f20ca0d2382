"""The operator's pages for a publisher's wording; nobody else learns that they are there."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from frameworks.models import Framework, WordingPack
from frameworks.wording import coverage_of, published_frameworks, remove_pack, wording_sheet
from frameworks.wording_forms import WordingForm
from govuk.operators import operators_page
from govuk.views import page, status_of, typed
from sheets.writing import MEDIA_TYPE


def fetch_framework(request: HttpRequest, key: str, edition: str) -> Framework:
    """A published framework, for the operator; 404 for everybody else.

    Raises:
        Http404: nobody else is to see it, or a trust's own framework has no publisher.
    """
    if not request.user.has_perm("frameworks.change_framework"):
        raise Http404
    return get_object_or_404(published_frameworks(), key=key, edition=edition)


def pack_of(framework: Framework) -> WordingPack | None:
    """What is loaded now, with who loaded it."""
    return WordingPack.objects.filter(framework=framework).select_related("loaded_by").first()


@operators_page
@page
@never_cache
def wording(request: HttpRequest, key: str, edition: str) -> HttpResponse:
    """What is loaded, the sheet to fill in, and loading it."""
    framework = fetch_framework(request, key, edition)
    pack = pack_of(framework)
    source = {"source": pack.source if pack else ""}
    form = WordingForm(typed(request), request.FILES or None, initial=source)
    if request.method == "POST" and form.is_valid():
        coverage = form.load(framework=framework, by=request.user)
        if coverage:
            messages.success(
                request,
                f"The publisher’s words are loaded for {coverage.loaded} of "
                f"{coverage.total} statements.",
            )
            return redirect("frameworks:wording", key, edition)
    context = {
        "framework": framework,
        "pack": pack,
        "coverage": coverage_of(framework),
        "form": form,
    }
    return render(request, "frameworks/wording.html", context, status=status_of(form))


@operators_page
@require_safe
@never_cache
def sheet(request: HttpRequest, key: str, edition: str) -> HttpResponse:
    """The sheet to fill in: code, our words, the publisher's."""
    framework = fetch_framework(request, key, edition)
    response = HttpResponse(wording_sheet(framework), content_type=MEDIA_TYPE)
    name = f"{framework.key}-{framework.edition}-wording.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@operators_page
@page
@never_cache
def remove(request: HttpRequest, key: str, edition: str) -> HttpResponse:
    """Go back to our words, after saying what that means."""
    framework = fetch_framework(request, key, edition)
    if request.method == "POST":
        remove_pack(framework=framework)
        messages.success(request, "The publisher’s words are taken out.")
        return redirect("frameworks:wording", key, edition)
    context = {
        "framework": framework,
        "pack": pack_of(framework),
        "coverage": coverage_of(framework),
    }
    return render(request, "frameworks/wording_remove.html", context)
