"""Who belongs to a trust: the list, one role, removing somebody, a year's turnover."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment
from plans.actions import start_plan
from plans.models import Action
from tests.conftest import client_of, make_user
from tests.page import Page
from tests.plans.conftest import add_action, add_priority, error_links, form_values
from trusts import home
from trusts.invitations import Newcomer, invite, posted
from trusts.models import Invitation, Membership, Role, Trust, User
from trusts.people import (
    Change,
    ChangedMeanwhile,
    LastLead,
    change_role,
    is_last_lead,
    remove_member,
    turn_over,
)
from trusts.people_panel import people_panel

pytestmark = pytest.mark.once  # what pages say and take; saves at once are tried on both

PEOPLE = "/trusts/northfield/people/"
TURNOVER = f"{PEOPLE}turnover/"


def page_of(answer) -> Page:
    return Page(answer.content.decode())


def text_of(answer) -> str:
    return page_of(answer).with_id("main-content").text


def membership(user: User) -> Membership:
    return user.memberships.select_related("trust", "user").get(trust__slug="northfield")


def said(client, answer) -> list[str]:
    assert answer.status_code == 302, answer.content.decode()
    page = page_of(client.get(answer.url, follow=True))
    return [node.text for node in page.all("p", "govuk-notification-banner__heading")]


@pytest.fixture
def other_lead(northfield: Trust) -> User:
    return make_user("second@northfield.example", trust=northfield, role=Role.LEAD)


@pytest.fixture
def owned(assessment: Assessment, executive: User) -> list[Action]:
    """Two open actions of the executive, and one that is done."""
    priority = add_priority(start_plan(assessment=assessment, by=executive), "Point 3")
    return [
        add_action(priority, owner=executive, owner_name="Executive", status=status)
        for status in ("not_started", "in_progress", "done")
    ]


# The actions.


def test_role_is_changed_with_its_history(lead: User, trustee: User) -> None:
    change_role(membership=membership(trustee), role=Role.CHAIR, by=lead)
    now = membership(trustee)
    newest = now.history.first()
    assert now.role == newest.role == Role.CHAIR
    assert (newest.history_type, newest.history_user) == ("~", lead)


def test_removal_ends_one_membership_and_is_in_the_history(
    lead: User, chair: User, southmere: Trust
) -> None:
    Membership.objects.create(user=chair, trust=southmere, role=Role.TRUSTEE)
    gone = membership(chair)
    remove_member(membership=gone, by=lead)
    assert [one.trust for one in chair.memberships.all()] == [southmere]
    newest = Membership.history.filter(id=gone.pk).first()
    assert (newest.history_type, newest.history_user) == ("-", lead)
    chair.refresh_from_db()
    assert chair.is_active


@pytest.mark.parametrize("role", ["", Role.CHAIR])
def test_last_lead_stays(role: str, lead: User, chair: User, northfield: Trust) -> None:
    change = Change(membership(lead), role)
    with pytest.raises(LastLead):
        turn_over(trust=northfield, changes=[change], by=lead)
    assert membership(lead).role == Role.LEAD
    assert is_last_lead(lead, northfield)
    assert not is_last_lead(chair, northfield)


def test_lead_who_may_not_sign_in_leads_nobody(
    lead: User, other_lead: User, northfield: Trust
) -> None:
    User.objects.filter(pk=other_lead.pk).update(is_active=False)
    assert is_last_lead(lead, northfield)
    with pytest.raises(LastLead):
        remove_member(membership=membership(lead), by=lead)
    remove_member(membership=membership(other_lead), by=lead)


def test_lead_may_go_once_another_is_there(lead: User, chair: User, northfield: Trust) -> None:
    changes = [Change(membership(lead)), Change(membership(chair), Role.LEAD)]
    turn_over(trust=northfield, changes=changes, by=lead)
    assert dict(northfield.memberships.values_list("user", "role")) == {chair.pk: Role.LEAD}


def test_person_leaves_a_trust_that_has_no_lead(chair: User) -> None:
    remove_member(membership=membership(chair), by=chair)
    assert not chair.memberships.exists()


def test_change_of_what_others_changed_is_refused(lead: User, chair: User, trustee: User) -> None:
    seen, gone = membership(chair), membership(trustee)
    change_role(membership=membership(chair), role=Role.TRUSTEE, by=lead)
    remove_member(membership=membership(trustee), by=lead)
    changes = [Change(seen, Role.LEAD), Change(gone, Role.CHAIR)]
    with pytest.raises(ChangedMeanwhile) as refusal:
        turn_over(trust=seen.trust, changes=changes, by=lead)
    assert refusal.value.changes == changes
    assert membership(chair).role == Role.TRUSTEE


def test_all_of_a_turnover_or_nothing(
    lead: User, chair: User, trustee: User, northfield: Trust
) -> None:
    seen = membership(chair)
    change_role(membership=membership(chair), role=Role.OBSERVER, by=lead)
    with pytest.raises(ChangedMeanwhile):
        turn_over(
            trust=northfield,
            changes=[Change(membership(trustee)), Change(seen, Role.LEAD)],
            newcomers=[Newcomer("new@example.org", Role.CHAIR)],
            by=lead,
        )
    assert membership(trustee)
    assert not Invitation.objects.exists()


# What people leave behind.


def test_open_actions_go_to_the_heir_and_done_ones_stay(
    lead: User, executive: User, chair: User, owned: list[Action]
) -> None:
    remove_member(membership=membership(executive), heir=chair, by=lead)
    owners = [(one.owner, one.owner_name, one.version) for one in Action.objects.order_by("pk")]
    assert owners == [(chair, "Chair", 2), (chair, "Chair", 2), (executive, "Executive", 1)]
    newest = owned[0].history.first()
    assert (newest.owner, newest.history_user, newest.version) == (chair, lead, 2)


def test_without_an_heir_actions_stay_under_the_name(
    lead: User, executive: User, owned: list[Action]
) -> None:
    remove_member(membership=membership(executive), by=lead)
    assert set(Action.objects.values_list("owner_name", "version")) == {("Executive", 1)}


def test_actions_of_another_trust_are_not_touched(
    lead: User, executive: User, chair: User, owned: list[Action], southmere: Trust
) -> None:
    Assessment.objects.update(trust=southmere)
    remove_member(membership=membership(executive), heir=chair, by=lead)
    assert not Action.objects.filter(owner=chair).exists()


def test_who_leaves_too_or_is_a_stranger_inherits_nothing(
    lead: User, executive: User, chair: User, stranger: User, owned: list[Action], northfield: Trust
) -> None:
    for changes in (
        [Change(membership(executive), heir=chair), Change(membership(chair))],
        [Change(membership(executive), heir=stranger)],
        [Change(membership(executive), heir=executive)],
    ):
        with pytest.raises(ChangedMeanwhile):
            turn_over(trust=northfield, changes=changes, by=lead)
    assert membership(executive)


# The list.


def test_members_see_names_and_roles_and_only_the_lead_addresses(
    lead: User, chair: User, trustee: User, northfield: Trust
) -> None:
    newcomers = [Newcomer("a@example.org", Role.CHAIR, "Ann"), Newcomer("b@example.org", "lead")]
    invite(trust=northfield, newcomers=newcomers, by=lead)
    text = text_of(client_of(trustee).get(PEOPLE))
    for shown in ("Lead Governance lead", "Chair Chair", "Trustee (you) Trustee", "Ann Chair"):
        assert shown in text
    assert "@" not in text
    assert "Name not known yet Governance lead" in text
    assert "Change" not in text
    seen = text_of(client_of(lead).get(PEOPLE))
    for shown in (chair.email, "a@example.org", "b@example.org", "Change Chair", "No mail went"):
        assert shown in seen


def test_list_costs_as_many_queries_whatever_there_is(
    lead: User, northfield: Trust, django_assert_max_num_queries
) -> None:
    client = client_of(lead)
    for number in range(30):
        make_user(f"p{number}@example.org", trust=northfield, role=Role.TRUSTEE)
    newcomers = [Newcomer(f"n{number}@example.org", Role.CHAIR) for number in range(30)]
    invite(trust=northfield, newcomers=newcomers, by=lead)
    with django_assert_max_num_queries(8):
        answer = client.get(PEOPLE)
    assert answer.status_code == 200
    with django_assert_max_num_queries(8):
        answer = client.get(TURNOVER)
    assert answer.status_code == 200


# One role.


def test_role_is_changed_on_a_page(lead: User, trustee: User) -> None:
    client = client_of(lead)
    address = f"{PEOPLE}{membership(trustee).pk}/"
    page = page_of(client.get(address))
    assert form_values(page)["role"] == ["trustee"]
    answer = client.post(address, {"role": "executive", "began": "trustee"})
    assert said(client, answer) == ["Trustee is executive now."]
    history = membership(trustee).history.count()
    client.post(address, {"role": "executive", "began": "executive"})
    assert membership(trustee).history.count() == history


def test_two_leads_who_change_one_role_hear_of_each_other(lead: User, trustee: User) -> None:
    client = client_of(lead)
    address = f"{PEOPLE}{membership(trustee).pk}/"
    client.post(address, {"role": "chair", "began": "trustee"})
    answer = client.post(address, {"role": "executive", "began": "trustee"})
    assert answer.status_code == 422
    assert list(error_links(page_of(answer))) == [
        "Trustee was made chair in the meantime. Choose again"
    ]
    assert membership(trustee).role == Role.CHAIR
    values = {name: value[0] for name, value in form_values(page_of(answer)).items()}
    assert client.post(address, values).status_code == 302
    assert membership(trustee).role == Role.EXECUTIVE


def test_last_lead_is_told_why_they_stay(lead: User) -> None:
    client = client_of(lead)
    address = f"{PEOPLE}{membership(lead).pk}/"
    for where, sent in ((address, {"role": "chair"}), (f"{address}remove/", {})):
        answer = client.post(where, sent)
        assert answer.status_code == 422
        assert "Somebody else has to be governance lead first" in text_of(answer)
    assert membership(lead).role == Role.LEAD


def test_last_lead_is_told_so_before_being_asked(lead: User, northfield: Trust) -> None:
    address = f"{PEOPLE}{membership(lead).pk}/remove/"
    page = page_of(client_of(lead).get(address))
    assert "Lead cannot be removed yet" in page.all("h1")[0].text
    assert "Somebody else has to be governance lead first" in page.with_id("main-content").text
    assert "Remove yourself" not in page.with_id("main-content").text
    make_user("second@northfield.example", trust=northfield, role=Role.LEAD)
    assert "Remove yourself" in text_of(client_of(lead).get(address))


def test_lead_who_is_not_the_last_may_step_back_or_leave(lead: User, other_lead: User) -> None:
    client = client_of(lead)
    address = f"{PEOPLE}{membership(lead).pk}/"
    assert client.post(address, {"role": "trustee"}).url == PEOPLE
    assert client.get(address).status_code == 403
    client = client_of(other_lead)
    change_role(membership=membership(lead), role=Role.LEAD, by=other_lead)
    answer = client.post(f"{PEOPLE}{membership(other_lead).pk}/remove/")
    assert answer.url == reverse("trusts:index")
    assert said(client, answer) == [
        "Second does not belong to Northfield Learning Trust any longer."
    ]


# Removing.


def test_removal_asks_who_takes_over(
    lead: User, executive: User, chair: User, owned: list[Action]
) -> None:
    client = client_of(lead)
    address = f"{PEOPLE}{membership(executive).pk}/remove/"
    text = text_of(client.get(address))
    assert "Executive owns 2 open actions:" in text
    assert "Do thing 1" in text
    assert client.post(address, {"heir": "999999"}).status_code == 422
    answer = client.post(address, {"heir": chair.pk})
    assert said(client, answer) == [
        "Executive does not belong to Northfield Learning Trust any longer."
    ]
    assert Action.objects.filter(owner=chair).count() == 2
    assert client_of(executive).get(PEOPLE).status_code == 404


def test_removal_sent_twice_is_done_once_and_told_so(lead: User, chair: User) -> None:
    client = client_of(lead)
    address = f"{PEOPLE}{membership(chair).pk}/remove/"
    again = "Chair does not belong to Northfield Learning Trust any longer."
    assert said(client, client.post(address)) == [again]
    assert said(client, client.post(address)) == [again]
    assert said(client, client.get(address.removesuffix("remove/"))) == [again]


def test_member_of_another_trust_is_not_found(lead: User, stranger: User) -> None:
    client = client_of(lead)
    pk = stranger.memberships.get().pk
    for slug in ("northfield", "southmere"):
        for more in ("", "remove/"):
            address = f"/trusts/{slug}/people/{pk}/{more}"
            assert client.get(address).status_code == 404
            assert client.post(address, {"role": "chair"}).status_code == 404
    assert stranger.memberships.get().role == Role.LEAD


# A year's turnover.


@pytest.fixture
def board(northfield: Trust, lead: User) -> list[User]:
    """A board of fourteen."""
    roles = [Role.CHAIR, Role.EXECUTIVE, *[Role.TRUSTEE] * 10, Role.OBSERVER]
    return [lead] + [
        make_user(f"p{number}@northfield.example", trust=northfield, role=role)
        for number, role in enumerate(roles, start=1)
    ]


def answers(page: Page) -> dict[str, str]:
    """What sending the turnover's page unchanged would send."""
    values = {name: value[0] for name, value in form_values(page).items()}
    name = ""
    for node in page.nodes:
        if node.tag == "select":
            name = node.attributes["name"]
        if node.tag == "option" and "selected" in node.attributes:
            values[name] = node.attributes["value"]
    return values


def test_board_of_fourteen_turns_over_in_one_page_and_one_confirmation(
    board: list[User], lead: User, northfield: Trust, assessment: Assessment
) -> None:
    chair, new_chair, leaver = board[1], board[3], board[4]
    priority = add_priority(start_plan(assessment=assessment, by=lead), "Point 3")
    action = add_action(priority, owner=leaver, owner_name=str(leaver))
    client = client_of(lead)
    sent = answers(page_of(client.get(TURNOVER)))
    sent |= {
        f"left_{membership(chair).pk}": "on",
        f"left_{membership(leaver).pk}": "on",
        f"heir_{membership(leaver).pk}": str(new_chair.pk),
        f"role_{membership(new_chair).pk}": "chair",
        "lines": f"Ann Lee, ann@example.org\nBo, bo@example.org, Observer\n{board[5].email}",
    }
    page = page_of(client.post(TURNOVER, sent))
    text = page.with_id("main-content").text
    assert "Nothing has happened yet." in text
    assert "2 people leave" in text
    assert "P4, trustee; P3 takes on 1 open action" in text
    assert "P3: trustee becomes chair" in text
    assert "Ann Lee ann@example.org Trustee" in text
    assert f"{board[5].email} belongs to the trust already, as trustee" in text
    assert northfield.memberships.count() == 14
    assert mail.outbox == []
    answer = client.post(TURNOVER, answers(page) | {"step": "confirm"})
    assert answer.url == PEOPLE
    assert said(client, answer) == [
        "2 people have left, 1 role is changed, 2 invitations are mailed."
    ]
    assert northfield.memberships.count() == 12
    assert membership(new_chair).role == Role.CHAIR
    assert {message.to[0] for message in mail.outbox} == {"ann@example.org", "bo@example.org"}
    action.refresh_from_db()
    assert action.owner == new_chair


def test_going_back_keeps_all_that_was_chosen(board: list[User], lead: User) -> None:
    client = client_of(lead)
    chosen = {
        f"left_{membership(board[1]).pk}": "on",
        f"role_{membership(board[2]).pk}": "trustee",
        "lines": "ann@example.org\nbo@example.org",
        "newcomer_role": "observer",
    }
    sent = answers(page_of(client.get(TURNOVER))) | chosen
    confirm = page_of(client.post(TURNOVER, sent))
    back = client.post(TURNOVER, answers(confirm) | {"step": "change"})
    assert back.status_code == 200
    assert answers(page_of(back)) == sent
    assert error_links(page_of(back)) == {}


def test_turnover_of_nothing_says_so(board: list[User], lead: User) -> None:
    client = client_of(lead)
    for sent in ({}, answers(page_of(client.get(TURNOVER)))):
        answer = client.post(TURNOVER, sent)
        assert answer.status_code == 422
        assert "Nothing is changed yet" in text_of(answer)


def test_every_fault_of_a_turnover_is_told_and_everything_is_kept(
    board: list[User], lead: User, owned: list[Action], executive: User
) -> None:
    client = client_of(lead)
    me, other, owner = (membership(user).pk for user in (lead, board[2], executive))
    sent = answers(page_of(client.get(TURNOVER))) | {
        f"left_{me}": "on",
        f"left_{other}": "on",
        f"left_{owner}": "on",
        f"heir_{owner}": str(board[2].pk),
        "lines": "Ann, ann@example.org, Queen",
    }
    answer = client.post(TURNOVER, sent | {"step": "confirm"})
    page = page_of(answer)
    assert answer.status_code == 422
    errors = error_links(page)
    assert {target.removeprefix("id_") for target in errors.values()} == {
        f"left_{me}",
        f"heir_{owner}",
        "lines",
    }
    assert "P2 leaves too. Choose somebody who stays" in errors
    assert answers(page) == sent
    assert membership(lead)
    assert not Invitation.objects.exists()


def test_turnover_that_others_overtook_is_shown_again(
    board: list[User], lead: User, other_lead: User
) -> None:
    client = client_of(lead)
    target = membership(board[1])
    sent = answers(page_of(client.get(TURNOVER))) | {f"role_{target.pk}": "trustee"}
    confirm = answers(page_of(client.post(TURNOVER, sent)))
    change_role(membership=membership(board[1]), role=Role.EXECUTIVE, by=other_lead)
    answer = client.post(TURNOVER, confirm | {"step": "confirm"})
    page = page_of(answer)
    assert answer.status_code == 422
    assert "P1 was made executive in the meantime. Choose again" in error_links(page)
    assert membership(board[1]).role == Role.EXECUTIVE
    again = answers(page)
    assert again[f"began_{target.pk}"] == "executive"
    assert client.post(TURNOVER, again | {"step": "confirm"}).status_code == 302
    assert membership(board[1]).role == Role.TRUSTEE


def test_turnover_of_somebody_who_was_removed_meanwhile_goes_on_without_them(
    board: list[User], lead: User
) -> None:
    client = client_of(lead)
    sent = answers(page_of(client.get(TURNOVER))) | {
        f"left_{membership(board[1]).pk}": "on",
        f"left_{membership(board[2]).pk}": "on",
    }
    remove_member(membership=membership(board[1]), by=lead)
    answer = client.post(TURNOVER, sent | {"step": "confirm"})
    assert said(client, answer) == ["1 person has left."]


def test_lead_may_leave_by_the_turnover_where_another_leads(
    board: list[User], lead: User, other_lead: User
) -> None:
    client = client_of(lead)
    answer = client.post(TURNOVER, {f"left_{membership(lead).pk}": "on", "step": "confirm"})
    assert answer.url == reverse("trusts:index")
    assert client.get(PEOPLE).status_code == 404


def test_turnover_touches_nobody_of_another_trust(lead: User, stranger: User) -> None:
    client = client_of(lead)
    pk = stranger.memberships.get().pk
    answer = client.post(TURNOVER, {f"left_{pk}": "on", f"role_{pk}": "chair", "step": "confirm"})
    assert answer.status_code == 422
    assert stranger.memberships.get().role == Role.LEAD


# The home page.


def test_lead_is_reminded_of_invitations_that_ran_out(
    lead: User, chair: User, northfield: Trust
) -> None:
    newcomers = [Newcomer(f"{name}@example.org", Role.TRUSTEE) for name in "abc"]
    letters = invite(trust=northfield, newcomers=newcomers, by=lead)
    for letter in letters[:2]:
        posted(letter=letter, by=lead)
    ended = timezone.now() - timedelta(days=3)
    Invitation.objects.filter(email="a@example.org").update(expires_at=ended)
    panel = people_panel(lead, northfield)
    assert [task.text for task in panel.tasks] == [
        "1 invitation has run out before it was accepted: send again or withdraw",
        "No mail went to 1 invited person: send again",
    ]
    assert panel.tasks[0].since == timezone.localdate(ended)
    assert panel.tasks[0].url == f"{PEOPLE}#invitations"
    assert people_panel(chair, northfield).tasks == ()
    text = text_of(client_of(lead).get("/trusts/northfield/"))
    assert "1 invitation has run out" in text
    assert "3 more have been invited" in text
    assert Page(client_of(lead).get(PEOPLE).content.decode()).with_id("invitations")


def test_invitations_that_wait_in_good_time_remind_nobody(lead: User, northfield: Trust) -> None:
    [letter] = invite(trust=northfield, newcomers=[Newcomer("a@example.org", "chair")], by=lead)
    posted(letter=letter, by=lead)
    assert people_panel(lead, northfield).tasks == ()


def test_people_stand_below_what_other_apps_show(lead: User, northfield: Trust) -> None:
    templates = [panel.template_name for panel in home.panels_for(lead, northfield)]
    assert templates[-1] == "trusts/_people_panel.html"
    assert len(templates) > 1
