"""Telling people what an operator did to their trust or to their account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string

from trusts.letters import mail_to, send
from trusts.models import Trust, User


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
    return send(mail_to(person.email, subject=subject, body=body.lstrip("\n")))
