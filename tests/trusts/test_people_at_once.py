"""Several people at once, on a database whose transactions are real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.conftest import PASSWORD, client_of, make_user
from tests.together import WRITERS, at_once
from trusts.invitations import (
    AccountExists,
    LinkEnded,
    Newcomer,
    TakenUp,
    accept,
    accept_as_new_person,
    find,
    invite,
    posted,
    withdraw,
    write_letter,
)
from trusts.models import Invitation, Membership, Role, Trust, User
from trusts.people import Change, ChangedMeanwhile, LastLead, change_role, remove_member, turn_over

JANE = Newcomer("jane@example.org", Role.TRUSTEE)


@pytest.fixture
def trust(transactional_db: None) -> Trust:
    """Northfield with eight leads, whom other connections see."""
    trust = Trust.objects.create(name="Northfield Learning Trust", slug="northfield")
    for number in range(WRITERS):
        make_user(f"lead{number}@northfield.example", trust=trust, role=Role.LEAD)
    return trust


@pytest.fixture
def leads(trust: Trust) -> list[User]:
    return list(User.objects.order_by("pk"))


def outcome(work: Callable[[], Any]) -> str:
    """What came of it, in a word."""
    try:
        work()
    except (LastLead, ChangedMeanwhile, LinkEnded, AccountExists, TakenUp) as refusal:
        return type(refusal).__name__
    return "done"


def seats(trust: Trust) -> list[Membership]:
    return list(trust.memberships.select_related("user", "trust").order_by("pk"))


@pytest.mark.parametrize("role", ["", Role.TRUSTEE])
def test_of_all_leads_who_go_at_once_one_stays(trust: Trust, leads: list[User], role) -> None:
    rows = seats(trust)

    def go(number: int) -> str:
        change = Change(rows[number], role)
        return outcome(lambda: turn_over(trust=trust, changes=[change], by=rows[number].user))

    outcomes = at_once(go)
    assert sorted(outcomes) == ["LastLead"] + ["done"] * (WRITERS - 1)
    [left] = trust.memberships.filter(role=Role.LEAD)
    assert left.user == rows[outcomes.index("LastLead")].user


def test_two_leads_who_remove_each_other_at_once_leave_one(trust: Trust, leads) -> None:
    rows = seats(trust)
    for row in rows[2:]:
        remove_member(membership=row, by=leads[0])

    def remove(number: int) -> str:
        return outcome(lambda: remove_member(membership=rows[1 - number], by=rows[number].user))

    assert sorted(at_once(remove, writers=2)) == ["LastLead", "done"]
    assert trust.memberships.count() == 1


def test_last_two_leads_who_step_back_on_their_pages_leave_one(trust: Trust, leads) -> None:
    rows = seats(trust)
    for row in rows[2:]:
        remove_member(membership=row, by=leads[0])
    browsers = [client_of(row.user) for row in rows[:2]]

    def step_back(number: int) -> int:
        address = f"/trusts/northfield/people/{rows[number].pk}/"
        return int(browsers[number].post(address, {"role": "trustee"}).status_code)

    assert sorted(at_once(step_back, writers=2)) == [302, 422]
    assert trust.memberships.filter(role=Role.LEAD).count() == 1


def test_one_link_followed_by_many_accounts_at_once_seats_one(trust: Trust, leads) -> None:
    [letter] = invite(trust=trust, newcomers=[JANE], by=leads[0])
    guests = [make_user(f"guest{number}@example.org") for number in range(WRITERS)]
    opened = find(letter.token)
    outcomes = at_once(lambda n: outcome(lambda: accept(invitation=opened, by=guests[n])))
    assert sorted(outcomes) == ["LinkEnded"] * (WRITERS - 1) + ["done"]
    winner = guests[outcomes.index("done")]
    assert Invitation.objects.get().accepted_by == winner
    assert list(trust.memberships.filter(role=Role.TRUSTEE).values_list("user", flat=True)) == [
        winner.pk
    ]


def test_one_link_sent_twice_at_once_makes_one_account(trust: Trust, leads) -> None:
    [letter] = invite(trust=trust, newcomers=[JANE], by=leads[0])
    address = f"/invitations/{letter.token}/"

    def send(number: int) -> int:
        chosen = {"name": f"Jane {number}", "password1": PASSWORD, "password2": PASSWORD}
        return int(Client().post(address, chosen).status_code)

    statuses = at_once(send)
    assert statuses.count(302) == 1
    assert set(statuses) <= {302, 200, 404}
    jane = User.objects.get(email=JANE.email)
    assert jane.name == f"Jane {statuses.index(302)}"
    assert jane.memberships.count() == 1


def test_two_trusts_invitations_taken_up_at_once_make_one_account(trust: Trust, leads) -> None:
    other = Trust.objects.create(name="Southmere Schools Trust", slug="southmere")
    letters = [invite(trust=one, newcomers=[JANE], by=leads[0])[0] for one in (trust, other)]

    def take(number: int) -> str:
        return outcome(
            lambda: accept_as_new_person(
                invitation=letters[number].invitation, name="Jane", password=PASSWORD
            )
        )

    assert sorted(at_once(take, writers=2)) == ["AccountExists", "done"]
    assert User.objects.filter(email=JANE.email).count() == 1
    assert Invitation.objects.filter(accepted_by=None).count() == 1


def test_one_address_invited_by_many_at_once_has_one_invitation_and_one_mail_that_works(
    trust: Trust, leads
) -> None:
    browsers = [client_of(lead) for lead in leads]
    sent = {"email": JANE.email, "role": "trustee"}
    at_once(lambda n: browsers[n].post("/trusts/northfield/people/invite/", sent).status_code)
    assert Invitation.objects.count() == 1
    works = [
        bool(find(message.body.split("/invitations/")[1].split("/")[0])) for message in mail.outbox
    ]
    assert works.count(True) == 1


def test_same_list_sent_at_once_makes_one_invitation_each(trust: Trust, leads) -> None:
    newcomers = [Newcomer(f"p{number}@example.org", Role.TRUSTEE) for number in range(5)]
    at_once(lambda n: invite(trust=trust, newcomers=newcomers[:: 1 - 2 * (n % 2)], by=leads[n]))
    assert Invitation.objects.count() == 5


def test_withdrawing_and_accepting_at_once_end_in_one_of_both(trust: Trust, leads) -> None:
    [letter] = invite(trust=trust, newcomers=[JANE], by=leads[0])
    jane, opened = make_user(JANE.email), find(letter.token)

    def work(number: int) -> str:
        if number:
            return outcome(lambda: withdraw(invitation=opened, by=leads[0]))
        return outcome(lambda: accept(invitation=opened, by=jane))

    outcomes = at_once(work, writers=2)
    assert outcomes in (["done", "TakenUp"], ["LinkEnded", "done"])
    assert jane.memberships.exists() is (outcomes[0] == "done")


def test_sending_again_and_accepting_at_once_never_opens_a_used_invitation(
    trust: Trust, leads
) -> None:
    [letter] = invite(trust=trust, newcomers=[JANE], by=leads[0])
    jane, opened = make_user(JANE.email), find(letter.token)
    second = write_letter(opened)

    def work(number: int) -> Any:
        if number:
            return posted(letter=second, by=leads[0])
        return outcome(lambda: accept(invitation=opened, by=jane))

    accepted, renewed = at_once(work, writers=2)
    assert (accepted, renewed) in (("done", False), ("LinkEnded", True))
    assert bool(find(second.token)) is renewed


def test_different_roles_at_once_end_in_one_and_the_others_hear_of_it(trust: Trust, leads) -> None:
    row = seats(trust)[0]
    roles = [Role.CHAIR, Role.EXECUTIVE, Role.TRUSTEE, Role.OBSERVER]

    def change(number: int) -> str:
        return outcome(lambda: change_role(membership=row, role=roles[number], by=leads[number]))

    outcomes = at_once(change, writers=4)
    assert sorted(outcomes) == ["ChangedMeanwhile"] * 3 + ["done"]
    now = Membership.objects.get(pk=row.pk)
    assert now.role == roles[outcomes.index("done")]
    assert now.history.count() == 2
