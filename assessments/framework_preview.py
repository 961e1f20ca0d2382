"""A drafted framework as people will read it, before it is one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frameworks.descriptions import Reading, arrange
from frameworks.framework_draft import FrameworkDraft, rows_of
from frameworks.models import Domain, Element, Framework, Level


@dataclass(frozen=True)
class Chapter:
    """A domain with its elements in order, each with what stands under it."""

    domain: Domain
    readings: Sequence[tuple[Element, Reading]]


@dataclass(frozen=True)
class Preview:
    """The whole framework, and how much of it there is."""

    framework: Framework
    levels: Sequence[Level]
    chapters: Sequence[Chapter]
    element_count: int
    statement_count: int


def preview_of(draft: FrameworkDraft) -> Preview:
    """Lay the draft out; its rows have keys that stand for nothing in the database."""
    rows = rows_of(draft, numbered=True)
    chapters = [
        Chapter(
            domain,
            [
                (element, arrange(one for one in rows.statements if one.element is element))
                for element in sorted(rows.elements, key=lambda one: one.number)
                if element.domain is domain
            ],
        )
        for domain in sorted(rows.domains, key=lambda one: one.order)
    ]
    return Preview(
        framework=rows.framework,
        levels=sorted(rows.levels, key=lambda one: one.order),
        chapters=chapters,
        element_count=len(rows.elements),
        statement_count=len(rows.statements),
    )
