"""The peer review as a spreadsheet, for whoever sorts and filters what was said."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.timezone import localtime

from govuk.sheets import Sheet, write_workbook
from reports.peer_review import Answered, ElementSection, PeerReviewReport, Said

NO_LEVEL = "No level"
FINDING_WIDTHS = (30, 36, 14, 14, 26, 50, 50, 50, 50, 22, 50, 40)
COMMENT_WIDTHS = (36, 24, 14, 18, 30, 60, 22, 50)


def write_excel(report: PeerReviewReport) -> bytes:
    """The report as an .xlsx file: what it is, each element, and everything that was said."""
    return write_workbook([_about(report), _elements(report), _comments(report)])


def _about(report: PeerReviewReport) -> Sheet:
    rows = [
        ("Trust", report.trust_name),
        ("Reviewed by", report.reviewing_trust),
        ("Reviewers", ", ".join(report.people)),
        ("Framework", f"{report.framework.title}, {report.framework.edition}"),
        ("This document", report.stamp.in_words),
        *(
            (what, f"{date_format(localtime(on), 'j F Y')}, by {by}")
            for what, on, by in report.steps
        ),
        ("Brief", report.brief),
        ("In the action plan", f"As it stands on {date_format(report.today, 'j F Y')}"),
    ]
    return Sheet("About", ("Peer review", report.title), rows, widths=(24, 90))


def _elements(report: PeerReviewReport) -> Sheet:
    """A row for each element, in the publisher's order, spoken of or not."""
    framework = report.framework
    header = (
        framework.domain_noun.capitalize(),
        framework.element_noun.capitalize(),
        "Board",
        "Reviewers",
        "Between them",
        "What the board noted",
        "Strengths",
        "Questions",
        "Evidence seen",
        "The trust’s answer",
        "Why",
        "In the action plan",
    )
    rows = [
        (domain.name, _name(element), *_findings(element))
        for domain in report.domains
        for element in domain.elements
    ]
    return Sheet("Findings", header, rows, widths=FINDING_WIDTHS)


def _findings(element: ElementSection) -> tuple[str, ...]:
    return (
        element.board.name if element.board else "Not rated",
        element.reviewers.name if element.reviewers else NO_LEVEL,
        element.gap.in_words,
        element.note,
        element.strengths,
        element.questions,
        element.evidence,
        *_answer(element.answer),
        "\n".join(one.label[:1].upper() + one.label[1:] for one in element.outcomes),
    )


def _comments(report: PeerReviewReport) -> Sheet:
    """A row for each comment, each reply below what it answers."""
    header = ("About", "Who", "Side", "When", "What it is", "Said", "The trust’s answer", "Why")
    rows = [row for said in report.comments for row in _said(said, "The assessment as a whole")]
    for domain in report.domains:
        for element in domain.elements:
            rows += [row for said in element.comments for row in _said(said, _name(element))]
    return Sheet("Comments", header, rows, widths=COMMENT_WIDTHS)


def _said(said: Said, about: str, *, is_reply: bool = False) -> Iterator[tuple[str, ...]]:
    kind = "Reply" if is_reply else "Comment"
    if said.is_correction:
        kind = (
            f"Request to correct a fact{f': {said.came_of_it.lower()}' if said.came_of_it else ''}"
        )
    when = date_format(localtime(said.on), "Y-m-d")
    yield about, said.who, said.side, when, kind, said.text, *_answer(said.answer)
    for reply in said.replies:
        yield from _said(reply, about, is_reply=True)


def _answer(answer: Answered | None) -> tuple[str, str]:
    return (answer.in_words.capitalize(), answer.text) if answer else ("", "")


def _name(element: ElementSection) -> str:
    return f"{element.number}. {element.name}"
