"""The peer review as a spreadsheet, for whoever sorts and filters what was said."""

from __future__ import annotations

from collections.abc import Iterator

from reports.peer_review import WHOLE, PeerReviewReport
from reports.peer_review_parts import Answered, ElementSection, Said
from sheets.writing import Sheet, write_workbook

LEVEL_WIDTHS = (28, 30, 12, 14, 30, 14, 24, 16)
FINDING_WIDTHS = (16, 18, 36, 14, 25, 25, 20, 11, 22)
COMMENT_WIDTHS = (24, 18, 11, 12, 18, 50, 13, 34)
TAKEN_UP_WIDTHS = (40, 80)


def write_excel(report: PeerReviewReport) -> bytes:
    """The report as an .xlsx file: what it is, each element, and everything that was said."""
    sheets = [_about(report), _levels(report), _findings(report), _comments(report)]
    if report.taken_up:
        sheets.append(_taken_up(report))
    title = f"{report.title}, {report.trust_name}"
    return write_workbook(sheets, author=report.trust_name, title=title)


def _about(report: PeerReviewReport) -> Sheet:
    rows = (
        ("Trust", report.trust_name),
        *report.facts,
        ("What it is", report.about),
        ("Brief", report.brief),
        ("Focus", report.focus_in_words),
        ("At a glance", report.counts_in_words),
        ("Findings", report.no_finding_in_words),
        ("Left out", report.silence_in_words),
        ("In the action plan", report.taken_up_in_words if report.taken_up else ""),
    )
    said = [(what, text) for what, text in rows if text]
    return Sheet("About", ("Peer review", report.title), said, widths=(24, 90))


def _levels(report: PeerReviewReport) -> Sheet:
    """Both levels of each element, in the publisher's order, spoken of or not."""
    header = (
        *_place_header(report),
        "To be looked at first",
        "Board",
        "Revised after the review",
        "Reviewers",
        "Between them",
        "The trust’s answer",
    )
    rows = [
        (
            domain.name,
            element.title,
            "Yes" if element.is_focus else "",
            element.board_in_words,
            element.revised_in_words,
            element.reviewers_in_words,
            element.gap.in_words,
            _answer(element.answer)[0],
        )
        for domain in report.domains
        for element in domain.elements
    ]
    return Sheet("Levels", header, rows, widths=LEVEL_WIDTHS)


def _findings(report: PeerReviewReport) -> Sheet:
    """What was written of each element; apart from the levels, so that it can be read on A4."""
    header = (
        *_place_header(report),
        "What the board noted",
        "Who saw it differently",
        "Strengths",
        "Questions",
        "Evidence seen",
        "The trust’s answer",
        "Why",
    )
    rows = [
        (domain.name, element.title, *_written(element))
        for domain in report.domains
        for element in domain.elements
    ]
    return Sheet("Findings", header, rows, widths=FINDING_WIDTHS)


def _place_header(report: PeerReviewReport) -> tuple[str, str]:
    framework = report.framework
    return framework.domain_noun.capitalize(), framework.element_noun.capitalize()


def _written(element: ElementSection) -> tuple[str, ...]:
    return (
        element.note,
        element.dissent,
        element.strengths,
        element.questions,
        element.evidence,
        *_answer(element.answer),
    )


def _comments(report: PeerReviewReport) -> Sheet:
    """A row for each comment, each reply below what it answers."""
    header = ("About", "Who", "Side", "When", "What it is", "Said", "The trust’s answer", "Why")
    rows = [row for said in report.comments for row in _said(said, WHOLE)]
    for domain in report.domains:
        for element in domain.elements:
            rows += [row for said in element.comments for row in _said(said, element.title)]
    return Sheet("Comments", header, rows, widths=COMMENT_WIDTHS)


def _said(said: Said, about: str, *, is_reply: bool = False) -> Iterator[tuple[str, ...]]:
    kind = "Reply" if is_reply else "Comment"
    if said.is_correction:
        kind = (
            f"Request to correct a fact{f': {said.came_of_it.lower()}' if said.came_of_it else ''}"
        )
    yield about, said.who, said.side, said.day, kind, said.text, *_answer(said.answer)
    for reply in said.replies:
        yield from _said(reply, about, is_reply=True)


def _taken_up(report: PeerReviewReport) -> Sheet:
    """A row for each thing of which the plan has made something."""
    header = (report.framework.element_noun.capitalize(), "What it became")
    rows = [(one.title, "\n".join(one.became)) for one in report.taken_up]
    return Sheet("In the action plan", header, rows, widths=TAKEN_UP_WIDTHS)


def _answer(answer: Answered | None) -> tuple[str, str]:
    return (answer.in_words.capitalize(), answer.text) if answer else ("", "")
