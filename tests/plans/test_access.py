"""Every page for every role, one table: 404 outside the trust, 403 for the wrong role."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assessments.models import Assessment
from plans import urls
from plans.models import Action, Plan, Priority
from tests.conftest import client_of
from tests.plans.conftest import action_fields

READERS = ("chair", "trustee", "observer")
WRITERS = ("lead", "executive")

# Address, the row it is about, whether everybody in the trust reads it, what a POST answers.
PAGES = [
    ("for_assessment", "assessment", True, 302),
    ("take_up", "assessment", None, 404),
    ("detail", "plan", True, 405),
    ("choose", "plan", False, 302),
    ("edit", "plan", False, 302),
    ("adopt", "plan", False, 302),
    ("priority", "priority", True, 302),
    ("drop_priority", "priority", False, 302),
    ("restore_priority", "priority", None, 302),
    ("move_priority", "priority", None, 302),
    ("add_action", "priority", False, 302),
    ("edit_action", "action", False, 302),
    ("drop_action", "action", False, 302),
    ("restore_action", "action", None, 302),
    ("move_action", "action", None, 302),
]
SENT = {
    "edit": {"title": "Action plan 2027", "version": 1},
    "adopt": {"adopted_on_day": "2", "adopted_on_month": "11", "adopted_on_year": "2026"},
    "priority": {"key_issue": "Something else.", "version": 1},
    "drop_priority": {"reason": "Done already."},
    "add_action": action_fields(),
    "edit_action": action_fields(version=1),
    "drop_action": {"reason": "Done already."},
    "move_priority": {"direction": "up"},
    "move_action": {"direction": "up"},
}


@pytest.fixture
def rows(action: Action) -> dict[str, int]:
    """The primary keys that the addresses need."""
    priority = action.priority
    return {
        "assessment": priority.plan.assessment_id,
        "plan": priority.plan_id,
        "priority": priority.pk,
        "action": action.pk,
    }


def counts() -> tuple[int, ...]:
    """How much has ever been written of plans."""
    return tuple(model.history.count() for model in (Plan, Priority, Action))


def test_the_table_names_every_page_of_the_app() -> None:
    assert [page[0] for page in PAGES] == [pattern.name for pattern in urls.urlpatterns]


@pytest.mark.once  # tests/test_addresses.py asks every database for these pages
@pytest.mark.parametrize(("name", "row", "everybody_reads", "answer"), PAGES)
@pytest.mark.parametrize("role", [*READERS, *WRITERS])
def test_who_may_read_a_page(role, name, row, everybody_reads, answer, rows, request) -> None:
    client = client_of(request.getfixturevalue(role))
    got = client.get(reverse(f"plans:{name}", args=[rows[row]]))
    if everybody_reads is None:
        assert got.status_code == 405
    elif name == "for_assessment":
        assert (got.status_code, got.url) == (302, f"/plans/{rows['plan']}/")
    else:
        assert got.status_code == (200 if everybody_reads or role in WRITERS else 403)


@pytest.mark.once  # likewise
@pytest.mark.parametrize(("name", "row", "everybody_reads", "answer"), PAGES)
@pytest.mark.parametrize("role", READERS)
def test_who_may_not_write_is_told_whom_to_ask(
    role, name, row, everybody_reads, answer, rows, lead, request
) -> None:
    before = counts()
    client = client_of(request.getfixturevalue(role))
    got = client.post(reverse(f"plans:{name}", args=[rows[row]]), SENT.get(name, {}))
    assert got.status_code == (405 if answer == 405 else 403)
    if answer != 405:
        assert "write the action plan" in got.content.decode()
        assert lead.email in got.content.decode()
    assert counts() == before


@pytest.mark.parametrize(("name", "row", "everybody_reads", "answer"), PAGES)
@pytest.mark.parametrize("role", WRITERS)
def test_who_may_write_gets_through(
    role, name, row, everybody_reads, answer, rows, request
) -> None:
    client = client_of(request.getfixturevalue(role))
    got = client.post(reverse(f"plans:{name}", args=[rows[row]]), SENT.get(name, {}))
    assert got.status_code == answer


@pytest.mark.once  # likewise
@pytest.mark.parametrize(("name", "row", "everybody_reads", "answer"), PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_trust_finds_nothing(
    method, name, row, everybody_reads, answer, rows, stranger
) -> None:
    before = counts()
    got = getattr(client_of(stranger), method)(
        reverse(f"plans:{name}", args=[rows[row]]), SENT.get(name, {})
    )
    refused_at_the_door = (method, everybody_reads) == ("get", None) or (
        method == "post" and answer == 405
    )
    assert got.status_code == (405 if refused_at_the_door else 404)
    assert counts() == before


@pytest.mark.once  # likewise
@pytest.mark.parametrize(("name", "row", "everybody_reads", "answer"), PAGES)
def test_the_signed_out_are_asked_to_sign_in(
    name, row, everybody_reads, answer, rows, client
) -> None:
    where = reverse(f"plans:{name}", args=[rows[row]])
    got = client.get(where)
    assert (got.status_code, got.url) == (302, f"/accounts/login/?next={where}")
    assert client.post(where, SENT.get(name, {})).status_code == 401


@pytest.mark.parametrize(("name", "row", "everybody_reads", "answer"), PAGES)
def test_a_number_too_large_for_the_database_finds_nothing(
    name, row, everybody_reads, answer, rows, lead
) -> None:
    where = reverse(f"plans:{name}", args=[10**30])
    client = client_of(lead)
    assert client.get(where).status_code in (404, 405)
    assert client.post(where, SENT.get(name, {})).status_code in (404, 405)


def test_an_action_cannot_be_added_to_another_trusts_priority(rows, stranger) -> None:
    got = client_of(stranger).post(
        reverse("plans:add_action", args=[rows["priority"]]), action_fields()
    )
    assert got.status_code == 404
    assert Action.objects.count() == 1


def test_readers_get_pages_without_any_control(rows, observer, client) -> None:
    client = client_of(observer)
    for name, row in (("detail", "plan"), ("priority", "priority")):
        page = client.get(reverse(f"plans:{name}", args=[rows[row]])).content.decode()
        assert "Do thing 1" in page
        assert "Nobody looks at it." in page
        main = page[page.index("<main") : page.index("</main>")]
        for control in ("<form", "<button", "/edit/", "/drop/", "/add/", '/priorities/"'):
            assert control not in main


def test_who_lacks_the_right_is_told_that_there_is_no_plan_and_whom_to_ask(
    assessment: Assessment, observer, lead
) -> None:
    where = reverse("plans:for_assessment", args=[assessment.pk])
    page = client_of(observer).get(where).content.decode()
    assert "There is no action plan for this assessment yet" in page
    assert f"mailto:{lead.email}" in page
    assert "<button" not in page[page.index("<main") : page.index("</main>")]
    assert client_of(observer).post(where).status_code == 403
    assert not Plan.objects.exists()
