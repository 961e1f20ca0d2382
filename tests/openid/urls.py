"""The provider's addresses: django-oauth-toolkit's own, a page to sign in, and a test's say."""

from __future__ import annotations

import json
import time
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.models import Application
from oauth2_provider.views import ConnectDiscoveryInfoView, TokenView

from tests.openid.lies import TOLD, told_again
from tests.openid.settings import FOLDER


@csrf_exempt
def control(request: HttpRequest) -> HttpResponse:
    """What a test asks of the provider: what to tell, and where it may send people back to."""
    asked = json.loads(request.body)
    if back := asked.pop("back", ""):
        Application.objects.update(redirect_uris=back)
    TOLD.update(asked)
    return HttpResponse("done")


def description(request: HttpRequest) -> HttpResponse:
    """The provider's own, with what a test adds."""
    time.sleep(TOLD["delay"])
    true = json.loads(ConnectDiscoveryInfoView.as_view()(request).content)
    return JsonResponse(true | TOLD["description"])


@csrf_exempt
def token(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """The provider's own answer, its token told again; or what a test wants in its place."""
    if TOLD["status"] != 200 or TOLD["body"]:
        return HttpResponse(TOLD["body"], status=TOLD["status"], headers={"Location": "/login/"})
    answer = TokenView.as_view()(request)
    given = json.loads(answer.content)
    if "id_token" in given:
        key = load_pem_private_key((FOLDER / "key.pem").read_bytes(), None)
        given["id_token"] = told_again(given["id_token"], key)
    return JsonResponse(given, status=answer.status_code)


urlpatterns = [
    path("control/", control),
    path("login/", LoginView.as_view(template_name="sign_in.html")),
    path("o/.well-known/openid-configuration", description),
    path("o/token/", token),
    path("o/", include("oauth2_provider.urls")),
]
