"""Inviting people: one, several, once more; and the page that their link opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

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
    NewMemberForm,
    NewPersonForm,
)
from trusts.invitation_mails import TO_JOIN, Outcome, Post, post
from trusts.invitations import (
    AccountExists,
    Invited,
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
from trusts.models import Invitation, Membership, Trust, User
from trusts.permissions import Permission, require_permission
from trusts.sign_in import SignedInRequest
from trusts.views import fetch_trust

NOT_FOUND = 404
NOT_MAILED = {
    Outcome.UNSENT: "No mail went to {to}. Nothing is lost: try again later {again}.",
    Outcome.TOO_MANY: "No mail went to {to}. One address gets five invitations a day at most, and "
    "a trust mails 200: try again tomorrow. If the mails do not arrive, ask them to look into "
    "their junk mail.",
    Outcome.OVERTAKEN: "No mail went to {to}: meanwhile the invitation was sent from another page, "
    "taken up or withdrawn.",
}
"""What is said of letters that did not go."""
CHANGE, SEND = "change", "send"
"""What the buttons of the list's second page send as `step`."""


def fetch_to_invite(request: SignedInRequest, slug: str) -> Trust:
    """The trust, for who may change its people; 404 for strangers, 403 for other members."""
    trust = fetch_trust(request, slug)
    require_permission(request.user, Permission.INVITE, trust)
    return trust


def mail_and_tell(
    request: SignedInRequest,
    letters: Sequence[Letter[Invited]],
    *,
    via: Post[Invited],
    done: str = "",
) -> None:
    """Send the letters, and tell what has gone and what has not.

    Args:
        done: what else was done, in the words of a message.
    """
    addresses: dict[Outcome, list[str]] = {outcome: [] for outcome in Outcome}
    for letter, outcome in post(request, letters, via=via, by=request.user):
        addresses[outcome].append(letter.invitation.email)
    if sent := addresses[Outcome.SENT]:
        one = f"1 invitation is mailed to {sent[0]}"
        mailed = one if len(sent) == 1 else f"{len(sent)} invitations are mailed"
        done = f"{done}, {mailed}" if done else mailed
    if done:
        messages.success(request, f"{done}.")
    for outcome, says in NOT_MAILED.items():
        if unsent := addresses[outcome]:
            messages.error(request, says.format(to=", ".join(unsent), again=via.again))


@page
def invite_one(request: SignedInRequest, slug: str) -> HttpResponse:
    """Invite one person."""
    trust = fetch_to_invite(request, slug)
    form = InviteForm(typed(request), trust=trust)
    if request.method == "POST" and form.is_valid():
        letters = invite(trust=trust, newcomers=[form.newcomer], by=request.user)
        mail_and_tell(request, letters, via=TO_JOIN)
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
        letters = invite(trust=trust, newcomers=form.newcomers, by=request.user)
        mail_and_tell(request, letters, via=TO_JOIN)
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
            mail_and_tell(request, [write_letter(waiting)], via=TO_JOIN)
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
    mail_and_tell(request, [write_letter(one) for one in waiting], via=TO_JOIN)
    return redirect("trusts:people", slug)


@dataclass(frozen=True)
class Way(Generic[Invited]):
    """How one kind of invitation is taken up by its link.

    Attributes:
        pages: the folder of its templates.
        shows: what each of them shows of it.
        join: the page for who is signed in.
        form: what a new person fills in.
        begin: makes the account and takes the place with it; may raise `AccountExists`.
        welcome: says what there is to say to the new person, and where they go.
    """

    pages: str
    shows: Callable[[Invited], dict[str, Any]]
    join: Callable[[HttpRequest, Invited, User], HttpResponse]
    form: Callable[..., NewPersonForm]
    begin: Callable[..., User]
    welcome: Callable[[HttpRequest, Invited], str]


def open_link(request: HttpRequest, found: Invited | None, way: Way[Invited]) -> HttpResponse:
    """The page that a link opens.

    It says the same of a link that was guessed, used, withdrawn, replaced or left too long.
    """
    if found is None:
        return _link_ended(request, way)
    try:
        if request.user.is_authenticated:
            return way.join(request, found, request.user)
        if find_account(found.email):
            raise AccountExists
        return _begin(request, found, way)
    except AccountExists:
        return render(request, f"{way.pages}/invitation_sign_in.html", way.shows(found))
    except LinkEnded:
        return _link_ended(request, way)


def _link_ended(request: HttpRequest, way: Way[Invited]) -> HttpResponse:
    """No link of ours. Who tries very many is told to wait; a good link always opens."""
    action = "accept_invitation"
    if ratelimit.consume(request, app=APP, action=action, limit_get=True) is None:
        return too_many(request)
    return render(request, f"{way.pages}/invitation_ended.html", status=NOT_FOUND)


def _begin(request: HttpRequest, found: Invited, way: Way[Invited]) -> HttpResponse:
    """Make an account and take the place with it; allauth signs the new person in."""
    form = way.form(typed(request), invitation=found)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        user = way.begin(invitation=found, name=cleaned["name"], password=cleaned["password1"])
        login = Login(user=user, email=user.email, redirect_url=way.welcome(request, found))
        response: HttpResponse = perform_password_login(request, {"email": user.email}, login)
        return response
    context = way.shows(found) | {"form": form}
    return render(request, f"{way.pages}/invitation_new.html", context, status=status_of(form))


@page
@login_not_required
@never_cache
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link in the mail opens."""
    return open_link(request, find(token), WAY)


def _shows(invitation: Invitation) -> dict[str, Any]:
    return {"invitation": invitation, "invited_to": invitation.trust}


def _join(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    """Take the place with the account that is signed in, which the page names."""
    form = JoinForm(typed(request), user=user)
    if request.method == "POST" and form.is_valid():
        membership = accept(invitation=invitation, by=user)
        return redirect(_welcome(request, membership))
    context = _shows(invitation) | {"form": form, "is_addressed": user.email == invitation.email}
    return render(request, "trusts/invitation_join.html", context, status=status_of(form))


def _welcome(request: HttpRequest, place: Invitation | Membership) -> str:
    """Who belonged to the trust before keeps that role, whatever the invitation says."""
    role = place.get_role_display().lower()
    messages.success(request, f"You belong to {place.trust} now, as {role}.")
    return place.trust.get_absolute_url()


WAY = Way[Invitation](
    pages="trusts",
    shows=_shows,
    join=_join,
    form=NewMemberForm,
    begin=accept_as_new_person,
    welcome=_welcome,
)
