"""Sending invitations by mail. A mail that cannot be sent costs the invitation nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Generic

from allauth.core.internal import ratelimit
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from trusts.invitations import VALID_FOR, Invited, Letter, posted
from trusts.letters import Postbag, mail_to, postbag
from trusts.models import Invitation, Trust, User

Link = Callable[[str], str]
"""Makes an absolute address of a path, as `request.build_absolute_uri` does."""


@dataclass(frozen=True)
class Post(Generic[Invited]):
    """How one kind of invitation is mailed.

    Attributes:
        what: one of them, as the log calls it where it does not go.
        trust_of: the trust that sends it.
        mail_of: the mail with its link, from whom invites.
        posted: notes that it has gone.
        again: how it is sent again, to follow "try again later".
    """

    what: str
    trust_of: Callable[[Invited], Trust]
    mail_of: Callable[..., EmailMessage]
    posted: Callable[..., bool]
    again: str


class Outcome(Enum):
    """What has become of a letter."""

    SENT = auto()
    OVERTAKEN = auto()  # a newer one was sent, or the invitation waits no longer
    TOO_MANY = auto()  # the trust, or this address, had its mails for today
    UNSENT = auto()  # the server was not there or refused, or it took too long


def post(
    request: HttpRequest, letters: Sequence[Letter[Invited]], *, via: Post[Invited], by: User
) -> list[tuple[Letter[Invited], Outcome]]:
    """Send the letters one by one; each is noted as soon as it has gone.

    Call it when what they tell is committed: a mail cannot be taken back. Of two pages that
    send the same list at once, each letter is sent by one.
    """
    with postbag(what=via.what) as bag:
        return [(letter, _send(request, letter, bag, via=via, by=by)) for letter in letters]


def _send(
    request: HttpRequest, letter: Letter[Invited], bag: Postbag, *, via: Post[Invited], by: User
) -> Outcome:
    if not letter.is_current():
        return Outcome.OVERTAKEN
    if not bag.has_time:
        return Outcome.UNSENT
    if not may_send(request, via.trust_of(letter.invitation), letter.invitation.email):
        return Outcome.TOO_MANY
    if not bag.send(via.mail_of(letter, link=request.build_absolute_uri, by=by)):
        return Outcome.UNSENT
    via.posted(letter=letter, by=by)
    return Outcome.SENT


def may_send(request: HttpRequest, trust: Trust, email: str) -> bool:
    """Whether the trust has sent few enough invitations today, and this address got few enough."""
    keys = {"invite": f"trust:{trust.pk}", "invite_again": f"{trust.pk}:{email}"}
    return all(
        ratelimit.consume(request, app="allauth.account", action=action, key=key)
        for action, key in keys.items()
    )


def mail_of(letter: Letter[Invitation], *, link: Link, by: User) -> EmailMessage:
    """The mail with its link; answers go to who invites, who can say that it is no trick."""
    invitation, trust = letter.invitation, letter.invitation.trust
    context = {
        "trust": trust,
        "invitation": invitation,
        "by": by,
        "days": VALID_FOR.days,
        "link": link(reverse("trusts:accept_invitation", args=[letter.token])),
    }
    subject = f"You are invited to {trust.name} on Trust Quality"
    body = render_to_string("trusts/mail/invitation.txt", context)
    return mail_to(invitation.email, subject=subject, body=body, by=by)


TO_JOIN = Post[Invitation](
    what="An invitation",
    trust_of=lambda invitation: invitation.trust,
    mail_of=mail_of,
    posted=posted,
    again="with the button “Send again” in the list of people",
)
TO_LEAD = replace(TO_JOIN, again="with “Let a governance lead in”")
"""The same, sent by an operator."""
