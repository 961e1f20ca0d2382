"""A plan's own pages: start it, choose its priorities, read it, name it, adopt it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from assessments.models import Assessment
from govuk.views import CONFLICT, page, status_of, typed
from plans.actions import ChangedMeanwhile, Chosen, choose_priorities, start_plan
from plans.choose_form import ChooseForm
from plans.choosing import offers_of
from plans.forms import AdoptForm, PlanForm
from plans.models import Action, Plan, Priority
from plans.origins import with_origins
from plans.outline import Outline, outline_of
from trusts.drafts import redirect_saved
from trusts.permissions import Permission, allowed, require_permission
from trusts.sign_in import SignedInRequest

View = Callable[[SignedInRequest, int], HttpResponse]


def look_again(view: View) -> View:
    """Answer once more where somebody took the row out between our look and our write.

    The second look finds it gone, and puts back what is being written to or answers 404.
    The first left nothing behind: its transaction was undone.
    """

    @wraps(view)
    def twice(request: SignedInRequest, pk: int) -> HttpResponse:
        try:
            return view(request, pk)
        except ObjectDoesNotExist:
            try:
                return view(request, pk)
            except ObjectDoesNotExist as gone:
                raise Http404 from gone

    return twice


def fetch_plan(request: SignedInRequest, pk: int) -> Plan:
    """The plan, for a member of its trust; 404 for everybody else."""
    return get_object_or_404(Plan.objects.visible_to(request.user).for_page(), pk=pk)


def fetch_to_write(request: SignedInRequest, pk: int) -> Plan:
    """The plan, for a member who may write it; 403 for other members."""
    plan = fetch_plan(request, pk)
    require_permission(request.user, Permission.PLAN, plan.trust)
    return plan


def context_of(request: SignedInRequest, plan: Plan) -> dict[str, object]:
    """What every page of a plan shows."""
    return {
        "plan": plan,
        "assessment": plan.assessment,
        "trust": plan.trust,
        "may": allowed(request.user, plan.trust),
    }


@page
def for_assessment(request: SignedInRequest, pk: int) -> HttpResponse:
    """The assessment's plan, or the page that starts it."""
    assessments = Assessment.objects.visible_to(request.user)
    assessment = get_object_or_404(
        assessments.select_related("trust", "framework", "plan").with_progress(), pk=pk
    )
    if request.method == "POST":
        require_permission(request.user, Permission.PLAN, assessment.trust)
        return redirect("plans:choose", start_plan(assessment=assessment, by=request.user).pk)
    if hasattr(assessment, "plan"):
        return redirect(assessment.plan)
    plans = Plan.objects.visible_to(request.user).in_force(assessment.trust)
    context = {
        "assessment": assessment,
        "running": plans.first(),
        "trust": assessment.trust,
        "may": allowed(request.user, assessment.trust),
        "leads": assessment.trust.leads,
    }
    return render(request, "plans/start.html", context)


@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """The whole plan."""
    plan = fetch_plan(request, pk)
    context = context_of(request, plan) | {"outline": read_outline(plan)}
    return render(request, "plans/detail.html", context)


def read_outline(plan: Plan) -> Outline:
    """The plan's priorities and actions, in three queries."""
    ratings = plan.assessment.ratings.filter(element__priorities__plan=plan)
    actions = Action.objects.filter(priority__plan=plan).in_order()
    priorities = plan.priorities.with_name().select_related("dropped_by")
    return outline_of(
        priorities=with_origins(priorities),
        actions=actions.select_related("dropped_by", "origin"),
        ratings=ratings.select_related("level"),
    )


@page
def choose(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose priorities among the assessment's elements, the weak ones offered first."""
    plan = fetch_to_write(request, pk)
    with_actions = Action.objects.filter(priority__plan=plan).values_list("priority", flat=True)
    offers = offers_of(
        ratings=plan.assessment.ratings.in_order(),
        priorities=plan.priorities.select_related("dropped_by"),
        with_actions=set(with_actions),
        under_way=_under_way_elsewhere(request, plan),
    )
    noun = plan.assessment.framework.element_noun
    form = ChooseForm(typed(request), offers=offers, element_noun=noun)
    if request.method == "POST" and form.is_valid():
        chosen = choose_priorities(plan=plan, change=form.change, by=request.user)
        _say_what_was_chosen(request, chosen, form)
        return redirect(plan)
    context = context_of(request, plan) | {"form": form, "offers": offers}
    return render(request, "plans/choose.html", context, status=status_of(form))


def _under_way_elsewhere(request: SignedInRequest, plan: Plan) -> list[Priority]:
    """Priorities of the plan that runs, by any edition of the framework; none where it is this."""
    plans = Plan.objects.visible_to(request.user).in_force(plan.trust)
    running = Priority.objects.under_way().filter(plan=Subquery(plans.values("pk")[:1]))
    key = plan.assessment.framework.key
    by_it = running.filter(element__domain__framework__key=key).exclude(plan=plan)
    return list(by_it.select_related("plan", "element"))


def _say_what_was_chosen(request: SignedInRequest, chosen: Chosen, form: ChooseForm) -> None:
    parts = [
        f"{len(rows)} {word}"
        for rows, word in (
            (chosen.added, "added"),
            (chosen.restored, "taken up again"),
            (chosen.removed, "taken out"),
            (chosen.dropped, "dropped"),
        )
        if rows
    ]
    messages.success(request, f"Priorities: {', '.join(parts) if parts else 'nothing changed'}.")
    for priority in chosen.kept:
        messages.warning(
            request,
            f"{form.names[priority.element_id]} stays in the plan: somebody has written to it "
            "in the meantime. Drop it with a reason if it is no longer a priority.",
        )


@page
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """The plan's title, next review, and the day of an adoption."""
    plan = fetch_to_write(request, pk)
    form = PlanForm(typed(request), instance=plan)
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            form.record(by=request.user)
        except ChangedMeanwhile as change:
            conflict, form = change, form.kept_beside(change.current)
        else:
            messages.success(request, "The title and the dates are saved.")
            return redirect_saved(request, plan)
    context = context_of(request, plan) | {"form": form, "conflict": conflict}
    status = CONFLICT if conflict else status_of(form)
    return render(request, "plans/edit.html", context, status=status)


@page
def adopt(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record that the board has adopted the plan."""
    plan = fetch_to_write(request, pk)
    outline = read_outline(plan)
    form = AdoptForm(typed(request))
    if request.method == "POST" and form.is_valid():
        if not outline.priorities:
            form.add_error(None, "Choose at least one priority before the board adopts the plan")
        else:
            recorded = form.record(plan, by=request.user)
            _say_adopted(request, plan, recorded)
            return redirect(plan)
    context = context_of(request, plan) | {"form": form, "outline": outline}
    return render(request, "plans/adopt.html", context, status=status_of(form))


def _say_adopted(request: SignedInRequest, plan: Plan, recorded: bool) -> None:
    plan.refresh_from_db()
    on = date_format(timezone.localdate(plan.adopted_at), "j F Y")
    if recorded:
        messages.success(request, f"Adopted by the board on {on}.")
    else:
        messages.info(
            request, f"The plan was recorded as adopted on {on} already, by {plan.adopted_by}."
        )
