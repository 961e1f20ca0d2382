"""The context that every form of the document is made from."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from assessments.actions import create_assessment
from assessments.models import Assessment
from plans.models import Action, Origin, Plan
from reports.action_plan import COLUMN_CHARACTERS, COLUMN_LINES, build_action_plan
from reports.stamp import Stamp
from tests.conftest import client_of, make_framework
from tests.reports.conftest import (
    TODAY,
    add_action,
    add_priority,
    agree,
    drop_priority,
    elements_of,
    make_plan,
    rate,
)
from trusts.models import Trust, User

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

NOW = Stamp(on=TODAY)


def test_priorities_hold_rating_note_issue_and_actions(plan: Plan) -> None:
    first, second = build_action_plan(plan, stamp=NOW).priorities
    assert (first.number, first.judgement.name, first.judgement.domain) == (1, "Point 1", "Area 1")
    assert first.judgement.level.name == "Step 1"
    assert first.judgement.note == "What the board saw in Point 1."
    assert first.key_issue == "Nobody knows who decides what."
    assert [action.number for action in first.actions] == ["1.1", "1.2"]
    assert first.actions[0].description == "Rewrite the scheme of delegation"
    assert (first.actions[1].measure, first.actions[1].baseline, first.actions[1].target) == (
        "Heads who can say who decides",
        "4 of 11",
        "All",
    )
    (only,) = second.actions
    assert (only.number, only.owner, only.due_on) == ("2.1", "Amara Okafor", date(2026, 9, 1))
    assert (only.status, only.is_overdue) == ("In progress", True)
    assert only.strategic_area == "Vision, values, strategy and culture"
    assert only.success_criterion == "Thing 2.1 is seen to work"


def test_appendix_holds_every_element_by_domain(plan: Plan) -> None:
    domains = build_action_plan(plan, stamp=NOW).domains
    assert [
        (
            domain.name,
            [
                (one.name, one.level.name, one.note, one.priority_number)
                for one in domain.judgements
            ],
        )
        for domain in domains
    ] == [
        (
            "Area 1",
            [
                ("Point 1", "Step 1", "What the board saw in Point 1.", 1),
                ("Point 2", "Step 2", "What the board saw in Point 2.", 2),
            ],
        ),
        ("Area 2", [("Point 3", "Step 3", "What the board saw in Point 3.", None)]),
    ]


def test_counts_leave_out_what_was_dropped(plan: Plan, lead: User) -> None:
    third = add_priority(plan, elements_of(plan)[2])
    add_action(third, status=Action.Status.DONE, due_on=date(2026, 1, 1))
    counts = build_action_plan(plan, stamp=NOW).counts
    assert (counts.priorities, counts.actions) == (3, 4)
    assert (counts.not_started, counts.in_progress, counts.done) == (2, 1, 1)
    assert counts.overdue == 1

    drop_priority(third, reason="Not this year", by=lead)
    counts = build_action_plan(plan, stamp=NOW).counts
    assert (counts.priorities, counts.actions, counts.done) == (2, 3, 0)


def test_dropped_priorities_and_actions_are_told_with_their_reasons(plan: Plan, lead: User) -> None:
    third = add_priority(plan, elements_of(plan)[2])
    add_action(third)
    add_action(third)
    drop_priority(third, reason="Not this year", by=lead)
    report = build_action_plan(plan, stamp=NOW)
    assert [
        (one.kind, one.what, one.action_count, one.reason, one.by) for one in report.dropped
    ] == [
        ("Action under priority 2", "Buy another system", 0, "The old one can do it", "Lead"),
        ("Priority", "3. Point 3", 2, "Not this year", "Lead"),
    ]
    assert [section.judgement.name for section in report.priorities] == ["Point 1", "Point 2"]
    assert report.domains[1].judgements[0].priority_number is None


def test_a_name_that_is_anothers_too_is_printed_with_its_domain(plan: Plan, lead: User) -> None:
    first, second, third = elements_of(plan)
    for element in (first, third):
        element.name = "Culture"
        element.save()
    drop_priority(add_priority(plan, third), reason="Not this year", by=lead)
    report = build_action_plan(plan, stamp=NOW)
    assert report.dropped[1].what == "3. Culture (Area 2)"
    html = render_to_string("reports/action_plan_pdf.html", {"report": report})
    assert '<th scope="row">Culture (Area 1)</th>' in html
    assert 'data-bookmark="1. Culture (Area 1)"' in html
    assert f'data-bookmark="2. {second.name}"' in html


def test_numbers_follow_the_plan_and_close_the_gap_of_a_dropped_priority(
    plan: Plan, lead: User
) -> None:
    first, second = plan.priorities.all()
    first.order, second.order = 2, 1
    first.save()
    second.save()
    report = build_action_plan(plan, stamp=NOW)
    assert [section.judgement.name for section in report.priorities] == ["Point 2", "Point 1"]
    drop_priority(second, reason="Done already", by=lead)
    (left,) = build_action_plan(plan, stamp=NOW).priorities
    assert (left.number, left.judgement.name) == (1, "Point 1")
    assert [action.number for action in left.actions] == ["1.1", "1.2"]


def test_it_says_whose_words_a_priority_or_an_action_came_from(plan: Plan, lead: User) -> None:
    first, second = plan.priorities.all()
    action = second.actions.all()[0]
    whose = "the peer review by Southmere"
    for number, (priority, of) in enumerate([(first, None), (second, action)]):
        Origin.objects.create(
            priority=priority, action=of, source=f"/x/{number}/", label=whose, created_by=lead
        )
    sections = build_action_plan(plan, stamp=NOW).priorities
    assert [one.came_from for one in sections] == [whose, ""]
    assert [line.came_from for one in sections for line in one.actions] == ["", "", whose]
    client = client_of(lead)
    said = f"From {whose}."
    page = client.get(reverse("reports:plan", args=[plan.pk])).content.decode()
    assert page.count(said) == 2
    assert client.get(plan.get_absolute_url()).content.decode().count(said) == 1
    html = render_to_string(
        "reports/action_plan_pdf.html", {"report": build_action_plan(plan, stamp=NOW)}
    )
    assert html.count(f"From {whose}") == 2
    for number, label in enumerate([whose, "the peer review by Westmere"]):  # and the same again
        Origin.objects.create(priority=first, source=f"/y/{number}/", label=label, created_by=lead)
    both = f"{whose} and the peer review by Westmere"
    assert [one.came_from for one in build_action_plan(plan, stamp=NOW).priorities] == [both, ""]
    assert f"From {both}." in client.get(plan.get_absolute_url()).content.decode()


def test_heat_map_rings_what_this_plan_acts_on_and_nothing_else(plan: Plan) -> None:
    plan.assessment.ratings.update(is_priority=True)
    heat_map = build_action_plan(plan, stamp=NOW).heat_map
    assert [cell.is_priority for cell in heat_map.cells] == [True, True, False]
    assert plan.assessment.ratings.filter(is_priority=True).count() == 3, "nothing is written"


def test_last_years_levels_stand_beside_this_years(
    plan: Plan, northfield: Trust, lead: User
) -> None:
    framework = plan.assessment.framework
    before = create_assessment(
        trust=northfield, framework=framework, title="Self-assessment 2025", due_on=None, by=lead
    )
    before.ratings.update(level=framework.levels.get(order=4))
    agree(before, by=lead, on=datetime(2025, 11, 20, tzinfo=UTC))
    report = build_action_plan(plan, stamp=NOW)
    assert report.heat_map.previous_title == "Self-assessment 2025"
    assert [cell.level.order for cell in report.heat_map.cells] == [1, 2, 3]
    assert [cell.previous_level.order for cell in report.heat_map.cells] == [4, 4, 4]
    assert {one.previous_level.order for one in report.domains[0].judgements} == {4}


def test_another_trusts_year_before_is_not_compared(
    plan: Plan, southmere: Trust, stranger: User
) -> None:
    other = create_assessment(
        trust=southmere,
        framework=plan.assessment.framework,
        title="Theirs",
        due_on=None,
        by=stranger,
    )
    rate(other)
    agree(other, by=stranger, on=datetime(2025, 11, 20, tzinfo=UTC))
    heat_map = build_action_plan(plan, stamp=NOW).heat_map
    assert heat_map.previous_title == ""
    assert [cell.previous_level for cell in heat_map.cells] == [None, None, None]


@pytest.mark.parametrize("year_before", [False, True])
def test_report_costs_four_queries_however_long_the_plan(
    year_before, plan: Plan, northfield: Trust, lead: User, django_assert_num_queries
) -> None:
    if year_before:
        before = create_assessment(
            trust=northfield,
            framework=plan.assessment.framework,
            title="Before",
            due_on=None,
            by=lead,
        )
        rate(before)
        agree(before, by=lead, on=datetime(2025, 11, 20, tzinfo=UTC))
    third = add_priority(plan, elements_of(plan)[2])
    for _ in range(40):
        add_action(third)
    drop_priority(third, reason="Not this year", by=lead)
    plan = Plan.objects.for_page().get(pk=plan.pk)
    with django_assert_num_queries(4):
        report = build_action_plan(plan, stamp=NOW)
        assert (report.trust_name, report.framework.edition) == (
            "Northfield Learning Trust",
            "2026-01",
        )
        assert len(report.dropped) == 2
        assert report.bar_in_words


@pytest.mark.parametrize(
    ("fields", "is_long"),
    [
        ({"description": "Short"}, False),
        ({"description": "x" * COLUMN_CHARACTERS * COLUMN_LINES}, False),
        ({"description": "x" * COLUMN_CHARACTERS * COLUMN_LINES + "x"}, True),
        ({"description": "品" * COLUMN_CHARACTERS * (COLUMN_LINES // 2) + "品"}, True),
        ({"description": "line\n" * (COLUMN_LINES + 1)}, True),
        ({"success_criterion": "x" * COLUMN_CHARACTERS * COLUMN_LINES}, False),
        ({"success_criterion": "x" * COLUMN_CHARACTERS * COLUMN_LINES, "measure": "m"}, True),
    ],
)
def test_an_action_too_tall_for_its_column_takes_the_full_width(
    fields, is_long, plan: Plan
) -> None:
    action = add_action(plan.priorities.first(), **fields)
    report = build_action_plan(plan, stamp=NOW)
    assert report.priorities[0].actions[-1].number == f"1.{action.order}"
    assert report.priorities[0].actions[-1].is_long is is_long


def test_bar_and_its_words_count_every_element(plan: Plan) -> None:
    plan.assessment.ratings.filter(element__name="Point 3").update(level=None)
    report = build_action_plan(plan, stamp=NOW)
    assert [(part.tone, part.start, part.count) for part in report.bar] == [
        ("weakest", 0, 1),
        ("weak", 1, 1),
        ("strong", 2, 0),
        ("strongest", 2, 0),
        ("none", 2, 1),
    ]
    assert report.bar_in_words == (
        "How the 3 ratings are spread: 1 Step 1, 1 Step 2, 0 Step 3, 0 Step 4, 1 not rated yet."
    )


def test_heat_map_of_a_wide_framework_is_set_in_lines_of_five(
    northfield: Trust, lead: User
) -> None:
    framework = make_framework("wide", domains=(9, 4, 1), levels=5)
    assessment = create_assessment(
        trust=northfield, framework=framework, title="Wide", due_on=None, by=lead
    )
    report = build_action_plan(make_plan(assessment, by=lead), stamp=NOW)
    assert [
        (line.domain, line.height, len(line.judgements), line.missing) for line in report.map_lines
    ] == [("Area 1", 2, 5, 0), ("Area 1", 0, 4, 1), ("Area 2", 1, 4, 1), ("Area 3", 1, 1, 4)]
    assert [one.number for line in report.map_lines for one in line.judgements] == list(
        range(1, 15)
    )


def test_typed_text_is_cleaned_wherever_it_is_shown(plan: Plan, lead: User) -> None:
    bad = "a\x01b\u2028c"
    Assessment.objects.filter(pk=plan.assessment_id).update(title="fine")
    plan.assessment.ratings.update(note=bad)
    plan.priorities.update(key_issue=bad)
    Action.objects.exclude(status="dropped").update(
        description=bad,
        success_criterion=bad,
        measure=bad,
        baseline=bad,
        target=bad,
        owner_name=bad,
    )
    Action.objects.filter(status="dropped").update(drop_reason=bad)
    Plan.objects.filter(pk=plan.pk).update(title=bad)
    report = build_action_plan(Plan.objects.for_page().get(pk=plan.pk), stamp=NOW)
    action = report.priorities[0].actions[0]
    shown = {
        report.title,
        report.priorities[0].key_issue,
        report.domains[0].judgements[0].note,
        report.dropped[0].reason,
        action.description,
        action.success_criterion,
        action.measure,
        action.baseline,
        action.target,
        action.owner,
    }
    assert shown == {"ab\nc"}


def test_issued_stamp_names_the_issuer() -> None:
    assert not Stamp(on=TODAY).is_issued
    assert Stamp(on=TODAY, issued_by="Lead").is_issued


def test_dissent_stands_beside_the_note_in_the_appendix(plan: Plan) -> None:
    rating = plan.assessment.ratings.in_order().first()
    rating.dissent = "One of us would say Step 2."
    rating.save()
    report = build_action_plan(plan, stamp=NOW)
    assert report.domains[0].judgements[0].dissent == "One of us would say Step 2."
    for name in ("reports/_appendix.html", "reports/pdf/_appendix.html"):
        page = render_to_string(name, {"report": report})
        assert page.count("Seen differently") == 1
        assert page.count("One of us would say Step 2.") == 1
