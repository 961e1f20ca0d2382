"""`load_frameworks` loads every framework there is a fixture for, and nothing by halves."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from django.conf import LazySettings, settings
from django.core.management import CommandError, call_command

from frameworks.models import Alignment, Element, Framework
from frameworks.shipped import framework_fixtures
from frameworks.yaml_rows import read_rows
from tests.frameworks.conftest import every_value

SMALL = """
- model: frameworks.framework
  fields:
    key: {key}
    edition: "2026-01"
    title: The {key} framework
    publisher: Nobody
    published_on: 2026-01-31
    licence: For tests.
    attribution: Nobody
    domain_noun: area
    domain_noun_plural: areas
    element_noun: point
    element_noun_plural: points
    alignment_note: What * stands for.
- model: frameworks.level
  fields: {{framework: [{key}, "2026-01"], order: 1, key: low, name: Low, meaning: A, tone: weak}}
- model: frameworks.domain
  fields: {{framework: [{key}, "2026-01"], order: 1, name: Area}}
- model: frameworks.element
  fields: {{domain: [{key}, "2026-01", 1], number: 1, code: S-1, name: First}}
- model: frameworks.statement
  fields:
    {{element: [{key}, "2026-01", S-1], code: S-1-Q1, order: 1, kind: question, text: Is it so?}}
"""
ALIGNED = """
- model: frameworks.alignment
  fields:
    statement: [{key}, "2026-01", S-1-Q1]
    element: [{other}, "2026-01", S-1]
    symbol: "*"
"""
Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, settings: LazySettings) -> Write:
    """Write a fixture of its own into the one folder of fixtures that there is."""
    settings.FIXTURE_DIRS = [tmp_path]

    def write_fixture(key: str, *, aligned_with: str = "", name: str = "", more: str = "") -> None:
        aligned = ALIGNED.format(key=key, other=aligned_with) if aligned_with else ""
        (tmp_path / f"{name or key}.yaml").write_text(SMALL.format(key=key) + aligned + more)

    return write_fixture


def names_in_order() -> list[str]:
    return [fixture.path.stem for fixture in framework_fixtures(settings.FIXTURE_DIRS)]


def shipped() -> set[tuple[str, str]]:
    """Key and edition of every framework of a fixture."""
    return {
        (row["fields"]["key"], row["fields"]["edition"])
        for path in Path(settings.FIXTURE_DIRS[0]).glob("*.yaml")
        for row in yaml.safe_load(path.read_text())
        if row["model"] == "frameworks.framework"
    }


@pytest.mark.django_db
def test_every_framework_is_loaded_and_again_changes_nothing() -> None:
    call_command("load_frameworks", verbosity=0)
    assert set(Framework.objects.values_list("key", "edition")) == shipped()
    before = every_value()
    call_command("load_frameworks", verbosity=0)
    assert every_value() == before


def test_fixture_without_a_framework_at_its_head_is_left_out(write: Write, tmp_path: Path) -> None:
    write("small")
    (tmp_path / "people.yaml").write_text("- model: trusts.trust\n  fields: {name: A, slug: a}\n")
    (tmp_path / "later.yaml").write_text("- model: trusts.trust\n" + SMALL.format(key="later"))
    (tmp_path / "empty.yaml").write_text("[]")
    assert names_in_order() == ["small"]


def test_fixture_comes_after_those_that_it_is_aligned_with(write: Write) -> None:
    write("a", aligned_with="c")
    write("b")
    write("c", aligned_with="d")
    write("d")
    order = names_in_order()
    assert sorted(order) == ["a", "b", "c", "d"]
    assert order.index("d") < order.index("c") < order.index("a")


def test_new_edition_comes_after_the_one_that_it_supersedes(write: Write, tmp_path: Path) -> None:
    newer = SMALL.format(key="small").replace('"2026-01"', '"2027-01"')
    old = '    supersedes: [small, "2026-01"]\n'
    (tmp_path / "a.yaml").write_text(newer.replace("    title:", f"{old}    title:"))
    write("small", name="b")
    assert names_in_order() == ["b", "a"]


@pytest.mark.django_db
def test_aligned_frameworks_are_loaded_whatever_their_files_are_called(write: Write) -> None:
    write("a", aligned_with="z")
    write("z")
    call_command("load_frameworks", verbosity=0)
    assert str(Alignment.objects.get()) == "S-1-Q1 * 1. First"
    assert Element.objects.count() == 2


@pytest.mark.django_db
def test_framework_may_be_aligned_with_one_that_is_loaded_already(
    write: Write, tmp_path: Path
) -> None:
    write("z")
    call_command("load_frameworks", verbosity=0)
    (tmp_path / "z.yaml").unlink()
    write("a", aligned_with="z")
    call_command("load_frameworks", verbosity=0)
    assert Alignment.objects.count() == 1


def test_fixtures_in_a_circle_are_refused(write: Write) -> None:
    write("a", aligned_with="b")
    write("b", aligned_with="a")
    with pytest.raises(CommandError, match=r"to one another in a circle: (a|b)\.yaml, "):
        call_command("load_frameworks", verbosity=0)


@pytest.mark.django_db
def test_one_broken_fixture_leaves_out_all(write: Write, tmp_path: Path) -> None:
    write("small")
    (tmp_path / "broken.yaml").write_text("- model: frameworks.framework\n  fields: {key: b}\n")
    with pytest.raises(CommandError, match=r"row 1 \(frameworks.framework b\)"):
        call_command("load_frameworks", verbosity=0)
    assert not Framework.objects.exists()


def test_file_that_cannot_be_read_is_named(write: Write, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("- model: [unclosed")
    with pytest.raises(CommandError, match=r"^broken\.yaml, this is not YAML"):
        call_command("load_frameworks", verbosity=0)


@pytest.mark.django_db
def test_unsound_frameworks_are_refused_with_every_fault(write: Write) -> None:
    level = '- model: frameworks.level\n  fields: {framework: [%s, "2026-01"], order: 3, key: top, '
    level += "name: Top, meaning: B, tone: strong}\n"
    domain = '- model: frameworks.domain\n  fields: {framework: [%s, "2026-01"], order: 2, '
    domain += "name: Bare}\n"
    write("sound")
    write("a", more=level % "a" + domain % "a")
    write("b", more=domain % "b")
    with pytest.raises(CommandError) as refusal:
        call_command("load_frameworks", verbosity=0)
    assert str(refusal.value).splitlines() == [
        "Nothing was changed.",
        "The a framework (2026-01): The levels are numbered 1 and 3; number them 1, 2, 3 and so "
        "on, each number once.",
        "The a framework (2026-01): The elements of Bare are missing.",
        "The b framework (2026-01): The elements of Bare are missing.",
    ]
    assert not Framework.objects.exists()


@pytest.mark.django_db
def test_frameworks_of_others_are_not_in_the_way(write: Write) -> None:
    Framework.objects.create(
        key="own", edition="1", title="Own", published_on="2026-01-31", is_published=False
    )
    write("small")
    call_command("load_frameworks", verbosity=0)
    assert Framework.objects.count() == 2


def test_no_shipped_framework_says_in_fixed_text_whose_words_its_statements_are() -> None:
    """The mark on the page says it, and loading a wording pack changes that."""
    for fixture in framework_fixtures(settings.FIXTURE_DIRS):
        [row] = [
            row["fields"]
            for row in read_rows(fixture.path.read_bytes())
            if row["model"] == "frameworks.framework"
        ]
        for name in ("about", "licence", "attribution", "alignment_note"):
            assert not re.search("own words|summaris|paraphras", row.get(name, "")), fixture.path
