"""Mails as the service writes them, sent one by one. A mail that fails costs nothing but itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.core.mail import EmailMessage, get_connection

from trusts.models import User

logger = logging.getLogger(__name__)

PATIENCE = 15
"""Seconds after which no further mail is begun: whoever pressed the button waits for the page."""


def mail_to(address: str, *, subject: str, body: str, by: User | None = None) -> EmailMessage:
    """A mail that no machine answers, its subject one line, whatever stands in a name or a title.

    Args:
        by: to whom answers go, where somebody sends it who can say that it is no trick.
    """
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        to=[address],
        reply_to=[by.email] if by else None,
        headers={"Auto-Submitted": "auto-generated"},
    )


class Postbag:
    """Some mails to the same server, by one connection, within a time."""

    def __init__(self, *, what: str, patience: float) -> None:
        self.what = what
        self.connection = get_connection()
        self.until = time.monotonic() + patience

    @property
    def has_time(self) -> bool:
        """Whether another mail may be begun."""
        return time.monotonic() <= self.until

    def send(self, mail: EmailMessage) -> bool:
        """Whether it has gone; not where the server is away or refuses, or the time is over."""
        if not self.has_time:
            return False
        mail.connection = self.connection
        try:
            return bool(mail.send())
        except Exception as fault:  # whatever a mail server or its settings can do wrong
            logger.error("%s could not be mailed: %s", self.what, type(fault).__name__)
            self.close()  # the next one begins afresh
            return False

    def close(self) -> None:
        with suppress(Exception):
            self.connection.close()


@contextmanager
def postbag(*, what: str, patience: float | None = None) -> Iterator[Postbag]:
    """A postbag that is closed at the end.

    Args:
        what: a mail of it, as the log calls it where it does not go.
        patience: seconds after which no further mail is begun; `PATIENCE` where not said.
    """
    bag = Postbag(what=what, patience=PATIENCE if patience is None else patience)
    try:
        yield bag
    finally:
        bag.close()


def send(mail: EmailMessage) -> bool:
    """Whether this one mail has gone."""
    with postbag(what="A mail") as bag:
        return bag.send(mail)
