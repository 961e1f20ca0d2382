"""The DfE's Trust Quality Descriptions as shipped: whole, sound, and safe to load again."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.core.management import call_command

from frameworks.models import Element, Framework, Level, Statement
from frameworks.soundness import FrameworkRows, faults_of
from tests.frameworks.conftest import every_value

pytestmark = pytest.mark.once  # what stands in a file; test_load_frameworks.py loads it into each

FIXTURE = "dfe_trust_quality_descriptions"

# As published: each pillar with its themes in order, and how many statements a theme has
# for each letter of their codes.
THEMES_BY_PILLAR = {
    "High-Quality and Inclusive Education": {
        "Culture": {"S": 1},
        "Curriculum": {"S": 1},
        "Student outcomes": {"S": 1},
        "Accessible to all": {"S": 1},
        "Inclusive pastoral support": {"S": 1},
        "Enrichment": {"S": 1},
        "Behaviour & attendance": {"S": 1},
        "Destinations": {"S": 1},
        "Collaboration": {"S": 1},
    },
    "School Improvement": {
        "Culture": {"S": 1},
        "School improvement model": {"S": 1},
        "Transformation": {"S": 1},
        "System-led improvement": {"S": 1},
    },
    "Workforce": {
        "Culture": {"S": 1},
        "Workload": {"S": 1},
        "Retention": {"S": 1},
        "Working environment": {"S": 1},
        "Developing new and early career teachers": {"S": 1},
        "Continuing Professional Development": {"S": 1},
        "Collaboration": {"S": 1},
        "Line management & career progression": {"S": 1},
        "Equality, diversity, inclusion": {"S": 1},
    },
    "Finance and Operations": {
        "Culture": {"S": 1},
        "Financial strategy": {"S": 1},
        "Resource allocation": {"S": 1},
        "Capital strategy": {"S": 1},
        "Reserves": {"S": 1},
        "Financial information management": {"S": 1},
    },
    "Governance and Leadership": {
        "Culture": {"S": 1},
        "Governance of the trust": {"M": 1},
        "Strategy": {"B": 1, "C": 1, "J": 1},
        "Executive Leadership": {"B": 3, "C": 2, "J": 3},
        "Accountability": {"B": 4, "C": 4, "J": 2},
        "Non-executive leadership": {"B": 4, "C": 1},
        "Engagement": {"B": 1, "C": 1, "J": 1},
    },
}
AUDIENCES = {"S": "", "M": "members", "B": "board", "C": "ceo", "J": "both"}


@pytest.fixture
def dfe(loaded_once: None, db: None) -> Framework:
    """The framework; what a test does to it is rolled back."""
    return Framework.objects.get_by_natural_key("dfe-trust-quality", "2023-07")


def letter_of(statement: Statement) -> str:
    """What its code says after the theme's: the audience it is for."""
    return statement.code.removeprefix(f"{statement.element.code}-")[0]


def test_dfe_meets_the_published_figures(dfe: Framework) -> None:
    assert {
        "pillars": dfe.domains.count(),
        "themes": [pillar.elements.count() for pillar in dfe.domains.order_by("order")],
        "statements": Statement.objects.count(),
        "by audience": Counter(Statement.objects.values_list("audience", flat=True)),
    } == {
        "pillars": 5,
        "themes": [9, 4, 9, 6, 7],
        "statements": 59,
        "by audience": {"": 29, "members": 1, "board": 13, "ceo": 9, "both": 7},
    }


def test_dfe_pillars_and_themes_stand_as_published(dfe: Framework) -> None:
    found = {
        pillar.name: list(pillar.elements.order_by("number").values_list("name", flat=True))
        for pillar in dfe.domains.order_by("order")
    }
    assert list(found.items()) == [
        (pillar, list(themes)) for pillar, themes in THEMES_BY_PILLAR.items()
    ]


def test_every_dfe_theme_has_exactly_its_publishers_statements(dfe: Framework) -> None:
    found: dict[str, Counter[str]] = {}
    for statement in Statement.objects.select_related("element"):
        found.setdefault(statement.element.code, Counter())[letter_of(statement)] += 1
    assert found == {
        f"TQD-{pillar}.{theme}": counts
        for pillar, themes in enumerate(THEMES_BY_PILLAR.values(), start=1)
        for theme, counts in enumerate(themes.values(), start=1)
    }


def test_dfe_theme_codes_are_pillar_and_theme(dfe: Framework) -> None:
    themes = Element.objects.select_related("domain").in_order()
    assert [theme.code for theme in themes] == [
        f"TQD-{theme.domain.order}.{theme.number}" for theme in themes
    ]


def test_dfe_statement_codes_say_whom_they_are_for(dfe: Framework) -> None:
    for statement in Statement.objects.select_related("element"):
        shape = rf"{re.escape(statement.element.code)}-[SMBCJ]\d"
        assert re.fullmatch(shape, statement.code), statement.code
        assert statement.audience == AUDIENCES[letter_of(statement)], statement.code


def test_dfe_statement_codes_are_unique_and_count_in_order(dfe: Framework) -> None:
    in_order = Statement.objects.order_by("element__domain__order", "element__number", "order")
    assert list(in_order.values_list("code", flat=True)) == [
        f"TQD-{pillar}.{theme}-{letter}{number}"
        for pillar, themes in enumerate(THEMES_BY_PILLAR.values(), start=1)
        for theme, counts in enumerate(themes.values(), start=1)
        for letter, count in counts.items()
        for number in range(1, count + 1)
    ]


def test_dfe_statements_describe_what_good_is(dfe: Framework) -> None:
    kinds = Statement.objects.values_list("kind", "level", "parent").distinct()
    assert list(kinds.order_by()) == [("descriptor", None, None)]


def test_dfe_borrows_a_scale_and_says_so(dfe: Framework) -> None:
    levels = dfe.levels.order_by("order")
    assert list(levels.values_list("order", "key", "name", "tone")) == [
        (1, "red", "Red", "weakest"),
        (2, "amber-red", "Amber-red", "weak"),
        (3, "amber-green", "Amber-green", "strong"),
        (4, "green", "Green", "strongest"),
    ]
    assert "The DfE gives no levels either." in dfe.about


@pytest.mark.parametrize(
    "said",
    [
        "five pillars of quality in the Schools White Paper of 2022",
        "draft of April 2023",
        "in July 2023 it adopted the descriptions, with minor changes",
        "regional directors (its Regions Group) may consider",
        "no summative judgement of a trust",
        "not every part is relevant to every decision",
        "try not to say how",
    ],
)
def test_dfe_says_where_it_comes_from_and_what_it_is_not(dfe: Framework, said: str) -> None:
    assert said in dfe.about


def test_dfe_is_licensed_and_dated_as_published(dfe: Framework) -> None:
    assert dfe.published_on.isoformat() == "2023-07-06"
    assert "Open Government Licence v3.0" in dfe.licence
    assert "Open Government Licence v3.0" in dfe.attribution
    assert dfe.licence_url == (
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
    )


def test_dfe_has_no_empty_text(dfe: Framework) -> None:
    for name in ("title", "publisher", "licence", "attribution", "about"):
        assert getattr(dfe, name).strip()
    assert not [level for level in Level.objects.all() if not level.meaning.strip()]
    assert not [theme.code for theme in Element.objects.all() if len(theme.summary.strip()) < 10]
    assert not [row.code for row in Statement.objects.all() if len(row.text.strip()) < 10]


def test_dfe_leaves_open_whose_induction_the_board_provides(dfe: Framework) -> None:
    text = Statement.objects.get(code="TQD-5.6-B3").text
    assert "own" not in text
    assert [word for word in ("induction", "training", "review") if word not in text] == []


def test_dfe_says_nothing_twice(dfe: Framework) -> None:
    for model, text in ((Element, "summary"), (Statement, "text")):
        counts = Counter(model._default_manager.values_list(text, flat=True))
        assert [repeated for repeated, count in counts.items() if count > 1] == []


def test_dfe_carries_none_of_the_publishers_wording(dfe: Framework) -> None:
    assert not Statement.objects.exclude(publisher_text="").exists()


def test_dfe_is_sound_as_a_whole(dfe: Framework) -> None:
    assert faults_of(FrameworkRows.of(dfe)) == []


def test_loading_dfe_again_changes_nothing(dfe: Framework) -> None:
    before = every_value()
    call_command("loaddata", FIXTURE, verbosity=0)
    assert every_value() == before


def test_loading_dfe_again_keeps_a_wording_pack(dfe: Framework) -> None:
    Statement.objects.filter(code="TQD-5.4-B2").update(publisher_text="The publisher's words.")
    call_command("loaddata", FIXTURE, verbosity=0)
    assert Statement.objects.get(code="TQD-5.4-B2").wording == "The publisher's words."
