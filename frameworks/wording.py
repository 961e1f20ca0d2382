"""A publisher's wording of one edition: the sheet to fill in, loading it, taking it out again.

The words go into `Statement.publisher_text`; the pack itself says where they are from. Whoever
loads or takes out holds the framework's row, so that two operators never mix their packs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone

from frameworks.descriptions import arrange
from frameworks.models import Framework, Statement, WordingPack
from frameworks.querysets import FrameworkQuerySet
from govuk.fields import MAX_LINES
from sheets.reading import Fault, SheetRow
from sheets.writing import Sheet, write_workbook

TITLE = "Wording"
CODE, OURS, THEIRS = HEADER = ("Code", "Our words", "Publisher’s words")
WIDTHS = (16, 70, 70)
MAX_WORDING = 5_000
FORMULA = "There is a formula, and the file does not hold what it comes to. Type the text itself"


class FaultyPack(Exception):
    """Nothing was loaded; `faults` says why, in the order of the sheet's rows."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)


@dataclass(frozen=True)
class Coverage:
    """How much of a framework stands in its publisher's words."""

    loaded: int
    total: int


def published_frameworks() -> FrameworkQuerySet:
    """Those that can have a pack: a trust's own framework has no publisher but the trust."""
    return Framework.objects.filter(is_published=True)


def coverage_of(framework: Framework) -> Coverage:
    """Counted afresh."""
    statements = Statement.objects.filter(element__domain__framework=framework)
    return Coverage(loaded=statements.exclude(publisher_text="").count(), total=statements.count())


def wording_sheet(framework: Framework) -> bytes:
    """The sheet to fill in, its rows in the order of the pages, with what is loaded now."""
    rows = [(one.code, one.text, one.publisher_text) for one in _in_reading_order(framework)]
    return write_workbook([Sheet(TITLE, HEADER, rows, WIDTHS)])


@transaction.atomic
def load_pack(
    *, framework: Framework, sheets: Mapping[str, Sequence[SheetRow]], source: str, by: Any
) -> Coverage:
    """Load a filled-in sheet in place of whatever was loaded before.

    A statement that the sheet leaves out goes back to our words. Loading the same again
    changes nothing, neither who loaded it nor when.

    Args:
        sheets: what `read_workbook` made of the file.
        by: whoever loads it; None for a command.

    Raises:
        FaultyPack: the sheet has faults, and nothing was changed.
    """
    _hold(framework)
    statements = list(Statement.objects.filter(element__domain__framework=framework))
    words = _words_by_code(_sheet_among(sheets), {one.code for one in statements})
    changed = [one for one in statements if one.publisher_text != words.get(one.code, "")]
    for statement in changed:
        statement.publisher_text = words.get(statement.code, "")
    Statement.objects.bulk_update(changed, ["publisher_text"])
    if changed or not WordingPack.objects.filter(framework=framework, source=source).exists():
        told = {"source": source, "loaded_by": by, "loaded_at": timezone.now()}
        WordingPack.objects.update_or_create(framework=framework, defaults=told)
    return Coverage(loaded=len(words), total=len(statements))


@transaction.atomic
def remove_pack(*, framework: Framework) -> None:
    """Go back to our words everywhere; without a pack nothing changes."""
    _hold(framework)
    Statement.objects.filter(element__domain__framework=framework).update(publisher_text="")
    WordingPack.objects.filter(framework=framework).delete()


def _hold(framework: Framework) -> None:
    Framework.objects.select_for_update().get(pk=framework.pk)


def _in_reading_order(framework: Framework) -> Iterator[Statement]:
    statements = (
        Statement.objects.filter(element__domain__framework=framework)
        .select_related("level")
        .order_by("element__domain__order", "element__number", "order")
    )
    for _, of_element in groupby(statements, key=lambda one: one.element_id):
        yield from arrange(of_element).statements


def _sheet_among(sheets: Mapping[str, Sequence[SheetRow]]) -> Sequence[SheetRow]:
    """The one that we named, else the first: people copy their rows into new files."""
    return sheets[TITLE] if TITLE in sheets else next(iter(sheets.values()))


def _words_by_code(rows: Sequence[SheetRow], known: set[str]) -> dict[str, str]:
    header, rows = rows[:1], rows[1:]
    code_column, words_column = _columns(header[0].cells if header else ())
    faults: list[Fault] = []
    words: dict[str, str] = {}
    places: dict[str, int] = {}
    for row in rows:
        code, text = row.cells[code_column], row.cells[words_column]
        found = [
            FORMULA if code_column in row.unstored else _fault_of_code(code, known, places),
            FORMULA if words_column in row.unstored else _fault_of_words(text),
        ]
        faults += [Fault(f"Row {row.number}", fault) for fault in found if fault]
        places.setdefault(code, row.number)
        words[code] = text
    if not rows:
        faults.append(Fault("Row 2", "There is no row under the header"))
    if faults:
        raise FaultyPack(faults)
    return words


def _columns(header: Sequence[str]) -> tuple[int, int]:
    """Where the codes and the words stand; other columns may be there or not."""
    names = [name.casefold().replace("'", "’") for name in header]
    wanted = [CODE.casefold(), THEIRS.casefold()]
    if any(names.count(name) != 1 for name in wanted):
        text = f"The first row must name one column “{CODE}” and one column “{THEIRS}”"
        raise FaultyPack([Fault("Row 1", text)])
    return names.index(wanted[0]), names.index(wanted[1])


def _fault_of_code(code: str, known: set[str], places: Mapping[str, int]) -> str:
    if not code:
        return "There is no code"
    if code not in known:
        return f"This framework has no statement “{code[:40]}”"
    if code in places:
        return f"{code} stands in row {places[code]} already"
    return ""


def _fault_of_words(text: str) -> str:
    if not text:
        return "There is no wording. Fill it in, or delete the row"
    if len(text) > MAX_WORDING:
        return f"The wording must have {MAX_WORDING:,} characters or fewer; it has {len(text):,}"
    lines = text.count("\n") + 1
    if lines > MAX_LINES:
        return f"The wording must have {MAX_LINES} lines or fewer; it has {lines:,}"
    return ""
