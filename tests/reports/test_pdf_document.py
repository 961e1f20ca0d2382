"""The action plan on paper, read back by other libraries than the one that made it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.utils.formats import date_format

from plans.models import Plan
from reports.stamp import Stamp
from tests.reports.conftest import (
    add_action,
    add_priority,
    elements_of,
    make_plan,
    print_plan,
)
from tests.reports.printed import Printed
from trusts.models import User

# Without it no database is set up when only tests of the shared documents run.
pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.pdf]


def test_title_page_says_whose_plan_it_is_and_of_when(short: Printed) -> None:
    page = short.pages[0]
    for fact in (
        "Northfield Learning Trust",
        "Action plan 2026",
        "The fourteen framework",
        "Nobody, edition 2026-01 (published in January 2026)",
        "Self-assessment 2026. Agreed at the meeting of 1 October 2026, signed off by "
        "Lead on 3 October 2026. Minute reference: 26/41.",
        "Draft, begun on",
        "Working copy, printed 22 November 2026",
        "No date set yet",
        "This plan gives the trust no overall grade.",
    ):
        assert fact in page


def test_heat_map_is_on_the_second_page_with_every_level_in_words(short: Printed) -> None:
    page = short.pages[1]
    for cell in short.report.heat_map.cells:
        assert f"{cell.element.number}. {cell.element.name} {cell.level.name}" in page
    for section in short.report.priorities:
        assert f"Priority {section.number}" in page
        assert section.judgement.name in page
    assert "3 priorities with 3 actions: 0 done, 0 in progress, 3 not started." in page
    assert "None is overdue." in page


@pytest.mark.parametrize("document", ["short", "forty"])
def test_every_rating_note_issue_and_action_is_printed(document, request) -> None:
    printed: Printed = request.getfixturevalue(document)
    for domain in printed.report.domains:
        for one in domain.judgements:
            assert f"{one.number}. {one.name} {one.level.name}" in printed.text
            assert "".join(one.note.split()) in printed.content
    for section in printed.report.priorities:
        assert section.judgement.name in printed.text
        assert "".join(section.key_issue.split()) in printed.content
        for action in section.actions:
            for text in (action.description, action.success_criterion, action.measure):
                assert "".join(text.split()) in printed.letters
            assert f"{action.owner} by {date_format(action.due_on, 'j F Y')}" in printed.text or (
                f"{action.owner}, by {date_format(action.due_on, 'j F Y')}" in printed.text
            )
            assert action.strategic_area in printed.text


def test_no_action_is_split_over_two_pages(forty: Printed) -> None:
    assert sum(action.is_long for section in forty.report.priorities for action in section.actions)
    for place in range(40):
        markers = [f"{edge}{place}{field}" for edge in ("begin", "end") for field in "abc"]
        pages = {tuple(forty.pages_with(marker)) for marker in [*markers, f"end{place}d"]}
        assert len(pages) == 1, f"action {place} is on {pages}"
        assert len(pages.pop()) == 1


def test_an_action_longer_than_a_page_loses_nothing(plan: Plan) -> None:
    lines = "\n".join(f"line{number}." for number in range(90))
    add_action(plan.priorities.first(), description=lines, success_criterion="the last word")
    printed = print_plan(plan)
    for number in range(90):
        assert f"line{number}." in printed.text
    assert "the last word" in printed.text


def test_pages_are_numbered_and_carry_trust_title_and_section(forty: Printed) -> None:
    count = len(forty.pages)
    for number, page in enumerate(forty.pages, start=1):
        assert f"Page {number} of {count}" in page
        assert "Northfield Learning Trust" in page
        assert "Working copy, printed 22 November 2026" in page
        assert "Action plan 2026" in page
    assert "Appendix: every rating and note" in forty.pages[-1]


def test_page_on_which_a_priority_goes_on_says_which(forty: Printed) -> None:
    running = "Priorities and actions: priority "
    current, went_on = 0, 0
    for page in forty.pages:
        begun = [int(number) for number in re.findall(r"Priority (\d+): ", page)]
        if running in page:
            named = int(page.split(running)[1].split()[0])
            assert named in (current, *begun[:1])
            went_on += named == current
        current = begun[-1] if begun else current
    assert went_on > 3


def test_length_stays_within_reason(short: Printed, forty: Printed) -> None:
    assert len(short.pages) <= 8
    assert len(forty.pages) <= 35
    assert len(short.pdf) < 200_000
    assert len(forty.pdf) < 1_000_000


def test_every_page_is_upright_a4(short: Printed) -> None:
    sizes = {tuple(round(float(edge)) for edge in page.mediabox) for page in short.reader.pages}
    assert sizes == {(0, 0, 595, 842)}


def test_bookmarks_name_title_page_heat_map_priorities_and_domains(short: Printed) -> None:
    last = len(short.pages)
    assert short.bookmarks[:3] == [
        (0, "Action plan 2026", 1),
        (0, "At a glance", 2),
        (0, "Priorities and actions", 3),
    ]
    assert [label for depth, label, _ in short.bookmarks if depth == 0] == [
        "Action plan 2026",
        "At a glance",
        "Priorities and actions",
        "Dropped from the plan",
        "Appendix: every rating and note",
    ]
    assert [label for depth, label, _ in short.bookmarks if depth == 1] == [
        "1. Point 1",
        "2. Point 2",
        "3. Point 3",
        *(f"Area {number}" for number in range(1, 8)),
    ]
    assert all(1 <= page <= last for _, _, page in short.bookmarks)
    for _, label, page in short.bookmarks[3:6]:
        assert label.partition(". ")[2] in short.pages[page - 1]


def test_list_of_priorities_gives_the_page_of_each(forty: Printed) -> None:
    assert {str(link.Contents) for link in forty.links} == {
        f"priority-{number}" for number in range(1, 9)
    }
    table = " ".join(forty.pages[1:3])
    for section, (_, _, page) in zip(forty.report.priorities, forty.bookmarks[3:11], strict=True):
        row = f"{section.judgement.name} {section.judgement.level.name} {len(section.actions)}"
        assert f"{row} {page}" in table


def test_issued_copy_says_by_whom(plan: Plan) -> None:
    printed = print_plan(plan, stamp=Stamp(on=date(2026, 11, 22), issued_by="Priya Raman"))
    for page in printed.pages:
        assert "Issued 22 November 2026 by Priya Raman" in page
    assert "Working copy" not in printed.text


def test_empty_plan_prints_what_there_is(rated, lead: User) -> None:
    printed = print_plan(make_plan(rated, by=lead, title="Nothing yet"))
    assert "0 priorities with 0 actions." in printed.text
    assert "No priority has been chosen yet." in printed.text
    assert "What the board saw in Point 3." in printed.text
    assert "Dropped from the plan" not in printed.text


def test_gaps_are_said_in_words(rated, lead: User) -> None:
    rated.ratings.update(level=None, note="")
    plan = make_plan(rated, by=lead)
    add_priority(plan, elements_of(plan)[0])
    text = print_plan(plan).text
    assert "Not agreed yet: ratings may still change." in text
    assert text.count("Not rated yet") == 9  # the key, three cells, the list, the priority, three
    assert text.count("No note was written.") == 4
    assert "Not written yet." in text
    assert "No action has been written yet." in text


def test_ratings_of_more_than_a_year_ago_say_so(rated, lead: User) -> None:
    plan = make_plan(rated, by=lead)
    add_priority(plan, elements_of(plan)[0])
    at = datetime(2025, 11, 21, 12, tzinfo=UTC)
    rated.ratings.filter(element=elements_of(plan)[0]).update(updated_at=at, updated_by=lead)
    text = print_plan(plan, stamp=Stamp(on=date(2026, 11, 22))).text
    assert text.count("over a year old") == 1  # the heat map
    assert text.count("more than a year old: rated on 21 November 2025") == 2
    text = print_plan(plan, stamp=Stamp(on=date(2026, 11, 21))).text
    assert "year old" not in text
    rated.ratings.update(updated_at=at, updated_by=lead)
    text = print_plan(plan, stamp=Stamp(on=date(2026, 11, 22))).text
    assert text.count("Every rating here is more than a year old.") == 1
    assert "over a year old" not in text


def test_dropped_part_gives_reasons(short: Printed) -> None:
    (page,) = short.pages_with("Dropped from the plan Northfield") or short.pages_with("Why")
    text = short.pages[page - 1]
    assert "Action under priority 1" in text
    assert "Buy another system" in text
    assert "The old one can do it" in text
    assert "Lead" in text


def test_levels_on_paper_have_the_colours_of_the_page() -> None:
    on_page = {
        tone: (background, text)
        for tone, background, text in re.findall(
            r'"(\w+)": \(background: (#\w{6}), text: (#\w{6})\)',
            (settings.BASE_DIR / "static/scss/_tones.scss").read_text(),
        )
    }
    on_paper = re.findall(
        r"\.tone-(\w+) \{ color: (#\w+); background-color: (#\w+); fill: (#\w+) \}",
        (settings.BASE_DIR / "templates/reports/pdf/level_tones.css").read_text(),
    )
    assert len(on_page) == 5
    assert {tone: (background, text) for tone, text, background, fill in on_paper} == {
        **on_page,
        "none": ("#ffffff", "#1d1523"),
    }
    assert {tone: fill for tone, _, _, fill in on_paper if tone != "none"} == {
        tone: background for tone, (background, _) in on_page.items()
    }
