"""`python -m bench`: measures the service on a database and a server of its own.

docs/bench.md says how to read what it prints. It never fails because of a time; it does
where a page needs more than eight queries, or more than on its first day.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from bench import database, table

PACKAGES = ("Django", "gunicorn", "WeasyPrint")
Table = Callable[[table.Row, Sequence[table.Row]], str]


def _between(lowest: float, highest: float, kind: type = int) -> Callable[[str], float]:
    def convert(text: str) -> float:
        number: float = kind(text)
        if not lowest <= number <= highest:
            raise argparse.ArgumentTypeError(f"{text} is not from {lowest} to {highest}")
        return number

    return convert


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What to measure, and on how much."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures the service.")
    add = parser.add_argument
    add("--trusts", type=_between(2, 5_000), default=200, help="how many (200; the sector: 2400)")
    add("--years", type=_between(2, 20), default=3, help="agreed assessments of each trust (3)")
    add("--rounds", type=_between(1, 50), default=15, help="how often each page has its turn (15)")
    add("--seconds", type=_between(0.05, 10, float), default=0.3, help="how long a turn is (0.3)")
    add("--database", choices=database.CHOICES, default=database.SQLITE)
    add("--only", choices=("pages", "pdf"), help="leave the other out")
    add("--markdown", action="store_true", help="print tables for docs/bench.md")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where a page needs too many queries."""
    options = options_of(arguments)
    signal.signal(signal.SIGTERM, _stop)
    show = table.markdown if options.markdown else table.plain
    try:
        with _prepared(options) as folder:
            print(f"{database.version()}, {_versions()}; {os.cpu_count()} cores,", end=" ")
            print(f"{date.today():%-d %B %Y}\n", flush=True)
            bad = options.only != "pdf" and _pages(options, folder, show)
            if options.only != "pages":
                _pdf(show)
    except database.CannotMeasure as reason:
        print(reason, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return int(bad)


def _stop(number: int, frame: FrameType | None) -> None:
    """So that a run that is ended stops its servers too."""
    sys.exit(128 + number)


@contextmanager
def _prepared(options: argparse.Namespace) -> Iterator[Path]:
    with TemporaryDirectory(prefix="trust-quality-bench-") as name:
        folder = Path(name)
        with database.throw_away_database(options.database, folder) as url:
            database.prepare(url, folder)
            yield folder


def _pages(options: argparse.Namespace, folder: Path, show: Table) -> bool:
    """Print the pages' table; whether one of them needs too many queries."""
    from bench.measure import measure_pages

    measured = measure_pages(
        folder,
        trusts=options.trusts,
        years=options.years,
        rounds=options.rounds,
        seconds=options.seconds,
    )
    print(show(measured.HEAD, measured.rows()), "", *measured.notes(), "", sep="\n")
    return not measured.queries_hold


def _pdf(show: Table) -> None:
    """Print the PDF's table."""
    from bench.pdf import measure

    head, rows = table.grouped(measure(), "Action plan as a PDF")
    print(show(head, rows), "", "Ratio: of seconds, so less is better here.", "", sep="\n")


def _versions() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"Python {platform.python_version()}, {packages}"


if __name__ == "__main__":
    sys.exit(main())
