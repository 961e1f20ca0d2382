"""Sending invitations by mail. A mail that cannot be sent costs the invitation nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from allauth.core.internal import ratelimit
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from trusts.invitations import VALID_FOR, Letter, posted
from trusts.letters import postbag
from trusts.models import Trust, User


@dataclass(frozen=True)
class Unsent:
    """A letter that did not go.

    Attributes:
        is_too_many: the trust, or this address, had its mails for today.
    """

    letter: Letter
    is_too_many: bool = False


def post(request: HttpRequest, letters: Sequence[Letter], *, by: User) -> list[Unsent]:
    """Send the letters one by one; each is noted as soon as it has gone.

    Call it when what they tell is committed: a mail cannot be taken back. Of two pages that
    send the same list at once, each letter is sent by one.

    Returns:
        Those that did not go: the server was not there or refused, it took too long, or the
        trust has sent very many today.
    """
    unsent = []
    with postbag(what="An invitation") as bag:
        for letter in letters:
            if not letter.is_current():
                continue  # another page is sending a newer one, or has sent it
            invitation = letter.invitation
            if not bag.has_time:
                unsent.append(Unsent(letter))
            elif not may_send(request, invitation.trust_id, invitation.email):
                unsent.append(Unsent(letter, is_too_many=True))
            elif not bag.send(mail_of(request, letter, by=by)):
                unsent.append(Unsent(letter))
            else:
                posted(letter=letter, by=by)
    return unsent


def may_send(request: HttpRequest, trust_id: int, email: str) -> bool:
    """Whether the trust has sent few enough invitations today, and this address got few enough."""
    keys = {"invite": f"trust:{trust_id}", "invite_again": f"{trust_id}:{email}"}
    return all(
        ratelimit.consume(request, app="allauth.account", action=action, key=key)
        for action, key in keys.items()
    )


def mail_of(request: HttpRequest, letter: Letter, *, by: User) -> EmailMessage:
    """The mail with its link; answers go to who invites, who can say that it is no trick."""
    invitation, trust = letter.invitation, letter.invitation.trust
    address = reverse("trusts:accept_invitation", args=[letter.token])
    context = {
        "trust": trust,
        "invitation": invitation,
        "by": by,
        "days": VALID_FOR.days,
        "link": request.build_absolute_uri(address),
    }
    return EmailMessage(
        subject=subject_for(trust),
        body=render_to_string("trusts/mail/invitation.txt", context),
        to=[invitation.email],
        reply_to=[by.email],
        headers={"Auto-Submitted": "auto-generated"},
    )


def subject_for(trust: Trust) -> str:
    """One line, whatever stands in the trust's name."""
    return " ".join(f"You are invited to {trust.name} on Trust Quality".split())
