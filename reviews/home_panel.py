"""The reviews' part of a trust's home page, and of the front page of who has no trust or several.

One query finds both: who reviews the trust, and what the person reviews elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from reviews.models import Comment, PeerReview, Reviewer
from reviews.querysets import ReviewerQuerySet
from trusts.home import Panel, Task, register, register_own
from trusts.models import Trust, User
from trusts.permissions import Permission, has_permission

DECIDERS = "Governance lead, chair or executive"


@register
def reviews_panel(user: User, trust: Trust) -> Panel:
    """The trust's reviews that are under way, what waits for its people, and for this person."""
    theirs = Reviewer.objects.visible_to(user).under_way().filter(review__assessment__trust=trust)
    own = Reviewer.objects.taken_up_by(user)
    rows = Reviewer.objects.filter(Q(pk__in=theirs.values("pk")) | Q(pk__in=own.values("pk")))
    found = list(_read(rows).order_by("-review__created_at", "-review", "pk"))
    reviewers = [one for one in found if one.review.assessment.trust_id == trust.pk]
    ways = latest_of_each([one for one in found if one.review.assessment.trust_id != trust.pk])
    tasks = own_tasks(user, ways)
    if has_permission(user, Permission.REVIEW, trust):
        tasks += _tasks(reviewers)
    reviews = list({one.review_id: one.review for one in reviewers}.values())
    return Panel("reviews/_home.html", {"reviews": reviews, "ways": ways}, tuple(tasks))


@register_own
def own_reviews_panel(user: User) -> Panel | None:
    """What a person reviews, where they review anything; one query."""
    ways = ways_of(user)
    if not ways:
        return None
    return Panel("reviews/_own.html", {"ways": ways}, tuple(own_tasks(user, ways)))


def ways_of(user: User) -> list[Reviewer]:
    """What the person reviews, and what was shut to them until its last day; one query."""
    found = _read(Reviewer.objects.taken_up_by(user)).order_by("review__due_on", "pk")
    return latest_of_each(found)


def latest_of_each(ways: Iterable[Reviewer]) -> list[Reviewer]:
    """One for each review: of somebody who was withdrawn and invited anew, the newer."""
    newest: dict[int, Reviewer] = {}
    for way in ways:
        before = newest.get(way.review_id)
        if before is None or before.pk < way.pk:
            newest[way.review_id] = way
    return list(newest.values())


def _read(rows: ReviewerQuerySet) -> ReviewerQuerySet:
    """Each with `asked_since`, from when on the trust waits for a fact to be corrected."""
    waiting = Comment.objects.open_corrections().filter(review=OuterRef("review"))
    return rows.for_page().annotate(asked_since=Subquery(waiting.values("written_at")[:1]))


def own_tasks(user: User, ways: Iterable[Reviewer]) -> list[Task]:
    """What the person owes the trusts that they review; what waits for others is none."""
    tasks = []
    for way in ways:
        review = way.review
        trust = review.trust
        if way.is_shut or (trust.requires_second_factor and not user.second_factor_shown):
            continue  # shut until a second factor is shown, its titles too
        what = f"{review.assessment.title} of {trust.name}"
        if way.declared_at is None and review.is_under_way:
            url = reverse("reviews:declare", args=[review.pk])
            text = f"Declare your interests before you review {what}"
            tasks.append(_owed(text, url, since=way.accepted_at))
        elif way.may_read and review.is_under_way:
            tasks += _tasks_of_reader(way, what)
    return tasks


def _tasks_of_reader(way: Reviewer, what: str) -> list[Task]:
    """What is open to be written: findings, a fact that is to be corrected, the signature."""
    review = way.review
    url = reverse("reviews:reviewing", args=[review.pk])
    asked_since: datetime | None = way.asked_since  # type: ignore[attr-defined]
    if review.takes_findings:
        return [Task(f"Review {what}", url, due_on=review.due_on, whose="You")]
    if asked_since:
        return [_owed(f"Correct a fact in your review of {what}", url, since=asked_since)]
    if review.is_answered and not review.reviewers_signed_at:
        text = f"Read the answers and sign off your review of {what}"
        return [_owed(text, url, since=review.answered_at)]
    return []


def _owed(text: str, url: str, *, since: datetime | None) -> Task:
    return Task(text, url, whose="You", since=timezone.localdate(since))


def _tasks(reviewers: Sequence[Reviewer]) -> list[Task]:
    """What the trust owes its reviewers: a decision, a link, answers, its signature."""
    tasks = [
        _decision(one) for one in reviewers if one.waits_for_decision and not one.review.has_ended
    ]
    by_review: dict[int, list[Reviewer]] = {}
    for one in reviewers:
        by_review.setdefault(one.review_id, []).append(one)
    for rows in by_review.values():
        tasks += _tasks_of(rows[0].review, rows)
    return tasks


def _decision(reviewer: Reviewer) -> Task:
    return Task(
        text=f"Decide whether {reviewer} may review {reviewer.review.assessment.title}",
        url=reviewer.get_absolute_url(),
        whose=DECIDERS,
        since=timezone.localdate(reviewer.declared_at),
    )


def _tasks_of(review: PeerReview, reviewers: Sequence[Reviewer]) -> list[Task]:
    title, trust = review.assessment.title, review.reviewing_trust
    if review.has_run_out:
        return [_run_out(review)]
    tasks = []
    unreached = [one for one in reviewers if one.needs_mail]
    if unreached and not review.has_ended:
        count = len(unreached)
        who = (
            f"1 reviewer from {trust} has" if count == 1 else f"{count} reviewers from {trust} have"
        )
        text = f"{who} no link that works, to review {title}: send it again"
        tasks.append(_of_review(text, review, min(one.invited_at for one in unreached)))
    whose = f"the peer review of {title} by {trust}"
    if review.is_answered and not review.trust_signed_at and not reviewers[0].asked_since:  # type: ignore[attr-defined]
        tasks.append(_of_review(f"Sign off {whose}", review, review.answered_at))
    elif review.is_submitted and not review.is_answered:
        tasks.append(_of_review(f"Answer {whose}", review, review.submitted_at))
    return tasks


def _run_out(review: PeerReview) -> Task:
    """Access is over without findings: waits from the day after the last."""
    return Task(
        f"No findings came from the peer review of {review.assessment.title} by "
        f"{review.reviewing_trust} before access ended: give the reviewers longer or withdraw it",
        review.get_absolute_url(),
        whose=DECIDERS,
        since=review.access_until + timedelta(days=1),
    )


def _of_review(text: str, review: PeerReview, since: object) -> Task:
    day = timezone.localdate(since)  # type: ignore[arg-type]
    return Task(text, review.get_absolute_url(), whose=DECIDERS, since=day)
