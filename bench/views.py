"""The least that a signed-in page and a conditional save could be: what ours are held against.

The service's own middleware runs around both, so the session and the person are read, and
a form's token is checked, as for any page of the service.
"""

from django.db import transaction
from django.db.models import F
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from assessments.models import Rating
from trusts.sign_in import SignedInRequest

CONFLICT = 409


@require_safe
def bare_view(request: SignedInRequest) -> HttpResponse:
    """A constant answer to a signed-in person."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_POST
def bare_update(request: SignedInRequest, pk: int) -> HttpResponse:
    """One UPDATE of a rating where its version is still the writer's, and a redirect."""
    with transaction.atomic():
        unchanged = Rating.objects.filter(pk=pk, version=int(request.POST["version"]))
        written = unchanged.update(note=request.POST["note"], version=F("version") + 1)
    return HttpResponseRedirect("/bench/view/") if written else HttpResponse(status=CONFLICT)
