"""The pages of privacy: for anybody to read, one's own data, deleting one's own account."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from assessments.models import Assessment
from plans.models import Action, Plan, Priority
from tests.conftest import PASSWORD, client_of, make_user
from tests.page import Page
from tests.trusts.mailing import Unreachable, backend_of
from trusts.models import FORMER_MEMBER, Invitation, Membership, Role, Trust, User
from trusts.privacy import anonymise
from trusts.sessions import STARTED

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

PRIVACY, DATA, DELETE = "/privacy/", "/accounts/data/", "/accounts/delete/"
CONFIRM, ACCOUNT = "/accounts/reauthenticate/", "/accounts/"


def text_of(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


def proved(user: User) -> Client:
    """A browser in which the person has just shown the password once more."""
    client = client_of(user)
    client.post(CONFIRM, {"password": PASSWORD, "next": ACCOUNT})
    return client


def test_anybody_may_read_what_is_kept(client: Client, lead: User, settings: LazySettings) -> None:
    settings.OPERATOR_NAME, settings.PRIVACY_CONTACT = "The Example Office", "dp@office.example"
    for browser in (client, client_of(lead)):
        answer = browser.get(PRIVACY)
        assert answer.status_code == 200
        assert "The Example Office runs it" in text_of(answer)
        assert "mailto:dp@office.example" in text_of(answer)
    assert f'href="{DATA}"' not in text_of(client.get(PRIVACY))


def test_reading_it_takes_no_query(
    client: Client, db: None, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        client.get(PRIVACY)


def test_page_says_what_the_settings_say(client: Client, db, settings: LazySettings) -> None:
    settings.KEEP_DAYS = settings.KEEP_DAYS | {"looks": 730, "uploads": 1, "invitations": 400}
    values = [node.text for node in Page(client.get(PRIVACY).content.decode()).all("dd")]
    assert "Deleted 2 years after the look" in values
    assert "Deleted 1 day after they were sent" in values
    assert any(value.startswith("Deleted 400 days after") for value in values)
    assert "The operator of this service" in text_of(client.get(PRIVACY))


def test_every_page_leads_to_it(client: Client, db) -> None:
    assert f'href="{PRIVACY}"' in text_of(client.get("/"))


def test_account_page_leads_to_all_of_it(trustee: User) -> None:
    text = text_of(client_of(trustee).get(ACCOUNT))
    for address in (PRIVACY, DATA, DELETE):
        assert f'href="{address}"' in text


@pytest.mark.parametrize("address", [DATA, DELETE])
@pytest.mark.parametrize("method", ["get", "post"])
def test_both_ask_for_the_password_however_lately_somebody_signed_in(
    address: str, method: str, trustee: User, client: Client
) -> None:
    client.post("/accounts/login/", {"login": trustee.email, "password": PASSWORD})
    answer = getattr(client, method)(address, {"sure": "on"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(CONFIRM)
    assert User.objects.get(pk=trustee.pk).anonymised_at is None


def test_wrong_password_opens_neither(trustee: User) -> None:
    client = client_of(trustee)
    client.post(CONFIRM, {"password": "not the passphrase", "next": DATA})
    assert client.get(DATA).status_code == 302


def test_after_the_password_one_goes_on_to_where_one_was_going(trustee: User) -> None:
    client = client_of(trustee)
    asked = client.get(DELETE)
    answer = client.post(asked["Location"], {"password": PASSWORD, "next": DELETE})
    assert answer["Location"] == DELETE
    assert client.get(DELETE).status_code == 200


def test_who_has_only_a_work_account_signs_in_again(trustee: User) -> None:
    trustee.set_unusable_password()
    trustee.save()
    client = client_of(trustee)
    assert client.get(DATA).status_code == 200
    session = client.session
    session[STARTED] = int(time.time()) - 600
    session.save()
    answer = client.get(DATA, follow=True)
    assert answer.redirect_chain == [(ACCOUNT, 302)]
    assert "sign in again" in text_of(answer)


@pytest.mark.parametrize("address", [DATA, DELETE])
def test_trust_that_asks_for_a_second_step_is_not_opened_by_this_door(
    address: str, trustee: User, northfield: Trust
) -> None:
    """Also not of a trust that the person has left: what they wrote there is in the file."""
    Trust.objects.update(requires_second_factor=True)
    client = proved(trustee)
    for _ in range(2):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/second-factor/")
        trustee.memberships.all().delete()


def test_file_is_downloaded_and_kept_by_nobody_else(trustee: User) -> None:
    client = proved(trustee)
    page = client.get(DATA)
    assert "Your roles in trusts" in text_of(page)
    answer = client.post(DATA)
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"].startswith(
        'attachment; filename="trust-quality-your-data-'
    )
    assert "no-store" in answer["Cache-Control"]
    file = json.loads(answer.content)
    assert file["sections"][0]["rows"][0]["email"] == trustee.email


def test_file_of_letters_beyond_english(trustee: User) -> None:
    User.objects.filter(pk=trustee.pk).update(name="Zoë ‘Z’ Ōé </script>")
    answer = proved(trustee).post(DATA)
    assert "Zoë ‘Z’ Ōé </script>" in answer.content.decode("utf-8")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_account_ends(trustee: User, northfield: Trust, southmere: Trust) -> None:
    Membership.objects.create(user=trustee, trust=southmere, role=Role.OBSERVER)
    elsewhere = client_of(trustee)
    client = proved(trustee)
    page = text_of(client.get(DELETE))
    assert "your place in Northfield Learning Trust, as trustee" in page
    assert "your place in Southmere Schools Trust, as observer" in page
    answer = client.post(DELETE, {"sure": "on"}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Your account is deleted." in text_of(answer)
    assert "_auth_user_id" not in client.session
    person = User.objects.get(pk=trustee.pk)
    assert (person.name, person.is_active, person.has_usable_password()) == (
        FORMER_MEMBER,
        False,
        False,
    )
    assert person.anonymised_at
    assert not person.memberships.exists()
    assert elsewhere.get("/trusts/northfield/").status_code == 302
    assert not UserSession.objects.filter(user=person).exists()


def test_person_is_told_by_mail_where_they_were(trustee: User) -> None:
    proved(trustee).post(DELETE, {"sure": "on"})
    [message] = [one for one in mail.outbox if "was deleted" in one.subject]
    assert message.to == [trustee.email]
    assert "Former member" in message.body


def test_mail_that_does_not_go_keeps_nobody_here(
    trustee: User, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    client = proved(trustee)
    settings.EMAIL_BACKEND = backend_of(Unreachable)
    assert client.post(DELETE, {"sure": "on"})["Location"] == "/"
    assert User.objects.get(pk=trustee.pk).anonymised_at
    assert trustee.email not in caplog.text


def test_nobody_ends_it_by_mistake(trustee: User) -> None:
    client = proved(trustee)
    answer = client.post(DELETE, {})
    assert answer.status_code == 422
    page = Page(answer.content.decode())
    [summary] = page.all("div", "govuk-error-summary")
    assert "Tick the box if you want to delete your account" in summary.text
    assert User.objects.get(pk=trustee.pk).anonymised_at is None


def test_old_address_opens_nothing_any_more(trustee: User, client: Client) -> None:
    proved(trustee).post(DELETE, {"sure": "on"})
    mail.outbox.clear()
    for address in (trustee.email, User.objects.get(pk=trustee.pk).email):
        answer = client.post("/accounts/login/", {"login": address, "password": PASSWORD})
        assert answer.status_code == 200
        client.post("/accounts/password/reset/", {"email": address})
    assert not [one for one in mail.outbox if "/accounts/password/reset/key/" in one.body]


def test_address_may_be_invited_again_and_is_somebody_new(
    trustee: User, lead: User, northfield: Trust
) -> None:
    proved(trustee).post(DELETE, {"sure": "on"})
    again = make_user(trustee.email, trust=northfield, role=Role.TRUSTEE)
    assert again.pk != trustee.pk


def test_only_lead_is_refused_and_told_the_way(lead: User, northfield: Trust) -> None:
    client = proved(lead)
    answer = client.get(DELETE)
    assert 'href="/trusts/northfield/people/"' in text_of(answer)
    answer = client.post(DELETE, {"sure": "on"})
    assert answer.status_code == 409
    assert User.objects.get(pk=lead.pk).anonymised_at is None
    make_user("second@northfield.example", trust=northfield, role=Role.LEAD)
    assert client.post(DELETE, {"sure": "on"}).status_code == 302


@pytest.fixture
def owning(assessment, executive: User, trustee: User) -> User:
    """The trustee owns an open action and a done one; the executive another."""
    plan = Plan.objects.create(assessment=assessment, title="Plan", created_by=executive)
    element = assessment.ratings.first().element
    priority = Priority.objects.create(plan=plan, element=element, order=1)
    for order, owner, status in (
        (1, trustee, "not_started"),
        (2, trustee, "done"),
        (3, executive, "in_progress"),
    ):
        Action.objects.create(
            priority=priority,
            order=order,
            description=f"Deed {order}",
            owner=owner,
            owner_name=owner.name,
            due_on=date(2027, 3, 31),
            strategic_area="people",
            success_criterion="Done.",
            status=status,
        )
    return trustee


def test_what_a_trustee_owns_stays_in_the_plan(owning: User) -> None:
    client = proved(owning)
    page = text_of(client.get(DELETE))
    assert "Deed 1" in page
    assert "heir_" not in page
    before = Action.objects.get(order=1).version
    client.post(DELETE, {"sure": "on", f"heir_{owning.memberships.get().trust_id}": "1"})
    actions = Action.objects.filter(owner=owning)
    assert {action.owner_name for action in actions} == {FORMER_MEMBER}
    assert actions.get(order=1).version > before, "an open page would write the name back"


def test_executive_hands_on_what_they_own(
    owning: User, executive: User, lead: User, northfield: Trust
) -> None:
    client = proved(executive)
    heir = f"heir_{northfield.pk}"
    page = client.get(DELETE)
    assert "Who takes on your 1 open action in Northfield Learning Trust?" in text_of(page)
    answer = client.post(DELETE, {"sure": "", heir: str(lead.pk)})
    assert answer.status_code == 422
    assert f'value="{lead.pk}" selected' in text_of(answer), "what was chosen is kept"
    assert client.post(DELETE, {"sure": "on", heir: "999999"}).status_code == 422
    assert client.post(DELETE, {"sure": "on", heir: str(lead.pk)}).status_code == 302
    action = Action.objects.get(order=3)
    assert (action.owner, action.owner_name) == (lead, lead.name)
    assert not Action.history.filter(owner_name=executive.name).exists()


def test_heir_who_leaves_meanwhile_is_asked_for_again(
    owning: User, executive: User, trustee: User, northfield: Trust, monkeypatch
) -> None:
    client = proved(executive)

    def too_late(**arguments: object) -> bool:
        trustee.memberships.all().delete()
        return anonymise(**arguments)

    monkeypatch.setattr("trusts.privacy_views.anonymise", too_late)
    answer = client.post(DELETE, {"sure": "on", f"heir_{northfield.pk}": str(trustee.pk)})
    assert answer.status_code == 409
    assert "Look again" in text_of(answer)
    assert executive.memberships.exists()


def test_invitations_that_wait_end_with_the_account(trustee: User, southmere: Trust) -> None:
    waiting = Invitation.objects.create(
        trust=southmere,
        email=trustee.email,
        name=trustee.name,
        role=Role.CHAIR,
        token_hash="0" * 64,
        expires_at=timezone.now() + timedelta(days=3),
    )
    proved(trustee).post(DELETE, {"sure": "on"})
    waiting.refresh_from_db()
    assert waiting.withdrawn_at
    assert (waiting.withdrawn_by, waiting.name) == (trustee, FORMER_MEMBER)


def test_record_says_former_member(assessment: Assessment, lead: User, northfield: Trust) -> None:
    person = make_user("zyxa@northfield.example", trust=northfield, role=Role.CHAIR)
    rating = assessment.ratings.first()
    rating.note, rating.updated_by, rating.updated_at = "As it was.", person, timezone.now()
    rating._history_user = person
    rating.save()
    proved(person).post(DELETE, {"sure": "on"})
    browser = client_of(lead)
    for address in (rating.get_absolute_url(), "/trusts/northfield/history/"):
        text = text_of(browser.get(address))
        assert "As it was." in text
        assert "Zyxa" not in text
        assert "ormer member" in text
    assert rating.history.filter(history_user=person).exists()


def test_second_step_is_asked_for_where_there_is_one(trustee: User) -> None:
    Authenticator.objects.create(user=trustee, type="totp", data={"secret": "x"})
    client = client_of(trustee)
    assert client.get(DELETE)["Location"].startswith("/accounts/2fa/reauthenticate/")


def test_session_rows_are_gone(trustee: User) -> None:
    client = proved(trustee)
    client_of(trustee)
    client.post(DELETE, {"sure": "on"})
    keys = [one.get_decoded().get("_auth_user_id") for one in Session.objects.all()]
    assert str(trustee.pk) not in keys
