"""The front page, a trust's home, and the pages that say no."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_BAD_REFERER, REASON_NO_REFERER
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from trusts.home import own_panels_for, panels_for, tasks_of
from trusts.models import Membership, Trust, User
from trusts.permissions import WrongRole, allowed
from trusts.sign_in import SignedInRequest, typed_again

BAD_REQUEST = 400
FORBIDDEN = 403
CROSS_SITE = tuple(
    reason.split("%")[0] for reason in (REASON_BAD_ORIGIN, REASON_BAD_REFERER, REASON_NO_REFERER)
)


@require_safe
@login_not_required
def index(request: HttpRequest) -> HttpResponse:
    """The front page; a person of one trust goes straight to it."""
    if not request.user.is_authenticated:
        return render(request, "trusts/welcome.html")
    memberships = list(request.user.memberships_by_trust.values())
    if len(memberships) == 1:
        return redirect(memberships[0].trust)
    panels = own_panels_for(request.user)
    context = {"memberships": memberships, "panels": panels, "tasks": tasks_of(panels)}
    return render(request, "trusts/choose_trust.html", context)


def fetch_trust(request: SignedInRequest, slug: str) -> Trust:
    """The trust, for its members; 404 for everybody else."""
    trust: Trust = get_object_or_404(Trust.objects.visible_to(request.user), slug=slug)
    return trust


def fetch_membership(user: User, slug: str) -> Membership:
    """The person's place in a trust that `Trust.objects.visible_to` would find for them.

    Read from the memberships that every page reads anyway: the home page's queries are its
    panels'. Holds to the rule of that door, which a test compares it with.

    Raises:
        Http404: they belong to no such trust, or it is shut until a second factor is shown.
    """
    for membership in user.memberships_by_trust.values():
        shut = membership.trust.requires_second_factor and not user.second_factor_shown
        if membership.trust.slug == slug and not shut:
            return membership
    raise Http404


@require_safe
def home(request: SignedInRequest, slug: str) -> HttpResponse:
    """What needs doing in a trust."""
    membership = fetch_membership(request.user, slug)
    trust = membership.trust
    panels = panels_for(request.user, trust)
    context = {
        "trust": trust,
        "panels": panels,
        "tasks": tasks_of(panels),
        "may": allowed(request.user, trust),
        "membership": membership,
    }
    return render(request, "trusts/home.html", context)


def not_here(request: SignedInRequest, **asked_for: str) -> HttpResponse:
    """Stands before a page that is not wanted.

    Raises:
        Http404: always.
    """
    raise Http404


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers once the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def permission_denied(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """The right trust and the wrong role: say what is refused and whom to ask."""
    context = {}
    if isinstance(exception, WrongRole):
        context = {
            "trust": exception.trust,
            "leads": exception.trust.leads,
            "permission_label": str(exception.permission),
        }
    return render(request, "403.html", context, status=FORBIDDEN)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What could not be read; Django's own page would look for a token in it, and fall over."""
    return render(request, "400.html", status=BAD_REQUEST)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form older than the present sign-in is offered again; one from another site is not."""
    if reason.startswith(CROSS_SITE):
        return render(request, "403.html", status=FORBIDDEN)
    return typed_again(request, status=FORBIDDEN)
