"""Two frameworks side by side: what mirrors what, and what nothing mirrors. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from frameworks.models import Alignment, Domain, Element, Framework
from frameworks.words import Words, words_of


@dataclass(frozen=True)
class Match:
    """An element of the other framework, and the statements that make the link to it."""

    element: Element
    links: Sequence[Alignment]


@dataclass(frozen=True)
class Row:
    """One element of the framework that is read."""

    element: Element
    matches: Sequence[Match]

    @property
    def links(self) -> list[Alignment]:
        return [link for match in self.matches for link in match.links]

    def carries(self, link: Alignment) -> bool:
        """Whether the link stands at this element, rather than at the other end."""
        return link.statement.element_id == self.element.pk


@dataclass(frozen=True)
class Group:
    """One domain of the framework that is read."""

    domain: Domain
    rows: Sequence[Row]

    @property
    def mirrored(self) -> list[Row]:
        return [row for row in self.rows if row.matches]

    @property
    def unmirrored(self) -> list[Row]:
        return [row for row in self.rows if not row.matches]


@dataclass(frozen=True)
class Crosswalk:
    """One framework's elements in order, each with what mirrors it in the other."""

    groups: Sequence[Group]
    others_unmirrored: Sequence[Element]

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def unmirrored(self) -> list[Element]:
        return [row.element for row in self.rows if not row.matches]

    @property
    def links(self) -> list[Alignment]:
        return [link for row in self.rows for link in row.links]

    @property
    def carried_here(self) -> list[Alignment]:
        """The links that the framework that is read makes itself."""
        return [link for row in self.rows for link in row.links if row.carries(link)]

    @property
    def carried_there(self) -> list[Alignment]:
        """The links that the other framework makes."""
        return [link for row in self.rows for link in row.links if not row.carries(link)]


@dataclass(frozen=True)
class Source:
    """Who says that the two mirror each other, and in whose words the links are shown."""

    carrier: Framework
    mirrored: Framework
    words: Words


def build_crosswalk(
    *, elements: Sequence[Element], others: Sequence[Element], alignments: Iterable[Alignment]
) -> Crosswalk:
    """Read one framework against another; swap the two to read it the other way.

    Args:
        elements: of the framework that is read, in order, each with its domain loaded.
        others: of the other framework, in order.
        alignments: all between the two, whichever carries them, each with its statement loaded.
    """
    links = _by_both_ends(alignments, {element.pk for element in elements})
    rows = [
        Row(
            element=element,
            matches=[
                Match(other, links[element.pk, other.pk])
                for other in others
                if (element.pk, other.pk) in links
            ],
        )
        for element in elements
    ]
    matched = {other for _, other in links}
    return Crosswalk(
        groups=[
            Group(domain, list(group))
            for domain, group in groupby(rows, key=lambda row: row.element.domain)
        ],
        others_unmirrored=[other for other in others if other.pk not in matched],
    )


def sources_of(crosswalk: Crosswalk, *, framework: Framework, other: Framework) -> list[Source]:
    """Who makes the links of this reading of one framework against the other."""
    sides = (
        (framework, other, crosswalk.carried_here),
        (other, framework, crosswalk.carried_there),
    )
    return [
        Source(carrier, mirrored, words_of(link.statement for link in links))
        for carrier, mirrored, links in sides
        if links
    ]


def _by_both_ends(
    alignments: Iterable[Alignment], here: set[int]
) -> dict[tuple[int, int], list[Alignment]]:
    """By the element that is read and the other, in the order of the statements."""
    links: dict[tuple[int, int], list[Alignment]] = {}
    for link in sorted(alignments, key=lambda link: (link.statement.order, link.statement.code)):
        ends = link.statement.element_id, link.element_id
        near, far = ends if ends[0] in here else ends[::-1]
        links.setdefault((near, far), []).append(link)
    return links
