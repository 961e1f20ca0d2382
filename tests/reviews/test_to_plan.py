"""What reviewers said: as a source for the plan, and for a rating that is revised after it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.db.models import Value
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.actions import agree_assessment, create_assessment, record_rating
from assessments.models import Assessment, Rating
from assessments.sources import Source, find_source
from plans.models import Origin, Priority
from reviews.finding import submit
from reviews.models import Comment, PeerReview
from tests.conftest import client_of
from tests.plans.conftest import action_fields
from tests.reviews.conftest import address, comment, find, finding_of, link_named, page_of
from tests.reviews.conftest import said as banners
from tests.trusts.history_pages import read
from trusts.history import remark_on
from trusts.models import Trust, User

LABEL = "the peer review by Southmere Schools Trust"


def take_up(review: PeerReview, user: User, path: str, kind: str = "priority"):
    where = reverse("plans:take_up", args=[review.assessment_id])
    return client_of(user).post(where, {"source": path, "as": kind})


def test_finding_is_a_source_of_its_questions(submitted_review, chair) -> None:
    finding = finding_of(submitted_review, "Point 3")
    path = finding.get_absolute_url()
    assert find_source(chair, path) == Source(
        path=path,
        label=LABEL,
        text="Who looks at it?",
        assessment_id=submitted_review.assessment_id,
        element_id=finding.element_id,
    )


def test_comment_is_a_source_of_its_words_on_one_element_or_on_the_whole(
    submitted_review, chair
) -> None:
    on_point, on_whole = Comment.objects.order_by("pk")
    source = find_source(chair, on_point.get_absolute_url())
    assert source
    assert (source.text, source.element_id) == ("Well argued.", on_point.element_id)
    source = find_source(chair, on_whole.get_absolute_url())
    assert source
    assert (source.text, source.element_id) == ("Thank you for letting us in.", None)


def test_source_is_known_by_one_address_however_it_is_spelled(submitted_review, chair) -> None:
    path = finding_of(submitted_review, "Point 3").get_absolute_url()
    spelled = path.replace(f"/reviews/{submitted_review.pk}/", f"/reviews/00{submitted_review.pk}/")
    assert spelled != path
    source = find_source(chair, spelled)
    assert source
    assert source.path == path


def test_what_the_trust_says_and_what_nobody_found_are_no_sources(submitted_review, chair) -> None:
    own = comment(submitted_review, "Ours.", by=chair, side=Comment.Side.TRUST, name="Point 1")
    silent = finding_of(submitted_review, "Point 2")
    for thing in (own, silent):
        assert find_source(chair, thing.get_absolute_url()) is None


@pytest.mark.parametrize("person", ["stranger", "reviewer"])
def test_source_is_open_to_the_trusts_own_people_alone(person, submitted_review, request) -> None:
    user = request.getfixturevalue(person)
    for thing in (finding_of(submitted_review, "Point 3"), Comment.objects.earliest("pk")):
        assert find_source(user, thing.get_absolute_url()) is None


def test_drafts_are_no_sources(review, reviewer, chair) -> None:
    draft = find(review, "Point 1", by=reviewer, questions="A secret draft.")
    row = comment(review, "A secret comment.", by=reviewer, name="Point 1")
    for thing in (draft, row):
        assert find_source(chair, thing.get_absolute_url()) is None
        assert take_up(review, chair, thing.get_absolute_url()).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "",
        "\x00",
        "/",
        "//elsewhere.example/reviews/1/findings/1/",
        "javascript:alert(1)",
        "/reviews/1/findings/99999999999999999999999/",
        "/reviews/99999999999999999999999/comments/1/",
        "/reviews/1/findings/1/?from=here",
        "/reviews/1/gaps/",
    ],
)
def test_forged_address_is_no_source(path, submitted_review, lead) -> None:
    assert find_source(lead, path) is None
    assert take_up(submitted_review, lead, path).status_code == 404
    assert Origin.objects.count() == 0


def test_finding_of_one_review_under_the_number_of_another_is_none(submitted_review, chair) -> None:
    finding = finding_of(submitted_review, "Point 3")
    other = reverse("reviews:finding", args=[submitted_review.pk + 1, finding.pk])
    assert find_source(chair, other) is None


def test_comment_on_the_whole_is_taken_up_for_the_element_that_is_chosen(
    submitted_review, executive
) -> None:
    client, where = client_of(executive), address("whole", submitted_review)
    [said] = submitted_review.comments.filter(element=None)
    page = page_of(client.get(where))
    options = [node.attributes["value"] for node in page.all("option")]
    assert options == ["", "MU-01", "MU-02", "MU-03"]
    form = reverse("plans:take_up", args=[submitted_review.assessment_id])
    fields = {"source": said.get_absolute_url(), "as": "priority"}
    for wrong in ({}, {"element": "MU-99"}, {"element": ""}):
        got = client.post(form, fields | wrong, follow=True)
        assert got.redirect_chain[-1][0] == f"{where}#comment-{said.pk}"
        assert "Choose the point that it is taken up for." in banners(page_of(got))
    assert Priority.objects.count() == 0
    client.post(form, fields | {"element": "MU-02"})
    priority = Priority.objects.get()
    assert (priority.element.code, priority.key_issue) == ("MU-02", said.body)
    assert priority.origins.get().source == said.get_absolute_url()
    client.post(form, fields | {"element": "MU-02"})
    assert priority.origins.count() == 1
    client.post(form, fields | {"element": "MU-03"})
    page = page_of(client.get(where)).with_id("main-content").text
    assert "In the action plan it became the priority Point 2 and the priority Point 3 ." in page
    got = client.post(form, fields | {"element": "MU-03", "as": "action"})
    client.post(got.url, action_fields(description="Thank them"))
    assert Origin.objects.get(action__description="Thank them").source == said.get_absolute_url()


def test_one_click_from_the_answer_page_and_back(submitted_review, executive) -> None:
    client = client_of(executive)
    where = address("answer", submitted_review, "MU-03")
    page = page_of(client.get(where))
    [path] = [
        node.attributes["value"]
        for node in page.all("input")
        if node.attributes.get("name") == "source"
    ]
    assert path == finding_of(submitted_review, "Point 3").get_absolute_url()
    form = reverse("plans:take_up", args=[submitted_review.assessment_id])
    got = client.post(form, {"source": path, "as": "priority"}, follow=True)
    priority = Priority.objects.get()
    assert priority.key_issue == "Who looks at it?"
    shown = page_of(got)
    assert banners(shown) == [
        f"Point 3 is a priority now. Its key issue is in the words of {LABEL}: make it yours. "
        f"{priority.plan.title} has been begun for it, as Self-assessment 2026 had no plan yet."
    ]
    back = link_named(shown, LABEL)
    assert back == path
    assert client.get(back).url == f"{where}#finding-{finding_of(submitted_review, 'Point 3').pk}"
    again = page_of(client.get(where))
    assert link_named(again, "the priority Point 3") == priority.get_absolute_url()


def test_action_from_a_comment_shows_where_it_went(submitted_review, executive) -> None:
    row = Comment.objects.get(element__name="Point 1")
    client = client_of(executive)
    opened = take_up(submitted_review, executive, row.get_absolute_url(), "action")
    client.post(opened.url, action_fields(description="Keep it so"))
    page = page_of(client.get(address("answer", submitted_review, "MU-01")))
    action = Origin.objects.exclude(action=None).get().action
    assert link_named(page, "the action “Keep it so”") == action.get_absolute_url()


def test_who_may_not_write_the_plan_sees_what_became_and_no_button(
    submitted_review, executive, chair
) -> None:
    take_up(submitted_review, executive, finding_of(submitted_review, "Point 3").get_absolute_url())
    page = page_of(client_of(chair).get(address("answer", submitted_review, "MU-03")))
    assert link_named(page, "the priority Point 3")
    assert not [node for node in page.all("button") if node.attributes.get("name") == "as"]


def rating_of(assessment: Assessment, name: str) -> Rating:
    return assessment.ratings.select_related("element").get(element__name=name)


def after(review: PeerReview, name: str = "Point 1") -> str:
    return "?" + urlencode({"after": finding_of(review, name).get_absolute_url()})


def judged(assessment: Assessment, **changes: object) -> dict[str, object]:
    level = assessment.framework.levels.get(order=3)
    rating = rating_of(assessment, "Point 1")
    return {"level": level.pk, "note": "As they say.", "version": rating.version} | changes


def test_rating_revised_after_the_review_says_so_in_its_history(submitted_review, lead) -> None:
    assessment = submitted_review.assessment
    rating = rating_of(assessment, "Point 1")
    client = client_of(lead)
    page = page_of(client.get(address("answer", submitted_review, "MU-01")))
    where = rating.get_absolute_url() + after(submitted_review)
    assert link_named(page, "Revise this rating") == where
    shown = page_of(client.get(where))
    assert link_named(shown, LABEL) == finding_of(submitted_review, "Point 1").get_absolute_url()
    got = client.post(where, judged(assessment))
    assert (got.status_code, got.url) == (
        302,
        finding_of(submitted_review, "Point 1").get_absolute_url(),
    )
    assert got.cookies["tq-saved"].value == f"{lead.pk}:{rating.get_absolute_url()}"
    assert remarks(rating, lead) == [f"After {LABEL}"]


def remarks(rating: Rating, reader: User) -> list[str]:
    """What the rating's history says of the time of each change, the newest first."""
    shown = read(reader, rating.assessment.trust, "rating", rating.pk)
    return [entry.remark for entry in shown.entries]


def record(rating: Rating, note: str, *, by: User) -> None:
    rating.note = note
    record_rating(rating=rating, version=rating.version, by=by)


def test_history_says_that_it_was_after_the_review_however_it_was_revised(
    review, reviewer, lead
) -> None:
    assessment = review.assessment
    first, second, _ = assessment.ratings.in_order()
    record(first, "Before anything is found.", by=lead)
    find(review, "Point 1", by=reviewer, strengths="They know it.")
    record(first, "While it is a draft.", by=lead)
    Rating.history.update(history_date=review.created_at - timedelta(hours=1))
    submit(review=review, by=reviewer)
    assert remarks(first, lead) == [""]
    record(first, "The findings are read.", by=lead)
    record(second, "Of this the reviewers said nothing.", by=lead)
    assert remarks(first, lead) == [f"After {LABEL}", ""]
    assert remarks(second, lead) == [""]
    whole = read(lead, assessment.trust, "assessment", assessment.pk, words="after the peer review")
    assert [entry.kind.key for entry in whole.entries] == ["rating"]
    answer = client_of(lead).get(reverse("reports:history_csv", args=["northfield"]))
    rows = b"".join(answer.streaming_content).decode().splitlines()
    [row] = [row for row in rows if '"The findings are read."' in row]
    assert row.endswith(f',"After {LABEL}"')


def test_reason_that_somebody_gave_stands_beside_what_follows_from_the_rows(
    submitted_review, lead
) -> None:
    rating = rating_of(submitted_review.assessment, "Point 1")
    Rating.history.bulk_history_create(
        [rating], update=True, default_user=lead, default_change_reason="Read out wrong."
    )
    shown = read(lead, rating.assessment.trust, "rating", rating.pk)
    assert [(one.reason, one.remark) for one in shown.entries] == [
        ("Read out wrong.", f"After {LABEL}")
    ]
    assert f"After {LABEL}" in [node.text for node in shown.page.all("p")]
    answer = client_of(lead).get(reverse("reports:history_csv", args=["northfield"]))
    text = b"".join(answer.streaming_content).decode()
    assert f',"Read out wrong.\nAfter {LABEL}"' in text


def test_remarks_on_a_kind_are_of_one_app() -> None:
    with pytest.raises(ValueError, match="There are remarks on changes of rating already"):
        remark_on("rating", lambda: Value(""))


def test_quiet_save_of_the_same_page_says_so_too(submitted_review, lead) -> None:
    assessment = submitted_review.assessment
    rating = rating_of(assessment, "Point 1")
    where = rating.get_absolute_url() + after(submitted_review)
    client = client_of(lead)
    [form] = page_of(client.get(where)).all("form", "tq-rate__form")
    assert form.attributes["hx-post"] == where
    assert form.attributes["data-draft"] == rating.get_absolute_url()
    client.post(where, judged(assessment), headers={"HX-Request": "true"})
    assert remarks(rating, lead) == [f"After {LABEL}"]


def test_both_sides_read_what_the_board_said_when_the_findings_came(
    submitted_review, lead, reviewer
) -> None:
    assessment = submitted_review.assessment
    rating = rating_of(assessment, "Point 1")
    client = client_of(lead)
    where = rating.get_absolute_url()
    Rating.history.bulk_history_create([rating], update=True, default_user=lead)
    rating.history.update(history_date=submitted_review.created_at)
    client.post(where + after(submitted_review), judged(assessment))
    page = page_of(client.get(address("answer", submitted_review, "MU-01")))
    assert "When the findings came it was Step 2." in page.all("section", "tq-side")[0].text
    assert page.all("p", "tq-gap-line")[0].text == "Same level"
    page = page_of(client_of(reviewer).get(address("find", submitted_review, "MU-01")))
    said = "When you sent your findings it was Step 2."
    assert said in page.all("section", "tq-board")[0].text


@pytest.mark.parametrize("path", ["/reviews/1/gaps/", "https://elsewhere.example/", "x"])
def test_forged_way_back_is_not_followed(path, submitted_review, lead) -> None:
    rating = rating_of(submitted_review.assessment, "Point 1")
    where = f"{rating.get_absolute_url()}?{urlencode({'after': path})}"
    client = client_of(lead)
    assert "after" not in page_of(client.get(where)).all("div", "govuk-inset-text")
    got = client.post(where, judged(submitted_review.assessment))
    assert got.url == reverse("assessments:rate", args=[submitted_review.assessment_id, "MU-02"])


def test_finding_of_another_element_is_no_way_back(submitted_review, lead) -> None:
    rating = rating_of(submitted_review.assessment, "Point 1")
    where = rating.get_absolute_url() + after(submitted_review, "Point 3")
    got = client_of(lead).post(where, judged(submitted_review.assessment))
    assert got.url == reverse("assessments:rate", args=[submitted_review.assessment_id, "MU-02"])


def asked(client, where: str, fields: dict[str, object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.post(where, fields, headers={"HX-Request": "true"}).status_code == 200
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in queries)


def test_plain_save_costs_nothing_for_it_and_the_page_eight_at_most(
    submitted_review, lead, django_assert_max_num_queries
) -> None:
    assessment = submitted_review.assessment
    where = rating_of(assessment, "Point 1").get_absolute_url()
    plain = asked(client_of(lead), where, judged(assessment))
    where += after(submitted_review)
    told = asked(client_of(lead), where, judged(assessment, note="Again."))
    assert (plain, told) == (7, 8)
    client = client_of(lead)
    with django_assert_max_num_queries(8):
        assert client.get(where).status_code == 200


def test_agreed_assessment_is_reopened_with_the_reason_filled_in(submitted_review, lead) -> None:
    assessment = submitted_review.assessment
    agree_assessment(assessment=assessment, minute_reference="", by=lead)
    client = client_of(lead)
    page = page_of(client.get(address("answer", submitted_review, "MU-01")))
    where = reverse("assessments:reopen", args=[assessment.pk]) + after(submitted_review)
    assert link_named(page, "Reopen the assessment to revise this rating") == where
    assert page_of(client.get(where)).with_id("id_reason").text == f"After {LABEL}"
    got = client.post(where, {"reason": f"After {LABEL}"})
    assert got.url == finding_of(submitted_review, "Point 1").get_absolute_url()
    assessment.refresh_from_db()
    assert assessment.status == "agreeing"
    assert assessment.history.first().history_change_reason == f"After {LABEL}"


def test_reason_is_of_this_assessment_or_left_open(
    submitted_review, lead, northfield: Trust, framework
) -> None:
    other = create_assessment(
        trust=northfield, framework=framework, title="Another", due_on=None, by=lead
    )
    agree_assessment(assessment=other, minute_reference="", by=lead)
    where = reverse("assessments:reopen", args=[other.pk]) + after(submitted_review)
    assert page_of(client_of(lead).get(where)).with_id("id_reason").text == ""
