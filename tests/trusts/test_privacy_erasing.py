"""After an account has ended, its name and address stand in no column of any table."""

from __future__ import annotations

import json
from datetime import date, timedelta
from urllib.parse import quote_plus, urlencode
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assessments.actions import create_assessment
from assessments.models import FrameworkUpload
from plans.models import Action, Plan, Priority
from reviews.inviting import Guest, invite_review
from reviews.models import PeerReview
from reviews.taking_up import take_up
from tests.columns import places_of
from tests.conftest import client_of
from tests.everything import undone
from trusts.invitations import Newcomer, accept_as_new_person, invite
from trusts.models import Invitation, OperatorLook, Role, Trust, User
from trusts.people import change_role
from trusts.privacy import anonymise

PASSWORD = "a long enough passphrase"

LETTERS = st.sampled_from("abcdeéßñØжи漢 '’-\"&<>\\%_+.;/")
NAMES = st.text(LETTERS, max_size=40).map(lambda text: f"Zyxa{' '.join(text.split())}")
EMAILS = st.text(st.sampled_from("abc09._+-'"), max_size=20).map(
    lambda text: f"zyxa{text}q@people.example"
)


def live(name: str, email: str, *, trust: Trust, other: Trust, lead: User, framework) -> User:
    """A person whose name and address the service has written wherever it writes such."""
    [letter] = invite(trust=trust, newcomers=[Newcomer(email, Role.TRUSTEE, name)], by=lead)
    person = accept_as_new_person(invitation=letter.invitation, name=name, password=PASSWORD)
    change_role(membership=person.memberships.get(), role=Role.EXECUTIVE, by=lead)
    _be_invited(name, email, other, lead)
    _sign_in(person)
    _be_looked_at(person, trust, operator=lead)
    _own(person, trust, lead, framework)
    _review(person, other, lead, framework)
    return person


def _be_invited(name: str, email: str, other: Trust, lead: User) -> None:
    """Another trust waits for an answer, and had taken an older invitation back."""
    for days, taken_back in ((-20, True), (14, False)):
        Invitation.objects.create(
            trust=other,
            email=email.upper(),
            name=name,
            role=Role.TRUSTEE,
            token_hash=uuid4().hex,
            invited_by=lead,
            expires_at=timezone.now() + timedelta(days=days),
            withdrawn_at=timezone.now() if taken_back else None,
            withdrawn_by=lead if taken_back else None,
        )


def _review(person: User, other: Trust, lead: User, framework) -> None:
    """The person reviews another trust, and was invited to do so once before."""
    assessment = create_assessment(
        trust=other, framework=framework, title="Theirs", due_on=None, by=lead
    )
    today = timezone.localdate()
    for taken_up in (True, False):
        review = PeerReview(
            assessment=assessment, reviewing_trust="Ours", due_on=today, access_until=today
        )
        guests = [Guest(person.email, person.name)]
        _, [letter] = invite_review(review=review, focus=[], guests=guests, by=lead)
        if taken_up:
            take_up(reviewer=letter.invitation, by=person)


def _sign_in(person: User) -> None:
    client = client_of(person)
    UserSession.objects.create(
        user=person,
        ip="10.0.0.1",
        user_agent=person.name,
        session_key=client.session.session_key,
    )
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.WEBAUTHN, data={"name": f"Phone of {person.name}"}
    )
    SocialAccount.objects.create(
        user=person, provider="oidc", uid=uuid4().hex, extra_data={"label": person.email}
    )
    half_way = SessionStore()
    half_way["account_login"] = {"email": person.email, "user": None}
    half_way.save()


def _be_looked_at(person: User, trust: Trust, *, operator: User) -> None:
    searches = [
        f"/admin/trusts/user/?q={quote_plus(person.name)}",
        f"/admin/trusts/user/?{urlencode({'q': person.email.upper()})}",
        f"/admin/trusts/user/{person.pk}/change/?"
        + urlencode({"_changelist_filters": urlencode({"q": person.email})}),
    ]
    for path in searches:
        OperatorLook.objects.create(operator=operator, method="GET", path=path[:500])
    place = str(person.memberships.get())
    of_trust = [{"changed": {"name": "membership", "object": place, "fields": ["Role"]}}]
    for about, said, message in (
        (person, str(person), json.dumps([{"changed": {"fields": ["Name"]}}])),
        (trust, str(trust), json.dumps(of_trust)),
        (trust, str(trust), f"Added {place}."),
        (person.memberships.get(), place, ""),
    ):
        LogEntry.objects.create(
            user=operator,
            content_type=ContentType.objects.get_for_model(type(about)),
            object_id=str(about.pk),
            object_repr=said[:200],
            action_flag=CHANGE,
            change_message=message,
        )


def _own(person: User, trust: Trust, lead: User, framework) -> None:
    assessment = create_assessment(
        trust=trust, framework=framework, title="Self-assessment", due_on=None, by=lead
    )
    plan = Plan.objects.create(assessment=assessment, title="Plan", created_by=person)
    priority = Priority.objects.create(
        plan=plan, element=assessment.ratings.first().element, order=1
    )
    for order, owner in ((1, person), (2, None)):
        action = Action.objects.create(
            priority=priority,
            order=order,
            description="Do it",
            owner=owner,
            owner_name=person.name,
            due_on=date(2027, 3, 31),
            strategic_area="vision",
            success_criterion="It is done",
        )
        action.status = Action.Status.IN_PROGRESS
        action.save()
    FrameworkUpload.objects.create(
        trust=trust, file_name=f"{person.name}.xlsx", document=b"x", uploaded_by=person
    )


@pytest.fixture
def world(northfield: Trust, southmere: Trust, lead: User, framework) -> dict:
    return {"trust": northfield, "other": southmere, "lead": lead, "framework": framework}


@given(NAMES, EMAILS)
@example('Zyxa O’Néill-Ø "Bo\\b" <漢>', "zyxa.o'neill+board@people.example")
@example("Zyxa_100%", "zyxa_q@people.example")
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_column_of_any_table_holds_name_or_address(world, name: str, email: str) -> None:
    with undone():
        person = live(name, email, **world)
        before = places_of(name, email)
        assert {
            "account_emailaddress.email",
            "assessments_frameworkupload.file_name",
            "django_admin_log.change_message",
            "django_admin_log.object_repr",
            "django_session.session_data",
            "mfa_authenticator.data",
            "plans_action.owner_name",
            "plans_historicalaction.owner_name",
            "reviews_historicalreviewer.email",
            "reviews_historicalreviewer.name",
            "reviews_reviewer.email",
            "reviews_reviewer.name",
            "socialaccount_socialaccount.extra_data",
            "trusts_historicalinvitation.email",
            "trusts_historicalinvitation.name",
            "trusts_invitation.email",
            "trusts_invitation.name",
            "trusts_operatorlook.path",
            "trusts_user.email",
            "trusts_user.name",
            "usersessions_usersession.user_agent",
        } <= before
        assert anonymise(person=person, by=person)
        assert places_of(name, email) == set()
