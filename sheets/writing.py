"""Writing the spreadsheets that people fill in, and those that they take away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from math import ceil

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FONT = "Calibri"
LINE_HEIGHT = 15
MOST_SAID = 255
"""Of who wrote a file and what it is: as much as office programs take."""
HIGHEST_ROW = 409
"""In points, as spreadsheet programs have them."""
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class Sheet:
    """A sheet to write: a header, rows of text, and how wide each column is in characters."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int] = ()
    wrap: bool = True


def write_workbook(
    sheets: Sequence[Sheet], *, author: str = "Trust Quality", title: str = ""
) -> bytes:
    """An .xlsx file whose every cell is text, now and when people type into it.

    Args:
        author: whose file it says it is, which is else the name of the library that wrote it.
        title: what it says it is.
    """
    book = Workbook()
    book.properties.creator, book.properties.title = author[:MOST_SAID], title[:MOST_SAID]
    book.remove(book.worksheets[0])
    bold, plain = Font(FONT, 11, bold=True), Font(FONT, 11)
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        alignment = Alignment(wrap_text=sheet.wrap, vertical="top")
        for number, row in enumerate((sheet.header, *sheet.rows), start=1):
            for column, text in enumerate(row, start=1):
                cell = page.cell(number, column)
                if text:
                    cell.value = _writable(text)
                    cell.data_type = "s"  # openpyxl has made a formula of "=1+1"
                cell.number_format = "@"
                cell.font = bold if number == 1 else plain
                cell.alignment = alignment
            if sheet.wrap:
                page.row_dimensions[number] = _high_enough(page, number, row, sheet.widths)
        for column, width in enumerate(sheet.widths, start=1):
            page.column_dimensions[get_column_letter(column)].width = width
        page.freeze_panes = "A2"
        _set_up_for_print(page)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


class _OwnHeight(RowDimension):
    """A row that says how high it is, and may grow with what people type into it."""

    customHeight = False


def _high_enough(
    page: Worksheet, number: int, row: Sequence[str], widths: Sequence[int]
) -> RowDimension:
    """A row with room for every line of its wrapped texts: not every program works that out."""
    lines = [
        sum(ceil(len(line) / width) or 1 for line in text.split("\n"))
        for text, width in zip(row, widths, strict=False)
    ]
    height = min(LINE_HEIGHT * max(lines, default=1), HIGHEST_ROW)
    return _OwnHeight(page, index=number, ht=height)


def _set_up_for_print(page: Worksheet) -> None:
    """A4 on its side, as wide as the paper, with the header and a number on every page."""
    page.page_setup.orientation = page.ORIENTATION_LANDSCAPE
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, footer=0.3)
    page.print_title_rows = "1:1"
    page.print_options.gridLines = True
    page.HeaderFooter.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart("&A"), right=_HeaderFooterPart("Page &P of &N")
    )


def _writable(text: str) -> str:
    return LOOKS_ESCAPED.sub("_x005F_", ILLEGAL_CHARACTERS_RE.sub("", text))
