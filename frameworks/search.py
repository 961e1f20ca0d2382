"""Finding words in the frameworks, whichever of them a reader may read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from frameworks.models import Element, Framework, Statement
from frameworks.words import Words, words_of
from govuk.matching import Piece, Wanted, fold

SHOWN = 3
"""Passages of one element; the element's own page has the others."""


@dataclass(frozen=True)
class FoundPassage:
    """A statement in which the words stand."""

    statement: Statement
    wanted: Wanted

    @property
    def pieces(self) -> list[Piece]:
        return self.wanted.excerpt(self.statement.wording)

    @property
    def code(self) -> list[Piece]:
        return self.wanted.pieces(self.statement.code)


@dataclass(frozen=True)
class FoundElement:
    """An element in which the words stand: by itself, in its statements, or both."""

    element: Element
    matching: Sequence[Statement]
    wanted: Wanted

    @property
    def name(self) -> list[Piece]:
        return self.wanted.pieces(str(self.element))

    @property
    def code(self) -> list[Piece]:
        return self.wanted.pieces(self.element.code)

    @property
    def summary(self) -> list[Piece]:
        """Only where a word stands in it; the passages say more otherwise."""
        summary = self.element.summary
        return self.wanted.excerpt(summary) if self.wanted.any_in(fold(summary)) else []

    @property
    def passages(self) -> list[FoundPassage]:
        return [FoundPassage(statement, self.wanted) for statement in self.matching[:SHOWN]]

    @property
    def more(self) -> int:
        """How many passages are on the element's page alone."""
        return max(0, len(self.matching) - SHOWN)


@dataclass(frozen=True)
class FoundIn:
    """What was found in one framework."""

    framework: Framework
    elements: Sequence[FoundElement]

    @property
    def words(self) -> Words:
        """Whose the passages are in that are shown."""
        return words_of(passage.statement for one in self.elements for passage in one.passages)


def find(wanted: Wanted, frameworks: Sequence[Framework]) -> list[FoundElement]:
    """Every element with the words in it, in the order of the frameworks; two queries."""
    statements: dict[int, list[Statement]] = {}
    rows = Statement.objects.filter(element__domain__framework__in=frameworks)
    for statement in rows.only("element", "code", "text", "publisher_text").order_by("pk"):
        statements.setdefault(statement.element_id, []).append(statement)
    elements: dict[int, list[Element]] = {one.pk: [] for one in frameworks}
    rows_of_elements = Element.objects.filter(domain__framework__in=frameworks)
    for element in rows_of_elements.select_related("domain__framework").in_order():
        elements[element.domain.framework_id].append(element)
    in_order = [element for framework in frameworks for element in elements[framework.pk]]
    found = (_found(wanted, one, statements.get(one.pk, [])) for one in in_order)
    return [one for one in found if one]


def by_framework(found: Iterable[FoundElement]) -> list[FoundIn]:
    """The same, framework by framework."""
    grouped = groupby(found, key=lambda one: one.element.domain.framework)
    return [FoundIn(framework, list(elements)) for framework, elements in grouped]


def _found(
    wanted: Wanted, element: Element, statements: Iterable[Statement]
) -> FoundElement | None:
    own = f"{element.code} {element} {element.domain.name} {element.summary}"
    is_found = wanted.all_in(fold(own))
    matching = list(_matching(wanted, element, statements, beside_it=is_found))
    return FoundElement(element, matching, wanted) if is_found or matching else None


def _matching(
    wanted: Wanted, element: Element, statements: Iterable[Statement], *, beside_it: bool
) -> Iterator[Statement]:
    """Those with the words, some of which may stand in the element's name or a code.

    Args:
        beside_it: whether the element is found by itself. What its statements have only
            from its name and code then says nothing new.
    """
    heading = fold(f"{element.code} {element.name} ")
    for statement in statements:
        wording = fold(statement.wording)
        if wanted.all_in(f"{heading}{fold(statement.code)} {wording}") and (
            wanted.any_in(wording) or not beside_it
        ):
            yield statement
