"""The peer review's document in Word, for whoever writes it into a paper of their own."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from frameworks.models import Level
from reports.peer_review import Answered, ElementSection, PeerReviewReport, Said

ACCENT = RGBColor(0x4B, 0x2A, 0x5C)
FONT = "Calibri"
"""Our own typeface is on nobody's machine; this, or one of its measure, is on every one."""
SOFT = RGBColor(0x58, 0x4F, 0x60)
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
            _element(document, report, element)
    if report.left_out:
        document.add_heading("Not spoken of", level=1)
        names = "; ".join(f"{one.number}. {one.name}" for one in report.left_out)
        document.add_paragraph(f"The reviewers said nothing about: {names}.")
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
    section.footer.paragraphs[0].text = f"{report.trust_name}. {report.stamp.in_words}"


def _title(document: WordDocument, report: PeerReviewReport) -> None:
    _soft(document.add_paragraph(), report.trust_name)
    title = document.add_heading(report.title, level=0)
    line = title.style.element.pPr.find(qn("w:pBdr"))  # blue, in the library's own template
    if line is not None:
        title.style.element.pPr.remove(line)
    facts = [
        ("Reviewed by", report.reviewing_trust),
        ("Reviewers", ", ".join(report.people) or "Nobody was let in."),
        ("Framework", f"{report.framework.title}, {report.framework.edition}"),
        *((what, f"{_day(on)}, by {by}") for what, on, by in report.steps),
        ("Status", str(report.review.get_status_display())),
    ]
    table = document.add_table(rows=0, cols=2)
    for name, text in facts:
        cells = table.add_row().cells
        cells[0].paragraphs[0].add_run(name).bold = True
        cells[1].text = text
    if report.brief:
        document.add_heading("The brief", level=1)
        _text(document, report.brief)


def _at_a_glance(document: WordDocument, report: PeerReviewReport) -> None:
    document.add_heading("Board and reviewers", level=1)
    document.add_paragraph(
        f"They differ on {len(report.gap_map.apart)} of {report.gap_map.both_count} "
        f"{report.framework.element_noun_plural} that both gave a level. It is counted and "
        "never averaged: nothing here is an overall grade."
    )
    table = document.add_table(rows=1, cols=4)
    table.style = "Table Grid"
    heads = (report.framework.element_noun.capitalize(), "Board", "Reviewers", "Between them")
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(head).bold = True
    _repeat(table.rows[0])
    for domain in report.domains:
        for element in domain.elements:
            cells = table.add_row().cells
            cells[0].text = f"{element.number}. {element.name}"
            _level(cells[1], element.board)
            _level(cells[2], element.reviewers)
            cells[3].text = element.gap.in_words
    _set_widths(table, GAP_WIDTHS)
    if report.verdicts:
        words = ", ".join(f"{number} {word.lower()}" for word, number in report.verdicts)
        answered = document.add_paragraph(
            f"Of what the reviewers said, the trust has answered: {words}."
        )
        answered.paragraph_format.space_before = Pt(8)


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


def _level(cell: _Cell, level: Level | None) -> None:
    """A level by name and colour; its name says enough where there is no colour."""
    if level is None:
        cell.text = "No level"
        return
    run = cell.paragraphs[0].add_run(level.name)
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


def _element(document: WordDocument, report: PeerReviewReport, element: ElementSection) -> None:
    document.add_heading(f"{element.number}. {element.name}", level=3)
    board = element.board.name if element.board else "not rated"
    reviewers = element.reviewers.name if element.reviewers else "no level"
    levels = document.add_paragraph()
    levels.paragraph_format.keep_with_next = True
    levels.add_run("Board: ").bold = True
    levels.add_run(f"{board}. ")
    levels.add_run("Reviewers: ").bold = True
    levels.add_run(f"{reviewers}. {element.gap.in_words}.")
    if element.level_then:
        document.add_paragraph(
            f"When the findings came the board’s level was {element.level_then}: it was revised "
            "after the review."
        )
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
    for said in element.comments:
        _say(document, said)


def _taken_up(document: WordDocument, report: PeerReviewReport) -> None:
    document.add_heading("In the action plan", level=1)
    words = render_to_string("reports/_review_taken_up.html", {"report": report})
    document.add_paragraph(words.strip())
    table = document.add_table(rows=1, cols=2)
    table.style = "Table Grid"
    heads = (report.framework.element_noun.capitalize(), "What it became")
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(head).bold = True
    _repeat(table.rows[0])
    for element in report.taken_up:
        cells = table.add_row().cells
        cells[0].text = f"{element.number}. {element.name}"
        cells[1].text = "\n".join(one.label[:1].upper() + one.label[1:] for one in element.outcomes)
    _set_widths(table, TAKEN_UP_WIDTHS)


def _say(document: WordDocument, said: Said, *, depth: int = 0) -> None:
    indent = Cm(0.75 * (depth + 1))
    kind = "asks to correct a fact" if said.is_correction else "says"
    head = document.add_paragraph()
    head.paragraph_format.left_indent = indent
    head.paragraph_format.keep_with_next = True
    _soft(head, f"{said.who} ({said.side.lower()}) {kind}, {_day(said.on)}:")
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


def _soft(paragraph: Paragraph, text: str) -> None:
    run = paragraph.add_run(text)
    run.font.color.rgb, run.font.size = SOFT, Pt(10)


def _day(on: object) -> str:
    return date_format(localtime(on), "j F Y")  # type: ignore[arg-type]
