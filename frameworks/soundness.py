"""Rules of a whole framework that the database cannot hold. Pure: loaded rows in, faults out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from frameworks.models import Alignment, Domain, Element, Framework, Level, Statement
from frameworks.numbering import beginning, from_here_on, listed, misnumbered

NOUNS = ("domain_noun", "domain_noun_plural", "element_noun", "element_noun_plural")


@dataclass(frozen=True)
class FrameworkRows:
    """A framework and every row of it.

    Statements have their parent loaded; alignments their statement, element and domain.
    """

    levels: Sequence[Level]
    domains: Sequence[Domain]
    elements: Sequence[Element]
    statements: Sequence[Statement]
    framework: Framework
    alignments: Sequence[Alignment] = ()

    @classmethod
    def of(cls, framework: Framework) -> FrameworkRows:
        """Read them, in five queries."""
        statements = Statement.objects.filter(element__domain__framework=framework)
        alignments = Alignment.objects.filter(statement__element__domain__framework=framework)
        return cls(
            levels=list(framework.levels.order_by("order")),
            domains=list(framework.domains.order_by("order")),
            elements=list(Element.objects.filter(domain__framework=framework).in_order()),
            statements=list(statements.select_related("parent").order_by("code")),
            framework=framework,
            alignments=list(
                alignments.select_related("statement", "element__domain").order_by(
                    "statement__code", "element__code"
                )
            ),
        )


def faults_of(rows: FrameworkRows) -> list[str]:
    """What is wrong with a framework as a whole, each fault in a sentence; none is sound."""
    return [
        *_empty_texts(rows),
        *_repeated("element code", (element.code for element in rows.elements)),
        *_repeated("statement code", (statement.code for statement in rows.statements)),
        *_gaps("The levels", [level.order for level in rows.levels]),
        *_gaps("The domains", [domain.order for domain in rows.domains]),
        *_element_gaps(rows),
        *faults_between(rows),
    ]


def faults_between(rows: FrameworkRows) -> list[str]:
    """Those of them that are about what rows have from one another, not about names or numbers."""
    return [
        *_undescribed(rows),
        *_statement_faults(rows),
        *_statement_gaps(rows),
        *_grid_holes(rows),
        *_alignment_faults(rows),
    ]


def _empty_texts(rows: FrameworkRows) -> Iterator[str]:
    """A blank is as empty as nothing, and only the second is refused by the models."""
    for noun in NOUNS:
        if not getattr(rows.framework, noun).strip():
            yield f"The framework has no {noun.replace('_', ' ')}."
    names = {
        "a level": [level.name for level in rows.levels],
        "a domain": [domain.name for domain in rows.domains],
        "an element": [element.name for element in rows.elements],
    }
    for which, given in names.items():
        if not all(name.strip() for name in given):
            yield f"There is {which} without a name."
    for level in rows.levels:
        if not level.meaning.strip():
            yield f"The level {level.name} has no meaning."
    for statement in rows.statements:
        if not statement.text.strip():
            yield f"Statement {statement.code} has no text."


def _repeated(noun: str, codes: Iterable[str]) -> list[str]:
    return [
        f"The {noun} {code} stands {count} times."
        for code, count in sorted(Counter(codes).items())
        if count > 1
    ]


def _gaps(subject: str, orders: Sequence[int], *, first: int | None = 1) -> list[str]:
    """Whether orders run on one by one; `first` None lets them begin anywhere."""
    if not orders:
        return [f"{subject} are missing."]
    if not any(misnumbered(orders, first=first)):
        return []
    numbers, wanted = listed(sorted(orders)), from_here_on(beginning(orders, first))
    return [f"{subject} are numbered {numbers}; number them {wanted}."]


def _element_gaps(rows: FrameworkRows) -> Iterator[str]:
    """Numbers may run on from domain to domain, or begin at nought, but never skip one."""
    for domain in rows.domains:
        numbers = [element.number for element in rows.elements if element.domain_id == domain.pk]
        yield from _gaps(f"The elements of {domain.name}", numbers, first=None)


def _undescribed(rows: FrameworkRows) -> Iterator[str]:
    described = {
        statement.element_id
        for statement in rows.statements
        if statement.kind != Statement.Kind.NOTE
    }
    for element in rows.elements:
        if element.pk not in described:
            yield f"Element {element.code} has no question and no description."


def _statement_faults(rows: FrameworkRows) -> Iterator[str]:
    levels = {level.pk for level in rows.levels}
    for statement in rows.statements:
        if statement.level_id is not None and statement.kind != Statement.Kind.DESCRIPTOR:
            yield f"Statement {statement.code} has a level and describes none."
        if statement.level_id is not None and statement.level_id not in levels:
            yield f"Statement {statement.code} has a level of another framework."
        if statement.parent is None:
            continue
        if statement.parent.element_id != statement.element_id:
            yield f"Statement {statement.code} stands under one of another element."
        if statement.parent.level_id != statement.level_id:
            yield f"Statement {statement.code} has another level than what it stands under."
        if statement.parent.parent_id is not None:
            yield f"Statement {statement.code} stands under a point, not under a lead-in."


def _statement_gaps(rows: FrameworkRows) -> Iterator[str]:
    """The order begins anew for every kind and level of an element, and under a lead-in."""

    def place(statement: Statement) -> tuple[int, str, int, int]:
        level, parent = statement.level_id or 0, statement.parent_id or 0
        return statement.element_id, statement.kind, level, parent

    for _, group in groupby(sorted(rows.statements, key=place), key=place):
        statements = list(group)
        orders = [statement.order for statement in statements]
        yield from _gaps(f"The statements beside {statements[0].code}", orders)


def _grid_holes(rows: FrameworkRows) -> Iterator[str]:
    """In a grid the description is what one chooses, so that every level needs one."""
    if not rows.framework.is_grid:
        return
    described = {(statement.element_id, statement.level_id) for statement in rows.statements}
    for element in rows.elements:
        for level in rows.levels:
            if (element.pk, level.pk) not in described:
                yield f"Element {element.code} has no description of {level.name}."


def _alignment_faults(rows: FrameworkRows) -> Iterator[str]:
    if rows.alignments and not rows.framework.alignment_note.strip():
        yield "There are alignments, and no note says what their symbols stand for."
    for alignment in rows.alignments:
        between = f"{alignment.statement.code} with {alignment.element.code}"
        if alignment.element.domain.framework_id == rows.framework.pk:
            yield f"The alignment of {between} stays within the framework."
        if not alignment.symbol.strip():
            yield f"The alignment of {between} has no symbol."
