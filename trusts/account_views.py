"""A person's own account: what they sign in with, where they are signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import PasswordSetView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from govuk.fields import number_of
from trusts.second_factor import factors_of, is_shown, shut_to
from trusts.sessions import end_others, end_visit, visits_of
from trusts.sign_in import SignedInRequest

OTHERS = "others"


@require_safe
def account(request: SignedInRequest) -> HttpResponse:
    """Everything about a person's own account, one way to each."""
    kinds = Authenticator.objects.filter(user=request.user).values_list("type", flat=True)
    context = {"factors": [kind for kind in kinds if kind != Authenticator.Type.RECOVERY_CODES]}
    return render(request, "account/account.html", context)


@require_safe
def signed_in(request: SignedInRequest) -> HttpResponse:
    """Back to the tab in which somebody was writing when their session ended.

    That tab's script asks here who has signed in, and for the token that forms carry now.
    """
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"person": str(request.user.pk), "token": get_token(request)})
    return render(request, "trusts/signed_in.html")


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)
def sessions(request: SignedInRequest) -> HttpResponse:
    """Where the person is signed in; each other place can be ended, or all of them."""
    if request.method == "POST":
        _end(request, request.POST.get("end", ""))
        return redirect("usersessions_list")
    visits = visits_of(request, request.user)
    return render(request, "usersessions/usersession_list.html", {"visits": visits})


def _end(request: SignedInRequest, which: str) -> None:
    if which == OTHERS:
        end_others(request, request.user)
        messages.success(request, "You are signed out everywhere else.")
    elif (key := number_of(which)) and end_visit(request.user, key):
        messages.success(request, "You are signed out there.")
    else:
        messages.info(request, "That session had ended already.")


@require_safe
def second_factor(request: SignedInRequest) -> HttpResponse:
    """Set up a second factor, or show one, and go on to where the person was going."""
    then = get_next_redirect_url(request) or reverse("trusts:index")
    if is_shown(request):
        return redirect(then)
    if factors_of(request.user):
        [way, *_] = get_adapter().get_reauthentication_methods(request.user)
        return redirect(_with_next(way["url"], then))
    context = {
        "trusts": shut_to(request),
        "is_operator": request.user.is_staff and settings.OPERATOR_SECOND_FACTOR,
        "then": urlencode({"next": then}),
    }
    return render(request, "mfa/set_up.html", context)


def _with_next(address: str, then: str | None) -> str:
    return f"{address}?{urlencode({'next': then})}" if then else address


class SetPassword(PasswordSetView):
    """A first password, for who has signed in by something else; asked again who they are."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask first; allauth would keep what was sent meanwhile in the session, a password too."""
        ways = get_adapter().get_reauthentication_methods(request.user)
        if ways and is_reauthentication_required(request, app=""):
            return redirect(_with_next(ways[0]["url"], request.path))
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


class GoesOn:
    """Setting up ends with the recovery codes, and those with where the person was going."""

    request: HttpRequest
    did_generate_recovery_codes: bool

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"then": get_next_redirect_url(self.request)}

    def get_success_url(self) -> str:
        then = get_next_redirect_url(self.request)
        if self.did_generate_recovery_codes:
            return _with_next(reverse("mfa_view_recovery_codes"), then)
        return then or reverse("mfa_index")


class ActivateApp(GoesOn, ActivateTOTPView):
    """Set up an authenticator app."""


class AddPasskey(GoesOn, AddWebAuthnView):
    """Add a passkey."""


class RecoveryCodes(GoesOn, ViewRecoveryCodesView):
    """The codes that are left."""


class PasskeyAgain(ReauthenticateWebAuthnView):
    """Show a passkey before something sensitive; one that is refused may be tried again here."""

    def form_invalid(self, form: Any) -> HttpResponse:
        for message in form.errors.get("credential", []):
            messages.error(self.request, message)
        return redirect(_with_next(self.request.path, get_next_redirect_url(self.request)))
