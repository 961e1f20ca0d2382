"""The school support criteria as they are shipped: whole, sound, and safe to load again."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.management import call_command

from frameworks.models import Element, Framework, Level, Statement
from frameworks.soundness import FrameworkRows, faults_of
from tests.frameworks.conftest import every_value

pytestmark = pytest.mark.once  # what stands in a file; test_load_frameworks.py loads it into each

FIXTURE = "school_support_criteria"

# The rows of the published table in order; the short names are ours.
CRITERIA = [
    "Annual RSC review",
    "Overall judgement",
    "Quality of education",
    "Behaviour and attitudes",
    "Personal development",
    "Leadership and management",
    "Early years education",
    "Termly HIP visits",
    "Financial standards and audit",
    "Safeguarding, health and safety",
    "Parental complaints",
    "School website",
]
LEVELS = {"L": "low", "M": "medium", "H": "high"}


@pytest.fixture
def support(loaded_once: None, db: None) -> Framework:
    """The framework; what a test does to it is rolled back."""
    return Framework.objects.get_by_natural_key("school-support", "2024-07")


def test_support_is_a_grid_about_schools(support: Framework) -> None:
    assert (support.subject, support.is_grid) == ("school", True)
    assert (support.element_noun, support.element_noun_plural) == ("criterion", "criteria")
    assert not Framework.objects.for_trusts().exists()


def test_support_criteria_stand_in_the_tables_order(support: Framework) -> None:
    assert support.domains.count() == 1
    assert list(Element.objects.in_order().values_list("number", "code", "name")) == [
        (number, f"SUP-{number:02}", name) for number, name in enumerate(CRITERIA, start=1)
    ]


def test_support_levels_run_from_high_support_to_low(support: Framework) -> None:
    levels = support.levels.order_by("order").values_list("order", "key", "name", "tone")
    assert list(levels) == [
        (1, "high", "High support", "weakest"),
        (2, "medium", "Medium support", "middle"),
        (3, "low", "Low support", "strongest"),
    ]


@pytest.mark.parametrize(
    ("key", "facts"),
    [
        ("low", ["earned its autonomy", "main scheme of delegation", "no action group"]),
        (
            "medium",
            [
                "An action group is formed",
                "action plan is drawn up, and reviewed every half term",
                "delegated responsibilities are adjusted",
                "concerns that were identified",
            ],
        ),
        (
            "high",
            [
                "An action group is formed",
                "takes the delegated responsibilities away from the local governing body",
                "carries them itself",
            ],
        ),
    ],
)
def test_support_level_says_what_it_means_for_delegation_and_action_groups(
    support: Framework, key: str, facts: list[str]
) -> None:
    meaning = support.levels.get(key=key).meaning
    assert [fact for fact in facts if fact not in meaning] == []


def test_every_support_criterion_has_one_statement_a_level(support: Framework) -> None:
    statements = Statement.objects.order_by("code")
    found = statements.values_list("code", "level__key", "kind", "order", "audience", "parent")
    assert statements.count() == 36
    assert list(found) == [
        (f"SUP-{number:02}-{letter}", LEVELS[letter], "descriptor", 1, "", None)
        for number in range(1, 13)
        for letter in sorted(LEVELS)
    ]


def test_support_statements_belong_to_the_criterion_of_their_code(support: Framework) -> None:
    for statement in Statement.objects.select_related("element"):
        assert statement.code.rpartition("-")[0] == statement.element.code


def test_support_says_where_it_comes_from(support: Framework) -> None:
    assert support.source_url == ""
    for said in ("July 2024", "July 2025", "best fit", "five strategic areas", "RSC", "HIP"):
        assert said in support.about


def test_support_has_no_empty_text(support: Framework) -> None:
    for name in ("title", "publisher", "licence", "attribution", "about"):
        assert getattr(support, name).strip()
    assert not [row.code for row in Element.objects.all() if len(row.summary.strip()) < 10]
    assert not [row.code for row in Statement.objects.all() if len(row.text.strip()) < 10]


def test_support_says_nothing_twice(support: Framework) -> None:
    for model, text in ((Level, "meaning"), (Element, "summary"), (Statement, "text")):
        counts = Counter(model._default_manager.values_list(text, flat=True))
        assert [repeated for repeated, count in counts.items() if count > 1] == []


def test_support_carries_none_of_the_publishers_wording(support: Framework) -> None:
    assert not Statement.objects.exclude(publisher_text="").exists()


def test_support_is_sound_as_a_whole(support: Framework) -> None:
    assert faults_of(FrameworkRows.of(support)) == []


def test_loading_support_again_changes_nothing(support: Framework) -> None:
    before = every_value()
    call_command("loaddata", FIXTURE, verbosity=0)
    assert every_value() == before


def test_loading_support_again_keeps_a_wording_pack(support: Framework) -> None:
    Statement.objects.filter(code="SUP-12-M").update(publisher_text="The publisher's words.")
    call_command("loaddata", FIXTURE, verbosity=0)
    assert Statement.objects.get(code="SUP-12-M").wording == "The publisher's words."
