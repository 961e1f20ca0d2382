"""A peer review as a document: one context, from which page, PDF and Word are rendered.

It is the reviewed trust's: what the board judged, what the reviewers found, and what the trust
answers, side by side. It counts and never scores. It writes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone

from assessments.models import Assessment
from assessments.sources import Outcome, outcomes_of
from frameworks.models import Framework, Level
from reports.action_plan import Stamp
from reports.text import file_name, printable
from reviews.gaps import Gap, GapMap, gaps_between
from reviews.models import Answer, Comment, PeerReview, Reviewer
from reviews.threads import Thread, threads_of
from trusts.models import Trust, User


@dataclass(frozen=True)
class Answered:
    """What the trust answers: whether it accepts it, and why.

    Attributes:
        verdict: in words; blank where it has not said.
        is_sent: whether it can say nothing more.
    """

    verdict: str
    text: str
    is_sent: bool

    @property
    def in_words(self) -> str:
        return self.verdict or ("none was given" if self.is_sent else "not given yet")


@dataclass(frozen=True)
class Said:
    """A comment with what was replied and answered to it.

    Attributes:
        came_of_it: of a request to correct a fact, what the reviewers did about it.
    """

    who: str
    side: str
    on: datetime
    text: str
    is_correction: bool
    came_of_it: str
    answer: Answered | None
    replies: Sequence[Said] = ()


@dataclass(frozen=True)
class ElementSection:
    """One element: both levels, what was written about it, and what was answered.

    Attributes:
        level_then: the name of the board's level when the findings came, where it was another.
        outcomes: what the trust's plan has made of it since.
    """

    gap: Gap
    number: int
    name: str
    is_focus: bool
    note: str
    dissent: str
    strengths: str
    questions: str
    evidence: str
    answer: Answered | None
    comments: Sequence[Said]
    level_then: str
    outcomes: Sequence[Outcome]

    @property
    def board(self) -> Level | None:
        return self.gap.board

    @property
    def reviewers(self) -> Level | None:
        return self.gap.reviewers

    @property
    def parts(self) -> list[tuple[str, str]]:
        """What the reviewers wrote, each under what it is, without what they left empty."""
        named = (
            ("Strengths", self.strengths),
            ("Questions", self.questions),
            ("Evidence seen", self.evidence),
        )
        return [(name, text) for name, text in named if text]

    @property
    def is_spoken_of(self) -> bool:
        """Whether the reviewers said anything about it."""
        return bool(self.parts or self.comments or self.reviewers)


@dataclass(frozen=True)
class DomainSection:
    """One domain with its elements."""

    name: str
    elements: Sequence[ElementSection]

    @property
    def spoken_of(self) -> list[ElementSection]:
        """Its elements that the reviewers said anything about."""
        return [one for one in self.elements if one.is_spoken_of]


@dataclass(frozen=True)
class PeerReviewReport:
    """All that the document says."""

    title: str
    trust_name: str
    reviewing_trust: str
    brief: str
    review: PeerReview
    assessment: Assessment
    framework: Framework
    trust: Trust
    stamp: Stamp
    today: date
    people: Sequence[str]
    """Who reviewed, by name; what they declared is for who decided on it."""
    gap_map: GapMap
    domains: Sequence[DomainSection]
    comments: Sequence[Said]
    verdicts: Sequence[tuple[str, int]]
    """How many findings and comments were answered in which way; those not answered last."""

    @property
    def spoken_of(self) -> list[DomainSection]:
        """Domains in which the reviewers said anything."""
        return [domain for domain in self.domains if domain.spoken_of]

    @property
    def left_out(self) -> list[ElementSection]:
        """Elements that the reviewers said nothing about."""
        return [one for domain in self.domains for one in domain.elements if not one.is_spoken_of]

    @property
    def apart(self) -> list[ElementSection]:
        """Elements that both gave a level and see differently, the furthest apart first."""
        elements = [one for domain in self.domains for one in domain.elements if one.gap.is_gap]
        return sorted(elements, key=lambda one: -one.gap.steps)

    @property
    def focus(self) -> list[ElementSection]:
        """What the reviewers were asked to look at first."""
        return [one for domain in self.domains for one in domain.elements if one.is_focus]

    @property
    def taken_up(self) -> list[ElementSection]:
        """Elements of which the trust's plan has made something."""
        return [one for domain in self.domains for one in domain.elements if one.outcomes]

    @property
    def steps(self) -> list[tuple[str, datetime, str]]:
        """What was done when and by whom, as far as the review has come."""
        review = self.review
        said = (
            ("Findings sent", review.submitted_at, review.submitted_by),
            ("Answers sent", review.answered_at, review.answered_by),
            ("Signed for the trust", review.trust_signed_at, review.trust_signed_by),
            ("Signed for the reviewers", review.reviewers_signed_at, review.reviewers_signed_by),
        )
        return [(what, at, printable(str(by))) for what, at, by in said if at is not None]

    def named(self, ending: str) -> str:
        """What the file is called where somebody saves it."""
        name = file_name(self.trust_name, self.reviewing_trust, "peer review")
        return f"{name.removesuffix('.pdf')}.{ending}"


def build_peer_review(
    reviewers: Sequence[Reviewer], *, reader: User, today: date
) -> PeerReviewReport:
    """Everything that the review's document says, in four queries.

    Once both sides have signed, what they signed stays as it is; what the plan has made of it
    is told apart from that, as of today.

    Args:
        reviewers: all whom the trust let in, as their pages read them (`for_page`), or else it
            costs more queries. A review that was sent has one at least.
        reader: a member of the trust, who may see its plan.
    """
    review = reviewers[0].review
    ratings = list(
        review.assessment.ratings.select_related("level").with_level_at(review.submitted_at)
    )
    in_focus = review.focus_elements.through.objects.filter(
        peerreview=review.pk, element=OuterRef("element")
    )
    findings = list(
        review.findings.in_order().select_related("answer").annotate(is_focus=Exists(in_focus))
    )
    comments = review.comments.in_order().select_related("answer")
    threads: dict[int | None, list[Thread]] = defaultdict(list)
    for thread in threads_of(comments):
        threads[thread.first.element_id].append(thread)
    gap_map = gaps_between(ratings, findings)
    outcomes = _outcomes(gap_map, threads, reader)
    domains = [
        DomainSection(
            name=row.domain.name,
            elements=[
                _element(gap, threads[gap.element.pk], outcomes[gap.element.pk]) for gap in row.gaps
            ],
        )
        for row in gap_map.rows
    ]
    return PeerReviewReport(
        title=f"Peer review of {printable(review.assessment.title)}",
        trust_name=printable(review.trust.name),
        reviewing_trust=printable(review.reviewing_trust),
        brief=printable(review.brief),
        review=review,
        assessment=review.assessment,
        framework=review.assessment.framework,
        trust=review.trust,
        stamp=_stamp(review, today),
        today=today,
        people=[printable(str(one)) for one in reviewers],
        gap_map=gap_map,
        domains=domains,
        comments=[_said(thread.first, thread.replies) for thread in threads[None]],
        verdicts=_verdicts(domains, threads[None], is_sent=review.is_answered),
    )


def _stamp(review: PeerReview, today: date) -> Stamp:
    if review.closed_at is None:
        return Stamp(on=today)
    return Stamp(on=timezone.localdate(review.closed_at), is_signed=True)


def _outcomes(
    gap_map: GapMap, threads: Mapping[int | None, Sequence[Thread]], reader: User
) -> dict[int, list[Outcome]]:
    """What was made of each element's finding and comments, by the element's key."""
    paths = {
        gap.element.pk: [
            gap.finding.get_absolute_url(),
            *(thread.first.get_absolute_url() for thread in threads[gap.element.pk]),
        ]
        for gap in gap_map.gaps
    }
    found = outcomes_of(reader, [path for of_element in paths.values() for path in of_element])
    return {
        key: [outcome for path in of_element for outcome in found[path]]
        for key, of_element in paths.items()
    }


def _element(gap: Gap, threads: Iterable[Thread], outcomes: Sequence[Outcome]) -> ElementSection:
    finding, rating = gap.finding, gap.rating
    then = rating.level_then  # type: ignore[attr-defined]
    return ElementSection(
        gap=gap,
        number=gap.element.number,
        name=gap.element.name,
        is_focus=finding.is_focus,  # type: ignore[attr-defined]
        note=printable(rating.note),
        dissent=printable(rating.dissent),
        strengths=printable(finding.strengths),
        questions=printable(finding.questions),
        evidence=printable(finding.evidence),
        answer=_answered(getattr(finding, "answer", None), finding.review),
        comments=[_said(thread.first, thread.replies) for thread in threads],
        level_then=then if then and rating.level and then != rating.level.name else "",
        outcomes=[replace(one, label=printable(one.label)) for one in outcomes],
    )


def _said(comment: Comment, replies: Iterable[Comment] = ()) -> Said:
    return Said(
        who=printable(str(comment.author)),
        side=comment.get_side_display(),
        on=comment.written_at,
        text=printable(comment.body),
        is_correction=comment.is_correction,
        came_of_it=comment.get_outcome_display(),
        answer=_answered(getattr(comment, "answer", None), comment.review),
        replies=[_said(reply) for reply in replies],
    )


def _answered(answer: Answer | None, review: PeerReview) -> Answered | None:
    if answer is None:
        return None
    return Answered(answer.get_verdict_display(), printable(answer.text), review.is_answered)


def _verdicts(
    domains: Iterable[DomainSection], general: Iterable[Thread], *, is_sent: bool
) -> list[tuple[str, int]]:
    """Each thing that can be answered, counted by how it was."""
    elements = [one for domain in domains for one in domain.elements]
    answers = [one.answer for one in elements]
    answers += [said.answer for one in elements for said in one.comments]
    answers += [_said(thread.first).answer for thread in general]
    counted = Counter(answer.verdict for answer in answers if answer)
    words = [*(str(label) for label in Answer.Verdict.labels), ""]
    nothing = "Not answered" if is_sent else "Not answered yet"
    return [(word or nothing, counted[word]) for word in words if counted[word]]
