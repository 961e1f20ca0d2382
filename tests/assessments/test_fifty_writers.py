"""Fifty people and windows writing at one assessment, through the pages, each on a connection.

Half of them give views and half rate, while somebody closes the views between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from assessments.actions import create_assessment
from assessments.collecting import open_collecting
from assessments.models import Assessment, Rating, Response
from tests.conftest import client_of, make_framework, make_user
from tests.page import Page
from tests.together import at_once
from trusts.models import Role, Trust, User

PEOPLE = 5
WRITERS = 50
CODES = ("MU-01", "MU-02", "MU-03")


@dataclass
class Writer:
    """One window of one person: what its page showed, and what came of what it sent.

    Attributes:
        saved: each text that the server said it had saved, with the text that the page had
            shown when it was sent.
        in_conflict: each text that met another, with that other.
        given_back: each text that came too early or too late, and was handed back to copy.
    """

    number: int
    client: Client
    name: str
    assessment: Assessment
    level: int
    address: str = ""
    page: dict[str, str] = field(default_factory=dict)
    shown: str = ""
    saved: dict[str, str] = field(default_factory=dict)
    in_conflict: list[tuple[str, str]] = field(default_factory=list)
    given_back: list[str] = field(default_factory=list)

    def text(self, turn: int) -> str:
        return f"{self.name} {self.number:02}, turn {turn}"

    def open(self, turn: int) -> None:
        """Load the page of an element, and remember what it shows; the windows spread out."""
        code = CODES[(self.number // PEOPLE + turn) % len(CODES)]
        self.address = reverse(f"assessments:{self.name}", args=[self.assessment.pk, code])
        page = Page(self.client.get(self.address).content.decode())
        self.page, self.shown = hidden(page), page.with_id("id_note").text

    def write(self, turn: int) -> None:
        """Save a text from the page as it is open, once more where another was first.

        Who loses again leaves it: their text may then stand nowhere.
        """
        text = self.text(turn)
        for _ in range(2):
            sent = self.page | {"level": self.level, "note": text}
            answer = self.client.post(self.address, sent)
            if answer.status_code == 302:
                self.saved[text] = self.shown
                return
            assert answer.status_code == 409
            page = Page(answer.content.decode())
            boxes = [node for node in page.all("textarea") if "readonly" in node.attributes]
            if boxes:
                self.given_back.append(boxes[0].text)
                return
            theirs = page.all("p", "tq-theirs")
            self.page, self.shown = hidden(page), theirs[0].text if theirs else ""
            self.in_conflict.append((page.with_id("id_note").text, self.shown))


def hidden(page: Page) -> dict[str, str]:
    """What a page's form sends beside what people type: its version, and which page it is."""
    names = ("version", "saved_from", "save_number")
    boxes = {node.attributes.get("name", ""): node.attributes for node in page.all("input")}
    return {name: boxes[name]["value"] for name in names}


@dataclass
class Room:
    """Everybody at the assessment: writers of views, writers of ratings, and who closes."""

    assessment: Assessment
    lead: Client
    views: list[Writer]
    ratings: list[Writer]

    @property
    def writers(self) -> list[Writer]:
        return self.views + self.ratings

    def write(self, turn: int, *, meanwhile: Callable[[], None] | None = None) -> None:
        """Let all send at once, and do something else at the same time."""
        tasks = [lambda writer=one: writer.write(turn) for one in self.writers]
        tasks += [meanwhile] if meanwhile else []
        at_once(lambda number: tasks[number](), len(tasks), ready=count_connections)

    def close_views(self) -> None:
        answer = self.lead.post(reverse("assessments:close", args=[self.assessment.pk]))
        assert answer.status_code == 302


def count_connections() -> None:
    """Everybody has a connection of their own now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert cursor.fetchone()[0] >= WRITERS


@pytest.fixture
def room(transactional_db) -> Room:
    """Five people asked for views, each in five windows; as many windows of lead and chair."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time; this is about fifty that do not wait")
    trust = Trust.objects.create(name="Northfield Learning Trust", slug="northfield")
    lead = make_user("lead@northfield.example", trust=trust, role=Role.LEAD)
    chair = make_user("chair@northfield.example", trust=trust, role=Role.CHAIR)
    people = [
        make_user(f"trustee-{number}@northfield.example", trust=trust, role=Role.TRUSTEE)
        for number in range(PEOPLE)
    ]
    framework = make_framework()
    level = framework.levels.get(order=2).pk
    assessment = create_assessment(
        trust=trust, framework=framework, title="At once", due_on=None, by=lead
    )

    def windows(name: str, users: list[User]) -> list[Writer]:
        return [
            Writer(number, client_of(users[number % len(users)]), name, assessment, level)
            for number in range(WRITERS // 2)
        ]

    ratings = windows("rate", [lead, chair])
    for one in ratings:
        one.open(1)  # before views were asked for: these pages are out of date soon
    open_collecting(assessment=assessment, people=people, due_on=None, names_shown=True, by=lead)
    return Room(assessment, client_of(lead), windows("respond", people), ratings)


def test_of_fifty_writers_nobody_loses_an_acknowledged_save(room: Room) -> None:
    for one in room.views:
        one.open(1)
    room.write(1)
    met = [one.in_conflict for one in room.views if one.in_conflict]
    assert len(met) == len(room.views) - PEOPLE * len(CODES), "of each view one window is first"
    assert [one.given_back for one in room.ratings] == [[one.text(1)] for one in room.ratings]

    for one in room.views:
        one.open(2)
    room.write(2, meanwhile=room.close_views)

    for one in room.ratings:
        one.open(3)
    room.write(3)
    assert [one.given_back[-1] for one in room.views] == [one.text(3) for one in room.views]
    met = [one.in_conflict for one in room.ratings if one.in_conflict]
    assert len(met) >= len(room.ratings) - len(CODES)

    find_every_save(room.views, Response.objects.all())
    find_every_save(room.ratings, Rating.objects.all())


def find_every_save(writers: list[Writer], rows: QuerySet[Response] | QuerySet[Rating]) -> None:
    """Each acknowledged text stands once in a row or its history, and each other one nowhere.

    And nobody wrote over a text that their page had not shown to them.
    """
    shown_before = {text: shown for one in writers for text, shown in one.saved.items()}
    kept = {row: list(row.history.order_by("history_id")) for row in rows}
    assert Counter(past.note for history in kept.values() for past in history) == Counter(
        list(shown_before)
    )
    for row, history in kept.items():
        notes = ["", *(past.note for past in history)]
        assert row.note == notes[-1]
        assert [shown_before[note] for note in notes[1:]] == notes[:-1]
        versions = [past.version for past in history]
        assert versions == sorted(set(versions))
    for one in writers:
        for own, other in one.in_conflict:
            assert own.startswith(f"{one.name} {one.number:02}, turn ")
            assert other in ("", *shown_before)
