"""A broken fixture changes nothing, and its message says which row is wrong and why."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core import serializers
from django.core.management import CommandError, call_command

from frameworks.models import Element, Framework, Level, Statement
from trusts.models import Trust, User

HEAD = """
- model: frameworks.framework
  fields:
    key: small
    edition: "2026-01"
    title: A small framework
    publisher: Nobody
    published_on: 2026-01-31
    source_url: https://framework.example/
    licence: For tests.
    attribution: Nobody
    domain_noun: area
    domain_noun_plural: areas
    element_noun: point
    element_noun_plural: points
- model: frameworks.level
  fields: {framework: [small, "2026-01"], order: 1, key: low, name: Low, meaning: So, tone: weak}
- model: frameworks.domain
  fields: {framework: [small, "2026-01"], order: 1, name: Area}
- model: frameworks.element
  fields: {domain: [small, "2026-01", 1], number: 1, code: S-1, name: First, summary: One}
"""
STATEMENT = """
- model: frameworks.statement
  fields:
    element: [small, "2026-01", S-1]
    code: S-1-L
    order: 1
    kind: descriptor
    level: [small, "2026-01", low]
    text: It is so.
"""
SOUND = HEAD + STATEMENT
Load = Callable[[str], None]


@pytest.fixture
def load(tmp_path: Path, db: None) -> Load:
    """Load a text as the fixture `small.yaml`."""

    def load_text(text: str) -> None:
        path = tmp_path / "small.yaml"
        path.write_text(text, encoding="utf-8")
        call_command("loaddata", str(path), verbosity=0)

    return load_text


def test_sound_fixture_loads(load: Load) -> None:
    load(SOUND)
    statement = Statement.objects.select_related("element__domain__framework", "level").get()
    assert statement.natural_key() == ("small", "2026-01", "S-1-L")
    assert statement.level is not None
    assert statement.level.natural_key() == ("small", "2026-01", "low")


# What is put in place of what, and what the message says after the file's name.
BREAKAGES = {
    "unknown level": (
        'level: [small, "2026-01", low]',
        'level: [small, "2026-01", middling]',
        "row 5 (frameworks.statement S-1-L): level: "
        "no level ['small', '2026-01', 'middling'] is there",
    ),
    "missing element": (
        'element: [small, "2026-01", S-1]',
        'element: [small, "2026-01", S-2]',
        "row 5 (frameworks.statement S-1-L): element: "
        "no element ['small', '2026-01', 'S-2'] is there",
    ),
    "string where a list is": (
        'element: [small, "2026-01", S-1]',
        "element: S-1",
        "row 5 (frameworks.statement S-1-L): “S-1” value must be an integer.",
    ),
    "list where a text is": (
        "text: It is so.",
        "text: [It is so.]",
        "row 5 (frameworks.statement S-1-L): text: one value belongs here, not a list",
    ),
    "key of the wrong length": (
        'level: [small, "2026-01", low]',
        "level: [small, low]",
        "row 5 (frameworks.statement S-1-L): level: ['small', 'low'] is not a natural key",
    ),
    "number of no row": (
        'domain: [small, "2026-01", 1]',
        "domain: 987654",
        "row 4 (frameworks.element S-1): ",
    ),
    "day that is not in the calendar": (
        "published_on: 2026-01-31",
        "published_on: 2026-02-31",
        "row 1 (frameworks.framework small): “2026-02-31” value has the correct format "
        "(YYYY-MM-DD) but it is an invalid date.",
    ),
    "date in another order": (
        "published_on: 2026-01-31",
        "published_on: 31/01/2026",
        "row 1 (frameworks.framework small): “31/01/2026” value has an invalid date format.",
    ),
    "wrong model": (
        "model: frameworks.element",
        "model: frameworks.elephant",
        "row 4 (frameworks.elephant S-1): App 'frameworks' doesn't have a 'elephant' model.",
    ),
    "model that is no text": (
        "model: frameworks.element",
        "model: 7",
        "row 4 (7 S-1): ",
    ),
    "no model": (
        "- model: frameworks.element\n  fields",
        "- fields",
        "row 4 (no model S-1): a row needs `model` and `fields`",
    ),
    "no fields": (
        "- model: frameworks.domain\n  fields:",
        "- model: frameworks.domain\n  field:",
        "row 3 (frameworks.domain): a row needs `model` and `fields`",
    ),
    "fields that are a text": (
        'fields: {framework: [small, "2026-01"], order: 1, name: Area}',
        "fields: Area",
        "row 3 (frameworks.domain): a row needs `model` and `fields`",
    ),
    "row that is a text": (
        "- model: frameworks.domain",
        "- just words\n- model: frameworks.domain",
        "row 3 ('just words'): a row needs `model` and `fields`",
    ),
    "missing field": (
        "    text: It is so.\n",
        "",
        "row 5 (frameworks.statement S-1-L): text: This field cannot be blank.",
    ),
    "missing relation": (
        '    element: [small, "2026-01", S-1]\n',
        "",
        "row 5 (frameworks.statement S-1-L): Statement has no element.",
    ),
    "unknown field": (
        "text: It is so.",
        "text: It is so.\n    colour: red",
        "row 5 (frameworks.statement S-1-L): Statement has no field named 'colour'",
    ),
    "unknown choice": (
        "tone: weak",
        "tone: gloomy",
        "row 2 (frameworks.level low): tone: Value 'gloomy' is not a valid choice.",
    ),
    "order below one": ("order: 1, key: low", "order: 0, key: low", "row 2 (frameworks.level low)"),
    "order that is no number": (
        "order: 1, name: Area",
        "order: first, name: Area",
        "row 3 (frameworks.domain Area): “first” value must be an integer.",
    ),
    "text that is too long": (
        "code: S-1,",
        f"code: S-{'1' * 30},",
        "characters (it has 32).",
    ),
    "null character": (
        "text: It is so.",
        'text: "It is\\0 so."',
        "row 5 (frameworks.statement S-1-L): text: null characters are not allowed",
    ),
    "question with a level": (
        "kind: descriptor",
        "kind: question",
        "row 5 (frameworks.statement S-1-L): ",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_broken_fixture_names_the_row_and_changes_nothing(load: Load, name: str) -> None:
    before, after, message = BREAKAGES[name]
    broken = SOUND.replace(before, after)
    assert broken != SOUND
    with pytest.raises(CommandError) as refusal:
        load(broken)
    assert str(refusal.value).startswith("small.yaml, row ")
    assert message in str(refusal.value)
    assert not Framework.objects.exists()
    assert not Level.objects.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- model: [unclosed", "small.yaml, this is not YAML: while parsing"),
        ("fields:\n\t- tab", "line 2, column 1"),
        ("model: frameworks.framework", "small.yaml, a fixture is a list of rows"),
        ("just words", "small.yaml, a fixture is a list of rows"),
        ("", "small.yaml, a fixture is a list of rows"),
        (SOUND + "- \x00", "small.yaml, this is not YAML"),
        ("- !!python/object/apply:os.getcwd []", "small.yaml, this is not YAML"),
    ],
)
def test_file_that_is_no_fixture_is_refused(load: Load, text: str, message: str) -> None:
    with pytest.raises(CommandError) as refusal:
        load(text)
    assert message in str(refusal.value)
    assert not Framework.objects.exists()


def test_file_in_another_encoding_is_refused(tmp_path: Path, db: None) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("- model: café".encode("latin-1"))
    with pytest.raises(CommandError, match=r"latin\.yaml, this is not YAML"):
        call_command("loaddata", str(path), verbosity=0)


@pytest.mark.parametrize("repeated", ["- model: frameworks.element", "- model: frameworks.level"])
def test_row_that_stands_twice_is_refused(load: Load, repeated: str) -> None:
    row = repeated + SOUND.split(repeated)[1].split("\n- model")[0] + "\n"
    with pytest.raises(CommandError) as refusal:
        load(SOUND + row)
    place = {"element": 4, "level": 2}[repeated.rsplit(".", 1)[-1]]
    assert "small.yaml, row 6 " in str(refusal.value)
    assert f"the file has this already, in small.yaml, row {place} " in str(refusal.value)
    assert not Framework.objects.exists()


def test_element_code_may_stand_in_one_domain_only(load: Load) -> None:
    second = """
- model: frameworks.domain
  fields: {framework: [small, "2026-01"], order: 2, name: Other}
- model: frameworks.element
  fields: {domain: [small, "2026-01", 2], number: 1, code: S-1, name: Again, summary: Two}
"""
    with pytest.raises(CommandError, match=r"row 7 \(frameworks.element S-1\): .* row 4"):
        load(SOUND + second)
    assert not Framework.objects.exists()


def test_row_may_not_point_further_down(load: Load) -> None:
    element = HEAD[HEAD.index("- model: frameworks.element") :]
    with pytest.raises(CommandError, match=r"row 4 .*S-1-L\): element: .*or only further down"):
        load(HEAD.replace(element, "") + STATEMENT.lstrip("\n") + element)
    assert not Framework.objects.exists()


def test_broken_reload_leaves_what_was_there(load: Load) -> None:
    load(SOUND)
    broken = SOUND.replace("name: First", "name: Changed").replace("kind: descriptor", "kind: odd")
    with pytest.raises(CommandError):
        load(broken)
    assert Element.objects.get().name == "First"


def test_reload_changes_only_the_fields_that_it_names(load: Load) -> None:
    load(SOUND)
    statement = Statement.objects.get()
    statement.publisher_text, statement.text = "Theirs.", "Ours, edited."
    statement.save()
    load(SOUND)
    again = Statement.objects.get()
    assert (again.pk, again.publisher_text, again.text) == (statement.pk, "Theirs.", "It is so.")


def test_reload_blanks_what_the_row_blanks(load: Load) -> None:
    load(SOUND)
    Statement.objects.update(publisher_text="Theirs.")
    load(SOUND.replace("text: It is so.", 'text: It is so.\n    publisher_text: ""'))
    assert Statement.objects.get().publisher_text == ""


def test_rows_with_primary_keys_load_as_django_says(load: Load) -> None:
    load("- model: trusts.trust\n  pk: 71\n  fields: {name: By number, slug: by-number}\n")
    load("- model: trusts.trust\n  pk: 71\n  fields: {name: Renamed, slug: renamed}\n")
    assert list(Trust.objects.values_list("pk", "slug")) == [(71, "renamed")]


def test_relations_to_many_load(load: Load) -> None:
    load(
        "- model: auth.group\n  fields: {name: Operators}\n"
        "- model: trusts.user\n  fields:\n    email: op@trust.example\n    name: Op\n"
        '    password: "!"\n    groups: [[Operators]]\n'
    )
    load(
        "- model: trusts.user\n  fields:\n    email: op@trust.example\n    name: Op Again\n"
        '    password: "!"\n    groups: [[Operators]]\n'
    )
    user = User.objects.get()
    assert user.name == "Op Again"
    assert [group.name for group in user.groups.all()] == ["Operators"]


def test_what_dumpdata_writes_loads_again(load: Load) -> None:
    load(SOUND)
    rows = [*Framework.objects.all(), *Level.objects.all(), *Statement.objects.all()]
    written = serializers.serialize(
        "yaml", rows, use_natural_foreign_keys=True, use_natural_primary_keys=True
    )
    Statement.objects.update(text="Changed.")
    load(written)
    assert Statement.objects.get().text == "It is so."


def test_operator_sees_one_line_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text("- model: frameworks.elephant\n  fields: {code: E-1}\n", encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "manage.py", "loaddata", str(path)],
        cwd=settings.BASE_DIR,
        env={"TRUSTQUALITY_ENV": "test", "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr == (
        "BrokenFixture: small.yaml, row 1 (frameworks.elephant E-1): "
        "App 'frameworks' doesn't have a 'elephant' model.\n"
    )
