"""An assessment's pages: set it up, rate its elements, see the result, sign it off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.actions import RenamedMeanwhile, agree_assessment, reopen_assessment
from assessments.carrying import Carried, carry, left_behind
from assessments.forms import AgreeForm, AssessmentDetailsForm, AssessmentForm, ReopenForm
from assessments.heat_map import build_heat_map
from assessments.models import Assessment, Rating
from assessments.progress import progress_of
from assessments.sources import Source, find_source
from assessments.status import NotAllowedNow
from assessments.thinking_alone import asked, hold_back, thinks_alone
from frameworks.models import Framework, Level
from frameworks.names import names_apart
from govuk.views import CONFLICT, INVALID, page, status_of, typed
from trusts.drafts import redirect_saved
from trusts.permissions import Permission, allowed, require_permission
from trusts.sign_in import SignedInRequest
from trusts.views import fetch_trust


def fetch_assessment(request: SignedInRequest, pk: int) -> Assessment:
    """The assessment, for a member of its trust; 404 for everybody else."""
    assessments = Assessment.objects.visible_to(request.user).with_reopening()
    named = assessments.select_related(
        "trust", "framework__wording_pack", "agreed_by", "carried_from__framework"
    )
    asking = named.annotate(reader_is_asked=asked(request.user, of="pk"))
    return get_object_or_404(asking, pk=pk)


def ratings_of(assessment: Assessment) -> list[Rating]:
    """The board's ratings in order; empty ones for who is to think alone."""
    ratings = list(assessment.ratings.in_order())
    if thinks_alone(assessment):
        hold_back(ratings)
    return ratings


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
    trust = fetch_trust(request, slug)
    require_permission(request.user, Permission.MANAGE, trust)
    form = AssessmentForm(
        typed(request), trust=trust, user=request.user, start_from=request.GET.get("from", "")
    )
    if request.method == "POST" and form.is_valid() and form.create(by=request.user):
        return redirect_saved(request, form.instance, draft=request.get_full_path())
    context = {"form": form, "trust": trust, "draft": request.get_full_path()}
    return render(request, "assessments/create.html", context, status=status_of(form))


@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """The task list: elements by domain, and how far the board has come."""
    assessment = fetch_assessment(request, pk)
    ratings = ratings_of(assessment)
    context = context_of(request, assessment)
    carried: dict[str, Carried] = {}
    if assessment.carried_from_id:
        earlier = _ratings_before(request, assessment)
        carried = _carried(assessment, ratings, earlier, assessment.framework.levels.all())
        context["left_behind"] = left_behind(ratings, earlier)
        context["names_then"] = names_apart(one.element for one in earlier)
    context["carried"] = carried
    context["progress"] = progress_of(ratings, carried)
    context["thinks_alone"] = thinks_alone(assessment)
    return render(request, "assessments/detail.html", context)


def _ratings_before(request: SignedInRequest, assessment: Assessment) -> list[Rating]:
    """Those of the assessment that this one is compared with, in order."""
    earlier = Assessment.objects.visible_to(request.user).compared_with(assessment)
    ratings = Rating.objects.filter(assessment__in=earlier.values("pk")).in_order()
    return list(ratings.select_related("assessment__framework"))


def _carried(
    assessment: Assessment,
    ratings: list[Rating],
    earlier: list[Rating],
    levels: Iterable[Level],
) -> dict[str, Carried]:
    """What is still to be re-confirmed; nothing is once the board has signed off."""
    if assessment.carried_from_id is None or assessment.is_agreed:
        return {}
    return carry(ratings, earlier, list(levels))


@require_safe
def results(request: SignedInRequest, pk: int) -> HttpResponse:
    """The heat map with the notes under it."""
    assessment = fetch_assessment(request, pk)
    ratings = ratings_of(assessment)
    levels = list(assessment.framework.levels.order_by("order"))
    previous = _ratings_before(request, assessment)
    context = context_of(request, assessment)
    context["progress"] = progress_of(ratings)
    context["thinks_alone"] = thinks_alone(assessment)
    context["previous"] = previous[0].assessment if previous else None
    context["aligned"] = Framework.objects.visible_to(request.user).aligned_with(
        assessment.framework
    )
    context["heat_map"] = build_heat_map(
        ratings=ratings,
        levels=levels,
        caption=f"{assessment.title}: every {assessment.framework.element_noun} at a glance",
        today=timezone.localdate(),
        previous=previous,
        previous_title=previous[0].assessment.title if previous else "",
        carried=_carried(assessment, ratings, previous, levels),
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
    form, refusal = AgreeForm(typed(request)), ""
    if request.method == "POST" and form.is_valid():
        try:
            agree_assessment(assessment=assessment, by=request.user, **form.cleaned_data)
        except NotAllowedNow as refused:
            assessment, refusal = fetch_assessment(request, pk), str(refused)
            if assessment.is_agreed and form.says_the_same_as(assessment):
                return _said_already(request, assessment, refusal)
        else:
            messages.success(request, f"{assessment.title} is agreed.")
            return redirect_saved(request, reverse("assessments:results", args=[pk]))
    context = context_of(request, assessment)
    context |= {"form": form, "progress": progress_of(assessment.ratings.in_order())}
    return _answer(request, "assessments/agree.html", context, refusal)


@page
def reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    """Unlock an agreed assessment, with a reason."""
    assessment = fetch_to_change(request, pk, Permission.RATE)
    after = _said_before(request, assessment)
    because = {"reason": f"After {after.label}"} if after else {}
    form, refusal = ReopenForm(typed(request), initial=because), ""
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            reopen_assessment(assessment=assessment, reason=reason, by=request.user)
        except NotAllowedNow as refused:
            assessment, refusal = fetch_assessment(request, pk), str(refused)
            latest = assessment.history.first()
            if latest and latest.history_change_reason == reason:
                return _said_already(request, assessment, refusal)
        else:
            messages.success(request, f"{assessment.title} is open for rating again.")
            to = after.path if after else reverse("assessments:detail", args=[pk])
            return redirect_saved(request, to)
    context = context_of(request, assessment) | {"form": form}
    return _answer(request, "assessments/reopen.html", context, refusal)


def _said_before(request: SignedInRequest, assessment: Assessment) -> Source | None:
    """What it is reopened after (`?after=`), where that was said of this assessment."""
    source = find_source(request.user, request.GET.get("after", ""))
    return source if source and source.assessment_id == assessment.pk else None


def _said_already(request: SignedInRequest, assessment: Assessment, refusal: str) -> HttpResponse:
    """On from a form that was sent twice: the first time has said the same."""
    messages.warning(request, refusal)
    return redirect_saved(request, assessment)


def _answer(
    request: SignedInRequest, template: str, context: dict[str, Any], refusal: str
) -> HttpResponse:
    """The form's page; where it was refused meanwhile, with all that was typed."""
    status = CONFLICT if refusal else status_of(context["form"])
    return render(request, template, context | {"refusal": refusal}, status=status)
