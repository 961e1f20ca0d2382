"""One priority's pages: its key issue and actions; drop it, take it up again, move it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from govuk.fields import VersionField
from govuk.views import CONFLICT, page, status_of, typed
from plans.actions import (
    ChangedMeanwhile,
    DroppedAlready,
    drop_priority,
    move_priority,
    put_back,
    restore_priority,
)
from plans.forms import DropForm, KeyIssueForm
from plans.models import Origin, Plan, Priority
from plans.outline import PriorityOutline, outline_of
from plans.views import context_of, look_again
from trusts.drafts import redirect_saved
from trusts.permissions import Permission, require_permission
from trusts.sign_in import SignedInRequest


def fetch_priority(request: SignedInRequest, pk: int) -> Priority:
    """The priority, for a member of its trust; 404 for everybody else."""
    return get_object_or_404(Priority.objects.visible_to(request.user).for_page(), pk=pk)


def fetch_to_write(request: SignedInRequest, pk: int) -> Priority:
    """The priority, for a member who may write the plan; 403 for other members."""
    priority = fetch_priority(request, pk)
    require_permission(request.user, Permission.PLAN, priority.plan.trust)
    return priority


def fetch_written_to(request: SignedInRequest, pk: int) -> Priority:
    """The priority that a form was sent to, put back where it was taken out meanwhile.

    Only an empty priority can be taken out. Whoever was writing to it just then must
    not find their words gone with it.
    """
    try:
        return fetch_to_write(request, pk)
    except Http404:
        plans = Plan.objects.visible_to(request.user).for_page()
        removals = Priority.history.filter(id=pk, history_type="-", plan__in=plans)
        removed = get_object_or_404(removals.order_by("-history_date", "-history_id")[:1])
        require_permission(request.user, Permission.PLAN, plans.get(pk=removed.plan_id).trust)
    priority = put_back(removed=removed, by=request.user)
    messages.info(
        request,
        f"{priority.name} had been taken out of the plan in the meantime. "
        "As you have written to it, it is back.",
    )
    return priority


def outline_of_one(priority: Priority) -> PriorityOutline:
    """The priority with its rating and actions, in two queries."""
    ratings = priority.plan.assessment.ratings.filter(element=priority.element_id)
    outline = outline_of(
        priorities=[priority],
        actions=priority.actions.select_related("dropped_by", "origin").in_order(),
        ratings=ratings.select_related("element", "level"),
    )
    return (outline.priorities or outline.dropped)[0]


def context_of_priority(request: SignedInRequest, priority: Priority) -> dict[str, object]:
    """What every page of a priority shows."""
    return context_of(request, priority.plan) | {
        "priority": priority,
        "one": outline_of_one(priority),
    }


@page
@look_again
def priority(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write the key issue, and see the actions."""
    if request.method == "POST":
        return _save_key_issue(request, fetch_written_to(request, pk))
    priority = fetch_priority(request, pk)
    context = context_of_priority(request, priority) | {
        "form": KeyIssueForm(instance=priority),
        "origins": _origins(priority),
    }
    return render(request, "plans/priority.html", context)


def _origins(priority: Priority) -> list[Origin]:
    """What the priority itself came from; its actions each know their own."""
    return list(priority.origins.filter(action=None))


def _save_key_issue(request: SignedInRequest, priority: Priority) -> HttpResponse:
    form = KeyIssueForm(request.POST, instance=priority)
    conflict = None
    if form.is_valid():
        try:
            form.record(by=request.user)
        except ChangedMeanwhile as change:
            conflict, form = change, form.kept_beside(change.current)
        else:
            if request.POST.get("then") == "action":
                return redirect_saved(request, reverse("plans:add_action", args=[priority.pk]))
            _say_what_was_saved(request, form)
            return redirect_saved(request, priority)
    context = context_of_priority(request, priority) | {"form": form, "conflict": conflict}
    context["origins"] = _origins(priority)
    status = CONFLICT if conflict else status_of(form)
    return render(request, "plans/priority.html", context, status=status)


def _say_what_was_saved(request: SignedInRequest, form: KeyIssueForm) -> None:
    if form.cleaned_data["key_issue"]:
        messages.success(request, "The key issue is saved.")
    elif form.initial["key_issue"]:
        messages.success(request, "The key issue is cleared. It is to be written again.")
    else:
        messages.warning(request, "The box is empty: the key issue is still to be written.")


@page
@look_again
def drop(request: SignedInRequest, pk: int) -> HttpResponse:
    """Leave the priority out of the plan, with a reason."""
    priority = fetch_to_write(request, pk)
    form = DropForm(typed(request))
    dropped = None
    if request.method == "POST" and form.is_valid():
        try:
            drop_priority(priority=priority, by=request.user, **form.cleaned_data)
        except DroppedAlready as before:
            dropped, form = before.current, form.seen()
        else:
            messages.success(request, f"{priority.name} is dropped.")
            return redirect_saved(request, priority.plan)
    context = context_of_priority(request, priority) | {"form": form, "dropped": dropped}
    status = CONFLICT if dropped else status_of(form)
    return render(request, "plans/drop_priority.html", context, status=status)


@require_POST
@look_again
def restore(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the priority up again."""
    priority = fetch_to_write(request, pk)
    restore_priority(priority=priority, by=request.user)
    messages.success(request, f"{priority.name} is a priority again, at the end of the plan.")
    return redirect(priority.plan)


@require_POST
@look_again
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move the priority one place up or down, and come back to it."""
    priority = fetch_to_write(request, pk)
    if direction := direction_of(request):
        up, place = direction == "up", place_of(request)
        move_priority(priority=priority, up=up, place=place, by=request.user)
    return redirect(back_from_move(request, priority.plan.get_absolute_url()))


def back_from_move(request: SignedInRequest, page: str) -> str:
    """The page with what was moved, and by which button, so that the focus comes back to it.

    Without the row's place on the page: where an address has one, browsers focus nothing.
    """
    by = direction_of(request) or ""
    return f"{page}?{urlencode({'moved': request.path, 'by': by})}"


def direction_of(request: SignedInRequest) -> str | None:
    """Up or down; anything else moves nothing."""
    direction = request.POST.get("direction")
    return direction if direction in ("up", "down") else None


def place_of(request: SignedInRequest) -> int | None:
    """Where the page showed the row, from one; None where it does not say."""
    place = VersionField().clean(request.POST.get("place", ""))
    return None if place == VersionField.UNREADABLE else place
