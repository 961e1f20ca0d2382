"""From something that was said of an assessment to a priority or an action, with one click."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from assessments.models import Assessment
from assessments.sources import Source, find_source
from frameworks.models import Element
from plans.taking_up import TakenUp, make_room_for_action, take_up_as_priority
from trusts.permissions import Permission, require_permission
from trusts.sign_in import SignedInRequest


def fetch_source(request: SignedInRequest, path: str, assessment: Assessment) -> Source:
    """What was said at the address; 404 unless it is of this assessment and open to the person.

    The address alone travels in a form, so nobody can put words into anybody's mouth.
    """
    source = find_source(request.user, path)
    if source is None or source.assessment_id != assessment.pk:
        raise Http404
    return source


@require_POST
def take_up(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make what was said a priority, or go on to write an action for it."""
    assessments = Assessment.objects.visible_to(request.user).select_related("trust", "framework")
    assessment = get_object_or_404(assessments, pk=pk)
    require_permission(request.user, Permission.PLAN, assessment.trust)
    source = fetch_source(request, request.POST.get("source", ""), assessment)
    if source.element_id is None:
        element = _element_chosen(request, assessment)
        if element is None:
            noun = assessment.framework.element_noun
            messages.error(request, f"Choose the {noun} that it is taken up for.")
            return redirect(source.path)
        source = replace(source, element_id=element.pk)
    if request.POST.get("as") == "action":
        taken = make_room_for_action(assessment=assessment, source=source, by=request.user)
        if taken.is_new:
            name = taken.priority.name
            said = f"{name} is a priority now, so that the action has its place in the plan."
            messages.success(request, said + _of_new_plan(taken))
        address = reverse("plans:add_action", args=[taken.priority.pk])
        return redirect(f"{address}?{urlencode({'from': source.path})}")
    taken = take_up_as_priority(assessment=assessment, source=source, by=request.user)
    _say_what_became(request, taken, source)
    return redirect(taken.priority)


def _element_chosen(request: SignedInRequest, assessment: Assessment) -> Element | None:
    """For what is of the assessment as a whole: the element that somebody took it up for."""
    elements = Element.objects.filter(domain__framework=assessment.framework_id)
    code = request.POST.get("element", "")
    return next((one for one in elements if one.code == code), None)


def _say_what_became(request: SignedInRequest, taken: TakenUp, source: Source) -> None:
    name = taken.priority.name
    if taken.was_before:
        messages.info(request, f"{name} had been made a priority from this before.")
        return
    if taken.is_new:
        said = f"{name} is a priority now."
    elif taken.is_restored:
        said = f"{name} is a priority again, at the end of the plan."
    else:
        said = f"{name} was a priority already, and says now where it came from."
    if taken.wrote_issue:
        said += f" Its key issue is in the words of {source.label}: make it yours."
    messages.success(request, said + _of_new_plan(taken))


def _of_new_plan(taken: TakenUp) -> str:
    """The assessment had no plan, and one that goes on from another stays as it is."""
    plan = taken.priority.plan
    if not taken.begins_plan:
        return ""
    return f" {plan.title} has been begun for it, as {plan.assessment.title} had no plan yet."
