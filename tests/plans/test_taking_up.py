"""From something that was said elsewhere to a priority or an action, with one click."""

from __future__ import annotations

from urllib.parse import unquote, urlencode

import pytest
from django.urls import reverse

from assessments import sources
from assessments.actions import create_assessment
from assessments.models import Assessment
from assessments.sources import Outcome, Source, outcomes_of
from plans.actions import drop_priority, start_plan
from plans.models import Action, Origin, Plan, Priority
from plans.taking_up import take_up_as_priority
from tests.conftest import client_of, make_framework, make_user
from tests.plans.conftest import action_fields, add_priority, address, page_of
from tests.together import WRITERS, at_once
from trusts.models import Role, Trust, User

PATH = "/said/1/"
LABEL = "the letter of the inspector"


@pytest.fixture
def said(rated: Assessment, monkeypatch: pytest.MonkeyPatch) -> Source:
    """Something that was said of Point 3, where the trust's own people may read it."""
    return speak(rated, monkeypatch)


def speak(assessment: Assessment, monkeypatch: pytest.MonkeyPatch, **changes: str) -> Source:
    element = assessment.ratings.in_order().last().element
    source = Source(
        path=PATH,
        label=LABEL,
        text=changes.get("text", "Nobody looks at the figures."),
        assessment_id=assessment.pk,
        element_id=element.pk,
    )

    def find(user: User, path: str) -> Source | None:
        is_member = user.memberships.filter(trust=assessment.trust).exists()
        return source if path == PATH and is_member else None

    monkeypatch.setattr(sources, "_finders", [find])
    return source


def click(assessment: Assessment, user: User, *, kind: str = "priority", source: str = PATH):
    path = reverse("plans:take_up", args=[assessment.pk])
    return client_of(user).post(path, {"source": source, "as": kind})


def test_one_click_makes_plan_and_priority_with_the_words_as_key_issue(
    said, rated, executive
) -> None:
    answer = click(rated, executive)
    priority = Priority.objects.get()
    assert (priority.plan.assessment, priority.element.name) == (rated, "Point 3")
    assert (priority.key_issue, priority.version) == (said.text, 2)
    assert (answer.status_code, answer.url) == (302, priority.get_absolute_url())
    reasons = list(priority.history.values_list("history_change_reason", "history_user"))
    assert reasons == [(f"From {LABEL}", executive.pk), (None, executive.pk)]
    assert rated.ratings.get(element=priority.element).is_priority
    origin = Origin.objects.get()
    assert (origin.priority, origin.action, origin.source, origin.label, origin.created_by) == (
        priority,
        None,
        PATH,
        LABEL,
        executive,
    )


def test_second_click_changes_nothing(said, rated, executive) -> None:
    click(rated, executive)
    priority = Priority.objects.get()
    Priority.objects.update(key_issue="")
    second = client_of(executive).post(
        reverse("plans:take_up", args=[rated.pk]), {"source": PATH, "as": "priority"}, follow=True
    )
    page = page_of(second)
    assert [node.text for node in page.all("p", "govuk-notification-banner__heading")] == [
        "Point 3 had been made a priority from this before."
    ]
    assert list(Priority.objects.values_list("pk", "key_issue")) == [(priority.pk, "")]
    assert (Origin.objects.count(), Priority.history.count()) == (1, 2)


def test_second_click_leaves_dropped_what_was_dropped_since(said, rated, executive) -> None:
    click(rated, executive)
    drop_priority(priority=Priority.objects.get(), reason="Not now.", by=executive)
    click(rated, executive)
    assert Priority.objects.get().drop_reason == "Not now."


def test_key_issue_that_is_written_stays(said, plan, executive) -> None:
    priority = add_priority(plan, "Point 3", key_issue="Ours.")
    click(plan.assessment, executive)
    priority.refresh_from_db()
    assert (priority.key_issue, priority.version) == ("Ours.", 1)
    assert list(priority.origins.values_list("source", flat=True)) == [PATH]


def test_words_of_nothing_leave_the_key_issue_empty(rated, executive, monkeypatch) -> None:
    speak(rated, monkeypatch, text="")
    click(rated, executive)
    assert list(Priority.objects.values_list("key_issue", "version")) == [("", 1)]


def test_dropped_priority_is_taken_up_again(said, plan, executive) -> None:
    priority = add_priority(plan, "Point 3", key_issue="Ours.")
    drop_priority(priority=priority, reason="Not now.", by=executive)
    answer = client_of(executive).post(
        reverse("plans:take_up", args=[plan.assessment.pk]),
        {"source": PATH, "as": "priority"},
        follow=True,
    )
    assert not Priority.objects.get().is_dropped
    assert "Point 3 is a priority again, at the end of the plan." in answer.content.decode()


def test_action_opens_its_page_with_the_words(said, rated, executive) -> None:
    answer = click(rated, executive, kind="action")
    priority = Priority.objects.get()
    query = urlencode({"from": PATH})
    assert answer.url == f"{address('add_action', priority)}?{query}"
    assert priority.key_issue == ""
    page = page_of(client_of(executive).get(answer.url))
    assert page.with_id("id_description").text == said.text
    assert [node.attributes["href"] for node in page.all("a") if node.text == LABEL] == [PATH]
    assert Action.objects.count() == 0


def test_action_goes_under_the_priority_that_is_there(said, plan, executive) -> None:
    priority = add_priority(plan, "Point 3", key_issue="Ours.")
    answer = click(plan.assessment, executive, kind="action")
    assert answer.url.startswith(address("add_action", priority))
    assert Origin.objects.count() == 0


def test_action_knows_where_it_came_from_and_is_added_once(said, priority, executive) -> None:
    path = f"{address('add_action', priority)}?{urlencode({'from': PATH})}"
    client = client_of(executive)
    for _ in range(2):
        answer = client.post(path, action_fields())
        assert (answer.status_code, answer.url) == (302, priority.get_absolute_url())
    forms = page_of(client.get(path)).all("form")
    [name] = [form.attributes["data-draft"] for form in forms if "data-draft" in form.attributes]
    # As static/js/drafts.js reads it.
    assert unquote(client.cookies["tq-saved"].value) == f"{executive.pk}:{name}"
    action = Action.objects.get()
    assert (action.origin.source, action.origin.priority) == (PATH, priority)
    for shown in (address("priority", priority), address("edit_action", action)):
        page = page_of(client.get(shown))
        [origin] = page.all("p", "tq-origin")
        assert origin.text.startswith(f"From {LABEL} , taken up on"), shown


def test_long_words_are_cut_to_what_an_action_holds(priority, executive, monkeypatch) -> None:
    said = speak(priority.plan.assessment, monkeypatch, text="word " * 1000)
    path = f"{address('add_action', priority)}?{urlencode({'from': PATH})}"
    page = page_of(client_of(executive).get(path))
    assert len(page.with_id("id_description").text) == 2_000
    assert said.text.strip() in [node.text for node in page.all("p", "tq-typed")]


def test_what_became_is_told_by_the_address_and_to_the_trusts_own_people(
    said, rated, executive, stranger
) -> None:
    click(rated, executive)
    priority = Priority.objects.get()
    path = f"{address('add_action', priority)}?{urlencode({'from': PATH})}"
    client_of(executive).post(path, action_fields(description="Count them"))
    action = Action.objects.get()
    assert outcomes_of(executive, [PATH, "/said/2/"]) == {
        PATH: [
            Outcome("the priority Point 3", priority.get_absolute_url(), is_priority=True),
            Outcome("the action “Count them”", action.get_absolute_url()),
        ],
        "/said/2/": [],
    }
    assert outcomes_of(stranger, [PATH]) == {PATH: []}
    drop_priority(priority=priority, reason="Not now.", by=executive)
    assert [one.label for one in outcomes_of(executive, [PATH])[PATH]] == [
        "the priority Point 3 (dropped since)",
        "the action “Count them” (dropped since)",
    ]


def test_what_became_costs_one_query(said, rated, executive, django_assert_num_queries) -> None:
    click(rated, executive)
    user = User.objects.get(pk=executive.pk)
    with django_assert_num_queries(1):
        outcomes_of(user, [PATH, *(f"/said/{number}/" for number in range(2, 40))])


@pytest.mark.parametrize("kind", ["priority", "action"])
@pytest.mark.parametrize("path", ["/said/2/", "", "https://elsewhere.example/", "x" * 5000])
def test_forged_source_is_not_found_and_makes_nothing(kind, path, said, rated, executive) -> None:
    assert click(rated, executive, kind=kind, source=path).status_code == 404
    assert (Plan.objects.count(), Origin.objects.count()) == (0, 0)


@pytest.mark.parametrize("kind", ["priority", "action"])
def test_source_of_another_assessment_is_not_found(kind, said, rated, lead, framework) -> None:
    other = create_assessment(
        trust=rated.trust, framework=framework, title="Another", due_on=None, by=lead
    )
    assert click(other, lead, kind=kind).status_code == 404
    plan = start_plan(assessment=other, by=lead)
    priority = add_priority(plan, "Point 3")
    path = f"{address('add_action', priority)}?{urlencode({'from': PATH})}"
    for answer in (client_of(lead).get(path), client_of(lead).post(path, action_fields())):
        assert answer.status_code == 404
    assert (Origin.objects.count(), Action.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("lead", 302),
        ("chair", 403),
        ("executive", 302),
        ("trustee", 403),
        ("observer", 403),
        ("stranger", 404),
    ],
)
@pytest.mark.parametrize("kind", ["priority", "action"])
def test_who_may_take_up(kind, person, status, said, rated, request) -> None:
    answer = click(rated, request.getfixturevalue(person), kind=kind)
    assert answer.status_code == status
    assert Plan.objects.count() == (1 if status == 302 else 0)


def test_only_a_form_takes_up(said, rated, executive) -> None:
    answer = client_of(executive).get(reverse("plans:take_up", args=[rated.pk]))
    assert (answer.status_code, Plan.objects.count()) == (405, 0)
    assert answer["Allow"] == "POST"
    assert page_of(answer).all("h1")[0].text == "Nothing to open here"


@pytest.fixture
def committed(transactional_db: None) -> Assessment:
    trust = Trust.objects.create(name="Northfield Learning Trust", slug="northfield")
    lead = make_user("lead@northfield.example", trust=trust, role=Role.LEAD)
    return create_assessment(
        trust=trust, framework=make_framework(), title="At once", due_on=None, by=lead
    )


def test_clicking_at_once_makes_one_priority_with_one_origin(committed, monkeypatch) -> None:
    source = speak(committed, monkeypatch)
    taken = at_once(
        lambda n: take_up_as_priority(assessment=committed, source=source, by=committed.created_by)
    )
    assert sorted(one.was_before for one in taken) == [False] + [True] * (WRITERS - 1)
    assert list(Priority.objects.values_list("key_issue", "version")) == [(source.text, 2)]
    assert (Origin.objects.count(), Priority.history.count()) == (1, 2)
