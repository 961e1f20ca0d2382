"""The mails of a peer review: the invitation, and what each side is told of the other."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from reviews.inviting import good_until, posted
from reviews.models import PeerReview, Reviewer
from trusts.invitation_mails import Link, Post
from trusts.invitations import Letter
from trusts.letters import mail_to, postbag
from trusts.models import User
from trusts.permissions import Permission, roles_with


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


def invitation_of(letter: Letter[Reviewer], *, link: Link, by: User) -> EmailMessage:
    """The mail with its link; answers go to who invites, who can say that it is no trick."""
    reviewer, review = letter.invitation, letter.invitation.review
    context = {
        "reviewer": reviewer,
        "review": review,
        "assessment": review.assessment,
        "by": by,
        "until": good_until(review),
        "link": link(reverse("reviews:accept_invitation", args=[letter.token])),
    }
    subject = f"You are invited to review {review.trust.name} on Trust Quality"
    body = render_to_string("reviews/mail/invitation.txt", context)
    return mail_to(reviewer.email, subject=subject, body=body, by=by)


TO_REVIEW = Post[Reviewer](
    what="An invitation to review",
    trust_of=lambda reviewer: reviewer.review.trust,
    mail_of=invitation_of,
    posted=posted,
    again="with the button “Send the link again” beside their name",
)


def deciders_of(review: PeerReview) -> list[User]:
    """The reviewed trust's people who may let reviewers in, and answer them."""
    members = review.trust.memberships.filter(
        role__in=roles_with(Permission.REVIEW), user__is_active=True
    )
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
            if not bag.send(mail_to(address, subject=subject, body=body, by=by))
        ]


def _page_of(news: News, review: PeerReview, reviewer: Reviewer | None) -> str:
    if news == News.DECLARED and reviewer:
        return reviewer.get_absolute_url()
    if news in (News.FINDINGS, News.CORRECTED, News.REVIEWERS_SIGNED):
        return review.get_absolute_url()
    if news in TO_READERS:
        return reverse("reviews:reviewing", args=[review.pk])
    return "/"
