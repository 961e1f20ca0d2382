"""What the ratings by one framework already say about the elements of another. Pure.

It sets the board's own ratings beside the elements that they bear on, as evidence to read.
Nothing here counts them, weighs them or turns them into a rating of the other framework.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assessments.models import Rating
from frameworks.crosswalk import Crosswalk, Group, build_crosswalk
from frameworks.models import Alignment, Domain, Element
from frameworks.names import names_apart


@dataclass(frozen=True)
class Piece:
    """One rating, and the statements by which it bears on an element of the other framework.

    Attributes:
        seen_at: the element of the same domain beside which the rating stands already,
            so that a page need not say its note twice.
    """

    rating: Rating
    links: Sequence[Alignment]
    seen_at: Element | None = None


@dataclass(frozen=True)
class Finding:
    """An element of the other framework, and all that the assessment says about it."""

    element: Element
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Chapter:
    """One domain of the other framework."""

    domain: Domain
    findings: Sequence[Finding]
    silent: Sequence[Element]


@dataclass(frozen=True)
class Evidence:
    """All that an assessment says about another framework."""

    crosswalk: Crosswalk
    chapters: Sequence[Chapter]
    unmirrored: Sequence[Rating]
    names: Mapping[int, str]
    """What each element that is rated is called where it stands alone, by its key."""


def gather_evidence(
    *, ratings: Sequence[Rating], elements: Sequence[Element], alignments: Iterable[Alignment]
) -> Evidence:
    """Set an assessment's ratings beside the elements of another framework.

    Args:
        ratings: in the publisher's order, each with element, domain and level loaded.
        elements: of the other framework, in order, each with its domain loaded.
        alignments: all between the two, whichever carries them, each with its statement loaded.
    """
    crosswalk = build_crosswalk(
        elements=elements, others=[rating.element for rating in ratings], alignments=alignments
    )
    by_element = {rating.element_id: rating for rating in ratings}
    return Evidence(
        crosswalk=crosswalk,
        chapters=[_chapter(group, by_element) for group in crosswalk.groups],
        unmirrored=[by_element[element.pk] for element in crosswalk.others_unmirrored],
        names=names_apart(rating.element for rating in ratings),
    )


def _chapter(group: Group, by_element: dict[int, Rating]) -> Chapter:
    seen: dict[int, Element] = {}
    findings = []
    for row in group.mirrored:
        pieces = [
            Piece(by_element[match.element.pk], match.links, seen.get(match.element.pk))
            for match in row.matches
        ]
        findings.append(Finding(row.element, pieces))
        seen = {match.element.pk: row.element for match in row.matches} | seen
    return Chapter(group.domain, findings, silent=[row.element for row in group.unmirrored])
