"""What peer reviews keep about a person: where they review, and what they wrote and did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from reviews.models import Answer, Comment, FindingDraft, PeerReview, Reviewer, ReviewerRating
from trusts.erasing import sent_to
from trusts.models import User
from trusts.personal_data import Row, Section, Traces, erases, holds_first, register
from trusts.writing import Deed, Writing

AT, DID = {"at": "When"}, {"did": "What you did"}
PLACE = {"trust": "Trust", "assessment": "Assessment"}
ELEMENT = {"element": "Element"}
OF_REVIEW = {"trust": "assessment__trust__name", "assessment": "assessment__title"}
IN_REVIEW = {
    "trust": "review__assessment__trust__name",
    "assessment": "review__assessment__title",
}
OF_ELEMENT = {**IN_REVIEW, "element": "element__name"}
REVIEWS = Writing(
    PeerReview,
    texts=("reviewing_trust", "brief"),
    facts={
        "shares_plan": "shares_plan",
        "shares_views": "shares_views",
        "due_on": "due_on",
        "access_until": "access_until",
    },
    names=OF_REVIEW,
)
FINDINGS = Writing(
    ReviewerRating,
    texts=("strengths", "questions", "evidence"),
    facts={"level": "level__name"},
    names=OF_ELEMENT,
    starts_empty=True,
    until="review__submitted_at",  # what is corrected later is told as a correction, by whom
)
OF_FINDING = {
    "trust": "finding__review__assessment__trust__name",
    "assessment": "finding__review__assessment__title",
    "element": "finding__element__name",
}
CORRECTIONS = Writing(
    FindingDraft,
    texts=("strengths", "questions", "evidence"),
    facts={"level": "level__name"},
    names=OF_FINDING,
)
ANSWERS = Writing(
    Answer,
    texts=("text",),
    facts={"verdict": "verdict"},
    names=IN_REVIEW,
    starts_empty=True,
)
DEEDS = (
    Deed(PeerReview, "invited a peer review", "created_by", "created_at", OF_REVIEW),
    Deed(PeerReview, "sent the findings", "submitted_by", "submitted_at", OF_REVIEW),
    Deed(PeerReview, "sent the answers", "answered_by", "answered_at", OF_REVIEW),
    Deed(PeerReview, "signed for the trust", "trust_signed_by", "trust_signed_at", OF_REVIEW),
    Deed(
        PeerReview,
        "signed for the reviewers",
        "reviewers_signed_by",
        "reviewers_signed_at",
        OF_REVIEW,
    ),
    Deed(
        PeerReview,
        "withdrew a peer review",
        "withdrawn_by",
        "withdrawn_at",
        OF_REVIEW,
        text="withdrawal_reason",
    ),
    Deed(Reviewer, "invited a reviewer", "invited_by", "invited_at", IN_REVIEW),
    Deed(Reviewer, "let a reviewer in", "admitted_by", "admitted_at", IN_REVIEW),
    Deed(Reviewer, "declined a reviewer", "refused_by", "refused_at", IN_REVIEW, "refusal_reason"),
    Deed(Reviewer, "shut a reviewer out", "withdrawn_by", "withdrawn_at", IN_REVIEW),
    Deed(ReviewerRating, "saved a finding last", "updated_by", "updated_at", OF_ELEMENT),
    Deed(FindingDraft, "saved a correction last", "updated_by", "updated_at", OF_FINDING),
    Deed(Comment, "commented", "author", "written_at", OF_ELEMENT, text="body"),
    Deed(Comment, "dealt with a correction", "resolved_by", "resolved_at", OF_ELEMENT),
    Deed(Answer, "saved an answer last", "updated_by", "updated_at", IN_REVIEW),
)


def reviewing(person: User) -> Iterator[Row]:
    """The reviews that the person was invited to, by which address or account it came."""
    to_them = Q(email__iexact=person.email) | Q(user=person)
    rows = Reviewer.objects.filter(to_them).order_by("pk")
    for one in rows.select_related("review__assessment__trust"):
        yield {
            "trust": one.review.assessment.trust.name,
            "assessment": one.review.assessment.title,
            "email": one.email,
            "name": one.name,
            "invited_at": one.invited_at,
            "expires_at": one.expires_at,
            "accepted_at": one.accepted_at,
            "declared_at": one.declared_at,
            "declared": [str(interest.label) for interest in one.declared],
            "interests": one.interests,
            "admitted_at": one.admitted_at,
            "refused_at": one.refused_at,
            "withdrawn_at": one.withdrawn_at,
        }


def _places(traces: Traces) -> QuerySet[Reviewer]:
    return Reviewer.objects.filter(sent_to(traces.emails) | Q(user=traces.person))


@holds_first
def reviews(traces: Traces) -> None:
    """Whoever decides about a reviewer holds the review first (`reviews.status`)."""
    held = PeerReview.objects.filter(pk__in=_places(traces).values("review"))
    list(held.select_for_update().order_by("pk").values_list("pk", flat=True))


@erases
def reviewers(traces: Traces) -> None:
    """The person's places in reviews: whoever held one lets go of it, and is named no more."""
    keys = list(_places(traces).values_list("pk", flat=True))
    # At once: of a row that was written before, PostgreSQL asks for its review's row once more.
    Reviewer.objects.filter(pk__in=keys).update(
        email=traces.email,
        name=traces.name,
        withdrawn_at=Coalesce("withdrawn_at", timezone.now()),
        withdrawn_by=Coalesce("withdrawn_by", traces.person.pk),
    )
    history: Any = Reviewer.history
    past = history.filter(sent_to(traces.emails) | Q(id__in=keys) | Q(user=traces.person))
    past.update(email=traces.email, name=traces.name)


register(
    Section(
        key="reviewing",
        title="Peer reviews that you were invited to",
        about="To read which assessment, and the interests that you declared before you did.",
        columns={
            **PLACE,
            "email": "Invited by this address",
            "name": "Invited by this name",
            "invited_at": "Invited",
            "expires_at": "The link was good until",
            "accepted_at": "You took it up",
            "declared_at": "You declared your interests",
            "declared": "Interests that you ticked",
            "interests": "Interests in your words",
            "admitted_at": "You were let in",
            "refused_at": "You were declined",
            "withdrawn_at": "It was withdrawn",
        },
        rows=reviewing,
        tells_of=frozenset({"reviews.Reviewer.user"}),
    )
)
register(
    Section(
        key="reviews",
        title="Peer reviews: what you did, and comments that you wrote",
        about="What reviews say of you today, with what you said or the reason that you gave.",
        columns={**AT, **DID, **PLACE, **ELEMENT, "text": "Your words"},
        rows=lambda person: (row for deed in DEEDS for row in deed.rows(person)),
        tells_of=frozenset(deed.column for deed in DEEDS),
    )
)
register(
    Section(
        key="review_briefs",
        title="Peer reviews that you set up or changed",
        about="The words that you added and what you chose, each time you saved a review.",
        columns={
            **AT,
            **PLACE,
            "reviewing_trust": "Your words for where the reviewers come from",
            "brief": "Your words in the brief",
            "shares_plan": "The action plan is shared",
            "shares_views": "The spread of views is shared",
            "due_on": "Findings wanted by",
            "access_until": "Last day of access",
        },
        rows=REVIEWS.rows,
    )
)
register(
    Section(
        key="findings",
        title="Findings that you wrote as a reviewer",
        about="The level that you chose and the words that you added, each time you saved one.",
        columns={
            **AT,
            **PLACE,
            **ELEMENT,
            "level": "Level that you chose",
            "strengths": "Your words in the strengths",
            "questions": "Your words in the questions",
            "evidence": "Your words in the evidence seen",
        },
        rows=FINDINGS.rows,
    )
)
register(
    Section(
        key="corrections",
        title="Corrections that you wrote as a reviewer",
        about="What you chose and the words that you added, sent to the trust or not.",
        columns={
            **AT,
            **PLACE,
            **ELEMENT,
            "level": "Level that you chose",
            "strengths": "Your words in the strengths",
            "questions": "Your words in the questions",
            "evidence": "Your words in the evidence seen",
        },
        rows=CORRECTIONS.rows,
    )
)
register(
    Section(
        key="answers",
        title="Answers to reviewers that you wrote",
        about="What you chose and the words that you added, each time you saved an answer.",
        columns={
            **AT,
            **PLACE,
            "verdict": "What you chose",
            "text": "Your words",
        },
        rows=ANSWERS.rows,
    )
)
