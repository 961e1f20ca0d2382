"""Mail servers that misbehave, and reading what was mailed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend

LINK = re.compile(r"https?://[^/\s]+(/(?:reviews/)?invitations/[\w-]+/)")


class Unreachable(EmailBackend):
    """Nobody answers."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError("[Errno 111] Connection refused")


class Choosy(EmailBackend):
    """Takes no mail to an address with "refused" in it."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for message in messages:
            if "refused" in message.to[0]:
                raise SMTPRecipientsRefused({message.to[0]: (550, b"No such mailbox")})
        return int(super().send_messages(messages))


def backend_of(backend: type[EmailBackend]) -> str:
    """The name that Django's settings want."""
    return f"{backend.__module__}.{backend.__qualname__}"


def links() -> list[str]:
    """The path of every link that was mailed, in order."""
    return [path for message in mail.outbox for path in LINK.findall(message.body)]


def link_to(email: str) -> str:
    """The newest link that was mailed there."""
    return [LINK.findall(message.body)[0] for message in mail.outbox if message.to == [email]][-1]


def token_of(link: str) -> Any:
    return link.strip("/").split("/")[-1]
