"""An assessment's other pages: set up, task list, heat map, sign off, reopen."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from assessments.actions import (
    agree_assessment,
    create_assessment,
    record_rating,
    reopen_assessment,
)
from assessments.models import Assessment, Rating
from frameworks.models import Element
from tests.conftest import client_of, make_framework
from tests.page import Page
from trusts.home import panels_for, tasks_of

pytestmark = pytest.mark.once  # what pages say and take; the changes themselves are tried on both


def rate_all(assessment: Assessment, by, *, order: int = 4) -> None:
    level = assessment.framework.levels.get(order=order)
    for rating in assessment.ratings.in_order():
        rating.level = level
        record_rating(rating=rating, version=rating.version, by=by)


def signed(minute: str, **changes: object) -> dict[str, object]:
    """What the form to sign off sends: the meeting was on 19 November 2025."""
    day = {"meeting_on_day": "19", "meeting_on_month": "11", "meeting_on_year": "2025"}
    return day | {"minute_reference": minute} | changes


def new_assessment(**changes: object) -> dict[str, object]:
    fields = {"title": "Self-assessment 2026", "due_on_day": "27", "due_on_month": "3"}
    return fields | {"due_on_year": "2027"} | changes


def test_create_makes_one_rating_an_element(framework, lead, northfield) -> None:
    answer = client_of(lead).post(
        reverse("assessments:create", args=["northfield"]), new_assessment(framework=framework.pk)
    )
    made = Assessment.objects.get()
    assert answer.url == reverse("assessments:detail", args=[made.pk])
    assert (made.trust, made.due_on, made.created_by) == (northfield, date(2027, 3, 27), lead)
    assert made.ratings.count() == 3
    assert made.history.get().history_user == lead


@pytest.mark.parametrize(
    ("changes", "message", "target"),
    [
        ({"title": ""}, "Give the assessment a title", "#id_title"),
        ({"title": "x" * 121}, None, "#id_title"),
        ({"framework": ""}, "Choose a framework", "#id_framework_0"),
        ({"framework": "999"}, "Choose one of the frameworks in the list", "#id_framework_0"),
        (
            {"due_on_day": "31", "due_on_month": "02"},
            "Enter a real date: February 2027 has 28 days",
            "#id_due_on_day",
        ),
    ],
)
def test_create_refuses_bad_input_with_everything_kept(
    changes, message, target, framework, lead
) -> None:
    fields = new_assessment(framework=framework.pk) | changes
    answer = client_of(lead).post(reverse("assessments:create", args=["northfield"]), fields)
    page = Page(answer.content.decode())
    assert answer.status_code == 422
    links = [node for node in page.nodes if node.attributes.get("href") == target]
    assert links
    assert target[1:] in [node.attributes.get("id") for node in page.nodes]
    if message:
        assert message in [link.text for link in links]
    kept = {node.attributes.get("name"): node.attributes.get("value") for node in page.nodes}
    assert kept["due_on_day"] == fields["due_on_day"]
    assert kept["title"] == (fields["title"] or None)
    assert not Assessment.objects.exists()


def test_create_suggests_a_title_that_is_free_and_the_only_framework(assessment, lead) -> None:
    this_year = timezone.localdate().year
    assessment.title = f"Self-assessment {this_year}"
    assessment.save()
    page = Page(
        client_of(lead).get(reverse("assessments:create", args=["northfield"])).content.decode()
    )
    fields = {node.attributes.get("name"): node.attributes for node in page.nodes}
    assert fields["title"]["value"] == f"Self-assessment {this_year + 1}"
    assert "checked" in fields["framework"]


def test_create_twice_by_a_double_click_makes_one(assessment, framework, lead) -> None:
    answer = client_of(lead).post(
        reverse("assessments:create", args=["northfield"]), new_assessment(framework=framework.pk)
    )
    assert answer.status_code == 422
    assert "already has an assessment with this title" in answer.content.decode()
    assert Assessment.objects.count() == 1


def test_framework_for_schools_is_not_offered_to_a_trust(lead, framework) -> None:
    other = make_framework("for-schools")
    other.subject = "school"
    other.save()
    text = client_of(lead).get(reverse("assessments:create", args=["northfield"])).content.decode()
    assert "The made-up framework" in text
    assert "The for-schools framework" not in text


def test_task_list_shows_progress_and_the_next_step(assessment, lead) -> None:
    first = assessment.ratings.in_order().first()
    first.level = assessment.framework.levels.get(order=2)
    record_rating(rating=first, version=1, by=lead)
    url = reverse("assessments:detail", args=[assessment.pk])
    html = client_of(lead).get(url).content.decode()
    assert "<bdi>The made-up framework</bdi>, 2026-01" in html
    text = Page(html).nodes[0].text
    assert "1 of 3 points rated." in text
    assert "Continue with 2. Point 2" in text
    assert "Area 1 1 of 2 rated" in text
    third = Element.objects.get(code="MU-03")
    Element.objects.filter(pk=third.pk).update(number=1)
    assessment.ratings.update(level=first.level)
    assessment.ratings.filter(element=third).update(level=None)
    text = Page(client_of(lead).get(url).content.decode()).nodes[0].text
    assert "Continue with 1. Point 3, Area 2" in text  # there are two of that number
    Element.objects.filter(code__in=["MU-01", "MU-03"]).update(name="Culture")
    for address, words in (
        (reverse("assessments:agree", args=[assessment.pk]), "1. Culture (Area 2)"),
        (reverse("assessments:follow", args=[assessment.pk]), "1. Culture (Area 1)"),
        (f"/trusts/northfield/history/rating/{first.pk}/", "1. Culture (Area 1) in Self-"),
    ):
        assert words in client_of(lead).get(address).content.decode(), address


def test_task_list_of_a_trustee_says_who_records(assessment, trustee) -> None:
    url = reverse("assessments:detail", args=[assessment.pk])
    text = Page(client_of(trustee).get(url).content.decode()).nodes[0].text
    assert "The chair or the governance lead records the board’s ratings." in text
    assert "Start with" not in text


def test_results_name_in_one_line_what_nobody_has_said_anything_of(assessment, lead) -> None:
    rating = assessment.ratings.in_order().first()
    rating.note = "Only this"
    record_rating(rating=rating, version=1, by=lead)
    url = reverse("assessments:results", args=[assessment.pk])
    page = Page(client_of(lead).get(url).content.decode())
    assert [node.attributes["id"] for node in page.all("article")] == ["MU-01"]
    unsaid = [node.text for node in page.all("p", "tq-note")]
    assert unsaid == [
        "Not rated yet and without a note: 2. Point 2 .",
        "Not rated yet and without a note: 3. Point 3 .",
    ]


def test_results_show_every_level_and_note_and_no_grade(assessment, lead) -> None:
    rate_all(assessment, lead, order=1)
    text = (
        Page(
            client_of(lead)
            .get(reverse("assessments:results", args=[assessment.pk]))
            .content.decode()
        )
        .nodes[0]
        .text
    )
    assert text.count("Step 1") >= 6
    assert "They do not add up to a grade." in text
    for word in ("average", "score", "overall rating", "%"):
        assert word not in text.lower()


def test_agree_names_what_is_not_rated_first(assessment, chair) -> None:
    url = reverse("assessments:agree", args=[assessment.pk])
    text = Page(client_of(chair).get(url).content.decode()).nodes[0].text
    assert "3 points are not rated yet:" in text
    assert "3. Point 3" in text


def test_agree_locks_with_date_person_and_minute(assessment, chair, lead) -> None:
    rate_all(assessment, lead)
    answer = client_of(chair).post(
        reverse("assessments:agree", args=[assessment.pk]), signed("2026-11 item 6")
    )
    assert answer.url == reverse("assessments:results", args=[assessment.pk])
    assessment.refresh_from_db()
    assert assessment.status == "agreed"
    assert (assessment.agreed_by, assessment.minute_reference) == (chair, "2026-11 item 6")
    assert assessment.meeting_on == date(2025, 11, 19)
    latest = assessment.history.latest()
    assert (latest.status, latest.history_user) == ("agreed", chair)


def test_agree_proposes_today_as_the_day_of_the_meeting(assessment, chair) -> None:
    url = reverse("assessments:agree", args=[assessment.pk])
    page = Page(client_of(chair).get(url).content.decode())
    today = timezone.localdate()
    boxes = [page.with_id(f"id_meeting_on_{box}") for box in ("day", "month", "year")]
    assert [box.attributes["value"] for box in boxes] == [
        str(today.day),
        str(today.month),
        str(today.year),
    ]


@pytest.mark.parametrize(
    ("days", "year", "fault"),
    [
        (1, None, "The meeting must be today or in the past: sign off after the board has agreed"),
        (0, "1999", "The date of the meeting must be in a year from 2000 to"),
        (0, "", "The date must include a year"),
    ],
)
def test_agree_refuses_a_day_on_which_no_meeting_was(days, year, fault, assessment, chair) -> None:
    day = timezone.localdate() + timedelta(days=days)
    sent = signed("Item 6", meeting_on_day=day.day, meeting_on_month=day.month)
    sent["meeting_on_year"] = day.year if year is None else year
    answer = client_of(chair).post(reverse("assessments:agree", args=[assessment.pk]), sent)
    page = Page(answer.content.decode())
    assert answer.status_code == 422
    assert fault in page.with_id("id_meeting_on-error").text
    assert page.with_id("id_minute_reference").attributes["value"] == "Item 6"
    assert Assessment.objects.get().status == "agreeing"


def test_agree_without_a_day_asks_for_it(assessment, chair) -> None:
    url = reverse("assessments:agree", args=[assessment.pk])
    answer = client_of(chair).post(url, {"minute_reference": "Item 6"})
    assert answer.status_code == 422
    assert "Give the date of the meeting" in answer.content.decode()


def test_agree_on_the_day_of_the_meeting_itself(assessment, chair) -> None:
    today = timezone.localdate()
    sent = {"meeting_on_day": today.day, "meeting_on_month": today.month}
    sent["meeting_on_year"] = today.year
    url = reverse("assessments:agree", args=[assessment.pk])
    assert client_of(chair).post(url, sent).status_code == 302
    assert Assessment.objects.get().meeting_on == today


@pytest.mark.parametrize("name", ["home", "detail", "results", "agree", "reopen"])
def test_meeting_and_signature_stand_wherever_agreed_does(name, assessment, chair) -> None:
    agree_assessment(
        assessment=assessment, meeting_on=date(2025, 11, 19), minute_reference="M 41", by=chair
    )
    url = reverse(f"assessments:{name}", args=[assessment.pk]) if name != "home" else ""
    text = (
        Page(client_of(chair).get(url or assessment.trust.get_absolute_url()).content.decode())
        .nodes[0]
        .text
    )
    today = date_format(timezone.localdate(), "j F Y")
    assert (
        f"Agreed at the meeting of 19 November 2025, signed off by Chair on {today}. "
        "Minute reference: M 41." in text
    )


def test_agreed_before_meetings_were_asked_for_still_says_when_and_by_whom(
    assessment, chair
) -> None:
    agree_assessment(assessment=assessment, minute_reference="", by=chair)
    text = Page(client_of(chair).get(assessment.get_absolute_url()).content.decode()).nodes[0].text
    assert f"Agreed on {date_format(timezone.localdate(), 'j F Y')} by Chair." in text


def test_reopened_assessment_says_why_until_it_is_agreed_again(assessment, chair) -> None:
    agree_assessment(
        assessment=assessment, meeting_on=date(2025, 11, 19), minute_reference="M 41", by=chair
    )
    browser = client_of(chair)

    def said() -> list[str]:
        pages = [
            browser.get(reverse(f"assessments:{name}", args=[assessment.pk]))
            for name in ("detail", "results")
        ]
        return [Page(page.content.decode()).nodes[0].text for page in pages]

    for reason in ("A level was read out wrong.", "The auditor wrote."):
        reopen_assessment(assessment=assessment, reason=reason, by=chair)
        now = Assessment.objects.get()
        assert (now.meeting_on, now.minute_reference, now.agreed_at) == (None, "", None)
        line = f"Reopened on {date_format(timezone.localdate(), 'j F Y')}: {reason}"
        assert all(line in text for text in said())
        agree_assessment(
            assessment=assessment, meeting_on=date(2025, 12, 1), minute_reference="", by=chair
        )
        assert not [text for text in said() if "Reopened on" in text]


def test_agree_a_second_time_changes_nothing_and_gives_back_what_was_typed(
    assessment, chair, lead
) -> None:
    agree_assessment(assessment=assessment, minute_reference="First", by=chair)
    answer = client_of(lead).post(
        reverse("assessments:agree", args=[assessment.pk]), signed("Second")
    )
    page = Page(answer.content.decode())
    assert answer.status_code == 409
    assert page.with_id("id_minute_reference").attributes["value"] == "Second"
    assert "Only an assessment that is being agreed can be signed off." in page.nodes[0].text
    assessment.refresh_from_db()
    assert (assessment.agreed_by, assessment.minute_reference) == (chair, "First")


def test_agree_by_a_double_click_goes_on_to_the_result(assessment, chair) -> None:
    browser = client_of(chair)
    for _ in range(2):
        answer = browser.post(reverse("assessments:agree", args=[assessment.pk]), signed("Item 6"))
        assert answer.url == reverse("assessments:results", args=[assessment.pk])
    assert assessment.history.count() == 2


def test_reopen_refused_meanwhile_gives_the_reason_back(assessment, chair, lead) -> None:
    agree_assessment(assessment=assessment, minute_reference="", by=chair)
    url = reverse("assessments:reopen", args=[assessment.pk])
    assert client_of(lead).post(url, {"reason": "Mine"}).status_code == 302
    browser = client_of(chair)
    answer = browser.post(url, {"reason": "Long thought about"})
    page = Page(answer.content.decode())
    assert answer.status_code == 409
    assert page.with_id("id_reason").text == "Long thought about"
    assert "Only an agreed assessment can be reopened." in page.nodes[0].text
    assert browser.post(url, {"reason": "Mine"}).status_code == 302
    assert assessment.history.latest().history_change_reason == "Mine"


@pytest.mark.parametrize("name", ["create", "edit", "agree", "reopen"])
def test_what_is_typed_stays_in_the_browser_until_it_is_saved(
    name, assessment, framework, lead
) -> None:
    url = reverse(f"assessments:{name}", args=[assessment.pk])
    sent = signed("Item 6") | {"title": "Renamed", "version": "1", "reason": "Because"}
    if name == "create":
        url = reverse("assessments:create", args=["northfield"]) + f"?from={assessment.pk}"
        sent["framework"] = str(framework.pk)
    if name == "reopen":
        agree_assessment(assessment=assessment, minute_reference="", by=lead)
    browser = client_of(lead)
    form = Page(browser.get(url).content.decode()).all("form")[-1]
    assert form.attributes["data-draft"] == url
    assert form.attributes["data-draft-owner"] == str(lead.pk)
    saved = browser.post(url, sent).cookies["tq-saved"].value
    assert unquote(saved) == f"{lead.pk}:{url}"


@pytest.mark.parametrize("name", ["create", "edit"])
@pytest.mark.parametrize("year", ["1999", "2101", "3027"])
def test_due_date_of_a_slip_in_the_year_is_refused(name, year, assessment, framework, lead) -> None:
    url = reverse(f"assessments:{name}", args=[assessment.pk])
    if name == "create":
        url = reverse("assessments:create", args=["northfield"])
    fields = new_assessment(framework=framework.pk, title="Another", due_on_year=year, version=1)
    answer = client_of(lead).post(url, fields)
    page = Page(answer.content.decode())
    assert answer.status_code == 422
    assert "#id_due_on_year" in [node.attributes["href"] for node in page.all("a")]
    assert page.with_id("id_due_on_year").attributes["value"] == year
    assert [one.title for one in Assessment.objects.all()] == ["Self-assessment 2026"]


def test_reopen_needs_a_reason_and_keeps_it(assessment, chair) -> None:
    agree_assessment(assessment=assessment, minute_reference="", by=chair)
    url = reverse("assessments:reopen", args=[assessment.pk])
    browser = client_of(chair)
    page = Page(browser.get(url).content.decode())
    assert "lets the chair and the governance lead change its ratings and notes, until they" in (
        page.with_id("main-content").text
    )
    refused = browser.post(url, {"reason": " "})
    assert refused.status_code == 422
    assert "Say why the assessment needs to be reopened" in refused.content.decode()
    reason = "The auditor's letter came after the meeting. " * 5
    browser.post(url, {"reason": reason})
    assessment.refresh_from_db()
    assert assessment.status == "agreeing"
    latest = assessment.history.latest()
    assert (latest.history_change_reason, latest.history_user) == (reason.strip(), chair)


def test_edit_changes_title_and_due_date(assessment, lead) -> None:
    url = reverse("assessments:edit", args=[assessment.pk])
    answer = client_of(lead).post(
        url,
        {
            "title": "Renamed",
            "due_on_day": "",
            "due_on_month": "",
            "due_on_year": "",
            "version": 1,
        },
    )
    assert answer.url == reverse("assessments:detail", args=[assessment.pk])
    assessment.refresh_from_db()
    assert (assessment.title, assessment.due_on) == ("Renamed", None)


def test_second_of_two_who_edit_gets_both_and_can_go_on(assessment, lead) -> None:
    url = reverse("assessments:edit", args=[assessment.pk])
    browser = client_of(lead)
    browser.post(url, {"title": "The first's", "version": 1})
    answer = browser.post(url, {"title": "The second's", "version": 1})
    page = Page(answer.content.decode())
    fields = {node.attributes.get("name"): node.attributes.get("value") for node in page.nodes}
    assert answer.status_code == 409
    assert "It is now called “The first's”" in page.nodes[0].text
    assert (fields["title"], fields["version"]) == ("The second's", "2")
    browser.post(url, {"title": "The second's", "version": fields["version"]})
    assessment.refresh_from_db()
    assert assessment.title == "The second's"
    assert [row.title for row in assessment.history.order_by("history_id")] == [
        "Self-assessment 2026",
        "The first's",
        "The second's",
    ]


def test_edit_keeps_titles_apart(assessment, framework, lead, northfield) -> None:
    create_assessment(trust=northfield, framework=framework, title="Other", due_on=None, by=lead)
    answer = client_of(lead).post(
        reverse("assessments:edit", args=[assessment.pk]), {"title": "Other"}
    )
    page = Page(answer.content.decode())
    assert answer.status_code == 422
    assert next(node for node in page.nodes if node.tag == "title").text.startswith("Error: ")
    assessment.refresh_from_db()
    assert assessment.title == "Self-assessment 2026"


def test_home_tells_who_may_rate_what_is_left(assessment, lead, trustee, northfield) -> None:
    texts = [task.text for task in tasks_of(panels_for(lead, northfield))]
    assert "Rate 3 points: Self-assessment 2026" in texts
    rate_all(assessment, lead)
    texts = [task.text for task in tasks_of(panels_for(lead, northfield))]
    assert "Sign off the ratings: Self-assessment 2026" in texts
    assert not [t for t in tasks_of(panels_for(trustee, northfield)) if "Sign off" in t.text]


@pytest.mark.parametrize("elements", [(2, 1), (9, 4, 9, 6, 7)])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("detail", 5), ("results", 8), ("agree", 5), ("edit", 4), ("reopen", 4)],
)
def test_pages_cost_as_many_queries_for_three_elements_as_for_many(
    name, queries, elements, lead, northfield, django_assert_num_queries
) -> None:
    framework = make_framework(f"of-{sum(elements)}", domains=elements)
    earlier, assessment = (
        create_assessment(trust=northfield, framework=framework, title=title, due_on=None, by=lead)
        for title in ("Earlier", "Counted")
    )
    rate_all(earlier, lead)
    agree_assessment(assessment=earlier, minute_reference="", by=lead)
    rate_all(assessment, lead)
    browser = client_of(lead)
    with django_assert_num_queries(queries):
        assert browser.get(reverse(f"assessments:{name}", args=[assessment.pk])).status_code == 200


def test_ratings_belong_to_one_assessment(assessment) -> None:
    assert Rating.objects.count() == assessment.ratings.count() == 3
