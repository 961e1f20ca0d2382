"""Telling people what an operator did to their trust or to their account."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from trusts.models import Trust, User

logger = logging.getLogger(__name__)


def tell_leads(*, trust: Trust, leads: Iterable[User], email: str, by: User) -> bool:
    """Tell those who led the trust before whom an operator let in; whether the mails have gone."""
    context = {"trust": trust, "email": email, "by": by}
    told = [_tell(lead, "lead_by_operator", context) for lead in leads]
    return all(told)


def tell_person(*, person: User, what: str, by: User) -> bool:
    """Tell somebody what was done to their account; whether the mail has gone."""
    return _tell(person, what, {"person": person, "by": by})


def _tell(person: User, what: str, context: dict[str, Any]) -> bool:
    text = render_to_string(f"trusts/mail/{what}.txt", context)
    subject, _, body = text.partition("\n")
    mail = EmailMessage(
        subject=" ".join(subject.split()),
        body=body.lstrip("\n"),
        to=[person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        return bool(mail.send())
    except Exception as fault:  # whatever a mail server or its settings can do wrong
        logger.error("A mail could not be sent: %s", type(fault).__name__)
        return False
