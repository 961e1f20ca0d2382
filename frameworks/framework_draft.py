"""A framework that somebody drafted in a spreadsheet: read and checked, not written yet. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, count, repeat

from django.utils.text import slugify

from frameworks.models import Domain, Element, Framework, Level, Statement
from frameworks.soundness import FrameworkRows

FIELDS = (
    "title",
    "edition",
    "publisher",
    "published_on",
    "subject",
    "domain_noun",
    "domain_noun_plural",
    "element_noun",
    "element_noun_plural",
    "about",
    "source_url",
    "attribution",
    "licence",
)
"""What a draft says of the framework itself, in the words of the model."""


@dataclass(frozen=True)
class LevelDraft:
    """One step of the scale."""

    order: int
    name: str
    meaning: str
    tone: str


@dataclass(frozen=True)
class DomainDraft:
    """A group of elements."""

    order: int
    name: str


@dataclass(frozen=True)
class ElementDraft:
    """What is rated; `domain` is the order of its domain."""

    domain: int
    number: int
    code: str
    name: str
    summary: str = ""


@dataclass(frozen=True)
class StatementDraft:
    """A statement by the codes of its element and of its lead-in, and the order of its level."""

    element: str
    code: str
    kind: str
    text: str
    level: int | None = None
    audience: str = ""
    under: str = ""


@dataclass(frozen=True)
class FrameworkDraft:
    """A whole framework; statements of one kind and level stand in the order of the sheet."""

    title: str
    edition: str
    publisher: str
    published_on: date
    domain_noun: str
    domain_noun_plural: str
    element_noun: str
    element_noun_plural: str
    licence: str
    attribution: str
    levels: tuple[LevelDraft, ...]
    domains: tuple[DomainDraft, ...]
    elements: tuple[ElementDraft, ...]
    statements: tuple[StatementDraft, ...]
    about: str = ""
    source_url: str = ""
    subject: str = Framework.Subject.TRUST

    @property
    def layout(self) -> str:
        """A grid where every level of every element is described, and nothing stands beside."""
        described = defaultdict(set)
        for one in self.statements:
            if one.kind == Statement.Kind.DESCRIPTOR:
                described[one.element].add(one.level)
        every: set[int | None] = {level.order for level in self.levels}
        is_grid = all(described[element.code] == every for element in self.elements)
        return Framework.Layout.GRID if is_grid else Framework.Layout.SIDES


def rows_of(draft: FrameworkDraft, *, key: str = "own", numbered: bool = False) -> FrameworkRows:
    """The draft as rows of a framework that only its trust sees.

    Whatever points to something that the draft does not hold is left out, so that a draft
    with faults can be looked through for more.

    Args:
        draft: what the spreadsheet says.
        key: what the framework will be known by.
        numbered: give each row a key, so that rows can be told apart without a database.
    """
    keys: Iterator[int | None] = count(1) if numbered else repeat(None)
    framework = Framework(
        pk=next(keys),
        key=key,
        is_published=False,
        layout=draft.layout,
        **{name: getattr(draft, name) for name in FIELDS},
    )
    levels = _levels_of(draft, framework, keys)
    domains = [
        Domain(pk=next(keys), framework=framework, order=one.order, name=one.name)
        for one in draft.domains
    ]
    elements = _elements_of(draft, domains, keys)
    statements = _statements_of(draft, levels, elements, keys)
    return FrameworkRows(
        framework=framework,
        levels=levels,
        domains=domains,
        elements=elements,
        statements=statements,
    )


def write(rows: FrameworkRows) -> Framework:
    """Put rows that have no keys yet into the database; the caller's transaction holds them.

    Raises:
        IntegrityError: the key and edition are taken.
    """
    rows.framework.save(force_insert=True)
    Level.objects.bulk_create(rows.levels)
    Domain.objects.bulk_create(rows.domains)
    Element.objects.bulk_create(rows.elements)
    Statement.objects.bulk_create(one for one in rows.statements if one.parent is None)
    Statement.objects.bulk_create(one for one in rows.statements if one.parent is not None)
    return rows.framework


def _levels_of(
    draft: FrameworkDraft, framework: Framework, keys: Iterator[int | None]
) -> list[Level]:
    names: list[str] = []
    for one in draft.levels:
        name = slugify(one.name)[:36].strip("-_") or "level"
        others = (f"{name}-{number}" for number in count(2))
        names.append(next(free for free in chain([name], others) if free not in names))
    return [
        Level(
            pk=next(keys),
            framework=framework,
            order=one.order,
            key=name,
            name=one.name,
            meaning=one.meaning,
            tone=one.tone,
        )
        for one, name in zip(draft.levels, names, strict=True)
    ]


def _elements_of(
    draft: FrameworkDraft, domains: Sequence[Domain], keys: Iterator[int | None]
) -> list[Element]:
    by_order = {domain.order: domain for domain in domains}
    return [
        Element(
            pk=next(keys),
            domain=by_order[one.domain],
            number=one.number,
            code=one.code,
            name=one.name,
            summary=one.summary,
        )
        for one in draft.elements
        if one.domain in by_order
    ]


def _statements_of(
    draft: FrameworkDraft,
    levels: Sequence[Level],
    elements: Sequence[Element],
    keys: Iterator[int | None],
) -> list[Statement]:
    """Lead-ins are looked up once every statement is there; orders count up beside each other."""
    by_order: dict[int | None, Level] = {level.order: level for level in levels}
    by_code = {element.code: element for element in elements}
    drafts = [one for one in draft.statements if one.element in by_code]
    statements = [
        Statement(
            pk=next(keys),
            element=by_code[one.element],
            code=one.code,
            kind=one.kind,
            level=by_order.get(one.level),
            audience=one.audience,
            text=one.text,
        )
        for one in drafts
    ]
    lead_ins = {statement.code: statement for statement in statements}
    placed: Counter[tuple[str, str, int | None, str]] = Counter()
    for one, statement in zip(drafts, statements, strict=True):
        statement.parent = lead_ins.get(one.under) if one.under else None
        level = statement.level.order if statement.level else None
        under = statement.parent.code if statement.parent else ""
        placed[one.element, one.kind, level, under] += 1
        statement.order = placed[one.element, one.kind, level, under]
    return statements
