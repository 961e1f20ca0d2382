"""Privacy: what is kept about people, one's own data as a file, deleting one's own account."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    get_reauthentication_flows,
)
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from govuk.views import CONFLICT, page, status_of, typed
from trusts.erasing import trusts_of
from trusts.handover import belongings
from trusts.models import Membership, Trust, User
from trusts.people import ChangedMeanwhile
from trusts.permissions import Permission, has_permission
from trusts.personal_data import sections
from trusts.privacy import StillLeads, anonymise, export, leads_alone, say_goodbye
from trusts.privacy_forms import DeleteAccountForm, Place
from trusts.retention import kinds
from trusts.second_factor import way_to_show
from trusts.sessions import signed_in_lately
from trusts.sign_in import SignedInRequest

HANDS_ON = (Permission.PLAN, Permission.INVITE)
"""Who writes a plan or looks after its people may say who goes on with an action."""
HEIR_LEFT = (
    "The people of the trust have changed in the meantime. Look again, and confirm once more"
)

View = Callable[..., HttpResponse]


def proves_again(view: View) -> View:
    """Let only the person themself go on: by their password or second step, just now.

    Having signed in lately is not enough here: a telephone may lie open. Whoever has neither
    password nor second step has only signing in, so that counts for them.
    """

    @wraps(view)
    def wrapped(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not did_recently_reauthenticate(request):
            raise ReauthenticationRequired
        if not get_reauthentication_flows(request.user) and not signed_in_lately(request):
            text = "Sign out, sign in again, and come back here within five minutes."
            messages.info(request, text)
            return redirect("trusts:account")
        if _is_shut(request):
            return redirect(way_to_show(request))
        return view(request, *args, **kwargs)

    return wrapped


def _is_shut(request: SignedInRequest) -> bool:
    """Whether a trust asks for a second step, of now or of then: its texts are in the file."""
    if request.user.second_factor_shown:
        return False
    trusts = Trust.objects.filter(pk__in=trusts_of(request.user))
    return trusts.filter(requires_second_factor=True).exists()


@require_safe
@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, why, how long, and what they can ask for; for anybody."""
    context = {
        "kinds": kinds(),
        "operator": settings.OPERATOR_NAME,
        "contact": settings.PRIVACY_CONTACT,
        "browser_days": settings.SESSION_COOKIE_AGE // 86_400,
    }
    return render(request, "trusts/privacy.html", context)


@page
@proves_again
def own_data(request: SignedInRequest) -> HttpResponse:
    """One's own data: what the file holds, and the file."""
    if request.method != "POST":
        return render(request, "trusts/privacy_data.html", {"sections": sections()})
    answer = JsonResponse(
        export(request.user), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    name = f"trust-quality-your-data-{timezone.localdate():%Y-%m-%d}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@page
@proves_again
def delete_account(request: SignedInRequest) -> HttpResponse:
    """Delete one's own account; not while nobody else leads a trust."""
    if alone := leads_alone(request.user):
        return _refused(request, alone)
    form = DeleteAccountForm(typed(request), places=_places(request))
    status = None
    if request.method == "POST" and form.is_valid():
        try:
            return _deleted(request, form)
        except StillLeads as fault:
            return _refused(request, fault.trusts)
        except ChangedMeanwhile:
            form = DeleteAccountForm(places=_places(request), initial=form.cleaned_data)
            messages.error(request, HEIR_LEFT)
            status = CONFLICT
    context = {"form": form}
    template = "trusts/privacy_delete.html"
    return render(request, template, context, status=status or status_of(form))


def _refused(request: SignedInRequest, alone: list[Trust]) -> HttpResponse:
    status = CONFLICT if request.method == "POST" else None
    return render(request, "trusts/privacy_last_lead.html", {"alone": alone}, status=status)


def _deleted(request: SignedInRequest, form: DeleteAccountForm) -> HttpResponse:
    email, name = request.user.email, request.user.name
    anonymise(person=request.user, heirs=form.heirs, by=request.user)
    logout(request)
    say_goodbye(email=email, name=name)
    messages.success(request, "Your account is deleted.")
    return redirect("trusts:index")


def _places(request: SignedInRequest) -> list[Place]:
    rows = Membership.objects.filter(user=request.user).select_related("trust", "user")
    return [_place(request, row) for row in rows.order_by("trust__name")]


def _place(request: SignedInRequest, membership: Membership) -> Place:
    heaps = belongings(membership.trust).get(request.user.pk, [])
    may = any(has_permission(request.user, one, membership.trust) for one in HANDS_ON)
    others = _others(request.user, membership.trust) if heaps and may else []
    return Place(membership, heaps, others)


def _others(person: User, trust: Trust) -> list[User]:
    """Who could take something on: the trust's other people who can sign in."""
    people = User.objects.filter(memberships__trust=trust, is_active=True)
    return list(people.exclude(pk=person.pk).order_by("name", "email"))
