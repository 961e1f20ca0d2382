"""The action plan's PDF against bare WeasyPrint on the same HTML, in the same run."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from statistics import median

from django.template.loader import render_to_string
from django.utils import timezone
from weasyprint import HTML
from weasyprint.urls import URLFetcherResponse

from bench.seed import Seeder, framework_to_measure
from plans.models import Action, Plan
from reports.action_plan import build_action_plan
from reports.actions import print_action_plan
from reports.pdf import CONTENT_TYPES, FOLDERS, STATIC_BASE
from reports.stamp import Stamp

ROUNDS = 7
LARGE = 40
"""Actions of the larger plan."""
FIRST_NUMBER = 1_000_000
"""Of the trusts made here, beyond those that the pages are measured with."""


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """Seconds and ratios for a plan of nine actions and for one of forty.

    Ours is all that a person waits for: reading the plan, laying it out, tags and their
    completion. Bare is `write_pdf()` as it comes: the same HTML, stylesheet and fonts, no
    tags, the collector on. They take turns, so that a busy moment slows both.
    """
    figures: dict[str, float] = {}
    for number, plan in enumerate(_plans(), start=1):
        count = Action.objects.filter(priority__plan=plan).count()
        print(f"PDF of {count} actions ({number} of 2) ...", file=sys.stderr, flush=True)
        for name, figure in _compare(plan, rounds).items():
            figures[f"{count}_actions,_{name}"] = figure
    return figures


def _plans() -> list[Plan]:
    """The plan of a trust like all others, and one that has many more actions."""
    seeder = Seeder(framework_to_measure(), password_hash="", today=timezone.localdate())
    seeder.seed([FIRST_NUMBER, FIRST_NUMBER + 1], years=1)
    small, large = Plan.objects.filter(
        assessment__trust__slug__in=[f"trust-{FIRST_NUMBER}", f"trust-{FIRST_NUMBER + 1}"]
    ).order_by("pk")
    _fill(large)
    return [small, large]


def _fill(plan: Plan) -> None:
    """Add copies of the plan's own actions until there are many."""
    actions = list(Action.objects.filter(priority__plan=plan).order_by("pk"))
    missing = LARGE - len(actions)
    Action.objects.bulk_create(
        Action(
            priority=like.priority,
            order=100 + place,
            description=like.description,
            owner_name=like.owner_name,
            due_on=like.due_on,
            strategic_area=like.strategic_area,
            success_criterion=like.success_criterion,
        )
        for place, like in enumerate((actions * (missing // len(actions) + 1))[:missing])
    )


def _compare(plan: Plan, rounds: int) -> dict[str, float]:
    """Both ways in turn; the first of each is not counted."""
    stamp = Stamp(on=timezone.localdate())

    def read_plan() -> Plan:
        return Plan.objects.for_page().get(pk=plan.pk)

    html = render_to_string(
        "reports/action_plan_pdf.html",
        {"report": build_action_plan(read_plan(), stamp=stamp), "static_base": STATIC_BASE},
    )

    def ours() -> bytes:
        return print_action_plan(build_action_plan(read_plan(), stamp=stamp))

    def bare() -> bytes:
        document: bytes = _bare_page(html).write_pdf()
        return document

    ours()
    pages = len(_bare_page(html).render().pages)
    own_times, bare_times = [], []
    for turn in range(rounds):
        if turn % 2:
            bare_times.append(_seconds(bare))
            own_times.append(_seconds(ours))
        else:
            own_times.append(_seconds(ours))
            bare_times.append(_seconds(bare))
    ratios = sorted(own / other for own, other in zip(own_times, bare_times, strict=True))
    return {
        "pages": pages,
        "seconds": median(own_times),
        "bare_WeasyPrint": median(bare_times),
        "ratio": median(ratios),
        "lowest_ratio": ratios[0],
        "highest_ratio": ratios[-1],
    }


class FromDisk:
    """What a first try would do: read each file as it is, packed fonts too."""

    _fail_on_errors = False

    def __call__(self, url: str) -> URLFetcherResponse:
        folder, name = url.removeprefix(STATIC_BASE).split("/")
        content = (FOLDERS[folder] / name).read_bytes()
        return URLFetcherResponse(url, content, {"Content-Type": CONTENT_TYPES[folder]})


def _bare_page(html: str) -> HTML:
    return HTML(string=html, base_url=STATIC_BASE, url_fetcher=FromDisk())


def _seconds(work: Callable[[], bytes]) -> float:
    """Of this process: it waits for nothing, and others on the machine do not count."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start
