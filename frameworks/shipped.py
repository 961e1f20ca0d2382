"""The fixtures that hold frameworks: which they are, and in what order they load.

A framework is found by its fixture's first row, so a new one needs a file and no code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from frameworks.yaml_rows import BrokenFixture, read_rows

FrameworkKey = tuple[str, str]
"""Key and edition, with which the natural key of every row of a framework begins."""


@dataclass(frozen=True)
class FrameworkFixture:
    """A file with one framework or several editions of one.

    Attributes:
        frameworks: those that the file holds.
        named: those that its rows belong or point to, its own among them.
    """

    path: Path
    frameworks: frozenset[FrameworkKey]
    named: frozenset[FrameworkKey]


def framework_fixtures(folders: Iterable[str | Path]) -> list[FrameworkFixture]:
    """Every fixture in the folders that begins with a framework, in the order to load them.

    Raises:
        BrokenFixture: a file cannot be read, or some point to one another in a circle.
    """
    paths = sorted(path for folder in folders for path in Path(folder).glob("*.yaml"))
    fixtures = [fixture for path in paths if (fixture := _read(path))]
    holder = {key: fixture for fixture in fixtures for key in fixture.frameworks}
    order = TopologicalSorter(
        {
            fixture: {holder[key] for key in fixture.named if key in holder} - {fixture}
            for fixture in fixtures
        }
    )
    try:
        return list(order.static_order())
    except CycleError as fault:
        circle = ", ".join(fixture.path.name for fixture in fault.args[1])
        raise BrokenFixture(f"These fixtures point to one another in a circle: {circle}") from fault


def _read(path: Path) -> FrameworkFixture | None:
    with path.open("rb") as file:
        rows = read_rows(file)
    if not rows or not _is_framework(rows[0]):
        return None
    own = [row["fields"] for row in rows if _is_framework(row)]
    return FrameworkFixture(
        path=path,
        frameworks=frozenset((str(one.get("key")), str(one.get("edition"))) for one in own),
        named=frozenset(_named_in(rows)),
    )


def _is_framework(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and row.get("model") == "frameworks.framework"
        and isinstance(row.get("fields"), dict)
    )


def _named_in(rows: list[Any]) -> Iterator[FrameworkKey]:
    """What the natural keys in the rows begin with; what is no row is the loader's to refuse."""
    for row in rows:
        fields = row.get("fields") if isinstance(row, dict) else None
        for value in fields.values() if isinstance(fields, dict) else ():
            match value:
                case [str(key), str(edition), *_]:
                    yield key, edition
