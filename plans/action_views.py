"""One action's pages: add it, edit it, drop it, take it up again, move it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from govuk.views import CONFLICT, page, status_of, typed
from plans.action_changes import (
    AddedBefore,
    PriorityDropped,
    drop_action,
    move_action,
    restore_action,
)
from plans.actions import ChangedMeanwhile, DroppedAlready
from plans.forms import ActionForm, DropForm, NewActionForm
from plans.models import Action, Priority
from plans.priority_views import back_from_move, direction_of, fetch_written_to, place_of
from plans.priority_views import fetch_to_write as fetch_priority_to_write
from plans.take_up_views import fetch_source
from plans.views import context_of, look_again
from trusts.drafts import redirect_saved
from trusts.permissions import Permission, require_permission
from trusts.sign_in import SignedInRequest


def fetch_to_write(request: SignedInRequest, pk: int) -> Action:
    """The action, for a member who may write the plan; 404 outside its trust, else 403."""
    action = get_object_or_404(Action.objects.visible_to(request.user).for_page(), pk=pk)
    require_permission(request.user, Permission.PLAN, action.priority.plan.trust)
    return action


def context_of_action(request: SignedInRequest, priority: Priority) -> dict[str, object]:
    """What every page of an action shows of its priority."""
    ratings = priority.plan.assessment.ratings.filter(element=priority.element_id)
    return context_of(request, priority.plan) | {
        "priority": priority,
        "rating": ratings.select_related("level").first(),
    }


@page
@look_again
def add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add an action to a priority."""
    if request.method == "POST":
        return _save_new(request, fetch_written_to(request, pk))
    priority = fetch_priority_to_write(request, pk)
    form = _new_form(request, priority)
    return render(request, "plans/add_action.html", _context_of_new(request, priority, form))


def _new_form(request: SignedInRequest, priority: Priority) -> NewActionForm:
    """Empty, as sent, or with the words of what the action comes from (`?from=`)."""
    came_from = request.GET.get("from")
    source = fetch_source(request, came_from, priority.plan.assessment) if came_from else None
    trust = priority.plan.trust
    return NewActionForm(typed(request), priority=priority, trust=trust, source=source)


def _context_of_new(
    request: SignedInRequest, priority: Priority, form: NewActionForm
) -> dict[str, object]:
    return context_of_action(request, priority) | {
        "form": form,
        "source": form.source,
        "draft": request.get_full_path(),
    }


def _save_new(request: SignedInRequest, priority: Priority) -> HttpResponse:
    form = _new_form(request, priority)
    refusal: dict[str, object] = {}
    if form.is_valid():
        try:
            form.add(by=request.user)
        except AddedBefore as before:
            is_here = before.action.priority_id == priority.pk
            refusal = {"is_refused": True, "added": before.action if is_here else None}
            form = form.as_another()
        except PriorityDropped:
            refusal = {"is_refused": True}
            priority = fetch_priority_to_write(request, priority.pk)
        else:
            messages.success(request, "The action is added.")
            to = _after_adding(request, form, priority)
            return redirect_saved(request, to, draft=request.get_full_path())
    context = _context_of_new(request, priority, form) | refusal
    status = CONFLICT if refusal else status_of(form)
    return render(request, "plans/add_action.html", context, status=status)


def _after_adding(request: SignedInRequest, form: NewActionForm, priority: Priority) -> str:
    if request.POST.get("then") == "another":
        return reverse("plans:add_action", args=[priority.pk])
    return priority.get_absolute_url()


@page
@look_again
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Edit an action; saving a dropped one takes it up again."""
    action = fetch_to_write(request, pk)
    trust = action.priority.plan.trust
    form = ActionForm(typed(request), instance=action, trust=trust)
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            form.record(by=request.user)
        except ChangedMeanwhile as change:
            conflict, form = change, form.kept_beside(change.current)
            action = change.current
        else:
            messages.success(request, "The action is saved.")
            return redirect_saved(request, action)
    context = context_of_action(request, action.priority)
    context |= {"form": form, "action": action, "conflict": conflict}
    status = CONFLICT if conflict else status_of(form)
    return render(request, "plans/edit_action.html", context, status=status)


@page
@look_again
def drop(request: SignedInRequest, pk: int) -> HttpResponse:
    """Leave the action out of the plan, with a reason."""
    action = fetch_to_write(request, pk)
    form = DropForm(typed(request))
    dropped = None
    if request.method == "POST" and form.is_valid():
        try:
            drop_action(action=action, by=request.user, **form.cleaned_data)
        except DroppedAlready as before:
            dropped, form = before.current, form.seen()
        else:
            messages.success(request, "The action is dropped.")
            return redirect_saved(request, action.priority)
    context = context_of_action(request, action.priority)
    context |= {"form": form, "action": action, "dropped": dropped}
    status = CONFLICT if dropped else status_of(form)
    return render(request, "plans/drop_action.html", context, status=status)


@require_POST
@look_again
def restore(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the action up again."""
    action = fetch_to_write(request, pk)
    restore_action(action=action, by=request.user)
    messages.success(request, "The action is in the plan again, at the end of its priority.")
    return redirect(action)


@require_POST
@look_again
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move the action one place up or down, and come back to where it was moved from."""
    action = fetch_to_write(request, pk)
    if direction := direction_of(request):
        move_action(action=action, up=direction == "up", place=place_of(request), by=request.user)
    from_plan = request.POST.get("from") == "plan"
    page = action.priority.plan if from_plan else action.priority
    return redirect(back_from_move(request, page.get_absolute_url()))
