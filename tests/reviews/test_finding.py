"""The reviewers' element page: saved as they type, by several at once, and lost by nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.actions import create_assessment
from assessments.models import Assessment, Rating, SavedMeanwhile
from reviews.answering import send_answers
from reviews.finding import record_finding, submit
from reviews.inviting import withdraw_review
from reviews.models import Answer, Comment, PeerReview, Reviewer, ReviewerRating
from reviews.status import NotNow
from tests.conftest import client_of, make_framework, make_user
from tests.reviews.conftest import (
    address,
    another_reviewer,
    comment,
    find,
    finding_of,
    let_in,
    make_review,
    page_of,
)
from tests.together import WRITERS, at_once
from trusts.models import Role, Trust, User

HTMX = {"HX-Request": "true", "HX-Target": "save-status"}
TEXTS = ("strengths", "questions", "evidence")


def sent(**changes: Any) -> dict[str, Any]:
    page = {"level": "", "strengths": "", "questions": "", "evidence": "", "version": 1}
    return page | {"saved_from": "a" * 32, "save_number": 1} | changes


def level_of(review: PeerReview, order: int) -> int:
    level: int = review.assessment.framework.levels.get(order=order).pk
    return level


def at(review: PeerReview, code: str = "MU-01") -> str:
    return address("find", review, code)


def boxes(answer: Any) -> dict[str, str]:
    page = page_of(answer)
    return {name: page.with_id(f"id_{name}").text for name in TEXTS}


def test_finding_is_saved_and_leads_to_the_next_element(review, reviewer) -> None:
    fields = {"strengths": "They know it.", "questions": "Who?", "evidence": "Minutes."}
    answer = client_of(reviewer).post(at(review), sent(level=level_of(review, 3), **fields))
    assert (answer.status_code, answer["Location"]) == (302, at(review, "MU-02"))
    found = finding_of(review, "Point 1")
    assert (found.level_id, found.texts) == (
        level_of(review, 3),
        ("They know it.", "Who?", "Minutes."),
    )
    assert (found.version, found.updated_by) == (2, reviewer)
    [row] = ReviewerRating.history.filter(id=found.pk)
    assert (row.strengths, row.history_user) == ("They know it.", reviewer)


def test_level_may_be_left_open_and_taken_back(review, reviewer) -> None:
    client = client_of(reviewer)
    client.post(at(review), sent(level=level_of(review, 3)))
    client.post(at(review), sent(level="", strengths="Only words.", version=2))
    found = finding_of(review, "Point 1")
    assert (found.level, found.strengths) == (None, "Only words.")


@pytest.mark.parametrize(
    ("then", "name", "rest"),
    [("list", "reviewing", ""), ("next", "find", "")],
)
def test_button_says_where_to_go_on(then, name, rest, review, reviewer) -> None:
    answer = client_of(reviewer).post(at(review), sent(then=then))
    more = ["MU-02"] if name == "find" else []
    assert answer["Location"] == address(name, review, *more) + rest


def test_after_the_last_comes_the_list(review, reviewer) -> None:
    answer = client_of(reviewer).post(at(review, "MU-03"), sent(then="next"))
    assert answer["Location"] == address("reviewing", review)


def test_page_shows_statements_and_what_the_board_says(review, reviewer, rated) -> None:
    Rating.objects.filter(assessment=rated, element__code="MU-01").update(
        dissent="One of us disagrees.", is_priority=True
    )
    html = client_of(reviewer).get(at(review)).content.decode()
    for text in (
        "Is MU-01 so?",
        "MU-01 at Step 1.",
        "MU-01 at Step 4.",
        "What the board saw in Point 1.",
        "One of us disagrees.",
        "Priority",
        "Step 2",
    ):
        assert text in html


def test_page_leads_to_nothing_of_the_trust(review, reviewer) -> None:
    links = {
        node.attributes["href"]
        for node in page_of(client_of(reviewer).get(at(review, "MU-02"))).all("a")
    }
    mine = {link for link in links if link.startswith("/") and "/reviewing/" not in link}
    assert mine == {"/", "/accounts/", "/frameworks/", "/privacy/"}


def test_quiet_save_answers_with_the_version(review, reviewer) -> None:
    answer = client_of(reviewer).post(at(review), sent(questions="Quiet?"), headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="id_version" value="2"' in html
    assert finding_of(review, "Point 1").questions == "Quiet?"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_second_reviewer_gets_both_texts(headers, review, reviewer, second_reviewer) -> None:
    client_of(reviewer).post(at(review), sent(level=level_of(review, 2), strengths="Hers."))
    client = client_of(second_reviewer)
    mine = sent(strengths="His.", questions="And his.", saved_from="b" * 32)
    answer = client.post(at(review), mine, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert f"{reviewer} saved this while you were writing" in html
    assert finding_of(review, "Point 1").strengths == "Hers."
    if not headers:
        page = page_of(answer)
        [theirs] = page.all("div", "tq-theirs")
        assert "Hers." in theirs.text
        assert boxes(answer) == {"strengths": "His.", "questions": "And his.", "evidence": ""}
        assert page.with_id("id_version").attributes["value"] == "2"
        both = sent(strengths="Hers. His.", questions="And his.", version=2)
        assert client.post(at(review), both).status_code == 302
        assert finding_of(review, "Point 1").texts == ("Hers. His.", "And his.", "")


def test_same_words_of_two_reviewers_are_no_conflict(review, reviewer, second_reviewer) -> None:
    for person in (reviewer, second_reviewer):
        answer = client_of(person).post(at(review), sent(strengths="The same."))
        assert answer.status_code == 302
    assert finding_of(review, "Point 1").version == 2


@pytest.mark.parametrize("name", TEXTS)
def test_twenty_thousand_characters_come_back_whole(name, review, reviewer) -> None:
    text = "x" * 20_000
    others = {one: f"The {one}." for one in TEXTS if one != name}
    answer = client_of(reviewer).post(
        at(review), sent(level=level_of(review, 2), **others, **{name: text})
    )
    page = page_of(answer)
    assert answer.status_code == 422
    assert boxes(answer) == {**others, name: text}
    message = f"{name.capitalize()} must be 10,000 characters or fewer; there are 20,000"
    assert page.with_id(f"id_{name}-error").text == f"Error: {message}"
    [link] = [node for node in page.all("a") if node.attributes.get("href") == f"#id_{name}"]
    assert link.text == message
    [chosen] = [node for node in page.all("input") if "checked" in node.attributes]
    assert chosen.attributes["value"] == str(level_of(review, 2))
    assert not finding_of(review, "Point 1").is_begun


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_level_of_another_framework_is_refused_with_everything_kept(
    headers, review, reviewer
) -> None:
    other = make_framework("other").levels.first().pk
    answer = client_of(reviewer).post(
        at(review), sent(level=other, strengths="Kept."), headers=headers
    )
    assert answer.status_code == 422
    assert "Choose one of the levels in the list" in answer.content.decode()
    if not headers:
        assert boxes(answer)["strengths"] == "Kept."
    assert not finding_of(review, "Point 1").is_begun


def test_element_of_another_framework_is_not_found_and_the_words_come_back(
    review, reviewer
) -> None:
    make_framework("other", domains=(5,))
    answer = client_of(reviewer).post(at(review, "MU-05"), sent(questions="Here?"))
    assert answer.status_code == 404
    assert [box.text for box in page_of(answer).all("textarea")] == ["Here?"]


def test_reviewer_of_another_review_is_not_let_in_here(review, reviewer, rated, chair) -> None:
    other, [letter] = make_review(rated, by=chair)
    person = make_user(letter.invitation.email.replace("reviewer", "other"))
    Reviewer.objects.filter(pk=letter.invitation.pk).update(email=person.email)
    letter.invitation.refresh_from_db()
    let_in(letter, person, by=chair)
    client = client_of(person)
    assert client.get(at(other)).status_code == 200
    assert client.get(at(review)).status_code == 404
    answer = client.post(at(review), sent(strengths="Misplaced."))
    assert answer.status_code == 404
    assert [box.text for box in page_of(answer).all("textarea")] == ["Misplaced."]
    assert not finding_of(review, "Point 1").is_begun


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_words_sent_after_the_findings_are_offered_back(
    headers, review, reviewer, second_reviewer
) -> None:
    submit(review=review, by=second_reviewer)
    long = client_of(reviewer).post(at(review), sent(strengths="x" * 10_001), headers=headers)
    assert long.status_code == 409
    if not headers:
        assert "x" * 10_001 in long.content.decode()
        assert "#id_strengths" not in long.content.decode()
    answer = client_of(reviewer).post(
        at(review), sent(strengths="Too late.", evidence="Seen."), headers=headers
    )
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "The findings have been sent to the trust" in html
    if headers:
        assert "kept in this browser" in html
    else:
        shown = [one for one in page_of(answer).all("textarea") if "readonly" in one.attributes]
        assert [box.text for box in shown] == ["Too late.", "Seen."]
        assert "id_strengths" not in page_of(answer).ids()
    assert not finding_of(review, "Point 1").is_begun


def test_words_sent_after_the_review_was_withdrawn_are_offered_back(review, reviewer, lead) -> None:
    withdraw_review(review=review, reason="Not this year.", by=lead)
    answer = client_of(reviewer).post(at(review), sent(strengths="Mine.", questions="Why?"))
    assert answer.status_code == 404
    assert [box.text for box in page_of(answer).all("textarea")] == ["Mine.", "Why?"]
    assert b"Northfield" not in answer.content
    quiet = client_of(reviewer).post(at(review), sent(strengths="Mine."), headers=HTMX)
    assert quiet.status_code == 404


def test_withdrawal_between_reading_and_saving_leaves_the_row_as_it_was(
    review, reviewer, lead
) -> None:
    found = finding_of(review, "Point 1")
    withdraw_review(review=review, reason="Not this year.", by=lead)
    found.strengths = "Too late."
    with pytest.raises(NotNow, match="This review has ended"):
        record_finding(finding=found, version=1, by=reviewer)
    assert not finding_of(review, "Point 1").is_begun


def test_sent_finding_is_read_and_not_written(submitted_review, reviewer) -> None:
    page = page_of(client_of(reviewer).get(at(submitted_review)))
    assert "id_strengths" not in page.ids()
    text = page.with_id("main-content").text
    assert "What you found Step 3 Strengths They know it. Evidence seen Minutes." in text


def test_trusts_answer_is_read_once_it_is_sent(submitted_review, reviewer, executive) -> None:
    answers = Answer.objects.filter(finding__element__code="MU-01")
    answers.update(verdict="not_accepted", text="We see it otherwise.")
    client = client_of(reviewer)
    for name in ("find", "reviewing", "find_all"):
        more = ["MU-01"] if name == "find" else []
        html = client.get(address(name, submitted_review, *more)).content.decode()
        assert ("We see it otherwise." in html, "Not accepted" in html) == (False, False), name
    send_answers(review=submitted_review, by=executive)
    [answer] = page_of(client.get(at(submitted_review))).all("div", "tq-answer")
    assert answer.text == "The trust’s answer: Not accepted We see it otherwise."
    assert "Not accepted" in client.get(address("reviewing", submitted_review)).content.decode()


def test_correction_opens_its_own_finding_alone(submitted_review, reviewer, executive) -> None:
    asked = comment(
        submitted_review,
        "We met in May.",
        by=executive,
        side=Comment.Side.TRUST,
        name="Point 1",
        kind=Comment.Kind.CORRECTION,
    )
    client = client_of(reviewer)
    deal = address("resolve", submitted_review, asked)
    page = page_of(client.get(at(submitted_review)))
    assert "id_strengths" in page.ids()
    assert "Save and say what you have done" in [one.text for one in page.all("button")]
    [request] = page.all("section", "tq-to-correct")
    assert "We met in May." in request.text
    assert page.nodes.index(request) < page.nodes.index(page.with_id("id_strengths"))
    assert deal in [one.attributes["href"] for one in page.all("a")]
    assert "id_strengths" not in page_of(client.get(at(submitted_review, "MU-03"))).ids()
    answer = client.post(at(submitted_review), sent(strengths="They met.", version=1))
    assert answer["Location"] == deal
    assert (
        "What you wrote of 1. Point 1 is saved, but not sent yet. Northfield Learning Trust reads "
        "it once you say that you have corrected it."
    ) in page_of(client.get(deal)).with_id("main-content").text
    finding = finding_of(submitted_review, "Point 1")
    assert (finding.strengths, finding.draft.strengths) == ("They know it.", "They met.")
    answer = client.post(at(submitted_review, "MU-03"), sent(strengths="No.", version=9))
    assert answer.status_code == 409


def page_of_all(client: Client, review: PeerReview) -> dict[str, str]:
    """What the page of all elements sends as it stands: one level a row, and all its texts."""
    page = page_of(client.get(address("find_all", review)))
    inputs = [node for node in page.all("input") if "name" in node.attributes]
    sent = {node.attributes["name"]: node.attributes.get("value", "") for node in inputs}
    sent |= {
        node.attributes["name"]: "".join(node.texts).removeprefix("\n")
        for node in page.all("textarea")
        if "name" in node.attributes
    }
    chosen = [node for node in page.all("option") if "selected" in node.attributes]
    for select, option in zip(page.all("select"), chosen, strict=True):
        sent[select.attributes["name"]] = option.attributes["value"]
    return sent


def row(review: PeerReview, name: str, field: str) -> str:
    return f"{finding_of(review, name).pk}-{field}"


def test_all_on_one_page_shows_statements_and_what_the_board_says(review, reviewer) -> None:
    find(review, "Point 2", by=reviewer, order=1, questions="Why?")
    page = page_of(client_of(reviewer).get(address("find_all", review)))
    assert page.with_id(f"id_{row(review, 'Point 2', 'questions')}").text == "Why?"
    text = page.with_id("MU-01").text
    for told in ("What the board saw in Point 1.", "Is MU-01 so?", "MU-01 at Step 4."):
        assert told in text


def test_all_rows_that_were_written_in_are_saved_by_one_button(review, reviewer) -> None:
    find(review, "Point 2", by=reviewer, order=1, questions="Why?")
    client, where = client_of(reviewer), address("find_all", review)
    fields = page_of_all(client, review) | {
        row(review, "Point 1", "strengths"): "One.",
        row(review, "Point 2", "evidence"): "Two.",
    }
    answer = client.post(where, fields)
    assert (answer.status_code, answer["Location"]) == (302, address("reviewing", review))
    texts = {name: finding_of(review, name).texts for name in ("Point 1", "Point 2", "Point 3")}
    assert texts == {
        "Point 1": ("One.", "", ""),
        "Point 2": ("", "Why?", "Two."),
        "Point 3": ("", "", ""),
    }
    second = finding_of(review, "Point 2")
    assert (second.level_id, second.version) == (level_of(review, 1), 3)
    assert finding_of(review, "Point 3").version == 1


def test_quiet_save_of_all_says_what_became_of_each_row(review, reviewer) -> None:
    client, where = client_of(reviewer), address("find_all", review)
    fields = page_of_all(client, review) | {row(review, "Point 1", "strengths"): "One."}
    answer = client.post(where, fields, headers=HTMX)
    html = answer.content.decode()
    pk = finding_of(review, "Point 1").pk
    assert answer.status_code == 200
    assert f'<input type="hidden" name="{pk}-version" value="2">' in html
    assert html.count("Saved at") == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_row_in_conflict_stops_no_other_and_shows_both_texts(
    headers, review, reviewer, second_reviewer
) -> None:
    client, where = client_of(reviewer), address("find_all", review)
    fields = page_of_all(client, review) | {
        row(review, "Point 1", "strengths"): "Mine.",
        row(review, "Point 2", "strengths"): "Mine too.",
    }
    find(review, "Point 1", by=second_reviewer, strengths="Theirs.")
    answer = client.post(where, fields, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert f"{second_reviewer} saved this while you were writing" in html
    assert finding_of(review, "Point 1").strengths == "Theirs."
    assert finding_of(review, "Point 2").strengths == "Mine too."
    if not headers:
        page = page_of(answer)
        assert page.with_id(f"id_{row(review, 'Point 1', 'strengths')}").text == "Mine."
        assert "Theirs." in page.all("div", "tq-theirs")[0].text
        both = {row(review, "Point 1", "strengths"): "Mine. Theirs."}
        again = fields | both | {row(review, "Point 1", "version"): "2"}
        again |= {f"initial-{row(review, 'Point 1', 'strengths')}": "Theirs."}
        again |= {row(review, "Point 2", "version"): "2"}
        assert client.post(where, again).status_code == 302
        assert finding_of(review, "Point 1").strengths == "Mine. Theirs."


def test_too_long_row_stops_no_other_and_comes_back_whole(review, reviewer) -> None:
    client, where, text = client_of(reviewer), address("find_all", review), "x" * 20_000
    fields = page_of_all(client, review) | {
        row(review, "Point 1", "questions"): text,
        row(review, "Point 2", "strengths"): "Fine.",
    }
    answer = client.post(where, fields)
    page, box = page_of(answer), f"id_{row(review, 'Point 1', 'questions')}"
    assert answer.status_code == 422
    assert page.with_id(box).text == text
    [link] = [node for node in page.all("a") if node.attributes.get("href") == f"#{box}"]
    assert link.text == "Questions must be 10,000 characters or fewer; there are 20,000"
    assert finding_of(review, "Point 2").strengths == "Fine."


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_rows_sent_after_the_findings_are_offered_back(
    headers, review, reviewer, second_reviewer
) -> None:
    client, where = client_of(reviewer), address("find_all", review)
    fields = page_of_all(client, review) | {row(review, "Point 1", "strengths"): "Too late."}
    submit(review=review, by=second_reviewer)
    answer = client.post(where, fields, headers=headers)
    assert answer.status_code == 409
    if headers:
        assert "kept in this browser" in answer.content.decode()
    else:
        shown = [box for box in page_of(answer).all("textarea") if "name" not in box.attributes]
        assert [box.text for box in shown] == ["Too late."]
    assert not finding_of(review, "Point 1").is_begun


def test_rows_sent_after_the_review_was_withdrawn_are_offered_back(review, reviewer, lead) -> None:
    find(review, "Point 2", by=reviewer, order=1, questions="Why?")
    client, where = client_of(reviewer), address("find_all", review)
    fields = page_of_all(client, review) | {row(review, "Point 1", "strengths"): "Too late."}
    withdraw_review(review=review, reason="Not this year.", by=lead)
    answer = client.post(where, fields)
    assert answer.status_code == 404
    assert [box.text for box in page_of(answer).all("textarea")] == ["Too late."]


def test_all_on_one_page_is_read_once_sent(submitted_review, reviewer) -> None:
    page = page_of(client_of(reviewer).get(address("find_all", submitted_review)))
    assert [box for box in page.all("textarea") if "readonly" not in box.attributes] == []
    assert "They know it." in page.with_id("MU-01").text


@pytest.mark.parametrize("name", ["find", "find_all"])
def test_pages_cost_at_most_eight_queries(
    name, submitted_review, reviewer, second_reviewer, executive
) -> None:
    for number in range(20):
        comment(submitted_review, f"Thought {number}", by=reviewer, name="Point 1")
    send_answers(review=submitted_review, by=executive)
    client = client_of(reviewer)
    with CaptureQueriesContext(connection) as queries:
        client.get(address(name, submitted_review, *(["MU-01"] if name == "find" else [])))
    assert len(queries) == 8


@pytest.fixture
def committed(transactional_db: None) -> PeerReview:
    """A review by as many people as write at once, which other connections see."""
    trust = Trust.objects.create(name="Northfield Learning Trust", slug="northfield")
    lead = make_user("lead@northfield.example", trust=trust, role=Role.LEAD)
    assessment: Assessment = create_assessment(
        trust=trust, framework=make_framework(), title="At once", due_on=None, by=lead
    )
    review, _ = make_review(assessment, by=lead)
    for number in range(WRITERS):
        another_reviewer(review, f"reviewer{number}@nowhere.example", by=lead)
    return review


def reviewers_of(review: PeerReview) -> list[User]:
    rows = review.reviewers.exclude(user=None).select_related("user").order_by("pk")
    return [row.user for row in rows if row.user]


def test_of_many_reviewers_at_once_one_saves_and_the_others_get_both_texts(committed) -> None:
    people = reviewers_of(committed)
    clients = [client_of(person) for person in people]

    def write(number: int) -> tuple[int, str]:
        fields = sent(strengths=f"Words of {number}.", saved_from=f"{number:032x}")
        answer = clients[number].post(at(committed), fields)
        return answer.status_code, answer.content.decode()

    outcomes = at_once(write)
    assert sorted(status for status, _ in outcomes) == [302] + [409] * (WRITERS - 1)
    [winner] = [number for number, (status, _) in enumerate(outcomes) if status == 302]
    for number, (status, html) in enumerate(outcomes):
        if status == 409:
            assert f"Words of {winner}." in html
            assert f"Words of {number}." in html
    found = finding_of(committed, "Point 1")
    assert (found.strengths, found.version) == (f"Words of {winner}.", 2)


def test_nobody_loses_a_word_where_everybody_brings_the_texts_together(committed) -> None:
    people = reviewers_of(committed)

    def write(number: int) -> str:
        mine = f"Words of {number}."
        for _ in range(200):
            found = finding_of(committed, "Point 1")
            found.strengths = f"{found.strengths} {mine}".strip()
            try:
                record_finding(finding=found, version=found.version, by=people[number])
            except SavedMeanwhile:
                continue
            return mine
        return "gave up"

    written = at_once(write)
    assert "gave up" not in written
    strengths = finding_of(committed, "Point 1").strengths
    assert sorted(strengths.replace(". ", ".|").split("|")) == sorted(written)


def test_nothing_slips_in_behind_the_findings_sent(committed) -> None:
    people = reviewers_of(committed)
    clients = [client_of(person) for person in people]

    def work(number: int) -> int:
        if number == 0:
            submit(review=committed, by=people[0])
            return 0
        code = f"MU-0{number % 3 + 1}"
        fields = sent(strengths=f"Words of {number}.", saved_from=f"{number:032x}")
        status: int = clients[number].post(at(committed, code), fields).status_code
        return status

    outcomes = at_once(work)
    assert set(outcomes[1:]) <= {302, 409}
    committed.refresh_from_db()
    late = ReviewerRating.objects.filter(review=committed, updated_at__gt=committed.submitted_at)
    assert not late.exists()
    answered = {one.finding_id for one in committed.answers.all()}
    begun = {one.pk for one in committed.findings.all() if one.is_begun}
    assert answered == begun
    assert len(begun) == outcomes[1:].count(302)


def test_texts_that_are_too_long_are_kept_whole_on_the_page_of_all(review, reviewer) -> None:
    client = client_of(reviewer)
    sent = page_of_all(client, review)
    name = f"{finding_of(review, 'Point 1').pk}-strengths"
    answer = client.post(address("find_all", review), sent | {name: "x" * 20_000})
    assert answer.status_code == 422
    boxes = page_of(answer).all("textarea")
    assert [len(box.text) for box in boxes if box.attributes.get("name") == name] == [20_000]
    assert [box for box in boxes if "maxlength" in box.attributes] == []
    assert not finding_of(review, "Point 1").is_begun
