"""The cells of a framework's spreadsheet: where each stands, what it says, what is wrong. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models

from frameworks.framework_columns import (
    DOMAINS,
    ELEMENTS,
    FACTS,
    FRAMEWORK,
    LEVELS,
    NAME,
    SHEETS,
    STATEMENTS,
    WORDS,
    Column,
)
from frameworks.models import Domain, Element, Framework, Level, Statement
from govuk.fields import number_of
from sheets.reading import Fault, SheetRow

MODELS: Mapping[str, type[models.Model]] = {
    FRAMEWORK: Framework,
    LEVELS: Level,
    DOMAINS: Domain,
    ELEMENTS: Element,
    STATEMENTS: Statement,
}
TITLES = tuple(MODELS)
NUMBER_OF_ROWS = {LEVELS: (2, 7), DOMAINS: (1, 20), ELEMENTS: (1, 100), STATEMENTS: (1, 2_000)}
"""At least and at most: a scale to choose on, and a page that can still be read."""
LONGEST_TEXT = 2_000
"""Characters of a text whose model sets no length: a long paragraph."""
LARGEST_NUMBER = 999
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
SHOWN = 40
"""Characters of a wrong cell that its fault repeats."""

MONTH = re.compile(r"(199\d|20\d\d|2100)-(0[1-9]|1[0-2])")
CODE = re.compile(r"[A-Z0-9][A-Za-z0-9._-]*")
"""Fit for addresses, and unlike any name that a page gives to its own parts."""
DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y")
FIRST_OF_MONTH = re.compile(r"(\d{4}-\d{2})-01")
UNFIT = re.compile("[\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]")
"""Orders to write what follows backwards, and what no page or PDF can show."""


Known = TypeVar("Known")


class FaultyFramework(Exception):
    """The sheets do not hold a framework.

    Attributes:
        faults: all that is wrong, in the order of the sheets and their rows.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class Faults:
    """What is wrong so far, by sheet and row; row 0 is a sheet as a whole."""

    def __init__(self) -> None:
        self._found: list[tuple[str, int, str]] = []
        self._cells: set[tuple[str, int, str]] = set()

    def add(self, sheet: str, row: int, text: str, *, field: str = "") -> None:
        self._found.append((sheet, row, text))
        self._cells.add((sheet, row, field))

    def are_in(self, sheet: str, row: int, field: str) -> bool:
        """Whether something is wrong with one cell."""
        return (sheet, row, field) in self._cells

    def places(self) -> set[tuple[str, int]]:
        """The rows that something is wrong with."""
        return {(sheet, row) for sheet, row, _ in self._found}

    def stop_if_any(self) -> None:
        """Go on only without a fault.

        Raises:
            FaultyFramework: there is one.
        """
        in_order = sorted(self._found, key=lambda one: (TITLES.index(one[0]), one[1]))
        faults = [
            Fault(f"{sheet}, row {row}" if row else sheet, text) for sheet, row, text in in_order
        ]
        if faults:
            raise FaultyFramework(faults)


@dataclass(frozen=True)
class Cell:
    """What stands in one column of one row."""

    sheet: str
    row: int
    column: Column
    raw: str
    faults: Faults
    is_unstored: bool = False
    """Whether it is a formula whose result the file does not hold."""

    def refuse(self, why: str) -> None:
        """Note that the cell is wrong: its heading, and why."""
        text = f"“{self.column.heading}” {why}."
        self.faults.add(self.sheet, self.row, text, field=self.column.field)

    @property
    def is_faulty(self) -> bool:
        return self.faults.are_in(self.sheet, self.row, self.column.field)

    def text(self) -> str:
        """A name, or prose; prose keeps its line breaks.

        Where it is missing, something to go on with that no cell can name.
        """
        field = MODELS[self.sheet]._meta.get_field(self.column.field)
        is_prose = isinstance(field, models.TextField)
        lines = self.raw.splitlines() if is_prose else [self.raw]
        text = "\n".join(" ".join(line.split()) for line in lines).strip()
        limit = getattr(field, "max_length", None) or LONGEST_TEXT
        if not text:
            self._miss()
        elif len(text) > limit:
            self.refuse(f"must have {limit:,} characters or fewer; it has {len(text):,}")
        elif UNFIT.search(text):
            self.refuse("has a sign that cannot be shown; type it afresh")
        elif not any(one.isalnum() for one in text):
            self.refuse("has neither a letter nor a figure")
        return text or self._stand_in()

    def code(self) -> str:
        """What the row is known by, in addresses too; a faulty one can still be pointed to."""
        text = self.text()
        if self.raw and not CODE.fullmatch(text):
            self.refuse(
                "must begin with a capital letter or a figure and hold nothing but letters, "
                "figures, dots and hyphens, such as BC-01"
            )
        return text

    def number(self, *, least: int = 1) -> int | None:
        """A whole number; None where it is not one."""
        if not self.raw:
            self._miss()
        elif (number := number_of(self.raw)) is None:
            self.refuse(f"must be a whole number; it is {quoted(self.raw)}")
        elif least <= number <= LARGEST_NUMBER:
            return number
        else:
            self.refuse(f"must be from {least} to {LARGEST_NUMBER}; it is {number}")
        return None

    def word(self) -> str:
        """One of the words that the column knows, as it is stored; blank where it is none."""
        words = WORDS[self.sheet, self.column.field]
        if not self.raw:
            self._miss()
        elif found := words.get(folded(self.raw)):
            return found
        else:
            self.refuse(f"must be {' or '.join(words)}; it is {quoted(self.raw)}")
        return ""

    def day(self) -> date:
        """A date in one of the ways that people and spreadsheets write it."""
        for pattern in DATES:
            try:
                day = datetime.strptime(self.raw, pattern).date()
            except ValueError:
                continue
            if EARLIEST_YEAR <= day.year <= LATEST_YEAR:
                return day
        if not self.raw:
            self._miss()
        else:
            self.refuse(f"must be a day, such as 25 November 2026; it is {quoted(self.raw)}")
        return date.min

    def edition(self) -> str:
        """Year and month; a spreadsheet makes the first day of the month of it."""
        text = FIRST_OF_MONTH.sub(r"\1", self.text())
        if self.raw and not MONTH.fullmatch(text):
            self.refuse(
                "must be a year and a month, from 1990-01 to 2100-12, such as 2026-11; "
                f"it is {quoted(text)}"
            )
        return text

    def web_address(self) -> str:
        text = self.text()
        try:
            if self.raw:
                URLValidator(schemes=["http", "https"])(text)
        except ValidationError:
            self.refuse(f"must begin with https:// and lead to a page; it is {quoted(text)}")
        return text

    def one_of(self, known: Mapping[str, Known | None], sheet: str) -> Known | None:
        """What the cell names of another sheet; None where it names nothing that is known."""
        if not self.raw:
            self._miss()
        elif folded(self.raw) in known:
            return known[folded(self.raw)]
        else:
            self.refuse(f"names {quoted(self.raw)}, which is not in the sheet {sheet}")
        return None

    def _miss(self) -> None:
        if self.is_unstored:
            self.refuse(
                "is a formula, and the file does not hold what it comes to; type the value itself"
            )
        elif self.column.is_needed:
            self.refuse("is empty")

    def _stand_in(self) -> str:
        return f"\N{NULL}{self.row}" if self.column.is_needed else ""


Line = Mapping[str, Cell]
"""A row by the fields of its columns."""


def folded(text: str) -> str:
    """How names and words are compared: in any case, with any spaces."""
    return " ".join(text.split()).casefold()


def quoted(text: str) -> str:
    """What a fault repeats of a cell."""
    short = " ".join(text.split())
    return f"“{short[:SHOWN]}…”" if len(short) > SHOWN else f"“{short}”"


def lines_of(
    sheets: Mapping[str, Sequence[SheetRow]], faults: Faults
) -> tuple[Line, dict[str, list[Line]]]:
    """The facts of the first sheet, and the rows of the others by sheet."""
    by_title = {folded(title): rows for title, rows in sheets.items()}
    found: dict[str, Sequence[SheetRow]] = {}
    for title in TITLES:
        if rows := by_title.get(folded(title)):
            found[title] = rows
        else:
            faults.add(title, 0, "The sheet is missing or empty.")
    facts = _facts_of(found.get(FRAMEWORK, ()), faults)
    tables = {
        title: _table_of(title, rows, faults) for title, rows in found.items() if title in SHEETS
    }
    return facts, tables


def _facts_of(rows: Sequence[SheetRow], faults: Faults) -> Line:
    """The first sheet stands upright: a name, and its value beside it."""
    columns = {folded(column.heading): column for column in FACTS}
    facts: dict[str, Cell] = {}
    for row in rows:
        name, value = (*row.cells, "", "")[:2]
        column = columns.get(folded(name))
        if column is None:
            if folded(name) != folded(NAME):
                faults.add(FRAMEWORK, row.number, f"{quoted(name)} is no name of this sheet.")
        elif column.field in facts:
            faults.add(FRAMEWORK, row.number, f"“{column.heading}” stands here twice.")
        else:
            unstored = 1 in row.unstored
            facts[column.field] = Cell(FRAMEWORK, row.number, column, value, faults, unstored)
    for column in FACTS:
        if rows and column.is_needed and column.field not in facts:
            faults.add(FRAMEWORK, 0, f"There is no row “{column.heading}”.")
        facts.setdefault(column.field, Cell(FRAMEWORK, 0, column, "", faults))
    return facts


def _table_of(title: str, rows: Sequence[SheetRow], faults: Faults) -> list[Line]:
    """The rows below the header; columns of people's own are left alone."""
    header, *rest = rows
    headings = [folded(cell) for cell in header.cells]
    places: dict[str, int] = {}
    for column in SHEETS[title]:
        times = headings.count(folded(column.heading))
        if times == 1:
            places[column.field] = headings.index(folded(column.heading))
        else:
            word = "stands here twice" if times else "is missing"
            faults.add(title, header.number, f"The column “{column.heading}” {word}.")
    if len(places) < len(SHEETS[title]):
        return []
    lines: list[Line] = [
        {column.field: _cell(title, row, column, places, faults) for column in SHEETS[title]}
        for row in rest
    ]
    lines = [line for line in lines if any(one.raw or one.is_unstored for one in line.values())]
    _check_count(title, len(lines), faults)
    return lines


def _cell(
    title: str, row: SheetRow, column: Column, places: Mapping[str, int], faults: Faults
) -> Cell:
    place = places[column.field]
    text = row.cells[place].strip()
    return Cell(title, row.number, column, text, faults, place in row.unstored)


def _check_count(title: str, count: int, faults: Faults) -> None:
    least, most = NUMBER_OF_ROWS[title]
    if count > most:
        faults.add(title, 0, f"There may be {most:,} rows below the header; there are {count:,}.")
    elif count < least:
        faults.add(title, 0, f"Rows below the header are missing: {least} or more.")
