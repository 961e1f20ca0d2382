"""How far the reviewers have come: what they have said something about, never a score. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from frameworks.models import Domain
from reviews.models import Comment, ReviewerRating


@dataclass(frozen=True)
class Task:
    """One element for the reviewers.

    Attributes:
        is_focus: whether the trust asks them to look at it first.
        comment_count: how many comments and replies stand at it.
        is_asked: whether the trust waits for a fact to be corrected.
    """

    finding: ReviewerRating
    is_focus: bool = False
    comment_count: int = 0
    is_asked: bool = False

    @property
    def is_begun(self) -> bool:
        """Whether anything was said of it, as a finding or as a comment."""
        return self.finding.is_begun or self.comment_count > 0

    @property
    def parts(self) -> list[str]:
        """What was written, for the task list."""
        finding = self.finding
        named = (
            ("strengths", finding.strengths),
            ("questions", finding.questions),
            ("evidence", finding.evidence),
        )
        return [name for name, text in named if text]


@dataclass(frozen=True)
class Progress:
    """The elements in the publisher's order, and what comes next."""

    tasks: Sequence[Task]

    @property
    def domains(self) -> list[tuple[Domain, list[Task]]]:
        return [
            (domain, list(group))
            for domain, group in groupby(self.tasks, key=lambda one: one.finding.element.domain)
        ]

    @property
    def empty(self) -> list[Task]:
        """What nobody has said anything about, what the trust asks for first at the front."""
        return sorted(
            (one for one in self.tasks if not one.is_begun), key=lambda one: not one.is_focus
        )

    @property
    def begun_count(self) -> int:
        return len(self.tasks) - len(self.empty)

    @property
    def focus(self) -> list[Task]:
        return [one for one in self.tasks if one.is_focus]

    @property
    def asked(self) -> list[Task]:
        """Where the trust waits for a fact to be corrected."""
        return [one for one in self.tasks if one.is_asked]

    @property
    def next_empty(self) -> Task | None:
        """Where to go on."""
        return next(iter(self.empty), None)


def progress_of(
    findings: Iterable[ReviewerRating],
    *,
    comments: Iterable[Comment] = (),
) -> Progress:
    """How far the reviewers have come.

    Args:
        findings: in the publisher's order, each with its element and domain, and with
            `is_focus`, whether the trust asks for it first.
        comments: all that the reviewers may see.
    """
    said = list(comments)
    counts = Counter(one.element_id for one in said)
    asked = {one.element_id for one in said if one.is_open}
    return Progress(
        [
            Task(
                finding=one,
                is_focus=getattr(one, "is_focus", False),
                comment_count=counts[one.element_id],
                is_asked=one.element_id in asked,
            )
            for one in findings
        ]
    )
