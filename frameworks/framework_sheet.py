"""From the sheets of a spreadsheet to a framework's draft, or to every fault in them. Pure.

What a cell says is checked as it is read; rules of the framework as a whole are those of
`soundness`, whose sentences are led back to the rows that they are about.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from frameworks.framework_cells import Cell, Faults, FaultyFramework, Line, folded, lines_of
from frameworks.framework_columns import DOMAINS, ELEMENTS, LEVELS, STATEMENTS
from frameworks.framework_draft import (
    DomainDraft,
    ElementDraft,
    FrameworkDraft,
    LevelDraft,
    StatementDraft,
    rows_of,
)
from frameworks.models import Framework, Level, Statement
from frameworks.numbering import beginning, from_here_on, listed, misnumbered
from frameworks.soundness import faults_between
from sheets.reading import SheetRow

__all__ = ["FaultyFramework", "read_framework"]

TONES_UPWARDS = Level.Tone.values
NAMED = re.compile(r"(Element|Statement) (.+?) (?:has|stands) ")
FEW = 4
"""Missing numbers that a fault names; more of them would drown it."""
OF_ONE = {"Element": ELEMENTS, "Statement": STATEMENTS}

Draft = TypeVar("Draft")
Known = TypeVar("Known")


def read_framework(
    sheets: Mapping[str, Sequence[SheetRow]],
    *,
    editions: Mapping[str, Sequence[Framework]] | None = None,
) -> FrameworkDraft:
    """The framework that the sheets hold.

    Args:
        sheets: their rows, by title.
        editions: those that there are already, by their folded title; a new one follows them.

    Raises:
        FaultyFramework: they do not hold one; it carries every fault that was found.
    """
    faults = Faults()
    facts, tables = lines_of(sheets, faults)
    faults.stop_if_any()
    draft = _Reader(tables, faults).read(facts)
    _check_edition(facts, draft, (editions or {}).get(folded(draft.title), ()))
    faults.stop_if_any()
    return draft


def _check_edition(facts: Line, draft: FrameworkDraft, earlier: Sequence[Framework]) -> None:
    """An edition of a title comes once, and after those before it, by its month and its day."""
    if not earlier:
        return
    edition, day = facts["edition"], facts["published_on"]
    newest = max(earlier, key=lambda one: one.edition)
    last = max(one.published_on for one in earlier)
    if any(one.edition == draft.edition for one in earlier):
        edition.refuse(
            f"is {draft.edition}, and your trust has that edition of “{draft.title}” already; "
            "give a new edition a later month, or another framework another title"
        )
    elif not edition.is_faulty and draft.edition < newest.edition:
        edition.refuse(
            f"must be later than {newest.edition}, the newest edition of “{draft.title}” that "
            f"your trust has; it is {draft.edition}"
        )
    if not day.is_faulty and draft.published_on <= last:
        day.refuse(
            f"must be later than {_said(last)}, the day of your edition before it; "
            f"it is {_said(draft.published_on)}"
        )


def _named_by(title: str, name: str) -> str:
    """The column of a sheet in which a row would have this name."""
    if title in (ELEMENTS, STATEMENTS):
        return "code"
    return "order" if name.isdigit() else "name"


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


class _Reader:
    """Reads on past every fault, so that one look finds them all.

    What cannot be read gets a stand-in that nothing in a spreadsheet can name. Rows that name
    a faulty one, or share a code, are in doubt: nothing more is said of them, since mending
    the other row may mend them.
    """

    def __init__(self, tables: Mapping[str, Sequence[Line]], faults: Faults) -> None:
        self._tables, self._faults = tables, faults
        self._doubtful: set[tuple[str, int]] = set()
        self._rows: dict[tuple[str, str], list[int]] = {}

    def read(self, facts: Line) -> FrameworkDraft:
        levels = [self._level(line) for line in self._tables[LEVELS]]
        self._check_orders(LEVELS, levels)
        self._check_tones(levels)
        domains = [self._domain(line) for line in self._tables[DOMAINS]]
        self._check_orders(DOMAINS, domains)
        elements = self._elements(domains)
        statements = self._statements(levels, elements)
        draft = FrameworkDraft(
            title=facts["title"].text(),
            edition=facts["edition"].edition(),
            publisher=facts["publisher"].text(),
            published_on=facts["published_on"].day(),
            subject=facts["subject"].word(),
            domain_noun=facts["domain_noun"].text(),
            domain_noun_plural=facts["domain_noun_plural"].text(),
            element_noun=facts["element_noun"].text(),
            element_noun_plural=facts["element_noun_plural"].text(),
            about=facts["about"].text(),
            attribution=facts["attribution"].text(),
            licence=facts["licence"].text(),
            source_url=facts["source_url"].web_address(),
            levels=tuple(levels),
            domains=tuple(domains),
            elements=tuple(elements),
            statements=tuple(statements),
        )
        self._check_whole(draft)
        return draft

    def _number(self, line: Line, name: str, *, least: int = 1) -> int:
        number = line[name].number(least=least)
        return -line[name].row if number is None else number

    def _level(self, line: Line) -> LevelDraft:
        return LevelDraft(
            order=self._number(line, "order"),
            name=line["name"].text(),
            meaning=line["meaning"].text(),
            tone=line["tone"].word(),
        )

    def _domain(self, line: Line) -> DomainDraft:
        return DomainDraft(order=self._number(line, "order"), name=line["name"].text())

    def _check_tones(self, levels: Sequence[LevelDraft]) -> None:
        """No level may look weaker than the one before it.

        A level whose number is wrong counts where it stands, unless the others are shuffled.
        """
        pairs = list(self._beside(LEVELS, levels))
        times = Counter(level.order for level in levels)
        numbered = [
            (level, line)
            for level, line in pairs
            if times[level.order] == 1 and not line["order"].is_faulty
        ]
        orders = [level.order for level, _ in numbered]
        if orders != sorted(orders):
            pairs = sorted(numbered, key=lambda pair: pair[0].order)
        strongest = 0
        for level, line in pairs:
            strength = TONES_UPWARDS.index(level.tone) if level.tone else strongest
            if strength < strongest:
                line["tone"].refuse("is weaker than that of a level before; 1 is the weakest")
            strongest = max(strongest, strength)

    def _check_orders(self, title: str, drafts: Sequence[LevelDraft | DomainDraft]) -> None:
        cells = [line["order"] for line in self._tables[title]]
        self._check_numbers(cells, [one.order for one in drafts], f"the {title.lower()}")

    def _check_numbers(
        self,
        cells: Sequence[Cell],
        numbers: Sequence[int],
        what: str,
        *,
        first: int | None = 1,
        whole: bool = True,
    ) -> None:
        """Numbers go one by one; one that could not be read is below nought."""
        readable = [number if number >= 0 else None for number in numbers]
        wanted = f"number {what} {from_here_on(beginning(readable, first))}"
        for wrong in misnumbered(readable, first=first, whole=whole):
            like = "" if wrong.like is None else f", as in row {cells[wrong.like].row}"
            count = len(wrong.missing)
            is_or_are = "is" if count == 1 else "are"
            gap = f", and {listed(wrong.missing)} {is_or_are} missing" if 0 < count <= FEW else ""
            cells[wrong.place].refuse(f"is {readable[wrong.place]}{like}{gap}; {wanted}")

    def _known(self, title: str, drafts: Sequence[LevelDraft | DomainDraft]) -> dict[str, int]:
        """Names and orders, as another sheet may write them; a name goes before an order."""
        orders = {str(one.order): one.order for one in drafts}
        names: dict[str, int] = {}
        rows: dict[str, int] = {}
        for one, line in self._beside(title, drafts):
            name = folded(one.name)
            if name in names:
                line["name"].refuse(f"is the same as in row {rows[name]}; give each its own")
            names.setdefault(name, one.order)
            rows.setdefault(name, line["name"].row)
        return orders | {name: order for name, order in names.items() if name}

    def _nameable(
        self, title: str, known: Mapping[str, Known], naming: str, field: str
    ) -> Mapping[str, Known | None]:
        """What rows of another sheet may name; also what a row may be meant by that is faulty.

        Where no more names are unknown than rows have a fault in what they are named by, the
        fault is theirs, and whoever names them need not hear of it.
        """
        named = [(folded(line[field].raw), line[field].row) for line in self._tables[naming]]
        unknown = defaultdict(set)
        for name in {name for name, _ in named} - {"", *known}:
            unknown[_named_by(title, name)].add(name)
        meant = {
            name
            for column, names in unknown.items()
            if len(names) <= sum(line[column].is_faulty for line in self._tables[title])
            for name in names
        }
        self._doubtful |= {(naming, row) for name, row in named if name in meant}
        return {**known, **dict.fromkeys(meant)}

    def _elements(self, domains: Sequence[DomainDraft]) -> list[ElementDraft]:
        lines = self._tables[ELEMENTS]
        known = self._nameable(DOMAINS, self._known(DOMAINS, domains), ELEMENTS, "domain")
        codes = self._codes(ELEMENTS)
        elements = [
            ElementDraft(
                domain=line["domain"].one_of(known, DOMAINS) or 0,
                number=self._number(line, "number", least=0),
                code=code,
                name=line["name"].text(),
                summary=line["summary"].text(),
            )
            for line, code in zip(lines, codes, strict=True)
        ]
        self._check_element_numbers(domains, elements)
        return elements

    def _check_element_numbers(
        self, domains: Sequence[DomainDraft], elements: Sequence[ElementDraft]
    ) -> None:
        """Domain by domain, so far as it is clear which elements are whose."""
        is_clear = all(element.domain for element in elements)
        orders = Counter(domain.order for domain in domains)
        for domain, domain_line in self._beside(DOMAINS, domains):
            if orders[domain.order] > 1:
                continue
            own = [
                (line["number"], element.number)
                for element, line in self._beside(ELEMENTS, elements)
                if element.domain == domain.order
            ]
            if own:
                cells, numbers = zip(*own, strict=True)
                what = "its domain’s elements"
                self._check_numbers(cells, numbers, what, first=None, whole=is_clear)
            elif is_clear:
                domain_line["name"].refuse("is named by no element; give it one, or delete the row")

    def _codes(self, title: str) -> list[str]:
        """Read the codes, and remember their rows; who names one may write it in any case."""
        lines = self._tables[title]
        codes = [line["code"].code() for line in lines]
        first: dict[str, tuple[str, int]] = {}
        for line, code in zip(lines, codes, strict=True):
            self._rows.setdefault((title, code), []).append(line["code"].row)
            spelt, row = first.setdefault(folded(code), (code, line["code"].row))
            if spelt != code:
                line["code"].refuse(f"differs from that in row {row} in its capitals alone")
            elif row != line["code"].row:
                line["code"].refuse(f"is {code}, as in row {row}; give each its own")
                self._doubtful.add((title, row))
        return codes

    def _statements(
        self, levels: Sequence[LevelDraft], elements: Sequence[ElementDraft]
    ) -> list[StatementDraft]:
        lines, codes = self._tables[STATEMENTS], self._codes(STATEMENTS)
        of_elements = {folded(one.code): one.code for one in reversed(elements)}
        lead_ins = {folded(code): code for code in codes}
        known_elements = self._nameable(ELEMENTS, of_elements, STATEMENTS, "element")
        known_levels = self._nameable(LEVELS, self._known(LEVELS, levels), STATEMENTS, "level")
        known_lead_ins = self._nameable(STATEMENTS, lead_ins, STATEMENTS, "under")
        statements = [
            StatementDraft(
                element=line["element"].one_of(known_elements, ELEMENTS) or "",
                code=code,
                kind=line["kind"].word(),
                level=line["level"].one_of(known_levels, LEVELS),
                audience=line["audience"].word(),
                under=line["under"].one_of(known_lead_ins, STATEMENTS) or "",
                text=line["text"].text(),
            )
            for line, code in zip(lines, codes, strict=True)
        ]
        self._check_company(statements)
        return statements

    def _check_company(self, statements: Sequence[StatementDraft]) -> None:
        """Pages show audiences beside descriptions alone, and a point within its lead-in."""
        by_code = {one.code: (one, line) for one, line in self._beside(STATEMENTS, statements)}
        for one, line in self._beside(STATEMENTS, statements):
            lead_in, above = by_code.get(one.under, (one, line))
            if lead_in.kind != one.kind and lead_in.kind and one.kind:
                line["under"].refuse("names a statement of another kind")
            if one.audience and one.kind in (Statement.Kind.QUESTION, Statement.Kind.NOTE):
                line["audience"].refuse("belongs to a description; leave it empty here")
            elif one.audience not in ("", lead_in.audience) and not above["audience"].is_faulty:
                line["audience"].refuse("is another than that of its lead-in")

    def _beside(self, title: str, drafts: Sequence[Draft]) -> Iterable[tuple[Draft, Line]]:
        return zip(drafts, self._tables[title], strict=True)

    def _check_whole(self, draft: FrameworkDraft) -> None:
        """Add what `soundness` finds, but not what follows from a fault that is known."""
        known = self._faults.places() | self._doubtful
        rows = rows_of(self._without_known(draft, known), numbered=True)
        for sentence in faults_between(rows):
            places = set(self._places_of(sentence))
            for sheet, row in sorted(places - known):
                self._faults.add(sheet, row, sentence)
            known |= places

    def _without_known(self, draft: FrameworkDraft, known: set[tuple[str, int]]) -> FrameworkDraft:
        """The draft with no statement under a faulty one, whose level may be misread."""
        faulty = {
            code
            for (sheet, code), rows in self._rows.items()
            if sheet == STATEMENTS and any((sheet, row) in known for row in rows)
        }
        statements = tuple(
            replace(one, under="") if one.under in faulty else one for one in draft.statements
        )
        return replace(draft, statements=statements)

    def _places_of(self, sentence: str) -> list[tuple[str, int]]:
        """The sheet and rows that a sentence of `soundness` is about."""
        named = NAMED.match(sentence)
        if named is None:
            return [(STATEMENTS, 0)]
        sheet = OF_ONE[named[1]]
        return [(sheet, row) for row in self._rows.get((sheet, named[2]), [0])]
