"""Who belongs to a trust: the list, one person's role, removing them, a year's turnover."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from govuk.views import CONFLICT, as_typed, page, status_of, typed
from trusts.drafts import redirect_saved
from trusts.handover import belongings
from trusts.invitation_mails import TO_JOIN
from trusts.invitation_views import fetch_to_invite, mail_and_tell
from trusts.models import Invitation, Membership, Role, Trust
from trusts.people import (
    Change,
    ChangedMeanwhile,
    LastLead,
    change_role,
    remove_member,
    takes_last_lead,
    turn_over,
)
from trusts.people_forms import NO_LEAD, RemoveForm, RoleForm, TurnoverForm
from trusts.permissions import allowed
from trusts.sign_in import SignedInRequest
from trusts.views import fetch_trust

CHANGE, CONFIRM = "change", "confirm"
"""What the buttons of the turnover's second page send as `step`."""
ROLES = list(Role)
CHANGED = "The people of the trust have changed in the meantime. Look again, and confirm once more"


def members_of(request: SignedInRequest, trust: Trust) -> list[Membership]:
    """Everybody of the trust, the leads first; one query."""
    rows = Membership.objects.visible_to(request.user).filter(trust=trust)
    by_name = rows.select_related("user", "trust").order_by("user__name", "user__email")
    return sorted(by_name, key=lambda row: ROLES.index(Role(row.role)))


@require_safe
def people(request: SignedInRequest, slug: str) -> HttpResponse:
    """Names and roles for every member; addresses and what can be changed for the lead."""
    trust = fetch_trust(request, slug)
    may = allowed(request.user, trust)
    invitations = Invitation.objects.visible_to(request.user).filter(trust=trust)
    pending = list(invitations.pending().select_related("invited_by").order_by("name", "email"))
    elsewhere = _invited_elsewhere(invitations) if may["invite"] else {}
    members = members_of(request, trust)
    context = {
        "trust": trust,
        "may": may,
        "members": [(member, elsewhere.get(member.user_id, "")) for member in members],
        "invitations": pending,
        "needing_mail": [one for one in pending if one.needs_mail],
    }
    return render(request, "trusts/people.html", context)


def _invited_elsewhere(invitations: QuerySet[Invitation]) -> dict[int, str]:
    """By person, the address that an invitation went to which they took up by another."""
    taken = invitations.filter(accepted_by__isnull=False).exclude(email=F("accepted_by__email"))
    return dict(taken.order_by("accepted_at").values_list("accepted_by", "email"))


@page
def member(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """One person's role, for the lead to change."""
    trust = fetch_to_invite(request, slug)
    membership = _find(request, trust, pk)
    if membership is None:
        return _has_left(request, trust, pk)
    form = RoleForm(typed(request), membership=membership)
    if request.method == "POST" and form.is_valid():
        try:
            return _changed(request, membership, form.cleaned_data["role"])
        except LastLead:
            form.add_error("role", NO_LEAD)
        except ChangedMeanwhile:
            membership = _find(request, trust, pk)
            if membership is None:
                return _has_left(request, trust, pk)
            form = RoleForm(typed(request), membership=membership)
    context = {"trust": trust, "membership": membership, "form": form}
    return render(request, "trusts/member.html", context, status=status_of(form))


def _changed(request: SignedInRequest, membership: Membership, role: str) -> HttpResponse:
    if role != membership.role:
        change_role(membership=membership, role=role, by=request.user)
        messages.success(request, f"{membership.user} is {Role(role).label.lower()} now.")
    return redirect("trusts:people", membership.trust.slug)


@page
def remove(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Remove a person from the trust, and hand on what they own."""
    trust = fetch_to_invite(request, slug)
    membership = _find(request, trust, pk)
    if membership is None:
        return _has_left(request, trust, pk)
    heaps = belongings(trust).get(membership.user_id, [])
    members = members_of(request, trust)
    others = [row.user for row in members if row.pk != pk]
    form = RemoveForm(typed(request), membership=membership, heaps=heaps, others=others)
    if request.method == "POST" and form.is_valid():
        try:
            remove_member(membership=membership, heir=form.heir, by=request.user)
        except LastLead:
            form.add_error(None, NO_LEAD)
        except ChangedMeanwhile:
            form.add_error(None, CHANGED)
        else:
            messages.success(request, f"{membership.user} does not belong to {trust} any longer.")
            return redirect(_after(request, [membership], trust))
    context = {
        "trust": trust,
        "membership": membership,
        "heaps": heaps,
        "form": form,
        "has_to_stay": NO_LEAD if takes_last_lead([Change(membership)], members) else "",
    }
    return render(request, "trusts/member_remove.html", context, status=status_of(form))


def _after(request: SignedInRequest, left: list[Membership], trust: Trust) -> str:
    """Where to go on: not to the trust's pages, for a lead who has just left it."""
    if request.user.pk in {membership.user_id for membership in left}:
        return reverse("trusts:index")
    return reverse("trusts:people", args=[trust.slug])


def _find(request: SignedInRequest, trust: Trust, pk: int) -> Membership | None:
    rows = Membership.objects.visible_to(request.user).filter(trust=trust, pk=pk)
    return rows.select_related("user", "trust").first()


def _has_left(request: SignedInRequest, trust: Trust, pk: int) -> HttpResponse:
    """A page left open, or a button pressed twice, about somebody who has been removed.

    Raises:
        Http404: there never was such a person here.
    """
    gone = Membership.history.filter(id=pk, trust=trust, history_type="-").select_related("user")
    if (row := gone.first()) is None:
        raise Http404
    messages.info(request, f"{row.user} does not belong to {trust} any longer.")
    return redirect("trusts:people", trust.slug)


@page
def turnover(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who has left, who has another role, who is new: one page, and one to confirm."""
    trust = fetch_to_invite(request, slug)
    step = request.POST.get("step", "")
    form, status = _turnover_form(request, trust), None
    if step == CHANGE:
        form = _turnover_form(request, trust, initial=as_typed(form))
    elif request.method == "POST" and form.is_valid():
        if step != CONFIRM:
            context = {"trust": trust, "form": form}
            return render(request, "trusts/turnover_confirm.html", context)
        try:
            return _turned_over(request, trust, form)
        except (LastLead, ChangedMeanwhile):
            form = _turnover_form(request, trust)
            form.add_error(None, CHANGED)
            status = CONFLICT
    context = {"trust": trust, "form": form}
    return render(request, "trusts/turnover.html", context, status=status or status_of(form))


def _turnover_form(
    request: SignedInRequest, trust: Trust, *, initial: dict[str, Any] | None = None
) -> TurnoverForm:
    """The form as it was sent, or afresh with what is to stand in it."""
    sent = request.method == "POST" and initial is None
    return TurnoverForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        trust=trust,
        members=members_of(request, trust),
        belongings=belongings(trust),
        initial=initial,
    )


def _turned_over(request: SignedInRequest, trust: Trust, form: TurnoverForm) -> HttpResponse:
    done = turn_over(trust=trust, changes=form.changes, newcomers=form.newcomers, by=request.user)
    said = [
        (len(done.left), "person has left", "people have left"),
        (len(done.changed), "role is changed", "roles are changed"),
    ]
    parts = [f"{count} {one if count == 1 else many}" for count, one, many in said if count]
    mail_and_tell(request, done.letters, via=TO_JOIN, done=", ".join(parts))
    to = _after(request, [change.membership for change in done.left], trust)
    return redirect_saved(request, to)
