"""The log: no secrets that stand in addresses, nothing that people wrote; when it was, and who."""

from __future__ import annotations

import logging
import re
import time
from types import TracebackType

SECRET_ADDRESSES = re.compile(
    r"(/(?:accounts/password/reset/key|accounts/confirm-email|invitations|reviews/invitations)/)"
    r"[^/\s\"?]+"
)
"""Addresses whose next part is a key that lets somebody in."""

QUERY = re.compile(r"\?\S*")
"""What was searched for, and where somebody was sent from."""


def without_secrets(text: str) -> str:
    """The text with keys in addresses masked and everything asked for cut off."""
    return QUERY.sub("", SECRET_ADDRESSES.sub(r"\1…", text))


class Discreet(logging.Filter):
    """Masks addresses, and spares refusals their traceback: a 404 or 403 is no fault of ours.

    A line about a request says whose it was, where the request has found that out.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info, record.exc_text = None, None
        if isinstance(record.args, tuple):
            record.args = tuple(
                without_secrets(one) if isinstance(one, str) else one for one in record.args
            )
        user = getattr(getattr(record, "request", None), "_cached_user", None)
        record.person = f" [person {user.pk}]" if user is not None and user.pk else ""
        return True


class WithoutRows(logging.Formatter):
    """Tells what failed without the row that it failed on.

    PostgreSQL repeats the row's values in the DETAIL of an error; a note may be one of them.
    A line stays one line, whatever stands in an address, and its time is that of Greenwich.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in line)

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        lines = super().formatException(ei).splitlines()
        return "\n".join(line for line in lines if not line.startswith("DETAIL:"))
