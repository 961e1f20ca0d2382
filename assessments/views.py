"""An assessment's pages: set it up, rate its elements, see the result, sign it off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assessments.actions import (
    NotAllowedNow,
    RenamedMeanwhile,
    agree_assessment,
    reopen_assessment,
)
from assessments.forms import AgreeForm, AssessmentDetailsForm, AssessmentForm, ReopenForm
from assessments.heat_map import build_heat_map
from assessments.models import Assessment, Rating
from assessments.progress import progress_of
from frameworks.models import Framework
from govuk.views import CONFLICT, INVALID, page, status_of, typed
from trusts.drafts import redirect_saved
from trusts.models import Trust
from trusts.permissions import Permission, allowed, require_permission
from trusts.sign_in import SignedInRequest


def fetch_assessment(request: SignedInRequest, pk: int) -> Assessment:
    """The assessment, for a member of its trust; 404 for everybody else."""
    assessments = Assessment.objects.visible_to(request.user)
    named = assessments.select_related("trust", "framework__wording_pack", "agreed_by")
    return get_object_or_404(named, pk=pk)


def fetch_to_change(request: SignedInRequest, pk: int, permission: Permission) -> Assessment:
    """The assessment, for a member whose role allows the change; 403 for other members."""
    assessment = fetch_assessment(request, pk)
    require_permission(request.user, permission, assessment.trust)
    return assessment


def context_of(request: SignedInRequest, assessment: Assessment) -> dict[str, object]:
    """What every page of an assessment shows."""
    return {
        "assessment": assessment,
        "trust": assessment.trust,
        "may": allowed(request.user, assessment.trust),
    }


@page
def create(request: SignedInRequest, slug: str) -> HttpResponse:
    """Set up an assessment."""
    trust = get_object_or_404(Trust.objects.visible_to(request.user), slug=slug)
    require_permission(request.user, Permission.MANAGE, trust)
    form = AssessmentForm(typed(request), trust=trust)
    if request.method == "POST" and form.is_valid() and form.create(by=request.user):
        return redirect(form.instance)
    context = {"form": form, "trust": trust}
    return render(request, "assessments/create.html", context, status=status_of(form))


@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """The task list: elements by domain, and how far the board has come."""
    assessment = fetch_assessment(request, pk)
    context = context_of(request, assessment)
    context["progress"] = progress_of(assessment.ratings.in_order())
    return render(request, "assessments/detail.html", context)


@require_safe
def results(request: SignedInRequest, pk: int) -> HttpResponse:
    """The heat map with the notes under it."""
    assessment = fetch_assessment(request, pk)
    ratings = list(assessment.ratings.in_order())
    earlier = Assessment.objects.visible_to(request.user).compared_with(assessment)
    before = Rating.objects.filter(assessment__in=earlier.values("pk")).in_order()
    previous = list(before.select_related("assessment"))
    context = context_of(request, assessment)
    context["progress"] = progress_of(ratings)
    context["aligned"] = Framework.objects.visible_to(request.user).aligned_with(
        assessment.framework
    )
    context["heat_map"] = build_heat_map(
        ratings=ratings,
        levels=list(assessment.framework.levels.order_by("order")),
        caption=f"{assessment.title}: every {assessment.framework.element_noun} at a glance",
        previous=previous,
        previous_title=previous[0].assessment.title if previous else "",
    )
    return render(request, "assessments/results.html", context)


@page
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change the title or the due date."""
    assessment = fetch_to_change(request, pk, Permission.MANAGE)
    form = AssessmentDetailsForm(typed(request), instance=assessment)
    context = context_of(request, assessment)
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        try:
            if form.rename(by=request.user):
                return redirect_saved(request, reverse("assessments:detail", args=[pk]))
            status = INVALID
        except RenamedMeanwhile as conflict:
            form, status = form.kept_beside(conflict.current), CONFLICT
            context["theirs"] = conflict.current
    return render(request, "assessments/edit.html", context | {"form": form}, status=status)


@page
def agree(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign the ratings off, after naming what is not rated."""
    assessment = fetch_to_change(request, pk, Permission.RATE)
    form = AgreeForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            agree_assessment(
                assessment=assessment,
                minute_reference=form.cleaned_data["minute_reference"],
                by=request.user,
            )
        except NotAllowedNow as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, f"{assessment.title} is agreed.")
        return redirect("assessments:results", assessment.pk)
    context = context_of(request, assessment)
    context |= {"form": form, "progress": progress_of(assessment.ratings.in_order())}
    return render(request, "assessments/agree.html", context, status=status_of(form))


@page
def reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    """Unlock an agreed assessment, with a reason."""
    assessment = fetch_to_change(request, pk, Permission.RATE)
    form = ReopenForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            reopen_assessment(
                assessment=assessment, reason=form.cleaned_data["reason"], by=request.user
            )
        except NotAllowedNow as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, f"{assessment.title} is open for rating again.")
        return redirect("assessments:detail", assessment.pk)
    context = context_of(request, assessment) | {"form": form}
    return render(request, "assessments/reopen.html", context, status=status_of(form))
