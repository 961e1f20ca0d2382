"""What every answer carries, and what is refused before any view reads it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

BAD_REQUEST = 400
NOT_ALLOWED = 405
TOO_LARGE = 413
LARGEST_REQUEST = 6 * 1024 * 1024
"""Bytes of one request: the longest page of notes is a tenth of it, a spreadsheet a third."""

METHODS = ("GET", "HEAD", "POST")

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)

Answer = Callable[[HttpRequest], HttpResponse]


class RefuseUnreadable:
    """Refuses what no browser sends, before it reaches a database or fills a disk.

    A null character cannot be stored by PostgreSQL and stands in no address of ours. A
    request that is too large is refused by its declared length, so that nothing of it
    is read; the server takes no body without one. No page of ours, nor of a package's, is
    for another method than a browser's own. A form that falls apart is refused here, since
    the pages that say 403 and 404 would read it once more and fall over it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if _length_of(request) > LARGEST_REQUEST:
            return render(request, "413.html", status=TOO_LARGE)
        try:
            request.POST  # noqa: B018 read here, and kept for whoever asks
        except RequestDataTooBig:
            return render(request, "413.html", status=TOO_LARGE)
        except (MultiPartParserError, SuspiciousOperation, OSError):
            return render(request, "400.html", status=BAD_REQUEST)
        if "\0" in request.path_info:
            raise Http404
        if any("\0" in text for text in (*request.COOKIES.values(), *_asked(request))):
            raise BadRequest("A null character was sent.")
        return self.get_response(request)


def _asked(request: HttpRequest) -> list[str]:
    return [text for name, values in request.GET.lists() for text in (name, *values)]


def _length_of(request: HttpRequest) -> int:
    declared = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(declared) if declared.isascii() and declared.isdigit() else 0


class SecurityHeaders:
    """Headers that Django's own middleware does not set, on static files as on pages."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class PageForButtons:
    """Shows a page of the service where an address is opened that takes only a button's press.

    After such a press the address bar may hold it; the empty answer of before left nowhere to go.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "GET" or response.status_code != NOT_ALLOWED:
            return response
        page = render(request, "405.html", status=NOT_ALLOWED)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class PagesNotKept:
    """Pages seen while signed in are not kept by the browser.

    The Back button of a shared machine shows nothing after signing out, and signing out clears
    what was kept. Static files, the same for everybody, are answered before this is asked.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
        response = self.get_response(request)
        if was_signed_in or settings.SESSION_COOKIE_NAME in response.cookies:
            add_never_cache_headers(response)
        if was_signed_in and _ends_session(response):
            response.headers["Clear-Site-Data"] = '"cache"'
        return response


def _ends_session(response: HttpResponse) -> bool:
    cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie is not None and not cookie.value
