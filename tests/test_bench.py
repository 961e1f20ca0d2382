"""The bench counts the same queries at any size, and runs from end to end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from assessments.models import Response
from bench.pages import MOST_QUERIES, PAGES, Visitor
from bench.queries import count_queries
from bench.seed import Seeder, write_history
from bench.table import grouped, markdown, plain
from frameworks.models import Framework
from trusts.models import Trust, User

pytestmark = pytest.mark.once  # queries are counted, and are the same on both
ROOT = Path(__file__).resolve().parent.parent
NAMES = [page.name for page in PAGES]


@pytest.fixture
def seeder(framework: Framework) -> Seeder:
    return Seeder(framework, "!", timezone.localdate())


def counted(slug: str) -> dict[str, int]:
    return count_queries(PAGES, Visitor.of(Trust.objects.get(slug=slug)))


def test_pages_cost_as_many_queries_in_year_ten_as_on_day_one(seeder: Seeder) -> None:
    seeder.seed([1], years=2)
    first_day = counted("trust-1")
    seeder.seed(range(2, 12), years=10)
    assert counted("trust-7") == first_day
    assert list(first_day) == NAMES
    assert max(first_day.values()) <= MOST_QUERIES


def test_seeding_writes_whole_trusts(seeder: Seeder) -> None:
    seeder.seed([1, 2], years=3)
    write_history()
    trust = Trust.objects.get(slug="trust-2")
    visitor = Visitor.of(trust)
    assert trust.memberships.count() == 9
    statuses = [one.status for one in trust.assessments.all()]
    assert statuses == ["collecting", "agreeing", *["agreed"] * 3]
    ratings = visitor.current.ratings
    assert (ratings.count(), ratings.filter(level=None).count()) == (3, 2)
    assert not visitor.agreed.ratings.filter(level=None).exists()
    assert visitor.agreed.ratings.in_order().first().history.count() == 1
    assert not visitor.collecting.ratings.exclude(level=None).exists()
    for assessment, answered in ((visitor.current, 3), (visitor.collecting, 1)):
        views = Response.objects.filter(respondent__assessment=assessment)
        assert views.count() == 8 * 3
        given = views.exclude(updated_at=None)
        assert {one.history.get().history_user for one in given} == set(
            User.objects.filter(memberships__trust=trust).exclude(memberships__role="observer")
        )
        assert given.count() == 8 * answered
    actions = [
        list(one.actions.values_list("status", flat=True))
        for one in visitor.plan.priorities.in_order()
    ]
    assert actions == [["done", "in_progress", "in_progress"]] * 3


def test_save_is_written_each_time(seeder: Seeder) -> None:
    seeder.seed([1], years=2)
    visitor = Visitor.of(Trust.objects.get())
    for page in PAGES:
        if page.saves:
            count_queries([page, page], visitor)
    for row in (visitor.rating, visitor.view):
        row.refresh_from_db()
        assert row.version == 3
        assert row.note.startswith("Two schools have it in place")


def test_tables_hold_every_cell() -> None:
    head, rows = ("", "ratio"), [("home", "0.25"), ("a longer name", "1.00")]
    assert plain(head, rows).splitlines() == [
        "               ratio",
        "-------------  -----",
        "home            0.25",
        "a longer name   1.00",
    ]
    assert markdown(head, rows).splitlines() == [
        "|  | ratio |",
        "| --- | ---: |",
        "| home | 0.25 |",
        "| a longer name | 1.00 |",
    ]


def test_figures_are_grouped_by_what_they_are_of() -> None:
    figures = {"9_actions,_pages": 5, "9_actions,_the_ratio": 0.8123}
    figures |= {"40_actions,_pages": 11, "40_actions,_the_ratio": 1.0}
    assert grouped(figures, "PDF") == (
        ("PDF", "pages", "the ratio"),
        [("9 actions", "5", "0.812"), ("40 actions", "11", "1")],
    )


@pytest.mark.everywhere
def test_bench_measures_every_page_on_a_real_server() -> None:
    """Its ratios are read for their form only: how fast this machine is proves nothing."""
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "bench", "--only", "pages", "--markdown"),
            *("--trusts", "3", "--years", "2", "--rounds", "1", "--seconds", "0.05"),
            *("--database", connection.vendor),
        ],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": "sqlite:////nowhere/not-to-be-used.sqlite3"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert finished.returncode == 0, finished.stderr
    rows = re.findall(
        r"^\| (.+?) \| (\d) \| \2 \| \d+ \| \d+ \| \d+\.\d\d \|", finished.stdout, re.MULTILINE
    )
    assert [name for name, _ in rows] == NAMES
    assert {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor] in finished.stdout


def test_bench_says_what_it_cannot_do() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "bench", "--trusts", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert finished.returncode == 2
    assert "1 is not from 2 to 5000" in finished.stderr
