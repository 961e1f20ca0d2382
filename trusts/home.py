"""What stands on a trust's home page; the apps above this one add to it.

The page belongs to `trusts`, yet what needs doing is known to the assessments, plans
and documents above it. They register a panel in their `AppConfig.ready()`, so imports
still run one way (docs/decisions/0004-home-panels.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from trusts.models import Trust, User


@dataclass(frozen=True)
class Task:
    """One thing that waits for this person."""

    text: str
    url: str
    due_on: date | None = None
    whose: str = ""
    since: date | None = None

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been done by yesterday."""
        return self.due_on is not None and self.due_on < timezone.localdate()


@dataclass(frozen=True)
class Panel:
    """One app's part of the home page: tasks for the list on top, and a section below."""

    template_name: str
    context: dict[str, Any] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()
    is_last: bool = False
    """Whether its section stands below those of the apps above this one."""


PanelMaker = Callable[[User, Trust], Panel]
_panel_makers: list[PanelMaker] = []


def register(maker: PanelMaker) -> PanelMaker:
    """Add an app's panel; panels stand in the order of INSTALLED_APPS."""
    _panel_makers.append(maker)
    return maker


def panels_for(user: User, trust: Trust) -> list[Panel]:
    """Every app's panel for this person and trust."""
    panels = [maker(user, trust) for maker in _panel_makers]
    return sorted(panels, key=lambda panel: panel.is_last)


OwnPanelMaker = Callable[[User], Panel | None]
_own_panel_makers: list[OwnPanelMaker] = []


def register_own(maker: OwnPanelMaker) -> OwnPanelMaker:
    """Add what an app has for a person whatever trust they belong to, if it has anything.

    It stands on the front page of who belongs to no trust, or to several.
    """
    _own_panel_makers.append(maker)
    return maker


def own_panels_for(user: User) -> list[Panel]:
    """What every app has for this person."""
    return [panel for maker in _own_panel_makers if (panel := maker(user))]


def tasks_of(panels: list[Panel]) -> list[Task]:
    """All that needs doing, the soonest due first, what has no date last."""
    tasks = [task for panel in panels for task in panel.tasks]
    return sorted(tasks, key=lambda task: (task.due_on is None, task.due_on or date.max))
