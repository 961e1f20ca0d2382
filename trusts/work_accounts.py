"""Signing in with a work account, by OpenID Connect: whom it lets in, and who is told what.

A work account opens nothing by itself and is never matched by an email address. A person
signs in as ever, links the account to their own, and may sign in with it from then on
(docs/decisions/0016-work-accounts.md). The steps are allauth's; here is what is stricter.
"""

from __future__ import annotations

import hashlib
import json
import logging
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from requests import RequestException, Response, Session

from trusts.identity_tokens import (
    AnotherOrganisation,
    Expected,
    Identity,
    TokenRefused,
    read_identity,
)
from trusts.linked_accounts import Linking, link
from trusts.work_account_settings import WorkAccountProvider

logger = logging.getLogger(__name__)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
NOT_NOW = ("server_error", "temporarily_unavailable")
"""Errors by which a provider says that it is its fault (OAuth 2.0, section 4.1.2.1)."""
STATUSES = {
    "down": HTTPStatus.SERVICE_UNAVAILABLE,
    "cancelled": HTTPStatus.OK,
    "late": HTTPStatus.BAD_REQUEST,
    "elsewhere": HTTPStatus.FORBIDDEN,
    "refused": HTTPStatus.FORBIDDEN,
    "unknown": HTTPStatus.FORBIDDEN,
}
"""Why an attempt ends without anybody signed in, and how the page that says so is marked."""
SAID = {
    Linking.LINKED: (messages.SUCCESS, "You can now sign in with this {} account."),
    Linking.ALREADY: (messages.INFO, "This {} account is linked to yours already."),
    Linking.TAKEN: (
        messages.ERROR,
        "This {} account is linked to somebody else here, so it cannot be linked to you.",
    ),
}


class ProviderDown(OAuth2Error):
    """The provider does not answer, or not as it must; the text holds nothing of its answer."""


class CodeRefused(OAuth2Error):
    """The provider takes the code of an attempt no more, or no longer our secret."""


class Provider(OpenIDConnectProvider):
    """One of `settings.WORK_ACCOUNTS`, as allauth wants to have it."""

    def __init__(self, request: HttpRequest, known: WorkAccountProvider) -> None:
        self.known = known
        app = SocialApp(
            provider=self.id,
            provider_id=known.key,
            name=known.name,
            client_id=known.client_id,
            secret=known.client_secret,
            settings={"server_url": known.server_url},
        )
        super().__init__(request, app=app)

    def get_oauth2_adapter(self, request: HttpRequest) -> Conversation:
        return Conversation(request, self)

    def get_pkce_params(self) -> dict[str, Any]:
        params: dict[str, Any] = generate_code_challenge()
        return params | {"nonce": nonce_of(params["code_verifier"])}

    def get_auth_params(self) -> dict[str, str]:
        return dict(self.known.parameters)

    def extract_uid(self, data: Identity) -> str:
        return uid_of(data)

    def extract_extra_data(self, data: Identity) -> dict[str, str]:
        return {"label": data.label}

    def extract_common_fields(self, data: Identity) -> dict[str, str]:
        return {}

    def extract_email_addresses(self, data: Identity) -> list[Any]:
        return []


def nonce_of(code_verifier: str) -> str:
    """What the token of an attempt must repeat, from a secret that the session alone holds."""
    return hashlib.sha256(b"nonce:" + code_verifier.encode()).hexdigest()


def uid_of(identity: Identity) -> str:
    """What a link is stored under, 64 characters.

    The issuer is part of it: after a change of provider or tenant no old link opens
    anything, whatever numbers the new one gives its people.
    """
    return hashlib.sha256(json.dumps([identity.issuer, identity.subject]).encode()).hexdigest()


class Conversation(OpenIDConnectOAuth2Adapter):
    """What is asked of a provider in one attempt, and what of its answers is believed."""

    def __init__(self, request: HttpRequest, provider: Provider) -> None:
        super().__init__(request, provider.known.key)
        self.provider = provider
        self.code_verifier = ""

    def get_provider(self) -> Provider:
        return self.provider

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        address = reverse("trusts:work_account_callback", args=[app.provider_id])
        return str(request.build_absolute_uri(address))

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        """The provider's own description.

        Raises:
            ProviderDown: it is that of another provider, or names no safe addresses.
            RequestException: there is none.
        """
        config = self._shown_at(self.provider.server_url)
        if not self.provider.known.issuer.fullmatch(str(config.get("issuer"))):
            raise ProviderDown("describes itself as another issuer")
        scheme = urlsplit(self.provider.server_url).scheme
        if not all(_is_address(config.get(name), scheme) for name in ENDPOINTS):
            raise ProviderDown("names no address, or an insecure one")
        return config

    def _shown_at(self, address: str) -> dict[str, Any]:
        with WorkAccounts().get_requests_session() as session:
            answer = session.get(address)
        answer.raise_for_status()
        shown: dict[str, Any] = answer.json()
        return shown

    def get_access_token_data(
        self,
        request: HttpRequest,
        app: SocialApp,
        client: OAuth2Client,
        pkce_code_verifier: str | None = None,
    ) -> dict[str, Any]:
        """What the provider gives for the code that came back.

        Raises:
            CodeRefused: no token.
            ProviderDown: no proper answer.
        """
        self.code_verifier = pkce_code_verifier or ""
        try:
            given: dict[str, Any] = super().get_access_token_data(
                request, app, client, pkce_code_verifier=pkce_code_verifier
            )
        except ProviderDown:
            raise
        except OAuth2Error as fault:
            raise CodeRefused(
                "gives no token: the code is spent, or our secret has ended"
            ) from fault
        return given

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """An empty one: nothing is asked of the provider afterwards, so nothing is kept."""
        return SocialToken()

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Whose account the provider's token says it is.

        Raises:
            OAuth2Error: the token is missing, or does not say what it must.
        """
        expected = Expected(
            issuer=self.openid_config["issuer"],
            client_id=app.client_id,
            nonce=nonce_of(self.code_verifier),
            hosted_domain=self.provider.known.hosted_domain,
        )
        keys = self._shown_at(self.openid_config["jwks_uri"])
        id_token = str(kwargs["response"].get("id_token", ""))
        try:
            identity = read_identity(id_token, keys=keys, expected=expected)
        except TokenRefused as fault:
            raise OAuth2Error(f"its token is refused: {fault}") from fault
        return self.provider.sociallogin_from_response(request, identity)


class WorkAccounts(DefaultSocialAccountAdapter):
    """Whom a work account lets in: who has linked it, and nobody else."""

    def list_providers(self, request: HttpRequest) -> list[Provider]:
        return [Provider(request, known) for known in settings.WORK_ACCOUNTS]

    def get_provider(self, request: HttpRequest, provider: str, client_id: str = "") -> Provider:
        """The provider of this key.

        Raises:
            Http404: the service does not offer it.
        """
        found = [one for one in self.list_providers(request) if one.known.key == provider]
        if not found:
            raise Http404
        return found[0]

    def get_requests_session(self) -> Session:
        """For asking a provider: it answers with a JSON object, from where it was asked."""
        session: Session = super().get_requests_session()
        session.max_redirects = 0
        session.hooks["response"].append(_must_be_an_object)
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> Any:
        """Nothing that a provider says of a person is taken over."""
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Link the account, or let only the person in who has linked it.

        Raises:
            ImmediateHttpResponse: nobody is to be signed in; it holds where to go instead.
        """
        if sociallogin.state["process"] == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(self._link(request, sociallogin))
        if request.user.is_authenticated:
            raise ImmediateHttpResponse(redirect(settings.LOGIN_REDIRECT_URL))
        if not sociallogin.is_existing:
            label = sociallogin.account.extra_data["label"]
            page = ended(request, sociallogin.provider, "unknown", label=label)
            raise ImmediateHttpResponse(page)

    def _link(self, request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
        if not request.user.is_authenticated:  # no longer: barred meanwhile
            return ended(request, sociallogin.provider, "late")
        account = sociallogin.account
        account.pk = None  # found again, where it was linked before
        level, text = SAID[link(request, account, by=request.user)]
        messages.add_message(request, level, text.format(sociallogin.provider.name))
        return redirect("trusts:work_accounts")

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Provider,
        error: str = AuthError.UNKNOWN,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Say what happened, in our words.

        Raises:
            ImmediateHttpResponse: always.
        """
        if error == AuthError.CANCELLED:
            why = "cancelled"
        elif exception is not None:
            why = why_of(provider, exception)
        elif "state" not in (extra_context or {}):
            why = "late"
        else:
            why = "down" if request.GET.get("error") in NOT_NOW else "refused"
            logger.warning("Work account, %s: the provider refused.", provider.known.key)
        raise ImmediateHttpResponse(ended(request, provider, why))


def _is_address(text: Any, scheme: str) -> bool:
    try:
        parts = urlsplit(str(text))
    except ValueError:
        return False
    return parts.scheme == scheme and bool(parts.hostname)


def _must_be_an_object(answer: Response, *args: Any, **kwargs: Any) -> None:
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ProviderDown(f"answers with {answer.status_code}")
    if not isinstance(answer.json(), dict):
        raise ProviderDown("answers with something else")


def why_of(provider: Provider, fault: Exception) -> str:
    """Which page says it; the log is told a little more, and nothing that lets anybody in."""
    is_ours = isinstance(fault, ProviderDown | CodeRefused) or isinstance(
        fault.__cause__, TokenRefused
    )
    told = str(fault) if is_ours else type(fault).__name__
    logger.warning("Work account, %s: %s", provider.known.key, told)
    if isinstance(fault.__cause__, AnotherOrganisation):
        return "elsewhere"
    return "down" if isinstance(fault, ProviderDown | RequestException) else "refused"


def ended(request: HttpRequest, provider: Provider, why: str, *, label: str = "") -> HttpResponse:
    """The page of an attempt that ends without anybody signed in; `why` is one of `STATUSES`."""
    context = {"provider": provider, "why": why, "label": label}
    return render(request, "socialaccount/ended.html", context, status=STATUSES[why])
