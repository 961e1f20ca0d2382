"""A trust's own frameworks: the list, the template, sending one in, looking at it, removing it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from assessments.framework_preview import preview_of
from assessments.models import FrameworkUpload, OwnFramework
from assessments.own_framework_forms import DecideForm, FrameworkUploadForm
from assessments.own_frameworks import (
    DealtWith,
    InUse,
    discard_upload,
    make_framework,
    newest_of,
    read_upload,
    remove_framework,
)
from frameworks.framework_sheet import FaultyFramework
from frameworks.framework_template import FILE_NAME, template
from frameworks.models import Framework
from govuk.views import CONFLICT, page, status_of, typed
from sheets.reading import Fault, UnreadableSheet
from sheets.writing import MEDIA_TYPE
from trusts.models import Trust
from trusts.permissions import Permission, allowed, require_permission
from trusts.sign_in import SignedInRequest
from trusts.views import fetch_trust

FAULTS_SHOWN = 500


def fetch_to_manage(request: SignedInRequest, slug: str) -> Trust:
    """The trust, for who may add and remove its frameworks; 403 for other members."""
    trust = fetch_trust(request, slug)
    require_permission(request.user, Permission.MANAGE, trust)
    return trust


@require_safe
def index(request: SignedInRequest, slug: str) -> HttpResponse:
    """The frameworks that the trust made for itself, and what waits to become one."""
    trust = fetch_trust(request, slug)
    may = allowed(request.user, trust)
    uploads = FrameworkUpload.objects.visible_to(request.user).filter(trust=trust)
    own = (
        OwnFramework.objects.visible_to(request.user)
        .filter(trust=trust)
        .select_related("framework", "framework__superseded_by")
        .annotate(
            element_count=Count("framework__domains__elements", distinct=True),
            assessment_count=Count("framework__assessments", distinct=True),
        )
        .order_by("framework__title", "-framework__published_on", "-pk")
    )
    context = {
        "trust": trust,
        "may": may,
        "own_frameworks": own,
        "uploads": uploads.defer("document").select_related("uploaded_by") if may["manage"] else (),
    }
    return render(request, "assessments/own_frameworks.html", context)


@require_safe
def download_template(request: SignedInRequest, slug: str) -> HttpResponse:
    """The spreadsheet to fill in; anybody of the trust may."""
    fetch_trust(request, slug)
    response = HttpResponse(template(), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, FILE_NAME) or "attachment"
    return response


@page
def upload(request: SignedInRequest, slug: str) -> HttpResponse:
    """Send a spreadsheet in; it comes back with every fault, or goes on to its preview."""
    trust = fetch_to_manage(request, slug)
    files = request.FILES if request.method == "POST" else None
    form = FrameworkUploadForm(typed(request), files, trust=trust)
    if request.method == "POST" and form.is_valid():
        kept = form.keep(by=request.user)
        return redirect("assessments:framework_upload", trust.slug, kept.pk)
    context = {
        "trust": trust,
        "form": form,
        "faults": form.faults[:FAULTS_SHOWN],
        "more_faults": len(form.faults[FAULTS_SHOWN:]),
    }
    return render(request, "assessments/own_framework_new.html", context, status=status_of(form))


@page
def decide(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """The whole framework as people will see it; then make it, or discard it."""
    trust = fetch_to_manage(request, slug)
    uploads = FrameworkUpload.objects.visible_to(request.user).filter(trust=trust)
    waiting = uploads.filter(pk=pk).select_related("trust").first()
    form = DecideForm(typed(request))
    if waiting is None:
        return _dealt_with(request, trust, form)
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        try:
            return _done(request, waiting, form.cleaned_data["then"])
        except DealtWith:
            return _dealt_with(request, trust, form)
        except (FaultyFramework, UnreadableSheet):
            status = CONFLICT
    context = {"trust": trust, "upload": waiting, "form": form} | _shown(waiting)
    return render(request, "assessments/own_framework_upload.html", context, status=status)


def _done(request: SignedInRequest, upload: FrameworkUpload, then: str) -> HttpResponse:
    if then == DecideForm.DISCARD:
        discard_upload(upload=upload)
        messages.info(request, f"{upload.file_name} is discarded. Nothing was made of it.")
    else:
        framework = make_framework(upload=upload, by=request.user)
        messages.success(
            request, f"{framework.title} is ready: you can rate your trust against it."
        )
    return redirect("assessments:own_frameworks", upload.trust.slug)


def _dealt_with(request: SignedInRequest, trust: Trust, form: DecideForm) -> HttpResponse:
    """A button pressed once more, or in a page that was left open.

    Raises:
        Http404: nobody pressed a button; there is simply nothing here.
    """
    if not form.is_valid():
        raise Http404
    messages.info(
        request,
        "That spreadsheet does not wait any longer: it was made into a framework, discarded, "
        "or replaced by a newer one.",
    )
    return redirect("assessments:own_frameworks", trust.slug)


def _shown(upload: FrameworkUpload) -> dict[str, object]:
    """What the preview shows: the framework, or what has come in its way since."""
    try:
        draft = read_upload(bytes(upload.document), trust=upload.trust)
    except FaultyFramework as refusal:
        return {"faults": refusal.faults[:FAULTS_SHOWN]}
    except UnreadableSheet as reason:
        return {"faults": [Fault("The file", f"{reason}.")]}
    return {"preview": preview_of(draft), "older": newest_of(upload.trust, draft.title)}


@page
def remove(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Take out a framework that no assessment uses, after asking once."""
    trust = fetch_to_manage(request, slug)
    owned = OwnFramework.objects.visible_to(request.user).filter(trust=trust)
    own = get_object_or_404(owned.select_related("trust", "framework"), pk=pk)
    status = 200
    if request.method == "POST":
        try:
            remove_framework(own=own, by=request.user)
        except InUse:
            status = CONFLICT
        except Framework.DoesNotExist as gone:
            raise Http404 from gone
        else:
            messages.success(request, f"{own.framework} is removed.")
            return redirect("assessments:own_frameworks", trust.slug)
    context = {
        "trust": trust,
        "own": own,
        "assessments": own.framework.assessments.order_by("-created_at"),
    }
    return render(request, "assessments/own_framework_remove.html", context, status=status)
