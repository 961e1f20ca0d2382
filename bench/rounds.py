"""Rounds in which every page and what it is held against take turns on the same server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

from bench.database import CannotMeasure
from bench.pages import BARE, PAGES, Page, Visitor, form_of
from bench.server import HOST, ROOT

WARM_UP = 0.5
"""Seconds for each page before anything counts: every worker reads its templates once."""


@dataclass
class Rates:
    """What came of one page: requests a second in each round, its own and the bare one's."""

    own: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Of each round."""
        return [own / bare for own, bare in zip(self.own, self.bare, strict=True)]

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Between these lies the middle half of the ratios."""
        if len(self.ratios) == 1:
            return self.ratio, self.ratio
        lower, _, upper = quantiles(self.ratios, n=4, method="inclusive")
        return lower, upper


@dataclass
class Driver:
    """The process that sends; see `driver.py`."""

    process: subprocess.Popen[str]
    answers: dict[str, int] = field(default_factory=dict)
    busy: list[float] = field(default_factory=list)

    def tell(self, line: dict[str, Any]) -> None:
        """Send it one line."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()

    def rate(self, name: str, seconds: float) -> float:
        """Requests a second.

        Raises:
            CannotMeasure: an answer was not what it should be.
        """
        self.tell({"name": name, "seconds": seconds})
        assert self.process.stdout
        result = json.loads(self.process.stdout.readline() or '{"fault": "the driver ended"}')
        if "fault" in result:
            raise CannotMeasure(result["fault"])
        self.answers[name] = self.answers.get(name, 0) + result["answers"]
        self.busy.append(result["busy"])
        rate: float = result["a_second"]
        return rate


@contextmanager
def driver_for(port: int, visitors: Sequence[tuple[Visitor, dict[str, str]]]) -> Iterator[Driver]:
    """A driver that knows every page and every visitor with their cookies."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.driver"],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        driver = Driver(process)
        senders = {
            page.name: [_sender(page, visitor, cookies, port) for visitor, cookies in visitors]
            for page in (*BARE, *PAGES)
        }
        driver.tell({"port": port, "senders": senders})
        yield driver
    finally:
        process.kill()
        process.communicate()


def _sender(page: Page, visitor: Visitor, cookies: dict[str, str], port: int) -> dict[str, Any]:
    lines = [
        f"{'POST' if page.saves else 'GET'} {page.address(visitor)} HTTP/1.1",
        f"Host: {HOST}:{port}",
        "Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Accept: text/html",
        "Content-Type: application/x-www-form-urlencoded",
        *(["HX-Request: true"] if page.is_quiet else []),
        "",
    ]
    body, version = "", 0
    if page.saves:
        row = page.saves(visitor)
        row.refresh_from_db(fields=["version"])
        version = row.version
        form = form_of(row) | {"csrfmiddlewaretoken": cookies["csrftoken"]}
        body = urlencode(form, safe="{}")
    head = "\r\n".join(lines)
    return {"head": head, "body": body, "status": page.status, "version": version}


def measure(driver: Driver, *, rounds: int, seconds: float) -> dict[str, Rates]:
    """By page: the rates of all rounds.

    A page and its bare counterpart follow each other at once and swap places every round,
    so that whatever else the machine does hits both.
    """
    for page in (*BARE, *PAGES):
        driver.rate(page.name, min(seconds, WARM_UP))
    measured = {page.name: Rates() for page in PAGES}
    for number in range(rounds):
        for page in PAGES:
            assert page.against
            pair = (page.against, page.name)[:: -1 if number % 2 else 1]
            rate = {name: driver.rate(name, seconds) for name in pair}
            measured[page.name].own.append(rate[page.name])
            measured[page.name].bare.append(rate[page.against])
    return measured


def check_saves(driver: Driver, visitors: Sequence[Visitor]) -> None:
    """Every save that was counted is in the database.

    Raises:
        CannotMeasure: one is not.
    """
    for page in (page for page in (*BARE, *PAGES) if page.saves):
        written = 0
        for visitor in visitors:
            row = page.saves(visitor)  # type: ignore[misc]
            before = row.version
            row.refresh_from_db(fields=["version"])
            written += row.version - before
        if written != driver.answers[page.name]:
            raise CannotMeasure(
                f"{page.name}: {driver.answers[page.name]} were counted, {written} were written."
            )
