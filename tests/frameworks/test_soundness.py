"""Every fault of a whole framework is found; `load_frameworks` refuses what has any."""

from __future__ import annotations

from dataclasses import replace

import pytest

from frameworks.models import Alignment, Framework, Statement
from frameworks.soundness import NOUNS, FrameworkRows, faults_of
from tests.conftest import make_framework

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

ONE_BY_ONE = "number them 1, 2, 3 and so on, each number once."


@pytest.fixture
def rows(framework: Framework) -> FrameworkRows:
    return FrameworkRows.of(framework)


def test_framework_rows_take_five_queries(
    framework: Framework, django_assert_num_queries: object
) -> None:
    _align(framework)
    with django_assert_num_queries(5):
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
    assert faults_of(rows) == [f"The levels are numbered 1, 2, 3 and 5; {ONE_BY_ONE}"]


def test_gap_in_the_domains_is_a_fault(rows: FrameworkRows) -> None:
    rows.domains[1].order = 3
    assert faults_of(rows) == [f"The domains are numbered 1 and 3; {ONE_BY_ONE}"]


def test_gap_in_a_domains_elements_is_a_fault(rows: FrameworkRows) -> None:
    rows.elements[1].number = 4
    assert faults_of(rows) == [f"The elements of Area 1 are numbered 1 and 4; {ONE_BY_ONE}"]


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
    assert faults_of(replace(rows, statements=others)) == [
        "Element MU-02 has no question and no description."
    ]


def test_element_with_a_footnote_alone_is_a_fault(rows: FrameworkRows) -> None:
    others = [row for row in rows.statements if not row.code.startswith("MU-02")]
    note = Statement(code="MU-02-N1", element=rows.elements[1], order=1, kind="note", text="So.")
    assert faults_of(replace(rows, statements=[*others, note])) == [
        "Element MU-02 has no question and no description."
    ]


@pytest.mark.parametrize("noun", NOUNS)
def test_framework_without_a_noun_is_a_fault(rows: FrameworkRows, noun: str) -> None:
    setattr(rows.framework, noun, " ")
    assert faults_of(rows) == [f"The framework has no {noun.replace('_', ' ')}."]


def test_empty_texts_are_faults(rows: FrameworkRows) -> None:
    rows.levels[0].meaning = rows.statements[0].text = " "
    rows.domains[1].name = rows.elements[2].name = ""
    assert faults_of(rows) == [
        "There is a domain without a name.",
        "There is an element without a name.",
        "The level Step 1 has no meaning.",
        f"Statement {rows.statements[0].code} has no text.",
    ]


def test_question_with_a_level_is_a_fault(rows: FrameworkRows) -> None:
    question = next(row for row in rows.statements if row.kind == "question")
    question.level = rows.levels[1]
    assert faults_of(rows) == [f"Statement {question.code} has a level and describes none."]


def test_footnote_with_a_level_is_a_fault(rows: FrameworkRows) -> None:
    note = Statement(code="MU-01-N1", element=rows.elements[0], order=1, kind="note", text="So.")
    note.level = rows.levels[0]
    assert faults_of(replace(rows, statements=[*rows.statements, note])) == [
        "Statement MU-01-N1 has a level and describes none."
    ]


def test_hole_in_a_grid_is_a_fault(rows: FrameworkRows) -> None:
    rows.framework.layout = "grid"
    assert faults_of(rows) == [
        f"Element MU-0{number} has no description of Step {step}."
        for number in (1, 2, 3)
        for step in (2, 3)
    ]


def _align(framework: Framework) -> Alignment:
    """The framework's first statement with an element of another."""
    other = make_framework("other").domains.get(order=1).elements.get(number=1)
    statement = Statement.objects.filter(element__domain__framework=framework)[0]
    return Alignment.objects.create(statement=statement, element=other, symbol="*")


def test_alignment_with_a_note_is_sound(framework: Framework) -> None:
    _align(framework)
    framework.alignment_note = "What * stands for."
    assert faults_of(FrameworkRows.of(framework)) == []


def test_alignment_without_a_note_is_a_fault(framework: Framework) -> None:
    _align(framework)
    assert faults_of(FrameworkRows.of(framework)) == [
        "There are alignments, and no note says what their symbols stand for."
    ]


def test_alignment_within_the_framework_or_without_a_symbol_is_a_fault(
    framework: Framework,
) -> None:
    framework.alignment_note = "What * stands for."
    alignment = _align(framework)
    alignment.symbol, alignment.element = " ", alignment.statement.element
    alignment.save()
    between = f"{alignment.statement.code} with {alignment.element.code}"
    assert faults_of(FrameworkRows.of(framework)) == [
        f"The alignment of {between} stays within the framework.",
        f"The alignment of {between} has no symbol.",
    ]


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
        Statement(
            code=code,
            element=rows.elements[0],
            order=order,
            kind="descriptor",
            level=rows.levels[1],
            text="So.",
        )
        for code, order in (("MU-01-2", 1), ("MU-01-2a", 1), ("MU-01-2aa", 1))
    )
    lead_in.pk, point.pk, deeper.pk = 9001, 9002, 9003
    point.parent, deeper.parent = lead_in, point
    deepened = replace(rows, statements=[*rows.statements, lead_in, point, deeper])
    assert faults_of(deepened) == ["Statement MU-01-2aa stands under a point, not under a lead-in."]


def test_gap_in_the_statements_is_a_fault(rows: FrameworkRows) -> None:
    rows.statements[0].order = 2
    assert faults_of(rows) == [
        f"The statements beside {rows.statements[0].code} are numbered 2; {ONE_BY_ONE}"
    ]
