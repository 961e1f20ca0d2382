"""Dates in three boxes and text of several lines: what is read, and what is said of a mistake."""

import datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.loader import render_to_string

from govuk.fields import DateField, MultilineField, VersionField, query_too_long, too_long
from govuk.templatetags.govuk import focus_target
from tests.page import Page


def drawn(form: forms.Form) -> Page:
    return Page(render_to_string("govuk/field.html", {"field": form["due_on"]}))


class DateForm(forms.Form):
    due_on = DateField(required=False)


def date_form(day: str, month: str, year: str) -> DateForm:
    return DateForm({"due_on_day": day, "due_on_month": month, "due_on_year": year})


@pytest.mark.parametrize(
    ("typed", "boxes", "message"),
    [
        (("31", "02", "2027"), ["day"], "Enter a real date: February 2027 has 28 days"),
        (("29", "2", "2027"), ["day"], "Enter a real date: February 2027 has 28 days"),
        (("31", "April", "2027"), ["day"], "Enter a real date: April 2027 has 30 days"),
        (("", "2", "2027"), ["day"], "The date must include a day"),
        (("1", "", ""), ["month", "year"], "The date must include a month and a year"),
        (("0", "2", "2027"), ["day"], "The day must be a number from 1 to 31"),
        (("1st", "2", "2027"), ["day"], "The day must be a number from 1 to 31"),
        (("1", "0", "2027"), ["month"], "The month must be a number from 1 to 12, or its name"),
        (("1", "Juno", "2027"), ["month"], "The month must be a number from 1 to 12, or its name"),
        (("1", "2", "27"), ["year"], "The year must be four figures, like 2027"),
        (("1", "2", "9" * 5000), ["year"], "The year must be four figures, like 2027"),
        (("9" * 5000, "2", "2027"), ["day"], "The day must be a number from 1 to 31"),
        (("1", "2", "٢٠٢٧"), ["year"], "The year must be four figures, like 2027"),
        (("31/02/2027", "", ""), ["month", "year"], "The date must include a month and a year"),
    ],
)
def test_date_keeps_what_was_typed_and_marks_the_wrong_boxes(typed, boxes, message):
    form = date_form(*typed)
    assert form.errors == {"due_on": [message]}
    page = drawn(form)
    inputs = page.all("input")
    assert tuple(node.attributes.get("value", "") for node in inputs) == typed
    wrong = [n.attributes["id"] for n in inputs if "govuk-input--error" in n.classes]
    assert wrong == [f"id_due_on_{box}" for box in boxes]
    assert [n.attributes["id"] for n in inputs if "aria-invalid" in n.attributes] == wrong
    assert focus_target(form["due_on"]) == wrong[0]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (("28", "2", "2027"), datetime.date(2027, 2, 28)),
        ((" 1 ", "September", "2026"), datetime.date(2026, 9, 1)),
        (("01", "sep", "2026"), datetime.date(2026, 9, 1)),
        (("", "", ""), None),
    ],
)
def test_date_reads_real_dates(typed, expected):
    form = date_form(*typed)
    assert form.is_valid()
    assert form.cleaned_data["due_on"] == expected


def test_date_shows_its_initial_value_and_notices_changes():
    form = DateForm(initial={"due_on": datetime.date(2027, 3, 7)})
    boxes = drawn(form).all("input")
    assert [node.attributes["value"] for node in boxes] == ["7", "3", "2027"]
    initial = {"due_on": datetime.date(2027, 3, 7)}
    same = {"due_on_day": "07", "due_on_month": "March", "due_on_year": "2027"}
    assert not DateForm(same, initial=initial).has_changed()
    assert DateForm(same | {"due_on_day": "8"}, initial=initial).has_changed()


class NoteForm(forms.Form):
    note = MultilineField(max_length=30)


def test_line_breaks_count_once():
    form = NoteForm(QueryDict("note=" + "%0D%0A".join(["ab"] * 10) + "c"))
    form.full_clean()
    assert "note" not in form.errors
    assert form.cleaned_data["note"] == "\n".join(["ab"] * 10) + "c"
    assert len(form.cleaned_data["note"]) == 30


def test_signs_that_show_nothing_are_left_out_and_other_breaks_are_lines():
    form = NoteForm({"note": "\ufeffOne\x1b,\vtwo\ftab\t end"})
    assert form.is_valid()
    assert form.cleaned_data["note"] == "One,\ntwo\ntab\t end"


def test_a_text_one_character_too_long_is_refused():
    assert not NoteForm({"note": "n" * 31}).is_valid()
    assert NoteForm({"note": "n" * 30}).is_valid()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (too_long("The note"), "The note must be 1,000 characters or fewer; it has 12,345"),
        (
            too_long("Strengths", it_has="there are"),
            "Strengths must be 1,000 characters or fewer; there are 12,345",
        ),
        (query_too_long(1_000), "Look for 1,000 characters or fewer; these are 12,345"),
    ],
)
def test_a_text_far_too_long_is_counted_as_the_page_counts_it(message, words):
    field = forms.CharField(max_length=1_000, error_messages={"max_length": message})
    with pytest.raises(ValidationError) as refused:
        field.clean("n" * 12_345)
    assert refused.value.messages == [words]


def test_a_text_of_very_many_lines_is_told_so_in_thousands():
    with pytest.raises(ValidationError, match="300 lines or fewer; it has 12,345"):
        MultilineField().clean("\n".join(["n"] * 12_345))


@pytest.mark.parametrize(
    ("sent", "version"), [("7", 7), (" 7 ", 7), ("", -1), ("seven", -1), ("-2", -1), ("9" * 30, -1)]
)
def test_version_that_cannot_be_read_counts_as_out_of_date(sent, version):
    assert VersionField().clean(sent) == version


def test_box_for_prose_lets_a_long_text_in_and_the_server_says_that_it_is_too_long() -> None:
    class Prose(forms.Form):
        note = MultilineField(max_length=10)

    assert "maxlength" not in str(Prose()["note"])
    form = Prose({"note": "x" * 11})
    assert "note" in form.errors
    assert "x" * 11 in str(form["note"])
