"""From the sheets of a spreadsheet to a framework's draft, or to every fault in them. Pure.

What a cell says is checked as it is read; rules of the framework as a whole are those of
`soundness`, whose sentences are led back to the rows that they are about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from frameworks.framework_cells import Faults, FaultyFramework, Line, folded, lines_of
from frameworks.framework_columns import (
    DOMAINS,
    ELEMENTS,
    FRAMEWORK,
    LEVELS,
    STATEMENTS,
)
from frameworks.framework_draft import (
    DomainDraft,
    ElementDraft,
    FrameworkDraft,
    LevelDraft,
    StatementDraft,
    rows_of,
)
from frameworks.models import Level, Statement
from frameworks.soundness import faults_of
from govuk.sheets import SheetRow

__all__ = ["FaultyFramework", "read_framework"]

TONES_UPWARDS = Level.Tone.values
NAMED = re.compile(r"(?:The )?(element|statement)(?: code)? (.+?) (?:has|stands) ", re.I)
OF_ONE = {"element": ELEMENTS, "statement": STATEMENTS}
ALL = re.compile(r"The (levels|domains|elements)\b")
OF_ALL = {"levels": LEVELS, "domains": DOMAINS, "elements": ELEMENTS}

Draft = TypeVar("Draft")


def read_framework(sheets: Mapping[str, Sequence[SheetRow]]) -> FrameworkDraft:
    """The framework that the sheets hold.

    Raises:
        FaultyFramework: they do not hold one; it carries every fault that was found.
    """
    faults = Faults()
    facts, tables = lines_of(sheets, faults)
    faults.stop_if_any()
    draft = _Reader(tables, faults).read(facts)
    faults.stop_if_any()
    return draft


class _Reader:
    """Reads on past every fault, so that one look finds them all.

    What cannot be read gets a stand-in that nothing in a spreadsheet can name.
    """

    def __init__(self, tables: Mapping[str, Sequence[Line]], faults: Faults) -> None:
        self._tables, self._faults = tables, faults
        self._unnumbered: set[str] = set()
        self._rows: dict[tuple[str, str], list[int]] = {}

    def read(self, facts: Line) -> FrameworkDraft:
        levels = [self._level(line) for line in self._tables[LEVELS]]
        self._check_tones(levels)
        domains = [self._domain(line) for line in self._tables[DOMAINS]]
        elements = self._elements(self._known(DOMAINS, domains))
        statements = self._statements(self._known(LEVELS, levels), elements)
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
        if number is None:
            self._unnumbered.add(line[name].sheet)
            return -line[name].row
        return number

    def _level(self, line: Line) -> LevelDraft:
        return LevelDraft(
            order=self._number(line, "order"),
            name=line["name"].text(),
            meaning=line["meaning"].text(),
            tone=line["tone"].word(),
        )

    def _check_tones(self, levels: Sequence[LevelDraft]) -> None:
        """No level may look weaker than the one before it, so far as their order is clear."""
        by_order = {one.order: (one, line) for one, line in self._beside(LEVELS, levels)}
        if sorted(by_order) != list(range(1, len(levels) + 1)):
            return
        strongest = 0
        for _, (level, line) in sorted(by_order.items()):
            strength = TONES_UPWARDS.index(level.tone) if level.tone else strongest
            if strength < strongest:
                line["tone"].refuse("is weaker than that of a level before; 1 is the weakest")
            strongest = max(strongest, strength)

    def _domain(self, line: Line) -> DomainDraft:
        return DomainDraft(order=self._number(line, "order"), name=line["name"].text())

    def _known(self, title: str, drafts: Sequence[LevelDraft | DomainDraft]) -> dict[str, int]:
        """Names and orders, as another sheet may write them; a name goes before an order."""
        orders = {str(one.order): one.order for one in drafts}
        names: dict[str, int] = {}
        for one, line in self._beside(title, drafts):
            if folded(one.name) in names:
                line["name"].refuse("is the same as that of another row")
            names.setdefault(folded(one.name), one.order)
        return orders | {name: order for name, order in names.items() if name}

    def _elements(self, domains: Mapping[str, int]) -> list[ElementDraft]:
        elements = []
        for line in self._tables[ELEMENTS]:
            domain = line["domain"].one_of(domains, DOMAINS)
            if domain is None:
                self._unnumbered.add(ELEMENTS)
            element = ElementDraft(
                domain=domain or 0,
                number=self._number(line, "number", least=0),
                code=line["code"].code(),
                name=line["name"].text(),
                summary=line["summary"].text(),
            )
            elements.append(element)
        self._check_codes(ELEMENTS, elements)
        return elements

    def _check_codes(self, title: str, drafts: Sequence[ElementDraft | StatementDraft]) -> None:
        """Remember the rows of each code; who points to one may write it in any case."""
        spelt: dict[str, str] = {}
        for one, line in self._beside(title, drafts):
            self._rows.setdefault((title, one.code), []).append(line["code"].row)
            if spelt.setdefault(folded(one.code), one.code) != one.code:
                line["code"].refuse("differs from that of another row in its capitals alone")

    def _statements(
        self, levels: Mapping[str, int], elements: Sequence[ElementDraft]
    ) -> list[StatementDraft]:
        lines = self._tables[STATEMENTS]
        of_elements = {folded(one.code): one.code for one in reversed(elements)}
        codes = [line["code"].code() for line in lines]
        lead_ins = {folded(code): code for code in codes}
        statements = [
            StatementDraft(
                element=line["element"].one_of(of_elements, ELEMENTS) or "",
                code=code,
                kind=line["kind"].word(),
                level=line["level"].one_of(levels, LEVELS),
                audience=line["audience"].word(),
                under=line["under"].one_of(lead_ins, STATEMENTS) or "",
                text=line["text"].text(),
            )
            for line, code in zip(lines, codes, strict=True)
        ]
        self._check_codes(STATEMENTS, statements)
        self._check_company(statements)
        return statements

    def _check_company(self, statements: Sequence[StatementDraft]) -> None:
        """Pages show audiences beside descriptions alone, and a point within its lead-in."""
        by_code = {one.code: one for one in statements}
        for one, line in self._beside(STATEMENTS, statements):
            lead_in = by_code.get(one.under, one)
            if lead_in.kind != one.kind:
                line["under"].refuse("names a statement of another kind")
            if one.audience and one.kind in (Statement.Kind.QUESTION, Statement.Kind.NOTE):
                line["audience"].refuse("belongs to a description; leave it empty here")
            elif one.audience and one.audience != lead_in.audience:
                line["audience"].refuse("is another than that of its lead-in")

    def _beside(self, title: str, drafts: Sequence[Draft]) -> Iterable[tuple[Draft, Line]]:
        return zip(drafts, self._tables[title], strict=True)

    def _check_whole(self, draft: FrameworkDraft) -> None:
        """Add what `soundness` finds, but not what follows from a fault that is known."""
        known = self._faults.places()
        for sentence in faults_of(rows_of(self._without_known(draft, known), numbered=True)):
            sheet, rows = self._place_of(sentence)
            unreadable = sheet in self._unnumbered and not rows
            for row in rows or [0]:
                if (sheet, row) not in known and not unreadable:
                    self._faults.add(sheet, row, sentence)
            known |= {(sheet, row) for row in rows}

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

    def _place_of(self, sentence: str) -> tuple[str, list[int]]:
        """The sheet that a sentence of `soundness` is about, and the rows if it names a code."""
        if named := NAMED.match(sentence):
            sheet = OF_ONE[named[1].lower()]
            return sheet, self._rows.get((sheet, named[2]), [])
        of_all = ALL.match(sentence)
        return (OF_ALL[of_all[1]] if of_all else FRAMEWORK), []
