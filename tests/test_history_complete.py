"""Nothing changes without a trace: models, fields and changes of state that the history must tell.

Who adds a model with history, a field to one, or a change of state, is told here what to do.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from assessments import actions as assessment_actions
from assessments import collecting, own_frameworks
from assessments.grid_forms import CellForm, Grid
from assessments.models import Assessment, Rating, Response
from assessments.own_frameworks import keep_upload
from frameworks.framework_template import template
from plans import action_changes
from plans import actions as plan_actions
from plans.choosing import Change
from plans.models import Action, Plan, Priority
from reviews import answering, correcting, deciding, finding, inviting, taking_up, talking
from reviews.inviting import Guest
from reviews.models import Answer, Comment, FindingDraft, Interest, PeerReview
from tests.conftest import client_of, make_user
from tests.grids import make_grid
from trusts import handover, invitations, operator_actions, people, privacy
from trusts.handover import hand_on
from trusts.history import Kind, kinds
from trusts.invitations import Newcomer
from trusts.models import Membership, Role, Trust, User

pytestmark = pytest.mark.once  # who changed what is written by Python

LEFT_OUT = {
    Response: "one member's own view, which is not the board's record and not everybody's to see",
    FindingDraft: "the reviewers' own, until it is the finding, which tells of it",
}
"""Models with history of which the trust's history does not tell, and why."""

KEPT_BY_THE_SERVICE = {
    "id",
    "trust",
    "version",
    "is_being_written",
    "key",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "saved_from",
    "save_number",
    "token_hash",
    # Said by the entry itself: who, when, and the event.
    "invited_at",
    "invited_by",
    "accepted_by",
    "withdrawn_by",
    "opened_at",
    "opened_by",
    "closed_at",
    "closed_by",
    "agreed_at",
    "agreed_by",
    "adopted_by",
    "dropped_by",
    "submitted_by",
    "answered_by",
    "trust_signed_by",
    "reviewers_signed_by",
    "admitted_by",
    "refused_by",
    "resolved_at",
    "resolved_by",
    "written_at",
    # What a reviewer declares: lead, chair and executives read it, and everybody the history.
    "has_employment",
    "has_family",
    "has_recent_review",
    "has_other_interest",
    "interests",
    "refusal_reason",  # speaks of them
    # What a row hangs on; its name says it.
    "framework",
    "assessment",
    "plan",
    "priority",
    "element",
    "user",
    "review",
    "finding",
    "comment",
    "parent",
    "side",  # the author says it
    "author",
    "owner",  # printed by owner_name
    "email",  # the governance lead's to see; everybody reads the history
}
"""Fields that need no words of their own."""

CHANGES = [assessment_actions, collecting, own_frameworks]
CHANGES += [plan_actions, action_changes, handover, people]
CHANGES += [invitations, operator_actions, privacy]
CHANGES += [inviting, taking_up, deciding, finding, talking, correcting, answering]
NO_CHANGES_OF_THEIR_OWN = {
    "keep_upload",  # nothing is a framework yet
    "record_draft",  # told once it is the finding
    "move_row",  # within the moves of priorities and actions
    "write_history",
    "why_not",  # only looks
}


def with_history() -> set[type]:
    return {
        model
        for model in apps.get_models()
        if hasattr(model._meta, "simple_history_manager_attribute")
    }


def test_every_model_with_history_is_told_or_left_out_for_a_reason() -> None:
    assert {kind.model for kind in kinds().values()} | set(LEFT_OUT) == with_history()


def test_every_kind_leads_to_its_trust() -> None:
    for kind in kinds().values():
        assert kind.model is Trust or kind.way_to_trust.endswith("trust")


@pytest.mark.parametrize("key", kinds())
def test_every_field_of_a_kind_is_told_or_kept_by_the_service(key: str) -> None:
    kind = kinds()[key]
    told = {field.name for field in kind.fields} | set(kind.names)
    fields = {field.name for field in kind.model._meta.fields}
    assert fields - told - KEPT_BY_THE_SERVICE == set()


def changes_of_state() -> set[str]:
    """Every public function that takes `by`, in the modules that change something."""
    return {
        name
        for module in CHANGES
        for name, found in inspect.getmembers(module, inspect.isfunction)
        if found.__module__ == module.__name__
        and not name.startswith("_")
        and "by" in inspect.signature(found).parameters
    } - NO_CHANGES_OF_THEIR_OWN


def assert_on_record(kind: Kind, of: str) -> None:
    """Every row's newest history says what the row says."""
    names = [kind.model._meta.get_field(field.name).attname for field in kind.fields]
    for row in kind.model._default_manager.all():
        last = row.history.first()
        if last is None:
            assert kind.starts_empty, f"{of} left {row!r} without history"
            assert not any(getattr(row, name) for name in names), of
            continue
        for name in names:
            assert getattr(last, name) == getattr(row, name), f"{of} did not write {name}"


class Doing:
    """Does one change after another as one person, and looks each time whether it was recorded."""

    def __init__(self, by: User) -> None:
        self.by = by
        self.done: set[str] = set()

    def __call__(self, change: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        before = {kind: kind.history.objects.count() for kind in kinds().values()}
        result = change(*args, **{"by": self.by} | kwargs)
        after = {kind: kind.history.objects.count() for kind in kinds().values()}
        assert after != before, f"{change.__name__} wrote no history"
        for kind in kinds().values():
            assert_on_record(kind, change.__name__)
            new = kind.history.objects.order_by("-history_id")[: after[kind] - before[kind]]
            assert all(row.history_user_id for row in new), f"{change.__name__} named nobody"
        self.done.add(change.__name__)
        return result


@pytest.fixture
def doing(lead: User) -> Doing:
    return Doing(lead)


def test_every_change_of_state_is_on_record(
    doing: Doing, northfield: Trust, framework, lead: User, chair: User, observer: User
) -> None:
    for membership in Membership.objects.all():
        assert membership.history.count() == 1
    assessment = doing(
        assessment_actions.create_assessment,
        trust=northfield,
        framework=framework,
        title="Self-assessment 2026",
        due_on=date(2027, 1, 1),
    )
    _rate(doing, assessment, northfield, chair)
    plan = _plan(doing, assessment)
    _act(doing, plan, chair)
    _review(doing, assessment)
    _make_frameworks(doing, northfield)
    _turn_over(doing, northfield, observer)
    assert doing.done == changes_of_state() | {"save"}  # of many rows, each by a change above
    _look_at_everything(northfield, lead)


def _look_at_everything(northfield: Trust, lead: User) -> None:
    """Every row that the trust sees has a page of its history, and each entry leads somewhere."""
    client = client_of(lead)
    for kind in kinds().values():
        rows = [] if kind.model is Trust else kind.model._default_manager.all().visible_to(lead)
        for row in rows:
            address = reverse("trusts:history_of", args=[northfield.slug, kind.key, row.pk])
            answer = client.get(address)
            assert answer.status_code == 200, address
            for entry in answer.context["entries"]:
                where = entry.address
                assert where == "" or client.get(where, follow=True).status_code == 200


def _rate(doing: Doing, assessment: Assessment, northfield: Trust, chair: User) -> None:
    doing(
        assessment_actions.rename_assessment,
        assessment=assessment,
        title="Autumn",
        due_on=date(2027, 2, 1),
        version=1,
    )
    doing(
        collecting.open_collecting,
        assessment=assessment,
        people=[chair],
        due_on=date(2027, 3, 1),
        names_shown=False,
    )
    doing(collecting.move_day, assessment=assessment, due_on=date(2027, 3, 8))
    doing(collecting.close_collecting, assessment=assessment)
    rating = Rating.objects.for_page().filter(assessment=assessment)[0]
    rating.level, rating.note = assessment.framework.levels.all()[0], "Why."
    doing(assessment_actions.record_rating, rating=rating, version=rating.version)
    _rate_by_cell(doing, northfield)
    doing(assessment_actions.mark_priorities, assessment=assessment, add=[rating.element_id])
    doing(assessment_actions.agree_assessment, assessment=assessment, minute_reference="41")
    doing(assessment_actions.reopen_assessment, assessment=assessment, reason="A slip.")


def _rate_by_cell(doing: Doing, northfield: Trust) -> None:
    grid = doing(
        assessment_actions.create_assessment,
        trust=northfield,
        framework=make_grid(),
        title="By cell",
        due_on=None,
    )
    ratings = list(grid.ratings.in_order().select_related("updated_by"))
    levels = list(grid.framework.levels.order_by("order"))
    page = Grid(CellForm(instance=one, levels=levels) for one in ratings)
    shown = page.rows[0].form
    sent = QueryDict(mutable=True)
    sent[shown.add_prefix("level")] = str(levels[0].pk)
    sent[shown.add_prefix("version")] = str(ratings[0].version)
    doing(page.save, sent)


def _plan(doing: Doing, assessment: Assessment) -> Plan:
    plan = doing(plan_actions.start_plan, assessment=assessment)
    elements = [one.element_id for one in assessment.ratings.in_order()]
    doing(plan_actions.choose_priorities, plan=plan, change=Change(elements, {}))
    plan.refresh_from_db()
    plan.title, plan.next_review_on = "Plan 2027", date(2027, 5, 1)
    doing(plan_actions.edit_plan, plan=plan, version=plan.version)
    doing(plan_actions.adopt_plan, plan=plan, on=date(2026, 11, 20))
    first, _, third = plan.priorities.in_order()
    first.key_issue = "Nobody looks at it."
    doing(plan_actions.write_key_issue, priority=first, version=1)
    doing(plan_actions.move_priority, priority=first, up=False)
    doing(plan_actions.drop_priority, priority=first, reason="Done elsewhere.")
    doing(plan_actions.restore_priority, priority=first)
    doing(plan_actions.choose_priorities, plan=plan, change=Change([], {third.element_id: ""}))
    removed = Priority.history.filter(id=third.pk, history_type="-").get()
    doing(plan_actions.put_back, removed=removed)
    doing(plan_actions.choose_priorities, plan=plan, change=Change([], {first.element_id: "No."}))
    doing(plan_actions.choose_priorities, plan=plan, change=Change([first.element_id], {}))
    return plan


def _act(doing: Doing, plan: Plan, chair: User) -> None:
    priority = plan.priorities.in_order()[0]
    one, other = (_action(priority, order, chair) for order in (1, 2))
    doing(action_changes.add_action, action=one)
    doing(action_changes.add_action, action=other)
    one.status, one.owner_name = Action.Status.IN_PROGRESS, "Amara"
    doing(action_changes.edit_action, action=one, version=1)
    doing(action_changes.move_action, action=one, up=False)
    doing(action_changes.drop_action, action=one, reason="Not needed.")
    doing(action_changes.restore_action, action=one)
    doing(hand_on, trust=plan.trust, person=chair, to=doing.by)


def _action(priority: Priority, order: int, owner: User) -> Action:
    return Action(
        priority=priority,
        order=order,
        description=f"Do thing {order}",
        owner=owner,
        owner_name=str(owner),
        due_on=date(2027, 3, 31),
        strategic_area="people",
        success_criterion="It is seen to work",
    )


def _review(doing: Doing, assessment: Assessment) -> None:
    review, letters = _invite(doing, assessment, "first@southmere.example")
    doing(inviting.posted, letter=letters[0])
    reviewer = review.reviewers.get()
    person = make_user(reviewer.email)
    doing(taking_up.take_up, reviewer=reviewer, by=person)
    interests = [Interest.FAMILY]
    doing(taking_up.declare, reviewer=reviewer, interests=interests, text="A cousin.", by=person)
    doing(deciding.admit, reviewer=reviewer)
    _find(doing, review, person)
    for answer in review.answers.order_by("pk"):
        answer.verdict, answer.text = Answer.Verdict.PARTLY, "Not all of it."
        doing(answering.record_answer, answer=answer, version=answer.version)
    correction = doing(
        talking.say,
        review=review,
        side=Comment.Side.TRUST,
        kind=Comment.Kind.CORRECTION,
        element=review.findings.in_order()[0].element,
        body="It was in May.",
        key=uuid4(),
    )
    draft = FindingDraft.objects.get()
    draft.strengths = "It was in May."
    correcting.record_draft(draft=draft, version=1, by=person)
    outcome = Comment.Outcome.CORRECTED
    doing(correcting.resolve, correction=correction, outcome=outcome, by=person)
    doing(answering.send_answers, review=review)
    doing(answering.sign_off, review=review, side=Comment.Side.TRUST)
    doing(answering.sign_off, review=review, side=Comment.Side.REVIEWERS, by=person)
    _shut_out(doing, assessment)


def _invite(doing: Doing, assessment: Assessment, *emails: str) -> Any:
    today = timezone.localdate()
    review = PeerReview(
        assessment=assessment,
        reviewing_trust="Southmere",
        due_on=today,
        access_until=today,
        key=uuid4(),
    )
    guests = [Guest(email) for email in emails]
    return doing(inviting.invite_review, review=review, focus=[], guests=guests)


def _find(doing: Doing, review: PeerReview, person: User) -> None:
    found = review.findings.in_order()[0]
    found.strengths = "Clear minutes."
    doing(finding.record_finding, finding=found, version=1, by=person)
    said = {"review": review, "side": Comment.Side.REVIEWERS, "element": found.element}
    kept, gone = (
        doing(talking.say, **said, body=f"Comment {number}", key=uuid4(), by=person)
        for number in (1, 2)
    )
    doing(talking.change_comment, comment=kept, body="Otherwise", version=1, by=person)
    doing(talking.take_back, comment=gone, by=person)
    doing(finding.submit, review=review, by=person)


def _shut_out(doing: Doing, assessment: Assessment) -> None:
    """Another review, which comes to nothing."""
    review, _ = _invite(doing, assessment, "second@southmere.example")
    doing(inviting.add_reviewers, review=review, guests=[Guest("third@southmere.example")])
    review.brief = "Look at the board."
    doing(inviting.edit_review, review=review, focus=[], version=review.version)
    second, third = review.reviewers.order_by("pk")
    person = make_user(second.email)
    doing(taking_up.take_up, reviewer=second, by=person)
    doing(taking_up.declare, reviewer=second, interests=[], text="", by=person)
    doing(deciding.refuse, reviewer=second, reason="Too close.")
    doing(deciding.withdraw_reviewer, reviewer=third)
    doing(inviting.withdraw_review, review=review, reason="Another time.")


def _make_frameworks(doing: Doing, northfield: Trust) -> None:
    upload = keep_upload(trust=northfield, file_name="own.xlsx", document=template(), by=doing.by)
    made = doing(own_frameworks.make_framework, upload=upload)
    doing(own_frameworks.remove_framework, own=made.owner)


def _turn_over(doing: Doing, northfield: Trust, observer: User) -> None:
    membership = Membership.objects.get(user=observer)
    doing(people.change_role, membership=membership, role=Role.TRUSTEE)
    membership.refresh_from_db()
    newcomers = [Newcomer("new@northfield.example", Role.TRUSTEE, "Omar Reid")]
    change = people.Change(membership, role=Role.EXECUTIVE)
    doing(people.turn_over, trust=northfield, changes=[change], newcomers=newcomers)
    membership.refresh_from_db()
    doing(people.remove_member, membership=membership)
    [letter] = doing(
        invitations.invite,
        trust=northfield,
        newcomers=[Newcomer("other@northfield.example", Role.OBSERVER)],
    )
    doing(invitations.posted, letter=letter)
    letter.invitation.refresh_from_db()
    newcomer = make_user("other@northfield.example")
    doing(invitations.accept, invitation=letter.invitation, by=newcomer)
    pending = northfield.invitations.pending().get()
    doing(invitations.withdraw, invitation=pending)
    operator = User.objects.create_superuser("operator@service.example", "x" * 20, name="Op")
    led = Newcomer("second.lead@northfield.example", Role.LEAD)
    doing(operator_actions.give_lead, trust=northfield, lead=led, by=operator)
    doing(privacy.anonymise, person=newcomer)
