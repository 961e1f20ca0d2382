"""Finding words in the frameworks, whichever of them a reader may read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from frameworks.descriptions import arrange
from frameworks.models import Element, Framework, Level, Statement
from frameworks.words import Words, words_of
from texts.matching import Piece, Wanted

SHOWN = 3
"""Passages of one element; the element's own page has the others."""


@dataclass(frozen=True)
class FoundLevel:
    """A level in whose name or meaning a word stands."""

    level: Level
    wanted: Wanted

    @property
    def name(self) -> list[Piece]:
        return self.wanted.pieces(self.level.name)

    @property
    def meaning(self) -> list[Piece]:
        return self.wanted.excerpt(self.level.meaning)


@dataclass(frozen=True)
class FoundFramework:
    """A framework in which the words stand by itself, whatever its elements say."""

    framework: Framework
    matching: Sequence[Level]
    wanted: Wanted

    @property
    def title(self) -> list[Piece]:
        return self.wanted.pieces(str(self.framework))

    @property
    def publisher(self) -> list[Piece]:
        return self.wanted.pieces(self.framework.publisher)

    @property
    def about(self) -> list[Piece]:
        """Only where a word stands in it; its own page says more otherwise."""
        about = self.framework.about
        return self.wanted.excerpt(about) if self.wanted.words_in(about) else []

    @property
    def levels(self) -> list[FoundLevel]:
        return [FoundLevel(level, self.wanted) for level in self.matching]


@dataclass(frozen=True)
class FoundPassage:
    """A statement in which some of the words stand."""

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
    """An element in which the words stand: in its name, in its statements, or spread over both.

    Attributes:
        matching: the statements with any of the words, the most telling first.
    """

    element: Element
    matching: Sequence[Statement]
    wanted: Wanted

    @property
    def framework(self) -> Framework:
        return self.element.domain.framework

    @property
    def name(self) -> list[Piece]:
        return self.wanted.pieces(str(self.element))

    @property
    def code(self) -> list[Piece]:
        return self.wanted.pieces(self.element.code)

    @property
    def domain(self) -> list[Piece]:
        return self.wanted.pieces(self.element.domain.name)

    @property
    def summary(self) -> list[Piece]:
        """Only where a word stands in it; the passages say more otherwise."""
        summary = self.element.summary
        return self.wanted.excerpt(summary) if self.wanted.words_in(summary) else []

    @property
    def passages(self) -> list[FoundPassage]:
        return [FoundPassage(statement, self.wanted) for statement in self.matching[:SHOWN]]

    @property
    def more(self) -> int:
        """How many passages are on the element's page alone."""
        return max(0, len(self.matching) - SHOWN)


@dataclass(frozen=True)
class FoundIn:
    """What was found in one framework: the framework itself, its elements, or both."""

    framework: Framework
    itself: FoundFramework | None
    elements: Sequence[FoundElement]

    @property
    def words(self) -> Words:
        """Whose the passages are in that are shown."""
        return words_of(passage.statement for one in self.elements for passage in one.passages)


Found = FoundFramework | FoundElement


def find(wanted: Wanted, frameworks: Sequence[Framework]) -> list[Found]:
    """Every framework and element with the words in it, framework by framework; three queries."""
    levels, elements, statements = defaultdict(list), defaultdict(list), defaultdict(list)
    for level in Level.objects.filter(framework__in=frameworks).order_by("order"):
        levels[level.framework_id].append(level)
    rows = Element.objects.filter(domain__framework__in=frameworks)
    for element in rows.select_related("domain__framework").in_order():
        elements[element.domain.framework_id].append(element)
    said = Statement.objects.filter(element__domain__framework__in=frameworks)
    for statement in said.select_related("level").order_by("pk"):
        statements[statement.element_id].append(statement)
    found: Iterable[Found | None] = chain.from_iterable(
        (
            _found_itself(wanted, framework, levels[framework.pk]),
            *(_found_in(wanted, one, statements[one.pk]) for one in elements[framework.pk]),
        )
        for framework in frameworks
    )
    return [one for one in found if one]


def by_framework(found: Iterable[Found]) -> list[FoundIn]:
    """The same, framework by framework."""
    parts = []
    for framework, group in groupby(found, key=lambda one: one.framework):
        hits = list(group)
        itself = next((one for one in hits if isinstance(one, FoundFramework)), None)
        elements = [one for one in hits if isinstance(one, FoundElement)]
        parts.append(FoundIn(framework, itself, elements))
    return parts


def _found_itself(
    wanted: Wanted, framework: Framework, levels: Iterable[Level]
) -> FoundFramework | None:
    own = wanted.words_in(str(framework), framework.publisher, framework.about)
    said = {level: wanted.words_in(level.name, level.meaning) for level in levels}
    if not wanted.are_all(own.union(*said.values())):
        return None
    return FoundFramework(framework, [level for level, words in said.items() if words], wanted)


def _found_in(
    wanted: Wanted, element: Element, statements: Iterable[Statement]
) -> FoundElement | None:
    """What a statement's code shares with its element's says nothing new of the statement."""
    own = wanted.words_in(element.code, str(element), element.domain.name, element.summary)
    said = {
        one: wanted.words_in(one.wording) | (wanted.words_in(one.code) - own)
        for one in arrange(statements).statements
    }
    if not wanted.are_all(own.union(*said.values())):
        return None
    return FoundElement(element, _most_telling_first(said), wanted)


def _most_telling_first(said: Mapping[Statement, frozenset[int]]) -> list[Statement]:
    """Those with most of the words; then what has words that none before it has.

    So the few that are shown have between them as many of the words as they can.
    """
    left = [one for one, words in said.items() if words]
    unseen = frozenset().union(*said.values())
    telling = []
    while unseen:
        best = max(left, key=lambda one: (len(said[one] & unseen), len(said[one])))
        left.remove(best)
        telling.append(best)
        unseen -= said[best]
    return telling + sorted(left, key=lambda one: len(said[one]), reverse=True)
