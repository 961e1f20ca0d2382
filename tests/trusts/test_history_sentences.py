"""Every change of state, done as the pages do it, stands in the history in words."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from assessments.actions import (
    agree_assessment,
    create_assessment,
    mark_priorities,
    record_rating,
    rename_assessment,
    reopen_assessment,
)
from assessments.models import Assessment, Rating
from frameworks.models import Level
from plans.action_changes import add_action, drop_action, edit_action, move_action, restore_action
from plans.actions import (
    adopt_plan,
    choose_priorities,
    drop_priority,
    edit_plan,
    move_priority,
    put_back,
    restore_priority,
    start_plan,
    write_key_issue,
)
from plans.choosing import Change
from plans.models import Action, Plan, Priority
from tests.trusts.history_pages import read, told
from trusts.history import kinds
from trusts.history_entries import LONG
from trusts.invitations import (
    Newcomer,
    accept_as_new_person,
    invite,
    posted,
    withdraw,
    write_letter,
)
from trusts.models import Invitation, Membership, Role, Trust, User
from trusts.people import change_role, remove_member


def save_rating(rating: Rating, *, by: User, **changes) -> Rating:
    """Record the rating anew with the changes."""
    rating = Rating.objects.for_page().get(pk=rating.pk)
    for name, value in changes.items():
        setattr(rating, name, value)
    record_rating(rating=rating, version=rating.version, by=by)
    return rating


def level(assessment: Assessment, order: int):
    return assessment.framework.levels.get(order=order)


@pytest.fixture
def rating(assessment: Assessment) -> Rating:
    return assessment.ratings.in_order()[0]


@pytest.fixture
def plan(assessment: Assessment, executive: User) -> Plan:
    plan = start_plan(assessment=assessment, by=executive)
    change = Change(added=[one.element_id for one in assessment.ratings.in_order()[:2]], removed={})
    choose_priorities(plan=plan, change=change, by=executive)
    return plan


@pytest.fixture
def priority(plan: Plan) -> Priority:
    return plan.priorities.in_order()[0]


@pytest.fixture
def action(priority: Priority, executive: User) -> Action:
    action = Action(
        priority=priority,
        description="Train every school leader",
        owner_name="Ravi Shah",
        due_on=date(2027, 3, 31),
        strategic_area="people",
        success_criterion="All have the certificate",
    )
    add_action(action=action, by=executive)
    return action


def test_rating_from_one_level_to_another(rating, assessment, northfield, chair) -> None:
    save_rating(rating, by=chair, level=level(assessment, 1))
    of_chair = read(chair, northfield, "rating", rating.pk, each="on")
    assert of_chair.sentences == [
        "Chair set the rating of 1. Point 1 in Self-assessment 2026 to Step 1"
    ]
    save_rating(rating, by=chair, level=level(assessment, 2))
    save_rating(rating, by=chair, level=None)
    assert told(chair, northfield, "rating", rating.pk, each="on")[:2] == [
        "Chair cleared the rating of 1. Point 1 in Self-assessment 2026, which was Step 2",
        "Chair changed the rating of 1. Point 1 in Self-assessment 2026 from Step 1 to Step 2",
    ]


def test_note_stands_from_and_to_with_its_words_marked(rating, northfield, chair) -> None:
    save_rating(rating, by=chair, note="The board has not seen <it>.\nTwo schools have begun.")
    save_rating(rating, by=chair, note="The board has now seen <it>.\nTwo schools have begun.")
    shown = read(chair, northfield, "rating", rating.pk, each="on")
    assert shown.sentences == [
        "Chair changed the note of 1. Point 1 in Self-assessment 2026",
        "Chair wrote the note of 1. Point 1 in Self-assessment 2026",
    ]
    [change] = shown.entries[0].changes
    same = "seen &lt;it&gt;.\nTwo schools have begun."
    assert change.rewording.before == f"The board has <del>not</del> {same}"
    assert change.rewording.after == f"The board has <ins>now</ins> {same}"
    assert [node.text for node in shown.page.all("del")] == ["not"]
    assert [node.text for node in shown.page.all("ins")] == ["now"]


def test_note_written_wholly_anew_has_no_marks(rating, northfield, chair) -> None:
    save_rating(rating, by=chair, note="One thing was said here.")
    save_rating(rating, by=chair, note="Something else entirely, longer than before.")
    shown = read(chair, northfield, "rating", rating.pk, each="on")
    assert not shown.page.all("del") + shown.page.all("ins")
    assert "One thing was said here." in shown.page.with_id("main-content").text


def test_long_note_is_folded_up(rating, northfield, chair) -> None:
    note = "Something to read. " * (LONG // 10)
    save_rating(rating, by=chair, note=note.strip())
    text = read(chair, northfield, "rating", rating.pk).page.with_id("main-content").text
    assert "The whole text (360 words)" in text
    assert note.strip() in text


def test_level_and_note_and_mark_in_one_save(rating, assessment, northfield, chair) -> None:
    save_rating(rating, by=chair, level=level(assessment, 1), note="Why.", is_priority=True)
    [entry] = read(chair, northfield, "rating", rating.pk).entries
    assert entry.sentence == "Chair set the rating of 1. Point 1 in Self-assessment 2026 to Step 1"
    assert [(one.label, one.before, one.after) for one in entry.changes] == [
        ("Note", "", "Why."),
        ("Priority for action", "no", "yes"),
    ]


def test_mark_as_a_priority_by_itself(rating, assessment, northfield, chair) -> None:
    mark_priorities(assessment=assessment, add=[rating.element_id], by=chair)
    mark_priorities(assessment=assessment, remove=[rating.element_id], by=chair)
    assert told(chair, northfield, "rating", rating.pk, each="on") == [
        "Chair no longer marks 1. Point 1 in Self-assessment 2026 as a priority for action",
        "Chair marked 1. Point 1 in Self-assessment 2026 as a priority for action",
    ]


def test_saves_of_one_person_within_minutes_are_one_change(
    rating, assessment, northfield, chair, lead
) -> None:
    for note in ("The", "The board", "The board saw it."):
        save_rating(rating, by=chair, note=note, level=level(assessment, 2))
    [entry] = read(lead, northfield, "rating", rating.pk).entries
    assert [(one.label, one.before, one.after) for one in entry.changes] == [
        ("Note", "", "The board saw it.")
    ]
    assert len(entry.run.saves) == 3
    save_rating(rating, by=lead, note="Mine.")
    assert len(told(lead, northfield, "rating", rating.pk)) == 2
    assert len(told(lead, northfield, "rating", rating.pk, each="on")) == 4


def test_what_was_changed_back_says_so(rating, northfield, chair) -> None:
    save_rating(rating, by=chair, note="Something")
    save_rating(rating, by=chair, note="")
    assert told(chair, northfield, "rating", rating.pk) == [
        "Chair changed 1. Point 1 in Self-assessment 2026 and changed it back"
    ]


def test_assessment_set_up_renamed_agreed_and_reopened(assessment, northfield, lead, chair) -> None:
    rename_assessment(
        assessment=assessment, title="Autumn", due_on=date(2027, 3, 3), version=1, by=lead
    )
    agree_assessment(assessment=assessment, minute_reference="Minute 41", by=chair)
    reopen_assessment(assessment=assessment, reason="A level was read out wrong.", by=chair)
    shown = read(lead, northfield, "assessment", assessment.pk)
    assert shown.sentences == [
        "Chair reopened Autumn",
        "Chair signed off Autumn",
        "Lead changed the title of Autumn from Self-assessment 2026 to Autumn",
        "Lead set up Self-assessment 2026",
    ]
    reopened, agreed, renamed, made = shown.entries
    assert reopened.reason == "A level was read out wrong."
    assert "A level was read out wrong." in shown.page.with_id("main-content").text
    assert [(one.label, one.before, one.after) for one in agreed.changes] == [
        ("Minute reference", "", "Minute 41")
    ]
    assert [(one.label, one.after) for one in renamed.changes] == [("Due date", "3 March 2027")]
    assert [(one.label, one.after) for one in made.changes] == [
        ("Framework", "The made-up framework")
    ]


def test_assessment_started_from_an_earlier_one(assessment, framework, northfield, lead) -> None:
    agree_assessment(assessment=assessment, minute_reference="", by=lead)
    later = create_assessment(
        trust=northfield,
        framework=framework,
        title="Next year",
        due_on=None,
        by=lead,
        carried_from=assessment,
    )
    [entry] = read(lead, northfield, "assessment", later.pk).entries
    assert ("Assessment it starts from", "Self-assessment 2026") in [
        (one.label, one.after) for one in entry.changes
    ]


def test_plan_started_edited_and_adopted(plan, northfield, executive) -> None:
    adopt_plan(plan=plan, on=date(2026, 11, 20), by=executive)
    plan.refresh_from_db()
    plan.next_review_on = date(2027, 5, 1)
    edit_plan(plan=plan, version=plan.version, by=executive)
    shown = read(executive, northfield, "plan", plan.pk, what="plan")
    title = f"{plan.title} for Self-assessment 2026"
    assert shown.sentences == [
        f"Executive set the next review of {title} to 1 May 2027",
        f"Executive recorded that the board adopted {title}",
        f"Executive started {title}",
    ]
    adopted = shown.entries[1]
    assert [(one.label, one.after) for one in adopted.changes] == [
        ("Day of the adoption", "20 November 2026")
    ]


def test_priorities_added_written_moved_dropped_and_restored(
    plan, priority, northfield, executive
) -> None:
    priority.key_issue = "Nobody looks at it."
    write_key_issue(priority=priority, version=1, by=executive)
    move_priority(priority=priority, up=False, by=executive)
    drop_priority(priority=priority, reason="Done elsewhere.", by=executive)
    restore_priority(priority=priority, by=executive)
    shown = read(executive, northfield, "priority", priority.pk)
    name = f"the priority Point 1 in {plan.title}"
    assert shown.sentences == [
        f"Executive took up again {name}",
        f"Executive dropped {name}",
        f"Executive changed the place in the order of {name} from 1 to 2",
        f"Executive wrote the key issue of {name}",
        f"Executive added {name}",
    ]
    assert [(one.label, one.after) for one in shown.entries[1].changes] == [
        ("Reason for dropping", "Done elsewhere.")
    ]


def test_priority_taken_out_and_put_back(plan, priority, northfield, executive) -> None:
    change = Change(added=[], removed={priority.element_id: ""})
    choose_priorities(plan=plan, change=change, by=executive)
    gone = read(executive, northfield, "plan", plan.pk, what="priority")
    name = f"the priority Point 1 in {plan.title}"
    assert gone.sentences[0] == f"Executive took out {name}"
    assert gone.entries[0].address == gone.entries[-1].address == ""
    assert read(executive, northfield, "priority", priority.pk).status == 404
    removed = Priority.history.filter(id=priority.pk, history_type="-").get()
    put_back(removed=removed, by=executive)
    assert told(executive, northfield, "priority", priority.pk) == [
        f"Executive put back {name}",
        f"Executive took out {name}",
        f"Executive added {name}",
    ]


def test_actions_added_edited_moved_dropped_and_restored(
    plan, priority, action, northfield, executive
) -> None:
    second = Action(
        priority=priority,
        description="Second",
        owner_name="Ravi Shah",
        due_on=date(2027, 3, 31),
        strategic_area="people",
        success_criterion="Seen",
    )
    add_action(action=second, by=executive)
    action.owner_name, action.status, action.due_on = "Amara", "in_progress", date(2027, 4, 1)
    edit_action(action=action, version=1, by=executive)
    move_action(action=action, up=False, by=executive)
    drop_action(action=action, reason="Not needed.", by=executive)
    restore_action(action=action, by=executive)
    shown = read(executive, northfield, "action", action.pk)
    name = f"“Train every school leader” in {plan.title}"
    assert shown.sentences == [
        f"Executive took up again {name}",
        f"Executive dropped {name}",
        f"Executive changed the place in the order of {name} from 1 to 2",
        f"Executive changed the status of {name} from Not started to In progress",
        f"Executive added the action {name}",
    ]
    assert [(one.label, one.before, one.after) for one in shown.entries[3].changes] == [
        ("Owner", "Ravi Shah", "Amara"),
        ("Due date", "31 March 2027", "1 April 2027"),
    ]
    assert [one.label for one in shown.entries[4].changes] == [
        "Text of what will be done",
        "Owner",
        "Due date",
        "Success criterion",
        "Strategic area",
    ]


def test_history_of_a_plan_holds_its_priorities_and_actions(
    plan, action, northfield, executive
) -> None:
    kinds_shown = {entry.kind.key for entry in read(executive, northfield, "plan", plan.pk).entries}
    assert kinds_shown == {"plan", "priority", "action"}


def test_people_come_change_roles_and_go(northfield, lead, trustee) -> None:
    membership = Membership.objects.get(user=trustee)
    change_role(membership=membership, role=Role.CHAIR, by=lead)
    membership.refresh_from_db()
    remove_member(membership=membership, by=lead)
    assert told(lead, northfield, what="membership")[:2] == [
        "Lead removed Trustee, Chair until then",
        "Lead changed the role of Trustee from Trustee to Chair",
    ]


def test_invitations_sent_taken_up_and_withdrawn(northfield, lead) -> None:
    newcomers = [Newcomer("omar@northfield.example", Role.TRUSTEE, "Omar Reid")]
    [letter] = invite(trust=northfield, newcomers=newcomers, by=lead)
    posted(letter=letter, by=lead)
    letter.invitation.refresh_from_db()
    accept_as_new_person(invitation=letter.invitation, name="Omar Reid", password="x" * 20)
    nameless = [Newcomer("secret@northfield.example", Role.OBSERVER)]
    [other] = invite(trust=northfield, newcomers=nameless, by=lead)
    withdraw(invitation=other.invitation, by=lead)
    shown = read(lead, northfield)
    somebody = "somebody whose name was not given"
    assert shown.sentences[:4] == [
        f"Lead invited {somebody} as Observer, and withdrew the invitation",
        "Omar Reid took up the invitation for Omar Reid",
        "Omar Reid joined the trust as Trustee",
        "Lead invited Omar Reid as Trustee",
    ]
    assert "secret@northfield.example" not in shown.page.with_id("main-content").text
    assert read(lead, northfield, each="on").sentences[:7] == [
        f"Lead withdrew the invitation for {somebody}",
        f"Lead invited {somebody} as Observer",
        "Omar Reid took up the invitation for Omar Reid",
        "Omar Reid joined the trust as Trustee",
        "Lead sent the link of the invitation for Omar Reid",
        "Lead invited Omar Reid as Trustee",
        shown.sentences[4],
    ]


def test_who_is_invited_again_and_whose_link_is_sent_again_is_told_so(northfield, lead) -> None:
    newcomers = [Newcomer("omar@northfield.example", Role.TRUSTEE, "Omar Reid")]
    [letter] = invite(trust=northfield, newcomers=newcomers, by=lead)
    posted(letter=letter, by=lead)
    posted(letter=write_letter(letter.invitation), by=lead)
    Invitation.objects.update(expires_at=timezone.now())
    [another] = invite(trust=northfield, newcomers=newcomers, by=lead)
    posted(letter=another, by=lead)
    assert told(lead, northfield, what="invitation") == [
        "Lead sent the link of the invitation for Omar Reid",
        "Lead invited Omar Reid again, as Trustee",
        "Lead sent the link of the invitation for Omar Reid again",
        "Lead invited Omar Reid as Trustee",
    ]


def test_two_of_one_name_are_told_apart(northfield, lead, chair) -> None:
    User.objects.filter(pk=chair.pk).update(name="LEAD")
    for by, role in ((lead, Role.TRUSTEE), (chair, Role.OBSERVER)):
        invite(trust=northfield, newcomers=[Newcomer(f"{role}@x.example", role, "Omar")], by=by)
    assert told(lead, northfield, what="invitation") == [
        f"LEAD (no. {chair.pk}) invited Omar as Observer",
        f"Lead (no. {lead.pk}) invited Omar as Trustee",
    ]


def test_settings_of_the_trust(northfield, lead) -> None:
    northfield._history_user = lead
    northfield.requires_second_factor = True
    northfield.save()
    northfield.requires_second_factor, northfield.uid = False, "1234"
    northfield.save()
    assert told(lead, northfield, what="trust")[:2] == [
        "Lead set the group UID of Northfield Learning Trust to 1234",
        "Lead asked everybody of Northfield Learning Trust for a second step when they sign in",
    ]


def test_change_of_which_the_state_before_is_not_on_record(assessment, northfield, lead) -> None:
    Assessment.history.all().delete()
    rename_assessment(assessment=assessment, title="Autumn", due_on=None, version=1, by=lead)
    shown = read(lead, northfield, "assessment", assessment.pk)
    [entry] = shown.entries
    assert entry.sentence == "Lead changed Autumn"
    assert {one.label: (one.before, one.after) for one in entry.changes}["Title"] == (
        None,
        "Autumn",
    )
    text = shown.page.with_id("main-content").text
    assert "What it said before is not on record" in text


def test_every_kind_is_told_by_some_test(northfield: Trust) -> None:
    """Those of the apps to come join this list with tests of their own."""
    assert set(kinds()) >= {
        "trust",
        "membership",
        "invitation",
        "assessment",
        "rating",
        "framework",
        "plan",
        "priority",
        "action",
    }


def test_saves_before_and_after_a_signature_are_never_one(assessment, northfield, chair) -> None:
    rating = assessment.ratings.in_order()[0]
    levels = list(assessment.framework.levels.order_by("order"))
    rate(rating, chair, levels[1])
    rate(rating, chair, levels[2])
    agree_assessment(assessment=assessment, minute_reference="", by=chair)
    reopen_assessment(assessment=assessment, reason="Read out wrong.", by=chair)
    rate(rating, chair, levels[0])
    assert told(chair, northfield, "rating", rating.pk) == [
        "Chair changed the rating of 1. Point 1 in Self-assessment 2026 from Step 3 to Step 1",
        "Chair set the rating of 1. Point 1 in Self-assessment 2026 to Step 3",
    ]


def rate(rating: Rating, by: User, level: Level) -> None:
    rating.refresh_from_db()
    rating.level = level
    record_rating(rating=rating, version=rating.version, by=by)
