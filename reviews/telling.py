"""Telling the other side by mail what was done, and on the next page where no mail could go."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages

from reviews.mails import News, deciders_of, readers_of, tell
from reviews.models import PeerReview, Reviewer
from trusts.sign_in import SignedInRequest


def tell_or_warn(
    request: SignedInRequest,
    news: News,
    to: Iterable[str],
    *,
    review: PeerReview,
    reviewer: Reviewer | None = None,
) -> None:
    """Write the news to the addresses, and say on the next page where no mail could go."""
    unsent = _tell(request, news, to, review=review, reviewer=reviewer)
    if unsent:
        messages.warning(
            request,
            f"No mail could be sent to {', '.join(unsent)}. What you did is done all the same: "
            "tell them yourself.",
        )


def tell_readers(request: SignedInRequest, news: News, *, review: PeerReview) -> None:
    """Write the news to the reviewers whom the trust has let in."""
    tell_or_warn(request, news, [one.email for one in readers_of(review)], review=review)


def tell_fellows(request: SignedInRequest, news: News, *, review: PeerReview) -> None:
    """Write the news to those who review together with the person.

    Where no mail goes they are named, without addresses.
    """
    fellows = [one for one in readers_of(review) if one.user_id != request.user.pk]
    to = [one.email for one in fellows]
    unsent = _tell(request, news, to, review=review)
    if unsent:
        names = ", ".join(str(one) for one in fellows if one.email in unsent)
        messages.warning(request, f"No mail could be sent to {names}. Tell them yourself.")


def tell_trust(
    request: SignedInRequest, news: News, *, review: PeerReview, reviewer: Reviewer | None = None
) -> None:
    """Write the news to whoever decides at the reviewed trust.

    It is a reviewer who did something: where no mail goes they are told so, without addresses.
    """
    to = [user.email for user in deciders_of(review)]
    unsent = _tell(request, news, to, review=review, reviewer=reviewer)
    if len(unsent) == len(to):
        messages.warning(
            request,
            f"No mail could be sent to {review.trust.name}. Its people see it here when they "
            "sign in.",
        )


def _tell(
    request: SignedInRequest,
    news: News,
    to: Iterable[str],
    *,
    review: PeerReview,
    reviewer: Reviewer | None = None,
) -> list[str]:
    """Write the news, by whoever is signed in; the addresses to which no mail could go."""
    link, by = request.build_absolute_uri, request.user
    return tell(news, to, review=review, reviewer=reviewer, link=link, by=by)
