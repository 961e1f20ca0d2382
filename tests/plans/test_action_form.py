"""What an action's form accepts and refuses, and who may own an action."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from plans.models import Action
from tests.conftest import client_of, make_user
from tests.plans.conftest import (
    action_fields,
    add_action,
    address,
    chosen_owner,
    error_links,
    form_values,
    page_of,
    send_new,
    sendable,
)

LATEST = timezone.localdate().year + 10

BAD_INPUT = [
    ({"description": ""}, "Say what will be done", "id_description"),
    ({"description": "a\x00b"}, "Null characters are not allowed.", "id_description"),
    (
        {"description": "x" * 2001},
        "What will be done must be 2,000 characters or fewer; it has 2,001",
        "id_description",
    ),
    (
        {"success_criterion": ""},
        "Say how the board will know that it worked",
        "id_success_criterion",
    ),
    (
        {"success_criterion": " \n"},
        "Say how the board will know that it worked",
        "id_success_criterion",
    ),
    (
        {"success_criterion": "x" * 10_001},
        "The success criterion must be 2,000 characters or fewer; it has 10,001",
        "id_success_criterion",
    ),
    (
        {"due_on_day": "31", "due_on_month": "02"},
        "Enter a real date: February 2027 has 28 days",
        "id_due_on_day",
    ),
    (
        {"due_on_day": "", "due_on_month": "", "due_on_year": ""},
        "Enter the date by which it will be done",
        "id_due_on_day",
    ),
    ({"due_on_month": ""}, "The date must include a month", "id_due_on_month"),
    ({"due_on_day": "x\x00"}, "The day must be a number from 1 to 31", "id_due_on_day"),
    ({"due_on_year": "27"}, "The year must be four figures, like 2027", "id_due_on_year"),
    (
        {"due_on_year": "1999"},
        f"The due date must be in a year from 2000 to {LATEST}",
        "id_due_on_year",
    ),
    (
        {"due_on_year": str(LATEST + 1)},
        f"The due date must be in a year from 2000 to {LATEST}",
        "id_due_on_year",
    ),
    ({"owner": "", "owner_name": ""}, "Choose an owner", "id_owner"),
    ({"owner": "other", "owner_name": ""}, "Enter the owner’s name", "id_owner_name"),
    ({"owner": "999999"}, "Choose an owner from the list", "id_owner"),
    ({"owner": "1\x00"}, "Choose an owner from the list", "id_owner"),
    (
        {"owner_name": "x" * 151},
        "The name must be 150 characters or fewer; it has 151",
        "id_owner_name",
    ),
    ({"owner_name": "a\x00b"}, "Null characters are not allowed.", "id_owner_name"),
    ({"strategic_area": ""}, "Choose a strategic area", "id_strategic_area_0"),
    (
        {"strategic_area": "money"},
        "Choose one of the strategic areas in the list",
        "id_strategic_area_0",
    ),
    ({"status": ""}, "Choose a status", "id_status_0"),
    ({"status": "dropped"}, "Choose one of the statuses in the list", "id_status_0"),
]


def test_an_owner_with_an_account_is_stored_with_the_name_as_printed(
    priority, trustee, executive
) -> None:
    send_new(priority, executive, owner=str(trustee.pk), owner_name="")
    made = Action.objects.get()
    assert (made.owner, made.owner_name) == (trustee, "Trustee")


def test_a_name_alone_is_enough(priority, executive) -> None:
    send_new(priority, executive, owner="", owner_name="Ravi Shah")
    made = Action.objects.get()
    assert (made.owner, made.owner_name) == (None, "Ravi Shah")


def test_a_name_beside_a_chosen_member_is_not_thrown_away(priority, trustee, executive) -> None:
    answer = send_new(priority, executive, owner=str(trustee.pk), owner_name="Ravi Shah")
    page = page_of(answer)
    assert answer.status_code == 422
    message = "Choose “Somebody else” as the owner to use this name, or clear it"
    assert error_links(page) == {message: "id_owner_name"}
    assert (chosen_owner(page), form_values(page)["owner_name"]) == (
        str(trustee.pk),
        ["Ravi Shah"],
    )


def test_only_people_of_the_trust_are_offered(priority, lead, stranger, executive) -> None:
    gone = make_user("gone@northfield.example", trust=priority.plan.trust, role="trustee")
    gone.is_active = False
    gone.save()
    page = page_of(client_of(executive).get(address("add_action", priority)))
    offered = [node.text for node in page.all("option")]
    assert offered == ["Choose an owner", "Executive", "Lead", "Somebody else"]
    assert send_new(priority, executive, owner=str(stranger.pk), owner_name="").status_code == 422


def test_an_owner_who_has_left_stays_until_another_is_chosen(priority, trustee, executive) -> None:
    action = add_action(priority, owner=trustee, owner_name="Tess Trustee")
    trustee.memberships.all().delete()
    client = client_of(executive)
    page = page_of(client.get(address("edit_action", action)))
    assert "Tess Trustee (has left the trust)" in [node.text for node in page.all("option")]
    values = sendable(page) | {"description": "Do it soon"}
    assert values["owner"] == str(trustee.pk)
    assert client.post(address("edit_action", action), values).status_code == 302
    action.refresh_from_db()
    assert (action.owner, action.owner_name) == (trustee, "Tess Trustee")
    assert action.description == "Do it soon"


def test_an_owner_whose_account_is_gone_stays_by_name(priority, trustee, executive) -> None:
    action = add_action(priority, owner=trustee, owner_name="Tess Trustee")
    trustee.delete()
    values = sendable(page_of(client_of(executive).get(address("edit_action", action))))
    assert (values["owner"], values["owner_name"]) == ("other", "Tess Trustee")


@pytest.mark.once  # refused by the form, before anything is saved
@pytest.mark.parametrize(("changes", "message", "target"), BAD_INPUT)
@pytest.mark.parametrize("page_name", ["add_action", "edit_action"])
def test_bad_input_is_refused_with_everything_kept(
    page_name, changes, message, target, action, executive
) -> None:
    row = action.priority if page_name == "add_action" else action
    fields = action_fields(version=1) | changes
    answer = client_of(executive).post(address(page_name, row), fields)
    page = page_of(answer)
    assert answer.status_code == 422
    assert error_links(page) == {message: target}
    assert page.all("title")[0].text.startswith("Error: ")
    values = form_values(page)
    for name in ("description", "success_criterion", "owner_name"):
        assert values[name] == [fields[name]]
    for box in ("day", "month", "year"):
        assert values[f"due_on_{box}"] == [fields[f"due_on_{box}"]]
    for name in ("strategic_area", "status"):
        known = "" if name in changes else fields[name]
        assert values.get(name, [""]) == [known]
    if fields["owner"] in ("", "other"):
        assert chosen_owner(page) == fields["owner"]
    assert Action.objects.count() == 1
    assert Action.history.count() == 1


def test_an_empty_post_names_every_missing_field_in_the_pages_order(priority, executive) -> None:
    answer = client_of(executive).post(address("add_action", priority), {})
    assert answer.status_code == 422
    assert list(error_links(page_of(answer)).values()) == [
        "id_description",
        "id_owner",
        "id_due_on_day",
        "id_success_criterion",
        "id_strategic_area_0",
        "id_status_0",
    ]


def test_fields_sent_twice_are_no_error(priority, executive) -> None:
    fields = {name: [value, value] for name, value in action_fields().items()}
    answer = client_of(executive).post(address("add_action", priority), fields)
    assert (answer.status_code, Action.objects.count()) == (302, 1)


def test_only_what_is_done_can_be_due_in_the_past(priority, executive) -> None:
    refused = send_new(priority, executive, due_on_year="2025")
    links = error_links(page_of(refused))
    assert links == {"The due date must be today or in the future": "id_due_on_day"}
    done = send_new(priority, executive, due_on_year="2025", status="done")
    assert (refused.status_code, done.status_code) == (422, 302)


def test_an_overdue_action_can_be_edited_and_not_put_back_further(priority, executive) -> None:
    overdue = add_action(priority, due_on=date(2026, 3, 27))
    client, where = client_of(executive), address("edit_action", overdue)
    fields = action_fields(version=1, due_on_year="2026", status="in_progress")
    assert client.post(where, fields).status_code == 302
    assert client.post(where, fields | {"version": 2, "due_on_month": "2"}).status_code == 422
    overdue.refresh_from_db()
    assert (overdue.status, overdue.due_on) == ("in_progress", date(2026, 3, 27))
