"""The history as a spreadsheet: every save on lines of its own, one for each field it changed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice

from django.utils import timezone

from reports.text import printable
from trusts.history_entries import Entry
from trusts.history_views import Look, entries_of

BYTE_ORDER_MARK = "\ufeff"
"""By it Excel knows that the file is UTF-8."""
AT_A_TIME = 200
"""Changes that are read, written and forgotten together."""
HEAD = ("When", "Who", "What", "About", "Change", "Field", "From", "To", "Reason")
NOT_ON_RECORD = "(not on record)"
STARTERS = frozenset("=+-@|%\t\r\n＝＋－＠")
"""With which a spreadsheet may take a cell for a formula, or for a command (CWE-1236)."""


def history_csv(found: Look) -> Iterator[str]:
    """The file, piece by piece, the newest change first; some queries more as it goes on."""
    line = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield BYTE_ORDER_MARK + line.writerow(HEAD)
    runs = iter(found.runs)
    while some := list(islice(runs, AT_A_TIME)):
        rows = (row for entry in entries_of(found, some) for row in rows_of(entry))
        yield "".join(line.writerow([harmless(cell) for cell in row]) for row in rows)


def rows_of(entry: Entry) -> Iterable[tuple[str, ...]]:
    """A line for each field; one for a change that has none."""
    at = timezone.localtime(entry.at).isoformat(sep=" ", timespec="seconds")
    what = (at, entry.who, entry.kind.label, entry.about, f"{entry.did} … {entry.rest}".strip(" …"))
    why = "\n".join(filter(None, (entry.reason, entry.remark)))
    if not entry.every_change:
        return [(*what, "", "", "", why)]
    return [(*what, one.label, _before(one.before), one.after, why) for one in entry.every_change]


def _before(text: str | None) -> str:
    return NOT_ON_RECORD if text is None else text


def harmless(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: behind an apostrophe."""
    text = printable(text)
    return f"'{text}" if text.lstrip(" \u00a0\ufeff\"'")[:1] in STARTERS else text


class _Echo:
    """Gives back what a csv writer writes."""

    def write(self, text: str) -> str:
        return text
