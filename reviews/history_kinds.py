"""What the history tells of peer reviews: of findings and comments only once they were sent.

What reviewers draft is theirs alone, so its earlier versions are never told, not even later.
"""

from __future__ import annotations

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Concat
from django.urls import reverse

from reviews.models import NAMELESS, Answer, Comment, PeerReview, Reviewer, ReviewerRating
from trusts.history import (
    Event,
    Field,
    Kind,
    Values,
    becomes,
    on_day,
    one_of,
    register,
    remark_on,
    yes_or_no,
)

STATUS = frozenset({"status"})
TURNS = {
    "submitted_at": "sent the findings of",
    "answered_at": "sent the answers to",
    "withdrawn_at": "withdrew",
    "trust_signed_at": "signed, for the trust,",
    "reviewers_signed_at": "signed, for the reviewers,",
}
"""What it is called when one of these is filled in, the moment by which it is known."""
REVIEW = {"review": "review__reviewing_trust"}


def review_event(was: Values | None, now: Values | None) -> Event | None:
    if was is None:
        return Event("asked for", tells=STATUS)
    for name, did in TURNS.items():
        if becomes(name, was, now):
            return Event(did, tells=STATUS)
    return None


def reviewer_name(values: Values) -> str:
    """Addresses, interests that are declared and what is said of them are for who decides.

    All of the trust's people read this.
    """
    return f"{_name_of(values)} as a reviewer{_of_review(values)}"


def _name_of(values: Values) -> str:
    return values.get("user_name") or values.get("name") or NAMELESS


def _of_review(values: Values) -> str:
    return f", in the peer review by {values['review']}"


def reviewer_event(was: Values | None, now: Values | None) -> Event | None:
    if was is None:
        return Event("invited", tells=frozenset({"expires_at"}))
    if now is None:
        return Event("removed the invitation of")
    own_steps = {
        "accepted_at": "took up the invitation to be",
        "declared_at": "declared interests as",
    }
    for name, did in own_steps.items():
        if becomes(name, was, now):
            return Event(did, about=f"a reviewer{_of_review(now)}")
    steps = {
        "admitted_at": "let in",
        "refused_at": "declined",
        "withdrawn_at": "shut out" if now["accepted_at"] else "withdrew the invitation of",
    }
    for name, did in steps.items():
        if becomes(name, was, now):
            return Event(did)
    if was["mailed_at"] != now["mailed_at"]:
        about = f"{_name_of(now)}{_of_review(now)}"
        did = "sent the link of the invitation for"
        return Event(did, about=about, tells=frozenset({"expires_at"}))
    return None


def about_element(values: Values) -> str:
    """Which element, as the framework numbers and names it, in whose review."""
    place = "the review as a whole"
    if values["element"]:
        place = f"{values['element_number']}. {values['element']}"
    return f"{place}, in the peer review by {values['review']}"


def finding_event(was: Values | None, now: Values | None) -> Event | None:
    return Event("sent the finding on") if was is None else None


def comment_event(was: Values | None, now: Values | None) -> Event | None:
    if was is None and now:
        is_correction = now["kind"] == Comment.Kind.CORRECTION
        return Event("asked to correct a fact in" if is_correction else "commented on")
    if becomes("outcome", was, now):
        return Event("dealt with a request to correct a fact in")
    return None


def answered(values: Values) -> str:
    """What it answers: the finding on an element, or a comment on one or on the whole."""
    if values["finding_id"]:
        what = f"the finding on {values['finding_number']}. {values['finding_element']}"
    elif values["comment_element"]:
        what = f"a comment on {values['comment_number']}. {values['comment_element']}"
    else:
        what = "a comment on the review as a whole"
    return f"the answer to {what}, in the peer review by {values['review']}"


def after_the_review() -> Subquery:
    """Of a rating: by whose review its element had been spoken of when it was changed.

    It is said of the time and claims no reason, so it is true of every later change.
    """
    findings = ReviewerRating.objects.begun().filter(
        review__assessment=OuterRef("assessment_id"),
        element=OuterRef("element_id"),
        review__submitted_at__lte=OuterRef("history_date"),
    )
    whose = Concat(Value("After the peer review by "), "review__reviewing_trust")
    return Subquery(findings.order_by("-review__submitted_at").values(whose=whose)[:1])


remark_on("rating", after_the_review)
register(
    Kind(
        key="review",
        model=PeerReview,
        label="Peer reviews",
        about=lambda values: (
            f"the peer review of {values['assessment']} by {values['reviewing_trust']}"
        ),
        fields=(
            Field("reviewing_trust", "place that the reviewers come from"),
            Field("status", "status", says=one_of(PeerReview.Status.choices)),
            Field("brief", "brief", is_prose=True),
            Field(
                "shares_plan",
                "sharing of the action plan",
                says=yes_or_no,
                marks=(
                    Event("shared the action plan in"),
                    Event("no longer shares the action plan in"),
                ),
            ),
            Field(
                "shares_views",
                "sharing of members’ own views",
                says=yes_or_no,
                marks=(
                    Event("shared the spread of members’ own views in"),
                    Event("no longer shares the spread of members’ own views in"),
                ),
            ),
            Field("due_on", "date by which findings are wanted", says=on_day),
            Field("access_until", "last day of access", says=on_day),
            Field("withdrawal_reason", "reason for withdrawing", is_prose=True),
        ),
        names={"assessment": "assessment__title", **{name: name for name in TURNS}},
        told=frozenset({"reviewing_trust"}),
        event=review_event,
        address=lambda values: reverse("reviews:detail", args=[values["id"]]),
        within={"assessment": "assessment"},
    )
)
register(
    Kind(
        key="reviewer",
        model=Reviewer,
        label="Reviewers",
        about=reviewer_name,
        fields=(Field("expires_at", "last day of the link", says=on_day),),
        names={
            **REVIEW,
            "review_id": "review_id",
            "name": "name",
            "user_name": "user__name",
            "mailed_at": "mailed_at",
            "accepted_at": "accepted_at",
            "declared_at": "declared_at",
            "admitted_at": "admitted_at",
            "refused_at": "refused_at",
            "withdrawn_at": "withdrawn_at",
        },
        event=reviewer_event,
        within={"review": "review", "assessment": "review__assessment"},
    )
)
register(
    Kind(
        key="finding",
        model=ReviewerRating,
        label="Findings of reviewers",
        about=about_element,
        fields=(
            Field("level", "reviewers’ rating", reads="level__name"),
            Field("strengths", "strengths", is_prose=True),
            Field("questions", "questions", is_prose=True),
            Field("evidence", "evidence seen", is_prose=True),
        ),
        names={
            **REVIEW,
            "element": "element__name",
            "element_number": "element__number",
            "review_id": "review_id",
        },
        event=finding_event,
        address=lambda values: reverse("reviews:finding", args=[values["review_id"], values["id"]]),
        within={"review": "review", "assessment": "review__assessment"},
        starts_empty=True,
        saves_quietly=True,
        since="review__submitted_at",
    )
)
register(
    Kind(
        key="comment",
        model=Comment,
        label="Comments in peer reviews",
        about=about_element,
        fields=(
            Field("body", "comment", is_prose=True),
            Field("outcome", "what came of it", says=one_of(Comment.Outcome.choices)),
        ),
        names={
            **REVIEW,
            "element": "element__name",
            "element_number": "element__number",
            "review_id": "review_id",
            "kind": "kind",
        },
        event=comment_event,
        address=lambda values: reverse("reviews:comment", args=[values["review_id"], values["id"]]),
        within={"review": "review", "assessment": "review__assessment"},
        since="review__submitted_at",
    )
)
register(
    Kind(
        key="answer",
        model=Answer,
        label="Answers to reviewers",
        about=answered,
        fields=(
            Field("verdict", "verdict", says=one_of(Answer.Verdict.choices)),
            Field("text", "reasons", is_prose=True),
        ),
        names={
            **REVIEW,
            "review_id": "review_id",
            "finding_id": "finding_id",
            "comment_id": "comment_id",
            "finding_element": "finding__element__name",
            "finding_number": "finding__element__number",
            "comment_element": "comment__element__name",
            "comment_number": "comment__element__number",
        },
        address=lambda values: (
            reverse("reviews:finding", args=[values["review_id"], values["finding_id"]])
            if values["finding_id"]
            else reverse("reviews:comment", args=[values["review_id"], values["comment_id"]])
        ),
        within={"review": "review", "assessment": "review__assessment"},
        starts_empty=True,
        saves_quietly=True,
    )
)
