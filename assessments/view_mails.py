"""Letters that ask for a view, or remind of one. A mail that fails changes nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string

from assessments.models import Respondent
from trusts.models import User

logger = logging.getLogger(__name__)

PATIENCE = 15
"""Seconds after which no further mail is begun: whoever pressed the button waits for the page."""

ASKED = "asked"
REMINDED = "reminded"
SUBJECTS = {ASKED: "Your view is wanted: {title}", REMINDED: "Still wanted: your view of {title}"}

Link = Callable[[str], str]
"""From a path to the whole address that a mail can carry."""


def post(
    respondents: Sequence[Respondent],
    *,
    kind: str,
    link: Link,
    by: User | None = None,
    patience: float = PATIENCE,
) -> tuple[list[Respondent], list[Respondent]]:
    """Write to each of them, after what the mail tells is committed.

    Args:
        respondents: with user and assessment, its trust included, loaded.
        kind: `ASKED` or `REMINDED`.
        by: to whom answers go; nobody where a command writes.
        patience: seconds after which no further mail is begun.

    Returns:
        To whom a mail has gone, and to whom none.
    """
    until = time.monotonic() + patience
    connection = get_connection() if respondents else None
    sent: list[Respondent] = []
    unsent: list[Respondent] = []
    for respondent in respondents:
        letter = letter_to(respondent, kind=kind, link=link, by=by)
        letter.connection = connection
        in_time = time.monotonic() <= until
        (sent if in_time and _has_gone(letter, connection) else unsent).append(respondent)
    if connection:
        with suppress(Exception):
            connection.close()
    return sent, unsent


def letter_to(respondent: Respondent, *, kind: str, link: Link, by: User | None) -> EmailMessage:
    """The mail, with the link to the own task."""
    assessment = respondent.assessment
    subject = SUBJECTS[kind].format(title=assessment.title)
    context = {
        "respondent": respondent,
        "assessment": assessment,
        "by": by,
        "link": link(respondent.get_absolute_url()),
    }
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string(f"assessments/mail/{kind}.txt", context),
        to=[respondent.user.email],
        reply_to=[by.email] if by else None,
        headers={"Auto-Submitted": "auto-generated"},
    )


def _has_gone(letter: EmailMessage, connection: Any) -> bool:
    try:
        return bool(letter.send())
    except Exception as fault:  # whatever a mail server or its settings can do wrong
        logger.error("A view could not be asked for by mail: %s", type(fault).__name__)
        with suppress(Exception):
            connection.close()  # the next one begins afresh
        return False
