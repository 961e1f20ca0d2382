"""A peer review as a document: one context, and what page, PDF and Word make of it."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from assessments.models import Rating
from plans.models import Plan
from reports.action_plan import Stamp
from reports.peer_review import PeerReviewReport, build_peer_review
from reports.peer_review_word import write_word
from reports.review_views import WORD, print_peer_review
from reviews.answering import record_answer, send_answers, sign_off
from reviews.finding import resolve
from reviews.models import Answer, Comment, PeerReview
from tests.conftest import client_of
from tests.reviews.conftest import comment, finding_of, page_of
from trusts.models import User

ON = date(2026, 11, 25)


def report_of(review: PeerReview) -> PeerReviewReport:
    read = PeerReview.objects.for_page().get(pk=review.pk)
    return build_peer_review(read, stamp=Stamp(on=ON))


def answer_to(of: Any, verdict: Answer.Verdict, text: str, *, by: User) -> None:
    answer = of.answer
    answer.verdict, answer.text = verdict, text
    record_answer(answer=answer, version=answer.version, by=by)


@pytest.fixture
def answered(submitted_review: PeerReview, chair: User, reviewer: User) -> PeerReview:
    """One finding accepted, one not, a correction made, the answers sent, both have signed."""
    review = submitted_review
    answer_to(finding_of(review, "Point 1"), Answer.Verdict.ACCEPTED, "", by=chair)
    answer_to(finding_of(review, "Point 3"), Answer.Verdict.NOT_ACCEPTED, "We do.", by=chair)
    correction = comment(
        review,
        "It was in May.",
        by=chair,
        side=Comment.Side.TRUST,
        name="Point 3",
        kind=Comment.Kind.CORRECTION,
    )
    resolve(correction=correction, outcome=Comment.Outcome.CORRECTED, by=reviewer)
    comment(review, "Thank you.", by=reviewer, parent=correction)
    send_answers(review=review, by=chair)
    for side, person in ((Comment.Side.TRUST, chair), (Comment.Side.REVIEWERS, reviewer)):
        sign_off(review=review, side=side, by=person)
    return review


def test_elements_hold_both_levels_what_was_found_and_what_was_answered(answered) -> None:
    report = report_of(answered)
    first, second, third = [one for domain in report.domains for one in domain.elements]
    assert (first.board.name, first.reviewers.name) == ("Step 2", "Step 3")
    assert first.gap.in_words == "Reviewers one step higher"
    assert first.note == "What the board saw in Point 1."
    assert first.parts == [("Strengths", "They know it."), ("Evidence seen", "Minutes.")]
    assert first.answer.verdict == "Accepted"
    assert [(one.text, one.side) for one in first.comments] == [("Well argued.", "Reviewers")]
    assert not second.is_spoken_of
    assert third.parts == [("Questions", "Who looks at it?")]
    assert (third.answer.verdict, third.answer.text) == ("Not accepted", "We do.")
    [correction] = third.comments
    assert (correction.is_correction, correction.came_of_it) == (True, "Corrected")
    assert [reply.text for reply in correction.replies] == ["Thank you."]


def test_it_counts_answers_and_names_what_is_apart_and_what_was_left_out(answered) -> None:
    report = report_of(answered)
    assert report.verdicts == [("Accepted", 1), ("Not accepted", 1), ("Not answered yet", 2)]
    assert [one.name for one in report.apart] == ["Point 1", "Point 3"]
    assert [one.name for one in report.left_out] == ["Point 2"]
    assert [one.name for one in report.focus] == ["Point 3"]
    assert [one.text for one in report.comments] == ["Thank you for letting us in."]


def test_it_says_who_reviewed_and_what_was_done_by_whom(answered, chair, reviewer) -> None:
    report = report_of(answered)
    assert report.people == [reviewer.name]
    assert [(what, by) for what, _, by in report.steps] == [
        ("Findings sent", reviewer.name),
        ("Answers sent", chair.name),
        ("Signed for the trust", chair.name),
        ("Signed for the reviewers", reviewer.name),
    ]


def test_report_takes_four_queries(answered, django_assert_num_queries) -> None:
    review = PeerReview.objects.for_page().get(pk=answered.pk)
    with django_assert_num_queries(4):
        build_peer_review(review, stamp=Stamp(on=ON))


def test_typed_text_is_cleaned(submitted_review, lead) -> None:
    Rating.objects.filter(assessment=submitted_review.assessment).update(note="a\x0bb\x07")
    assert report_of(submitted_review).domains[0].elements[0].note == "a\nb"


def test_page_holds_what_the_document_holds(answered, trustee: User) -> None:
    answer = client_of(trustee).get(f"/reviews/{answered.pk}/report/")
    text = page_of(answer).with_id("main-content").text
    for words in (
        "Peer review of Self-assessment 2026",
        "Southmere Schools Trust",
        "Board and reviewers differ on 2 of the 2 points that both gave a level.",
        "Who looks at it?",
        "The trust’s answer: Not accepted",
        "What came of it: Corrected.",
        "The reviewers said nothing about 2. Point 2.",
    ):
        assert words in text


def test_page_costs_at_most_eight_queries(
    answered, trustee: User, django_assert_max_num_queries
) -> None:
    client = client_of(trustee)
    with django_assert_max_num_queries(8):
        client.get(f"/reviews/{answered.pk}/report/")


@pytest.mark.parametrize("ending", ["/", ".pdf", ".docx"])
def test_nothing_of_it_is_there_before_the_findings_are_sent(
    ending: str, review: PeerReview, reviewer: User, lead: User
) -> None:
    assert client_of(lead).get(f"/reviews/{review.pk}/report{ending}").status_code == 404


@pytest.mark.parametrize("ending", ["/", ".pdf", ".docx"])
def test_it_is_the_trusts_alone(
    ending: str, submitted_review: PeerReview, reviewer: User, stranger: User
) -> None:
    for person in (reviewer, stranger):
        answer = client_of(person).get(f"/reviews/{submitted_review.pk}/report{ending}")
        assert answer.status_code == 404


def test_word_file_holds_it_in_headings_and_tables(answered) -> None:
    document = Document(BytesIO(write_word(report_of(answered))))
    headings = [
        (one.style.name, one.text)
        for one in document.paragraphs
        if one.style.name.startswith(("Heading", "Title"))
    ]
    assert headings[:3] == [
        ("Title", "Peer review of Self-assessment 2026"),
        ("Heading 1", "The brief"),
        ("Heading 1", "Board and reviewers"),
    ]
    assert ("Heading 3", "3. Point 3") in headings
    table = document.tables[1]
    assert [cell.text for cell in table.rows[0].cells] == [
        "Point",
        "Board",
        "Reviewers",
        "Between them",
    ]
    assert [cell.text for cell in table.rows[1].cells] == [
        "1. Point 1",
        "Step 2",
        "Step 3",
        "Reviewers one step higher",
    ]
    assert document.core_properties.language == "en-GB"
    text = "\n".join(one.text for one in document.paragraphs)
    assert "Who looks at it?" in text
    assert "The trust’s answer: Not accepted\nWe do." in text


def test_word_file_is_kept_for_download_under_a_name(answered, trustee: User) -> None:
    answer = client_of(trustee).get(f"/reviews/{answered.pk}/report.docx")
    assert answer.headers["Content-Type"] == WORD
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="northfield-learning-trust-southmere-schools-trust-peer-review.docx"'
    )


@pytest.mark.pdf
def test_pdf_prints_it_all(answered) -> None:
    reader = PdfReader(BytesIO(print_peer_review(report_of(answered))))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for words in (
        "Peer review of Self-assessment 2026",
        "by Southmere Schools Trust",
        "Working copy, printed 25 November 2026",
        "Reviewers one step higher",
        "Who looks at it?",
        "The trust’s answer: Not accepted",
        "It was in May.",
        "Thank you for letting us in.",
    ):
        assert words in text, words


def test_shared_plan_is_read_where_it_is_shared_and_nowhere_else(
    review: PeerReview, reviewer: User, lead: User
) -> None:
    plan = Plan.objects.create(assessment=review.assessment, title="Plan 2027", created_by=lead)
    address, client = f"/reviewing/{review.pk}/plan/", client_of(reviewer)
    assert client.get(address).status_code == 404
    PeerReview.objects.filter(pk=review.pk).update(shares_plan=True)
    page = page_of(client.get(address))
    assert plan.title in page.with_id("main-content").text
    assert "/trusts/northfield/" not in client.get(address).content.decode()
    PeerReview.objects.filter(pk=review.pk).update(
        due_on=timezone.localdate() - timedelta(days=2),
        access_until=timezone.localdate() - timedelta(days=1),
    )
    assert client.get(address).status_code == 404
