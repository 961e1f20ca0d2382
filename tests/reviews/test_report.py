"""A peer review as a document: one context, and what page, PDF, Word and Excel make of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook
from pypdf import PdfReader

from assessments.actions import create_assessment, record_rating
from assessments.models import Assessment, Rating
from frameworks.models import Element
from plans.actions import choose_priorities, start_plan
from plans.choosing import Change
from plans.models import Plan
from plans.taking_up import remember_action, take_up_as_priority
from reports.peer_review import PeerReviewReport, build_peer_review
from reports.peer_review_excel import write_excel
from reports.peer_review_parts import listed
from reports.peer_review_word import write_word
from reports.review_views import WORD, print_peer_review
from reviews.answering import record_answer, send_answers, sign_off, unanswered
from reviews.correcting import resolve
from reviews.models import Answer, Comment, PeerReview, Reviewer, SignedRating
from reviews.sources import what_reviewers_said
from sheets.reading import read_workbook
from sheets.writing import MEDIA_TYPE
from tests.conftest import client_of
from tests.plans.conftest import add_action
from tests.reviews.conftest import comment, finding_of, page_of
from trusts.models import User

pytestmark = pytest.mark.once  # of one context, read in every form

ON = date(2026, 11, 25)


def report_of(review: PeerReview, *, on: date = ON) -> PeerReviewReport:
    reviewers = list(Reviewer.objects.let_in_to(review.pk).for_page())
    return build_peer_review(reviewers, reader=review.created_by, today=on)


def on_page(review: PeerReview, by: User) -> str:
    page = page_of(client_of(by).get(f"/reviews/{review.pk}/report/"))
    return page.with_id("main-content").text


def in_pdf(review: PeerReview, by: User) -> str:
    pages = PdfReader(BytesIO(print_peer_review(report_of(review)))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def in_word(review: PeerReview, by: User) -> str:
    document = Document(BytesIO(write_word(report_of(review))))
    paragraphs = document.element.body.iter(qn("w:p"))
    return "\n".join("".join(one.text or "" for one in p.iter(qn("w:t"))) for p in paragraphs)


def in_excel(review: PeerReview, by: User) -> str:
    sheets = read_workbook(BytesIO(write_excel(report_of(review))))
    return "\n".join(cell for rows in sheets.values() for row in rows for cell in row.cells)


FORMS = {"page": on_page, "PDF": in_pdf, "Word": in_word, "Excel": in_excel}
every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)


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
    assert report.verdicts == [("Accepted", 1), ("Not accepted", 1), ("Not answered", 2)]
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


def test_report_takes_four_queries(answered, chair, django_assert_num_queries) -> None:
    reviewers = list(Reviewer.objects.let_in_to(answered.pk).for_page())
    with django_assert_num_queries(4):
        build_peer_review(reviewers, reader=chair, today=ON)


def rate_anew(review: PeerReview, name: str, order: int, *, by: User) -> None:
    """As whoever reopens the assessment would: with another note, too."""
    assessment = review.assessment
    rating = assessment.ratings.get(element__name=name)
    rating.level, rating.note = assessment.framework.levels.get(order=order), "Seen anew."
    record_rating(rating=rating, version=rating.version, by=by)


def judged(report: PeerReviewReport, number: int = 0) -> tuple[str, str, str]:
    element = report.domains[0].elements[number]
    return element.board.name, element.gap.in_words, element.note


def test_what_both_have_signed_stays_as_it_was_whatever_is_rated_later(answered, chair) -> None:
    signed = ("Step 2", "Reviewers one step higher", "What the board saw in Point 1.")
    assert judged(report_of(answered)) == signed
    rate_anew(answered, "Point 1", 4, by=chair)
    report = report_of(answered)
    assert judged(report) == signed
    assert [one.name for one in report.apart] == ["Point 1", "Point 3"]
    texts = [print_peer_review(report), write_word(report)]
    pages = "".join(page.extract_text() for page in PdfReader(BytesIO(texts[0])).pages)
    assert "What the board saw in Point 1." in pages
    words = "\n".join(one.text for one in Document(BytesIO(texts[1])).paragraphs)
    assert "Board: Step 2. Reviewers: Step 3." in words
    assert "Seen anew." not in pages + words


def test_until_both_have_signed_it_follows_the_ratings(submitted_review, chair, reviewer) -> None:
    review = submitted_review
    send_answers(review=review, by=chair)
    sign_off(review=review, side=Comment.Side.TRUST, by=chair)
    rate_anew(review, "Point 1", 4, by=chair)
    sign_off(review=review, side=Comment.Side.REVIEWERS, by=reviewer)
    rate_anew(review, "Point 1", 1, by=chair)
    assert judged(report_of(review)) == ("Step 4", "Reviewers one step lower", "Seen anew.")


def test_other_pages_of_the_review_say_what_was_signed_too(answered, chair, reviewer) -> None:
    rate_anew(answered, "Point 1", 4, by=chair)
    page = page_of(client_of(chair).get(f"/reviews/{answered.pk}/elements/MU-01/"))
    [board, _] = [node.text for node in page.all("section", "tq-side")]
    assert "As both sides signed it. Since then it was rated anew: " in board
    assert "What the board saw in Point 1." in board
    assert "Seen anew." not in board
    gaps = (
        page_of(client_of(chair).get(f"/reviews/{answered.pk}/gaps/")).with_id("main-content").text
    )
    assert "Reviewers one step higher" in gaps
    for path in ("elements/MU-01/", "all/"):
        answer = client_of(reviewer).get(f"/reviewing/{answered.pk}/{path}")
        read = page_of(answer).with_id("main-content").text
        assert "What the board saw in Point 1." in read
        assert "Seen anew." not in read
    assert "As both sides signed it." in main_of(reviewer, f"{answered.pk}/elements/MU-01/")
    heat_map = main_of(reviewer, f"{answered.pk}/assessment/")
    assert "What the board saw in Point 1." in heat_map
    assert "Seen anew." not in heat_map


def main_of(reader: User, path: str) -> str:
    """What a reviewer reads on a page."""
    return page_of(client_of(reader).get(f"/reviewing/{path}")).with_id("main-content").text


@every_form
def test_every_form_says_what_it_is_whose_and_how_it_came_about(
    form, answered, chair, reviewer
) -> None:
    day = date_format(timezone.localdate(), "j F Y")
    text = form(answered, chair)
    for words in (
        "Peer review of Self-assessment 2026",
        "Southmere Schools Trust",
        f"Signed by both sides, {day}",
        reviewer.name,
        "The made-up framework. Nobody, edition 2026-01 (published in January 2026)",
        "Self-assessment 2026, as both sides signed the review of it.",
        f"{day}, by {chair.name}",
        "Levels are the board’s and the reviewers’ own judgements, one point at a time. They are "
        "set side by side and never averaged: nothing here is an overall grade. Nobody",
        "Look at how the board comes to its view.",
        "To be looked at first: 3. Point 3.",
        "Board and reviewers differ on 2 of the 2 points that both gave a level. The trust’s "
        "answers to what the reviewers said: 1 accepted, 1 not accepted, 2 not answered.",
        "The reviewers said nothing about 2. Point 2.",
    ):
        assert words in text, words


@every_form
def test_every_form_says_until_it_is_signed_whether_ratings_may_change(
    form, submitted_review, chair
) -> None:
    open_yet = "Self-assessment 2026. Not agreed yet: ratings may still change."
    assert open_yet in form(submitted_review, chair)
    Assessment.objects.filter(pk=submitted_review.assessment_id).update(
        status=Assessment.Status.AGREED,
        agreed_at=timezone.now(),
        agreed_by=chair,
        meeting_on=date(2026, 10, 14),
        minute_reference="minute 41\x07",
    )
    text = form(PeerReview.objects.get(pk=submitted_review.pk), chair)
    day = date_format(timezone.localdate(), "j F Y")
    assert (
        "Self-assessment 2026. Agreed at the meeting of 14 October 2026, signed off by "
        f"{chair.name} on {day}. Minute reference: minute 41."
    ) in text.replace("\x07", "")
    assert open_yet not in text


@pytest.mark.parametrize(
    ("form", "counts"),
    [(on_page, (1, 1)), (in_pdf, (2, 3)), (in_word, (2, 3)), (in_excel, (1, 2))],
    ids=FORMS,
)
def test_every_form_says_the_same_where_there_is_no_level(
    form, counts, submitted_review, chair
) -> None:
    """The board has not rated Point 1, the reviewers gave Points 2 and 3 none."""
    ratings = Rating.objects.filter(assessment=submitted_review.assessment)
    ratings.filter(element__name="Point 1").update(level=None)
    submitted_review.findings.filter(element__name="Point 3").update(level=None)
    text = form(submitted_review, chair)
    assert (text.count("Not rated yet"), text.count("No level")) == counts
    assert not re.search("Not rated(?! yet)", text)


@pytest.mark.parametrize(
    ("together", "apart", "said"),
    [
        (["Point 1"], 1, "Board and reviewers differ on the one point that both gave a level."),
        (
            ["Point 2"],
            0,
            "Board and reviewers gave the same level wherever both gave one: 1 point.",
        ),
        (
            ["Point 1", "Point 2"],
            1,
            "Board and reviewers differ on 1 of the 2 points that both gave a level.",
        ),
        ([], 0, "There is no point that both gave a level."),
    ],
)
def test_it_says_in_good_english_how_often_both_differ(
    together, apart, said, submitted_review
) -> None:
    findings = submitted_review.findings
    level = submitted_review.assessment.framework.levels.get(order=4)
    findings.filter(element__name="Point 2").update(level=level)
    findings.exclude(element__name__in=together).update(level=None)
    report = report_of(submitted_review)
    assert len(report.apart) == apart
    assert report.counts_in_words == (
        f"{said} The trust’s answers to what the reviewers said: 4 not answered yet."
    )


@every_form
def test_a_rating_revised_after_the_review_says_what_it_was(form, submitted_review, chair) -> None:
    review = submitted_review
    [element] = [one for one in report_of(review).domains[0].elements if one.number == 1]
    assert element.level_then == ""
    # Its fixture rates without a history; as the findings came it stood at Step 2.
    rating = review.assessment.ratings.select_related("level").get(element__name="Point 1")
    Rating.history.bulk_history_create([rating], update=True, default_date=review.created_at)
    assert report_of(review).domains[0].elements[0].level_then == ""
    rate_anew(review, "Point 1", 4, by=chair)
    assert report_of(review).domains[0].elements[0].level_then == "Step 2"
    said = "When the findings came the board’s level was Step 2: it was revised after the review."
    assert said in form(review, chair)


def test_it_says_whether_it_is_a_working_copy_or_what_was_signed(
    submitted_review, chair, reviewer
) -> None:
    review = submitted_review
    assert report_of(review).stamp.in_words == "Working copy, printed 25 November 2026"
    send_answers(review=review, by=chair)
    sign_off(review=review, side=Comment.Side.TRUST, by=chair)
    assert report_of(review).stamp.in_words == "Working copy, printed 25 November 2026"
    sign_off(review=review, side=Comment.Side.REVIEWERS, by=reviewer)
    signed_on = date_format(timezone.localdate(), "j F Y")
    report = report_of(review, on=date(2031, 1, 1))
    assert report.stamp.in_words == f"Signed by both sides, {signed_on}"
    for text in (
        PdfReader(BytesIO(print_peer_review(report))).pages[0].extract_text(),
        Document(BytesIO(write_word(report))).sections[0].footer.paragraphs[0].text,
        page_of(client_of(chair).get(f"/reviews/{review.pk}/report/")).with_id("main-content").text,
    ):
        assert f"Signed by both sides, {signed_on}" in " ".join(text.split())


def test_it_says_what_the_plan_has_made_of_it_apart_from_what_was_signed(answered, chair) -> None:
    assert report_of(answered).taken_up == []
    source = what_reviewers_said(chair, finding_of(answered, "Point 3").get_absolute_url())
    take_up_as_priority(assessment=answered.assessment, source=source, by=chair)
    report = report_of(answered)
    [element] = report.taken_up
    assert (element.title, [one.label for one in element.outcomes]) == (
        "3. Point 3",
        ["the priority Point 3"],
    )
    dated = (
        "What the trust’s action plan makes of the review, as it stands on 25 November 2026. "
        "This was not part of what both sides signed, and may change."
    )
    file = PdfReader(BytesIO(print_peer_review(report)))
    last = " ".join(file.pages[-1].extract_text().split())
    assert dated in last
    assert "3. Point 3 The priority Point 3" in last
    assert "The reviewers said nothing about 2. Point 2." in last  # it follows on
    document = Document(BytesIO(write_word(report)))
    assert dated in [one.text for one in document.paragraphs]
    rows = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
    assert rows == [["Point", "What it became"], ["3. Point 3", "The priority Point 3"]]
    page = page_of(client_of(chair).get(f"/reviews/{answered.pk}/report/"))
    [link] = [one for one in page.all("a") if one.text == "The priority Point 3"]
    assert link.attributes["href"] == report.taken_up[0].outcomes[0].url


@every_form
def test_every_form_says_what_came_of_a_comment_on_the_whole(form, answered, chair) -> None:
    [said] = answered.comments.filter(element=None)
    source = what_reviewers_said(chair, said.get_absolute_url())
    assert source
    element = finding_of(answered, "Point 2").element
    taken = replace(source, element_id=element.pk)
    take_up_as_priority(assessment=answered.assessment, source=taken, by=chair)
    [one] = report_of(answered).taken_up
    assert one.title == "The assessment as a whole"
    words = " ".join(form(answered, chair).split())
    assert "The assessment as a whole The priority Point 2" in words


@every_form
def test_every_form_takes_a_reply_for_an_answer(form, submitted_review, chair) -> None:
    general = submitted_review.comments.get(element=None)
    comment(submitted_review, "Come again.", by=chair, side=Comment.Side.TRUST, parent=general)
    send_answers(review=submitted_review, by=chair)
    text = form(submitted_review, chair)
    assert "said: 1 answered in a reply, 3 not answered." in text
    assert text.lower().count("in a reply, below") == 1
    submitted_review.refresh_from_db()
    assert general not in [one.comment for one in unanswered(submitted_review)]


def test_elements_that_are_called_the_same_are_listed_with_their_domains(
    submitted_review,
) -> None:
    elements = Element.objects.filter(domain__framework=submitted_review.assessment.framework)
    elements.filter(name__in=["Point 1", "Point 3"]).update(name="Culture", number=1)
    report = report_of(submitted_review)
    everything = [one for domain in report.domains for one in domain.elements]
    assert listed(everything) == "1. Culture (Area 1); 2. Point 2; 1. Culture (Area 2)"
    assert report.focus_in_words == "To be looked at first: 1. Culture."


def test_typed_text_is_cleaned(submitted_review, lead) -> None:
    Rating.objects.filter(assessment=submitted_review.assessment).update(note="a\x0bb\x07")
    assert report_of(submitted_review).domains[0].elements[0].note == "a\nb"


def test_page_holds_what_the_document_holds(answered, trustee: User) -> None:
    page = page_of(client_of(trustee).get(f"/reviews/{answered.pk}/report/"))
    pairs = [one.text for one in page.all("span", "tq-pair__one")]
    assert pairs == ["Board Step 2", "Reviewers Step 3", "Board Step 1", "Reviewers Step 2"]
    text = page.with_id("main-content").text
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
        answer = client.get(f"/reviews/{answered.pk}/report/")
    assert answer.status_code == 200


@pytest.mark.parametrize("ending", ["/", ".pdf", ".docx", ".xlsx"])
def test_nothing_of_it_is_there_before_the_findings_are_sent(
    ending: str, review: PeerReview, reviewer: User, lead: User
) -> None:
    assert client_of(lead).get(f"/reviews/{review.pk}/report{ending}").status_code == 404


@pytest.mark.parametrize("ending", ["/", ".pdf", ".docx", ".xlsx"])
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
        ("Heading 1", "At a glance"),
    ]
    assert ("Heading 3", "3. Point 3") in headings
    assert [cell.text for cell in document.tables[0].columns[0].cells] == [
        "This document",
        "Reviewed by",
        "Reviewers",
        "Framework",
        "Self-assessment",
        "Findings sent",
        "Answers sent",
        "Signed for the trust",
        "Signed for the reviewers",
    ]
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
    sheet = load_workbook(BytesIO(write_excel(report_of(answered)))).properties
    word = document.core_properties
    assert (sheet.creator, sheet.title) == (word.author, word.title)
    assert word.author == "Northfield Learning Trust"
    text = "\n".join(one.text for one in document.paragraphs)
    assert "Who looks at it?" in text
    assert "The trust’s answer: Not accepted\nWe do." in text


def test_word_file_numbers_its_pages(answered) -> None:
    footer = Document(BytesIO(write_word(report_of(answered)))).sections[0].footer
    _, number = footer.paragraphs
    fields = number._p.findall(qn("w:fldSimple"))
    assert [one.get(qn("w:instr")) for one in fields] == ["PAGE", "NUMPAGES"]
    assert "".join(one.text for one in number._p.iter(qn("w:t"))) == "Page 1 of 1"


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
        "Signed by both sides, ",
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
    plan.delete()
    empty = page_of(client.get(address)).with_id("main-content").text
    assert "has not begun an action plan from Self-assessment 2026 yet" in empty
    PeerReview.objects.filter(pk=review.pk).update(
        due_on=timezone.localdate() - timedelta(days=2),
        access_until=timezone.localdate() - timedelta(days=1),
    )
    assert client.get(address).status_code == 404


def test_shared_plan_says_nothing_of_the_assessment_before(
    review: PeerReview, reviewer: User, chair: User, executive: User
) -> None:
    before = create_assessment(
        trust=review.trust,
        framework=review.assessment.framework,
        title="The secret year",
        due_on=None,
        by=chair,
    )
    Rating.objects.filter(assessment=before).update(
        level=review.assessment.framework.levels.first()
    )
    Assessment.objects.filter(pk=review.assessment_id).update(carried_from=before)
    plan = start_plan(assessment=Assessment.objects.get(pk=review.assessment_id), by=executive)
    element = review.assessment.ratings.in_order().first().element_id
    choose_priorities(plan=plan, change=Change(added=[element], removed={}), by=executive)
    PeerReview.objects.filter(pk=review.pk).update(shares_plan=True)
    ours = client_of(executive).get(f"/plans/{plan.pk}/report/")
    assert "The secret year" in ours.content.decode()
    client = client_of(reviewer)
    with CaptureQueriesContext(connection) as queries:
        shown = client.get(f"/reviewing/{review.pk}/plan/")
    assert len(queries) <= 8
    theirs = shown.content.decode()
    assert "Priority 1: Point 1" in theirs
    assert "The secret year" not in theirs


def test_shared_plan_names_no_other_review(submitted_review, reviewer, executive) -> None:
    source = what_reviewers_said(
        executive, finding_of(submitted_review, "Point 3").get_absolute_url()
    )
    assessment = submitted_review.assessment
    taken = take_up_as_priority(assessment=assessment, source=source, by=executive)
    action = add_action(taken.priority, owner=executive)
    remember_action(action=action, source=source, by=executive)
    PeerReview.objects.filter(pk=submitted_review.pk).update(shares_plan=True)
    words = "From the peer review by Southmere Schools Trust"
    ours = client_of(executive).get(f"/plans/{taken.priority.plan_id}/report/").content.decode()
    assert ours.count(words) == 2
    theirs = client_of(reviewer).get(f"/reviewing/{submitted_review.pk}/plan/").content.decode()
    assert words not in theirs
    assert "Priority 1: Point 3" in theirs


def test_shared_plan_of_a_closed_review_has_the_ratings_that_were_signed(
    answered, chair, executive, reviewer
) -> None:
    plan = start_plan(assessment=answered.assessment, by=executive)
    element = answered.assessment.ratings.in_order().first().element_id
    choose_priorities(plan=plan, change=Change(added=[element], removed={}), by=executive)
    PeerReview.objects.filter(pk=answered.pk).update(shares_plan=True)
    rate_anew(answered, "Point 1", 4, by=chair)
    shown = client_of(reviewer).get(f"/reviewing/{answered.pk}/plan/").content.decode()
    assert "What the board saw in Point 1." in shown
    assert "Step 2" in shown
    assert "Step 4" not in shown


def test_review_that_was_closed_before_ratings_were_kept_gets_them_from_the_history(
    answered, chair
) -> None:
    SignedRating.objects.all().delete()
    first, second, _ = answered.assessment.ratings.in_order()
    closed = PeerReview.objects.get(pk=answered.pk).closed_at
    for rating, moment in ((first, closed - timedelta(hours=1)), (second, closed)):
        Rating.history.bulk_history_create([rating], update=True, default_date=moment)
    rate_anew(answered, "Point 1", 4, by=chair)
    migration = import_module("reviews.migrations.0002_keep_ratings_as_signed")
    migration.keep_of_closed_reviews(apps, None)
    assert judged(report_of(answered)) == (
        "Step 2",
        "Reviewers one step higher",
        "What the board saw in Point 1.",
    )
    assert SignedRating.objects.count() == 3


def test_spreadsheet_holds_every_element_and_everything_that_was_said(answered, chair) -> None:
    Comment.objects.filter(body="Well argued.").update(body="=1+1")
    answer = client_of(chair).get(f"/reviews/{answered.pk}/report.xlsx")
    assert answer["Content-Type"] == MEDIA_TYPE
    assert 'filename="' in answer["Content-Disposition"]
    sheets = read_workbook(BytesIO(answer.content))
    rows = {title: [row.cells for row in rows] for title, rows in sheets.items()}
    assert list(rows) == ["About", "Levels", "Findings", "Comments"]
    about = dict(row[:2] for row in rows["About"])
    assert about["Reviewed by"] == "Southmere Schools Trust"
    assert about["This document"].startswith("Signed by both sides, ")
    assert "In the action plan" not in about
    levels, findings = rows["Levels"][1:], rows["Findings"][1:]
    for of_elements in (levels, findings):
        assert [row[1] for row in of_elements] == ["1. Point 1", "2. Point 2", "3. Point 3"]
    assert [row[2] for row in levels] == ["", "", "Yes"]
    assert rows["Levels"][0][2:6] == (
        "To be looked at first",
        "Board",
        "Revised after the review",
        "Reviewers",
    )
    assert levels[0][:8] == (
        "Area 1",
        "1. Point 1",
        "",
        "Step 2",
        "",
        "Step 3",
        "Reviewers one step higher",
        "Accepted",
    )
    assert findings[0][:3] == ("Area 1", "1. Point 1", "What the board saw in Point 1.")
    assert findings[2][5:9] == ("Who looks at it?", "", "Not accepted", "We do.")
    today = date_format(timezone.localdate(), "j F Y")
    assert {row[3] for row in rows["Comments"][1:]} == {today}
    said = [(row[0], *row[4:6]) for row in rows["Comments"][1:]]
    assert said == [
        ("The assessment as a whole", "Comment", "Thank you for letting us in."),
        ("1. Point 1", "Comment", "=1+1"),
        ("3. Point 3", "Request to correct a fact: corrected", "It was in May."),
        ("3. Point 3", "Reply", "Thank you."),
    ]
    assert not any(one.unstored for rows in sheets.values() for one in rows)
