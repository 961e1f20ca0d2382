"""Reading lists of people: whatever way they are pasted, every fault by its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets.reading import SheetRow
from trusts.invitations import Newcomer
from trusts.models import Role
from trusts.newcomers import AT_ONCE, lines_of, read_newcomers, split

JANE = Newcomer("jane@example.org", Role.CHAIR, "Jane Smith")


def read(text: str) -> list[Newcomer]:
    newcomers, faults = read_newcomers(text, role=Role.TRUSTEE)
    assert faults == []
    return newcomers


def faults_of(text: str) -> list[str]:
    return [str(fault) for fault in read_newcomers(text, role=Role.TRUSTEE)[1]]


@pytest.mark.parametrize(
    "line",
    [
        "Jane Smith, jane@example.org, Chair",
        "Jane Smith\tjane@example.org\tChair",
        "Jane Smith; JANE@Example.org ; chair",
        "  Jane   Smith ,jane@example.org,CHAIR  ",
        "Jane, Smith, jane@example.org, Chair",
        "jane@example.org, Jane Smith, Chair",
        "Jane Smith <jane@example.org>, Chair",
        '"Jane Smith" <jane@example.org>, Chair',
        "Jane\u00a0Smith, jane@example.org, Chair",
    ],
)
def test_line_is_read_however_it_is_written(line: str) -> None:
    assert read(line) == [JANE]


def test_quotation_marks_keep_a_comma_in_a_name() -> None:
    assert read('"Smith, Jane", jane@example.org, Chair')[0].name == "Smith, Jane"


@pytest.mark.parametrize(
    "line",
    [
        "Jane Smith <jane@example.org>; Jo Li <jo@example.org>; ",
        "Jane Smith <jane@example.org>, Jo Li <jo@example.org>",
        '"Smith, Jane" <jane@example.org>; Jo Li <JO@example.org>',
    ],
)
def test_line_of_a_mail_program_holds_several_people(line: str) -> None:
    jane, jo = read(line)
    assert (jane.email, jane.role) == ("jane@example.org", Role.TRUSTEE)
    assert jane.name in {"Jane Smith", "Smith, Jane"}
    assert jo == Newcomer("jo@example.org", Role.TRUSTEE, "Jo Li")


def test_line_without_a_role_gets_the_one_that_was_chosen() -> None:
    assert read("jane@example.org\nJo Li, jo@example.org") == [
        Newcomer("jane@example.org", Role.TRUSTEE),
        Newcomer("jo@example.org", Role.TRUSTEE, "Jo Li"),
    ]


@pytest.mark.parametrize("role", list(Role))
def test_role_is_known_by_its_name_and_by_its_label(role: Role) -> None:
    lines = f"a@example.org, {role.value}\nb@example.org, {role.label.upper()}"
    assert [one.role for one in read(lines)] == [role, role]


def test_headings_say_which_column_is_what() -> None:
    text = (
        "Role,Surname,First name,Phone,E-mail address\n"
        "Chair,Smith,Jane,0123,jane@example.org\n\n"
        ",Li,Jo,,jo@example.org"
    )
    assert read(text) == [
        Newcomer("jane@example.org", Role.CHAIR, "Smith Jane"),
        Newcomer("jo@example.org", Role.TRUSTEE, "Li Jo"),
    ]


def test_every_fault_is_told_by_its_line() -> None:
    text = "\n".join(
        [
            "Jane Smith, jane@example.org, Chair",
            "",
            "Nobody, Trustee",
            "Jo, jo@@example.org",
            "Jo, jo@example",
            "Ann, ann@example.org, Clerk",
            "Jane again, JANE@example.org, Trustee",
            "Two, a@example.org, Chair, b@example.org",
            "N" * 151 + ", long@example.org",
            "Turned \u202e, turned@example.org",
            "Bob, bob@example, Clerk",
            "-, dash@example.org",
        ]
    )
    roles = "The roles are: Governance lead, Chair, Executive, Trustee, Observer"
    assert faults_of(text) == [
        "Line 3: there is no email address in it",
        "Line 4: “jo@@example.org” is not an email address. One looks like name@example.org",
        "Line 5: “jo@example” is not an email address. One looks like name@example.org",
        f"Line 6: “Clerk” is not a role here. {roles}",
        "Line 7: line 1 has jane@example.org already",
        "Line 8: there is more than one email address in it. "
        "Put each person on a line of their own",
        "Line 9: the name must be 150 characters or fewer; it has 151",
        "Line 10: the name has a character that cannot be shown",
        "Line 11: “bob@example” is not an email address. One looks like name@example.org. "
        f"Also, “Clerk” is not a role here. {roles}",
        "Line 12: the name must have letters in it",
    ]


def test_fault_repeats_no_more_than_a_glance_of_what_is_wrong() -> None:
    [fault] = faults_of("a@example.org, " + "x" * 900)
    assert "x" * 60 + "…”" in fault
    assert len(fault) < 200
    assert faults_of("a@example.org, " + "x" * 1_000) == [
        "Line 1: it must be 1,000 characters or fewer"
    ]


def test_so_many_at_once_and_no_more() -> None:
    lines = [f"p{number}@example.org" for number in range(AT_ONCE + 1)]
    assert len(read("\n".join(lines[:-1]))) == AT_ONCE
    assert faults_of("\n".join(lines)) == ["The list: Invite 100 people or fewer at once"]


def test_sheet_becomes_lines_that_are_read_alike() -> None:
    rows = [
        SheetRow(1, ("Name", "Note", "Email", "Role")),
        SheetRow(2, ("Smith, Jane", "x", "jane@example.org", "Chair")),
        SheetRow(5, ('Jo "J" Li', "", "jo@example.org", "")),
    ]
    lines = lines_of(rows)
    assert lines == '"Smith, Jane", jane@example.org, Chair\n"Jo ""J"" Li", jo@example.org'
    assert [one.name for one in read(lines)] == ["Smith, Jane", 'Jo "J" Li']


def test_sheet_without_headings_is_read_as_lines_are() -> None:
    rows = [SheetRow(1, ("Jane\nSmith", "jane@example.org", "Chair"))]
    assert read(lines_of(rows)) == [JANE]


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    newcomers, faults = read_newcomers(text, role=Role.TRUSTEE)
    lines = [line for line in text.split("\n") if line.strip()]
    assert len(newcomers) + len(faults) <= len(lines)
    for one in newcomers:
        assert "\n" not in one.name + one.email
        assert len(one.name) <= 150


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)))
def test_cells_that_are_quoted_come_back_as_they_were(cells: list[str]) -> None:
    assert split(lines_of([SheetRow(1, tuple(cells))])) == (cells or [])
