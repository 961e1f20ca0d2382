"""A publisher's wording is loaded whole or not at all, with every fault named; and taken out."""

from __future__ import annotations

import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from openpyxl import Workbook, load_workbook

from frameworks.models import Framework, Statement, WordingPack
from frameworks.wording import (
    HEADER,
    Coverage,
    FaultyPack,
    coverage_of,
    load_pack,
    remove_pack,
    wording_sheet,
)
from sheets.reading import read_workbook
from tests.conftest import make_framework
from tests.together import at_once

SOURCE = "© Nobody 2026, used with permission."


def sheet_of(*rows: tuple[object, ...], header: tuple[str, ...] = HEADER, title="Wording") -> bytes:
    """What somebody fills in."""
    book = Workbook()
    book.worksheets[0].title = title
    for row in (header, *rows):
        book.worksheets[0].append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def pack(**words: str) -> bytes:
    """A sheet of words by code, whose hyphens are written as underscores."""
    return sheet_of(*((code.replace("_", "-"), "Ours", text) for code, text in words.items()))


def load(framework: Framework, file: bytes, *, source: str = SOURCE, by=None) -> Coverage:
    sheets = read_workbook(BytesIO(file))
    return load_pack(framework=framework, sheets=sheets, source=source, by=by)


def faults(framework: Framework, file: bytes) -> list[str]:
    with pytest.raises(FaultyPack) as refusal:
        load(framework, file)
    return [str(fault) for fault in refusal.value.faults]


def theirs() -> dict[str, str]:
    """The publisher's words by code, where there are any."""
    loaded = Statement.objects.exclude(publisher_text="")
    return dict(loaded.values_list("code", "publisher_text"))


def everything() -> tuple[list, list]:
    statements = Statement.objects.order_by("pk").values()
    return list(statements), list(WordingPack.objects.values())


def test_sheet_to_fill_in_has_every_statement_as_the_pages_order_them(framework) -> None:
    element = framework.domains.first().elements.first()
    lead_in = Statement.objects.create(
        element=element, code="MU-01-G", order=2, kind="descriptor", text="It is good:"
    )
    Statement.objects.create(
        element=element, code="MU-01-Ga", order=1, kind="descriptor", parent=lead_in, text="=1+1"
    )
    Statement.objects.create(element=element, code="MU-01-N", order=1, kind="note", text="Note.")
    rows = read_workbook(BytesIO(wording_sheet(framework)))["Wording"]
    assert rows[0].cells == HEADER
    codes = [row.cells[0] for row in rows[1:]]
    first = ["MU-01-Q1", "MU-01-G", "MU-01-Ga", "MU-01-1", "MU-01-4", "MU-01-N"]
    assert codes[:6] == first
    assert codes[6:9] == ["MU-02-Q1", "MU-02-1", "MU-02-4"]
    assert len(codes) == Statement.objects.count()
    assert {row.cells[0]: row.cells[1] for row in rows}["MU-01-Ga"] == "=1+1"
    assert {row.cells[2] for row in rows[1:]} == {""}


def test_round_trip_of_the_sheet(framework) -> None:
    book = load_workbook(BytesIO(wording_sheet(framework)))
    for row in book["Wording"].iter_rows(min_row=2):
        row[2].value = f"Theirs for {row[0].value}."
    file = BytesIO()
    book.save(file)
    assert load(framework, file.getvalue()) == Coverage(loaded=9, total=9)
    assert theirs() == {
        code: f"Theirs for {code}." for code in Statement.objects.values_list("code", flat=True)
    }
    before = everything()
    assert load(framework, wording_sheet(framework)) == Coverage(loaded=9, total=9)
    assert everything() == before


def test_pack_may_leave_statements_out_and_replaces_the_one_before(framework, lead) -> None:
    load(framework, pack(MU_01_Q1="One", MU_02_Q1="Two"), by=lead)
    load(framework, pack(MU_02_Q1="Two again", MU_03_Q1="Three"), source="Another.")
    assert theirs() == {"MU-02-Q1": "Two again", "MU-03-Q1": "Three"}
    assert coverage_of(framework) == Coverage(loaded=2, total=9)
    kept = WordingPack.objects.get()
    assert (kept.framework, kept.source, kept.loaded_by) == (framework, "Another.", None)
    assert Statement.objects.get(code="MU-01-Q1").wording == "Is MU-01 so?"
    assert Statement.objects.get(code="MU-02-Q1").wording == "Two again"


def test_loading_again_changes_nothing(framework, lead) -> None:
    load(framework, pack(MU_01_Q1="One"), by=lead)
    before = everything()
    load(framework, pack(MU_01_Q1="One"), by=None)
    assert everything() == before
    load(framework, pack(MU_01_Q1="One"), source="Another.")
    assert WordingPack.objects.get().source == "Another."


def test_other_frameworks_are_left_alone(framework) -> None:
    other = make_framework("other")
    load(other, pack(MU_01_Q1="Of the other"))
    load(framework, pack(MU_01_Q1="Of this"))
    remove_pack(framework=framework)
    assert theirs() == {"MU-01-Q1": "Of the other"}
    assert WordingPack.objects.get().framework == other


def test_taking_out_goes_back_to_our_words(framework) -> None:
    before = everything()
    load(framework, pack(MU_01_Q1="One"))
    remove_pack(framework=framework)
    assert everything() == before
    remove_pack(framework=framework)
    assert everything() == before


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("MU-09-Q1", "", "x")], ["Row 2: This framework has no statement “MU-09-Q1”"]),
        ([("mu-01-q1", "", "x")], ["Row 2: This framework has no statement “mu-01-q1”"]),
        ([("", "ours", "x")], ["Row 2: There is no code"]),
        (
            [("", "ours", "")],
            [
                "Row 2: There is no code",
                "Row 2: There is no wording. Fill it in, or delete the row",
            ],
        ),
        (
            [("MU-01-Q1", "", "x"), (), ("MU-01-Q1", "", "y")],
            [
                "Row 4: MU-01-Q1 stands in row 2 already",
            ],
        ),
        (
            [("MU-01-Q1", "ours", None)],
            [
                "Row 2: There is no wording. Fill it in, or delete the row",
            ],
        ),
        (
            [("MU-01-Q1", "", " \u00a0\n")],
            [
                "Row 2: There is no wording. Fill it in, or delete the row",
            ],
        ),
        (
            [("MU-01-Q1", "", "=1+1"), ("=A2", "", "Theirs.")],
            [
                "Row 2: There is a formula, and the file does not hold what it comes to. "
                "Type the text itself",
                "Row 3: There is a formula, and the file does not hold what it comes to. "
                "Type the text itself",
            ],
        ),
        (
            [("MU-01-Q1", "", "x" * 5_001)],
            [
                "Row 2: The wording must have 5,000 characters or fewer; it has 5,001",
            ],
        ),
        (
            [("MU-01-Q1", "", "x" + "\n" * 300 + "x")],
            [
                "Row 2: The wording must have 300 lines or fewer; it has 301",
            ],
        ),
        ([], ["Row 2: There is no row under the header"]),
        (
            [
                ("MU-01-Q1", "", "sound"),
                ("X" * 60, "", ""),
                ("MU-01-Q1", "", "x"),
                ("MU-02-Q1", "", ""),
            ],
            [
                f"Row 3: This framework has no statement “{'X' * 40}”",
                "Row 3: There is no wording. Fill it in, or delete the row",
                "Row 4: MU-01-Q1 stands in row 2 already",
                "Row 5: There is no wording. Fill it in, or delete the row",
            ],
        ),
    ],
)
def test_every_fault_is_named_by_its_row_and_nothing_changes(framework, rows, expected) -> None:
    load(framework, pack(MU_03_Q1="Before"))
    before = everything()
    assert faults(framework, sheet_of(*rows)) == expected
    assert everything() == before


WRONG_HEADER = "Row 1: The first row must name one column “Code” and one column “Publisher’s words”"


@pytest.mark.parametrize(
    "header",
    [
        ("MU-01-Q1", "Ours", "Theirs"),
        ("Code", "Our words"),
        ("Publisher’s words",),
        (),
        ("Code", "Code", "Publisher’s words"),
    ],
)
def test_wrong_header_is_named(framework, header) -> None:
    assert faults(framework, sheet_of(("MU-01-Q1", "x", "y"), header=header)) == [WRONG_HEADER]


def test_empty_sheet_has_no_header(framework) -> None:
    assert faults(framework, sheet_of(header=())) == [WRONG_HEADER]


def test_columns_go_by_their_names_and_the_sheet_by_its_own_or_the_first(framework) -> None:
    file = sheet_of(
        ("Theirs", "note", "MU-01-Q1"),
        header=("PUBLISHER'S WORDS", "Ours to check", "code"),
        title="Sheet1",
    )
    load(framework, file)
    assert theirs() == {"MU-01-Q1": "Theirs"}
    book = load_workbook(BytesIO(pack(MU_02_Q1="In the named sheet")))
    book.create_sheet("Before it", 0)
    mixed = BytesIO()
    book.save(mixed)
    load(framework, mixed.getvalue())
    assert theirs() == {"MU-02-Q1": "In the named sheet"}


def test_loading_takes_few_queries(db, django_assert_max_num_queries) -> None:
    framework = make_framework(domains=(20, 20))
    file = pack(**{f"MU_{number:02}_Q1": "x" for number in range(1, 41)})
    with django_assert_max_num_queries(12):
        load(framework, file)
    with django_assert_max_num_queries(12):
        wording_sheet(framework)


def test_reloading_the_fixture_leaves_the_wording(db) -> None:
    call_command("load_frameworks", verbosity=0)
    framework = Framework.objects.get(key="cst-strong-trusts")
    statements = Statement.objects.filter(element__domain__framework=framework).order_by("pk")
    codes = list(statements.values_list("code", flat=True))
    load(framework, sheet_of(*((code, "", f"Theirs for {code}.") for code in codes[::2])))
    Statement.objects.filter(code=codes[0]).update(text="Ours, edited.")
    call_command("load_frameworks", verbosity=0)
    assert theirs() == {code: f"Theirs for {code}." for code in codes[::2]}
    assert Statement.objects.get(code=codes[0]).text != "Ours, edited."
    assert WordingPack.objects.get().source == SOURCE


@pytest.mark.django_db(transaction=True)
def test_of_two_packs_at_once_one_is_there_whole() -> None:
    framework = make_framework(domains=(5, 5))
    codes = list(Statement.objects.values_list("code", flat=True))
    files = [
        sheet_of(*((code, "", f"Pack {number}") for code in codes[number::2]))
        for number in range(2)
    ]
    for _ in range(3):
        at_once(lambda number: load(framework, files[number % 2], source=str(number % 2)))
        last = int(WordingPack.objects.get().source)
        assert theirs() == dict.fromkeys(codes[last::2], f"Pack {last}")


@pytest.mark.django_db(transaction=True)
def test_loading_and_taking_out_at_once_never_leave_words_without_a_source() -> None:
    framework = make_framework()
    file = pack(MU_01_Q1="One", MU_02_Q1="Two")
    works = (lambda: load(framework, file), lambda: remove_pack(framework=framework))
    for _ in range(3):
        at_once(lambda number: works[number % 2]())
        assert bool(theirs()) == WordingPack.objects.exists()


@pytest.mark.django_db
def test_the_framework_is_held_before_it_is_read(framework, django_assert_max_num_queries) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one writer in at a time")
    with django_assert_max_num_queries(12) as queries:
        load(framework, pack(MU_01_Q1="One"))
    first = next(query["sql"] for query in queries if "SAVEPOINT" not in query["sql"])
    assert "FOR UPDATE" in first


# The commands


@pytest.fixture
def file(tmp_path: Path):
    def write(data: bytes) -> str:
        path = tmp_path / "filled in.xlsx"
        path.write_bytes(data)
        return str(path)

    return write


def command(*arguments: str, source: str = SOURCE) -> None:
    call_command("load_wording", *arguments, source=source, verbosity=0)


def test_commands_load_and_take_out(framework, file, capsys) -> None:
    path = file(pack(MU_01_Q1="One"))
    call_command("load_wording", "made-up", "2026-01", path, source=f" {SOURCE}\r\n")
    assert "loaded for 1 of 9 statements" in capsys.readouterr().out
    assert theirs() == {"MU-01-Q1": "One"}
    kept = WordingPack.objects.get()
    assert (kept.source, kept.loaded_by) == (SOURCE, None)
    call_command("remove_wording", "made-up", "2026-01")
    assert "every statement stands in our words" in capsys.readouterr().out
    assert theirs() == {}
    assert not WordingPack.objects.exists()


def test_command_names_every_fault_and_changes_nothing(framework, file) -> None:
    before = everything()
    with pytest.raises(CommandError) as refusal:
        command("made-up", "2026-01", file(pack(MU_09_Q1="x", MU_01_Q1="")))
    assert str(refusal.value).splitlines() == [
        "Nothing was changed.",
        "Row 2: This framework has no statement “MU-09-Q1”",
        "Row 3: There is no wording. Fill it in, or delete the row",
    ]
    assert refusal.value.returncode == 1
    assert everything() == before


@pytest.mark.parametrize(
    ("key", "edition", "source", "message"),
    [
        (
            "nothing",
            "2026-01",
            SOURCE,
            "There is no framework nothing 2026-01. There are:\nmade-up",
        ),
        ("made-up", "2027-01", SOURCE, "There is no framework made-up 2027-01."),
        ("made-up", "2026-01", " ", "Say where the words are from and by what right you use them"),
        ("made-up", "2026-01", "x" * 2_001, "must be 2,000 characters or fewer; it has 2,001"),
        ("made-up", "2026-01", "a\0b", "Null characters are not allowed."),
    ],
)
def test_command_refuses(framework, file, key, edition, source, message) -> None:
    with pytest.raises(CommandError, match=re.escape(message)):
        command(key, edition, file(pack(MU_01_Q1="One")), source=source)
    assert theirs() == {}


@pytest.mark.parametrize("name", ["load_wording", "remove_wording"])
def test_own_frameworks_have_no_packs(framework, file, name) -> None:
    Framework.objects.update(is_published=False)
    arguments = [file(pack(MU_01_Q1="One"))] if name == "load_wording" else []
    options = {"source": SOURCE} if arguments else {}
    with pytest.raises(CommandError, match=r"no framework made-up 2026-01\. None is loaded"):
        call_command(name, "made-up", "2026-01", *arguments, **options)


def test_command_says_what_is_wrong_with_the_file(framework, file, tmp_path) -> None:
    with pytest.raises(CommandError, match=r"filled in\.xlsx: The selected file must be an Excel"):
        command("made-up", "2026-01", file(b"code,text\n"))
    with pytest.raises(CommandError, match=r"nowhere\.xlsx: No such file or directory"):
        command("made-up", "2026-01", str(tmp_path / "nowhere.xlsx"))
    with pytest.raises(CommandError, match="Is a directory"):
        command("made-up", "2026-01", str(tmp_path))


@pytest.mark.once
def test_command_needs_a_source_and_leaves_with_a_status(tmp_path) -> None:
    """As a shell sees it."""
    answer = subprocess.run(
        [sys.executable, "manage.py", "load_wording", "a", "b", "c.xlsx"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert answer.returncode != 0
    assert "--source" in answer.stderr
    assert "Traceback" not in answer.stderr
