"""What the log may not hold: secrets that stand in addresses, and what people wrote."""

from __future__ import annotations

import logging
import re
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
    """Masks addresses, and spares refusals their traceback: a 404 or 403 is no fault of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info, record.exc_text = None, None
        if isinstance(record.args, tuple):
            record.args = tuple(
                without_secrets(one) if isinstance(one, str) else one for one in record.args
            )
        return True


class WithoutRows(logging.Formatter):
    """Tells what failed without the row that it failed on.

    PostgreSQL repeats the row's values in the DETAIL of an error; a note may be one of them.
    """

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        lines = super().formatException(ei).splitlines()
        return "\n".join(line for line in lines if not line.startswith("DETAIL:"))
