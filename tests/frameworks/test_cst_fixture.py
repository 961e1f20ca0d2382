"""The CST assurance framework as it is shipped: whole, sound, and safe to load again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from frameworks.models import Domain, Element, Framework, Level, Statement
from frameworks.soundness import FrameworkRows, faults_of

ELEMENTS_BY_DOMAIN = {
    "Strategic governance": (1, 2),
    "Expert ethical leadership": (3, 4),
    "High quality, inclusive education": (5, 6),
    "School improvement at scale": (7, 8),
    "Workforce resilience and wellbeing": (9, 10),
    "Finance and operations": (11, 12),
    "Public benefit and civic duty": (13, 14),
}
MODELS = (Framework, Level, Domain, Element, Statement)


@pytest.fixture(scope="module")
def loaded_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The framework in the database for the whole file: loading it takes a second."""
    with django_db_blocker.unblock():
        call_command("loaddata", "cst_strong_trusts", verbosity=0)
    yield
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def cst(loaded_once: None, db: None) -> Framework:
    """The framework; what a test does to it is rolled back."""
    return Framework.objects.get_by_natural_key("cst-strong-trusts", "2023-09")


def every_value() -> dict[str, list[Any]]:
    """Each row of the frameworks app with every value, its primary key among them."""
    rows: dict[str, list[Any]] = {}
    for model in MODELS:
        rows[model.__name__] = list(model._default_manager.order_by("pk").values())
    return rows


def test_cst_domains_hold_the_published_elements(cst: Framework) -> None:
    found = {
        domain.name: tuple(domain.elements.order_by("number").values_list("number", flat=True))
        for domain in cst.domains.order_by("order")
    }
    assert found == ELEMENTS_BY_DOMAIN


def test_cst_has_four_levels_the_weakest_first(cst: Framework) -> None:
    levels = cst.levels.order_by("order").values_list("order", "key", "name", "tone")
    assert list(levels) == [
        (1, "red", "Red", "weakest"),
        (2, "amber-red", "Amber-red", "weak"),
        (3, "amber-green", "Amber-green", "strong"),
        (4, "green", "Green", "strongest"),
    ]


def test_cst_has_every_statement(cst: Framework) -> None:
    statements = Statement.objects.all()
    red = statements.filter(level__key="red")
    assert {
        "questions": statements.filter(kind="question").count(),
        "red": red.count(),
        "red under a lead-in": red.exclude(parent=None).count(),
        "green": statements.filter(level__key="green").count(),
        "amber": statements.filter(level__key__startswith="amber").count(),
        "in all": statements.count(),
    } == {
        "questions": 63,
        "red": 71,
        "red under a lead-in": 4,
        "green": 73,
        "amber": 0,
        "in all": 207,
    }


def test_cst_codes_have_the_documented_shape(cst: Framework) -> None:
    elements = list(Element.objects.in_order())
    assert [element.code for element in elements] == [f"CST-{n:02}" for n in range(1, 15)]
    for statement in Statement.objects.select_related("element", "level", "parent"):
        level = statement.level.key if statement.level else None
        letter = {None: "Q", "red": "R", "green": "G"}[level]
        stem = f"{statement.element.code}-{letter}"
        point = "[a-z]" if statement.parent else ""
        assert re.fullmatch(rf"{stem}\d+{point}", statement.code), statement.code


def test_cst_codes_count_in_the_publishers_order(cst: Framework) -> None:
    for statement in Statement.objects.select_related("parent"):
        if statement.parent:
            letter = "abcdefgh"[statement.order - 1]
            assert statement.code == f"{statement.parent.code}{letter}"
        else:
            assert statement.code.endswith(f"{statement.code[6:8]}{statement.order}")


@pytest.mark.parametrize("kind", ["question", "red", "green"])
def test_every_cst_element_has_statements_of_every_kind(cst: Framework, kind: str) -> None:
    wanted = {"kind": "question"} if kind == "question" else {"level__key": kind}
    described = Statement.objects.filter(**wanted).values("element").distinct().count()
    assert described == 14


def test_cst_has_no_empty_text(cst: Framework) -> None:
    for name in ("title", "publisher", "licence", "attribution", "about"):
        assert getattr(cst, name).strip()
    assert not [level for level in Level.objects.all() if not level.meaning.strip()]
    assert not [element for element in Element.objects.all() if not element.summary.strip()]
    assert not [row.code for row in Statement.objects.all() if len(row.text.strip()) < 10]


def test_cst_carries_none_of_the_publishers_wording(cst: Framework) -> None:
    assert not Statement.objects.exclude(publisher_text="").exists()


def test_cst_is_sound_as_a_whole(cst: Framework) -> None:
    assert faults_of(FrameworkRows.of(cst)) == []


def test_loading_cst_again_changes_nothing(cst: Framework) -> None:
    before = every_value()
    call_command("loaddata", "cst_strong_trusts", verbosity=0)
    assert every_value() == before


def test_loading_cst_again_puts_back_what_was_changed_by_hand(cst: Framework) -> None:
    before = every_value()
    Statement.objects.filter(code="CST-03-R1").update(text="Something else.")
    call_command("loaddata", "cst_strong_trusts", verbosity=0)
    assert every_value() == before


def test_loading_cst_again_keeps_a_wording_pack(cst: Framework) -> None:
    Statement.objects.filter(code="CST-03-R1").update(publisher_text="The publisher's words.")
    call_command("loaddata", "cst_strong_trusts", verbosity=0)
    assert Statement.objects.get(code="CST-03-R1").wording == "The publisher's words."
