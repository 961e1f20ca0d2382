"""The element's page: reading it, saving a rating, and two people saving at once."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assessments.actions import agree_assessment, create_assessment
from assessments.models import NOTE_MAX_LENGTH, Assessment, Rating
from frameworks.models import Level
from tests.conftest import client_of, make_framework
from tests.page import Page
from trusts.models import User


def level_of(assessment: Assessment, order: int) -> Level:
    return assessment.framework.levels.get(order=order)


def test_page_shows_questions_both_ends_and_every_level(rating: Rating, lead: User) -> None:
    page = Page(client_of(lead).get(rating.get_absolute_url()).content.decode())
    text = page.nodes[0].text
    assert "Is MU-01 so?" in text
    assert "MU-01 at Step 1." in text
    assert "MU-01 at Step 4." in text
    radios = [node for node in page.nodes if node.attributes.get("name") == "level"]
    levels = [str(level.pk) for level in rating.assessment.framework.levels.order_by("order")]
    assert [radio.attributes["value"] for radio in radios] == [*levels, ""]
    assert ["checked" in radio.attributes for radio in radios] == [False] * 4 + [True]


def test_save_records_judgement_and_goes_on_to_the_next(rating, lead, sent, assessment) -> None:
    level = level_of(assessment, 2)
    answer = client_of(lead).post(
        rating.get_absolute_url(),
        sent(level=level.pk, note="Two\r\nlines", is_priority="on"),
    )
    assert answer.status_code == 302
    assert answer.url == reverse("assessments:rate", args=[assessment.pk, "MU-02"])
    rating.refresh_from_db()
    assert (rating.level, rating.note, rating.is_priority) == (level, "Two\nlines", True)
    assert (rating.updated_by, rating.version) == (lead, 2)


def test_save_of_the_last_element_goes_to_the_task_list(assessment, lead) -> None:
    last = assessment.ratings.in_order().last()
    answer = client_of(lead).post(last.get_absolute_url(), {"level": "", "version": 1})
    assert answer.url == reverse("assessments:detail", args=[assessment.pk])


def test_save_and_leave_goes_to_the_task_list(rating, lead, sent) -> None:
    answer = client_of(lead).post(rating.get_absolute_url(), sent(then="list"))
    assert answer.url == reverse("assessments:detail", args=[rating.assessment_id])


def test_save_names_the_address_so_that_the_browser_forgets_its_copy(rating, lead, sent) -> None:
    answer = client_of(lead).post(rating.get_absolute_url(), sent(note="Kept"))
    assert answer.cookies["tq-saved"].value == f"{lead.pk}:{rating.get_absolute_url()}"


def test_half_done_rating_is_taken_up_by_another_person(rating, lead, chair, sent) -> None:
    client_of(lead).post(rating.get_absolute_url(), sent(note="Begun by the lead"))
    rating.refresh_from_db()
    assert (rating.level, rating.note) == (None, "Begun by the lead")
    assert "Begun by the lead" in client_of(chair).get(rating.get_absolute_url()).content.decode()


def test_rating_can_be_taken_back(rating, lead, sent, assessment) -> None:
    browser = client_of(lead)
    browser.post(rating.get_absolute_url(), sent(level=level_of(assessment, 4).pk))
    browser.post(rating.get_absolute_url(), sent(level="", version=2, save_number=2))
    rating.refresh_from_db()
    assert rating.level is None


def test_every_save_stands_in_the_history(rating, lead, chair, sent, assessment) -> None:
    client_of(lead).post(rating.get_absolute_url(), sent(note="First"))
    client_of(chair).post(
        rating.get_absolute_url(), sent(note="Second", version=2, saved_from="b" * 32)
    )
    rows = Rating.history.filter(id=rating.pk).order_by("history_id")
    assert [(row.note, row.history_user) for row in rows] == [("First", lead), ("Second", chair)]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"level": "999999"}, "level", "Choose one of the levels in the list"),
        ({"level": "9" * 400}, "level", "Choose one of the levels in the list"),
        ({"level": "red"}, "level", "Choose one of the levels in the list"),
        (
            {"note": "x" * (NOTE_MAX_LENGTH + 1)},
            "note",
            "The note must be 10,000 characters or fewer; it has 10,001",
        ),
        ({"note": "a\n" * 400}, "note", "The text must have 300 lines or fewer; it has 400"),
        ({"note": "a\x00b"}, "note", "Null characters are not allowed."),
    ],
)
def test_bad_input_is_refused_beside_the_field_with_everything_kept(
    changes, field, message, rating, lead, sent
) -> None:
    typed = {"note": "Long thought about"} | changes
    answer = client_of(lead).post(rating.get_absolute_url(), sent(**typed))
    page = Page(answer.content.decode())
    assert answer.status_code == 422
    summary = [node for node in page.nodes if node.attributes.get("href") == _first(page, field)]
    assert message in [node.text for node in summary]
    note = next(node for node in page.nodes if node.attributes.get("name") == "note")
    assert note.text == " ".join(typed["note"].split())
    rating.refresh_from_db()
    assert (rating.note, rating.version, rating.level) == ("", 1, None)


def _first(page: Page, field: str) -> str:
    return "#" + next(
        node.attributes["id"] for node in page.nodes if node.attributes.get("name") == field
    )


def test_note_of_the_full_length_is_saved_however_the_browser_ends_its_lines(
    rating, lead, sent
) -> None:
    note = ("x" * 49 + "\r\n") * (NOTE_MAX_LENGTH // 50)
    assert client_of(lead).post(rating.get_absolute_url(), sent(note=note)).status_code == 302


def test_level_of_another_framework_is_refused(rating, lead, sent) -> None:
    foreign = make_framework("other").levels.first()
    answer = client_of(lead).post(
        rating.get_absolute_url(), sent(level=foreign.pk, note="Kept in the box")
    )
    assert answer.status_code == 422
    assert "Kept in the box" in answer.content.decode()
    rating.refresh_from_db()
    assert rating.level is None


@pytest.mark.parametrize("version", ["", "abc", "9" * 40, "-1", None, "0"])
def test_unreadable_version_offers_both_texts_and_loses_neither(
    version, rating, lead, chair, sent
) -> None:
    client_of(chair).post(rating.get_absolute_url(), sent(note="Theirs", saved_from="b" * 32))
    fields = sent(note="Mine", version=version)
    if version is None:
        del fields["version"]
    answer = client_of(lead).post(rating.get_absolute_url(), fields)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in text
    assert "Mine" in text
    rating.refresh_from_db()
    assert rating.note == "Theirs"


@pytest.mark.parametrize("fields", [{}, {"is_priority": "on"}, {"then": "list"}])
def test_form_without_level_and_note_blanks_nothing(fields, rating, lead, sent, assessment) -> None:
    level = level_of(assessment, 2)
    browser = client_of(lead)
    browser.post(rating.get_absolute_url(), sent(level=level.pk, note="Kept", is_priority="on"))
    answer = browser.post(rating.get_absolute_url(), {"version": 2} | fields)
    page = Page(answer.content.decode())
    assert answer.status_code == 422
    assert "The form came without a level and without a note" in page.nodes[0].text
    assert next(node for node in page.nodes if node.attributes.get("name") == "note").text == "Kept"
    chosen = [node.attributes["value"] for node in page.nodes if "checked" in node.attributes]
    assert chosen == [str(level.pk), "on"]
    rating.refresh_from_db()
    assert (rating.level, rating.note, rating.is_priority) == (level, "Kept", True)


@pytest.mark.parametrize("lacking", ["level", "note"])
def test_box_that_the_form_lacks_stays_as_it_is(lacking, rating, lead, sent, assessment) -> None:
    level = level_of(assessment, 2)
    browser = client_of(lead)
    browser.post(rating.get_absolute_url(), sent(level=level.pk, note="Kept"))
    fields = sent(level="", note="", version=2, save_number=2)
    del fields[lacking]
    assert browser.post(rating.get_absolute_url(), fields).status_code == 302
    rating.refresh_from_db()
    assert (rating.level, rating.note) == ((level, "") if lacking == "level" else (None, "Kept"))


@pytest.mark.parametrize("key", ["", "x", "A" * 32, "a" * 33, "a" * 32 + "\n", "\x00"])
def test_unreadable_key_of_the_page_refuses_no_save(key, rating, lead, sent) -> None:
    answer = client_of(lead).post(rating.get_absolute_url(), sent(note="Saved", saved_from=key))
    assert answer.status_code == 302
    rating.refresh_from_db()
    assert (rating.note, rating.saved_from) == ("Saved", "")


def test_second_of_two_writers_gets_both_texts_and_can_save_over(rating, lead, chair, sent) -> None:
    client_of(chair).post(rating.get_absolute_url(), sent(note="Theirs", saved_from="b" * 32))
    browser = client_of(lead)
    answer = browser.post(rating.get_absolute_url(), sent(note="Mine"))
    page = Page(answer.content.decode())
    assert answer.status_code == 409
    assert "Chair saved this while you were writing" in page.nodes[0].text
    assert page.all("title")[0].text.startswith("Error: 1. Point 1")
    assert page.with_id("save-status").text.startswith("Not saved yet. On this page typing is not")
    theirs = next(node for node in page.nodes if "tq-theirs" in node.classes)
    fields = {node.attributes.get("name"): node for node in page.nodes}
    assert (theirs.text, fields["note"].text) == ("Theirs", "Mine")
    assert (
        "hx-post"
        not in next(
            node for node in page.nodes if node.tag == "form" and "data-draft" in node.attributes
        ).attributes
    )
    again = sent(note="Theirs and mine", version=fields["version"].attributes["value"])
    assert browser.post(rating.get_absolute_url(), again).status_code == 302
    rating.refresh_from_db()
    assert rating.note == "Theirs and mine"
    assert [row.note for row in Rating.history.filter(id=rating.pk).order_by("history_id")] == [
        "Theirs",
        "Theirs and mine",
    ]


def test_two_tabs_of_one_person_are_two_writers(rating, lead, sent) -> None:
    browser = client_of(lead)
    browser.post(rating.get_absolute_url(), sent(note="In the first tab"))
    answer = browser.post(
        rating.get_absolute_url(), sent(note="In the second tab", saved_from="b" * 32)
    )
    assert answer.status_code == 409
    assert "You saved this from another page" in answer.content.decode()


def test_same_text_sent_again_is_no_conflict_and_writes_nothing(rating, lead, sent) -> None:
    browser = client_of(lead)
    for _ in range(2):
        answer = browser.post(rating.get_absolute_url(), sent(note="Once", saved_from=""))
        assert answer.status_code == 302
    rating.refresh_from_db()
    assert rating.version == 2
    assert Rating.history.filter(id=rating.pk).count() == 1


def test_page_goes_on_from_its_own_save_whose_answer_was_lost(rating, lead, sent) -> None:
    browser = client_of(lead)
    browser.post(rating.get_absolute_url(), sent(note="Half a"))
    answer = browser.post(rating.get_absolute_url(), sent(note="Half a sentence", save_number=2))
    assert answer.status_code == 302
    rating.refresh_from_db()
    assert rating.note == "Half a sentence"


def test_late_save_of_the_same_page_cannot_undo_a_later_one(rating, lead, sent) -> None:
    browser = client_of(lead)
    browser.post(rating.get_absolute_url(), sent(note="Whole sentence", save_number=3))
    answer = browser.post(rating.get_absolute_url(), sent(note="Half", save_number=2))
    assert answer.status_code == 409
    rating.refresh_from_db()
    assert rating.note == "Whole sentence"


def test_quiet_save_answers_with_the_new_version(rating, lead, sent) -> None:
    answer = client_of(lead).post(
        rating.get_absolute_url(), sent(note="Typed"), headers={"HX-Request": "true"}
    )
    page = Page(f"<div>{answer.content.decode()}</div>")
    version = next(node for node in page.nodes if node.attributes.get("name") == "version")
    assert answer.status_code == 200
    assert version.attributes["value"] == "2"
    assert version.attributes["hx-swap-oob"] == "true"
    rating.refresh_from_db()
    assert not rating.is_being_written  # which is said of what a meeting tries out


def test_quiet_save_that_conflicts_leaves_the_version_as_it_was(rating, lead, chair, sent) -> None:
    client_of(chair).post(rating.get_absolute_url(), sent(note="Theirs", saved_from="b" * 32))
    answer = client_of(lead).post(
        rating.get_absolute_url(), sent(note="Mine"), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409
    assert 'name="version"' not in answer.content.decode()
    assert "Chair saved this while you were writing" in answer.content.decode()


def test_save_after_agreeing_gives_the_text_back(rating, lead, chair, assessment, sent) -> None:
    agree_assessment(assessment=assessment, minute_reference="", by=chair)
    answer = client_of(lead).post(rating.get_absolute_url(), sent(note="Too late"))
    page = Page(answer.content.decode())
    assert answer.status_code == 409
    assert "Too late" in next(node for node in page.nodes if node.tag == "textarea").text
    assert "Ask the chair or the governance lead to reopen it." in page.nodes[0].text
    rating.refresh_from_db()
    assert rating.note == ""


def test_trustee_reads_without_a_form(rating, trustee, lead, sent, assessment) -> None:
    level = level_of(assessment, 4)
    client_of(lead).post(rating.get_absolute_url(), sent(level=level.pk, note="What we saw"))
    page = Page(client_of(trustee).get(rating.get_absolute_url()).content.decode())
    assert "What we saw" in page.nodes[0].text
    assert not [node for node in page.nodes if node.attributes.get("name") in ("level", "note")]


def test_element_of_another_framework_is_not_found(assessment, lead) -> None:
    url = reverse("assessments:rate", args=[assessment.pk, "CST-01"])
    assert client_of(lead).get(url).status_code == 404


def test_note_is_text_and_never_markup(rating, lead, sent) -> None:
    browser = client_of(lead)
    browser.post(rating.get_absolute_url(), sent(note="<script>alert(1)</script></textarea>"))
    for url in (
        rating.get_absolute_url(),
        reverse("assessments:results", args=[rating.assessment_id]),
    ):
        text = browser.get(url).content.decode()
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;/textarea&gt;" in text


def test_previous_level_stands_beside_this_years(assessment, lead, northfield, framework) -> None:
    first = assessment.ratings.in_order().first()
    first.level, first.note = level_of(assessment, 2), "Last year's note"
    first.save()
    agree_assessment(assessment=assessment, minute_reference="", by=lead)
    this_year = create_assessment(
        trust=northfield, framework=framework, title="Self-assessment 2027", due_on=None, by=lead
    )
    text = client_of(lead).get(this_year.ratings.in_order().first().get_absolute_url())
    assert "Last year&#x27;s note" in text.content.decode()


def test_save_costs_eight_queries_at_most(
    rating, lead, sent, assessment, django_assert_max_num_queries
) -> None:
    """Session, person, rating, level, memberships, update, history, next; and one savepoint."""
    browser = client_of(lead)
    fields = sent(level=level_of(assessment, 2).pk, note="Counted")
    with django_assert_max_num_queries(100) as counted:
        browser.post(rating.get_absolute_url(), fields)
    statements = [q["sql"] for q in counted.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) == 8, statements


@pytest.mark.parametrize("elements", [(2, 1), (9, 4, 9, 6, 7)])
def test_element_page_costs_eight_queries_whatever_the_framework(
    elements, lead, northfield, django_assert_num_queries
) -> None:
    framework = make_framework(f"of-{sum(elements)}", domains=elements)
    assessment = create_assessment(
        trust=northfield, framework=framework, title="Counted", due_on=None, by=lead
    )
    browser = client_of(lead)
    url = assessment.ratings.in_order().first().get_absolute_url()
    with django_assert_num_queries(8):
        assert browser.get(url).status_code == 200


def test_dissent_is_recorded_told_and_kept_in_the_history(rating, lead, sent, assessment) -> None:
    browser = client_of(lead)
    browser.post(rating.get_absolute_url(), sent(dissent="Two of us\r\nwould say Step 1"))
    rating.refresh_from_db()
    assert rating.dissent == "Two of us\nwould say Step 1"
    assert Rating.history.filter(id=rating.pk).latest().dissent == rating.dissent
    results = reverse("assessments:results", args=[assessment.pk])
    history = reverse("trusts:history", args=[assessment.trust.slug])
    for url in (results, history):
        assert "would say Step 1" in browser.get(url).content.decode()


def test_dissent_is_folded_away_where_nobody_dissents(rating, lead, trustee, sent) -> None:
    browser = client_of(lead)
    url = rating.get_absolute_url()
    assert _fold(browser.get(url)) == {"class"}
    browser.post(url, sent(dissent="One did"))
    assert _fold(browser.get(url)) == {"class", "open"}
    read = client_of(trustee).get(url).content.decode()
    assert "Seen differently" in read
    assert "One did" in read


def _fold(answer) -> set[str]:
    page = Page(answer.content.decode())
    (fold,) = page.all("details", "tq-dissent-box")
    return set(fold.attributes)


def test_form_without_the_box_leaves_dissent_as_it_is(rating, lead, sent) -> None:
    browser = client_of(lead)
    browser.post(rating.get_absolute_url(), sent(dissent="Stays"))
    browser.post(rating.get_absolute_url(), sent(note="More", version=2, save_number=2))
    rating.refresh_from_db()
    assert (rating.note, rating.dissent) == ("More", "Stays")


def test_dissent_too_long_is_refused_beside_its_open_box(rating, lead, sent) -> None:
    typed = sent(dissent="x" * (NOTE_MAX_LENGTH + 1))
    answer = client_of(lead).post(rating.get_absolute_url(), typed)
    assert answer.status_code == 422
    assert "This must be 10,000 characters or fewer; it has 10,001" in answer.content.decode()
    assert _fold(answer) == {"class", "open"}


def test_second_of_two_dissents_gets_both(rating, lead, chair, sent) -> None:
    client_of(chair).post(
        rating.get_absolute_url(), sent(dissent="The chair’s", saved_from="b" * 32)
    )
    answer = client_of(lead).post(rating.get_absolute_url(), sent(dissent="The lead’s"))
    assert answer.status_code == 409
    for text in ("The chair’s", "The lead’s"):
        assert text in answer.content.decode()


def test_dissent_sent_after_agreeing_is_given_back(rating, lead, chair, assessment, sent) -> None:
    agree_assessment(assessment=assessment, minute_reference="", by=chair)
    answer = client_of(lead).post(rating.get_absolute_url(), sent(dissent="Too late to say"))
    assert answer.status_code == 409
    assert "Too late to say" in answer.content.decode()
