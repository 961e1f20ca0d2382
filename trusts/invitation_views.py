"""Inviting people: one, several, once more; and the page that their link opens."""

from __future__ import annotations

from collections.abc import Sequence

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from govuk.views import as_typed, page, status_of, typed
from trusts.drafts import redirect_saved
from trusts.invitation_forms import (
    InvitationForm,
    InviteForm,
    InviteSeveralForm,
    JoinForm,
    NewPersonForm,
)
from trusts.invitation_mails import post
from trusts.invitations import (
    AccountExists,
    Letter,
    LinkEnded,
    TakenUp,
    accept,
    accept_as_new_person,
    find,
    find_account,
    invite,
    withdraw,
    write_letter,
)
from trusts.limits import APP, too_many
from trusts.models import Invitation, Role, Trust, User
from trusts.permissions import Permission, require_permission
from trusts.sign_in import SignedInRequest

NOT_FOUND = 404
UNSENT = {
    False: "Nothing is lost: try again later with the button “Send again” in the list of people.",
    True: "One address gets five invitations a day at most, and a trust mails 200: try again "
    "tomorrow. If the mails do not arrive, ask for the folder of junk mail.",
}
"""What to do about mails that did not go, by whether there were too many."""
CHANGE, SEND = "change", "send"
"""What the buttons of the list's second page send as `step`."""


def fetch_to_invite(request: SignedInRequest, slug: str) -> Trust:
    """The trust, for who may change its people; 404 for strangers, 403 for other members."""
    trust: Trust = get_object_or_404(Trust.objects.visible_to(request.user), slug=slug)
    require_permission(request.user, Permission.INVITE, trust)
    return trust


def mail_and_tell(request: SignedInRequest, letters: Sequence[Letter], *, done: str = "") -> None:
    """Send the letters, and tell what has gone and what has not.

    Args:
        done: what else was done, in the words of a message.
    """
    unsent = post(request, letters, by=request.user)
    sent = len(letters) - len(unsent)
    if sent:
        mailed = "1 invitation is mailed" if sent == 1 else f"{sent} invitations are mailed"
        done = f"{done}, {mailed}" if done else mailed
    if done:
        messages.success(request, f"{done}.")
    for is_too_many, why in UNSENT.items():
        addresses = [
            one.letter.invitation.email for one in unsent if one.is_too_many is is_too_many
        ]
        if addresses:
            messages.error(request, f"No mail went to {', '.join(addresses)}. {why}")


@page
def invite_one(request: SignedInRequest, slug: str) -> HttpResponse:
    """Invite one person."""
    trust = fetch_to_invite(request, slug)
    form = InviteForm(typed(request), trust=trust)
    if request.method == "POST" and form.is_valid():
        mail_and_tell(request, invite(trust=trust, newcomers=[form.newcomer], by=request.user))
        return redirect_saved(request, reverse("trusts:people", args=[slug]))
    context = {"trust": trust, "form": form}
    return render(request, "trusts/invite.html", context, status=status_of(form))


@page
def invite_several(request: SignedInRequest, slug: str) -> HttpResponse:
    """Invite people by a list; every fault is told, then every invitation shown, then sent."""
    trust = fetch_to_invite(request, slug)
    step = request.POST.get("step", "")
    files = request.FILES if request.method == "POST" else None
    form = InviteSeveralForm(typed(request), files, trust=trust)
    if step == CHANGE:
        form = InviteSeveralForm(initial=as_typed(form), trust=trust)
    elif request.method == "POST" and form.is_valid():
        context = {"trust": trust, "form": form}
        if step != SEND:
            return render(request, "trusts/invite_confirm.html", context)
        mail_and_tell(request, invite(trust=trust, newcomers=form.newcomers, by=request.user))
        return redirect_saved(request, reverse("trusts:people", args=[slug]))
    context = {"trust": trust, "form": form}
    return render(request, "trusts/invite_several.html", context, status=status_of(form))


@page
def invitation(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """One invitation that waits: when it was sent, and buttons to send it again or withdraw it."""
    trust = fetch_to_invite(request, slug)
    rows = Invitation.objects.visible_to(request.user).filter(trust=trust)
    waiting = get_object_or_404(rows.select_related("trust", "invited_by"), pk=pk)
    if waiting.accepted_at or waiting.withdrawn_at:
        return _dealt_with(request, waiting)
    form = InvitationForm(typed(request))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["then"] == InvitationForm.Then.SEND:
            mail_and_tell(request, [write_letter(waiting)])
        else:
            try:
                withdraw(invitation=waiting, by=request.user)
            except TakenUp:
                waiting.refresh_from_db()
                return _dealt_with(request, waiting)
            messages.success(request, f"The invitation to {waiting.email} is withdrawn.")
        return redirect("trusts:people", slug)
    context = {"trust": trust, "invitation": waiting, "form": form}
    return render(request, "trusts/invitation.html", context, status=status_of(form))


def _dealt_with(request: SignedInRequest, invitation: Invitation) -> HttpResponse:
    """A page that was left open, or a button pressed twice."""
    what = "accepted" if invitation.accepted_at else "withdrawn"
    messages.info(request, f"The invitation to {invitation.email} was {what} already.")
    return redirect("trusts:people", invitation.trust.slug)


@require_POST
def resend(request: SignedInRequest, slug: str) -> HttpResponse:
    """Send every invitation again whose link ran out, or whose mail never went."""
    trust = fetch_to_invite(request, slug)
    pending = Invitation.objects.visible_to(request.user).filter(trust=trust).pending()
    waiting = [one for one in pending.select_related("trust") if one.needs_mail]
    mail_and_tell(request, [write_letter(one) for one in waiting])
    return redirect("trusts:people", slug)


@page
@login_not_required
@never_cache
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link in the mail opens.

    It says the same of a link that was guessed, used, withdrawn, replaced or left too long.
    """
    found = find(token)
    if found is None:
        return link_ended(request)
    try:
        if request.user.is_authenticated:
            return _join(request, found, request.user)
        if find_account(found.email):
            return _sign_in_first(request, found)
        return _begin(request, found)
    except LinkEnded:
        return link_ended(request)


def link_ended(
    request: HttpRequest, template: str = "trusts/invitation_ended.html"
) -> HttpResponse:
    """No link of ours. Who tries very many is told to wait; a good link always opens."""
    action = "accept_invitation"
    if ratelimit.consume(request, app=APP, action=action, limit_get=True) is None:
        return too_many(request)
    return render(request, template, status=NOT_FOUND)


def _sign_in_first(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    context = {"invitation": invitation, "invited_to": invitation.trust}
    return render(request, "trusts/invitation_sign_in.html", context)


def _join(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    """Take the place with the account that is signed in, which the page names."""
    form = JoinForm(typed(request), user=user)
    if request.method == "POST" and form.is_valid():
        membership = accept(invitation=invitation, by=user)
        return _welcome(request, membership.trust, membership.role)
    context = {
        "invitation": invitation,
        "invited_to": invitation.trust,
        "form": form,
        "is_addressed": user.email == invitation.email,
    }
    return render(request, "trusts/invitation_join.html", context, status=status_of(form))


def _begin(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Make an account and take the place with it; allauth signs the new person in."""
    initial = {"name": invitation.name}
    form = NewPersonForm(
        typed(request), email=invitation.email, trust=invitation.trust, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            user = accept_as_new_person(
                invitation=invitation, name=cleaned["name"], password=cleaned["password1"]
            )
        except AccountExists:
            return _sign_in_first(request, invitation)
        to = invitation.trust.get_absolute_url()
        login = Login(user=user, email=user.email, redirect_url=to)
        response: HttpResponse = perform_password_login(request, {"email": user.email}, login)
        _greet(request, invitation.trust, invitation.role)
        return response
    context = {"invitation": invitation, "invited_to": invitation.trust, "form": form}
    return render(request, "trusts/invitation_new.html", context, status=status_of(form))


def _welcome(request: HttpRequest, trust: Trust, role: str) -> HttpResponse:
    _greet(request, trust, role)
    return redirect(trust)


def _greet(request: HttpRequest, trust: Trust, role: str) -> None:
    messages.success(request, f"You belong to {trust} now, as {Role(role).label.lower()}.")
