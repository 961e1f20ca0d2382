"""Reading a PDF back: its text by page, its tags, its bookmarks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

import pikepdf
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from pypdf import PageObject, PdfReader

from reports.action_plan import ActionPlanReport

RUNNING_LINES = re.compile(
    r"Northfield Learning Trust Page \d+ of \d+ Working copy, printed 22 November 2026"
    r"|Action plan 2026 (Priorities and actions(: priority \d+)?|Appendix: every rating and note)"
)


@dataclass
class Printed:
    """A document and the context that it was made from."""

    report: ActionPlanReport
    pdf: bytes

    @cached_property
    def reader(self) -> PdfReader:
        return PdfReader(BytesIO(self.pdf))

    @cached_property
    def _read(self) -> list[tuple[str, list[tuple[float, str]]]]:
        return [_read_page(page) for page in self.reader.pages]

    @cached_property
    def pages(self) -> list[str]:
        """Each page's text, its white space made single."""
        return [" ".join(text.split()) for text, _ in self._read]

    @property
    def lines(self) -> list[str]:
        """The lines of all pages."""
        return [line.strip() for text, _ in self._read for line in text.splitlines()]

    @property
    def starts(self) -> list[tuple[float, str]]:
        """Where each run of text begins, in points from the paper's left edge."""
        return [run for _, runs in self._read for run in runs]

    @cached_property
    def text(self) -> str:
        return " ".join(self.pages)

    @cached_property
    def letters(self) -> str:
        """The text without any white space, for what may be broken over lines."""
        return "".join(self.text.split())

    @cached_property
    def content(self) -> str:
        """The letters of all pages, less what stands at the head and foot of each."""
        return "".join("".join(RUNNING_LINES.sub("", page).split()) for page in self.pages)

    def pages_with(self, marker: str) -> list[int]:
        """The numbers of the pages that show the marker, from 1."""
        return [number for number, text in enumerate(self.pages, start=1) if marker in text]

    @cached_property
    def bookmarks(self) -> list[tuple[int, str, int]]:
        """Depth, label and page of each bookmark, in order."""
        return list(_flat(self.reader, self.reader.outline, 0))

    @cached_property
    def parsed(self) -> pikepdf.Pdf:
        return pikepdf.open(BytesIO(self.pdf))

    @cached_property
    def tags(self) -> list[pikepdf.Dictionary]:
        """Every tag that a screen reader meets, in reading order."""
        return list(_below(self.parsed.Root.StructTreeRoot))

    @property
    def links(self) -> list[Any]:
        """The links of all pages, in order."""
        return [link for page in self.parsed.pages for link in page.get("/Annots", [])]

    def fonts(self) -> dict[str, bool]:
        """The fonts' names without the subset's prefix, and whether each is embedded."""
        found = {}
        for page in self.parsed.pages:
            fonts: Any = page.Resources.Font
            for font in fonts.values():
                inner = font.DescendantFonts[0]
                embedded = any(key.startswith("/FontFile") for key in inner.FontDescriptor)
                found[str(inner.BaseFont).partition("+")[2].rstrip(",")] = embedded
        return found

    def outlines(self) -> dict[tuple[str, str], list[Any]]:
        """What is drawn for each character, by the weight of its font and the character.

        A reader of the text trusts the font's own table of characters, and finds nothing wrong
        where another glyph than the character's is drawn.
        """
        drawn = {}
        for page in self.parsed.pages:
            fonts: Any = page.Resources.Font
            for font in fonts.values():
                inner = font.DescendantFonts[0]
                weight = "600" if "Semi-Bold" in str(inner.BaseFont) else "400"
                files = [value for key, value in inner.FontDescriptor.items() if "FontFile" in key]
                glyphs = Glyphs(files[0].read_bytes())
                for glyph, character in _characters(font.ToUnicode.read_bytes()):
                    drawn[weight, character] = glyphs.outline(glyph)
        return drawn


class Glyphs:
    """The outlines of a font, by the numbers of its glyphs or by characters."""

    def __init__(self, content: bytes) -> None:
        self.font = TTFont(BytesIO(content))
        self.drawings = self.font.getGlyphSet()

    def outline(self, glyph: int) -> list[Any]:
        pen = DecomposingRecordingPen(self.drawings)
        self.drawings[self.font.getGlyphName(glyph)].draw(pen)
        return list(pen.value)

    def outline_of(self, character: str) -> list[Any]:
        return self.outline(self.font.getGlyphID(self.font.getBestCmap()[ord(character)]))


def _characters(table: bytes) -> Iterator[tuple[int, str]]:
    """The numbers of a font's glyphs with the characters that they stand for."""
    for glyph, character in re.findall(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]{4})>", table):
        yield int(glyph, 16), chr(int(character, 16))


def _read_page(page: PageObject) -> tuple[str, list[tuple[float, str]]]:
    """The page's text, and where each run of it begins.

    pypdf gives every letter two bytes where a font lacks a glyph that was asked of it.
    """
    runs: list[tuple[float, str]] = []

    def visit(text: str, user: list[float], matrix: list[float], *rest: object) -> None:
        if text.strip():
            runs.append((matrix[4] * user[0] + user[4], text))

    return page.extract_text(visitor_text=visit).replace("\0", ""), runs


def _flat(reader: PdfReader, outline: list[Any], depth: int) -> Iterator[tuple[int, str, int]]:
    for item in outline:
        if isinstance(item, list):
            yield from _flat(reader, item, depth + 1)
        else:
            yield depth, item.title, (reader.get_destination_page_number(item) or 0) + 1


def _below(tag: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    kids: Any = tag.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _below(kid)
