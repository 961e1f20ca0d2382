"""What a trust settles for itself: whether its people need a second factor."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from trusts.models import Trust, User
from trusts.permissions import Permission, require_permission
from trusts.second_factor import FACTORS
from trusts.settings_forms import TrustSettingsForm
from trusts.sign_in import SignedInRequest
from trusts.views import fetch_trust


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)
def trust_settings(request: SignedInRequest, slug: str) -> HttpResponse:
    """Ask the trust's people for a second factor, or no longer; the governance lead's page."""
    trust = fetch_trust(request, slug)
    require_permission(request.user, Permission.SETTINGS, trust)
    if request.method == "POST":
        form = TrustSettingsForm(request.POST, instance=trust)
        if form.is_valid():
            form.instance.save(update_fields=form.changed_data)
            messages.success(request, "The settings are saved.")
            return redirect("trusts:settings", slug=trust.slug)
    else:
        form = TrustSettingsForm(instance=trust)
    people = _people_of(trust)
    with_factor = set(_users_with_factor(people))
    context = {
        "trust": trust,
        "form": form,
        "people": people,
        "without": [person for person in people if person.pk not in with_factor],
    }
    return render(request, "trusts/settings.html", context)


def _people_of(trust: Trust) -> list[User]:
    """Everybody who may sign in."""
    people = User.objects.filter(memberships__trust=trust, is_active=True)
    return list(people.order_by("name", "email"))


def _users_with_factor(people: list[User]) -> list[int]:
    factors = Authenticator.objects.filter(user__in=people, type__in=FACTORS)
    return list(factors.values_list("user_id", flat=True))
