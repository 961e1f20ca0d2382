"""What a peer review's document is made of: elements, what was said of them, what was answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from assessments.sources import Outcome
from frameworks.models import Level
from reviews.gaps import Gap

IN_A_REPLY, NOT_ANSWERED = "Answered in a reply", "Not answered"


@dataclass(frozen=True)
class Answered:
    """What the trust answers: whether it accepts it, and why.

    Attributes:
        verdict: in words; blank where it has not said.
        is_sent: whether it can say nothing more.
        is_replied: whether it has said something in a reply.
    """

    verdict: str
    text: str
    is_sent: bool
    is_replied: bool = False

    @property
    def in_words(self) -> str:
        if self.verdict or not self.is_sent:
            return self.verdict or "not given yet"
        return "in a reply, below" if self.is_replied else "none was given"

    @property
    def counts_as(self) -> str:
        """Among which answers it is counted."""
        if self.verdict or not self.is_sent:
            return self.verdict or "Not answered yet"
        return IN_A_REPLY if self.is_replied else NOT_ANSWERED


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

    @property
    def day(self) -> str:
        return day_of(self.on)

    @property
    def byline(self) -> str:
        """Who said it, for which side and when."""
        return f"{self.who}, {self.side.lower()}, {self.day}"


@dataclass(frozen=True)
class TakenUp:
    """What the trust's plan has made of what was said of an element, or of the whole."""

    title: str
    outcomes: Sequence[Outcome]

    @property
    def became(self) -> list[str]:
        """Each as a line of its own."""
        return [one.label[:1].upper() + one.label[1:] for one in self.outcomes]


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
    def title(self) -> str:
        return f"{self.number}. {self.name}"

    @property
    def board_in_words(self) -> str:
        return self.board.name if self.board else "Not rated yet"

    @property
    def reviewers_in_words(self) -> str:
        return self.reviewers.name if self.reviewers else "No level"

    @property
    def revised_in_words(self) -> str:
        """What the board's level was when the findings came; empty where it is the same."""
        if not self.level_then:
            return ""
        return (
            f"When the findings came the board’s level was {self.level_then}: "
            "it was revised after the review."
        )

    @property
    def taken_up(self) -> TakenUp:
        """What the plan has made of it."""
        return TakenUp(self.title, self.outcomes)

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


def day_of(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y")


def listed(elements: Sequence[ElementSection]) -> str:
    """Each by its title, with its domain where that of another domain is called the same."""
    counted = Counter(element.title for element in elements)
    return "; ".join(
        f"{element.title} ({element.gap.element.domain.name})"
        if counted[element.title] > 1
        else element.title
        for element in elements
    )
