"""A trust's home: what needs doing on top, then every app's panel."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.urls import reverse
from django.utils import timezone

from assessments.actions import create_assessment
from assessments.models import Assessment
from frameworks.models import Framework
from tests.conftest import client_of
from tests.page import Page
from trusts import home
from trusts.home import Panel, Task, panels_for, register, tasks_of
from trusts.models import Membership, Role, Trust, User

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

HOME = "/trusts/northfield/"


@pytest.fixture
def makers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No app's panel but what the test registers."""
    monkeypatch.setattr(home, "_panel_makers", [])


@pytest.fixture
def panel_template(tmp_path: Path, settings: LazySettings) -> str:
    """A panel's template that says what it was given."""
    (tmp_path / "panel.html").write_text(
        "<p>{{ panel.context.say }} for {{ trust.name }}"
        "{% if may.rate %}, who may rate{% endif %}</p>"
    )
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"].append(tmp_path)
    settings.TEMPLATES = templates
    return "panel.html"


def page_of(user: User) -> Page:
    answer = client_of(user).get(HOME)
    assert answer.status_code == 200
    return Page(answer.content.decode())


def todo_of(page: Page) -> list[str]:
    """The text of each thing that needs doing, in order."""
    [section] = page.all("section", "tq-todo")
    items = [node for node in page.all("li", "tq-list__item") if node.text in section.text]
    return [item.text for item in items]


def test_tasks_stand_the_soonest_first_and_the_undated_last() -> None:
    soon, later = Task("Soon", "/s", date(2026, 12, 1)), Task("Later", "/l", date(2027, 1, 1))
    undated = Task("Undated", "/u")
    panels = [Panel("p.html", tasks=(undated, later)), Panel("q.html", tasks=(soon,))]
    assert tasks_of(panels) == [soon, later, undated]


def test_tasks_of_one_day_stand_in_the_order_of_the_panels() -> None:
    first, second = Task("First", "/1", date(2026, 12, 1)), Task("Second", "/2", date(2026, 12, 1))
    panels = [Panel("p.html", tasks=(first,)), Panel("q.html", tasks=(second,))]
    assert tasks_of(panels) == [first, second]


@pytest.mark.parametrize(
    ("days", "expected"), [(None, False), (1, False), (0, False), (-1, True), (-400, True)]
)
def test_task_is_overdue_the_day_after(days: int | None, expected: bool) -> None:
    due_on = None if days is None else timezone.localdate() + timedelta(days=days)
    assert Task("It", "/", due_on).is_overdue is expected


def test_panels_are_made_for_the_person_and_trust(
    makers: None, lead: User, northfield: Trust
) -> None:
    @register
    def first(user: User, trust: Trust) -> Panel:
        return Panel("p.html", {"say": f"{user} at {trust}"})

    @register
    def second(user: User, trust: Trust) -> Panel:
        return Panel("q.html")

    assert panels_for(lead, northfield) == [
        Panel("p.html", {"say": "Lead at Northfield Learning Trust"}),
        Panel("q.html"),
    ]


def test_home_is_headed_by_the_trust_and_the_role(makers: None, chair: User) -> None:
    page = page_of(chair)
    assert [node.text for node in page.all("h1")] == ["Northfield Learning Trust"]
    assert [node.text for node in page.all("span", "tq-caption")] == ["Chair"]
    assert page.all("title")[0].text == "Northfield Learning Trust – Trust Quality"


def test_home_says_so_when_nothing_waits(makers: None, observer: User) -> None:
    [section] = page_of(observer).all("section", "tq-todo")
    assert section.text == "What needs doing Nothing waits for you here."


def test_home_says_what_waits_for_whom_until_when_and_since_when(makers: None, lead: User) -> None:
    ahead = timezone.localdate() + timedelta(days=9)
    whole = Task("Rate & note", "/r/", ahead, whose="Chair", since=date(2026, 9, 28))
    late = Task("Late", "/l/", date(2025, 1, 31))
    register(lambda user, trust: Panel("_partials/brand_mark.html", tasks=(whole, late)))
    page = page_of(lead)
    assert todo_of(page) == [
        "Late Overdue: it was due 31 January 2025",
        f"Rate & note Due {ahead.day} {ahead:%B %Y} Whose: Chair Since 28 September 2026",
    ]
    links = {node.text: node.attributes["href"] for node in page.all("a", "govuk-link")}
    assert links.items() >= {"Late": "/l/", "Rate & note": "/r/"}.items()
    times = [node.attributes["datetime"] for node in page.all("time")]
    assert times == ["2025-01-31", ahead.isoformat(), "2026-09-28"]


@pytest.mark.parametrize(("who", "more"), [("lead", ", who may rate"), ("observer", "")])
def test_panel_knows_its_context_the_trust_and_what_one_may(
    who: str, more: str, makers: None, panel_template: str, request: pytest.FixtureRequest
) -> None:
    for say in ("First", "Second"):
        register(lambda user, trust, say=say: Panel(panel_template, {"say": say}))
    page = page_of(request.getfixturevalue(who))
    assert [node.text for node in page.all("div", "tq-panels__panel")] == [
        f"First for Northfield Learning Trust{more}",
        f"Second for Northfield Learning Trust{more}",
    ]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("lead", 200),
        ("chair", 200),
        ("executive", 200),
        ("trustee", 200),
        ("observer", 200),
        ("stranger", 404),
    ],
)
def test_home_is_for_members_only(
    who: str, status: int, northfield: Trust, request: pytest.FixtureRequest
) -> None:
    assert client_of(request.getfixturevalue(who)).get(HOME).status_code == status


def test_home_asks_who_one_is(northfield: Trust, client) -> None:
    answer = client.get(HOME)
    assert (answer.status_code, answer.url) == (302, f"{reverse('account_login')}?next={HOME}")


def test_home_of_no_trust_is_not_found(lead: User) -> None:
    assert client_of(lead).get("/trusts/nowhere/").status_code == 404


def test_home_is_there_to_read(lead: User) -> None:
    assert client_of(lead).post(HOME).status_code == 405


def test_home_lists_the_newest_assessment_first(
    lead: User, northfield: Trust, framework: Framework
) -> None:
    for year in (2024, 2025, 2026):
        one = create_assessment(
            trust=northfield, framework=framework, title=f"Year {year}", due_on=None, by=lead
        )
        created_at = timezone.make_aware(timezone.datetime(year, 9, 1))
        Assessment.objects.filter(pk=one.pk).update(created_at=created_at)
    titles = [node.text for node in page_of(lead).all("h3") if node.text.startswith("Year")]
    assert titles == ["Year 2026", "Year 2025", "Year 2024"]


@pytest.mark.parametrize("assessments", [0, 1, 12])
def test_home_costs_as_many_queries_whatever_there_is(
    assessments: int,
    lead: User,
    southmere: Trust,
    northfield: Trust,
    framework: Framework,
    django_assert_max_num_queries,
) -> None:
    Membership.objects.create(user=lead, trust=southmere, role=Role.TRUSTEE)
    for number in range(assessments):
        create_assessment(
            trust=northfield, framework=framework, title=f"Year {number}", due_on=None, by=lead
        )
    client = client_of(lead)
    with django_assert_max_num_queries(8):
        answer = client.get(HOME)
    assert answer.status_code == 200
