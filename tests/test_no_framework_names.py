"""No code knows a framework by its name or words, nor how many levels one has.

Frameworks are data. What the shipped ones are called is read from their fixtures, so a
new one is looked for from the day it is added.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from frameworks.shipped import framework_fixtures
from frameworks.yaml_rows import read_rows

ROOT = Path(settings.BASE_DIR)
# Migrations say what was; the others are not code of the service.
LEFT_OUT = {"tests", "docs", "fixtures", "migrations", "build", "var", "node_modules"}
SUFFIXES = {".py", ".html", ".js", ".mjs", ".scss", ".css", ".sh"}
COMMANDS = {"run", "test"}

SHORT_NAMES = (
    "CST",
    "DfE",
    "TQD",
    "Carter",
    "Confederation of School Trusts",
    "Department for Education",
    "White Paper",
)
# "domain" and "element" are the models' own names, "criterion" is also an action's.
NOUNS = ("pillar", "theme", "characteristic")
NAMES_AS_WORDS = {
    "trusts/passwords.py": "words that a password may not be made of; no framework is meant",
}
NOUN_EXAMPLES = {
    "frameworks/models.py": "tells the operator what to type as a noun, by examples",
    "frameworks/framework_columns.py": "tells a trust what to type as a noun, by examples",
}
COUNTING = (
    r"levels\[(?!-1\])-?[1-9]\d*\]",  # by its place; 0 and -1 are the ends of any scale
    r"levels?(\)|\|length|\.count\(\)|_count)\s*(==|!=|[<>]=?)\s*[3-9]",
    r"level(__|\.|_)order(__\w+)?\s*(==?|!=|[<>]=?)\s*[1-9]",
    r"level(__|\.|_)key(__\w+)?\s*(==?|!=|in)\s*[\"'(\[{]",
    r"[=!]=\s*4\b",
    r"\b(three|four|five|six|[3-9])[ -](levels|stages)\b",
)


@cache
def names() -> frozenset[str]:
    """What the shipped frameworks are called."""
    found = set(SHORT_NAMES)
    for fixture in framework_fixtures(settings.FIXTURE_DIRS):
        rows = read_rows(fixture.path.read_bytes())
        codes = [row["fields"]["code"] for row in rows if row["model"] == "frameworks.element"]
        found |= {fixture.path.stem, *(code.split("-")[0] + "-" for code in codes)}
        for row in rows:
            if row["model"] == "frameworks.framework":
                found |= {row["fields"][name] for name in ("key", "title")}
    return frozenset(found)


def as_words(names: frozenset[str]) -> re.Pattern[str]:
    """Finds each where it is not part of a longer word; a short code in its capitals only."""
    parts = [
        re.escape(name) if name.endswith("-") else f"(?i:{re.escape(name)})"
        for name in sorted(names, key=len, reverse=True)
    ]
    return re.compile(rf"(?<![A-Za-z0-9])({'|'.join(parts)})(?![a-z])")


def code_files() -> Iterator[Path]:
    """Every file of code, also those that are not committed yet."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [one for one in folders if one not in LEFT_OUT and not one.startswith(".")]
        for name in files:
            path = Path(folder, name)
            if path.suffix in SUFFIXES or (path.parent == ROOT and name in COMMANDS):
                yield path


@cache
def lines() -> dict[str, list[str]]:
    """The lines of each file of code."""
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").splitlines()
        for path in code_files()
    }


def hits(pattern: re.Pattern[str], *, but: tuple[str, ...] = ()) -> list[str]:
    """Where the pattern is found, as file:line: text."""
    return [
        f"{name}:{number}: {line.strip()}"
        for name, text in lines().items()
        if name not in but
        for number, line in enumerate(text, start=1)
        if pattern.search(line)
    ]


NOUN = re.compile(rf"(?i)(?<![a-z])({'|'.join(NOUNS)})s?(?![a-z]|-color)")
COUNTED = re.compile("|".join(COUNTING), re.IGNORECASE)


def test_no_code_knows_a_framework_by_name() -> None:
    assert hits(as_words(names()), but=tuple(NAMES_AS_WORDS)) == []


def test_no_code_uses_a_publishers_noun() -> None:
    assert hits(NOUN, but=tuple(NOUN_EXAMPLES)) == []


def test_exceptions_are_still_needed() -> None:
    needed = {hit.split(":")[0] for hit in hits(NOUN)}
    assert needed == set(NOUN_EXAMPLES)
    assert {hit.split(":")[0] for hit in hits(as_words(names()))} == set(NAMES_AS_WORDS)


def test_no_code_counts_levels() -> None:
    assert hits(COUNTED) == []


def test_every_shipped_framework_is_looked_for() -> None:
    assert {"cst-strong-trusts", "dfe_trust_quality_descriptions", "MAT-", "SUP-"} <= names()


def test_code_of_every_kind_is_looked_through() -> None:
    files = set(lines())
    assert {"run", "frameworks/models.py", "templates/base.html"} <= files
    assert {Path(name).suffix for name in files} >= SUFFIXES - {".mjs"}
    assert not [name for name in files if name.startswith(("tests/", "fixtures/", "docs/"))]


@pytest.mark.parametrize(
    "line",
    [
        'Framework.objects.get(key="cst-strong-trusts")',
        'call_command("loaddata", "cst_strong_trusts")',
        "The DfE's descriptions",
        'if element.code.startswith("TQD-5"):',
        "<!-- the Carter grid -->",
        ".tq-carter { }",
        "from the Department for Education",
        "code = 'MAT-00'",
    ],
)
def test_name_of_a_framework_is_found(line: str) -> None:
    assert as_words(names()).search(line)


@pytest.mark.parametrize("line", ["format-float", "cost", "# for matplotlib", "<sup>1</sup>"])
def test_other_words_are_no_names(line: str) -> None:
    assert not as_words(names()).search(line)


@pytest.mark.parametrize("line", ["by pillar", "Themes:", "{{ pillar.name }}", "pillar_count"])
def test_publishers_noun_is_found(line: str) -> None:
    assert NOUN.search(line)


@pytest.mark.parametrize(
    "line",
    [
        "levels[3]",
        "levels[-2]",
        "if len(self.levels) == 5:",
        "{% if levels|length > 3 %}",
        "level_count >= 4",
        "if level.order > 2:",
        "filter(level__order=1)",
        'level.key == "red"',
        'filter(level__key__in=["red"])',
        "columns == 4",
        "one of four levels",
    ],
)
def test_counting_levels_is_found(line: str) -> None:
    assert COUNTED.search(line)


@pytest.mark.parametrize(
    "line",
    [
        "levels[0]",
        "levels[-1]",
        "levels[place % len(levels)]",
        "status === 422",
        "level.key == key",
        'order_by("level__order")',
    ],
)
def test_other_code_is_no_counting(line: str) -> None:
    assert not COUNTED.search(line)
