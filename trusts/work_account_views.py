"""Signing in with a work account, and linking one: to the provider, back, and the person's list."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe
from requests import RequestException

from trusts.limits import too_many
from trusts.linked_accounts import linked_accounts_of, unlink
from trusts.sign_in import SignedInRequest
from trusts.work_accounts import Provider, WorkAccounts, ended, why_of

REMOVED = "This work account no longer lets you in. You are signed out everywhere else."
REAUTHENTICATED = reauthentication_required(app="allauth.socialaccount")


@require_safe
def work_accounts(request: SignedInRequest) -> HttpResponse:
    """The person's linked work accounts, and the providers to link one of.

    Raises:
        Http404: the service offers none, and the person has none left from when it did.
    """
    linked = linked_accounts_of(request.user)
    if not linked and not settings.WORK_ACCOUNTS:
        raise Http404
    context = {"linked": linked, "providers": settings.WORK_ACCOUNTS}
    return render(request, "socialaccount/work_accounts.html", context)


@require_POST
@login_not_required
def sign_in(request: HttpRequest, provider: str) -> HttpResponse:
    """Go to the provider, to come back signed in."""
    found = WorkAccounts().get_provider(request, provider)
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return _leave(request, found, AuthProcess.LOGIN)


@require_POST
@REAUTHENTICATED
def link(request: SignedInRequest, provider: str) -> HttpResponse:
    """Go to the provider, to come back with an account linked."""
    found = WorkAccounts().get_provider(request, provider)
    return _leave(request, found, AuthProcess.CONNECT)


@require_POST
@REAUTHENTICATED
def remove(request: SignedInRequest, account: int) -> HttpResponse:
    """Take a link away.

    Raises:
        Http404: it is not the person's own.
    """
    if not unlink(request, request.user, account):
        raise Http404
    messages.success(request, REMOVED)
    return redirect("trusts:work_accounts")


@require_GET
@login_not_required
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from the provider, with a code for whom it signed in or an error."""
    found = WorkAccounts().get_provider(request, provider)
    view = OAuth2CallbackView.adapter_view(found.get_oauth2_adapter(request))
    try:
        response: HttpResponse = view(request)
    except (OAuth2Error, RequestException) as fault:
        return ended(request, found, why_of(found, fault))
    return response


def _leave(request: HttpRequest, provider: Provider, process: str) -> HttpResponse:
    """A page that goes on to the provider by itself.

    A redirect would not do: browsers hold it, and every further one until a page is shown,
    against our `form-action`, and a provider may send people on to an address of theirs.
    """
    if not ratelimit.consume(request, app="allauth.account", action="work_account"):
        return too_many(request)
    try:
        away = provider.redirect(request, process, next_url=get_next_redirect_url(request))
    except (OAuth2Error, RequestException) as fault:
        return ended(request, provider, why_of(provider, fault))
    return render(request, "socialaccount/leaving.html", {"provider": provider, "away": away.url})
