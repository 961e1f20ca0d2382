"""The history to take away, for those who may hand documents out."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from reports.history_csv import history_csv
from trusts.history_views import Look, address_of, fetch_thing, look
from trusts.permissions import Permission, require_permission
from trusts.sign_in import SignedInRequest
from trusts.views import fetch_trust


@require_safe
def of_trust(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The changes that the page of the trust's history shows, every save by itself."""
    trust = fetch_trust(request, slug)
    require_permission(request.user, Permission.ISSUE, trust)
    return _download(request, look(request, trust, each=True))


@require_safe
def of_thing(request: SignedInRequest, slug: str, what: str, pk: int) -> HttpResponseBase:
    """The same of one thing."""
    thing = fetch_thing(request, slug, what, pk)
    require_permission(request.user, Permission.ISSUE, thing.trust)
    return _download(request, look(request, thing.trust, thing, each=True))


def _download(request: SignedInRequest, found: Look) -> HttpResponseBase:
    if found.form.errors:  # only an address typed by hand: the page says what is wrong
        return redirect(f"{address_of(found.scope)}?{request.GET.urlencode()}")
    response = StreamingHttpResponse(history_csv(found), content_type="text/csv; charset=utf-8")
    name = f"{slugify(found.scope.trust.name) or 'trust'}-history-{timezone.localdate()}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
