"""A peer review as a document: one context, from which page, PDF, Word and Excel are rendered.

What more than one of them says in words is worded here, so that they cannot differ. It is the
reviewed trust's: what the board judged, what the reviewers found, and what the trust answers,
side by side. It counts and never scores. It writes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format

from assessments.models import Assessment
from assessments.sources import Outcome, outcomes_of
from frameworks.models import Framework
from reports.peer_review_parts import (
    IN_A_REPLY,
    NOT_ANSWERED,
    Answered,
    DomainSection,
    ElementSection,
    Said,
    TakenUp,
    day_of,
    listed,
)
from reports.stamp import Stamp
from reports.text import file_stem, printable
from reviews.gaps import Gap, GapMap, gaps_between
from reviews.models import Answer, Comment, PeerReview, Reviewer
from reviews.threads import Thread, threads_of
from trusts.models import Trust, User

WHOLE = "The assessment as a whole"


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
    outcomes_of_whole: Sequence[Outcome]
    """What the trust's plan has made of the comments on the assessment as a whole."""
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
    def taken_up(self) -> list[TakenUp]:
        """Elements of which the trust's plan has made something, and the whole ahead of them."""
        elements = [one.taken_up for domain in self.domains for one in domain.elements]
        whole = TakenUp(WHOLE, self.outcomes_of_whole)
        return [one for one in (whole, *elements) if one.outcomes]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What stands at its head, each under what it is."""
        return [
            ("This document", self.stamp.in_words),
            ("Reviewed by", self.reviewing_trust),
            *self.further_facts,
        ]

    @property
    def further_facts(self) -> list[tuple[str, str]]:
        """Those of them that a title page does not set in large type."""
        framework = self.framework
        return [
            ("Reviewers", ", ".join(self.people)),
            ("Framework", printable(f"{framework.title}. {framework.edition_in_words}")),
            ("Self-assessment", printable(self._assessment_in_words)),
            *((what, f"{day_of(on)}, by {by}") for what, on, by in self.steps),
        ]

    @property
    def _assessment_in_words(self) -> str:
        """Which self-assessment was reviewed, and whether what is said of it may still change."""
        title = self.assessment.title
        if self.review.is_closed:
            return f"{title}, as both sides signed the review of it."
        agreed = self.assessment.agreed_in_words
        return f"{title}. {agreed or 'Not agreed yet: ratings may still change.'}"

    @property
    def about(self) -> str:
        """What the document is and is not, and whose framework it goes by."""
        return printable(
            "Levels are the board’s and the reviewers’ own judgements, one "
            f"{self.framework.element_noun} at a time. They are set side by side and never "
            f"averaged: nothing here is an overall grade. {self.framework.attribution}"
        )

    @property
    def counts_in_words(self) -> str:
        """How often both differ, and how much was answered in which way."""
        if not self.verdicts:
            return self._apart_in_words
        answers = ", ".join(f"{number} {word.lower()}" for word, number in self.verdicts)
        return f"{self._apart_in_words} The trust’s answers to what the reviewers said: {answers}."

    @property
    def _apart_in_words(self) -> str:
        framework, both = self.framework, self.gap_map.both_count
        if not both:
            return f"There is no {framework.element_noun} that both gave a level."
        noun = framework.element_noun if both == 1 else framework.element_noun_plural
        if not self.gap_map.apart:
            return f"Board and reviewers gave the same level wherever both gave one: {both} {noun}."
        which = "the one" if both == 1 else f"{len(self.gap_map.apart)} of the {both}"
        return f"Board and reviewers differ on {which} {noun} that both gave a level."

    @property
    def focus_in_words(self) -> str:
        """What was to be looked at first; empty where nothing was named."""
        return f"To be looked at first: {listed(self.focus)}." if self.focus else ""

    @property
    def silence_in_words(self) -> str:
        """What the reviewers said nothing about; empty where they spoke of everything."""
        return f"The reviewers said nothing about {listed(self.left_out)}." if self.left_out else ""

    @property
    def no_finding_in_words(self) -> str:
        """Said in place of the findings; empty where there are any."""
        if self.spoken_of:
            return ""
        return f"The reviewers sent no finding about a single {self.framework.element_noun}."

    @property
    def taken_up_in_words(self) -> str:
        """Of which day the plan's part is, and that it is no part of what is signed."""
        words = (
            "What the trust’s action plan makes of the review, as it stands on "
            f"{date_format(self.today, 'j F Y')}."
        )
        if self.review.is_closed:
            words += " This was not part of what both sides signed, and may change."
        return words

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
        stem = file_stem(self.trust_name, self.reviewing_trust, "peer review")
        return f"{stem}.{ending}"


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
    general = [_said(thread.first, thread.replies) for thread in threads[None]]
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
        comments=general,
        outcomes_of_whole=outcomes[None],
        verdicts=_verdicts(domains, general),
    )


def _stamp(review: PeerReview, today: date) -> Stamp:
    if review.closed_at is None:
        return Stamp(on=today)
    return Stamp(on=timezone.localdate(review.closed_at), is_signed=True)


def _outcomes(
    gap_map: GapMap, threads: Mapping[int | None, Sequence[Thread]], reader: User
) -> dict[int | None, list[Outcome]]:
    """What was made of each element's finding and comments, by the element's key or none."""
    paths: dict[int | None, list[str]] = {None: []}
    paths |= {gap.element.pk: [gap.finding.get_absolute_url()] for gap in gap_map.gaps}
    for key, of_element in paths.items():
        of_element += [thread.first.get_absolute_url() for thread in threads[key]]
    found = outcomes_of(reader, [path for of_element in paths.values() for path in of_element])
    return {
        key: [
            replace(one, label=printable(one.label)) for path in of_element for one in found[path]
        ]
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
        outcomes=outcomes,
    )


def _said(comment: Comment, replies: Collection[Comment] = ()) -> Said:
    return Said(
        who=printable(str(comment.author)),
        side=comment.get_side_display(),
        on=comment.written_at,
        text=printable(comment.body),
        is_correction=comment.is_correction,
        came_of_it=comment.get_outcome_display(),
        answer=_answered(
            getattr(comment, "answer", None),
            comment.review,
            is_replied=any(not reply.is_reviewers for reply in replies),
        ),
        replies=[_said(reply) for reply in replies],
    )


def _answered(
    answer: Answer | None, review: PeerReview, *, is_replied: bool = False
) -> Answered | None:
    if answer is None:
        return None
    verdict, text = answer.get_verdict_display(), printable(answer.text)
    return Answered(verdict, text, review.is_answered, is_replied)


def _verdicts(domains: Iterable[DomainSection], general: Iterable[Said]) -> list[tuple[str, int]]:
    """Each thing that can be answered, counted by how it was."""
    elements = [one for domain in domains for one in domain.elements]
    answers = [one.answer for one in elements]
    answers += [said.answer for one in elements for said in one.comments]
    answers += [said.answer for said in general]
    counted = Counter(answer.counts_as for answer in answers if answer)
    words = [*(str(label) for label in Answer.Verdict.labels), IN_A_REPLY, NOT_ANSWERED]
    return [(word, counted.pop(word)) for word in words if word in counted] + list(counted.items())
