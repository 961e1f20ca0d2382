"""The action plan as a document: one context, from which every form of it is rendered.

The page, the PDF and whatever comes later hold the same facts because all of them are
made from what `build_action_plan` returns. It reads the database in a fixed number of
queries and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import accumulate
from math import ceil

from django.db.models import Prefetch, Q, Subquery

from assessments.heat_map import HeatMap, build_heat_map, lines_of
from assessments.models import Assessment, Rating
from frameworks.models import Framework, Level
from frameworks.names import names_apart
from plans.models import Action, Plan, Priority
from plans.origins import with_origins
from plans.outline import Counts, counts_of
from reports.stamp import Stamp
from reports.text import file_stem, printable
from trusts.models import Trust

TEMPLATE_VERSION = "6"
"""Kept with each issued report; raise it when the document's look or content changes."""

MAP_COLUMNS = 5
"""Cells of the heat map that stand side by side on an upright page."""
BAR_GAP = 0.004
"""White between the parts of the bar, as a share of the whole."""
COLUMN_CHARACTERS = 38
"""About how many characters fit on a line of the action table's text columns."""
COLUMN_LINES = 30
"""More lines than this in such a column, and the action is set over the page's full width."""


@dataclass(frozen=True)
class Judgement:
    """The board's rating of one element, and the element's place in the plan if it has one."""

    number: int
    name: str
    name_apart: str
    """The name where it stands alone, without the domain above it."""
    domain: str
    level: Level | None
    previous_level: Level | None
    note: str
    dissent: str
    priority_number: int | None
    old_since: date | None
    """The day of the rating, where that is more than a year before the document's."""


@dataclass(frozen=True)
class DomainSection:
    """One domain with the judgements of its elements."""

    name: str
    judgements: Sequence[Judgement]


@dataclass(frozen=True)
class MapLine:
    """One line of the printed heat map; a domain with many elements takes several."""

    domain: str
    height: int
    """How many lines the domain takes, on its first line; 0 on those that follow."""
    judgements: Sequence[Judgement]
    missing: int
    """How many cells the line is short of the widest."""


@dataclass(frozen=True)
class ActionLine:
    """One action as it is printed."""

    number: str
    description: str
    owner: str
    due_on: date
    strategic_area: str
    success_criterion: str
    measure: str
    baseline: str
    target: str
    status: str
    is_overdue: bool
    came_from: str
    """As of a priority."""

    @property
    def is_long(self) -> bool:
        """Whether it needs the page's full width, or else it would split over two pages."""
        evidence = "\n".join((self.success_criterion, self.measure, self.baseline, self.target))
        return max(_line_count(self.description), _line_count(evidence)) > COLUMN_LINES


@dataclass(frozen=True)
class PrioritySection:
    """One priority: what the board judged, the issue behind it, and what will be done."""

    number: int
    judgement: Judgement
    key_issue: str
    came_from: str
    """Whose words it came from, such as a peer review's; blank where the board chose it."""
    actions: Sequence[ActionLine]

    def without_origins(self) -> PrioritySection:
        """For people from outside: what others reviewed is no business of theirs."""
        actions = [replace(action, came_from="") for action in self.actions]
        return replace(self, came_from="", actions=actions)


@dataclass(frozen=True)
class Dropped:
    """What the plan no longer holds, and why."""

    kind: str
    what: str
    action_count: int
    reason: str
    on: datetime | None
    by: str


@dataclass(frozen=True)
class BarPart:
    """One level's part of the bar that shows how the elements are spread over the levels."""

    level: Level | None
    start: int
    count: int
    bar_length: int

    @property
    def tone(self) -> str:
        return self.level.tone if self.level else "none"

    @property
    def width(self) -> float:
        """A little less than its share, so that white parts it from the next."""
        return max(self.count - BAR_GAP * self.bar_length, 0)

    @property
    def in_words(self) -> str:
        return f"{self.count} {self.level.name if self.level else 'not rated yet'}"


@dataclass(frozen=True)
class ActionPlanReport:
    """All that the document says."""

    title: str
    trust_name: str
    plan: Plan
    assessment: Assessment
    framework: Framework
    trust: Trust
    stamp: Stamp
    heat_map: HeatMap
    domains: Sequence[DomainSection]
    priorities: Sequence[PrioritySection]
    dropped: Sequence[Dropped]
    counts: Counts

    @property
    def file_name(self) -> str:
        """What the PDF is called where somebody saves it."""
        return f"{file_stem(self.trust_name, self.title)}.pdf"

    @property
    def is_old(self) -> bool:
        """Whether every rating is more than a year old, which is then said once."""
        return self.heat_map.is_old

    @property
    def map_lines(self) -> list[MapLine]:
        """The heat map in lines that fit on an upright page."""
        by_domain = [
            (domain.name, lines_of(domain.judgements, longest=MAP_COLUMNS))
            for domain in self.domains
        ]
        columns = max((len(line) for _, lines in by_domain for line in lines), default=0)
        return [
            MapLine(
                domain=name,
                height=0 if place else len(lines),
                judgements=line,
                missing=columns - len(line),
            )
            for name, lines in by_domain
            for place, line in enumerate(lines)
        ]

    @property
    def bar(self) -> list[BarPart]:
        """How the elements are spread over the levels, the weakest first, what is unrated last."""
        counted: list[tuple[Level | None, int]] = [*self.heat_map.distribution]
        if self.heat_map.unrated_count:
            counted.append((None, self.heat_map.unrated_count))
        ends = accumulate(count for _, count in counted)
        return [
            BarPart(level, start=end - count, count=count, bar_length=self.bar_length)
            for (level, count), end in zip(counted, ends, strict=True)
        ]

    @property
    def bar_in_words(self) -> str:
        """The same for those who do not see the bar."""
        parts = ", ".join(part.in_words for part in self.bar)
        return f"How the {len(self.heat_map.cells)} ratings are spread: {parts}."

    @property
    def bar_length(self) -> int:
        return max(len(self.heat_map.cells), 1)


def build_action_plan(
    plan: Plan, *, stamp: Stamp, ratings: Iterable[Rating] | None = None
) -> ActionPlanReport:
    """Everything that the plan's document says, in four queries.

    Args:
        plan: as its pages read it (`for_page`), or else it costs more queries.
        stamp: what the document is; its day decides which actions are overdue.
        ratings: the assessment's, in order, as people from outside may read them; then nothing is
            said of the assessment before, nor of where anything in the plan came from.
    """
    priorities = with_origins(
        plan.priorities.select_related("dropped_by").prefetch_related(_actions())
    )
    kept = [priority for priority in priorities if priority.dropped_at is None]
    numbers = {priority.element_id: number for number, priority in enumerate(kept, start=1)}
    if ratings is None:
        now, before = _ratings(plan.assessment)
    else:
        now, before = list(ratings), []
    heat_map = _heat_map(plan.assessment, now, before, numbers, today=stamp.on)
    domains = _domains(heat_map, numbers)
    judgements = dict(
        zip(
            (cell.element.pk for cell in heat_map.cells),
            (judgement for domain in domains for judgement in domain.judgements),
            strict=True,
        )
    )
    sections = [
        PrioritySection(
            number=numbers[priority.element_id],
            judgement=judgements[priority.element_id],
            key_issue=printable(priority.key_issue),
            came_from=printable(priority.came_from),  # type: ignore[attr-defined]
            actions=_action_lines(priority, numbers[priority.element_id], today=stamp.on),
        )
        for priority in kept
    ]
    if ratings is not None:
        sections = [section.without_origins() for section in sections]
    return ActionPlanReport(
        title=printable(plan.title),
        trust_name=printable(plan.assessment.trust.name),
        plan=plan,
        assessment=plan.assessment,
        framework=plan.assessment.framework,
        trust=plan.assessment.trust,
        stamp=stamp,
        heat_map=heat_map,
        domains=domains,
        priorities=sections,
        dropped=list(_dropped(priorities, judgements)),
        counts=_counts(kept, today=stamp.on),
    )


def _actions() -> Prefetch[str]:
    return Prefetch("actions", Action.objects.select_related("dropped_by", "origin"))


def _ratings(assessment: Assessment) -> tuple[list[Rating], list[Rating]]:
    """The assessment's, and those of the one that it is compared with."""
    # Compared by `=`: for `OR ... IN (...)` PostgreSQL reads the ratings of every trust there is.
    earlier = Subquery(Assessment.objects.compared_with(assessment).values("pk"))
    in_order = Rating.objects.in_order().select_related("element__domain", "level", "assessment")
    found = list(in_order.filter(Q(assessment=assessment) | Q(assessment=earlier)))
    return (
        [one for one in found if one.assessment_id == assessment.pk],
        [one for one in found if one.assessment_id != assessment.pk],
    )


def _heat_map(
    assessment: Assessment,
    ratings: list[Rating],
    previous: list[Rating],
    numbers: dict[int, int],
    *,
    today: date,
) -> HeatMap:
    """The assessment's heat map, ringed where this plan acts and nowhere else."""
    for rating in ratings:
        rating.is_priority = rating.element_id in numbers
    return build_heat_map(
        ratings=ratings,
        levels=list(assessment.framework.levels.all()),
        caption="Heat map",
        today=today,
        previous=previous,
        previous_title=previous[0].assessment.title if previous else "",
    )


def _domains(heat_map: HeatMap, numbers: dict[int, int]) -> list[DomainSection]:
    names = names_apart(cell.element for cell in heat_map.cells)
    return [
        DomainSection(
            name=row.domain.name,
            judgements=[
                Judgement(
                    number=cell.element.number,
                    name=cell.element.name,
                    name_apart=names[cell.element.pk],
                    domain=row.domain.name,
                    level=cell.level,
                    previous_level=cell.previous_level,
                    note=printable(cell.rating.note),
                    dissent=printable(cell.rating.dissent),
                    priority_number=numbers.get(cell.element.pk),
                    old_since=cell.old_since,
                )
                for cell in row.cells
            ],
        )
        for row in heat_map.rows
    ]


def _kept_actions(priority: Priority) -> list[Action]:
    return [a for a in priority.actions.all() if a.status != Action.Status.DROPPED]


def _action_lines(priority: Priority, number: int, *, today: date) -> list[ActionLine]:
    return [
        ActionLine(
            number=f"{number}.{place}",
            description=printable(action.description),
            owner=printable(action.owner_name),
            due_on=action.due_on,
            strategic_area=action.get_strategic_area_display(),
            success_criterion=printable(action.success_criterion),
            measure=printable(action.measure),
            baseline=printable(action.baseline),
            target=printable(action.target),
            status=action.get_status_display(),
            is_overdue=action.is_overdue_on(today),
            came_from=printable(action.origin.label) if hasattr(action, "origin") else "",
        )
        for place, action in enumerate(_kept_actions(priority), start=1)
    ]


def _dropped(priorities: Sequence[Priority], judgements: dict[int, Judgement]) -> Iterator[Dropped]:
    """What was dropped; with a priority go its actions, which are counted and not listed."""
    for priority in priorities:
        judgement = judgements[priority.element_id]
        if priority.dropped_at:
            yield Dropped(
                kind="Priority",
                what=f"{judgement.number}. {judgement.name_apart}",
                action_count=len(priority.actions.all()),
                reason=printable(priority.drop_reason),
                on=priority.dropped_at,
                by=str(priority.dropped_by),
            )
            continue
        for action in priority.actions.all():
            if action.status == Action.Status.DROPPED:
                yield Dropped(
                    kind=f"Action under priority {judgement.priority_number}",
                    what=printable(action.description),
                    action_count=0,
                    reason=printable(action.drop_reason),
                    on=action.dropped_at,
                    by=str(action.dropped_by),
                )


def _counts(kept: Sequence[Priority], *, today: date) -> Counts:
    actions = [action for priority in kept for action in _kept_actions(priority)]
    return counts_of(actions, on=today, priorities=len(kept))


def _line_count(text: str) -> int:
    """About how many lines the text takes in a column; what is not Latin counts as wide."""
    return sum(
        ceil((len(line) + sum(letter > "\u1100" for letter in line)) / COLUMN_CHARACTERS)
        for line in text.split("\n")
        if line
    )
