"""The lead's pages while members give their views: open, see who has finished, remind, close."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from assessments.collecting import (
    HasBegun,
    NobodyAsked,
    ask_more,
    close_collecting,
    may_be_reminded,
    may_respond,
    move_day,
    open_collecting,
    take_out,
)
from assessments.collecting_forms import AskForm, DayForm, OpenForm
from assessments.models import Assessment, Respondent
from assessments.responding import NotAsked
from assessments.status import NotAllowedNow
from assessments.view_mails import ASKED, REMINDED, post
from assessments.views import context_of, fetch_to_change
from govuk.fields import number_of
from govuk.views import CONFLICT, INVALID, page, status_of, typed
from trusts.drafts import redirect_saved
from trusts.models import Membership, User
from trusts.permissions import Permission
from trusts.sign_in import SignedInRequest


@page
def open_views(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose who gives a view, by when, and whether with names; then ask them."""
    assessment = fetch_to_change(request, pk, Permission.MANAGE)
    form = OpenForm(typed(request), members=may_respond(assessment.trust))
    status, refusal = status_of(form), ""
    if request.method == "POST" and form.is_valid():
        try:
            asked = open_collecting(
                assessment=assessment,
                people=form.cleaned_data["people"],
                due_on=form.cleaned_data["due_on"],
                names_shown=form.names_shown,
                by=request.user,
            )
        except NobodyAsked:
            form.add_error("people", "These people can no longer be asked. Choose others")
            status = INVALID
        except NotAllowedNow as fault:
            status, refusal = CONFLICT, str(fault)
        else:
            _write(request, asked, ASKED)
            return redirect_saved(request, _address("collecting", assessment))
    may_open = assessment.status == Assessment.Status.AGREEING and assessment.closed_at is None
    context = context_of(request, assessment)
    context |= {"form": form, "refusal": refusal, "may_open": may_open}
    if may_open:
        begun = assessment.ratings.exclude(level=None, note="", dissent="")
        context["begun_count"] = begun.count()
    return render(request, "assessments/open.html", context, status=status)


@page
def collecting(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who has finished; remind, ask more, or take somebody out."""
    assessment = fetch_to_change(request, pk, Permission.MANAGE)
    respondents = list(_respondents(assessment))
    asked = {respondent.user_id for respondent in respondents}
    others = [one for one in may_respond(assessment.trust) if one.user_id not in asked]
    form = AskForm(request.POST if "ask" in request.POST else None, members=others)
    day = DayForm(
        request.POST if "day" in request.POST else None,
        initial={"due_on": assessment.views_due_on},
    )
    if request.method == "POST" and not form.errors and not day.errors:
        try:
            _change(request, assessment, form, day)
        except NotAllowedNow as refusal:
            messages.warning(request, str(refusal))
        except NotAsked:
            messages.info(request, "This person is not asked for a view, or not any longer.")
        except HasBegun:
            messages.warning(
                request, "This person has begun to answer, so they stay in: nothing is thrown away."
            )
        return redirect(_address("collecting", assessment))
    context = context_of(request, assessment) | {
        "respondents": respondents,
        "finished_count": sum(1 for one in respondents if one.finished_at),
        "others": others,
        "form": form,
        "day": day,
        "forms": [form, day],
        "is_open": assessment.status == Assessment.Status.COLLECTING,
    }
    status = INVALID if form.errors or day.errors else HTTPStatus.OK
    return render(request, "assessments/collecting.html", context, status=status)


@page
def close_views(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close the views, after naming who has not finished."""
    assessment = fetch_to_change(request, pk, Permission.MANAGE)
    if request.method == "POST":
        try:
            close_collecting(assessment=assessment, by=request.user)
        except NotAllowedNow as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "Views are closed. The board can now see them and agree.")
            return redirect(_address("spread", assessment))
        return redirect(_address("detail", assessment))
    context = context_of(request, assessment) | {
        "unfinished": [one for one in _respondents(assessment) if not one.finished_at],
        "is_open": assessment.status == Assessment.Status.COLLECTING,
    }
    return render(request, "assessments/close.html", context)


def _change(request: SignedInRequest, assessment: Assessment, form: AskForm, day: DayForm) -> None:
    if day.is_bound:
        due_on = day.cleaned_data["due_on"]
        move_day(assessment=assessment, due_on=due_on, by=request.user)
        messages.success(request, f"Views are wanted by {due_on:%-d %B %Y} now.")
    elif form.is_bound:
        people: Sequence[User] = form.cleaned_data["people"]
        _write(request, ask_more(assessment=assessment, people=people), ASKED)
    elif "take_out" in request.POST:
        respondent = _one(assessment, request.POST["take_out"])
        take_out(respondent=respondent)
        messages.success(request, f"{respondent.user} is no longer asked.")
    elif "remind" in request.POST:
        _remind(request, assessment, request.POST["remind"])


def _remind(request: SignedInRequest, assessment: Assessment, whom: str) -> None:
    if assessment.status != Assessment.Status.COLLECTING:
        raise NotAllowedNow("Views are closed: nobody can be reminded.")
    chosen: list[Any] = (
        list(_respondents(assessment)) if whom == "all" else [_one(assessment, whom)]
    )
    here = [one for one in chosen if one.user.is_active and not one.has_left]
    due = may_be_reminded(here, now=timezone.now())
    if due:
        _write(request, due, REMINDED)
    else:
        messages.warning(
            request,
            "They have finished, have left the trust, or were written to within the last hour.",
        )


def _one(assessment: Assessment, key: str) -> Respondent:
    """Who is asked under this key.

    Raises:
        NotAsked: they have been taken out, perhaps by the same button a moment ago.
    """
    found: Respondent | None = _respondents(assessment).filter(pk=number_of(key)).first()
    if found is None:
        raise NotAsked
    return found


def _respondents(assessment: Assessment) -> QuerySet[Any]:
    """Who is asked, each with `has_left`: whether they have left the trust since."""
    places = Membership.objects.filter(user=OuterRef("user"), trust=assessment.trust_id)
    named = assessment.respondents.annotate(has_left=~Exists(places)).select_related(
        "user", "assessment__trust", "assessment__framework"
    )
    return named.order_by("group", "user__name", "user__email")


def _write(request: SignedInRequest, respondents: Sequence[Respondent], kind: str) -> None:
    sent, unsent = post(respondents, kind=kind, link=request.build_absolute_uri, by=request.user)
    if sent:
        noun = "1 person" if len(sent) == 1 else f"{len(sent)} people"
        messages.success(request, f"A mail has gone to {noun}.")
    if unsent:
        names = ", ".join(str(one.user) for one in unsent)
        messages.warning(
            request,
            f"No mail could be sent to {names}. They are asked all the same and see it when they "
            "sign in: tell them, or remind them later.",
        )


def _address(name: str, assessment: Assessment) -> str:
    return reverse(f"assessments:{name}", args=[assessment.pk])
