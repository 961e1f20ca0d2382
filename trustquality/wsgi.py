"""The WSGI application that gunicorn serves."""

import os
from collections.abc import Iterable
from email.message import Message
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustquality.settings")

CHARSETS = {"utf-8", "utf8", "us-ascii"}


def in_utf_8_only(application: "WSGIApplication") -> "WSGIApplication":
    """Refuse what is declared in another character set, as no page of ours sends.

    Django looks the name up among Python's codecs before any middleware runs, and some of
    these, such as zlib, are no character sets at all: it would fail with a 500.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        content_type = Message()
        content_type["Content-Type"] = str(environ.get("CONTENT_TYPE", ""))
        charset = content_type.get_param("charset")
        if charset is None or str(charset).strip("'\" ").lower() in CHARSETS:
            return application(environ, start_response)
        body = b"Only UTF-8 is read here.\n"
        headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
        start_response("415 Unsupported Media Type", headers)
        return [body]

    return answer


application = in_utf_8_only(get_wsgi_application())
