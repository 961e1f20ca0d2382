"""docs/security.md says what is so: every requirement, every test, the limits and the roles."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from assessments.models import NOTE_MAX_LENGTH
from frameworks.framework_cells import LONGEST_TEXT
from frameworks.search_form import QUERY_MAX_LENGTH
from plans.models import DESCRIPTION_MAX_LENGTH, REASON_MAX_LENGTH
from sheets import reading
from tests.test_production import ROOT
from trustquality.hardening import LARGEST_REQUEST, METHODS
from trustquality.wsgi import MOST_FIELDS
from trusts.history_forms import WORDS_MAX_LENGTH
from trusts.invitation_forms import LONGEST_LIST
from trusts.models import Role
from trusts.newcomers import AT_ONCE
from trusts.permissions import PERMISSIONS, Permission

pytestmark = pytest.mark.once
PAGE = (ROOT / "docs" / "security.md").read_text()

# Of each section of the standard (5.0.0), how many requirements are of level 1 or 2. They stand
# first in every section, so that the number is also that of the last one.
# fmt: off
REQUIREMENTS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}
# fmt: on
ASKED = {f"{section}.{n}" for section, last in REQUIREMENTS.items() for n in range(1, last + 1)}
NUMBER = r"\d+\.\d+\.\d+"


def section(heading: str) -> str:
    """What stands under a heading of the page."""
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The rows of a table without its head, each in cells."""
    lines = [line[1:-1].split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines[1:] if "---" not in line[0]]


def numbers(text: str) -> Iterator[str]:
    """Every requirement that a text names, also those between the ends of `1.4.1 to 1.4.3`."""
    for first, last in re.findall(rf"({NUMBER})(?: to ({NUMBER}))?", text):
        chapter, place = first.rsplit(".", 1)
        end = last.rsplit(".", 1)[1] if last else place
        yield from (f"{chapter}.{number}" for number in range(int(place), int(end) + 1))


def requirement_rows() -> list[list[str]]:
    """Every row of the tables of the seventeen chapters."""
    chapters = re.findall(r"^## (V\d+ .+)$", PAGE, re.M)
    assert len(chapters) == 17
    return [row for chapter in chapters for row in rows(section(chapter))]


def not_here() -> str:
    return " ".join(re.findall(r"^Not here: (.+?)\n\n", PAGE + "\n\n", re.M | re.S))


def test_no_requirement_is_left_out_and_none_stands_twice() -> None:
    met = [
        number
        for row in requirement_rows()
        if "level 3" not in row[0]
        for number in numbers(row[0])
    ]
    told = sorted([*met, *numbers(not_here())])
    assert len(ASKED) == 253
    assert told == sorted(ASKED)


def test_what_is_named_beyond_is_of_level_3() -> None:
    beyond = {
        number for row in requirement_rows() if "level 3" in row[0] for number in numbers(row[0])
    }
    assert beyond
    assert not beyond & ASKED


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE))
    assert len(named) > 150
    assert len(re.findall(r"`[^`]*::[^`]*`", PAGE)) == len(
        re.findall(r"`[\w/]+\.py::test_\w+`", PAGE)
    )
    assert sorted(one for one in named if one[1] not in written_in(one[0])) == []


def written_in(name: str) -> set[str]:
    file = ROOT / "tests" / name
    written = ast.parse(file.read_text()).body if file.is_file() else []
    return {one.name for one in written if isinstance(one, ast.FunctionDef)}


def test_every_requirement_is_proven_or_says_by_whom() -> None:
    """The last cell names tests, or is one of few ways in which no test can tell."""
    by_whom = {"by reading", "by installing", "by looking", "the step `mypy` of `./test`"}
    for number, *_, proof in requirement_rows():
        names = re.sub(r"`[\w/]+\.py::test_\w+`(, )?", "", proof)
        assert names == "" or names in by_whom, number


def test_every_file_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`((?:[a-z_]+/)+[\w.]+\.\w+)`", PAGE))
    assert len(named) > 15
    assert [
        one for one in named if not any((ROOT / at / one).exists() for at in ("", "tests"))
    ] == []


def test_what_is_weaker_is_told_and_nothing_else_is() -> None:
    marked = {next(numbers(row[0])) for row in requirement_rows() if "**Weaker**" in " ".join(row)}
    assert {row[0] for row in rows(section("What is weaker, and why"))} == marked


def test_limits_are_those_of_the_code(settings: LazySettings) -> None:
    unpacked, largest = reading.MAX_UNPACKED // 1_000_000, reading.LARGEST // 1_000_000
    a_day, again = settings.SIGN_IN_LIMITS["invite"], settings.SIGN_IN_LIMITS["invite_again"]
    assert (a_day, again) == ("200/d/key", "5/d/key")
    assert QUERY_MAX_LENGTH == WORDS_MAX_LENGTH
    assert DESCRIPTION_MAX_LENGTH == REASON_MAX_LENGTH
    assert METHODS == ("GET", "HEAD", "POST")
    told = {what: limit for what, limit, _ in rows(section("Limits"))}
    fields, files = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS, settings.DATA_UPLOAD_MAX_NUMBER_FILES
    assert told == {
        "a request": f"{LARGEST_REQUEST // 1024**2} MB, GET, HEAD or POST, UTF-8, "
        f"{MOST_FIELDS:,} fields in its address",
        "what is typed into one form": f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1024**2} MB",
        "fields of a form, files of a form": f"{fields:,}, {files}",
        "a spreadsheet": f"{largest} MB, {unpacked} MB unpacked, {reading.MAX_SHEETS} sheets, "
        f"{reading.MAX_ROWS:,} rows, {reading.MAX_COLUMNS} columns, "
        f"{reading.MAX_CELL:,} characters a cell",
        "a note, a dissent, a key issue": f"{NOTE_MAX_LENGTH:,} characters",
        "an action, a reason": f"{REASON_MAX_LENGTH:,} characters",
        "a text of an own framework": f"{LONGEST_TEXT:,} characters",
        "a list of people": f"{AT_ONCE} people, {LONGEST_LIST:,} characters",
        "mails of invitations": "200 a day by trust, 5 a day by address",
        "what is looked for": f"{QUERY_MAX_LENGTH} characters",
        "waiting uploads": "one a person and trust",
        "PDFs laid out at once": "one; others wait their turn or are told to come back",
        "attempts to sign in": "[sign-in.md](sign-in.md) has the table",
    }


def test_roles_may_do_what_the_table_says() -> None:
    table = re.findall(r"(?:^\|.*\n)+", section("Who may do what"), re.M)[0]
    head = re.findall(r"\w+", table.splitlines()[0])
    assert head == [role.label.split()[-1].lower() for role in Role]
    told = {
        what: [role for role, cell in zip(Role, cells, strict=True) if cell == "yes"]
        for what, *cells in rows(table)
    }
    assert told == {
        str(permission): [role for role in Role if permission in PERMISSIONS[role]]
        for permission in Permission
    }
