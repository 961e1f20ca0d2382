"""The trust's side: board and reviewers beside each other, answers saved as typed, and sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.actions import create_assessment
from assessments.models import Rating, SavedMeanwhile
from reviews.answering import record_answer, send_answers, sign_off
from reviews.finding import submit
from reviews.models import Answer, Comment, PeerReview
from reviews.status import NotNow
from tests.conftest import client_of, make_framework
from tests.plans.conftest import error_links
from tests.reviews.conftest import (
    GUEST,
    address,
    comment,
    find,
    finding_of,
    let_in,
    link_named,
    make_review,
    page_of,
    said,
)
from tests.together import WRITERS, at_once

KEY = "0123456789abcdef0123456789abcdef"


def answer_to(review: PeerReview, name: str) -> Answer:
    return Answer.objects.get(finding=finding_of(review, name))


def save_url(answer: Answer) -> str:
    if answer.comment_id:
        return address("answer_comment", answer.review_id, answer.comment_id)
    return address("answer_finding", answer.review_id, answer.finding_id)


def sent(answer: Answer, **changes: Any) -> dict[str, Any]:
    return {
        "verdict": "partly",
        "text": "We half agree.",
        "version": answer.version,
        "saved_from": KEY,
        "save_number": 1,
    } | changes


def save(answer: Answer, user, *, quietly: bool = False, **changes: Any):
    headers = {"HX-Request": "true"} if quietly else {}
    return client_of(user).post(save_url(answer), sent(answer, **changes), headers=headers)


def test_gaps_say_in_words_where_the_two_differ(submitted_review, trustee) -> None:
    page = page_of(client_of(trustee).get(address("gaps", submitted_review)))
    words = [cell.text for cell in page.all("a", "tq-gap")]
    assert words == [
        "Reviewers one step higher 1 Point 1 Board Step 2 Reviewers Step 3",
        "Reviewers gave no level 2 Point 2 Board Step 4 Reviewers no level",
        "Reviewers one step higher 3 Point 3 Board Step 1 Reviewers Step 2",
    ]
    assert [node.text for node in page.all("li", "tq-gap-kinds__one")] == [
        "Reviewers one step higher 2 points",
        "Reviewers gave no level 1 point",
    ]
    assert "differ on 2 of the 2 points" in page.all("p", "govuk-body-l")[0].text
    assert [node.text for node in page.all("th", "tq-heat-map__domain")] == ["Area 1", "Area 2"]


def test_one_step_and_more_are_told_apart_without_colour(submitted_review, reviewer, chair) -> None:
    rating = submitted_review.assessment.ratings.get(element__name="Point 3")
    strongest = submitted_review.assessment.framework.levels.get(order=4)
    Rating.objects.filter(pk=rating.pk).update(level=strongest)
    page = page_of(client_of(chair).get(address("gaps", submitted_review)))
    classes = [cell.classes - {"tq-gap"} for cell in page.all("a", "tq-gap")]
    assert classes == [{"tq-gap--step"}, {"tq-gap--no-finding"}, {"tq-gap--wide"}]
    assert page.all("a", "tq-gap--wide")[0].text.startswith("Reviewers two steps lower 3 Point 3")


def test_before_the_findings_are_sent_there_is_nothing_of_them(review, reviewer, chair) -> None:
    find(review, "Point 1", by=reviewer, order=1, strengths="A secret draft.")
    comment(review, "A secret comment.", by=reviewer, name="Point 1")
    client = client_of(chair)
    page = client.get(address("gaps", review))
    assert page.status_code == 200
    assert "have not sent their findings yet" in page.content.decode()
    assert "secret" not in page.content.decode()
    draft = finding_of(review, "Point 1")
    row = Comment.objects.get()
    for name, key in (
        ("answer", "MU-01"),
        ("finding", draft.pk),
        ("comment", row.pk),
        ("answer_finding", draft.pk),
        ("answer_comment", row.pk),
    ):
        assert client.get(address(name, review, key)).status_code == 404, name
    for name in ("whole", "send_answers", "sign"):
        assert client.get(address(name, review)).status_code == 404, name


def test_board_and_reviewers_stand_beside_each_other(submitted_review, observer) -> None:
    page = page_of(client_of(observer).get(address("answer", submitted_review, "MU-01")))
    board, reviewers = page.all("section", "tq-side")
    assert board.text.startswith("The board Step 2 What the board saw in Point 1.")
    assert reviewers.text == ("The reviewers Step 3 Strengths They know it. Evidence seen Minutes.")
    assert page.all("p", "tq-gap-line")[0].text == "Reviewers one step higher"
    assert "Well argued." in page.all("article", "tq-comment")[0].text
    assert not [form for form in page.all("form") if "hx-post" in form.attributes]


def test_known_addresses_lead_to_where_things_stand(submitted_review, trustee) -> None:
    client = client_of(trustee)
    finding = finding_of(submitted_review, "Point 3")
    on_point, on_whole = Comment.objects.order_by("pk")
    first, third = (address("answer", submitted_review, code) for code in ("MU-01", "MU-03"))
    places = {
        finding: f"{third}#finding-{finding.pk}",
        on_point: f"{first}#comment-{on_point.pk}",
        on_whole: f"{address('whole', submitted_review)}#comment-{on_whole.pk}",
    }
    for thing, place in places.items():
        answer = client.get(thing.get_absolute_url())
        assert (answer.status_code, answer.url) == (302, place)
        where, anchor = place.split("#")
        assert anchor in page_of(client.get(where)).ids()


def test_answer_is_saved_as_typed_and_its_version_comes_back(submitted_review, chair) -> None:
    answer = answer_to(submitted_review, "Point 1")
    got = save(answer, chair, quietly=True)
    assert got.status_code == 200
    saved = Answer.objects.get(pk=answer.pk)
    assert (saved.verdict, saved.text, saved.updated_by) == ("partly", "We half agree.", chair)
    page = page_of(got)
    assert page.with_id(f"id_version_{answer.pk}").attributes["value"] == str(saved.version)
    assert page.all("span", "tq-save__done")[0].text.startswith("Saved at")
    [last] = saved.history.filter(history_type="~")
    assert (last.history_user, last.text) == (chair, "We half agree.")


def test_answer_to_a_comment_is_saved_and_shown_with_it(submitted_review, executive) -> None:
    answer = Answer.objects.get(comment__element__name="Point 1")
    got = save(answer, executive, verdict="accepted", text="")
    where = f"{address('answer', submitted_review, 'MU-01')}#comment-{answer.comment_id}"
    assert (got.status_code, got.url) == (302, where)
    assert got.cookies["tq-saved"].value == f"{executive.pk}:{save_url(answer)}"
    page = page_of(client_of(executive).get(address("answer", submitted_review, "MU-01")))
    chosen = page.with_id(f"id_verdict_{answer.pk}_0")
    assert (chosen.attributes["value"], "checked" in chosen.attributes) == ("accepted", True)


def test_saving_twice_is_no_conflict(submitted_review, chair, lead) -> None:
    answer = answer_to(submitted_review, "Point 1")
    for user in (chair, chair, lead):
        assert save(answer, user, saved_from="").status_code == 302
    saved = Answer.objects.get(pk=answer.pk)
    assert (saved.version, saved.updated_by) == (answer.version + 1, chair)


def test_who_is_late_gets_both_texts_and_can_save_over(submitted_review, chair, lead) -> None:
    answer = answer_to(submitted_review, "Point 1")
    save(answer, chair, text="The chair's words.")
    got = save(answer, lead, saved_from="", verdict="accepted", text="The lead's words.")
    assert got.status_code == 409
    page = page_of(got)
    assert page.all("p", "tq-theirs")[0].text == "The chair's words."
    assert "Chair saved this while you were writing" in page.all("h2")[0].text
    assert page.with_id(f"id_text_{answer.pk}").text == "The lead's words."
    version = page.with_id(f"id_version_{answer.pk}").attributes["value"]
    assert Answer.objects.get(pk=answer.pk).text == "The chair's words."
    again = save(answer, lead, saved_from="", text="Both words.", version=version)
    assert again.status_code == 302
    assert Answer.objects.get(pk=answer.pk).text == "Both words."


def test_quiet_save_that_is_late_says_so(submitted_review, chair, lead) -> None:
    answer = answer_to(submitted_review, "Point 1")
    save(answer, chair, text="The chair's words.")
    got = save(answer, lead, quietly=True, saved_from="", text="Mine.")
    assert got.status_code == 409
    assert "Chair saved this while you were writing" in got.content.decode()


def test_sending_while_a_colleague_types_offers_the_words_back(
    submitted_review, chair, lead
) -> None:
    answer = answer_to(submitted_review, "Point 1")
    save(answer, lead, text="So far.")
    send_answers(review=submitted_review, by=chair)
    got = save(answer, lead, save_number=2, text="So far, and more.")
    assert got.status_code == 409
    page = page_of(got)
    [alert] = page.all("div", "govuk-error-summary")
    assert "The answers have been sent" in alert.text
    boxes = {node.attributes.get("aria-label"): node.text for node in page.all("textarea")}
    assert boxes["What you wrote"] == "So far, and more."
    long = save(answer, lead, save_number=2, text="x" * 10_001)  # a fault that has no box any more
    assert (long.status_code, "x" * 10_001 in long.content.decode()) == (409, True)
    assert not [one for one in page_of(long).all("a") if "#id_" in one.attributes["href"]]
    assert Answer.objects.get(pk=answer.pk).text == "So far."
    quiet = save(answer, lead, quietly=True, save_number=3, text="So far, and more.")
    assert quiet.status_code == 409
    assert f'href="{save_url(answer)}"' in quiet.content.decode()
    assert client_of(lead).get(save_url(answer), follow=True).status_code == 200


@pytest.mark.parametrize("text", ["x" * 10_001, "\x00"])
def test_what_cannot_be_saved_stays_in_its_box(text, submitted_review, chair) -> None:
    answer = answer_to(submitted_review, "Point 1")
    got = save(answer, chair, text=text)
    assert got.status_code == 422
    page = page_of(got)
    assert page.with_id(f"id_text_{answer.pk}").texts[-1].strip("\r\n") == text
    assert f"id_text_{answer.pk}-error" in page.ids()
    assert Answer.objects.get(pk=answer.pk).text == ""


@pytest.mark.parametrize("verdict", ["certainly", "\x00", "x" * 500])
def test_verdict_that_is_none_is_refused(verdict, submitted_review, chair) -> None:
    answer = answer_to(submitted_review, "Point 1")
    assert save(answer, chair, verdict=verdict).status_code == 422
    assert Answer.objects.get(pk=answer.pk).version == answer.version


@pytest.mark.parametrize(
    ("person", "reads", "writes"),
    [
        ("lead", 200, 302),
        ("chair", 200, 302),
        ("executive", 200, 302),
        ("trustee", 200, 403),
        ("observer", 200, 403),
        ("stranger", 404, 404),
        ("reviewer", 404, 404),
    ],
)
def test_who_reads_and_who_answers(person, reads, writes, submitted_review, request) -> None:
    user = request.getfixturevalue(person)
    client = client_of(user)
    for path in (
        address("gaps", submitted_review),
        address("answer", submitted_review, "MU-01"),
        address("whole", submitted_review),
    ):
        assert client.get(path).status_code == reads, path
    for name in ("send_answers", "sign"):
        status = 200 if writes == 302 else writes
        assert client.get(address(name, submitted_review)).status_code == status, name
    for answer in Answer.objects.all():
        assert save(answer, user).status_code == writes
    posted = client.post(address("send_answers", submitted_review))
    assert posted.status_code == writes
    submitted_review.refresh_from_db()
    assert submitted_review.is_answered == (writes == 302)


def test_sending_names_what_is_not_answered(submitted_review, chair) -> None:
    save(answer_to(submitted_review, "Point 1"), chair, verdict="accepted", text="")
    page = page_of(client_of(chair).get(address("send_answers", submitted_review)))
    listed = [node.text for node in page.all("li") if "govuk" not in str(node.classes)]
    assert [text for text in listed if "Point" in text or "whole" in text] == [
        "3. Point 3",
        "1. Point 1: “Well argued.”",
        "The assessment as a whole: “Thank you for letting us in.”",
    ]
    assert "Send the answers as they are" in [node.text for node in page.all("button")]


def test_nothing_is_sent_that_is_not_accepted_without_a_reason(submitted_review, chair) -> None:
    third = answer_to(submitted_review, "Point 3")
    save(third, chair, verdict="not_accepted", text="")
    client, where = client_of(chair), address("send_answers", submitted_review)
    for answer, status in ((client.get(where), 200), (client.post(where), 409)):
        page = page_of(answer)
        assert answer.status_code == status
        assert link_named(page, "3. Point 3") == third.get_absolute_url()
        assert not [one for one in page.all("button") if one.text.startswith("Send")]
    submitted_review.refresh_from_db()
    assert not submitted_review.is_answered
    third.refresh_from_db()
    save(third, chair, verdict="not_accepted", text="It was in May.")
    assert client.post(where).status_code == 302
    submitted_review.refresh_from_db()
    assert submitted_review.is_answered


def test_answer_that_is_too_long_is_named_at_the_top_of_the_page(submitted_review, chair) -> None:
    answer = answer_to(submitted_review, "Point 3")
    page = page_of(save(answer, chair, text="x" * 10_001))
    [(message, target)] = error_links(page).items()
    assert (message, target) == (
        "The answer must be 10,000 characters or fewer; it has 10,001",
        f"id_text_{answer.pk}",
    )


def test_reviewers_are_told_what_the_trust_did_not_answer(
    submitted_review, chair, reviewer
) -> None:
    words = "The trust did not answer this."
    client, where = (
        client_of(reviewer),
        reverse("reviews:find", args=[submitted_review.pk, "MU-01"]),
    )
    silent = reverse("reviews:find", args=[submitted_review.pk, "MU-02"])
    assert words not in client.get(where).content.decode()
    client_of(chair).post(address("send_answers", submitted_review))
    assert client.get(where).content.decode().count(words) == 2  # the finding, and the comment
    assert words not in client.get(silent).content.decode()


def test_reviewers_read_nothing_of_an_answer_before_it_is_sent(
    submitted_review, chair, reviewer
) -> None:
    save(answer_to(submitted_review, "Point 1"), chair, text="Between ourselves.")
    on_point = Answer.objects.get(comment__element__name="Point 1")
    save(on_point, chair, text="Between ourselves.")
    client = client_of(reviewer)
    pages = [
        reverse("reviews:reviewing", args=[submitted_review.pk]),
        reverse("reviews:find", args=[submitted_review.pk, "MU-01"]),
        reverse("reviews:find_all", args=[submitted_review.pk]),
    ]
    for path in pages:
        assert "Between ourselves." not in client.get(path).content.decode(), path
    client_of(chair).post(address("send_answers", submitted_review))
    assert "Between ourselves." in client.get(pages[1]).content.decode()


def test_sending_twice_is_said_and_sends_once(submitted_review, chair, lead) -> None:
    client = client_of(chair)
    for words in (
        "Your answers are sent: the reviewers can read them now.",
        "The answers were sent already.",
    ):
        got = client.post(address("send_answers", submitted_review), follow=True)
        assert got.redirect_chain == [(address("gaps", submitted_review), 302)]
        assert said(page_of(got)) == [words]
    submitted_review.refresh_from_db()
    assert (submitted_review.status, submitted_review.answered_by) == ("answered", chair)


def test_signing_waits_for_the_answers_and_for_corrections(submitted_review, chair, lead) -> None:
    client = client_of(lead)
    assert client.post(address("sign", submitted_review)).status_code == 409
    asked = comment(
        submitted_review,
        "It was May.",
        by=chair,
        side=Comment.Side.TRUST,
        name="Point 1",
        kind=Comment.Kind.CORRECTION,
    )
    PeerReview.objects.update(status="answered", answered_at=timezone.now(), answered_by=chair)
    page = page_of(client.get(address("sign", submitted_review)))
    assert [a.text for a in page.all("a") if a.attributes["href"] == asked.get_absolute_url()] == [
        "1. Point 1"
    ]
    refused = client.post(address("sign", submitted_review))
    assert refused.status_code == 409
    assert "still waits for the reviewers" in refused.content.decode()
    submitted_review.refresh_from_db()
    assert submitted_review.trust_signed_at is None


def test_trust_signs_once_and_the_reviewers_close_it(
    submitted_review, chair, lead, reviewer
) -> None:
    send_answers(review=submitted_review, by=chair)
    for user, words in (
        (lead, "Signed for your trust. The review is closed once the reviewers have signed."),
        (chair, "Lead had signed for your trust before."),
    ):
        got = client_of(user).post(address("sign", submitted_review), follow=True)
        assert said(page_of(got)) == [words]
    submitted_review.refresh_from_db()
    assert (submitted_review.trust_signed_by, submitted_review.status) == (lead, "answered")
    sign_off(review=submitted_review, side=Comment.Side.REVIEWERS, by=reviewer)
    page = page_of(client_of(lead).get(address("sign", submitted_review)))
    assert "Both sides have signed: the review is closed." in " ".join(
        node.text for node in page.all("p")
    )
    assert [form.classes for form in page.all("form")] == [{"tq-account__out"}]


def test_who_signs_is_told_what_stays_unanswered_for_good(submitted_review, chair) -> None:
    unanswered = ["1. Point 1", "3. Point 3", "1. Point 1: “Well argued.”"]
    whole = "The assessment as a whole: “Thank you for letting us in.”"
    send_answers(review=submitted_review, by=chair)
    page = page_of(client_of(chair).get(address("sign", submitted_review)))
    [warning] = page.all("strong", "govuk-warning-text__text")
    assert "4 findings and comments were sent back without an answer." in warning.text
    links = {node.text: node.attributes["href"] for node in page.all("a") if node.text}
    places = [answer.get_absolute_url() for answer in submitted_review.answers.order_by("pk")]
    assert [links.get(name) for name in (*unanswered, whole)] == places


def test_nothing_unanswered_is_no_warning(submitted_review, chair) -> None:
    submitted_review.answers.update(verdict=Answer.Verdict.ACCEPTED)
    send_answers(review=submitted_review, by=chair)
    page = page_of(client_of(chair).get(address("sign", submitted_review)))
    assert page.all("div", "govuk-warning-text") == []


def test_what_became_a_priority_offers_an_action_alone(submitted_review, lead) -> None:
    client, where = client_of(lead), address("answer", submitted_review, "MU-03")
    offers = [node.text for node in page_of(client.get(where)).all("button")]
    assert [text for text in offers if "priority" in text] == ["Make it a priority : the finding"]
    source = finding_of(submitted_review, "Point 3").get_absolute_url()
    take_up = reverse("plans:take_up", args=[submitted_review.assessment_id])
    client.post(take_up, {"source": source, "as": "priority"})
    offers = [node.text for node in page_of(client.get(where)).all("button")]
    assert [text for text in offers if "priority" in text] == []
    assert "Plan an action for it : the finding" in offers


@pytest.mark.parametrize("domains", [(2, 1), (9, 9, 9, 8)])
def test_pages_cost_eight_queries_at_most(
    domains, northfield, chair, lead, reviewer, django_assert_max_num_queries
) -> None:
    made = create_assessment(
        trust=northfield,
        framework=make_framework("larger", domains=domains),
        title="Larger",
        due_on=None,
        by=lead,
    )
    review, [letter] = make_review(made, by=chair, guests=[GUEST])
    let_in(letter, reviewer, by=chair)
    for number in range(1, sum(domains) + 1):
        find(review, f"Point {number}", by=reviewer, order=2, questions="Why?")
        for _ in range(3):
            comment(review, "Hm.", by=reviewer, name=f"Point {number}")
    for _ in range(5):
        comment(review, "In general.", by=reviewer)
    submit(review=review, by=reviewer)
    for name, more in (
        ("gaps", ()),
        ("answer", ("MU-02",)),
        ("whole", ()),
        ("send_answers", ()),
        ("sign", ()),
    ):
        client = client_of(chair)
        with django_assert_max_num_queries(8):
            assert client.get(address(name, review, *more)).status_code == 200


@pytest.fixture
def committed(transactional_db: None, request: pytest.FixtureRequest) -> PeerReview:
    """The submitted review, which other connections see."""
    review: PeerReview = request.getfixturevalue("submitted_review")
    return review


def test_two_people_at_once_lose_no_word(committed, chair) -> None:
    answer = answer_to(committed, "Point 1")

    def work(number: int) -> str:
        mine = Answer.objects.get(pk=answer.pk)
        mine.verdict, mine.text = "partly", f"Words {number}"
        try:
            record_answer(answer=mine, version=answer.version, by=chair)
        except SavedMeanwhile as conflict:
            return f"told of {conflict.current.text}"
        return "saved"

    told = at_once(work)
    saved = Answer.objects.get(pk=answer.pk)
    assert told.count("saved") == 1
    assert saved.text == f"Words {told.index('saved')}"
    assert sorted(told) == sorted(["saved"] + [f"told of {saved.text}"] * (WRITERS - 1))
    assert (saved.version, saved.history.filter(history_type="~").count()) == (
        answer.version + 1,
        1,
    )


def test_sending_and_typing_at_once_never_slips_words_in_behind(committed, chair) -> None:
    answer = answer_to(committed, "Point 1")

    def work(number: int) -> str:
        if number == 0:
            send_answers(review=committed, by=chair)
            return "sent"
        mine = Answer.objects.get(pk=answer.pk)
        mine.text = f"Words {number}"
        try:
            record_answer(answer=mine, version=answer.version, by=chair)
        except (SavedMeanwhile, NotNow):
            return "offered back"
        return "saved"

    told = at_once(work)
    saved = Answer.objects.get(pk=answer.pk)
    assert told.count("saved") <= 1
    assert saved.text == (f"Words {told.index('saved')}" if "saved" in told else "")
    assert PeerReview.objects.get(pk=committed.pk).status == "answered"
