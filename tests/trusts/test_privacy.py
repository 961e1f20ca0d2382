"""Ending an account: who may, what the database holds to, commands, and many at once."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from assessments.actions import create_assessment
from plans.models import Action, Plan, Priority
from tests.conftest import PASSWORD, client_of, make_framework, make_user
from tests.together import WRITERS, at_once
from trusts.invitations import LinkEnded, Newcomer, accept, find, invite
from trusts.models import FORMER_MEMBER, Invitation, Membership, OperatorLook, Role, Trust, User
from trusts.people import ChangedMeanwhile, LastLead, remove_member
from trusts.privacy import StillLeads, anonymise


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_superuser("operator@service.example", PASSWORD, name="Operator")


def run(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def test_once_is_enough(trustee: User) -> None:
    assert anonymise(person=trustee, by=trustee)
    person = User.objects.get(pk=trustee.pk)
    assert not anonymise(person=person, by=trustee)
    again = User.objects.get(pk=trustee.pk)
    assert (again.anonymised_at, again.email) == (person.anonymised_at, person.email)


def test_only_lead_stays_and_so_does_every_place(
    lead: User, northfield: Trust, southmere: Trust
) -> None:
    Membership.objects.create(user=lead, trust=southmere, role=Role.TRUSTEE)
    with pytest.raises(StillLeads) as refused:
        anonymise(person=lead, by=lead)
    assert refused.value.trusts == [northfield]
    assert lead.memberships.count() == 2
    assert User.objects.get(pk=lead.pk).name == lead.name


def test_rights_go_with_the_account(operator: User) -> None:
    anonymise(person=operator, by=operator)
    person = User.objects.get(pk=operator.pk)
    assert not any([person.is_staff, person.is_superuser, person.is_active, person.last_login])


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Jo Li"},
        {"email": "jo@people.example"},
        {"is_active": True},
        {"is_staff": True},
        {"is_superuser": True},
    ],
)
def test_database_fills_no_ended_account_again(trustee: User, fields: dict[str, Any]) -> None:
    anonymise(person=trustee, by=trustee)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=trustee.pk).update(**fields)
    person = User.objects.get(pk=trustee.pk)
    for name, value in fields.items():
        setattr(person, name, value)
    with pytest.raises(ValidationError, match="Nothing brings it back"):
        person.validate_constraints()


def test_what_others_are_called_stays(
    trustee: User, chair: User, lead: User, northfield: Trust
) -> None:
    """Somebody of the same name, and an owner whose name was typed in another trust."""
    User.objects.filter(pk__in=[chair.pk, trustee.pk]).update(name="Jo Li")
    other = Trust.objects.create(name="Elsewhere Trust", slug="elsewhere")
    mine, theirs, typed, with_role, longer, far = (
        action_of(northfield, chair, "Jo Li"),
        action_of(northfield, trustee, "Jo Li"),
        action_of(northfield, None, "Jo Li"),
        action_of(northfield, None, "JO LI, clerk, with Ann"),
        action_of(northfield, None, "Jo Lindsay"),
        action_of(other, None, "Jo Li"),
    )
    anonymise(person=User.objects.get(pk=trustee.pk), by=lead)
    rows = (mine, theirs, typed, with_role, longer, far)
    assert [Action.objects.get(pk=row.pk).owner_name for row in rows] == [
        "Jo Li",
        FORMER_MEMBER,
        FORMER_MEMBER,
        f"{FORMER_MEMBER}, clerk, with Ann",
        "Jo Lindsay",
        "Jo Li",
    ]


def action_of(trust: Trust, owner: User | None, name: str) -> Action:
    framework = make_framework(f"f{Action.objects.count()}")
    lead = make_user(f"l{Action.objects.count()}@x.example", trust=trust, role=Role.LEAD)
    assessment = create_assessment(
        trust=trust, framework=framework, title=framework.key, due_on=None, by=lead
    )
    plan = Plan.objects.create(assessment=assessment, title="Plan", created_by=lead)
    element = assessment.ratings.first().element
    return Action.objects.create(
        priority=Priority.objects.create(plan=plan, element=element, order=1),
        order=1,
        description="Do it",
        owner=owner,
        owner_name=name,
        due_on=timezone.localdate(),
        strategic_area="people",
        success_criterion="Done.",
    )


def test_operator_fetches_somebodys_file_and_that_is_written_down(
    operator: User, trustee: User
) -> None:
    file = json.loads(run("export_person", trustee.email.upper(), "--by", operator.email))
    [account] = file["sections"][0]["rows"]
    assert account["email"] == trustee.email
    look = OperatorLook.objects.get()
    assert (look.operator, look.path) == (operator, f"export_person {trustee.pk}")
    again = json.loads(run("export_person", trustee.email, "--by", operator.email))
    [looks] = [one["rows"] for one in again["sections"] if one["key"] == "looks_at_you"]
    assert len(looks) == 2


def test_operator_is_told_first_what_ends(operator: User, trustee: User, lead: User) -> None:
    action_of(trustee.memberships.get().trust, trustee, trustee.name)
    said = run("anonymise_person", trustee.email, "--by", operator.email)
    assert "leaves Northfield Learning Trust, as trustee until now" in said
    assert "1 open action" in said
    assert "Nothing was changed" in said
    trustee.refresh_from_db()
    assert trustee.anonymised_at is None
    said = run("anonymise_person", trustee.email, "--by", operator.email, "--delete")
    assert f"former member number {trustee.pk}" in said
    trustee.refresh_from_db()
    assert trustee.name == FORMER_MEMBER
    assert OperatorLook.objects.filter(path=f"anonymise_person {trustee.pk}").exists()
    [message] = [one for one in mail.outbox if "was deleted" in one.subject]
    assert message.to == ["trustee@northfield.example"]
    [left] = Membership.history.filter(user=trustee, history_type="-")
    assert left.history_user == operator


def test_operator_cannot_take_the_last_lead_unless_barred(operator: User, lead: User) -> None:
    with pytest.raises(CommandError, match="only governance lead of Northfield"):
        run("anonymise_person", lead.email, "--by", operator.email, "--delete")
    assert User.objects.get(pk=lead.pk).anonymised_at is None
    User.objects.filter(pk=lead.pk).update(is_active=False)
    run("anonymise_person", lead.email, "--by", operator.email, "--delete")
    assert User.objects.get(pk=lead.pk).anonymised_at


@pytest.mark.parametrize("command", ["export_person", "anonymise_person"])
@pytest.mark.parametrize(
    ("email", "by", "told"),
    [
        ("nobody@x.example", "operator@service.example", "Nobody signs in by"),
        ("trustee@northfield.example", "nobody@x.example", "No operator signs in by"),
        ("trustee@northfield.example", "lead@northfield.example", "No operator signs in by"),
        ("trustee@northfield.example", "", "No operator signs in by"),
    ],
)
def test_commands_about_nobody_or_by_nobody_are_refused(
    operator: User, trustee: User, lead: User, command: str, email: str, by: str, told: str
) -> None:
    with pytest.raises(CommandError, match=told):
        run(command, email, "--by", by)
    assert not OperatorLook.objects.exists()


@pytest.fixture
def trust(transactional_db: None) -> Trust:
    """Northfield with eight leads, whom other connections see."""
    trust = Trust.objects.create(name="Northfield Learning Trust", slug="northfield")
    for number in range(WRITERS):
        make_user(f"lead{number}@northfield.example", trust=trust, role=Role.LEAD)
    return trust


def outcome(work: Callable[[], Any]) -> str:
    """What came of it, in a word."""
    try:
        return str(work())
    except (StillLeads, LastLead, LinkEnded) as refusal:
        return type(refusal).__name__


def test_of_all_leads_who_end_at_once_one_stays(trust: Trust) -> None:
    leads = list(User.objects.order_by("pk"))
    outcomes = at_once(
        lambda number: outcome(lambda: anonymise(person=leads[number], by=leads[number]))
    )
    assert sorted(outcomes) == ["StillLeads"] + ["True"] * (WRITERS - 1)
    [left] = trust.memberships.filter(role=Role.LEAD)
    assert left.user.name != FORMER_MEMBER


def test_pressed_twice_at_once_ends_once(trust: Trust) -> None:
    person = User.objects.first()
    outcomes = at_once(lambda number: outcome(lambda: anonymise(person=person, by=person)))
    assert sorted(outcomes) == ["False"] * (WRITERS - 1) + ["True"]


@pytest.mark.parametrize("attempt", range(3))
def test_nobody_joins_behind_the_end(trust: Trust, attempt: int) -> None:
    """Taking up an invitation at the same moment: no ended account has a place."""
    lead = User.objects.first()
    guest = make_user("guest@people.example")
    [letter] = invite(
        trust=trust, newcomers=[Newcomer("other@people.example", Role.CHAIR)], by=lead
    )
    opened = find(letter.token)

    def work(number: int) -> str:
        if number:
            return outcome(lambda: accept(invitation=opened, by=guest))
        return outcome(lambda: anonymise(person=guest, by=guest))

    outcomes = at_once(work, writers=2)
    assert outcomes[0] == "True"
    assert not Membership.objects.filter(user=guest).exists()


def test_end_and_removal_at_once_neither_hang_nor_fail(trust: Trust) -> None:
    """In two trusts, each of whose leads removes the person meanwhile."""
    other = Trust.objects.create(name="Southmere Schools Trust", slug="southmere")
    person = make_user("both@people.example", trust=trust, role=Role.TRUSTEE)
    Membership.objects.create(user=person, trust=other, role=Role.TRUSTEE)
    boss = make_user("boss@people.example", trust=other, role=Role.LEAD)
    places = list(person.memberships.order_by("-trust"))

    def work(number: int) -> str:
        if number == 0:
            return outcome(lambda: anonymise(person=person, by=person))
        try:
            remove_member(membership=places[number - 1], by=boss)
        except ChangedMeanwhile:
            return "gone"
        return "removed"

    assert at_once(work, writers=3)[0] == "True"
    assert not Membership.objects.filter(user=person).exists()


def test_ended_in_one_window_the_other_is_signed_out(trust: Trust) -> None:
    person = User.objects.first()
    elsewhere = client_of(person)
    assert elsewhere.get("/trusts/northfield/").status_code == 200
    anonymise(person=person, by=person)
    assert elsewhere.get("/trusts/northfield/").status_code == 302


def test_invitations_of_the_person_to_others_stay(lead: User, northfield: Trust) -> None:
    invite(trust=northfield, newcomers=[Newcomer("jo@x.example", Role.CHAIR, "Jo Li")], by=lead)
    make_user("second@northfield.example", trust=northfield, role=Role.LEAD)
    anonymise(person=lead, by=lead)
    waiting = Invitation.objects.get()
    assert (waiting.email, waiting.name, str(waiting.invited_by)) == (
        "jo@x.example",
        "Jo Li",
        FORMER_MEMBER,
    )
    assert waiting.expires_at > timezone.now() + timedelta(days=13)
