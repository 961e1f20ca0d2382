"""A trust that requires a second factor is shut to who has shown none; no word is lost."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.models import Assessment
from frameworks.models import Framework
from tests.conftest import PASSWORD, client_of
from tests.page import Page
from tests.trusts.test_second_factor import add_app, at_once, code_of  # noqa: F401
from tests.trusts.test_typed_again import action_of, fields_of
from trusts.models import Membership, Role, Trust, User
from trusts.permissions import Permission, has_permission
from trusts.querysets import TrustOwnedQuerySet

HOME, SETTINGS = "/trusts/northfield/", "/trusts/northfield/settings/"
WAY = "/accounts/second-factor/"
NOTE = "Words that were being typed\nwhen the lead switched it on."


@pytest.fixture
def required(northfield: Trust) -> Trust:
    northfield.requires_second_factor = True
    northfield.save()
    return northfield


def way_to(address: str) -> str:
    return f"{WAY}?next={address.replace('/', '%2F')}"


def addresses(assessment: Assessment) -> list[str]:
    """Pages of the trust, of every app."""
    number = assessment.pk
    return [
        HOME,
        SETTINGS,
        "/trusts/northfield/assessments/new/",
        f"/assessments/{number}/",
        f"/assessments/{number}/edit/",
        f"/assessments/{number}/MU-01/",
        f"/assessments/{number}/results/",
        f"/assessments/{number}/agree/",
        f"/assessments/{number}/plan/",
        "/trusts/northfield/reports/",
    ]


def test_no_page_of_the_trust_opens(required: Trust, assessment: Assessment, lead: User) -> None:
    client = client_of(lead)
    required.requires_second_factor = False
    required.save()
    there = [one for one in addresses(assessment) if client.get(one).status_code in (200, 302)]
    assert len(there) >= 8
    required.requires_second_factor = True
    required.save()
    for address in there:
        assert client.get(address)["Location"] == way_to(address), address
        assert client.post(address, {"note": NOTE}).status_code in (403, 405), address


def test_no_row_of_the_trust_is_visible_in_any_model(
    required: Trust, assessment: Assessment, lead: User, framework: Framework
) -> None:
    lead = User.objects.get(pk=lead.pk)
    owned = [model._default_manager.all() for model in apps.get_models()]
    owned = [rows for rows in owned if isinstance(rows, TrustOwnedQuerySet)]
    assert len(owned) > 5
    assert [rows.model for rows in owned if rows.visible_to(lead).exists()] == []
    assert not any(has_permission(lead, one, required) for one in Permission)
    lead.second_factor_shown = True
    assert Trust.objects.visible_to(lead).get() == required
    assert Assessment.objects.visible_to(lead).get() == assessment
    assert all(has_permission(lead, one, required) for one in Permission)


def test_way_in_says_who_asks_and_offers_both(required: Trust, lead: User) -> None:
    page = Page(client_of(lead).get(HOME, follow=True).content.decode())
    assert page.all("h1")[0].text == "Set up a second step"
    assert "Northfield Learning Trust asks everybody" in page.all("main")[0].text
    links = {node.text: node.attributes["href"] for node in page.all("a", "govuk-button")}
    assert links == {
        "Set up a passkey": "/accounts/2fa/webauthn/add/?next=%2Ftrusts%2Fnorthfield%2F",
        "Set up an app": "/accounts/2fa/totp/activate/?next=%2Ftrusts%2Fnorthfield%2F",
    }


def test_setting_one_up_leads_to_where_one_was_going(required: Trust, lead: User) -> None:
    client = client_of(lead)
    _, answer = add_app(client, then=f"{HOME}?page=2")
    page = Page(client.get(answer["Location"]).content.decode())
    [on] = [node for node in page.all("a") if "go on" in node.text]
    assert on.attributes["href"] == f"{HOME}?page=2"
    assert client.get(HOME).status_code == 200


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_nobody_is_led_away_on_the_way(then: str, required: Trust, lead: User) -> None:
    client = client_of(lead)
    _, answer = add_app(client, then=then)
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    page = Page(client.get(f"/accounts/2fa/recovery-codes/?next={then}").content.decode())
    assert not [node for node in page.all("a") if "evil" in node.attributes.get("href", "")]
    assert client.get(f"{WAY}?next={then}")["Location"] == "/"


def test_session_that_was_let_in_by_less_is_asked_for_the_second_factor(
    required: Trust, lead: User
) -> None:
    secret, _ = add_app(client_of(lead))
    client = client_of(lead)  # as one that began before, in another way
    asked = client.get(HOME, follow=True)
    assert asked.redirect_chain[-1][0].startswith("/accounts/2fa/reauthenticate/?next=")
    cache.clear()
    answer = client.post(asked.redirect_chain[-1][0], {"code": code_of(secret), "next": HOME})
    assert answer["Location"] == HOME
    assert client.get(HOME).status_code == 200


def test_who_signs_in_with_one_is_not_asked_again(required: Trust, lead: User) -> None:
    secret, _ = add_app(client_of(lead))
    client = Client()
    client.post("/accounts/login/", {"login": lead.email, "password": PASSWORD, "next": HOME})
    cache.clear()
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert client.get(HOME).status_code == 200


def test_recovery_codes_alone_open_nothing(required: Trust, lead: User) -> None:
    """They cannot be had alone; rows that say so would be damage."""
    client = client_of(lead)
    Authenticator.objects.create(
        user=lead, type="recovery_codes", data={"seed": "", "used_mask": 0}
    )
    assert client.get(HOME, follow=True).redirect_chain[-1] == (way_to(HOME), 302)


def test_what_was_being_typed_is_saved_afterwards(
    northfield: Trust, assessment: Assessment, lead: User
) -> None:
    client = client_of(lead)
    address = assessment.ratings.in_order()[0].get_absolute_url()
    fields = fields_of(client.get(address).content) | {"note": NOTE, "then": "list"}
    Trust.objects.update(requires_second_factor=True)
    kept = client.post(address, fields)
    assert kept.status_code == 403
    page = Page(kept.content.decode())
    assert page.all("h1")[0].text == "Not saved yet"
    [way] = [node for node in page.all("a") if "second step" in node.text]
    assert (way.attributes["href"], way.attributes["target"]) == (WAY, "_blank")
    assert not any(assessment.ratings.values_list("note", flat=True))
    add_app(client)
    saved = client.post(action_of(kept.content), fields_of(kept.content))
    assert saved.status_code == 302
    assert NOTE in assessment.ratings.values_list("note", flat=True)


def test_another_trust_of_the_same_person_opens(
    required: Trust, southmere: Trust, lead: User
) -> None:
    Membership.objects.create(user=lead, trust=southmere, role=Role.TRUSTEE)
    client = client_of(lead)
    assert client.get("/trusts/southmere/").status_code == 200
    assert client.get(HOME)["Location"] == way_to(HOME)
    assert "Northfield" in client.get("/").content.decode()


def test_strangers_see_no_difference(required: Trust, stranger: User) -> None:
    client = client_of(stranger)
    assert client.get(HOME).status_code == client.get("/trusts/nowhere/").status_code == 404
    assert client.post(HOME).status_code == 405


def test_person_of_the_trust_learns_nothing_of_others(
    required: Trust, southmere: Trust, lead: User
) -> None:
    client = client_of(lead)
    assert client.get("/trusts/southmere/")["Location"] == way_to("/trusts/southmere/")
    assert client.get("/trusts/nowhere/")["Location"] == way_to("/trusts/nowhere/")
    add_app(client)
    assert client.get("/trusts/southmere/").status_code == 404


def test_account_and_public_pages_stay_open(required: Trust, lead: User) -> None:
    client = client_of(lead)
    for address in ("/frameworks/", "/accounts/", "/accounts/sessions/", "/accounts/2fa/"):
        assert client.get(address).status_code == 200, address


def test_it_costs_no_query(northfield: Trust, lead: User) -> None:
    client = client_of(lead)
    client.get(HOME)
    with CaptureQueriesContext(connection) as before:
        client.get(HOME)
    add_app(client)
    client.get(HOME)  # which says that the app is added
    Trust.objects.update(requires_second_factor=True)
    with CaptureQueriesContext(connection) as after:
        assert client.get(HOME).status_code == 200
    assert len(before) == len(after) <= 8


# --- the settings of a trust


def test_lead_switches_it_on_and_off_and_history_tells(northfield: Trust, lead: User) -> None:
    client = client_of(lead)
    add_app(client)
    client.post(SETTINGS, {"requires_second_factor": "on"})
    northfield.refresh_from_db()
    assert northfield.requires_second_factor
    client.post(SETTINGS, {})
    northfield.refresh_from_db()
    assert not northfield.requires_second_factor
    changes = northfield.history.order_by("-pk")[:2]
    assert [(one.requires_second_factor, one.history_user) for one in changes] == [
        (False, lead),
        (True, lead),
    ]


def test_saving_what_is_so_already_writes_no_history(northfield: Trust, lead: User) -> None:
    before = northfield.history.count()
    client_of(lead).post(SETTINGS, {})
    assert northfield.history.count() == before


def test_lead_who_has_none_is_asked_like_everybody(northfield: Trust, lead: User) -> None:
    answer = client_of(lead).post(SETTINGS, {"requires_second_factor": "on"}, follow=True)
    assert answer.redirect_chain[-1] == (way_to(SETTINGS), 302)


def test_page_names_who_has_none_yet(northfield: Trust, lead: User, chair: User) -> None:
    client = client_of(lead)
    add_app(client)
    page = Page(client.get(SETTINGS).content.decode())
    assert [node.text for node in page.all("li") if node.text in ("Lead", "Chair")] == ["Chair"]


def test_switching_it_asks_who_one_is_and_then_goes_on(northfield: Trust, lead: User) -> None:
    client = client_of(lead)
    session = client.session
    session["started_at"] -= 3600
    session.save()
    asked = client.post(SETTINGS, {"requires_second_factor": "on"})
    assert asked["Location"].startswith("/accounts/reauthenticate/?next=")
    northfield.refresh_from_db()
    assert not northfield.requires_second_factor
    client.post(asked["Location"], {"password": PASSWORD, "next": SETTINGS})
    northfield.refresh_from_db()
    assert northfield.requires_second_factor
