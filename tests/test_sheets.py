"""Spreadsheets come back as text, and a hostile one costs a sentence and nothing else."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from django.conf import settings
from openpyxl import Workbook, load_workbook

from sheets import reading
from sheets.reading import Fault, SheetRow, UnreadableSheet, read_workbook
from sheets.writing import Sheet, write_workbook

# The files here have no more styles than they need.
pytestmark = pytest.mark.filterwarnings("ignore:Workbook contains no default style:UserWarning")

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"

# A file as Excel writes it, by part: shared strings, a cell of two runs, a formula with what
# it came to and one without, a date that is a styled number, a dimension.
PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{PACKAGE}/content-types">
        <Default Extension="rels" ContentType="{RELATIONS}"/>
        <Default Extension="xml" ContentType="application/xml"/>
        <Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>
        <Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>
        <Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>
        <Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/>
        </Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{PACKAGE}/relationships">
        <Relationship Id="rId1" Type="{RELATED}/officeDocument" Target="xl/workbook.xml"/>
        </Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{SPREADSHEET}" xmlns:r="{RELATED}">
        <sheets><sheet name="Wording" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{PACKAGE}/relationships">
        <Relationship Id="rId1" Type="{RELATED}/worksheet" Target="worksheets/sheet1.xml"/>
        <Relationship Id="rId2" Type="{RELATED}/styles" Target="styles.xml"/>
        <Relationship Id="rId3" Type="{RELATED}/sharedStrings" Target="sharedStrings.xml"/>
        </Relationships>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{SPREADSHEET}"><fonts><font/></fonts>
        <fills><fill><patternFill/></fill></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>
        <cellXfs><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>""",
    "xl/sharedStrings.xml": f"""<sst xmlns="{SPREADSHEET}"><si><t>Code</t></si>
        <si><r><t xml:space="preserve">Two </t></r><r><rPr><b/></rPr><t>runs</t></r></si></sst>""",
    "xl/worksheets/sheet1.xml": f"""<worksheet xmlns="{SPREADSHEET}">
        <dimension ref="A1:E3"/><sheetData>
        <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
        <row r="3"><c r="A3"><f>1+1</f><v>2</v></c><c r="B3"><f>A1+1</f></c>
        <c r="C3" s="1"><v>46266</v></c><c r="D3" t="b"><v>1</v></c>
        <c r="E3" t="e"><v>#REF!</v></c></row></sheetData></worksheet>""",
}
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"


def packed(parts: dict[str, str | bytes | None] | None = None, *, method: int = ZIP_DEFLATED):
    """The file above with other parts in place of its own; None leaves one out."""
    file = BytesIO()
    with ZipFile(file, "w", method) as archive:
        for name, part in (PARTS | (parts or {})).items():
            if part is not None:
                archive.writestr(name, part)
    return file.getvalue()


def with_rows(rows: str) -> bytes:
    part = f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>'
    return packed({SHEET: part})


def with_strings(strings: str) -> bytes:
    return packed({STRINGS: f'<sst xmlns="{SPREADSHEET}">{strings}</sst>'})


def read(data: bytes) -> dict[str, list[SheetRow]]:
    return read_workbook(BytesIO(data))


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableSheet) as refused:
        read(data)
    return str(refused.value)


def by_openpyxl(*rows: list[object], title: str = "Sheet") -> bytes:
    book = Workbook()
    book.worksheets[0].title = title
    for row in rows:
        book.worksheets[0].append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_file_as_excel_writes_it_is_read() -> None:
    assert read(packed()) == {
        "Wording": [
            SheetRow(1, ("Code", "Two runs", "", "", "")),
            SheetRow(3, ("2", "", "2026-09-01", "TRUE", "#REF!"), frozenset({1})),
        ]
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        (0.1 + 0.2, "0.3"),
        (12.5, "12.5"),
        (True, "TRUE"),
        (date(2026, 9, 1), "2026-09-01"),
        (datetime(2026, 9, 1, 14, 30), "2026-09-01T14:30:00"),
        ("  two \n lines\r\n ", "two \n lines"),
        ("\u00a0\u200b\ufeff", ""),
        ("=1+1", ""),
        ("é – “quoted” 漢字 🦉", "é – “quoted” 漢字 🦉"),
        ("one_x000D_\ntwo_x0041_", "one\ntwoA"),
    ],
)
def test_cell_is_read_as_people_see_it(value, text) -> None:
    assert read(by_openpyxl(["x", value, "y"]))["Sheet"][0].cells[1] == text


@pytest.mark.parametrize(
    ("cell", "is_unstored"),
    [
        ("<f>1+1</f>", True),
        ("<f>1+1</f><v/>", True),
        ("<v/>", False),
        ("<f>1+1</f><v>2</v>", False),
        ("<v>2</v><f>1+1</f>", False),
        ('<f t="shared" si="0"/>', True),
        ('<f t="shared" si="0"/><v>0</v>', False),
    ],
)
def test_formula_is_told_from_an_empty_cell_where_its_result_is_not_stored(
    cell, is_unstored
) -> None:
    [row] = read(with_rows(f'<row r="2"><c r="A2"><v>1</v></c><c r="C2">{cell}</c></row>'))[
        "Wording"
    ]
    assert row.unstored == (frozenset({2}) if is_unstored else frozenset())


def test_formula_that_came_to_no_text_is_stored() -> None:
    rows = read(with_rows('<row><c t="str"><f>""</f><v></v></c><c><v>1</v></c></row>'))
    assert rows == {"Wording": [SheetRow(1, ("", "1"))]}
    rows = read(with_rows('<row><c t="str"><f>""</f></c><c><v>1</v></c></row>'))
    assert rows == {"Wording": [SheetRow(1, ("", "1"), frozenset({0}))]}


def test_formulas_are_counted_where_cells_do_not_say_where_they_stand() -> None:
    rows = read(
        with_rows(
            '<row r="2"><c><v>1</v></c></row><row><c/><c r="C3"><v>1</v></c><c><f>1</f></c></row>'
        )
    )
    assert rows["Wording"] == [
        SheetRow(2, ("1", "", "", "")),
        SheetRow(3, ("", "", "1", ""), frozenset({3})),
    ]


def test_row_of_formulas_alone_is_a_row() -> None:
    assert read(by_openpyxl(["a"], [None, "=1+1"]))["Sheet"] == [
        SheetRow(1, ("a", "")),
        SheetRow(2, ("", ""), frozenset({1})),
    ]


def test_formulas_of_each_sheet_are_its_own() -> None:
    book = Workbook()
    book.worksheets[0]["A1"] = "=1+1"
    book.create_sheet("Other")["A1"] = "text"
    file = BytesIO()
    book.save(file)
    rows = read(file.getvalue())
    assert [row.unstored for sheet in rows.values() for row in sheet] == [{0}, set()]


def test_rows_have_their_own_numbers_and_one_width() -> None:
    file = by_openpyxl(["a", "b"], [], [None, " "], ["c", None, None])
    assert read(file) == {"Sheet": [SheetRow(1, ("a", "b")), SheetRow(4, ("c", ""))]}


def test_every_sheet_is_read_and_one_may_be_empty() -> None:
    file = write_workbook([Sheet("One", ["a"], [["b"]]), Sheet("Two", [], [])])
    assert read(file) == {"One": [SheetRow(1, ("a",)), SheetRow(2, ("b",))], "Two": []}
    assert load_workbook(BytesIO(file)).properties.creator == "Trust Quality"


def test_what_is_written_is_text_under_a_bold_frozen_header() -> None:
    texts = ["=1+1", "@x", "2026-09", "007", "_x0041_", "a\nb", "", "nul\0\x0b"]
    file = write_workbook([Sheet("Wording", ["Code"], [[text] for text in texts], [12])])
    page = load_workbook(BytesIO(file))["Wording"]
    cells = [page.cell(row, 1) for row in range(2, len(texts) + 2)]
    assert "f" not in {cell.data_type for cell in cells}
    assert {cell.number_format for cell in cells} == {"@"}
    assert page["A1"].font.bold
    assert not page["A2"].font.bold
    assert page["A2"].alignment.wrap_text
    assert (page.freeze_panes, page.column_dimensions["A"].width) == ("A2", 12)
    assert page["A2"].font.name == "Calibri"
    again = [row.cells[0] for row in read(file)["Wording"]]
    assert again == ["Code", *(text for text in [*texts[:-1], "nul"] if text)]


def test_what_is_written_can_be_printed() -> None:
    file = write_workbook([Sheet("Wording", ["Code"], [["a"]], [12])])
    page = load_workbook(BytesIO(file))["Wording"]
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
    assert page.print_title_rows == "$1:$1"
    assert (page.oddFooter.left.text, page.oddFooter.right.text) == ("&A", "Page &P of &N")


@pytest.mark.parametrize(
    ("text", "height"),
    [("", "15"), ("x" * 12, "15"), ("x" * 13, "30"), ("a\n\nb", "45"), ("x" * 9_000, "409")],
)
def test_row_is_high_enough_for_its_text_and_grows_with_it(text: str, height: str) -> None:
    file = write_workbook([Sheet("Wording", ["Code"], [[text, "no width"]], [12])])
    [part] = (name for name in ZipFile(BytesIO(file)).namelist() if "sheet1.xml" in name)
    xml = ZipFile(BytesIO(file)).read(part).decode()
    assert f'<row r="2" ht="{height}">' in xml
    assert "customHeight" not in xml


def test_row_of_a_sheet_that_does_not_wrap_keeps_its_height() -> None:
    file = write_workbook([Sheet("Wording", ["Code"], [["x" * 99]], [12], wrap=False)])
    assert load_workbook(BytesIO(file))["Wording"].row_dimensions[2].height is None


def test_a_fault_is_a_line() -> None:
    assert str(Fault("Row 12", "has no wording")) == "Row 12: has no wording"


def words(name: str, text: str) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", PARTS["[Content_Types].xml"])
        archive.writestr(name, text)
    return file.getvalue()


def encrypted_entries() -> bytes:
    """Every entry marked as one that needs a password."""
    data = bytearray(packed())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 1)
    return bytes(data)


def duplicated() -> bytes:
    file = BytesIO(packed())
    with ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, PARTS[SHEET])
    return file.getvalue()


OLE = reading.OLD_OR_ENCRYPTED
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
SST = f'<sst xmlns="{SPREADSHEET}"><si><t>&%s;</t></si></sst>'
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "The selected file is empty"),
    "larger": (lambda: b"PK\x03\x04" + b"x" * reading.LARGEST, "must be smaller than 2 MB"),
    "csv": (lambda: b"code,text\nA,b\n", reading.WRONG_FILE),
    "png": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, reading.WRONG_FILE),
    "pdf": (lambda: b"%PDF-1.7\n", reading.WRONG_FILE),
    "docx": (lambda: words("word/document.xml", "<document/>"), reading.WRONG_FILE),
    "any zip": (lambda: packed(dict.fromkeys(PARTS) | {"a": "b"}), reading.WRONG_FILE),
    "xls": (lambda: OLE + b"\0" * 600, "is of an older format"),
    "password": (lambda: OLE + b"\0" * 600 + reading.ENCRYPTED, reading.LOCKED),
    "password of the zip": (encrypted_entries, reading.LOCKED),
    "macros": (lambda: packed({"xl/vbaProject.bin": b"\0"}), reading.MACROS),
    "macros allowed": (
        lambda: packed(
            {
                "[Content_Types].xml": PARTS["[Content_Types].xml"].replace(
                    f"{KIND}.sheet.main", "application/vnd.ms-excel.sheet.macroEnabled.main"
                )
            }
        ),
        reading.MACROS,
    ),
    "cut short": (lambda: packed()[:-200], reading.DAMAGED),
    "changed on the way": (
        lambda: packed(method=0).replace(b"Two ", b"Too "),
        reading.DAMAGED,
    ),
    "other compression": (lambda: packed(method=ZIP_BZIP2), reading.DAMAGED),
    "part twice": (duplicated, reading.DAMAGED),
    "no workbook": (lambda: packed({"xl/workbook.xml": None}), reading.DAMAGED),
    "no sheet": (lambda: packed({SHEET: None}), reading.DAMAGED),
    "shared strings missing": (lambda: packed({STRINGS: None}), reading.DAMAGED),
    "shared string missing": (lambda: with_strings("<si><t>Code</t></si>"), reading.DAMAGED),
    "not XML": (lambda: packed({SHEET: "<worksheet"}), reading.DAMAGED),
    "null character": (lambda: with_strings("<si><t>a\0b</t></si>"), reading.DAMAGED),
    "null character written out": (
        lambda: with_rows('<row r="7"><c t="inlineStr"><is><t>a_x0000_b</t></is></c></row>'),
        "“Wording”, row 7 has a character that cannot be shown",
    ),
    "half a character": (
        lambda: with_rows('<row><c t="inlineStr"><is><t>_xD83D_</t></is></c></row>'),
        "“Wording”, row 1 has a character that cannot be shown",
    ),
    "entities in entities": (lambda: packed({STRINGS: LAUGHS + SST % "b"}), reading.DAMAGED),
    "entity from elsewhere": (lambda: packed({STRINGS: OUTSIDE + SST % "a"}), reading.DAMAGED),
    "impossible dimension": (
        lambda: packed({SHEET: PARTS[SHEET].replace("A1:E3", "A1:ZZZZZ99999999999")}),
        reading.DAMAGED,
    ),
    "row out of reach": (lambda: with_rows('<row r="999999999999"/>'), reading.DAMAGED),
    "row just out of reach": (lambda: with_rows('<row r="1048577"/>'), reading.DAMAGED),
    "column out of reach": (
        lambda: with_rows('<row><c r="ZZZZZZ1"><v>1</v></c></row>'),
        reading.DAMAGED,
    ),
    "51 columns": (
        lambda: with_rows('<row r="2"><c r="AY2"><v>1</v></c></row>'),
        "“Wording”, row 2 must have 50 columns or fewer",
    ),
    "5,001 rows": (
        lambda: with_rows("<row><c><v>1</v></c></row>" * 5_001),
        "“Wording” must have 5,000 rows or fewer",
    ),
    "20,001 characters": (
        lambda: with_strings(f"<si><t>{'x' * 20_001}</t></si><si/>"),
        "“Wording”, row 1 must have 20,000 characters or fewer in each cell; one has 20,001",
    ),
    "21 sheets": (
        lambda: write_workbook([Sheet(str(number), ["a"], []) for number in range(21)]),
        "The selected file must have 20 sheets or fewer",
    ),
    "number of thousands of figures": (
        lambda: with_rows(f"<row><c><v>{'9' * 9_999}</v></c></row>"),
        reading.DAMAGED,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_file_is_refused_with_a_sentence(name: str) -> None:
    make, message = REFUSED[name]
    assert message in refusal(make())


BOMBS: dict[str, Callable[[], bytes]] = {
    "zip bomb": lambda: packed({"xl/media/image1.png": b"\0" * 60_000_000}),
    "one text": lambda: with_strings(f"<si><t>{'x' * 49_000_000}</t></si>"),
    "one attribute": lambda: packed({STRINGS: f'<sst a="{"x" * 49_000_000}"/>'}),
    "one name": lambda: packed({STRINGS: f"<{'x' * 49_000_000}/>"}),
    "one name space": lambda: packed({SHEET: f'<worksheet xmlns:a="{"x" * 49_000_000}"/>'}),
    "one end": lambda: packed({STRINGS: f"<sst></sst{' ' * 49_000_000}>"}),
    "one comment": lambda: packed({STRINGS: f"<sst><!--{'>x' * 24_000_000}--></sst>"}),
    "comments": lambda: with_strings("<!---->" * 7_000_000),
    "instructions": lambda: with_strings("<?a?>" * 9_000_000),
    "characters by number": lambda: with_strings(f"<si><t>{'&#65;' * 9_000_000}</t></si>"),
    "strings": lambda: with_strings("<si/>" * 9_000_000),
    "rows": lambda: with_rows("<row/>" * 8_000_000),
    "cells": lambda: with_rows(f"<row>{'<c/>' * 9_000_000}</row>"),
    "styles": lambda: packed({STYLES: f'<styleSheet xmlns="{SPREADSHEET}">{"<xf/>" * 9_000_000}'}),
    "depth": lambda: packed({STRINGS: "<a>" * 9_000_000}),
    "parts": lambda: packed({f"xl/{number}.xml": "" for number in range(1_001)}),
    "one text in every cell": lambda: packed(
        {
            STRINGS: f'<sst xmlns="{SPREADSHEET}"><si><t>{"x" * 20_000}</t></si></sst>',
            SHEET: f'<worksheet xmlns="{SPREADSHEET}"><sheetData>'
            + ("<row>" + '<c t="s"><v>0</v></c>' * 40 + "</row>") * 4_000
            + "</sheetData></worksheet>",
        }
    ),
}
READ_IN_A_PROCESS_OF_ITS_OWN = """
import resource, sys
from sheets.reading import UnreadableSheet, read_workbook
used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = used()
with open(sys.argv[1], "rb") as file:
    try:
        read_workbook(file)
    except UnreadableSheet as refusal:
        print(used() - before, refusal)
"""


@pytest.mark.once
@pytest.mark.parametrize("name", BOMBS)
def test_bomb_costs_little(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(BOMBS[name]())
    assert path.stat().st_size < reading.LARGEST
    started = time.monotonic()
    answer = subprocess.run(
        [sys.executable, "-c", READ_IN_A_PROCESS_OF_ITS_OWN, str(path)],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    megabytes, _, message = answer.strip().partition(" ")
    assert message == reading.TOO_MUCH
    assert int(megabytes) < 60
    assert time.monotonic() - started < 20


def test_empty_formatted_rows_are_no_rows() -> None:
    formatted = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="1"/></row>' for n in range(2, 90_000))
    file = with_rows('<row r="1"><c><v>1</v></c></row>' + formatted)
    assert read(file) == {"Wording": [SheetRow(1, ("1",))]}


def test_claimed_size_is_not_believed() -> None:
    file = packed({SHEET: PARTS[SHEET].replace("A1:E3", "A1:XFD1048576")})
    assert read(file) == read(packed())


def test_last_row_of_all_is_read() -> None:
    file = with_rows('<row r="1048576"><c r="B1048576"><v>1</v></c></row>')
    assert read(file) == {"Wording": [SheetRow(1_048_576, ("", "1"))]}


@pytest.mark.parametrize("part", [name for name in PARTS if name.startswith("xl/")])
def test_no_cut_of_any_part_gets_past(part: str) -> None:
    """Whatever is left of a part, the answer is rows or a sentence."""
    for length in range(0, len(PARTS[part]), 23):
        try:
            read(packed({part: PARTS[part][:length]}))
        except UnreadableSheet as refused:
            assert str(refused)  # noqa: PT017 what matters is that nothing else is raised


@pytest.mark.parametrize("seed", range(200))
def test_no_broken_byte_gets_past(seed: int) -> None:
    data = bytearray(packed())
    data[seed * 7919 % len(data)] ^= 1 + seed % 255
    try:
        read(bytes(data))
    except UnreadableSheet as refused:
        assert str(refused)  # noqa: PT017 what matters is that nothing else is raised
