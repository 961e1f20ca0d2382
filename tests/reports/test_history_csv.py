"""The history as a spreadsheet: who may have it, what is in it, and that it does no harm."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assessments.actions import agree_assessment, record_rating, reopen_assessment
from assessments.models import Assessment, Rating
from reports import history_csv
from reports.history_csv import BYTE_ORDER_MARK, HEAD, harmless
from tests.conftest import client_of, make_user
from trusts.models import Role, Trust, User


def write(rating: Rating, *, by: User, **changes) -> None:
    rating = Rating.objects.for_page().get(pk=rating.pk)
    for name, value in changes.items():
        setattr(rating, name, value)
    record_rating(rating=rating, version=rating.version, by=by)


def download(user: User, trust: Trust, *of, **asked):
    name = "reports:history_of_csv" if of else "reports:history_csv"
    return client_of(user).get(reverse(name, args=[trust.slug, *of]), asked)


def rows_of(answer) -> list[dict[str, str]]:
    """The lines below the head, by its words."""
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


@pytest.fixture
def rating(assessment: Assessment) -> Rating:
    return assessment.ratings.in_order()[0]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.LEAD, 200),
        (Role.CHAIR, 200),
        (Role.EXECUTIVE, 200),
        (Role.TRUSTEE, 403),
        (Role.OBSERVER, 403),
    ],
)
def test_who_may_hand_documents_out_may_have_it(role, status, rating, northfield) -> None:
    member = make_user(f"some-{role}@northfield.example", trust=northfield, role=role)
    assert download(member, northfield).status_code == status
    assert download(member, northfield, "rating", rating.pk).status_code == status


def test_other_trusts_are_not_found(rating, northfield, southmere, stranger) -> None:
    assert download(stranger, northfield).status_code == 404
    assert download(stranger, northfield, "rating", rating.pk).status_code == 404
    assert download(stranger, southmere, "rating", rating.pk).status_code == 404


def test_file_is_kept_for_download_under_a_name(rating, northfield, lead) -> None:
    answer = download(lead, northfield)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith(
        'attachment; filename="northfield-learning-trust-history-2'
    )
    assert "no-store" in answer["Cache-Control"]
    assert answer.streaming


def test_every_save_and_every_field_has_its_line(rating, assessment, northfield, chair) -> None:
    level = assessment.framework.levels.get(order=2)
    write(rating, by=chair, note="One", level=level)
    write(rating, by=chair, note="One\ntwo")
    newest, *others = rows_of(download(chair, northfield, "rating", rating.pk))
    assert list(newest) == list(HEAD)
    assert newest.pop("When")[:2] == "20"
    assert newest == {
        "Who": "Chair",
        "What": "Ratings and notes",
        "About": "1. Point 1 in Self-assessment 2026",
        "Change": "changed the note of",
        "Field": "Note",
        "From": "One",
        "To": "One\ntwo",
        "Reason": "",
    }
    assert [(row["Field"], row["From"], row["To"]) for row in others] == [
        ("Rating", "", "Step 2"),
        ("Note", "", "One"),
    ]


def test_reasons_are_in_it(assessment, northfield, lead) -> None:
    agree_assessment(assessment=assessment, minute_reference="", by=lead)
    reopen_assessment(assessment=assessment, reason="A level was read out wrong.", by=lead)
    newest = rows_of(download(lead, northfield))[0]
    assert (newest["Change"], newest["Reason"]) == ("reopened", "A level was read out wrong.")
    assert (newest["Field"], newest["From"], newest["To"]) == ("Status", "Agreed", "Agreeing")


def test_what_is_asked_narrows_it_as_the_page(rating, assessment, northfield, chair, lead) -> None:
    other = assessment.ratings.in_order()[1]
    write(rating, by=chair, note="Attendance")
    write(other, by=lead, note="Finance")

    def found(**asked) -> list[str]:
        return [row["To"] for row in rows_of(download(lead, northfield, what="rating", **asked))]

    assert found() == ["Finance", "Attendance"]
    assert found(words="attend") == ["Attendance"]
    assert found(who=str(lead.pk)) == ["Finance"]
    year = date.today().year + 1
    assert found(since_day="1", since_month="1", since_year=str(year)) == []


def test_what_cannot_be_asked_leads_to_the_page_that_says_why(rating, northfield, lead) -> None:
    answer = download(lead, northfield, what="secrets")
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{reverse('trusts:history', args=[northfield.slug])}?what=secrets",
    )
    answer = download(lead, northfield, "rating", rating.pk, who="x")
    page = reverse("trusts:history_of", args=[northfield.slug, "rating", rating.pk])
    assert answer["Location"] == f"{page}?who=x"


def test_a_long_history_is_written_in_pieces(
    rating, northfield, chair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_csv, "AT_A_TIME", 3)
    for number in range(8):
        write(rating, by=chair, note=f"Note {number}")
    answer = download(chair, northfield, "rating", rating.pk)
    pieces = list(answer.streaming_content)
    assert len(pieces) == 1 + 3
    rows = list(csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"), newline="")))
    assert [row["To"] for row in rows] == [f"Note {number}" for number in range(7, -1, -1)]


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://evil.example","Click")',
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        " =1+1",
        "\t=1+1",
        "\r\n=1+1",
        "\ufeff=1+1",
        "\u00a0=1+1",
        '"=1+1',
        "＝1+1",
        "=cmd|' /C calc'!A0",
        "|calc",
        "%0A=1",
        "\x00=1+1",
    ],
)
def test_formulas_become_text(text, rating, northfield, chair) -> None:
    write(rating, by=chair, note=text.replace("\x00", ""))
    for cell in (harmless(text), rows_of(download(chair, northfield))[0]["To"]):
        assert cell.startswith("'")


@given(st.text())
def test_no_cell_begins_as_a_formula_and_none_loses_a_word(text) -> None:
    cell = harmless(text)
    assert cell.lstrip(' \u00a0\ufeff"')[:1] not in tuple("=+-@|%\t\r\n＝＋－＠")
    assert cell.removeprefix("'") in (history_csv.printable(text), history_csv.printable(text)[1:])


def test_plain_words_stay_as_they_are() -> None:
    assert harmless("Attendance is 94.1 per cent – up 2") == "Attendance is 94.1 per cent – up 2"
