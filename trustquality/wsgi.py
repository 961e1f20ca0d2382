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
CHARSETS = {"utf-8", "utf8", "us-ascii"}


def readable_only(application: "WSGIApplication") -> "WSGIApplication":
    """Refuse what Django itself would fall over before any middleware of ours runs.

    That is another character set than UTF-8: Django looks its name up among Python's codecs,
    and some of these, such as zlib, are none at all. And a length that is no number.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        length = str(environ.get("CONTENT_LENGTH") or "0")
        if not (length.isascii() and length.isdigit()):
            return _refuse(start_response, "400 Bad Request", b"The length is no number.\n")
        content_type = Message()
        content_type["Content-Type"] = str(environ.get("CONTENT_TYPE", ""))
        charset = content_type.get_param("charset")
        if charset is None or str(charset).strip("'\" ").lower() in CHARSETS:
            return application(environ, start_response)
        return _refuse(start_response, "415 Unsupported Media Type", b"Only UTF-8 is read here.\n")

    return answer


def _refuse(start_response: "StartResponse", status: str, body: bytes) -> Iterable[bytes]:
    headers = [("Content-Type", REFUSAL), ("Content-Length", str(len(body)))]
    start_response(status, [*headers, ("X-Content-Type-Options", "nosniff")])
    return [body]


application = readable_only(get_wsgi_application())
