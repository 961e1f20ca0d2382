"""The WSGI application that gunicorn serves."""

import os
from collections.abc import Iterable
from email.message import Message
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustquality.settings")

REFUSAL = "text/plain; charset=utf-8"
SHUT = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Frame-Options", "DENY"),
)
"""What the middleware, which is not reached, would have said of the answer."""
MOST_FIELDS = 1_000
"""As `DATA_UPLOAD_MAX_NUMBER_FIELDS`; no page of ours asks for a tenth of it."""
CHARSETS = {"utf-8", "utf8", "us-ascii"}


def readable_only(application: "WSGIApplication") -> "WSGIApplication":
    """Refuse what Django itself would fall over before any middleware of ours runs.

    That is another character set than UTF-8: Django looks its name up among Python's codecs,
    and some of these, such as zlib, are none at all. And a length that is no number, and an
    address that asks for more fields than Django reads, which it does that early where a
    character set is named.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        length = str(environ.get("CONTENT_LENGTH") or "0")
        if not (length.isascii() and length.isdigit()):
            return _refuse(start_response, "400 Bad Request", b"The length is no number.\n")
        if str(environ.get("QUERY_STRING", "")).count("&") >= MOST_FIELDS:
            return _refuse(start_response, "400 Bad Request", b"That asks for too much.\n")
        content_type = Message()
        content_type["Content-Type"] = str(environ.get("CONTENT_TYPE", ""))
        charset = content_type.get_param("charset")
        if charset is None or str(charset).strip("'\" ").lower() in CHARSETS:
            return application(environ, start_response)
        return _refuse(start_response, "415 Unsupported Media Type", b"Only UTF-8 is read here.\n")

    return answer


def _refuse(start_response: "StartResponse", status: str, body: bytes) -> Iterable[bytes]:
    headers = [("Content-Type", REFUSAL), ("Content-Length", str(len(body)))]
    start_response(status, [*headers, *SHUT])
    return [body]


application = readable_only(get_wsgi_application())
