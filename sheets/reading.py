"""Reading the spreadsheets that people send, whatever is in them.

A file is judged by its content, never by its name. Before openpyxl sees it, every part that
openpyxl would read is walked through once by a parser that keeps nothing and allows no
document type, and is measured: whatever is larger than a sheet that somebody filled in is
refused before it costs memory or time. Only the parts so measured are handed on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from defusedxml.ElementTree import XMLParser
from openpyxl import load_workbook

from sheets.formulas import UnstoredFormulas

LARGEST = 2_000_000
MAX_UNPACKED = 50_000_000
MAX_PARTS = 1_000
MAX_SHEETS = 20
MAX_ROWS = 5_000
MAX_COLUMNS = 50
MAX_CELL = 20_000

# What a whole file may hold: far more than the rows and columns above filled with wording,
# far less than would keep a server busy. Styles and rules cost openpyxl most.
MAX_CHARACTERS = 5_000_000
MAX_ELEMENTS = 400_000
MAX_TRIMMINGS = 60_000
MAX_DEPTH = 50
CHUNK = 262_144
OF_CELLS = frozenset({"row", "c", "v", "f", "is", "si", "t"})

READ = re.compile(r"\[Content_Types\]\.xml|_rels/\.rels|xl/((_rels|worksheets)/)?[^/]+\.(xml|rels)")
LAST_ROW = 1_048_576
ROW_NUMBER = re.compile(r"([1-9]\d{0,6})")
PLACE = re.compile(r"[A-Z]{1,3}([1-9]\d{0,6})")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
INVISIBLE = "\u200b\u2060\ufeff"

OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

WRONG_FILE = "The selected file must be an Excel spreadsheet (.xlsx)"
DAMAGED = (
    "The selected file is damaged or unusual and cannot be read. Copy its rows into a new "
    "spreadsheet, save that as an Excel spreadsheet (.xlsx) and select it"
)
TOO_MUCH = (
    "The selected file holds far more than its rows need. Copy the rows into a new spreadsheet, "
    "save that as an Excel spreadsheet (.xlsx) and select it"
)
MACROS = "The selected file is made for macros. Save it as .xlsx, without macros"
LOCKED = "The selected file is protected by a password. Save it without one"


class UnreadableSheet(Exception):
    """The file cannot be read; the message tells whoever sent it why and what to do."""


@dataclass(frozen=True)
class SheetRow:
    """A row with something in it: its number in the sheet, and the text of every cell.

    All rows of a sheet have as many cells as the longest.

    Attributes:
        unstored: the places among the cells of formulas whose result the file does not hold;
            their text is empty.
    """

    number: int
    cells: tuple[str, ...]
    unstored: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Fault:
    """What is wrong in an uploaded sheet, and where: "Row 12", or "Statements, row 12"."""

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def read_workbook(file: BinaryIO, *, largest: int = LARGEST) -> dict[str, list[SheetRow]]:
    """Every sheet's rows by the sheet's title; rows with nothing in them are left out.

    Texts come stripped, dates as 2026-09-01, numbers as people see them. A formula is
    never worked out: it counts as the value that its file kept for it; where it kept none,
    the row says so.

    Raises:
        UnreadableSheet: whatever is wrong with the file, with a sentence for its sender.
    """
    data = file.read(largest + 1)
    if not data:
        raise UnreadableSheet("The selected file is empty")
    if len(data) > largest:
        raise UnreadableSheet(f"The selected file must be smaller than {_megabytes(largest)}")
    try:
        return _sheets_of(*_measured(data))
    except UnreadableSheet:
        raise
    except Exception as fault:  # openpyxl and zipfile raise nearly anything on hostile files
        raise UnreadableSheet(DAMAGED) from fault


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:g} MB"


Unstored = Mapping[str, set[tuple[int, int]]]
"""By part, the rows and columns of formulas whose result the file does not hold."""


def _measured(data: bytes) -> tuple[BytesIO, Unstored]:
    """The parts that openpyxl needs, each found to be of a bearable size."""
    _refuse_other_formats(data)
    with ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
        _refuse_by_contents(parts)
        measure, copied, unstored = _Measure(), BytesIO(), {}
        with ZipFile(copied, "w", ZIP_DEFLATED, compresslevel=1) as copy:
            for part in parts:
                if READ.fullmatch(part.filename):
                    with archive.open(part) as source, copy.open(part.filename, "w") as target:
                        for chunk in measure.walk(source):
                            target.write(chunk)
                    unstored[part.filename] = measure.formulas.places
        return copied, unstored


def _refuse_other_formats(data: bytes) -> None:
    if data.startswith(OLD_OR_ENCRYPTED):
        if ENCRYPTED in data:
            raise UnreadableSheet(LOCKED)
        raise UnreadableSheet(
            "The selected file is of an older format. Open it in Excel and save it as .xlsx"
        )
    if not data.startswith(b"PK\x03\x04"):
        raise UnreadableSheet(WRONG_FILE)


def _refuse_by_contents(parts: list[ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise UnreadableSheet(WRONG_FILE)
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableSheet(LOCKED)
    if any("vbaproject" in name.lower() or "/macrosheets/" in name.lower() for name in names):
        raise UnreadableSheet(MACROS)
    if len(names) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UnreadableSheet(TOO_MUCH)
    unusual = any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts)
    if unusual or len(set(names)) < len(names):
        raise UnreadableSheet(DAMAGED)


class _Measure:
    """Counts what is in a file's parts as they go by; an expat target that builds no tree."""

    def __init__(self) -> None:
        self.elements = self.trimmings = self.characters = self.depth = self.events = 0
        self.formulas = UnstoredFormulas()

    def count(self, characters: int) -> None:
        self.events += 1
        self.characters += characters
        too_many = self.elements > MAX_ELEMENTS or self.trimmings > MAX_TRIMMINGS
        if too_many or self.characters > MAX_CHARACTERS or self.depth > MAX_DEPTH:
            raise UnreadableSheet(TOO_MUCH)

    def walk(self, source: Any) -> Iterator[bytes]:
        """The part, chunk by chunk, as far as it is bearable.

        A whole chunk in which nothing begins or ends is a tag or a comment of that length:
        parsers scan those again and again from the start.

        Raises:
            UnreadableSheet: it is not.
        """
        self.depth = 0
        self.formulas = UnstoredFormulas()
        parser = XMLParser(target=self, forbid_dtd=True)
        while chunk := source.read(CHUNK):
            before = self.events
            parser.feed(chunk)
            if self.events == before and len(chunk) == CHUNK:
                raise UnreadableSheet(TOO_MUCH)
            yield chunk
        parser.close()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        self.elements += 1
        self.trimmings += name not in OF_CELLS
        self.depth += 1
        self.count(sum(map(len, attributes.values())))
        if "macroEnabled" in attributes.get("ContentType", ""):
            raise UnreadableSheet(MACROS)
        if place := attributes.get("r"):
            _refuse_impossible_place(name, place)
        self.formulas.start(name, attributes)

    def end(self, tag: str) -> None:
        self.depth -= 1
        self.count(0)
        self.formulas.end(tag.rpartition("}")[2])

    def data(self, text: str) -> None:
        self.count(len(text))
        self.formulas.data(text)

    def comment(self, text: str) -> None:
        self.trimmings += 1
        self.count(len(text))

    def pi(self, target: str, text: str = "") -> None:
        self.comment(text)

    def close(self) -> None:
        """Nothing was built."""


def _refuse_impossible_place(name: str, place: str) -> None:
    """openpyxl would make room for everything before a row or column, however far out."""
    possible = {"row": ROW_NUMBER, "c": PLACE}.get(name)
    found = possible.fullmatch(place) if possible else None
    if possible and not (found and int(found[1]) <= LAST_ROW):
        raise UnreadableSheet(DAMAGED)


def _sheets_of(file: BytesIO, unstored: Unstored) -> dict[str, list[SheetRow]]:
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    sheets = book.worksheets
    if len(sheets) > MAX_SHEETS:
        raise UnreadableSheet(f"The selected file must have {MAX_SHEETS} sheets or fewer")
    measure = _Measure()  # afresh: one text may be shared by very many cells
    rows = {sheet.title: _rows_of(sheet, measure, _by_row(sheet, unstored)) for sheet in sheets}
    if not rows or len(rows) < len(sheets):
        raise UnreadableSheet(DAMAGED)
    return rows


def _by_row(sheet: Any, unstored: Unstored) -> Mapping[int, set[int]]:
    """The places, in each row of one sheet, of formulas without a result."""
    rows: defaultdict[int, set[int]] = defaultdict(set)
    for row, column in unstored.get(sheet._worksheet_path, ()):
        rows[row].add(column - 1)
    return rows


def _rows_of(sheet: Any, measure: _Measure, unstored: Mapping[int, set[int]]) -> list[SheetRow]:
    sheet.reset_dimensions()  # the file's own claim, true or not
    title = f"“{sheet.title[:31]}”"
    rows: list[SheetRow] = []
    for number, values in enumerate(sheet.iter_rows(max_row=LAST_ROW, values_only=True), start=1):
        formulas = frozenset(unstored.get(number, ()))
        cells = _trimmed([_text(value) for value in values])
        cells += ("",) * (max(formulas, default=-1) + 1 - len(cells))
        if not cells:
            continue
        where = f"{title}, row {number}"
        if len(rows) == MAX_ROWS:
            raise UnreadableSheet(f"{title} must have {MAX_ROWS:,} rows or fewer")
        if len(cells) > MAX_COLUMNS:
            raise UnreadableSheet(f"{where} must have {MAX_COLUMNS} columns or fewer")
        for cell in cells:
            _refuse_text(cell, where)
        measure.count(sum(map(len, cells)))
        rows.append(SheetRow(number, cells, formulas))
    width = max((len(row.cells) for row in rows), default=0)
    return [replace(row, cells=row.cells + ("",) * (width - len(row.cells))) for row in rows]


def _trimmed(cells: list[str]) -> tuple[str, ...]:
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _refuse_text(text: str, where: str) -> None:
    if len(text) > MAX_CELL:
        raise UnreadableSheet(
            f"{where} must have {MAX_CELL:,} characters or fewer in each cell; "
            f"one has {len(text):,}"
        )
    if UNSHOWABLE.search(text):
        raise UnreadableSheet(
            f"{where} has a character that cannot be shown. Type that cell afresh"
        )


def _text(value: Any) -> str:
    """A cell as people see it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float():
            return f"{value:.15g}"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case str():
            return _plain(value)
    return str(value)


def _plain(text: str) -> str:
    """What Excel wrote as _x000D_ is one character; line breaks are one kind."""
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip().strip(INVISIBLE).strip()
