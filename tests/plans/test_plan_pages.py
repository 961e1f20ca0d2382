"""A plan's own pages: start it, read it, name it, adopt it."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from assessments.actions import agree_assessment, create_assessment
from plans.actions import adopt_plan, start_plan
from plans.models import Plan
from tests.conftest import client_of
from tests.plans.conftest import (
    action_fields,
    add_action,
    add_priority,
    address,
    error_links,
    form_values,
    page_of,
)

pytestmark = pytest.mark.once  # what pages say and take; saves at once are tried on both


def test_starting_makes_one_plan_however_often_it_is_asked_for(rated, executive) -> None:
    where = address("for_assessment", rated)
    client = client_of(executive)
    assert "Start the action plan" in client.get(where).content.decode()
    answers = [client.post(where) for _ in range(2)]
    plan = Plan.objects.get()
    assert [answer.url for answer in answers] == [address("choose", plan)] * 2
    assert (plan.assessment, plan.created_by) == (rated, executive)
    assert plan.title == f"Action plan {timezone.localdate().year}"
    assert [row.history_user for row in plan.history.all()] == [executive]


def test_a_second_plan_is_called_after_its_assessment(plan, northfield, framework, lead) -> None:
    title = "W" * 120
    second = create_assessment(
        trust=northfield, framework=framework, title=title, due_on=None, by=lead
    )
    year = timezone.localdate().year
    assert start_plan(assessment=second, by=lead).title == f"Action plan {year}: {'W' * 101}…"


def test_starting_says_how_far_the_ratings_are(rated, executive) -> None:
    page = page_of(client_of(executive).get(address("for_assessment", rated)))
    notice = page.all("div", "govuk-inset-text")[0].text
    assert "3 of 3 points are rated" in notice
    assert "There is no action plan for this assessment yet." in page.all("main")[0].text


def test_starting_names_the_plan_that_runs_and_what_it_has_under_way(
    action, northfield, framework, lead, chair
) -> None:
    running = action.priority.plan
    adopt_plan(plan=running, on=date(2026, 3, 1), by=lead)
    add_action(add_priority(running, "Point 1"), status="done")
    newer = create_assessment(
        trust=northfield, framework=framework, title="Newer", due_on=None, by=lead
    )
    for user in (lead, chair):
        page = page_of(client_of(user).get(address("for_assessment", newer)))
        assert f"The trust’s plan is {running.title} , adopted by" in page.all("main")[0].text
        links = [node.attributes.get("href") for node in page.all("a")]
        assert running.get_absolute_url() in links
    client = client_of(lead)
    plan = start_plan(assessment=newer, by=lead)
    texts = [node.text for node in page_of(client.get(address("choose", plan))).all("div")]
    said = [text for text in texts if text.startswith("Under way in")]
    assert said == [f"Under way in {running.title}: 1 open action there."]
    assert "Under way in" not in client.get(address("choose", running)).content.decode()


def test_the_plan_shows_priorities_in_order_with_rating_note_issue_and_actions(
    plan, action, executive
) -> None:
    add_priority(plan, "Point 1")
    page = page_of(client_of(executive).get(address("detail", plan)))
    names = [node.text for node in page.all("h2", "govuk-heading-l")]
    assert names == ["Point 3", "Point 1"]
    first = page.with_id(f"priority-{action.priority_id}")
    for words in (
        "Step 1",
        "What the board saw in Point 3.",
        "Nobody looks at it.",
        "Do thing 1",
        "Thing 1 is seen to work",
        "Amara Okafor",
        date_format(action.due_on, "j F Y"),
        "Not started",
        "People, learning and capacity",
    ):
        assert words in first.text
    contents = page.all("nav", "tq-plan-contents")[0].text
    assert "Point 1 (Area 1) still to write: a key issue and an action" in contents
    assert "Continue with Point 1" in [node.text for node in page.all("a", "govuk-button")]


def test_lateness_is_said_in_words_and_only_of_what_is_still_open(priority, executive) -> None:
    late = date(2026, 3, 1)
    add_action(priority, due_on=late)
    add_action(priority, due_on=late, status="done")
    add_action(priority, due_on=timezone.localdate())
    page = page_of(client_of(executive).get(address("detail", priority.plan)))
    due = [node.text for node in page.all("dd") if "20" in node.text]
    assert due[:2] == ["Overdue : was due 1 March 2026", "1 March 2026"]
    assert "Overdue" not in due[2]
    assert "1 is overdue." in page.all("main")[0].text


def test_the_plan_counts_actions_by_status_and_leaves_the_dropped_out(priority, executive) -> None:
    client = client_of(executive)
    add_action(priority)
    add_action(priority, status="in_progress")
    dropped = add_action(priority, description="Do no more")
    client.post(address("drop_action", dropped), {"reason": "Done elsewhere."})
    other = add_priority(priority.plan, "Point 1", key_issue="Later.")
    add_action(other, status="done")
    client.post(address("drop_priority", other), {"reason": "Next year."})
    page = page_of(client.get(address("detail", priority.plan)))
    counts = "1 priority with 2 actions: 0 done, 1 in progress, 1 not started. None is overdue."
    assert counts in page.all("main")[0].text
    assert [node.text for node in page.all("h2", "govuk-heading-l")] == ["Point 3"]
    below = next(node.text for node in page.all("div", "tq-dropped"))
    today = timezone.localdate().strftime("%-d %B %Y")
    assert f"Dropped on {today} by Executive: Done elsewhere." in below
    assert "Do no more" in below
    last = page.all("section", "tq-dropped--priorities")[0].text
    assert "Point 1" in last
    assert f"Dropped on {today} by Executive: Next year." in last
    assert "with 1 action" in last


def test_words_that_look_like_markup_stay_words(priority, executive) -> None:
    nasty = '<script>alert("x")</script> & <b>bold</b>'
    priority.key_issue = nasty
    priority.save()
    add_action(priority, description=nasty, success_criterion=nasty, owner_name=nasty[:40])
    for where in (address("detail", priority.plan), address("priority", priority)):
        html = client_of(executive).get(where).content.decode()
        assert "<script>alert" not in html
        assert "<b>bold" not in html
        assert "&lt;b&gt;bold&lt;/b&gt;" in html


def plan_fields(**changes: object) -> dict[str, object]:
    fields = {"title": "Plan for 2027", "next_review_on_day": "27", "next_review_on_month": "3"}
    return fields | {"next_review_on_year": "2027", "version": 1} | changes


def test_editing_saves_title_and_review_with_history(plan, executive) -> None:
    answer = client_of(executive).post(address("edit", plan), plan_fields())
    plan.refresh_from_db()
    assert answer.url == address("detail", plan)
    assert answer.cookies["tq-saved"].value.partition(":")[2] == address("edit", plan)
    assert (plan.title, plan.next_review_on) == ("Plan for 2027", date(2027, 3, 27))
    assert plan.version == 2
    newest = plan.history.first()
    assert (newest.title, newest.history_user, newest.version) == ("Plan for 2027", executive, 2)


def test_editing_twice_with_the_same_words_is_no_conflict(plan, executive) -> None:
    client = client_of(executive)
    answers = [client.post(address("edit", plan), plan_fields()) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert plan.history.count() == 2


def test_editing_what_another_has_saved_gives_both_and_then_goes_on(plan, lead, executive) -> None:
    client_of(lead).post(address("edit", plan), plan_fields(title="The lead's"))
    client = client_of(executive)
    answer = client.post(address("edit", plan), plan_fields(title="The executive's"))
    page = page_of(answer)
    assert answer.status_code == 409
    theirs = page.all("div", "govuk-error-summary")[0].text
    assert "Lead saved this while you were writing" in theirs
    assert "The lead's, next review 27 March 2027" in theirs
    values = form_values(page)
    assert (values["title"], values["version"]) == (["The executive's"], ["2"])
    assert Plan.objects.get().title == "The lead's"
    sent = {name: value[0] for name, value in values.items()}
    assert client.post(address("edit", plan), sent).status_code == 302
    assert Plan.objects.get().title == "The executive's"


@pytest.mark.parametrize(
    ("changes", "message", "target"),
    [
        ({"title": ""}, "Give the plan a title", "id_title"),
        ({"title": "  "}, "Give the plan a title", "id_title"),
        (
            {"title": "x" * 121},
            "The title must be 120 characters or fewer; it has 121",
            "id_title",
        ),
        ({"title": "a\x00b"}, "Null characters are not allowed.", "id_title"),
        (
            {"next_review_on_day": "31", "next_review_on_month": "02"},
            "Enter a real date: February 2027 has 28 days",
            "id_next_review_on_day",
        ),
        (
            {"next_review_on_year": "1999"},
            "The date of the review must be in a year from 2000 to "
            f"{timezone.localdate().year + 10}",
            "id_next_review_on_year",
        ),
    ],
)
def test_editing_refuses_bad_input_with_everything_kept(
    changes, message, target, plan, executive
) -> None:
    fields = plan_fields(**changes)
    answer = client_of(executive).post(address("edit", plan), fields)
    page = page_of(answer)
    assert answer.status_code == 422
    assert error_links(page) == {message: target}
    values = form_values(page)
    assert values["title"] == [fields["title"]]
    assert values["next_review_on_day"] == [fields["next_review_on_day"]]
    assert values["next_review_on_year"] == [fields["next_review_on_year"]]
    assert Plan.objects.get().version == 1
    assert plan.history.count() == 1


def adopted(day: str = "2", month: str = "11", year: str = "2026") -> dict[str, str]:
    return {"adopted_on_day": day, "adopted_on_month": month, "adopted_on_year": year}


def test_adopting_records_the_boards_day_and_who_wrote_it_down(action, executive) -> None:
    plan = action.priority.plan
    answer = client_of(executive).post(address("adopt", plan), adopted(), follow=True)
    plan.refresh_from_db()
    assert (plan.status, plan.adopted_by) == ("adopted", executive)
    assert plan.adopted_on == date(2026, 11, 2)
    assert plan.history.first().status == "adopted"
    assert plan.history.first().history_user == executive
    assert "Adopted by the board on 2 November 2026." in answer.content.decode()


def test_the_day_of_an_adoption_can_be_corrected(action, executive) -> None:
    plan = action.priority.plan
    client = client_of(executive)
    client.post(address("adopt", plan), adopted())
    values = form_values(page_of(client.get(address("edit", plan))))
    assert values["adopted_on_day"] == ["2"]
    sent = {name: value[0] for name, value in values.items()}
    assert client.post(address("edit", plan), sent).status_code == 302
    plan.refresh_from_db()
    before = plan.adopted_at
    assert plan.adopted_on == date(2026, 11, 2)
    sent |= {"adopted_on_day": "3", "version": plan.version}
    assert client.post(address("edit", plan), sent).status_code == 302
    plan.refresh_from_db()
    assert (plan.adopted_on, plan.status, plan.adopted_by) == (
        date(2026, 11, 3),
        "adopted",
        executive,
    )
    assert [row.adopted_at for row in plan.history.all()][:2] == [plan.adopted_at, before]
    sent |= {"adopted_on_month": "13", "version": plan.version}
    answer = client.post(address("edit", plan), sent)
    assert list(error_links(page_of(answer)).values()) == ["id_adopted_on_month"]


def test_a_title_from_before_the_adoption_undoes_nothing(action, lead, executive) -> None:
    plan = action.priority.plan
    client_of(lead).post(address("adopt", plan), adopted())
    client = client_of(executive)
    answer = client.post(address("edit", plan), plan_fields())
    page = page_of(answer)
    assert answer.status_code == 409
    theirs = page.all("div", "govuk-error-summary")[0].text
    assert "no date of review, adopted by the board on 2 November 2026" in theirs
    sent = {name: value[0] for name, value in form_values(page).items()}
    assert client.post(address("edit", plan), sent).status_code == 302
    plan.refresh_from_db()
    assert (plan.title, plan.adopted_on) == ("Plan for 2027", date(2026, 11, 2))


def test_adopting_again_changes_nothing(action, lead, executive) -> None:
    plan = action.priority.plan
    client_of(executive).post(address("adopt", plan), adopted())
    answer = client_of(lead).post(address("adopt", plan), adopted(day="3"), follow=True)
    plan.refresh_from_db()
    assert (plan.adopted_on, plan.adopted_by) == (date(2026, 11, 2), executive)
    assert plan.history.count() == 2
    words = "recorded as adopted on 2 November 2026 already, by Executive"
    assert words in answer.content.decode()
    assert "<form" not in page_of(answer).with_id("main-content").text


def test_the_adoption_page_says_what_is_still_missing(plan, priority, executive) -> None:
    page = page_of(client_of(executive).get(address("adopt", plan)))
    assert [node.text for node in page.all("li") if "needs" in node.text] == [
        "Point 3 still needs an action"
    ]
    values = form_values(page)
    assert [values[f"adopted_on_{box}"] for box in ("day", "month", "year")] == [[""]] * 3
    unsettled = "The ratings of Self-assessment 2026 are not agreed yet"
    assert unsettled in page.with_id("main-content").text
    agree_assessment(assessment=plan.assessment, minute_reference="", by=executive)
    page = page_of(client_of(executive).get(address("adopt", plan)))
    assert unsettled not in page.with_id("main-content").text


def test_a_plan_without_priorities_cannot_be_adopted(plan, executive) -> None:
    answer = client_of(executive).post(address("adopt", plan), adopted())
    assert answer.status_code == 422
    assert error_links(page_of(answer)) == {
        "Choose at least one priority before the board adopts the plan": "id_adopted_on_day"
    }
    assert Plan.objects.get().status == "draft"


def test_adoption_refuses_a_day_to_come_and_a_day_that_is_none(action, executive) -> None:
    plan = action.priority.plan
    client = client_of(executive)
    for fields, message, target in (
        (
            adopted(year=str(timezone.localdate().year + 1)),
            "The date of the meeting must be today or in the past",
            "id_adopted_on_day",
        ),
        (adopted("", "", ""), "Enter the date of the meeting", "id_adopted_on_day"),
        ({}, "Enter the date of the meeting", "id_adopted_on_day"),
        (adopted("31", "2"), "Enter a real date: February 2026 has 28 days", "id_adopted_on_day"),
    ):
        answer = client.post(address("adopt", plan), fields)
        assert answer.status_code == 422
        assert error_links(page_of(answer)) == {message: target}
    assert Plan.objects.get().status == "draft"


def test_an_adopted_plan_can_still_be_written_to(action, executive) -> None:
    client = client_of(executive)
    client.post(address("adopt", action.priority.plan), adopted())
    answer = client.post(address("edit_action", action), action_fields(status="done", version=1))
    action.refresh_from_db()
    assert (answer.status_code, action.status) == (302, "done")
    assert [row.status for row in action.history.all()] == ["done", "not_started"]
