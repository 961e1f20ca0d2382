"""What is offered as a priority, in which order, and what a choice changes."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.actions import agree_assessment, mark_priorities
from assessments.models import Rating
from plans import views
from plans.actions import Chosen, choose_priorities, drop_priority
from plans.choosing import Change, change_between
from plans.models import Action, Plan, Priority
from tests.conftest import client_of
from tests.page import Page
from tests.plans.conftest import (
    add_action,
    add_priority,
    address,
    element,
    error_links,
    form_values,
    page_of,
)


def open_page(plan: Plan, user) -> Page:
    answer = client_of(user).get(address("choose", plan))
    assert answer.status_code == 200
    return page_of(answer)


def ticking(page: Page, plan: Plan, *names: str, **changes: Any) -> dict[str, Any]:
    """What the page sends with just these points ticked."""
    ticked = [str(element(plan, name).pk) for name in names]
    return form_values(page) | {"elements": ticked} | changes


def send(plan: Plan, user, fields: dict[str, Any]):
    return client_of(user).post(address("choose", plan), fields)


def in_plan(plan: Plan) -> list[str]:
    rows = plan.priorities.active().in_order().select_related("element")
    return [priority.element.name for priority in rows]


def flagged(plan: Plan) -> set[str]:
    ratings = plan.assessment.ratings.filter(is_priority=True)
    return set(ratings.values_list("element__name", flat=True))


def flag(plan: Plan, *names: str, by) -> None:
    elements = [element(plan, name) for name in names]
    mark_priorities(assessment=plan.assessment, add=[one.pk for one in elements], by=by)


def test_the_weakest_are_offered_first_and_the_others_by_domain(plan, executive) -> None:
    page = open_page(plan, executive)
    labels = [node.text for node in page.all("label", "govuk-checkboxes__label")]
    assert labels == ["Point 3 Step 1", "Point 1 Step 2", "Point 2 Step 4"]
    headings = [node.text for node in page.all("h2", "govuk-fieldset__heading")]
    assert headings == ["Rated step 1 or step 2", "Area 1"]
    assert "What the board saw in Point 3." in page.with_id("id_elements_0-about").text


def test_what_is_not_rated_is_offered_below_by_domain(assessment, executive) -> None:
    client = client_of(executive)
    client.post(address("for_assessment", assessment))
    page = open_page(assessment.plan, executive)
    headings = [node.text for node in page.all("h2", "govuk-fieldset__heading")]
    assert headings == ["Area 1", "Area 2"]
    labels = [node.text for node in page.all("label", "govuk-checkboxes__label")]
    assert labels == [f"Point {n} Not rated yet" for n in (1, 2, 3)]


def test_flagged_elements_and_those_in_the_plan_are_ticked_the_dropped_are_not(
    plan, executive
) -> None:
    add_priority(plan, "Point 1")
    dropped = add_priority(plan, "Point 2", key_issue="Once.")
    drop_priority(priority=dropped, reason="No longer so.", by=executive)
    flag(plan, "Point 3", "Point 1", by=executive)
    page = open_page(plan, executive)
    expected = {str(element(plan, name).pk) for name in ("Point 3", "Point 1")}
    assert set(form_values(page)["elements"]) == expected
    about = page.with_id("id_elements_2-about").text
    assert "by Executive: No longer so. Tick it to take it up again." in about


def test_choosing_makes_priorities_in_the_order_offered_and_flags_them(plan, executive) -> None:
    fields = ticking(open_page(plan, executive), plan, "Point 1", "Point 2", "Point 3")
    answer = send(plan, executive, fields)
    assert answer.url == address("detail", plan)
    assert in_plan(plan) == ["Point 3", "Point 1", "Point 2"]
    assert [priority.order for priority in plan.priorities.in_order()] == [1, 2, 3]
    assert flagged(plan) == {"Point 1", "Point 2", "Point 3"}
    made = Priority.history.all()
    assert {(row.history_type, row.history_user) for row in made} == {("+", executive)}
    assert made.count() == 3


def test_choosing_again_with_the_same_page_changes_nothing(plan, executive) -> None:
    fields = ticking(open_page(plan, executive), plan, "Point 1", "Point 3")
    send(plan, executive, fields)
    before = list(plan.priorities.values())
    answer = send(plan, executive, fields)
    assert answer.status_code == 302
    assert list(plan.priorities.values()) == before
    assert Priority.history.count() == 2
    assert Rating.history.count() == 2


def test_more_choices_come_after_those_that_are_there(plan, executive) -> None:
    send(plan, executive, ticking(open_page(plan, executive), plan, "Point 2"))
    send(plan, executive, ticking(open_page(plan, executive), plan, "Point 2", "Point 3"))
    assert in_plan(plan) == ["Point 2", "Point 3"]


def test_unticking_an_empty_priority_takes_it_out_and_its_flag(plan, executive) -> None:
    send(plan, executive, ticking(open_page(plan, executive), plan, "Point 1", "Point 3"))
    answer = send(plan, executive, ticking(open_page(plan, executive), plan, "Point 3"))
    assert answer.status_code == 302
    assert in_plan(plan) == ["Point 3"]
    assert flagged(plan) == {"Point 3"}
    newest = Priority.history.first()
    assert (newest.history_type, newest.history_user) == ("-", executive)


def test_unticking_what_was_only_flagged_takes_the_flag_off(plan, executive) -> None:
    flag(plan, "Point 1", "Point 3", by=executive)
    send(plan, executive, ticking(open_page(plan, executive), plan, "Point 3"))
    assert in_plan(plan) == ["Point 3"]
    assert flagged(plan) == {"Point 3"}


@pytest.mark.parametrize("content", ["key issue", "action", "dropped action"])
def test_unticking_a_priority_with_content_asks_for_a_reason(content, plan, executive) -> None:
    text = "Nobody looks at it." if content == "key issue" else ""
    priority = add_priority(plan, "Point 3", key_issue=text)
    if content != "key issue":
        add_action(priority)
    if content == "dropped action":
        client_of(executive).post(
            address("drop_action", Action.objects.get()), {"reason": "Done elsewhere."}
        )
    page = open_page(plan, executive)
    assert not [node for node in page.all("textarea") if "reason" in node.attributes["name"]]
    answer = send(plan, executive, ticking(page, plan, "Point 1"))
    page = page_of(answer)
    box = f"id_reason_{priority.element_id}"
    assert answer.status_code == 422
    assert error_links(page) == {"Say why Point 3 is dropped": box}
    assert form_values(page)["elements"] == [str(element(plan, "Point 1").pk)]
    assert in_plan(plan) == ["Point 3"]
    fields = form_values(page) | {f"reason_{priority.element_id}": "No longer so."}
    assert send(plan, executive, fields).status_code == 302
    priority.refresh_from_db()
    assert (priority.drop_reason, priority.dropped_by) == ("No longer so.", executive)
    assert in_plan(plan) == ["Point 1"]
    assert priority.key_issue == text


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("  ", "Say why Point 3 is dropped"),
        ("x" * 2001, "The reason must be 2,000 characters or fewer; it has 2,001"),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
def test_a_reason_that_is_none_is_refused_and_kept(
    reason, message, plan, priority, executive
) -> None:
    name = f"reason_{priority.element_id}"
    fields = ticking(open_page(plan, executive), plan, "Point 1", **{name: reason})
    answer = send(plan, executive, fields)
    page = page_of(answer)
    assert answer.status_code == 422
    assert error_links(page) == {message: f"id_{name}"}
    assert form_values(page)[name] == [reason]
    assert in_plan(plan) == ["Point 3"]


def test_ticking_a_dropped_priority_takes_it_up_again_at_the_end(plan, priority, executive) -> None:
    drop_priority(priority=priority, reason="No longer so.", by=executive)
    add_priority(plan, "Point 1")
    send(plan, executive, ticking(open_page(plan, executive), plan, "Point 1", "Point 3"))
    priority.refresh_from_db()
    assert in_plan(plan) == ["Point 1", "Point 3"]
    assert (priority.drop_reason, priority.dropped_at, priority.dropped_by) == ("", None, None)
    assert priority.key_issue == "Nobody looks at it."
    assert priority.history.count() == 3


def test_choosing_nothing_at_all_is_refused(plan, executive) -> None:
    for fields in ({}, ticking(open_page(plan, executive), plan)):
        answer = send(plan, executive, fields)
        assert answer.status_code == 422
        assert error_links(page_of(answer)) == {"Choose at least one point": "id_elements_0"}


@pytest.mark.parametrize("value", ["999999", "x", "-1", "1\x00", "9" * 400])
def test_an_element_from_elsewhere_is_refused(value, plan, executive) -> None:
    fields = ticking(open_page(plan, executive), plan, "Point 1")
    fields["elements"].append(value)
    answer = send(plan, executive, fields)
    assert answer.status_code == 422
    assert error_links(page_of(answer)) == {"Choose only from the list": "id_elements_0"}
    assert not Priority.objects.exists()


def test_hidden_boxes_that_cannot_be_read_take_nothing_out(plan, priority, executive) -> None:
    fields = {
        "elements": [str(element(plan, "Point 1").pk)],
        "began_ticked": ["x", "\x00", "9" * 400],
        "began_in_plan": ["-1"],
    }
    assert send(plan, executive, fields).status_code == 302
    assert in_plan(plan) == ["Point 3", "Point 1"]


def test_what_another_chose_in_the_meantime_stays(plan, lead, executive) -> None:
    leads, executives = open_page(plan, lead), open_page(plan, executive)
    send(plan, lead, ticking(leads, plan, "Point 1", "Point 3"))
    send(plan, executive, ticking(executives, plan, "Point 2", "Point 3"))
    assert set(in_plan(plan)) == {"Point 1", "Point 2", "Point 3"}
    assert flagged(plan) == {"Point 1", "Point 2", "Point 3"}
    assert plan.priorities.count() == 3


def test_what_another_took_out_in_the_meantime_stays_out(plan, lead, executive) -> None:
    send(plan, lead, ticking(open_page(plan, lead), plan, "Point 1", "Point 3"))
    leads, executives = open_page(plan, lead), open_page(plan, executive)
    send(plan, lead, ticking(leads, plan, "Point 3"))
    send(plan, executive, ticking(executives, plan, "Point 1", "Point 2", "Point 3"))
    assert in_plan(plan) == ["Point 3", "Point 2"]


def test_what_another_has_written_to_in_the_meantime_asks_for_a_reason(
    plan, lead, executive
) -> None:
    priority = add_priority(plan, "Point 1")
    add_priority(plan, "Point 3")
    executives = open_page(plan, executive)
    client_of(lead).post(address("priority", priority), {"key_issue": "Look!", "version": 1})
    answer = send(plan, executive, ticking(executives, plan, "Point 3"))
    assert answer.status_code == 422
    assert list(error_links(page_of(answer))) == ["Say why Point 1 is dropped"]
    assert in_plan(plan) == ["Point 1", "Point 3"]


def test_what_is_written_to_while_the_choice_is_being_saved_is_kept(
    plan, executive, monkeypatch
) -> None:
    priority = add_priority(plan, "Point 1")
    add_priority(plan, "Point 3")
    fields = ticking(open_page(plan, executive), plan, "Point 3")

    def slow(**chosen: Any) -> Chosen:
        Priority.objects.filter(pk=priority.pk).update(key_issue="Look!")
        return choose_priorities(**chosen)

    monkeypatch.setattr(views, "choose_priorities", slow)
    answer = client_of(executive).post(address("choose", plan), fields, follow=True)
    words = "Point 1 stays in the plan: somebody has written to it in the meantime."
    assert words in answer.content.decode()
    assert in_plan(plan) == ["Point 1", "Point 3"]


def test_a_flag_set_in_the_meantime_stays(plan, chair, executive) -> None:
    page = open_page(plan, executive)
    flag(plan, "Point 2", by=chair)
    send(plan, executive, ticking(page, plan, "Point 3"))
    assert flagged(plan) == {"Point 2", "Point 3"}
    assert in_plan(plan) == ["Point 3"]


def test_the_board_may_have_signed_off_meanwhile(plan, chair, executive) -> None:
    page = open_page(plan, executive)
    agree_assessment(assessment=plan.assessment, minute_reference="", by=chair)
    send(plan, executive, ticking(page, plan, "Point 3"))
    assert (in_plan(plan), flagged(plan)) == (["Point 3"], {"Point 3"})
    plan.assessment.refresh_from_db()
    assert plan.assessment.is_agreed


def test_only_what_the_person_changed_counts() -> None:
    change = change_between(
        offered=[3, 1, 2, 4],
        began_in_plan={1, 2},
        began_ticked={1, 2, 4},
        ticked={3, 4, 1},
        reasons={2: "No longer so."},
    )
    assert change == Change(added=[3, 4], removed={2: "No longer so."})


def test_an_unknown_element_in_a_change_is_left_alone(plan, executive) -> None:
    chosen = choose_priorities(
        plan=plan, change=Change(added=[], removed={10**6: ""}), by=executive
    )
    assert (chosen.added, chosen.removed, chosen.kept) == ([], [], [])
