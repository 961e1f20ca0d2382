"""The pages: their queries on the first day and at full size, and their rates."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from bench.database import settle
from bench.pages import MOST_QUERIES, PAGES, Visitor
from bench.queries import count_queries
from bench.rounds import Rates, check_saves, driver_for, measure
from bench.seed import Seeder, framework_to_measure, write_history
from bench.server import serve, sign_in
from trusts.models import Trust

PASSWORD = "for-one-run-of-the-bench-only"  # noqa: S105 - of people who are made up
VISITORS = 4
"""As many people at once, each of another trust."""
DAY_ONE_YEARS = 2
"""Agreed assessments of the first trust: the least with which every page has all its parts."""
AT_A_TIME = 100
"""Trusts that are written between two signs of life."""


@dataclass(frozen=True)
class Measured:
    """What was measured of every page.

    Attributes:
        first_day: queries by page, with one trust and few years.
        now: queries by page, with all trusts and years.
        driver_busy: which part of one core the sending process took.
    """

    HEAD = ("", "Queries on day one", "and now", "A second", "Bare", "Ratio", "Middle half")

    trusts: int
    years: int
    seconds: float
    first_day: dict[str, int]
    now: dict[str, int]
    rates: dict[str, Rates]
    driver_busy: float

    @property
    def queries_hold(self) -> bool:
        """Whether no page needs more than it may, or more than on the first day."""
        return max(self.now.values()) <= MOST_QUERIES and self.now == self.first_day

    def rows(self) -> list[tuple[str, ...]]:
        """A row for each page, for the columns of `HEAD`."""
        return [
            (
                page.name,
                str(self.first_day[page.name]),
                str(self.now[page.name]),
                f"{median(self.rates[page.name].own):.0f}",
                f"{median(self.rates[page.name].bare):.0f}",
                f"{self.rates[page.name].ratio:.2f}",
                "{:.2f} to {:.2f}".format(*self.rates[page.name].quartiles),
            )
            for page in PAGES
        ]

    def notes(self) -> list[str]:
        """What one has to know to read the rows."""
        rounds = len(self.rates[PAGES[0].name].own)
        return [
            f"Day one: one trust, {DAY_ONE_YEARS} years. "
            f"Now: {self.trusts:,} trusts, {self.years} years.",
            "Bare: a signed-in constant answer; for the save, one conditional UPDATE.",
            f"Ratio: median of {rounds} rounds of {self.seconds:g} seconds; "
            f"the driver took {self.driver_busy:.0%} of one core.",
        ]


def measure_pages(
    folder: Path, *, trusts: int, years: int, rounds: int, seconds: float
) -> Measured:
    """Seed, count, serve and drive.

    Args:
        folder: for the server's log.
        trusts: how many; one of them stays as it was on day one.
    """
    seeder = Seeder(framework_to_measure(), make_password(PASSWORD), timezone.localdate())
    seeder.seed([1], years=DAY_ONE_YEARS)
    first_day = count_queries(PAGES, Visitor.of(Trust.objects.get()))
    _seed(seeder, trusts, years)
    visitors = _visitors(trusts)
    now = count_queries(PAGES, visitors[0])
    with serve(folder) as port:
        cookies = [_signed_in(port, visitor) for visitor in visitors]
        with driver_for(port, list(zip(visitors, cookies, strict=True))) as driver:
            rates = measure(driver, rounds=rounds, seconds=seconds)
            check_saves(driver, visitors)
    return Measured(trusts, years, seconds, first_day, now, rates, median(driver.busy))


def _seed(seeder: Seeder, trusts: int, years: int) -> None:
    start = time.monotonic()
    for first in range(2, trusts + 1, AT_A_TIME):
        last = min(first + AT_A_TIME - 1, trusts)
        seeder.seed(range(first, last + 1), years=years)
        print(f"\r{last:,} trusts written", end="", file=sys.stderr, flush=True)
    write_history()
    settle()
    print(f" in {time.monotonic() - start:.0f} seconds", file=sys.stderr, flush=True)


def _visitors(trusts: int) -> list[Visitor]:
    """Leads of trusts spread over all but the first."""
    others = trusts - 1
    count = min(VISITORS, others)
    slugs = [f"trust-{2 + place * others // count}" for place in range(count)]
    return [Visitor.of(Trust.objects.get(slug=slug)) for slug in slugs]


def _signed_in(port: int, visitor: Visitor) -> dict[str, str]:
    home = visitor.trust.get_absolute_url()
    return sign_in(port, email=visitor.lead.email, password=PASSWORD, home=home)
