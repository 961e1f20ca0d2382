"""Two frameworks side by side: what mirrors what, and what nothing mirrors. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from frameworks.models import Alignment, Domain, Element


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
    def is_carried_here(self) -> bool:
        """Whether the framework that is read has links of its own to the other."""
        return any(row.carries(link) for row in self.rows for link in row.links)

    @property
    def is_carried_there(self) -> bool:
        """Whether the other framework has links of its own to the one that is read."""
        return any(not row.carries(link) for row in self.rows for link in row.links)


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
