"""Handing a document over as a file, and the page where none can be made."""

from __future__ import annotations

import logging

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from reports.pdf import PdfUnavailable
from reports.turns import TooBusy
from trusts.sign_in import SignedInRequest

UNAVAILABLE = 503
SECONDS_TO_WAIT = 60

log = logging.getLogger(__name__)


def download(document: bytes, name: str, *, media_type: str = "application/pdf") -> HttpResponse:
    """The file, to be saved under the name."""
    response = HttpResponse(document, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def unavailable(
    request: SignedInRequest, context: dict[str, object], reason: PdfUnavailable | TooBusy
) -> HttpResponse:
    """A page that says what to do instead; the operator finds the reason in the log.

    Args:
        context: what the page shows, with `crumbs`, the template of the way back, and
            `report_url`, where the document is as a page.
    """
    is_busy = isinstance(reason, TooBusy)
    log.log(logging.WARNING if is_busy else logging.ERROR, "No PDF was made: %s", reason)
    template = "reports/busy.html" if is_busy else "reports/unavailable.html"
    response = render(request, template, context, status=UNAVAILABLE)
    if is_busy:
        response.headers["Retry-After"] = str(SECONDS_TO_WAIT)
    return response
