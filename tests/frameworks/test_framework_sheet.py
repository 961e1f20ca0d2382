"""A framework's spreadsheet: what it says comes back whole, and every fault is named."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from frameworks.framework_columns import AUDIENCES, FACTS, KINDS, SHEETS, TONES
from frameworks.framework_draft import (
    DomainDraft,
    ElementDraft,
    FrameworkDraft,
    LevelDraft,
    StatementDraft,
    rows_of,
    write,
)
from frameworks.framework_example import EXAMPLE
from frameworks.framework_sheet import FaultyFramework, read_framework
from frameworks.framework_template import sheets_of, template
from frameworks.models import Framework, Statement
from frameworks.soundness import FrameworkRows, faults_of
from sheets.reading import SheetRow, read_workbook
from tests.frameworks.conftest import workbook_of


class Book:
    """The example's sheets, to be changed cell by cell; rows count as in the spreadsheet."""

    def __init__(self, draft: FrameworkDraft = EXAMPLE) -> None:
        self.sheets = {
            sheet.title: [list(sheet.header), *map(list, sheet.rows)] for sheet in sheets_of(draft)
        }

    def put(self, sheet: str, row: int, heading: str, text: str) -> Book:
        rows = self.sheets[sheet]
        rows[row - 1][rows[0].index(heading)] = text
        return self

    def fact(self, name: str, text: str) -> Book:
        next(row for row in self.sheets["Framework"] if row[0] == name)[1] = text
        return self

    def add(self, sheet: str, *cells: str) -> Book:
        self.sheets[sheet].append([*cells])
        return self

    def drop(self, sheet: str, *rows: int) -> Book:
        self.sheets[sheet] = [
            row for number, row in enumerate(self.sheets[sheet], 1) if number not in rows
        ]
        return self

    def rows(self) -> dict[str, list[SheetRow]]:
        return {
            title: [SheetRow(number, tuple(row)) for number, row in enumerate(rows, 1) if any(row)]
            for title, rows in self.sheets.items()
        }

    def read(self) -> FrameworkDraft:
        return read_framework(self.rows())

    def faults(self) -> list[str]:
        try:
            self.read()
        except FaultyFramework as refusal:
            return [str(fault) for fault in refusal.faults]
        return []


def test_template_reads_as_the_example() -> None:
    assert read_framework(read_workbook(BytesIO(template()))) == EXAMPLE


def test_example_shows_one_of_everything() -> None:
    statements = EXAMPLE.statements
    assert {one.kind for one in statements} == set(KINDS.values())
    assert any(one.audience for one in statements)
    assert any(one.under for one in statements)
    assert len(EXAMPLE.domains) > 1


def test_template_explains_every_column_and_word() -> None:
    rows = read_workbook(BytesIO(template()))["Read me"]
    explained = {(row.cells[0], row.cells[1]) for row in rows}
    assert {("Framework", column.heading) for column in FACTS} <= explained
    for title, columns in SHEETS.items():
        assert {(title, column.heading) for column in columns} <= explained
    text = " ".join(row.cells[3] for row in rows)
    for word in (*KINDS, *TONES, *AUDIENCES, "trust"):
        assert word in text


def test_documentation_names_every_sheet_column_and_word() -> None:
    text = Path(settings.BASE_DIR, "docs", "own-frameworks.md").read_text()
    for title, columns in {"Framework": FACTS, **SHEETS}.items():
        section = text.split(f"\n**{title}**")[1].split("\n**")[0]
        for column in columns:
            name = f"**{column.heading}**" if column.is_needed else column.heading
            assert name in section, (title, column.heading)
    for word in (*KINDS, *TONES, *AUDIENCES):
        assert f"`{word}`" in text


# A draft, its spreadsheet, and the draft again.

GLYPHS = string.ascii_letters + string.digits + "äßéøŁž漢字 '\"=+-@<>&;,.!?’–"
LINES = st.text(GLYPHS, min_size=1, max_size=30).map(lambda text: " ".join(f"a{text}".split()))
PROSE = st.lists(LINES, min_size=1, max_size=3).map("\n".join)
MAYBE = st.just("") | PROSE


@st.composite
def drafts(draw: st.DrawFn) -> FrameworkDraft:
    """Any framework without a fault."""
    names = draw(st.lists(LINES, min_size=2, max_size=7, unique_by=str.casefold))
    tones = sorted(
        draw(st.lists(st.sampled_from(list(TONES)), min_size=len(names), max_size=len(names))),
        key=list(TONES).index,
    )
    levels = tuple(
        LevelDraft(order, name, draw(PROSE), TONES[tone])
        for order, (name, tone) in enumerate(zip(names, tones, strict=True), 1)
    )
    groups = draw(st.lists(LINES, min_size=1, max_size=3, unique_by=str.casefold))
    domains = tuple(DomainDraft(order, name) for order, name in enumerate(groups, 1))
    elements = tuple(
        ElementDraft(domain.order, number, f"E{domain.order}.{number}", draw(LINES), draw(MAYBE))
        for domain in domains
        for number in range(draw(st.integers(0, 1)), 3)
    )
    statements = [
        one for element in elements for one in draw(statements_of(element.code, len(levels)))
    ]
    fields = {column.field: draw(LINES) for column in FACTS}
    fields |= {name: draw(PROSE) for name in ("attribution", "licence")}
    fields |= {
        "subject": "trust",
        "edition": draw(st.dates(date(1990, 1, 1), date(2100, 12, 31))).isoformat()[:7],
        "published_on": draw(st.dates(date(1900, 1, 1), date(2199, 12, 31))),
        "about": draw(MAYBE),
        "source_url": draw(st.sampled_from(["", "https://a.example/b?c=d", "http://a.example"])),
    }
    return FrameworkDraft(
        **fields,
        levels=levels,
        domains=domains,
        elements=elements,
        statements=tuple(draw(st.permutations(statements))),
    )


@st.composite
def statements_of(draw: st.DrawFn, element: str, levels: int) -> list[StatementDraft]:
    """A question, and whatever else; a point stands under its own kind and level."""
    made = [StatementDraft(element, f"{element}-Q", "question", draw(PROSE))]
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["question", "descriptor", "note"]))
        level = draw(st.none() | st.integers(1, levels)) if kind == "descriptor" else None
        audiences = ["", *AUDIENCES.values()] if kind == "descriptor" else [""]
        audience = draw(st.sampled_from(audiences))
        code = f"{element}-{number}"
        made.append(StatementDraft(element, code, kind, draw(PROSE), level, audience))
        made += [
            StatementDraft(
                element,
                f"{code}{point}",
                kind,
                draw(PROSE),
                level,
                draw(st.sampled_from(["", audience])),
                under=code,
            )
            for point in "ab"[: draw(st.integers(0, 2))]
        ]
    return made


@hypothesis(max_examples=40, deadline=None)
@given(drafts())
def test_draft_comes_back_from_its_spreadsheet(draft: FrameworkDraft) -> None:
    again = read_framework(read_workbook(BytesIO(workbook_of(draft))))
    assert again == draft
    assert faults_of(rows_of(again, numbered=True)) == []


WRONG = ["", "x", "0", "99", "-1", "²", "2026-13-45", "E1.1", "E1.1-Q", "1", "\0", "–"]


@hypothesis(max_examples=60, deadline=None)
@given(drafts(), st.data())
def test_broken_cells_are_faults_and_never_a_crash(draft: FrameworkDraft, data) -> None:
    book = Book(draft)
    for _ in range(data.draw(st.integers(1, 8))):
        title = data.draw(st.sampled_from(list(book.sheets)))
        row = data.draw(st.sampled_from(book.sheets[title][data.draw(st.integers(0, 1)) :]))
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(st.sampled_from(WRONG))
    if not book.faults():
        assert faults_of(rows_of(book.read(), numbered=True)) == []


def test_rows_of_a_draft_are_written_as_they_stand(db: None) -> None:
    framework = write(rows_of(EXAMPLE, key="own-one"))
    found = FrameworkRows.of(Framework.objects.get(pk=framework.pk))
    assert faults_of(found) == []
    assert [level.key for level in found.levels] == [
        "not-yet",
        "now-and-then",
        "mostly",
        "as-a-habit",
    ]
    assert {one.code: (one.text, one.order) for one in found.statements} == {
        one.code: (one.text, one.order) for one in rows_of(EXAMPLE).statements
    }
    point = Statement.objects.get(code="BC-01-S1b")
    assert (point.parent.code, point.order) == ("BC-01-S1", 2)
    assert framework.is_published is False


def test_writing_takes_six_queries(db: None, django_assert_num_queries) -> None:
    with django_assert_num_queries(6):
        write(rows_of(EXAMPLE, key="own-one"))


# Tolerated: what people do to a spreadsheet without meaning harm.


def test_sheets_and_headings_are_known_in_any_case_and_order() -> None:
    book = Book()
    book.sheets = {title.upper() + " ": rows[:] for title, rows in reversed(book.sheets.items())}
    table = book.sheets["ELEMENTS "]
    book.sheets["ELEMENTS "] = [row[::-1] for row in table]
    book.sheets["ELEMENTS "][0] = [f" {heading.upper()}  " for heading in table[0]][::-1]
    assert book.read() == EXAMPLE


def test_columns_sheets_and_empty_rows_of_peoples_own_are_left_alone() -> None:
    book = Book()
    for row in book.sheets["Levels"]:
        row.insert(2, "mine")
    book.sheets["Levels"].append(["", "", "only mine", "", ""])
    book.sheets["Elements"].insert(3, [""] * 5)
    book.sheets["Notes"] = [["anything"]]
    assert book.read() == EXAMPLE


def test_levels_and_domains_may_be_named_by_their_order() -> None:
    book = Book()
    for row, (domain, level) in {2: ("1", "4"), 3: ("1", "1")}.items():
        book.put("Elements", row, "Domain", domain)
        book.put("Statements", row + 1, "Level", level) if row == 2 else None
    book.put("Statements", 3, "Level", "1").put("Statements", 4, "Level", "4")
    assert book.read() == EXAMPLE


def test_name_goes_before_an_order() -> None:
    levels = tuple(
        replace(level, name=str(5 - level.order), order=level.order) for level in EXAMPLE.levels
    )
    upside_down = replace(EXAMPLE, levels=levels)
    assert Book(upside_down).read() == upside_down


@pytest.mark.parametrize("text", ["2026-11-25", "25/11/2026", "25 November 2026", "25 Nov 2026"])
def test_days_are_read_as_people_write_them(text) -> None:
    assert Book().fact("Published on", text).read().published_on == date(2026, 11, 25)


def test_edition_that_the_spreadsheet_made_a_day_of_is_a_month_again() -> None:
    assert Book().fact("Edition", "2026-11-01").read().edition == "2026-11"


def test_names_take_one_line_and_prose_keeps_its_lines() -> None:
    book = Book().put("Elements", 2, "Name", "Speaking\n  up").fact("About", "One.\n\n Two. ")
    assert book.read().elements[0].name == "Speaking up"
    assert book.read().about == "One.\n\nTwo."


def test_text_like_a_formula_or_html_is_text() -> None:
    for text in ("=1+1", '=HYPERLINK("http://x")', "<script>alert(1)</script>", "{{ 7|add:1 }}"):
        draft = read_framework(
            read_workbook(BytesIO(workbook_of(Book().put("Elements", 2, "Name", text).read())))
        )
        assert draft.elements[0].name == text


# The layout is worked out.


def grid(draft: FrameworkDraft = EXAMPLE) -> FrameworkDraft:
    """Every level of every element described."""
    cells = tuple(
        StatementDraft(
            element.code, f"{element.code}-{level.order}", "descriptor", "A cell.", level.order
        )
        for element in draft.elements
        for level in draft.levels
    )
    return replace(draft, statements=cells)


def test_every_level_described_makes_a_grid() -> None:
    assert EXAMPLE.layout == "sides"
    assert grid().layout == "grid"
    assert rows_of(grid()).framework.is_grid


def test_one_hole_or_a_description_of_what_good_is_makes_sides() -> None:
    whole = grid().statements
    assert replace(grid(), statements=whole[1:]).layout == "sides"
    good = StatementDraft("BC-01", "BC-01-G", "descriptor", "What good is.")
    assert replace(grid(), statements=(*whole, good)).layout == "sides"


def test_question_is_no_description_in_a_grid() -> None:
    whole = grid().statements
    question = StatementDraft("BC-01", "BC-01-Q", "question", "Is it?")
    assert replace(grid(), statements=(question, *whole)).layout == "grid"
    assert replace(grid(), statements=(question, *whole[1:])).layout == "sides"


def test_levels_whose_names_make_no_key_or_the_same_get_one_of_their_own() -> None:
    names = ["漢", "A+", "A", "Level", "字", "x" * 60, "x" * 59]
    levels = tuple(
        LevelDraft(order, name, "Meaning.", "weak") for order, name in enumerate(names, 1)
    )
    keys = [level.key for level in rows_of(replace(EXAMPLE, levels=levels)).levels]
    assert keys == ["level", "a", "a-2", "level-2", "level-3", "x" * 36, "x" * 36 + "-2"]


# Every fault, where it stands.

BAD_CODE = (
    "{}: “Code” must begin with a capital letter or a figure and hold nothing but letters, "
    "figures, dots and hyphens, such as BC-01."
)
BAD_EDITION = (
    "Framework, row 3: “Edition” must be a year and a month, from 1990-01 to 2100-12, such as "
    "2026-11; it is “{}”."
)
NUMBER_LEVELS = "number the levels 1, 2, 3 and so on, each number once."
NUMBER_DOMAINS = "number the domains 1, 2, 3 and so on, each number once."
NUMBER_ELEMENTS = "number its domain’s elements {}, {}, {} and so on, each number once."
FAULTS = {
    "no title": (
        lambda book: book.fact("Title", ""),
        ["Framework, row 2: “Title” is empty."],
    ),
    "long title": (
        lambda book: book.fact("Title", "x" * 20_000),
        ["Framework, row 2: “Title” must have 200 characters or fewer; it has 20,000."],
    ),
    "title of nothing that can be seen": (
        lambda book: book.fact("Title", "– …"),
        ["Framework, row 2: “Title” has neither a letter nor a figure."],
    ),
    "title backwards": (
        lambda book: book.fact("Title", "a\u202eb"),
        ["Framework, row 2: “Title” has a sign that cannot be shown; type it afresh."],
    ),
    "sign that is no character": (
        lambda book: book.put("Statements", 2, "Text", "a\ufffe"),
        ["Statements, row 2: “Text” has a sign that cannot be shown; type it afresh."],
    ),
    "bad edition": (
        lambda book: book.fact("Edition", "Nov 2026"),
        [BAD_EDITION.format("Nov 2026")],
    ),
    "edition of no month": (
        lambda book: book.fact("Edition", "2026-13"),
        [BAD_EDITION.format("2026-13")],
    ),
    "edition of a day": (
        lambda book: book.fact("Edition", "2026-11-15"),
        [BAD_EDITION.format("2026-11-15")],
    ),
    "edition of another age": (
        lambda book: book.fact("Edition", "1989-12"),
        [BAD_EDITION.format("1989-12")],
    ),
    "no such day": (
        lambda book: book.fact("Published on", "31 November 2026"),
        [
            "Framework, row 5: “Published on” must be a day, such as 25 November 2026; "
            "it is “31 November 2026”."
        ],
    ),
    "day of another age": (
        lambda book: book.fact("Published on", "0201-01-01"),
        [
            "Framework, row 5: “Published on” must be a day, such as 25 November 2026; "
            "it is “0201-01-01”."
        ],
    ),
    "subject of another kind": (
        lambda book: book.fact("Subject", "school"),
        ["Framework, row 6: “Subject” must be trust; it is “school”."],
    ),
    "long noun": (
        lambda book: book.fact("Several elements", "x" * 41),
        ["Framework, row 10: “Several elements” must have 40 characters or fewer; it has 41."],
    ),
    "script for an address": (
        lambda book: book.fact("Web address", "javascript:alert(1)"),
        [
            "Framework, row 14: “Web address” must begin with https:// and lead to a page; "
            "it is “javascript:alert(1)”."
        ],
    ),
    "missing fact": (
        lambda book: book.drop("Framework", 4),
        ["Framework: There is no row “Publisher”."],
    ),
    "unknown fact": (
        lambda book: book.add("Framework", "Titel", "Board culture"),
        ["Framework, row 15: “Titel” is no name of this sheet."],
    ),
    "fact said twice": (
        lambda book: book.add("Framework", "title", "Another"),
        ["Framework, row 15: “Title” stands here twice."],
    ),
    "missing sheet": (
        lambda book: book.sheets.pop("Domains"),
        ["Domains: The sheet is missing or empty."],
    ),
    "missing column": (
        lambda book: book.put("Statements", 1, "Level", "Levl"),
        ["Statements, row 1: The column “Level” is missing."],
    ),
    "column twice": (
        lambda book: book.put("Elements", 1, "Summary", "Name"),
        [
            "Elements, row 1: The column “Name” stands here twice.",
            "Elements, row 1: The column “Summary” is missing.",
        ],
    ),
    "one level": (
        lambda book: book.drop("Levels", 3, 4, 5),
        ["Levels: Rows below the header are missing: 2 or more."],
    ),
    "eight levels": (
        lambda book: [book.add("Levels", str(n), f"L{n}", "M.", "strongest") for n in range(5, 9)],
        ["Levels: There may be 7 rows below the header; there are 8."],
    ),
    "no domain": (
        lambda book: book.drop("Domains", 2, 3),
        ["Domains: Rows below the header are missing: 1 or more."],
    ),
    "gap in the levels": (
        lambda book: book.put("Levels", 5, "Order", "5"),
        [f"Levels, row 5: “Order” is 5, and 4 is missing; {NUMBER_LEVELS}"],
    ),
    "several gaps in the levels": (
        lambda book: book.put("Levels", 4, "Order", "7").put("Levels", 5, "Order", "8"),
        [
            f"Levels, row 4: “Order” is 7, and 3 and 4 are missing; {NUMBER_LEVELS}",
            f"Levels, row 5: “Order” is 8, and 3 and 4 are missing; {NUMBER_LEVELS}",
        ],
    ),
    "more gaps than anybody reads": (
        lambda book: [
            [book.add("Domains", str(n), f"D{n}") for n in range(21, 27)],
            [book.add("Elements", f"D{n}", "1", f"D-{n}", "Name", "") for n in range(21, 27)],
            [
                book.add("Statements", f"D-{n}", f"D-{n}-Q", "question", "", "", "", "Is it?")
                for n in range(21, 27)
            ],
        ],
        [f"Domains, row {row}: “Order” is {row + 17}; {NUMBER_DOMAINS}" for row in range(4, 10)],
    ),
    "gap beside an order that is no number": (
        lambda book: book.put("Levels", 3, "Order", "two").put("Levels", 5, "Order", "5"),
        [
            "Levels, row 3: “Order” must be a whole number; it is “two”.",
            f"Levels, row 5: “Order” is 5; {NUMBER_LEVELS}",
        ],
    ),
    "order of two levels": (
        lambda book: book.put("Levels", 5, "Order", "3"),
        [f"Levels, row 5: “Order” is 3, as in row 4, and 4 is missing; {NUMBER_LEVELS}"],
    ),
    "order that is no number": (
        lambda book: book.put("Levels", 3, "Order", "two"),
        ["Levels, row 3: “Order” must be a whole number; it is “two”."],
    ),
    "order out of bounds": (
        lambda book: book.put("Levels", 3, "Order", "0").put("Domains", 2, "Order", "99999"),
        [
            "Levels, row 3: “Order” must be from 1 to 999; it is 0.",
            "Domains, row 2: “Order” must be from 1 to 999; it is 99999.",
        ],
    ),
    "level named twice": (
        lambda book: book.put("Levels", 3, "Name", "NOT  yet"),
        ["Levels, row 3: “Name” is the same as in row 2; give each its own."],
    ),
    "level without a meaning": (
        lambda book: book.put("Levels", 3, "Meaning", ""),
        ["Levels, row 3: “Meaning” is empty."],
    ),
    "unknown tone": (
        lambda book: book.put("Levels", 3, "Tone", "red"),
        [
            "Levels, row 3: “Tone” must be weakest or weak or in between or strong or strongest; "
            "it is “red”."
        ],
    ),
    "scale upside down": (
        lambda book: book.put("Levels", 2, "Tone", "strongest").put("Levels", 5, "Tone", "weakest"),
        [
            f"Levels, row {row}: “Tone” is weaker than that of a level before; 1 is the weakest."
            for row in (3, 4, 5)
        ],
    ),
    "falling tone where a number is wrong": (
        lambda book: book.put("Levels", 5, "Order", "7").put("Levels", 4, "Tone", "weakest"),
        [
            "Levels, row 4: “Tone” is weaker than that of a level before; 1 is the weakest.",
            f"Levels, row 5: “Order” is 7, and 4 is missing; {NUMBER_LEVELS}",
        ],
    ),
    "falling tone of the level whose number is wrong": (
        lambda book: book.put("Levels", 5, "Order", "x").put("Levels", 5, "Tone", "weak"),
        [
            "Levels, row 5: “Order” must be a whole number; it is “x”.",
            "Levels, row 5: “Tone” is weaker than that of a level before; 1 is the weakest.",
        ],
    ),
    "wrong number that makes no tone fall": (
        lambda book: book.put("Levels", 3, "Order", "4"),
        [f"Levels, row 5: “Order” is 4, as in row 3, and 2 is missing; {NUMBER_LEVELS}"],
    ),
    "falling tone of shuffled levels": (
        lambda book: [
            book.sheets["Levels"].insert(1, book.sheets["Levels"].pop()),
            book.put("Levels", 5, "Order", "9").put("Levels", 3, "Tone", "strong"),
        ],
        [
            "Levels, row 4: “Tone” is weaker than that of a level before; 1 is the weakest.",
            f"Levels, row 5: “Order” is 9, and 3 is missing; {NUMBER_LEVELS}",
        ],
    ),
    "gap in the domains": (
        lambda book: book.put("Domains", 3, "Order", "3"),
        [f"Domains, row 3: “Order” is 3, and 2 is missing; {NUMBER_DOMAINS}"],
    ),
    "order of two domains": (
        lambda book: book.put("Domains", 3, "Order", "1").put("Elements", 4, "Number", "1"),
        [f"Domains, row 3: “Order” is 1, as in row 2, and 2 is missing; {NUMBER_DOMAINS}"],
    ),
    "domain with a name that is missing": (
        lambda book: book.put("Domains", 3, "Name", ""),
        ["Domains, row 3: “Name” is empty."],
    ),
    "domain with an order that cannot be read": (
        lambda book: [
            book.put("Domains", 3, "Order", "two"),
            book.put("Elements", 4, "Domain", "2").put("Elements", 5, "Domain", "2"),
        ],
        ["Domains, row 3: “Order” must be a whole number; it is “two”."],
    ),
    "more names unknown than rows are faulty": (
        lambda book: [
            book.put("Domains", 3, "Name", ""),
            book.put("Elements", 4, "Domain", "Elsewhere"),
        ],
        [
            "Domains, row 3: “Name” is empty.",
            "Elements, row 4: “Domain” names “Elsewhere”, which is not in the sheet Domains.",
            "Elements, row 5: “Domain” names “Between meetings”, which is not in the sheet "
            "Domains.",
        ],
    ),
    "unknown domain": (
        lambda book: book.put("Elements", 4, "Domain", "Elsewhere"),
        ["Elements, row 4: “Domain” names “Elsewhere”, which is not in the sheet Domains."],
    ),
    "domain without an element": (
        lambda book: book.add("Domains", "3", "Nobody’s"),
        ["Domains, row 4: “Name” is named by no element; give it one, or delete the row."],
    ),
    "gap in the elements": (
        lambda book: book.put("Elements", 5, "Number", "7"),
        ["Elements, row 5: “Number” is 7, and 4 is missing; " + NUMBER_ELEMENTS.format(3, 4, 5)],
    ),
    "number of two elements": (
        lambda book: book.put("Elements", 5, "Number", "3"),
        [
            "Elements, row 5: “Number” is 3, as in row 4, and 4 is missing; "
            + NUMBER_ELEMENTS.format(3, 4, 5)
        ],
    ),
    "number of two elements beside one of no domain": (
        lambda book: [
            book.put("Elements", 2, "Domain", "Elsewhere"),
            book.put("Elements", 5, "Number", "3"),
        ],
        [
            "Elements, row 2: “Domain” names “Elsewhere”, which is not in the sheet Domains.",
            "Elements, row 5: “Number” is 3, as in row 4; " + NUMBER_ELEMENTS.format(3, 4, 5),
        ],
    ),
    "repeated element code": (
        lambda book: book.put("Elements", 3, "Code", "BC-01"),
        [
            "Elements, row 3: “Code” is BC-01, as in row 2; give each its own.",
        ],
    ),
    "repeated element code in an unknown domain": (
        lambda book: [
            book.put("Elements", 3, "Code", "BC-01").put("Elements", 3, "Domain", "Elsewhere"),
        ],
        [
            "Elements, row 3: “Code” is BC-01, as in row 2; give each its own.",
            "Elements, row 3: “Domain” names “Elsewhere”, which is not in the sheet Domains.",
        ],
    ),
    "code of the same letters": (
        lambda book: book.put("Elements", 3, "Code", "Bc-01"),
        [
            "Elements, row 3: “Code” differs from that in row 2 in its capitals alone.",
        ],
    ),
    "code for no address": (
        lambda book: book.put("Statements", 2, "Code", "BC/01"),
        [BAD_CODE.format("Statements, row 2")],
    ),
    "code like a part of a page": (
        lambda book: book.put("Statements", 2, "Code", "questions"),
        [BAD_CODE.format("Statements, row 2")],
    ),
    "code of two words": (
        lambda book: book.put("Elements", 5, "Code", "BC 04"),
        [BAD_CODE.format("Elements, row 5")],
    ),
    "lead-in without a code": (
        lambda book: book.put("Statements", 4, "Code", ""),
        ["Statements, row 4: “Code” is empty."],
    ),
    "lead-in of a kind that cannot be read": (
        lambda book: book.put("Statements", 4, "Kind", "level"),
        ["Statements, row 4: “Kind” must be question or description or footnote; it is “level”."],
    ),
    "level without a name": (
        lambda book: book.put("Levels", 5, "Name", ""),
        ["Levels, row 5: “Name” is empty."],
    ),
    "long code": (
        lambda book: book.put("Statements", 2, "Code", "X" * 31),
        ["Statements, row 2: “Code” must have 30 characters or fewer; it has 31."],
    ),
    "element without a statement": (
        lambda book: book.drop("Statements", 16, 17, 18),
        ["Elements, row 5: Element BC-04 has no question and no description."],
    ),
    "repeated statement code": (
        lambda book: book.put("Statements", 3, "Code", "BC-01-Q1"),
        [
            "Statements, row 3: “Code” is BC-01-Q1, as in row 2; give each its own.",
        ],
    ),
    "unknown element": (
        lambda book: book.put("Statements", 2, "Element", "BC-99"),
        ["Statements, row 2: “Element” names “BC-99”, which is not in the sheet Elements."],
    ),
    "unknown kind": (
        lambda book: book.put("Statements", 3, "Kind", "level"),
        ["Statements, row 3: “Kind” must be question or description or footnote; it is “level”."],
    ),
    "unknown level": (
        lambda book: book.put("Statements", 4, "Level", "Always"),
        ["Statements, row 4: “Level” names “Always”, which is not in the sheet Levels."],
    ),
    "level of a question": (
        lambda book: book.put("Statements", 2, "Level", "Mostly"),
        ["Statements, row 2: Statement BC-01-Q1 has a level and describes none."],
    ),
    "unknown audience": (
        lambda book: book.put("Statements", 3, "Audience", "parents"),
        [
            "Statements, row 3: “Audience” must be members or board or ceo or board and ceo; "
            "it is “parents”."
        ],
    ),
    "audience of a question": (
        lambda book: book.put("Statements", 2, "Audience", "board"),
        ["Statements, row 2: “Audience” belongs to a description; leave it empty here."],
    ),
    "audience of a point alone": (
        lambda book: book.put("Statements", 5, "Audience", "Board and CEO"),
        ["Statements, row 5: “Audience” is another than that of its lead-in."],
    ),
    "unknown lead-in": (
        lambda book: book.put("Statements", 5, "Under", "BC-99"),
        ["Statements, row 5: “Under” names “BC-99”, which is not in the sheet Statements."],
    ),
    "lead-in of another element": (
        lambda book: book.put("Statements", 5, "Under", "BC-02-S1"),
        ["Statements, row 5: Statement BC-01-S1a stands under one of another element."],
    ),
    "lead-in of another level": (
        lambda book: book.put("Statements", 5, "Under", "BC-01-W1"),
        ["Statements, row 5: Statement BC-01-S1a has another level than what it stands under."],
    ),
    "lead-in of another kind": (
        lambda book: book.put("Statements", 10, "Under", "BC-02-Q1"),
        ["Statements, row 10: “Under” names a statement of another kind."],
    ),
    "under a point": (
        lambda book: book.put("Statements", 6, "Under", "BC-01-S1a"),
        ["Statements, row 6: Statement BC-01-S1b stands under a point, not under a lead-in."],
    ),
    "under itself": (
        lambda book: book.put("Statements", 6, "Under", "BC-01-S1b"),
        ["Statements, row 6: Statement BC-01-S1b stands under a point, not under a lead-in."],
    ),
    "no text": (
        lambda book: book.put("Statements", 2, "Text", " "),
        ["Statements, row 2: “Text” is empty."],
    ),
    "long text": (
        lambda book: book.put("Statements", 2, "Text", "x " * 1_001),
        ["Statements, row 2: “Text” must have 2,000 characters or fewer; it has 2,001."],
    ),
    "too many statements": (
        lambda book: [
            book.add("Statements", "BC-01", f"N{n}", "footnote", "", "", "", "Text.")
            for n in range(1_990)
        ],
        ["Statements: There may be 2,000 rows below the header; there are 2,007."],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named_with_its_place_and_nothing_that_follows_from_it(name) -> None:
    change, expected = FAULTS[name]
    book = Book()
    change(book)
    assert book.faults() == expected


def test_every_fault_is_listed_in_the_order_of_the_sheets() -> None:
    book = (
        Book()
        .put("Statements", 17, "Text", "")
        .put("Statements", 4, "Level", "Always")
        .put("Statements", 5, "Under", "BC-02-S1")
        .put("Elements", 3, "Number", "9")
        .put("Levels", 3, "Order", "7")
        .put("Levels", 4, "Tone", "")
        .fact("Edition", "")
        .fact("Title", "x" * 300)
    )
    assert [fault.split(":")[0] for fault in book.faults()] == [
        "Framework, row 2",
        "Framework, row 3",
        "Levels, row 3",
        "Levels, row 4",
        "Elements, row 3",
        "Statements, row 4",
        "Statements, row 5",
        "Statements, row 17",
    ]


def test_level_that_cannot_be_read_is_no_fault_of_the_points_below_it() -> None:
    book = Book().put("Statements", 4, "Level", "Always")
    assert [fault.split(":")[0] for fault in book.faults()] == ["Statements, row 4"]


def test_wrong_cell_is_repeated_in_part() -> None:
    [fault] = Book().put("Statements", 2, "Element", "x" * 20_000).faults()
    assert "“" + "x" * 40 + "…”" in fault
    assert len(fault) < 150


def test_spreadsheet_of_something_else_lacks_every_sheet() -> None:
    with pytest.raises(FaultyFramework) as refusal:
        read_framework({"Sheet1": [SheetRow(1, ("Hello",))]})
    assert [fault.where for fault in refusal.value.faults] == [
        "Framework",
        "Levels",
        "Domains",
        "Elements",
        "Statements",
    ]


# An edition follows those before it.


def editions(*months: str) -> dict[str, list[Framework]]:
    """What there is of the example's title: each published on the 25th of its month."""
    made = [
        Framework(edition=month, published_on=date.fromisoformat(f"{month}-25")) for month in months
    ]
    return {"board culture": made}


def faults_after(book: Book, *months: str) -> list[str]:
    try:
        read_framework(book.rows(), editions=editions(*months))
    except FaultyFramework as refusal:
        return [str(fault) for fault in refusal.faults]
    return []


LATER_EDITION = (
    "Framework, row 3: “Edition” must be later than {}, the newest edition of “{}” that your "
    "trust has; it is 2026-11."
)
LATER_DAY = (
    "Framework, row 5: “Published on” must be later than 25 {}, the day of your edition before "
    "it; it is 25 November 2026."
)


def test_later_edition_on_a_later_day_is_no_fault() -> None:
    assert faults_after(Book(), "2025-11", "2026-10") == []
    assert faults_after(Book().fact("Title", "Another"), "2026-11") == []


def test_earlier_edition_is_a_fault_in_both_its_rows() -> None:
    assert faults_after(Book(), "2028-01", "2027-01") == [
        LATER_EDITION.format("2028-01", "Board culture"),
        LATER_DAY.format("January 2028"),
    ]


def test_same_edition_is_a_fault_and_so_is_its_day() -> None:
    assert faults_after(Book().fact("Title", "BOARD  culture"), "2026-11") == [
        "Framework, row 3: “Edition” is 2026-11, and your trust has that edition of "
        "“BOARD culture” already; give a new edition a later month, or another framework another "
        "title.",
        LATER_DAY.format("November 2026"),
    ]


def test_later_edition_of_the_same_day_is_a_fault() -> None:
    book = Book().fact("Edition", "2026-12")
    assert faults_after(book, "2026-11") == [LATER_DAY.format("November 2026")]


def test_edition_that_does_not_follow_is_listed_with_all_other_faults() -> None:
    book = Book().put("Statements", 2, "Text", "").fact("Published on", "soon")
    assert faults_after(book, "2027-01") == [
        LATER_EDITION.format("2027-01", "Board culture"),
        "Framework, row 5: “Published on” must be a day, such as 25 November 2026; it is “soon”.",
        "Statements, row 2: “Text” is empty.",
    ]


# Formulas.


def test_formula_without_its_result_is_said_to_be_one() -> None:
    rows = Book().rows()
    for sheet, row, column in (
        ("Framework", 2, 1),
        ("Levels", 3, 0),
        ("Elements", 3, 4),
        ("Statements", 4, 3),
    ):
        found = rows[sheet][row - 1]
        cells = tuple("" if n == column else cell for n, cell in enumerate(found.cells))
        rows[sheet][row - 1] = SheetRow(row, cells, frozenset({column}))
    with pytest.raises(FaultyFramework) as refusal:
        read_framework(rows)
    why = "is a formula, and the file does not hold what it comes to; type the value itself."
    assert [str(fault) for fault in refusal.value.faults] == [
        f"Framework, row 2: “Title” {why}",
        f"Levels, row 3: “Order” {why}",
        f"Elements, row 3: “Summary” {why}",
        f"Statements, row 4: “Level” {why}",
    ]


def test_row_of_formulas_alone_is_not_passed_over() -> None:
    rows = Book().rows()
    rows["Domains"].append(SheetRow(4, ("", ""), frozenset({0, 1})))
    with pytest.raises(FaultyFramework) as refusal:
        read_framework(rows)
    assert {fault.where for fault in refusal.value.faults} == {"Domains, row 4"}
