"""Any framework as JSON: complete, the same every time, and as its schema says."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from jsonschema import Draft202012Validator, FormatChecker

from assessments.models import OwnFramework
from frameworks.framework_draft import rows_of, write
from frameworks.framework_example import EXAMPLE
from frameworks.models import Element, Framework, Level, Statement, WordingPack
from reports.framework_json import build_framework, framework_json
from tests.conftest import align, client_of, make_framework, make_next_edition

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

SCHEMA = json.loads(Path(settings.BASE_DIR, "docs", "framework.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())


def address(framework: Framework) -> str:
    return reverse("reports:framework_json", args=[framework.key, framework.edition])


def loaded(framework: Framework) -> Framework:
    return Framework.objects.select_related("supersedes", "wording_pack").get(pk=framework.pk)


def elements_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [element for domain in document["domains"] for element in domain["elements"]]


def statements_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for element in elements_of(document) for one in element["statements"]]


@pytest.fixture
def full(framework: Framework) -> Framework:
    """A second edition with everything that a framework can have."""
    edition = make_next_edition(framework)
    align(edition, "MU-01", make_framework("mirrored"), "MU-02")
    edition.alignment_note = "† mirrors a point."
    edition.about = "What it is for.\nAnd what not."
    edition.licence_url = "https://licence.example/"
    edition.save()
    question = Statement.objects.get(element__domain__framework=edition, code="MU-01-Q1")
    point = Statement(element=question.element, code="MU-01-Q1a", order=1, kind="question")
    point.parent, point.text, point.audience = question, "A point.", "ceo"
    point.save()
    Statement.objects.create(
        element=question.element, code="MU-01-N1", order=1, kind="note", text="A note."
    )
    question.publisher_text = "Theirs <b>& bold</b>."
    question.save()
    source = "Theirs, by leave."
    when = datetime(2026, 11, 1, 12, tzinfo=UTC)
    WordingPack.objects.create(framework=edition, source=source, loaded_at=when)
    return loaded(edition)


# What is given out.


@pytest.mark.django_db
def test_every_shipped_framework_is_as_the_schema_says_and_whole() -> None:
    call_command("load_frameworks", verbosity=0)
    frameworks = Framework.objects.select_related("supersedes", "wording_pack")
    assert frameworks.count() > 1
    for framework in frameworks:
        document = json.loads(framework_json(framework))
        assert [error.message for error in VALIDATOR.iter_errors(document)] == [], framework
        statements = Statement.objects.filter(element__domain__framework=framework)
        assert sorted(
            (one["code"], one["text"], one["audience"] or "", len(one["alignments"]))
            for one in statements_of(document)
        ) == sorted(
            (one.code, one.text, one.audience, one.alignments.count()) for one in statements
        )
        assert [one["code"] for one in elements_of(document)] == list(
            Element.objects.filter(domain__framework=framework)
            .in_order()
            .values_list("code", flat=True)
        )


def test_framework_with_everything_is_as_the_schema_says(full: Framework) -> None:
    document = build_framework(full)
    VALIDATOR.validate(document)
    assert document["supersedes"] == {"key": "made-up", "edition": "2026-01"}
    assert document["publisher_wording"] == {
        "source": "Theirs, by leave.",
        "loaded_at": "2026-11-01T12:00:00+00:00",
    }
    assert document["licence_url"] == "https://licence.example/"
    question, point, *rest = statements_of(document)
    assert question == {
        "code": "MU-01-Q1",
        "kind": "question",
        "order": 1,
        "level": None,
        "audience": None,
        "under": None,
        "text": "Is MU-01 so?",
        "publisher_text": "Theirs <b>& bold</b>.",
        "alignments": [
            {"framework": "mirrored", "edition": "2026-01", "element": "MU-02", "symbol": "†"}
        ],
    }
    assert (point["under"], point["audience"]) == ("MU-01-Q1", "ceo")
    kinds = [one["kind"] for one in rest[:3]]
    assert kinds == ["descriptor", "descriptor", "note"]
    assert rest[1]["level"] == "step-4"


def test_framework_from_a_spreadsheet_is_as_the_schema_says(db: None) -> None:
    framework = loaded(write(rows_of(EXAMPLE, key="own-one")))
    document = build_framework(framework)
    VALIDATOR.validate(document)
    assert document["is_published"] is False
    codes = [one["code"] for one in statements_of(document) if one["code"].startswith("BC-01")]
    assert codes == ["BC-01-Q1", "BC-01-W1", "BC-01-S1", "BC-01-S1a", "BC-01-S1b"]


def test_same_framework_under_other_primary_keys_is_the_same_file(db: None) -> None:
    texts = []
    for _ in range(2):
        framework = loaded(write(rows_of(EXAMPLE, key="own-one")))
        texts.append(framework_json(framework))
        framework.delete()
        make_framework(f"between-{len(texts)}")
    assert texts[0] == texts[1]
    assert "’" in texts[0]


# The page.


def test_it_is_a_file_for_everybody(framework: Framework) -> None:
    answer = Client().get(address(framework))
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == 'attachment; filename="made-up-2026-01.json"'
    assert json.loads(answer.content)["title"] == framework.title


def test_own_framework_is_its_peoples_alone(framework, northfield, trustee, stranger) -> None:
    Framework.objects.update(is_published=False)
    assert client_of(trustee).get(address(framework)).status_code == 404
    OwnFramework.objects.create(trust=northfield, framework=framework)
    assert client_of(trustee).get(address(framework)).status_code == 200
    assert client_of(stranger).get(address(framework)).status_code == 404
    assert Client().get(address(framework)).status_code == 404


@pytest.mark.parametrize("size", [(1,), (4, 4, 4)])
def test_it_takes_a_fixed_number_of_queries(size, lead, django_assert_num_queries) -> None:
    framework = make_framework("sized", domains=size)
    mirrored = make_framework("mirrored", domains=size)
    for code in Element.objects.filter(domain__framework=framework).values_list("code", flat=True):
        align(framework, code, mirrored, code)
    browser = client_of(lead)
    with django_assert_num_queries(8):  # session and person are two of them
        browser.get(address(framework))
    with django_assert_num_queries(6):
        Client().get(address(framework))


# The schema is not too lax.


def test_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def objects_in(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects_in(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects_in(part)


def test_schema_leaves_nothing_out_and_nothing_open() -> None:
    objects = list(objects_in(SCHEMA))
    assert len(objects) == 8
    for one in objects:
        assert one["additionalProperties"] is False
        assert sorted(one["required"]) == sorted(one["properties"])


def test_schema_knows_the_words_of_the_models() -> None:
    definitions = SCHEMA["$defs"]
    statement = definitions["statement"]["properties"]
    assert statement["kind"]["enum"] == Statement.Kind.values
    assert statement["audience"]["enum"] == [*Statement.Audience.values, None]
    assert definitions["level"]["properties"]["tone"]["enum"] == Level.Tone.values
    assert SCHEMA["properties"]["subject"]["enum"] == Framework.Subject.values
    assert SCHEMA["properties"]["layout"]["enum"] == Framework.Layout.values


Change = Callable[[dict[str, Any]], object]
BROKEN: dict[str, Change] = {
    "other format": lambda one: one.update(format="trust-quality-framework/2"),
    "no title": lambda one: one.pop("title"),
    "empty title": lambda one: one.update(title=" "),
    "title of two lines": lambda one: one.update(title="One\nTwo"),
    "key with a space": lambda one: one.update(key="made up"),
    "edition that is a number": lambda one: one.update(edition=2026),
    "date in words": lambda one: one.update(published_on="1 January 2026"),
    "no such day": lambda one: one.update(published_on="2026-02-30"),
    "script for an address": lambda one: one.update(source_url="javascript:alert(1)"),
    "empty address": lambda one: one.update(source_url=""),
    "empty about": lambda one: one.update(about=""),
    "other subject": lambda one: one.update(subject="board"),
    "other layout": lambda one: one.update(layout="list"),
    "primary key": lambda one: one.update(id=1),
    "supersedes a title": lambda one: one.update(supersedes="The framework before"),
    "wording without a source": lambda one: one.update(publisher_wording={"loaded_at": "2026"}),
    "one level": lambda one: one.update(levels=one["levels"][:1]),
    "level nought": lambda one: one["levels"][0].update(order=0),
    "other tone": lambda one: one["levels"][0].update(tone="red"),
    "level without a meaning": lambda one: one["levels"][0].update(meaning=""),
    "no domain": lambda one: one.update(domains=[]),
    "domain without elements": lambda one: one["domains"][0].update(elements=[]),
    "element without a code": lambda one: elements_of(one)[0].pop("code"),
    "element code with a space": lambda one: elements_of(one)[0].update(code="MU 01"),
    "element number below nought": lambda one: elements_of(one)[0].update(number=-1),
    "element without statements": lambda one: elements_of(one)[0].update(statements=[]),
    "other kind": lambda one: statements_of(one)[0].update(kind="answer"),
    "empty text": lambda one: statements_of(one)[0].update(text=""),
    "empty publisher's text": lambda one: statements_of(one)[0].update(publisher_text=""),
    "level of a question": lambda one: statements_of(one)[0].update(level="step-1"),
    "level by its order": lambda one: statements_of(one)[2].update(level=1),
    "other audience": lambda one: statements_of(one)[0].update(audience="parents"),
    "blank audience": lambda one: statements_of(one)[0].update(audience=""),
    "order nought": lambda one: statements_of(one)[0].update(order=0),
    "alignments missing": lambda one: statements_of(one)[0].pop("alignments"),
    "alignment twice": lambda one: statements_of(one)[0].update(
        alignments=statements_of(one)[0]["alignments"] * 2
    ),
    "alignment without an edition": lambda one: statements_of(one)[0]["alignments"][0].pop(
        "edition"
    ),
}


@pytest.mark.once  # the schema speaks of the file, wherever it was read from
@pytest.mark.parametrize("name", BROKEN)
def test_broken_example_fails(full: Framework, name: str) -> None:
    whole = build_framework(full)
    broken = copy.deepcopy(whole)
    BROKEN[name](broken)
    assert broken != whole
    assert not VALIDATOR.is_valid(broken)
