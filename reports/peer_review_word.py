"""The peer review's document in Word, for whoever writes it into a paper of their own."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from frameworks.models import Level
from reports.peer_review import PeerReviewReport
from reports.peer_review_parts import Answered, ElementSection, Said

ACCENT = RGBColor(0x4B, 0x2A, 0x5C)
FONT = "Calibri"
"""Our own typeface is on nobody's machine; this, or one of its measure, is on every one."""
SOFT = RGBColor(0x58, 0x4F, 0x60)
MARGIN = Cm(2.7)
"""At both sides; the tables' widths are what it leaves of the page."""
FACT_WIDTHS = (Cm(4.2), Cm(11.4))
GAP_WIDTHS = (Cm(6.2), Cm(2.9), Cm(2.9), Cm(3.6))
TAKEN_UP_WIDTHS = (Cm(6.2), Cm(9.4))
TONES = {
    "weakest": ("8A1A1C", RGBColor(255, 255, 255)),
    "weak": ("D0672A", RGBColor(0x1D, 0x15, 0x23)),
    "middle": ("D79C35", RGBColor(0x1D, 0x15, 0x23)),
    "strong": ("B3C65A", RGBColor(0x1D, 0x15, 0x23)),
    "strongest": ("9CE6B4", RGBColor(0x1D, 0x15, 0x23)),
}
"""The levels' colours on paper, by tone: what is behind the name, and the name itself."""


def write_word(report: PeerReviewReport) -> bytes:
    """The report as a .docx file, with real headings, table headers and its language."""
    document = Document()
    _set_up(document, report)
    _title(document, report)
    _at_a_glance(document, report)
    if report.comments:
        document.add_heading("On the assessment as a whole", level=1)
        for said in report.comments:
            _say(document, said)
    document.add_heading("What the reviewers found", level=1)
    for domain in report.spoken_of:
        document.add_heading(domain.name, level=2)
        for element in domain.spoken_of:
            _element(document, element)
    for words in filter(None, (report.no_finding_in_words, report.silence_in_words)):
        document.add_paragraph(words)
    if report.taken_up:
        _taken_up(document, report)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document: WordDocument, report: PeerReviewReport) -> None:
    about = document.core_properties
    about.title = f"{report.title}, {report.trust_name}"[:255]
    about.author, about.language = report.trust_name[:255], "en-GB"
    about.comments = ""
    styles = document.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(11)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    normal.element.get_or_add_rPr().append(language)
    for name in ("Title", "Heading 1", "Heading 2", "Heading 3", "Heading 4"):
        styles[name].font.name, styles[name].font.color.rgb = FONT, ACCENT
        fonts = styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        for way in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{way}"), None)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = MARGIN
    footer = section.footer
    _soft(footer.paragraphs[0], f"{report.trust_name}. {report.stamp.in_words}")
    _number(footer.add_paragraph(style=footer.paragraphs[0].style))


def _number(paragraph: Paragraph) -> None:
    """Page N of M, which Word counts itself."""
    for words, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
        _soft(paragraph, words)
        counted = OxmlElement("w:fldSimple")
        counted.set(qn("w:instr"), field)
        counted.append(_soft(paragraph, "1")._r)
        paragraph._p.append(counted)


def _title(document: WordDocument, report: PeerReviewReport) -> None:
    _soft(document.add_paragraph(), report.trust_name)
    title = document.add_heading(report.title, level=0)
    line = title.style.element.pPr.find(qn("w:pBdr"))  # blue, in the library's own template
    if line is not None:
        title.style.element.pPr.remove(line)
    table = document.add_table(rows=0, cols=2)
    for name, text in report.facts:
        cells = table.add_row().cells
        cells[0].paragraphs[0].add_run(name).bold = True
        cells[1].text = text
    _set_widths(table, FACT_WIDTHS)
    about = document.add_paragraph()
    about.paragraph_format.space_before = Pt(8)
    _soft(about, report.about)
    if report.brief or report.focus:
        document.add_heading("The brief", level=1)
        _text(document, report.brief)
    if report.focus:
        document.add_paragraph(report.focus_in_words)


def _at_a_glance(document: WordDocument, report: PeerReviewReport) -> None:
    document.add_heading("At a glance", level=1)
    document.add_paragraph(report.counts_in_words)
    table = document.add_table(rows=1, cols=4)
    table.style = "Table Grid"
    heads = (report.framework.element_noun.capitalize(), "Board", "Reviewers", "Between them")
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(head).bold = True
    _repeat(table.rows[0])
    for domain in report.domains:
        for element in domain.elements:
            cells = table.add_row().cells
            cells[0].text = element.title
            _level(cells[1], element.board_in_words, element.board)
            _level(cells[2], element.reviewers_in_words, element.reviewers)
            cells[3].text = element.gap.in_words
    _set_widths(table, GAP_WIDTHS)


def _set_widths(table: Table, widths: Sequence[Cm]) -> None:
    """Columns of these widths, and room around the words."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_before = Pt(2)
                paragraph.paragraph_format.space_after = Pt(2)


def _level(cell: _Cell, words: str, level: Level | None) -> None:
    """A level by name and colour; its name says enough where there is no colour."""
    run = cell.paragraphs[0].add_run(words)
    if level is None:
        return
    run.bold = True
    behind, run.font.color.rgb = TONES[level.tone]
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", behind)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _repeat(row: _Row) -> None:
    """Let the table's first row be its header, on every page that it takes."""
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(header)


def _element(document: WordDocument, element: ElementSection) -> None:
    document.add_heading(element.title, level=3)
    levels = document.add_paragraph()
    levels.paragraph_format.keep_with_next = True
    levels.add_run("Board: ").bold = True
    levels.add_run(f"{element.board_in_words}. ")
    levels.add_run("Reviewers: ").bold = True
    levels.add_run(f"{element.reviewers_in_words}. {element.gap.in_words}.")
    if element.level_then:
        document.add_paragraph(element.revised_in_words)
    document.add_heading("What the board noted", level=4)
    _text(document, element.note or "No note was written.")
    if element.dissent:
        document.add_heading("Who saw it differently", level=4)
        _text(document, element.dissent)
    for name, text in element.parts:
        document.add_heading(name, level=4)
        _text(document, text)
    if element.answer:
        _answer(document, element.answer)
    if element.comments:
        document.add_heading("Comments", level=4)
    for said in element.comments:
        _say(document, said)


def _taken_up(document: WordDocument, report: PeerReviewReport) -> None:
    document.add_heading("In the action plan", level=1)
    document.add_paragraph(report.taken_up_in_words)
    table = document.add_table(rows=1, cols=2)
    table.style = "Table Grid"
    heads = (report.framework.element_noun.capitalize(), "What it became")
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(head).bold = True
    _repeat(table.rows[0])
    for one in report.taken_up:
        cells = table.add_row().cells
        cells[0].text = one.title
        cells[1].text = "\n".join(one.became)
    _set_widths(table, TAKEN_UP_WIDTHS)


def _say(document: WordDocument, said: Said, *, depth: int = 0) -> None:
    indent = Cm(0.75 * (depth + 1))
    kind = ": request to correct a fact" if said.is_correction else ""
    head = document.add_paragraph()
    head.paragraph_format.left_indent = indent
    head.paragraph_format.keep_with_next = True
    _soft(head, f"{said.byline}{kind}")
    for paragraph in _text(document, said.text):
        paragraph.paragraph_format.left_indent = indent
    if said.came_of_it:
        outcome = document.add_paragraph(f"What came of it: {said.came_of_it}.")
        outcome.paragraph_format.left_indent = indent
    if said.answer:
        for paragraph in _answer(document, said.answer):
            paragraph.paragraph_format.left_indent = indent
    for reply in said.replies:
        _say(document, reply, depth=depth + 1)


def _answer(document: WordDocument, answer: Answered) -> list[Paragraph]:
    head = document.add_paragraph()
    head.add_run(f"The trust’s answer: {answer.in_words}").bold = True
    head.paragraph_format.keep_with_next = bool(answer.text)
    return [head, *(_text(document, answer.text) if answer.text else [])]


def _text(document: WordDocument, text: str) -> list[Paragraph]:
    """What somebody wrote, its lines kept."""
    return [document.add_paragraph(line) for line in text.split("\n") if line.strip()]


def _soft(paragraph: Paragraph, text: str) -> Run:
    run = paragraph.add_run(text)
    run.font.color.rgb, run.font.size = SOFT, Pt(10)
    return run
