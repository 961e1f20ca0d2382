"""Every fault of a whole framework is found, and every shipped framework has none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from frameworks.models import Framework, Statement
from frameworks.soundness import FrameworkRows, faults_of
from tests.conftest import make_framework

FIXTURES = sorted(
    path.stem
    for path in Path(settings.BASE_DIR, "fixtures").glob("*.yaml")
    if "model: frameworks.framework" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("fixture", FIXTURES)
def test_shipped_framework_is_sound(db: None, fixture: str) -> None:
    call_command("loaddata", fixture, verbosity=0)
    frameworks = Framework.objects.all()
    assert {str(row): faults_of(FrameworkRows.of(row)) for row in frameworks} == {
        str(row): [] for row in frameworks
    }


def test_there_are_shipped_frameworks() -> None:
    assert "cst_strong_trusts" in FIXTURES


@pytest.fixture
def rows(framework: Framework) -> FrameworkRows:
    return FrameworkRows.of(framework)


def test_framework_rows_take_four_queries(
    framework: Framework, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(4):  # type: ignore[operator]
        faults_of(FrameworkRows.of(framework))


def test_sound_framework_has_no_faults(rows: FrameworkRows) -> None:
    assert faults_of(rows) == []


def test_repeated_element_code_is_a_fault(rows: FrameworkRows) -> None:
    rows.elements[2].code = "MU-01"
    assert faults_of(rows) == ["The element code MU-01 stands 2 times."]


def test_repeated_statement_code_is_a_fault(rows: FrameworkRows) -> None:
    rows.statements[0].code = rows.statements[8].code
    assert faults_of(rows) == [f"The statement code {rows.statements[8].code} stands 2 times."]


def test_gap_in_the_levels_is_a_fault(rows: FrameworkRows) -> None:
    rows.levels[3].order = 5
    assert faults_of(rows) == ["The levels are numbered [1, 2, 3, 5]."]


def test_gap_in_the_domains_is_a_fault(rows: FrameworkRows) -> None:
    rows.domains[1].order = 3
    assert faults_of(rows) == ["The domains are numbered [1, 3]."]


def test_gap_in_a_domains_elements_is_a_fault(rows: FrameworkRows) -> None:
    rows.elements[1].number = 4
    assert faults_of(rows) == ["The elements of Area 1 are numbered [1, 4]."]


def test_elements_may_begin_at_nought_in_each_domain(rows: FrameworkRows) -> None:
    for element, number in zip(rows.elements, (0, 1, 0), strict=True):
        element.number = number
    assert faults_of(rows) == []


def test_framework_without_levels_or_elements_is_a_fault(rows: FrameworkRows) -> None:
    assert faults_of(replace(rows, levels=[], elements=[], statements=[])) == [
        "The levels are missing.",
        "The elements of Area 1 are missing.",
        "The elements of Area 2 are missing.",
    ]


def test_element_without_statements_is_a_fault(rows: FrameworkRows) -> None:
    others = [row for row in rows.statements if not row.code.startswith("MU-02")]
    assert faults_of(replace(rows, statements=others)) == ["Element MU-02 has no statement."]


def test_level_of_another_framework_is_a_fault(rows: FrameworkRows) -> None:
    rows.statements[0].level = make_framework("other").levels.get(order=1)
    assert faults_of(rows) == [
        f"Statement {rows.statements[0].code} has a level of another framework."
    ]


def _stand_under(rows: FrameworkRows, point: str, lead_in: str) -> Statement:
    by_code = {row.code: row for row in rows.statements}
    by_code[point].parent = by_code[lead_in]
    return by_code[point]


def test_point_under_another_elements_statement_is_a_fault(rows: FrameworkRows) -> None:
    _stand_under(rows, "MU-02-1", "MU-01-1")
    assert faults_of(rows) == ["Statement MU-02-1 stands under one of another element."]


def test_point_of_another_level_than_its_lead_in_is_a_fault(rows: FrameworkRows) -> None:
    _stand_under(rows, "MU-01-4", "MU-01-1")
    assert faults_of(rows) == [
        "Statement MU-01-4 has another level than what it stands under.",
    ]


def test_point_under_a_point_is_a_fault(rows: FrameworkRows) -> None:
    lead_in, point, deeper = (
        Statement(code=code, element=rows.elements[0], order=order, level=rows.levels[1])
        for code, order in (("MU-01-2", 1), ("MU-01-2a", 1), ("MU-01-2aa", 1))
    )
    lead_in.pk, point.pk, deeper.pk = 9001, 9002, 9003
    point.parent, deeper.parent = lead_in, point
    deepened = replace(rows, statements=[*rows.statements, lead_in, point, deeper])
    assert faults_of(deepened) == ["Statement MU-01-2aa stands under a point, not under a lead-in."]


def test_gap_in_the_statements_is_a_fault(rows: FrameworkRows) -> None:
    rows.statements[0].order = 2
    assert faults_of(rows) == [f"The statements beside {rows.statements[0].code} are numbered [2]."]
