"""The mails of a peer review: the invitation, and what each side is told of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from reviews.inviting import Letter, good_until, posted
from reviews.models import PeerReview, Reviewer
from trusts.invitation_mails import may_send
from trusts.letters import postbag
from trusts.models import User
from trusts.permissions import PERMISSIONS, Permission

Link = Callable[[str], str]
"""Makes an absolute address of a path, as `request.build_absolute_uri` does."""


class News(StrEnum):
    """What is told by mail, named as its template."""

    DECLARED = "declared"
    ADMITTED = "admitted"
    REFUSED = "refused"
    REVIEWER_WITHDRAWN = "reviewer_withdrawn"
    REVIEW_WITHDRAWN = "review_withdrawn"
    FINDINGS = "findings"
    SENT_FOR_ALL = "sent_for_all"
    CORRECTION = "correction"
    CORRECTED = "corrected"
    ANSWERS = "answers"
    TRUST_SIGNED = "trust_signed"
    REVIEWERS_SIGNED = "reviewers_signed"
    SIGNED_FOR_ALL = "signed_for_all"


SUBJECTS = {
    News.DECLARED: "Decide whether {reviewer} may review {title}",
    News.ADMITTED: "You can now review {trust}",
    News.REFUSED: "Your review of {trust}",
    News.REVIEWER_WITHDRAWN: "Your review of {trust}",
    News.REVIEW_WITHDRAWN: "The review of {trust} is withdrawn",
    News.FINDINGS: "The reviewers have sent their findings: {title}",
    News.SENT_FOR_ALL: "Your findings have been sent to {trust}",
    News.CORRECTION: "{trust} asks you to correct a fact",
    News.CORRECTED: "The reviewers have dealt with what you asked to be corrected: {title}",
    News.ANSWERS: "{trust} has answered your review",
    News.TRUST_SIGNED: "{trust} has signed your review off",
    News.REVIEWERS_SIGNED: "The reviewers have signed off the review: {title}",
    News.SIGNED_FOR_ALL: "Your review of {trust} is signed for the reviewers",
}

TO_READERS = (
    News.ADMITTED,
    News.SENT_FOR_ALL,
    News.CORRECTION,
    News.ANSWERS,
    News.TRUST_SIGNED,
    News.SIGNED_FOR_ALL,
)
"""What is told to reviewers who are let in."""


def post(request: HttpRequest, letters: Sequence[Letter], *, by: User) -> list[Letter]:
    """Send the invitations one by one; each is noted as soon as it has gone.

    Returns:
        Those that did not go: the server was not there or refused, it took too long, or the
        trust has sent very many today.
    """
    unsent = []
    with postbag(what="An invitation to review") as bag:
        for letter in letters:
            if not letter.is_current():
                continue  # another page is sending a newer one, or has sent it
            trust_id = letter.reviewer.review.assessment.trust_id
            may_go = bag.has_time and may_send(request, trust_id, letter.reviewer.email)
            if may_go and bag.send(invitation_of(letter, link=request.build_absolute_uri, by=by)):
                posted(letter=letter, by=by)
            else:
                unsent.append(letter)
    return unsent


def invitation_of(letter: Letter, *, link: Link, by: User) -> EmailMessage:
    """The mail with its link; answers go to who invites, who can say that it is no trick."""
    review = letter.reviewer.review
    context = {
        "reviewer": letter.reviewer,
        "review": review,
        "assessment": review.assessment,
        "by": by,
        "until": good_until(review),
        "link": link(reverse("reviews:accept_invitation", args=[letter.token])),
    }
    return EmailMessage(
        subject=_one_line(f"You are invited to review {review.trust.name} on Trust Quality"),
        body=render_to_string("reviews/mail/invitation.txt", context),
        to=[letter.reviewer.email],
        reply_to=[by.email],
        headers={"Auto-Submitted": "auto-generated"},
    )


def deciders_of(review: PeerReview) -> list[User]:
    """The reviewed trust's people who may let reviewers in, and answer them."""
    roles = [role for role, allowed in PERMISSIONS.items() if Permission.REVIEW in allowed]
    members = review.trust.memberships.filter(role__in=roles, user__is_active=True)
    return [one.user for one in members.select_related("user").order_by("user__email")]


def readers_of(review: PeerReview) -> list[Reviewer]:
    """The reviewers whom the trust has let in."""
    readers = review.reviewers.filter(admitted_at__isnull=False, withdrawn_at=None)
    return list(readers.select_related("user"))


def tell(
    news: News,
    to: Iterable[str],
    *,
    review: PeerReview,
    link: Link,
    by: User,
    reviewer: Reviewer | None = None,
) -> list[str]:
    """Write the news to each of the addresses; the page to look at stands in it where there is one.

    Args:
        review: with its assessment and trust loaded.
        reviewer: whom it is about, where it is about one.

    Returns:
        The addresses to which no mail has gone.
    """
    context = {
        "review": review,
        "reviewer": reviewer,
        "assessment": review.assessment,
        "trust": review.trust,
        "by": by,
        "link": link(_page_of(news, review, reviewer)),
    }
    subject = SUBJECTS[news].format(
        reviewer=reviewer, title=review.assessment.title, trust=review.trust.name
    )
    body = render_to_string(f"reviews/mail/{news}.txt", context)
    with postbag(what="News of a review") as bag:
        return [
            address
            for address in to
            if not bag.send(
                EmailMessage(
                    subject=_one_line(subject),
                    body=body,
                    to=[address],
                    reply_to=[by.email],
                    headers={"Auto-Submitted": "auto-generated"},
                )
            )
        ]


def _page_of(news: News, review: PeerReview, reviewer: Reviewer | None) -> str:
    if news == News.DECLARED and reviewer:
        return reviewer.get_absolute_url()
    if news in (News.FINDINGS, News.CORRECTED, News.REVIEWERS_SIGNED):
        return review.get_absolute_url()
    if news in TO_READERS:
        return reverse("reviews:reviewing", args=[review.pk])
    return "/"


def _one_line(subject: str) -> str:
    """Whatever stands in a name or a title."""
    return " ".join(subject.split())
