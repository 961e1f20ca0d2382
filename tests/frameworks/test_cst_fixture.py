"""The CST assurance framework as it is shipped: whole, sound, and safe to load again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db.models import QuerySet
from pytest_django.plugin import DjangoDbBlocker

from frameworks.models import Alignment, Element, Framework, Statement
from frameworks.soundness import FrameworkRows, faults_of
from tests.frameworks.conftest import every_value

pytestmark = pytest.mark.once  # what stands in a file; test_load_frameworks.py loads it into each

KEY = ("cst-strong-trusts", "2023-09")

ELEMENTS_BY_DOMAIN = {
    "Strategic governance": (1, 2),
    "Expert ethical leadership": (3, 4),
    "High quality, inclusive education": (5, 6),
    "School improvement at scale": (7, 8),
    "Workforce resilience and wellbeing": (9, 10),
    "Finance and operations": (11, 12),
    "Public benefit and civic duty": (13, 14),
}
# As published: the questions marked † or ‡, and the DfE theme whose words each follows.
MIRRORED = {
    "†": {
        "CST-01-Q1": "5.3 Strategy",
        "CST-01-Q5": "5.6 Non-executive leadership",
        "CST-01-Q6": "5.6 Non-executive leadership",
        "CST-01-Q7": "5.6 Non-executive leadership",
        "CST-02-Q1": "5.5 Accountability",
        "CST-02-Q2": "5.4 Executive Leadership",
        "CST-02-Q3": "5.4 Executive Leadership",
        "CST-02-Q4": "5.5 Accountability",
        "CST-02-Q5": "5.5 Accountability",
        "CST-02-Q6": "5.5 Accountability",
        "CST-05-Q4": "1.2 Curriculum",
        "CST-05-Q5": "1.6 Enrichment",
        "CST-05-Q6": "1.3 Student outcomes",
        "CST-05-Q7": "1.7 Behaviour & attendance",
        "CST-05-Q8": "1.8 Destinations",
        "CST-06-Q2": "1.4 Accessible to all",
        "CST-06-Q3": "1.4 Accessible to all",
        "CST-06-Q5": "1.5 Inclusive pastoral support",
        "CST-07-Q1": "2.1 Culture",
        "CST-07-Q3": "2.2 School improvement model",
        "CST-07-Q4": "2.3 Transformation",
        "CST-07-Q5": "2.4 System-led improvement",
        "CST-08-Q2": "3.5 Developing new and early career teachers",
        "CST-08-Q3": "3.6 Continuing Professional Development",
        "CST-08-Q4": "3.7 Collaboration",
        "CST-09-Q3": "3.3 Retention",
        "CST-09-Q4": "3.8 Line management & career progression",
        "CST-09-Q5": "3.9 Equality, diversity, inclusion",
        "CST-10-Q1": "3.2 Workload",
        "CST-10-Q2": "3.4 Working environment",
        "CST-11-Q1": "4.2 Financial strategy",
        "CST-11-Q2": "4.2 Financial strategy",
        "CST-11-Q3": "4.4 Capital strategy",
        "CST-11-Q4": "4.5 Reserves",
        "CST-12-Q2": "4.3 Resource allocation",
        "CST-12-Q3": "4.6 Financial information management",
        "CST-13-Q1": "5.7 Engagement",
        "CST-14-Q1": "1.9 Collaboration",
    },
    "‡": {
        "CST-01-Q2": "5.1 Culture",
        "CST-04-Q1": "5.1 Culture",
        "CST-06-Q1": "1.1 Culture",
        "CST-08-Q1": "3.1 Culture",
        "CST-09-Q1": "3.1 Culture",
        "CST-09-Q2": "3.1 Culture",
        "CST-12-Q1": "4.1 Culture",
    },
}


NOTES = {
    "CST-01-N1": ("growth", "advance education", "at all times"),
    "CST-01-N2": ("trust governance", "guidance"),
    "CST-02-N1": ("Trust Quality Descriptions", "objectives", "pay", "left these two out"),
    "CST-03-N1": ("CEO", "theory"),
    "CST-05-N1": ("knowledge-rich", "funding agreement", "broadly based"),
    "CST-06-N1": ("Ben Newmark", "Tom Rees", "2022"),
    "CST-07-N1": ("MAT assurance framework", "South West"),
}


@pytest.fixture(scope="module")
def loaded_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The framework in the database for the whole file, after the one that it mirrors."""
    with django_db_blocker.unblock():
        call_command("loaddata", "dfe_trust_quality_descriptions", "cst_strong_trusts", verbosity=0)
    yield
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def cst(loaded_once: None, db: None) -> Framework:
    """The framework; what a test does to it is rolled back."""
    return Framework.objects.get_by_natural_key(*KEY)


def statements_of(cst: Framework) -> QuerySet[Statement]:
    return Statement.objects.filter(element__domain__framework=cst)


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
    statements = statements_of(cst)
    red = statements.filter(level__key="red")
    assert {
        "questions": statements.filter(kind="question").count(),
        "red": red.count(),
        "red under a lead-in": red.exclude(parent=None).count(),
        "green": statements.filter(level__key="green").count(),
        "footnotes": statements.filter(kind="note").count(),
        "amber": statements.filter(level__key__startswith="amber").count(),
        "in all": statements.count(),
    } == {
        "questions": 63,
        "red": 71,
        "red under a lead-in": 4,
        "green": 73,
        "footnotes": 7,
        "amber": 0,
        "in all": 214,
    }


def test_cst_has_the_footnotes_that_say_something(cst: Framework) -> None:
    """The first, ninth and tenth of the publication name books and papers, and nothing else."""
    notes = {row.code: row.text for row in statements_of(cst).filter(kind="note")}
    assert set(notes) == set(NOTES)
    for code, words in NOTES.items():
        assert [word for word in words if word not in notes[code]] == []


def test_cst_codes_have_the_documented_shape(cst: Framework) -> None:
    elements = list(Element.objects.filter(domain__framework=cst).in_order())
    assert [element.code for element in elements] == [f"CST-{n:02}" for n in range(1, 15)]
    for statement in statements_of(cst).select_related("element", "level", "parent"):
        kind = statement.level.key if statement.level else statement.kind
        letter = {"question": "Q", "red": "R", "green": "G", "note": "N"}[kind]
        stem = f"{statement.element.code}-{letter}"
        point = "[a-z]" if statement.parent else ""
        assert re.fullmatch(rf"{stem}\d+{point}", statement.code), statement.code


def test_cst_codes_count_in_the_publishers_order(cst: Framework) -> None:
    for statement in statements_of(cst).select_related("parent"):
        if statement.parent:
            letter = "abcdefgh"[statement.order - 1]
            assert statement.code == f"{statement.parent.code}{letter}"
        else:
            assert statement.code.endswith(f"{statement.code[6:8]}{statement.order}")


@pytest.mark.parametrize("kind", ["question", "red", "green"])
def test_every_cst_element_has_statements_of_every_kind(cst: Framework, kind: str) -> None:
    wanted = {"kind": "question"} if kind == "question" else {"level__key": kind}
    described = statements_of(cst).filter(**wanted).values("element").distinct().count()
    assert described == 14


def test_cst_has_no_empty_text(cst: Framework) -> None:
    for name in ("title", "publisher", "licence", "attribution", "about", "alignment_note"):
        assert getattr(cst, name).strip()
    assert not [level for level in cst.levels.all() if not level.meaning.strip()]
    elements = Element.objects.filter(domain__framework=cst)
    assert not [element for element in elements if not element.summary.strip()]
    assert not [row.code for row in statements_of(cst) if len(row.text.strip()) < 10]


def test_cst_carries_none_of_the_publishers_wording(cst: Framework) -> None:
    assert not statements_of(cst).exclude(publisher_text="").exists()


def test_every_marked_cst_question_mirrors_its_theme(cst: Framework) -> None:
    found: dict[str, dict[str, str]] = {}
    for link in Alignment.objects.select_related("statement", "element__domain__framework"):
        assert link.statement.kind == "question"
        assert link.element.domain.framework.key == "dfe-trust-quality"
        assert link.statement.code not in found.get(link.symbol, {})
        theme = f"{link.element.code.removeprefix('TQD-')} {link.element.name}"
        found.setdefault(link.symbol, {})[link.statement.code] = theme
    assert found == MIRRORED


def test_cst_mirrors_as_often_as_published(cst: Framework) -> None:
    symbols = Counter(Alignment.objects.values_list("symbol", flat=True))
    assert symbols == {"†": 38, "‡": 7}


def test_one_theme_of_the_dfe_is_mirrored_by_no_question(cst: Framework) -> None:
    themes = Element.objects.filter(domain__framework__key="dfe-trust-quality")
    alone = themes.filter(mirrored_by=None).values_list("code", "name")
    assert list(alone) == [("TQD-5.2", "Governance of the trust")]


def test_cst_says_what_its_symbols_stand_for(cst: Framework) -> None:
    assert [symbol for symbol in MIRRORED if symbol not in cst.alignment_note] == []


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
