"""The operator's area as a whole: who comes in, which models it knows, which ways it has not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

OUR_APPS = frozenset({"frameworks", "trusts"})
"""Packages register models as well: links to work accounts, secrets of second factors."""

NOT_HERE = frozenset({"view_on_site"})
"""It turns the key of any row of any app into the address of its page."""


class OperatorSite(AdminSite):
    """People, trusts and frameworks, for operators alone."""

    site_header = "Trust Quality: operator’s area"
    site_title = "Trust Quality"
    index_title = "People, trusts and frameworks"
    site_url = None
    enable_nav_sidebar = False

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: Any = None,
        **options: Any,
    ) -> None:
        """Take in a model of ours; those that packages bring stay out."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        ours = [model for model in models if model._meta.app_label in OUR_APPS]
        super().register(ours, admin_class, **options)

    def get_urls(self) -> list[Any]:
        return [one for one in super().get_urls() if getattr(one, "name", "") not in NOT_HERE]

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """One door for all: the sign-in page of the service, with its limits on guessing.

        Raises:
            PermissionDenied: somebody has signed in who is no operator.
        """
        if self.has_permission(request):
            return redirect("admin:index")
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        """Signing out, too, is the service's own."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Changing one's password, too: it is noticed by mail and ends other sessions there."""
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The page that followed Django's own."""
        return self.password_change(request)
