"""One action's pages: add it, edit it, drop it, take it up again, move it."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.utils import timezone

from assessments.actions import create_assessment
from plans.actions import start_plan
from plans.models import Action, Priority
from tests.conftest import client_of
from tests.plans.conftest import (
    DUE_ON,
    action_fields,
    add_action,
    add_priority,
    address,
    form_values,
    page_of,
    send_new,
    sendable,
)

pytestmark = pytest.mark.once  # what pages say and take; saves at once are tried on both


def test_adding_saves_every_field_and_its_history(priority, executive) -> None:
    answer = send_new(priority, executive)
    made = Action.objects.get()
    assert answer.url == address("priority", priority)
    assert answer.cookies["tq-saved"].value.partition(":")[2] == address("add_action", priority)
    assert made.priority == priority
    assert (made.description, made.success_criterion) == ("Map every post", "Every post has a name")
    assert (made.owner, made.owner_name, made.due_on) == (None, "Ravi Shah", DUE_ON)
    assert (made.strategic_area, made.status, made.order) == ("people", "not_started", 1)
    assert [(row.history_type, row.history_user) for row in made.history.all()] == [
        ("+", executive)
    ]


def test_adding_can_go_on_with_another_under_a_fresh_key(priority, executive) -> None:
    client = client_of(executive)
    first = page_of(client.get(address("add_action", priority)))
    fields = action_fields(key=form_values(first)["key"][0], then="another")
    answer = client.post(address("add_action", priority), fields)
    assert answer.url == address("add_action", priority)
    second = page_of(client.get(answer.url))
    assert form_values(second)["key"] != form_values(first)["key"]
    client.post(answer.url, fields | {"key": form_values(second)["key"][0]})
    assert [action.order for action in priority.actions.in_order()] == [1, 2]


def test_an_action_sent_twice_is_added_once(priority, executive) -> None:
    answers = [send_new(priority, executive) for _ in range(3)]
    assert [answer.url for answer in answers] == [address("priority", priority)] * 3
    assert Action.objects.count() == 1
    assert Action.history.count() == 1


def test_an_action_sent_again_after_another_edited_it_is_not_added_again(
    priority, lead, executive
) -> None:
    send_new(priority, executive)
    made = Action.objects.get()
    client_of(lead).post(
        address("edit_action", made), action_fields(description="Edited", version=1)
    )
    assert send_new(priority, executive).status_code == 302
    assert [action.description for action in Action.objects.all()] == ["Edited"]


def test_other_words_under_the_same_key_are_asked_about_and_can_be_added(
    priority, executive
) -> None:
    send_new(priority, executive)
    answer = send_new(priority, executive, description="Fill every post")
    page = page_of(answer)
    assert answer.status_code == 409
    banner = page.all("div", "govuk-error-summary")[0].text
    assert "This page has added an action already: Map every post" in banner
    values = sendable(page)
    assert (values["description"], values["owner"]) == ("Fill every post", "other")
    assert client_of(executive).post(address("add_action", priority), values).status_code == 302
    assert [one.description for one in priority.actions.in_order()] == [
        "Map every post",
        "Fill every post",
    ]


def test_the_key_of_another_trusts_action_reveals_nothing(
    action, priority, assessment, southmere, stranger
) -> None:
    theirs = create_assessment(
        trust=southmere, framework=assessment.framework, title="Ours", due_on=None, by=stranger
    )
    own = Priority.objects.create(
        plan=start_plan(assessment=theirs, by=stranger), element=priority.element, order=1
    )
    answer = send_new(own, stranger, key=str(action.key))
    assert answer.status_code == 409
    assert "Do thing 1" not in answer.content.decode()
    values = sendable(page_of(answer))
    assert values["key"] != str(action.key)
    assert client_of(stranger).post(address("add_action", own), values).status_code == 302
    assert own.actions.count() == 1


@pytest.mark.parametrize("key", ["", "x", "\x00", "9" * 400])
def test_a_key_that_cannot_be_read_gives_way_to_a_fresh_one(key, priority, executive) -> None:
    assert send_new(priority, executive, key=key).status_code == 302
    assert isinstance(Action.objects.get().key, uuid.UUID)


def test_editing_saves_under_a_new_version_with_history(action, executive) -> None:
    answer = client_of(executive).post(
        address("edit_action", action), action_fields(status="in_progress", version=1)
    )
    action.refresh_from_db()
    assert answer.url == f"{address('priority', action.priority)}#action-{action.pk}"
    assert (action.description, action.status, action.version) == (
        "Map every post",
        "in_progress",
        2,
    )
    newest = action.history.first()
    assert (newest.history_type, newest.history_user, newest.version) == ("~", executive, 2)
    assert (newest.description, newest.owner_name) == ("Map every post", "Ravi Shah")
    assert newest.key == action.key


def test_the_edit_page_shows_what_is_saved_and_saving_it_is_no_conflict(
    priority, trustee, executive
) -> None:
    action = add_action(priority, owner=trustee, owner_name="Trustee", due_on=date(2027, 2, 3))
    client = client_of(executive)
    values = sendable(page_of(client.get(address("edit_action", action))))
    assert [values[f"due_on_{box}"] for box in ("day", "month", "year")] == ["3", "2", "2027"]
    assert (values["owner"], values["owner_name"]) == (str(trustee.pk), "")
    answers = [client.post(address("edit_action", action), values) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert action.history.count() == 2


@pytest.mark.parametrize("version", [1, "", "x", "9" * 400])
def test_a_loser_gets_both_and_can_go_on(version, action, lead, executive) -> None:
    client_of(lead).post(
        address("edit_action", action), action_fields(description="The lead's", version=1)
    )
    client = client_of(executive)
    mine = action_fields(description="The executive's", status="done", version=version)
    answer = client.post(address("edit_action", action), mine)
    page = page_of(answer)
    assert answer.status_code == 409
    theirs = page.all("div", "govuk-error-summary")[0].text
    assert "Lead saved this while you were writing" in theirs
    assert "The lead's" in theirs
    assert f"27 March {DUE_ON.year}" in theirs
    values = sendable(page)
    assert (values["description"], values["status"]) == ("The executive's", "done")
    action.refresh_from_db()
    assert action.description == "The lead's"
    assert client.post(address("edit_action", action), values).status_code == 302
    action.refresh_from_db()
    assert (action.description, action.status) == ("The executive's", "done")


def test_what_was_dropped_meanwhile_is_not_undone_unread(action, lead, executive) -> None:
    client_of(lead).post(address("drop_action", action), {"reason": "Too dear."})
    client = client_of(executive)
    answer = client.post(address("edit_action", action), action_fields(version=1))
    page = page_of(answer)
    assert answer.status_code == 409
    banner = page.all("div", "govuk-error-summary")[0].text
    assert "by Lead: Too dear." in banner
    assert "Saving takes the action up again." in banner
    action.refresh_from_db()
    assert action.is_dropped
    assert client.post(address("edit_action", action), sendable(page)).status_code == 302
    action.refresh_from_db()
    assert (action.status, action.drop_reason, action.dropped_by) == ("not_started", "", None)
    assert action.description == "Map every post"


def test_a_dropped_action_can_be_edited_which_takes_it_up_again(action, executive) -> None:
    client = client_of(executive)
    client.post(address("drop_action", action), {"reason": "Too dear."})
    page = page_of(client.get(address("edit_action", action)))
    assert "by Executive: Too dear." in page.all("div", "govuk-inset-text")[0].text
    assert "status" not in form_values(page)


def test_dropping_keeps_who_when_and_why(action, executive) -> None:
    answer = client_of(executive).post(address("drop_action", action), {"reason": "Too dear."})
    action.refresh_from_db()
    assert answer.url == address("priority", action.priority)
    assert (action.status, action.drop_reason, action.dropped_by) == (
        "dropped",
        "Too dear.",
        executive,
    )
    assert timezone.localdate(action.dropped_at) == timezone.localdate()
    newest = action.history.first()
    assert (newest.status, newest.drop_reason) == ("dropped", "Too dear.")
    assert newest.history_user == executive


@pytest.mark.parametrize("status", ["not_started", "in_progress", "done"])
def test_restoring_brings_back_the_status_from_before(status, priority, executive) -> None:
    action, other = add_action(priority, status=status), add_action(priority)
    client = client_of(executive)
    client.post(address("drop_action", action), {"reason": "Too dear."})
    client.post(address("drop_action", action), {"reason": "Far too dear.", "replace": "on"})
    for _ in range(2):
        answer = client.post(address("restore_action", action))
        assert answer.url == f"{address('priority', priority)}#action-{action.pk}"
    action.refresh_from_db()
    assert (action.status, action.drop_reason, action.dropped_at) == (status, "", None)
    assert list(priority.actions.active().in_order()) == [other, action]
    assert action.history.count() == 4


def test_restoring_without_any_history_starts_afresh(action, executive) -> None:
    client = client_of(executive)
    client.post(address("drop_action", action), {"reason": "Too dear."})
    Action.history.all().delete()
    client.post(address("restore_action", action))
    action.refresh_from_db()
    assert action.status == "not_started"


def described(priority: Priority) -> list[str]:
    return [action.description for action in priority.actions.active().in_order()]


def test_moving_swaps_neighbours_once_and_returns_to_its_page(priority, executive) -> None:
    rows = [add_action(priority) for _ in range(3)]
    client = client_of(executive)
    fields = {"direction": "up", "place": 3}
    for _ in range(2):
        answer = client.post(address("move_action", rows[2]), fields)
        assert answer.url.startswith(f"{address('priority', priority)}?moved=")
    assert client.get(answer.url).content.decode().count(" autofocus ") == 1
    assert described(priority) == ["Do thing 1", "Do thing 3", "Do thing 2"]
    answer = client.post(
        address("move_action", rows[0]), {"direction": "down", "place": 1, "from": "plan"}
    )
    assert answer.url.startswith(f"{address('detail', priority.plan)}?moved=")
    assert client.get(answer.url).content.decode().count(" autofocus ") == 1
    assert described(priority) == ["Do thing 3", "Do thing 1", "Do thing 2"]
    assert rows[2].history.first().history_user == executive
    rows[2].refresh_from_db()
    assert rows[2].version == 1


def test_moving_steps_over_the_dropped_and_leaves_other_priorities_alone(
    priority, plan, executive
) -> None:
    rows = [add_action(priority) for _ in range(3)]
    elsewhere = add_action(add_priority(plan, "Point 1"))
    client = client_of(executive)
    client.post(address("drop_action", rows[1]), {"reason": "Too dear."})
    client.post(address("move_action", rows[2]), {"direction": "up", "place": 2})
    assert described(priority) == ["Do thing 3", "Do thing 1"]
    assert elsewhere.history.count() == 1


def test_action_carries_what_is_measured(action, executive) -> None:
    figures = {"measure": "Attendance", "baseline": "91 per cent", "target": "94 per cent"}
    sent = action_fields(version=action.version) | figures
    client_of(executive).post(address("edit_action", action), sent)
    action.refresh_from_db()
    assert {name: getattr(action, name) for name in figures} == figures
    shown = page_of(client_of(executive).get(action.priority.plan.get_absolute_url()))
    for figure in figures.values():
        assert figure in shown.nodes[0].text
