"""What the pages of a review say: who reads what and when, what is over, what is left to do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from reviews.answering import record_answer, send_answers, sign_off
from reviews.models import Answer, Comment, Interest, PeerReview
from reviews.taking_up import declare, take_up
from tests.conftest import client_of
from tests.page import Page
from tests.reviews.conftest import address, comment, finding_of, page_of
from tests.trusts.history_pages import read
from trusts.invitations import Letter
from trusts.models import Trust, User

pytestmark = pytest.mark.once  # what pages say

TRUST, REVIEWERS = Comment.Side.TRUST, Comment.Side.REVIEWERS


def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


AT_ONCE = "The reviewers read this at once."


def see(user: User, name: str, *args: object) -> Page:
    answer = client_of(user).get(address(name, *args))
    assert answer.status_code == 200
    return page_of(answer)


def main(page: Page) -> str:
    return page.with_id("main-content").text


def hints(page: Page) -> set[str]:
    """What stands below the label of every box for a comment."""
    return {
        node.text
        for node in page.all("div", "govuk-hint")
        if node.attributes.get("id", "").endswith("_body-hint")
    }


def run_out(review: PeerReview) -> None:
    """Its last day of access was yesterday."""
    days = {"due_on": yesterday(), "access_until": yesterday()}
    PeerReview.objects.filter(pk=review.pk).update(**days)


def ask_for_a_correction(review: PeerReview, *, by: User) -> Comment:
    return comment(
        review, "It was May.", by=by, side=TRUST, name="Point 1", kind=Comment.Kind.CORRECTION
    )


# Who reads it when.


def test_each_box_of_the_trust_says_that_the_reviewers_read_it_at_once(
    submitted_review: PeerReview, chair: User
) -> None:
    page = see(chair, "answer", submitted_review, "MU-01")
    only_facts = f"Only what is a matter of fact. {AT_ONCE} They decide whether to correct it."
    assert hints(page) == {AT_ONCE, only_facts}
    assert len([one for one in page.all("div", "govuk-hint") if AT_ONCE in one.text]) == 3
    assert hints(see(chair, "whole", submitted_review)) == {AT_ONCE}
    gaps = main(see(chair, "gaps", submitted_review))
    assert (
        "The reviewers read nothing of the answers before you send them; comments they read at once"
    ) in gaps
    empty = {"body": "", "element": "MU-01"}
    refused = client_of(chair).post(address("say", submitted_review), empty)
    assert hints(page_of(refused)) == {AT_ONCE}


def test_trust_is_told_when_the_reviewers_read_nothing_any_more(
    submitted_review: PeerReview, chair: User
) -> None:
    run_out(submitted_review)
    over = "The reviewers can no longer read this: their last day of access is over."
    assert hints(see(chair, "whole", submitted_review)) == {over}


def test_reviewers_boxes_say_that_the_trust_reads_them_once_the_findings_are_sent(
    review: PeerReview, reviewer: User
) -> None:
    own = comment(review, "Hm.", by=reviewer, name="Point 1")
    later = {"The trust reads this once you send your findings."}
    assert hints(see(reviewer, "find", review, "MU-01")) == later
    assert hints(see(reviewer, "reviewing", review)) == later
    assert hints(see(reviewer, "change_comment", review, own)) == later


def test_reviewers_boxes_say_that_the_trust_reads_them_at_once_from_then_on(
    submitted_review: PeerReview, reviewer: User, chair: User
) -> None:
    asked = ask_for_a_correction(submitted_review, by=chair)
    at_once = "The trust reads this at once."
    assert hints(see(reviewer, "find", submitted_review, "MU-03")) == {at_once}
    page = see(reviewer, "resolve", submitted_review, asked)
    assert page.with_id("id_reply-hint").text == at_once


# What holds the reviewers' signature back.


def test_reviewers_see_before_they_sign_which_fact_waits(
    submitted_review: PeerReview, reviewer: User, chair: User
) -> None:
    asked = ask_for_a_correction(submitted_review, by=chair)
    where = f"{address('find', submitted_review, 'MU-01')}#comment-{asked.pk}"
    client = client_of(reviewer)
    for answer in (
        client.get(address("reviewers_sign", submitted_review)),
        client.post(address("reviewers_sign", submitted_review)),
    ):
        page = page_of(answer)
        assert "A request to correct a fact still waits for you." in main(page)
        links = [node for node in page.all("a") if node.attributes["href"] == where]
        assert [link.text for link in links] == ["1. Point 1"]
        assert "Sign for the reviewers" not in [node.text for node in page.all("button")]


def test_reviewers_see_before_they_sign_what_came_back_unanswered(
    submitted_review: PeerReview, reviewer: User, chair: User
) -> None:
    answer = finding_of(submitted_review, "Point 3").answer
    send_answers(review=submitted_review, by=chair)
    # As answers could be sent before a reason was asked for.
    Answer.objects.filter(pk=answer.pk).update(verdict=Answer.Verdict.PARTLY)
    on_point, on_whole = submitted_review.comments.order_by("pk")
    client = client_of(reviewer)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address("reviewers_sign", submitted_review))
    assert len(queries) <= 8
    page = page_of(answer)
    [warning] = page.all("strong", "govuk-warning-text__text")
    assert "4 findings and comments came back without an answer." in warning.text
    first, third = (address("find", submitted_review, code) for code in ("MU-01", "MU-03"))
    home = address("reviewing", submitted_review)
    links = {node.text: node.attributes["href"] for node in page.all("a")}
    assert {name: links.get(name) for name in ("1. Point 1", "3. Point 3")} == {
        "1. Point 1": first,
        "3. Point 3": third,
    }
    assert links["1. Point 1: “Well argued.”"] == f"{first}#comment-{on_point.pk}"
    whole = "The assessment as a whole: “Thank you for letting us in.”"
    assert links[whole] == f"{home}#comment-{on_whole.pk}"
    assert answer.content.decode().count("no reason was given") == 1
    assert "3. Point 3</a>: no reason was given" in answer.content.decode()
    assert "Sign for the reviewers" in [node.text for node in page.all("button")]


def test_reviewers_are_warned_of_nothing_where_all_is_answered(
    submitted_review: PeerReview, reviewer: User, chair: User
) -> None:
    submitted_review.answers.update(verdict=Answer.Verdict.ACCEPTED)
    send_answers(review=submitted_review, by=chair)
    assert see(reviewer, "reviewers_sign", submitted_review).all("div", "govuk-warning-text") == []


# A review whose time is over.


def test_review_that_ran_out_says_so_wherever_it_stands(
    review: PeerReview, reviewer: User, chair: User, northfield: Trust
) -> None:
    run_out(review)
    shown = main(see(chair, "detail", review))
    assert "Access is over The reviewers’ time is over, and no findings were sent." in shown
    assert "at work" not in shown
    listed = main(see(chair, "index", review.assessment))
    ended = f"Access ended on {yesterday().day} {yesterday():%B %Y}"
    assert "Access is over" in listed
    assert ended in listed
    home = page_of(client_of(chair).get(reverse("trusts:home", args=[northfield.slug])))
    assert f"{ended}; no findings were sent." in main(home)


def test_invitation_that_ran_out_with_the_review_works_no_more(
    review: PeerReview, letter: Letter, guest: User, chair: User
) -> None:
    run_out(review)
    assert "Invited; did not take it up" in main(see(chair, "detail", review))
    take_up_late = {"accepted_at": timezone.now(), "user": guest}
    review.reviewers.update(**take_up_late)
    assert "; did not declare interests" in main(see(chair, "detail", review))
    review.reviewers.update(declared_at=timezone.now())
    shown = main(see(chair, "detail", review))
    assert "Has declared no interests: your trust did not decide" in shown
    assert "Decide" not in [
        node.text.split(" :")[0] for node in see(chair, "detail", review).all("a")
    ]


# Answers without a reason.


@pytest.mark.parametrize(
    ("verdict", "text", "is_missing"),
    [
        ("partly", "", True),
        ("not_accepted", "", True),
        ("not_accepted", "It is not so.", False),
        ("accepted", "", False),
        ("", "", False),
    ],
)
def test_verdict_without_its_reason_is_told_with_the_save_and_on_the_page(
    verdict: str, text: str, is_missing: bool, submitted_review: PeerReview, chair: User
) -> None:
    answer = finding_of(submitted_review, "Point 1").answer
    client, where = client_of(chair), address("answer_finding", submitted_review, answer.finding)
    fields = {"verdict": verdict, "text": text, "version": answer.version, "save_number": 1}
    got = client.post(where, fields, headers={"HX-Request": "true"})
    told = "The reason is still to be written."
    [status] = page_of(got).all("span", "tq-save__done")
    assert status.text.startswith("Saved at ")
    assert (told in status.text) is is_missing
    page = page_of(client.get(address("answer", submitted_review, "MU-01")))
    assert (told in page.with_id(f"save-status-{answer.pk}").text) is is_missing


# Plain words.


def test_what_is_given_back_is_said_to_be_unsaved_first(stranger: User, review: PeerReview) -> None:
    answer = client_of(stranger).post(address("say_as_reviewer", review), {"body": "A guess."})
    page = page_of(answer)
    assert answer.status_code == 404
    assert page.all("h1")[0].text == "What you sent could not be saved"
    assert "It stands below, so that you can copy it and keep it." in main(page)


def test_reviewers_read_their_own_declaration_in_their_own_words(
    letter: Letter, guest: User
) -> None:
    take_up(reviewer=letter.invitation, by=guest)
    chosen = [Interest.RECENT_REVIEW, Interest.OTHER]
    declare(reviewer=letter.invitation, interests=chosen, text="A visit.", by=guest)
    shown = main(see(guest, "declare", letter.invitation.review))
    assert "This trust has reviewed mine in the last three years" in shown
    assert "There is something else that it should know of" in shown


def test_closed_review_speaks_of_what_was(
    submitted_review: PeerReview, reviewer: User, second_reviewer: User, chair: User
) -> None:
    send_answers(review=submitted_review, by=chair)
    for side, person in ((TRUST, chair), (REVIEWERS, reviewer)):
        sign_off(review=submitted_review, side=side, by=person)
    shown = main(see(reviewer, "reviewing", submitted_review))
    assert f"Reviewed together: {reviewer}, {second_reviewer}." in shown
    assert "2. Point 2 Nothing said" in shown
    assert "You write the same findings" not in shown
    assert "Nothing yet" not in shown


def test_history_tells_an_answer_to_a_finding_from_one_to_a_comment(
    submitted_review: PeerReview, chair: User
) -> None:
    by = "in the peer review by Southmere Schools Trust"
    expected = {
        "finding": f"the answer to the finding on 1. Point 1, {by}",
        "on_point": f"the answer to a comment on 1. Point 1, {by}",
        "on_whole": f"the answer to a comment on the review as a whole, {by}",
    }
    on_point, on_whole = submitted_review.comments.order_by("pk")
    answers = {
        "finding": finding_of(submitted_review, "Point 1").answer,
        "on_point": on_point.answer,
        "on_whole": on_whole.answer,
    }
    for name, answer in answers.items():
        answer.verdict = Answer.Verdict.ACCEPTED
        record_answer(answer=answer, version=answer.version, by=chair)
        told = read(chair, submitted_review.trust, "answer", answer.pk)
        sentence = f"Chair set the verdict of {expected[name]} to Accepted"
        assert [entry.sentence for entry in told.entries] == [sentence]
        where = reverse("trusts:history_of", args=["northfield", "answer", answer.pk])
        heading = page_of(client_of(chair).get(where)).all("h1")[0].text
        assert heading == f"The{expected[name].removeprefix('the')}"
