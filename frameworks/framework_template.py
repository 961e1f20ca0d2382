"""From a framework's draft to a spreadsheet, and the template that people start from. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from frameworks.framework_cells import NUMBER_OF_ROWS
from frameworks.framework_columns import (
    DOMAINS,
    ELEMENTS,
    FACTS,
    FRAMEWORK,
    HELP,
    LEVELS,
    NAME,
    READ_ME,
    SHEETS,
    STATEMENTS,
    VALUE,
    WORDS,
    Column,
)
from frameworks.framework_draft import FrameworkDraft
from frameworks.framework_example import EXAMPLE
from sheets.writing import Sheet, write_workbook

FILE_NAME = "framework-template.xlsx"
READ_ME_TEXT = (
    "This spreadsheet holds a framework that your board can rate itself against. It is filled "
    "in with a small example: replace it, row by row, with your own.",
    "Keep the names of the sheets and the headings. You may add rows, columns of your own and "
    "sheets of your own; those are left alone. A row with nothing in it is skipped.",
    "Then choose “Add a framework” on your trust’s page of frameworks of its own. Everything is "
    "checked first. What is wrong is listed with its sheet and row, and you see the whole "
    "framework before anything is made of it. Only the people of your trust can see it.",
    "Codes stay for good: by them next year’s ratings are compared with this year’s. In a later "
    "edition keep the title and the codes, and give the edition a later month.",
    "Where every element has a description of every level, people choose by the description, in "
    "a grid. Otherwise they choose between the descriptions at both ends.",
)


def template() -> bytes:
    """The spreadsheet to download: explained, and filled with the worked example."""
    return write_workbook([_read_me(), *sheets_of(EXAMPLE)])


def sheets_of(draft: FrameworkDraft) -> list[Sheet]:
    """The draft as sheets; levels and domains are named, as people find that easier to read."""
    names: dict[str, dict[int | None, str]] = {
        "level": {one.order: one.name for one in draft.levels},
        "domain": {one.order: one.name for one in draft.domains},
    }
    rows = {
        LEVELS: draft.levels,
        DOMAINS: draft.domains,
        ELEMENTS: draft.elements,
        STATEMENTS: draft.statements,
    }
    return [_facts(draft), *(_table(title, rows[title], names) for title in SHEETS)]


def _facts(draft: FrameworkDraft) -> Sheet:
    rows = [
        (column.heading, _written(FRAMEWORK, column, getattr(draft, column.field)), column.help)
        for column in FACTS
    ]
    return Sheet(FRAMEWORK, (NAME, VALUE, HELP), rows, widths=(20, 60, 60))


def _table(
    title: str, drafts: Sequence[Any], names: Mapping[str, Mapping[int | None, str]]
) -> Sheet:
    rows = [
        [
            names[column.field].get(getattr(one, column.field), "")
            if column.field in names
            else _written(title, column, getattr(one, column.field))
            for column in SHEETS[title]
        ]
        for one in drafts
    ]
    columns = SHEETS[title]
    header = [column.heading for column in columns]
    return Sheet(title, header, rows, widths=[column.width for column in columns])


def _written(title: str, column: Column, value: Any) -> str:
    """A value in the words of the sheet."""
    words = WORDS.get((title, column.field), {})
    return next((word for word, stored in words.items() if stored == value), str(value))


def _read_me() -> Sheet:
    rows: list[tuple[str, ...]] = [("", "", "", text) for text in READ_ME_TEXT]
    for title, columns in {FRAMEWORK: FACTS, **SHEETS}.items():
        rows += [("", "", "", ""), *_explained(title, columns)]
    header = ("Sheet", "Heading", "Needed", "How to fill it in")
    return Sheet(READ_ME, header, rows, widths=(14, 22, 10, 90))


def _explained(title: str, columns: Sequence[Column]) -> Iterator[tuple[str, ...]]:
    if title in NUMBER_OF_ROWS:
        least, most = NUMBER_OF_ROWS[title]
        yield title, "", "", f"From {least} to {most:,} rows below the header."
    for column in columns:
        needed = "yes" if column.is_needed else "no"
        words = WORDS.get((title, column.field))
        choice = f" One of: {', '.join(words)}." if words else ""
        yield title, column.heading, needed, column.help + choice
