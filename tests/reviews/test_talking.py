"""Talking in a review: who may say what, when; nothing said twice, and no word lost."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from reviews import comment_views
from reviews.answering import send_answers
from reviews.comment_forms import talk_on
from reviews.correcting import record_draft, resolve
from reviews.finding import submit
from reviews.inviting import withdraw_review
from reviews.models import Answer, Comment, FindingDraft, PeerReview
from reviews.sources import what_reviewers_said
from reviews.status import NotNow
from reviews.talking import SaidBefore, TakenBack, say, take_back
from reviews.threads import threads_of
from tests.conftest import client_of, make_framework
from tests.plans.conftest import form_values
from tests.reviews.conftest import address, comment, find, finding_of, page_of
from tests.trusts.history_pages import read
from trusts.models import Trust, User
from trusts.privacy import export

KEY = "7f6d1a52-8f0e-4a38-9d3c-0c8d4a3b6a11"
TRUST, REVIEWERS = Comment.Side.TRUST, Comment.Side.REVIEWERS


def sent(body: str = "Well argued.", **changes: Any) -> dict[str, Any]:
    return {"body": body, "element": "MU-01", "parent": "", "kind": "", "key": KEY} | changes


def say_page(review: PeerReview, side: str = "say_as_reviewer") -> str:
    return address(side, review)


def bodies(review: PeerReview) -> list[str]:
    return [one.body for one in review.comments.in_order()]


def test_reviewer_comments_on_an_element(review, reviewer) -> None:
    answer = client_of(reviewer).post(say_page(review), sent())
    said = review.comments.get()
    assert (answer.status_code, answer["Location"]) == (
        302,
        address("find", review, "MU-01") + f"#comment-{said.pk}",
    )
    assert (said.body, said.side, said.kind, said.author, said.element.code, said.parent) == (
        "Well argued.",
        "reviewers",
        "comment",
        reviewer,
        "MU-01",
        None,
    )
    assert said.key == UUID(KEY)


def test_reviewer_comments_on_the_review_as_a_whole(review, reviewer) -> None:
    answer = client_of(reviewer).post(say_page(review), sent(element=""))
    said = review.comments.get()
    assert said.element is None
    assert answer["Location"] == address("reviewing", review) + f"#comment-{said.pk}"


def test_reply_goes_with_what_it_answers(review, reviewer, second_reviewer) -> None:
    first = comment(review, "Well argued.", by=reviewer, name="Point 1")
    client_of(second_reviewer).post(say_page(review), sent("I agree.", parent=first.pk, element=""))
    reply = review.comments.get(parent=first)
    assert (reply.body, reply.element, reply.author) == ("I agree.", first.element, second_reviewer)
    [thread] = threads_of(review.comments.in_order())
    assert (thread.first, list(thread.replies)) == (first, [reply])


def test_same_form_sent_twice_says_it_once(review, reviewer) -> None:
    client = client_of(reviewer)
    first, second = (client.post(say_page(review), sent()) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert bodies(review) == ["Well argued."]


def test_other_words_from_the_same_page_are_not_lost(review, reviewer) -> None:
    client = client_of(reviewer)
    client.post(say_page(review), sent())
    answer = client.post(say_page(review), sent("Something else."))
    page = page_of(answer)
    assert answer.status_code == 409
    assert page.with_id("id_body").text == "Something else."
    assert [node.text for node in page.all("p", "tq-theirs")] == ["Well argued."]
    assert page.with_id("id_key").attributes["value"] != KEY
    typed = sent("Something else.", key=page.with_id("id_key").attributes["value"])
    assert client.post(say_page(review), typed).status_code == 302
    assert bodies(review) == ["Well argued.", "Something else."]


def test_key_of_somebody_else_shows_nothing_of_theirs(review, reviewer, second_reviewer) -> None:
    client_of(reviewer).post(say_page(review), sent("A secret thought."))
    answer = client_of(second_reviewer).post(say_page(review), sent("Mine."))
    assert answer.status_code == 409
    assert b"A secret thought." not in answer.content
    assert page_of(answer).with_id("id_body").text == "Mine."


@pytest.mark.parametrize("body", ["", "   \r\n  "])
def test_empty_comment_is_refused_beside_its_box(body, review, reviewer) -> None:
    answer = client_of(reviewer).post(say_page(review), sent(body))
    assert answer.status_code == 422
    assert page_of(answer).with_id("id_body-error").text == "Error: Write what you want to say"
    assert bodies(review) == []


@pytest.mark.parametrize("side", ["say_as_reviewer", "say"])
def test_twenty_thousand_characters_come_back_whole(
    side, submitted_review, reviewer, executive
) -> None:
    text = "Ä word. " * 2_500
    user = executive if side == "say" else reviewer
    count = submitted_review.comments.count()
    answer = client_of(user).post(say_page(submitted_review, side), sent(text))
    page = page_of(answer)
    assert answer.status_code == 422
    assert page.with_id("id_body").text == text.strip()
    assert page.with_id("id_body-error").text == (
        "Error: This must be 10,000 characters or fewer; it has 19,999"
    )
    [link] = [node for node in page.all("a") if node.attributes.get("href") == "#id_body"]
    assert link.text == "This must be 10,000 characters or fewer; it has 19,999"
    assert page.with_id("id_element").attributes["value"] == "MU-01"
    assert submitted_review.comments.count() == count


def test_ten_thousand_characters_are_kept(review, reviewer) -> None:
    text = "ä" * 10_000
    assert client_of(reviewer).post(say_page(review), sent(text)).status_code == 302
    assert bodies(review) == [text]


def test_comment_on_a_withdrawn_review_is_offered_back_to_the_reviewer(
    review, reviewer, lead
) -> None:
    withdraw_review(review=review, reason="Not this year.", by=lead)
    answer = client_of(reviewer).post(say_page(review), sent("What I saw."))
    assert answer.status_code == 404
    [box] = page_of(answer).all("textarea")
    assert (box.text, "readonly" in box.attributes) == ("What I saw.", True)
    assert b"Northfield" not in answer.content
    assert bodies(review) == []


def test_comment_on_a_withdrawn_review_is_offered_back_to_the_trust(
    submitted_review, executive, lead
) -> None:
    withdraw_review(review=submitted_review, reason="Not this year.", by=lead)
    count = submitted_review.comments.count()
    answer = client_of(executive).post(say_page(submitted_review, "say"), sent("Our view."))
    assert answer.status_code == 409
    [box] = page_of(answer).all("textarea")
    assert (box.text, "readonly" in box.attributes) == ("Our view.", True)
    assert submitted_review.comments.count() == count


@pytest.mark.parametrize("who", ["reviewer", "chair"])
def test_second_step_asked_for_meanwhile_is_said_and_the_words_come_back(
    who, submitted_review, request
) -> None:
    client = client_of(request.getfixturevalue(who))
    Trust.objects.update(requires_second_factor=True)
    side = "say" if who == "chair" else "say_as_reviewer"
    answer = client.post(say_page(submitted_review, side), sent("My words"))
    text = answer.content.decode()
    assert answer.status_code == 403
    assert ("second step" in text, "My words" in text) == (True, True)


def test_gone_page_is_the_same_for_a_review_that_never_was(review, reviewer, stranger) -> None:
    client = client_of(stranger)
    there = client.post(say_page(review), sent("A guess."))
    nowhere = client.post(address("say_as_reviewer", 999_983), sent("A guess."))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert [box.text for box in page_of(there).all("textarea")] == ["A guess."]
    assert (
        page_of(there).with_id("main-content").text == page_of(nowhere).with_id("main-content").text
    )


def test_element_of_another_framework_is_not_found_and_the_words_come_back(
    review, reviewer
) -> None:
    other = make_framework("other")
    other_code = other.domains.first().elements.first()
    type(other_code).objects.filter(pk=other_code.pk).update(code="OTHER-01")
    answer = client_of(reviewer).post(say_page(review), sent("Here?", element="OTHER-01"))
    assert answer.status_code == 404
    assert [box.text for box in page_of(answer).all("textarea")] == ["Here?"]
    assert bodies(review) == []


def test_reply_to_what_was_taken_back_is_kept_as_a_comment_of_its_own(
    review, reviewer, second_reviewer
) -> None:
    first = comment(review, "A slip.", by=reviewer, name="Point 1")
    take_back(comment=first, by=reviewer)
    client = client_of(second_reviewer)
    answer = client.post(say_page(review), sent("I disagree.", parent=first.pk))
    page = page_of(answer)
    assert answer.status_code == 409
    assert page.with_id("id_body").text == "I disagree."
    assert page.with_id("id_parent").attributes.get("value", "") == ""
    again = sent("I disagree.", key=page.with_id("id_key").attributes["value"])
    assert client.post(say_page(review), again).status_code == 302
    assert bodies(review) == ["I disagree."]


@pytest.mark.parametrize("parent", ["x", "-1", "9" * 40, "１", "0"])
def test_unreadable_parent_is_no_parent(parent, review, reviewer) -> None:
    answer = client_of(reviewer).post(say_page(review), sent(parent=parent))
    assert answer.status_code == 409
    assert bodies(review) == []


def test_reply_to_a_reply_or_to_another_review_is_not_made(
    submitted_review, reviewer, chair, rated
) -> None:
    first = submitted_review.comments.get(body="Well argued.")
    reply = comment(submitted_review, "Thank you.", by=chair, side=TRUST, parent=first)
    answer = client_of(reviewer).post(say_page(submitted_review), sent(parent=reply.pk))
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("role", "status"),
    [("lead", 302), ("chair", 302), ("executive", 302), ("trustee", 403), ("observer", 403)],
)
def test_trust_comments_by_those_who_answer(role, status, submitted_review, request) -> None:
    user: User = request.getfixturevalue(role)
    answer = client_of(user).post(say_page(submitted_review, "say"), sent("We see it so too."))
    assert answer.status_code == status
    assert ("We see it so too." in bodies(submitted_review)) is (status == 302)


def test_trust_says_nothing_before_the_findings_are_sent(review, reviewer, executive) -> None:
    answer = client_of(executive).post(say_page(review, "say"), sent("Is it done?"))
    assert answer.status_code == 409
    assert [box.text for box in page_of(answer).all("textarea")] == ["Is it done?"]
    assert bodies(review) == []


def test_trust_asks_for_a_correction_and_the_reviewers_do_not(
    submitted_review, executive, reviewer
) -> None:
    client_of(executive).post(
        say_page(submitted_review, "say"), sent("We met in May.", kind="correction")
    )
    client_of(reviewer).post(
        say_page(submitted_review), sent("You did not.", kind="correction", key=str(uuid4()))
    )
    kinds = {one.body: one.kind for one in submitted_review.comments.all()}
    assert (kinds["We met in May."], kinds["You did not."]) == ("correction", "comment")


def test_comment_written_for_later_is_not_read_at_once(
    review, reviewer, second_reviewer, chair
) -> None:
    client, where = client_of(reviewer), address("find", review, "MU-01")
    box = {"for_later": page_of(client.get(where)).with_id("id_new_for_later").attributes["value"]}
    find(review, "Point 1", by=reviewer, strengths="They know it.")
    submit(review=review, by=second_reviewer)
    answer = client.post(say_page(review), sent("Between ourselves.", **box))
    page = page_of(answer)
    assert (answer.status_code, bodies(review)) == (409, [])
    assert (
        f"{second_reviewer} sent the findings while you were writing"
        in page.with_id("main-content").text
    )
    assert page.with_id("id_body").text == "Between ourselves."
    fields = {name: values[0] for name, values in form_values(page).items()}
    assert client.post(say_page(review), fields).status_code == 302
    assert bodies(review) == ["Between ourselves."]
    assert page_of(client.get(where)).with_id("id_new_for_later").attributes["value"] == "False"


def test_comment_after_sending_waits_for_an_answer(submitted_review, reviewer) -> None:
    said = comment(submitted_review, "One more thing.", by=reviewer, name="Point 2")
    assert Answer.objects.filter(comment=said).count() == 1


def test_draft_is_changed_and_taken_back_by_its_writer_alone(
    review, reviewer, second_reviewer
) -> None:
    draft = comment(review, "A slip.", by=reviewer, name="Point 1")
    where = address("change_comment", review, draft)
    assert client_of(second_reviewer).get(where).status_code == 404
    assert client_of(second_reviewer).post(where, {"then": "take_back"}).status_code == 404
    client = client_of(reviewer)
    page = page_of(client.get(where))
    assert page.with_id("id_body").text == "A slip."
    answer = client.post(where, {"body": "A thought.", "version": 1})
    assert answer["Location"] == address("find", review, "MU-01") + f"#comment-{draft.pk}"
    draft.refresh_from_db()
    assert (draft.body, draft.version) == ("A thought.", 2)
    answer = client.post(where, {"then": "take_back", "body": "", "version": 2})
    assert answer["Location"] == address("find", review, "MU-01")
    assert bodies(review) == []


def test_second_tab_of_a_draft_gets_both_texts(review, reviewer) -> None:
    draft = comment(review, "A slip.", by=reviewer)
    where = address("change_comment", review, draft)
    client = client_of(reviewer)
    client.post(where, {"body": "First tab.", "version": 1})
    answer = client.post(where, {"body": "Second tab.", "version": 1})
    page = page_of(answer)
    assert answer.status_code == 409
    assert [node.text for node in page.all("p", "tq-theirs")] == ["First tab."]
    assert page.with_id("id_body").text == "Second tab."
    assert page.with_id("id_version").attributes["value"] == "2"
    assert client.post(where, {"body": "Second tab.", "version": 2}).status_code == 302
    assert bodies(review) == ["Second tab."]


def test_draft_sent_meanwhile_offers_the_words_back(review, reviewer) -> None:
    draft = comment(review, "A slip.", by=reviewer)
    submit(review=review, by=reviewer)
    where = address("change_comment", review, draft)
    answer = client_of(reviewer).post(where, {"body": "A thought.", "version": 1})
    assert answer.status_code == 409
    assert [box.text for box in page_of(answer).all("textarea")] == ["A thought."]
    answer = client_of(reviewer).post(where, {"body": "x" * 20_010, "version": 1})
    assert answer.status_code == 409
    assert [box.text for box in page_of(answer).all("textarea")] == ["x" * 20_010]
    assert not [one for one in page_of(answer).all("a") if one.attributes["href"] == "#id_body"]
    answer = client_of(reviewer).post(where, {"then": "take_back", "body": "A slip."})
    assert answer.status_code == 409
    assert bodies(review) == ["A slip."]


def test_draft_taken_back_in_another_tab_offers_the_words_back(review, reviewer) -> None:
    draft = comment(review, "A slip.", by=reviewer)
    take_back(comment=draft, by=reviewer)
    where = address("change_comment", review, draft)
    answer = client_of(reviewer).post(where, {"body": "A thought.", "version": 1})
    assert answer.status_code == 404
    assert [box.text for box in page_of(answer).all("textarea")] == ["A thought."]


def test_what_was_replied_to_is_not_taken_back(review, reviewer, second_reviewer) -> None:
    draft = comment(review, "A slip.", by=reviewer)
    comment(review, "No, it is right.", by=second_reviewer, parent=draft)
    where = address("change_comment", review, draft)
    answer = client_of(reviewer).post(where, {"then": "take_back", "body": "A slip."})
    assert answer.status_code == 409
    assert bodies(review) == ["A slip.", "No, it is right."]


@pytest.fixture
def correction(submitted_review, executive) -> Comment:
    return comment(
        submitted_review,
        "We met in May.",
        by=executive,
        side=TRUST,
        name="Point 1",
        kind=Comment.Kind.CORRECTION,
    )


def draft_of(review: PeerReview, name: str) -> FindingDraft:
    return FindingDraft.objects.select_related("finding__review").get(
        finding__review=review, finding__element__name=name
    )


def rewrite(review: PeerReview, name: str, strengths: str, *, by: User) -> FindingDraft:
    """What reviewers write into a finding for which a correction is asked."""
    draft = draft_of(review, name)
    draft.strengths = strengths
    record_draft(draft=draft, version=draft.version, by=by)
    return draft


def test_correction_lets_the_finding_be_written_until_it_is_dealt_with(
    correction, submitted_review, reviewer
) -> None:
    rewrite(submitted_review, "Point 1", "They met in May.", by=reviewer)
    late = draft_of(submitted_review, "Point 1")
    where = address("resolve", submitted_review, correction)
    fields = {"outcome": "corrected", "reply": "Thank you.", "key": KEY}
    answer = client_of(reviewer).post(where, fields)
    assert answer["Location"] == (
        address("find", submitted_review, "MU-01") + f"#comment-{correction.pk}"
    )
    correction.refresh_from_db()
    assert (correction.outcome, correction.resolved_by) == ("corrected", reviewer)
    assert [one.body for one in correction.replies.all()] == ["Thank you."]
    late.strengths = "Too late."
    with pytest.raises(NotNow):
        record_draft(draft=late, version=late.version, by=reviewer)
    assert finding_of(submitted_review, "Point 1").strengths == "They met in May."


def test_trust_reads_nothing_of_a_correction_before_it_is_sent(
    correction, submitted_review, reviewer, lead, northfield
) -> None:
    review, client = submitted_review, client_of(lead)
    rewrite(review, "Point 1", "HALF-TYPED", by=reviewer)
    places = [
        address("answer", review, "MU-01"),
        address("gaps", review),
        reverse("reports:review", args=[review.pk]),
        reverse("trusts:history", args=[northfield.slug]),
        reverse("trusts:history_of", args=[northfield.slug, "review", review.pk]),
    ]

    def holding(words: str) -> list[str]:
        return [one for one in places if words in client.get(one).content.decode()]

    assert holding("HALF-TYPED") == []
    assert list(FindingDraft.objects.visible_to(lead)) == []
    source = what_reviewers_said(lead, finding_of(review, "Point 1").get_absolute_url())
    assert source is not None
    assert "HALF-TYPED" not in source.text
    resolve(correction=correction, outcome=Comment.Outcome.CORRECTED, by=reviewer)
    assert holding("HALF-TYPED") == places
    told = read(lead, northfield, "review", review.pk, what="finding").sentences
    assert told[0] == (
        "Reviewer changed the strengths of 1. Point 1, in the peer review by "
        "Southmere Schools Trust"
    )


@pytest.mark.parametrize("outcome", [Comment.Outcome.STANDS, Comment.Outcome.TAKEN_BACK])
def test_words_of_a_correction_that_was_not_made_stay_with_the_reviewers(
    outcome, correction, submitted_review, reviewer, second_reviewer, lead
) -> None:
    review = submitted_review
    rewrite(review, "Point 1", "Not sent.", by=reviewer)
    resolve(correction=correction, outcome=outcome, by=reviewer)
    assert finding_of(review, "Point 1").strengths == "They know it."
    where = address("find", review, "MU-01")
    page = page_of(client_of(second_reviewer).get(where)).with_id("main-content").text
    assert "What you wrote and did not send" in page
    assert "Not sent." in page
    answer = client_of(lead).get(address("answer", review, "MU-01"))
    assert "Not sent." not in answer.content.decode()
    with pytest.raises(NotNow):
        rewrite(review, "Point 1", "Too late.", by=reviewer)
    saved = client_of(reviewer).post(where, {"strengths": "Too late.", "version": 9})
    assert saved.status_code == 409
    assert "Too late." in page_of(saved).with_id("main-content").text
    again = comment(
        review,
        "Once more.",
        by=lead,
        side=TRUST,
        name="Point 1",
        kind=Comment.Kind.CORRECTION,
    )
    assert draft_of(review, "Point 1").strengths == "Not sent."
    resolve(correction=again, outcome=Comment.Outcome.CORRECTED, by=reviewer)
    assert finding_of(review, "Point 1").strengths == "Not sent."
    assert not FindingDraft.objects.exists()


def test_draft_of_two_reviewers_loses_no_word(
    correction, submitted_review, reviewer, second_reviewer
) -> None:
    where = address("find", submitted_review, "MU-01")
    fields = {"version": 1, "saved_from": "a" * 32, "save_number": 1}
    client = client_of(reviewer)
    assert client.post(where, fields | {"strengths": "First."}).status_code == 302
    fields |= {"strengths": "Second.", "saved_from": "b" * 32}
    answer = client_of(second_reviewer).post(where, fields)
    page = page_of(answer)
    assert answer.status_code == 409
    assert "First." in page.all("div", "tq-theirs")[0].text
    assert page.with_id("id_strengths").text == "Second."
    assert draft_of(submitted_review, "Point 1").strengths == "First."


def test_data_file_tells_of_a_correction_to_its_writers_alone(
    correction, submitted_review, reviewer, second_reviewer
) -> None:
    finding = finding_of(submitted_review, "Point 1")
    for user, name in ((reviewer, "strengths"), (second_reviewer, "evidence")):
        draft = FindingDraft.objects.get(finding=finding)
        setattr(draft, name, f"A frank sentence on {name}.")
        record_draft(draft=draft, version=draft.version, by=user)
    resolve(correction=correction, outcome=Comment.Outcome.CORRECTED, by=second_reviewer)
    for user, own, other in (
        (reviewer, "strengths", "evidence"),
        (second_reviewer, "evidence", "strengths"),
    ):
        told = json.dumps(export(user))
        assert told.count(f"A frank sentence on {own}.") == 1
        assert f"A frank sentence on {other}." not in told


def test_second_request_keeps_the_draft_open_until_it_is_dealt_with_too(
    correction, submitted_review, reviewer, lead
) -> None:
    review = submitted_review
    second = comment(
        review, "And this.", by=lead, side=TRUST, name="Point 1", kind=Comment.Kind.CORRECTION
    )
    rewrite(review, "Point 1", "One.", by=reviewer)
    resolve(correction=correction, outcome=Comment.Outcome.CORRECTED, by=reviewer)
    assert finding_of(review, "Point 1").strengths == "One."
    rewrite(review, "Point 1", "Two.", by=reviewer)
    assert finding_of(review, "Point 1").strengths == "One."
    resolve(correction=second, outcome=Comment.Outcome.CORRECTED, by=reviewer)
    assert finding_of(review, "Point 1").strengths == "Two."
    assert not FindingDraft.objects.exists()


def test_answers_wait_for_a_correction_and_none_is_asked_for_after_them(
    correction, submitted_review, reviewer, lead
) -> None:
    review, client = submitted_review, client_of(lead)
    page = page_of(client.get(address("send_answers", review)))
    assert correction.get_absolute_url() in [node.attributes["href"] for node in page.all("a")]
    assert client.post(address("send_answers", review)).status_code == 409
    where = address("take_request_back", review, correction)
    assert client.post(where)["Location"] == (
        address("answer", review, "MU-01") + f"#comment-{correction.pk}"
    )
    correction.refresh_from_db()
    assert (correction.outcome, correction.resolved_by) == ("taken_back", lead)
    resolving = address("resolve", review, correction)
    late = client_of(reviewer).post(resolving, {"reply": "It was."})  # without an outcome
    assert late.status_code == 409
    assert [box.text for box in page_of(late).all("textarea")] == ["It was."]
    assert not [one for one in page_of(late).all("a") if "#id_" in one.attributes["href"]]
    assert client.post(address("send_answers", review)).status_code == 302
    fields = {"body": "Too late?", "element": "MU-01", "kind": "correction", "key": KEY}
    answer = client.post(address("say", review), fields)
    assert answer.status_code == 409
    assert "Too late?" in page_of(answer).with_id("main-content").text
    page = page_of(client.get(address("answer", review, "MU-01")))
    assert "Ask for a fact to be corrected" not in page.with_id("main-content").text


def test_correction_dealt_with_at_the_same_moment_is_told_once(
    correction, submitted_review, reviewer, second_reviewer, monkeypatch, mailoutbox
) -> None:
    def second(**what: Any) -> bool:
        resolve(**what | {"by": second_reviewer})
        return resolve(**what)

    monkeypatch.setattr(comment_views, "resolve", second)
    answer = client_of(reviewer).post(
        address("resolve", submitted_review, correction),
        {"outcome": "stands", "reply": "", "key": KEY},
    )
    assert (answer.status_code, mailoutbox) == (302, [])


def test_correction_sent_twice_is_dealt_with_once(correction, submitted_review, reviewer) -> None:
    where = address("resolve", submitted_review, correction)
    fields = {"outcome": "stands", "reply": "We saw the minutes.", "key": KEY}
    client = client_of(reviewer)
    assert [client.post(where, fields).status_code for _ in range(2)] == [302, 302]
    assert [one.body for one in correction.replies.all()] == ["We saw the minutes."]


def test_correction_dealt_with_otherwise_meanwhile_keeps_the_reply(
    correction, submitted_review, reviewer
) -> None:
    resolve(correction=correction, outcome=Comment.Outcome.STANDS, by=reviewer)
    where = address("resolve", submitted_review, correction)
    answer = client_of(reviewer).post(where, {"outcome": "corrected", "reply": "Done.", "key": KEY})
    assert answer.status_code == 409
    assert [box.text for box in page_of(answer).all("textarea")] == ["Done."]
    correction.refresh_from_db()
    assert (correction.outcome, correction.replies.count()) == ("stands", 0)


@pytest.mark.parametrize("outcome", ["", "whatever"])
def test_correction_without_an_outcome_is_refused(
    outcome, correction, submitted_review, reviewer
) -> None:
    where = address("resolve", submitted_review, correction)
    answer = client_of(reviewer).post(where, {"outcome": outcome, "reply": "Hm.", "key": KEY})
    page = page_of(answer)
    assert answer.status_code == 422
    assert page.with_id("id_outcome-error").text == "Error: Say whether you have corrected it"
    assert page.with_id("id_reply").text == "Hm."


def test_finding_begun_by_a_correction_can_be_answered(
    submitted_review, reviewer, executive
) -> None:
    correction = comment(
        submitted_review,
        "You forgot it.",
        by=executive,
        side=TRUST,
        name="Point 2",
        kind=Comment.Kind.CORRECTION,
    )
    rewrite(submitted_review, "Point 2", "Now we saw it.", by=reviewer)
    found = finding_of(submitted_review, "Point 2")
    assert Answer.objects.filter(finding=found).count() == 0
    resolve(correction=correction, outcome=Comment.Outcome.CORRECTED, by=reviewer)
    assert Answer.objects.filter(finding=found).count() == 1


def test_answers_stand_with_the_comments_only_once_they_are_sent(
    submitted_review, reviewer, executive
) -> None:
    Answer.objects.filter(comment__body="Well argued.").update(
        verdict="partly", text="Only half of it."
    )
    where = address("find", submitted_review, "MU-01")
    assert b"Only half of it." not in client_of(reviewer).get(where).content
    send_answers(review=submitted_review, by=executive)
    page = page_of(client_of(reviewer).get(where))
    [answer] = page.all("div", "tq-answer")
    assert answer.text == "The trust’s answer: Accepted in part Only half of it."


def test_talk_of_an_element_has_nothing_of_others(review, reviewer) -> None:
    comment(review, "Here.", by=reviewer, name="Point 1")
    comment(review, "There.", by=reviewer, name="Point 2")
    comment(review, "Everywhere.", by=reviewer)
    comments = list(review.comments.in_order())

    def said(name: str = "") -> list[str]:
        element = finding_of(review, name).element if name else None
        talk = talk_on(comments, review=review, side=REVIEWERS, may_speak=True, element=element)
        return [thread.first.body for thread, _ in talk.threads]

    assert (said("Point 1"), said("Point 2"), said("Point 3"), said()) == (
        ["Here."],
        ["There."],
        [],
        ["Everywhere."],
    )


def test_only_the_trust_is_offered_to_ask_for_a_correction(review, reviewer) -> None:
    element = finding_of(review, "Point 1").element
    asks = {
        side: talk_on([], review=review, side=side, may_speak=True, element=element).ask
        for side in Comment.Side
    }
    assert asks[REVIEWERS] is None
    assert asks[TRUST].is_correction
    silent = talk_on([], review=review, side=TRUST, may_speak=False, element=element)
    assert (silent.new, silent.ask) == (None, None)


def test_reply_to_a_comment_that_goes_at_the_same_moment_is_not_stored(review, reviewer) -> None:
    first = comment(review, "A slip.", by=reviewer)
    Comment.objects.filter(pk=first.pk).delete()
    with pytest.raises(TakenBack):
        say(review=review, side=REVIEWERS, body="No.", key=uuid4(), by=reviewer, parent=first)


def test_key_of_another_review_is_no_fault_of_the_database(review, reviewer) -> None:
    key = uuid4()
    say(review=review, side=REVIEWERS, body="Here.", key=key, by=reviewer)
    with pytest.raises(SaidBefore):
        say(review=review, side=REVIEWERS, body="There.", key=key, by=reviewer)
