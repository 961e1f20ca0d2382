"""The operator's area: people, trusts and memberships; frameworks to read; no trust's notes."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.core import mail
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment
from frameworks.models import Element, Framework, Level
from tests.conftest import client_of, make_user
from trusts.models import Membership, Role, Trust, User

NO_INLINES = {
    f"memberships-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")
}


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_superuser("op@service.example", "a long passphrase", name="Op")


@pytest.fixture
def area(operator: User) -> Client:
    return client_of(operator)


def test_area_holds_people_trusts_and_frameworks_and_nothing_that_a_board_wrote() -> None:
    registered = {model._meta.label for model in admin.site._registry}
    assert registered == {
        "trusts.User",
        "trusts.Trust",
        "trusts.Membership",
        "frameworks.Framework",
        "frameworks.Element",
    }


def test_every_page_of_the_area_opens(
    area: Client, assessment: Assessment, stranger: User, framework: Framework
) -> None:
    for model, model_admin in admin.site._registry.items():
        info = f"{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.first()
        assert row is not None
        assert area.get(reverse(f"admin:{info}_changelist"), {"q": "a"}).status_code == 200
        assert area.get(reverse(f"admin:{info}_change", args=[row.pk])).status_code == 200
        assert area.get(reverse(f"admin:{info}_history", args=[row.pk])).status_code == 200
        can_add = model_admin.has_add_permission(area.get("/admin/").wsgi_request)
        assert area.get(reverse(f"admin:{info}_add")).status_code == (200 if can_add else 403)


@pytest.mark.parametrize("who", ["lead", "stranger"])
@pytest.mark.parametrize("address", ["/admin/", "/admin/trusts/user/", "/admin/login/"])
def test_area_is_closed_to_everybody_else(
    who: str, address: str, request: pytest.FixtureRequest
) -> None:
    answer = client_of(request.getfixturevalue(who)).get(address, follow=True)
    assert answer.status_code == 403
    assert "You cannot do this" in answer.content.decode()


def test_area_is_entered_by_the_sign_in_page_of_the_service(operator: User, client: Client) -> None:
    answer = client.get("/admin/trusts/user/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    typed = {"login": "op@service.example", "password": "a long passphrase"}
    opened = client.post(answer.request["PATH_INFO"] + "?" + answer.request["QUERY_STRING"], typed)
    assert (opened.status_code, opened["Location"]) == (302, "/admin/trusts/user/")


def test_area_has_no_door_of_its_own_to_guess_at(operator: User, client: Client) -> None:
    typed = {"username": "op@service.example", "password": "a long passphrase", "next": "/admin/"}
    answer = client.post("/admin/login/", typed)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=%2Fadmin%2F")
    assert "_auth_user_id" not in client.session


def test_operator_makes_a_person_with_a_password(area: Client) -> None:
    typed = {
        "email": "Ada@Northfield.example",
        "name": "Ada",
        "usable_password": "true",
        "password1": "a long passphrase",
        "password2": "a long passphrase",
        **NO_INLINES,
    }
    answer = area.post("/admin/trusts/user/add/", typed)
    ada = User.objects.get(email="ada@northfield.example")
    assert answer["Location"] == f"/admin/trusts/user/{ada.pk}/change/"
    assert (ada.name, ada.check_password("a long passphrase")) == ("Ada", True)
    assert not ada.is_staff


def test_operator_makes_a_person_who_sets_their_own_password(area: Client, client: Client) -> None:
    typed = {"email": "ada@northfield.example", "name": "Ada", "usable_password": "false"}
    typed |= NO_INLINES
    area.post("/admin/trusts/user/add/", typed)
    assert not User.objects.get(email="ada@northfield.example").has_usable_password()
    client.post("/accounts/password/reset/", {"email": "ada@northfield.example"})
    assert [message.to for message in mail.outbox] == [["ada@northfield.example"]]
    assert "/accounts/password/reset/key/" in str(mail.outbox[0].body)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", "at least 12 characters"),
        ("northfield.example", "too similar to the email"),
        ("", "This field is required"),
    ],
)
def test_weak_password_is_refused(area: Client, password: str, fault: str) -> None:
    typed = {
        "email": "ada@northfield.example",
        "name": "Ada",
        "usable_password": "true",
        "password1": password,
        "password2": password,
        **NO_INLINES,
    }
    assert fault in area.post("/admin/trusts/user/add/", typed).content.decode()
    assert not User.objects.filter(email="ada@northfield.example").exists()


def test_second_person_of_an_address_is_refused(area: Client) -> None:
    make_user("ada@northfield.example")
    typed = {"email": "ADA@northfield.example", "name": "Ada", "usable_password": "false"}
    typed |= NO_INLINES
    answer = area.post("/admin/trusts/user/add/", typed)
    assert "already exists" in answer.content.decode()
    assert User.objects.filter(email__iexact="ada@northfield.example").count() == 1


def test_operator_resets_a_password(area: Client, lead: User) -> None:
    typed = {
        "password1": "another passphrase",
        "password2": "another passphrase",
        "usable_password": "true",
    }
    answer = area.post(f"/admin/trusts/user/{lead.pk}/password/", typed)
    assert answer.status_code == 302
    lead.refresh_from_db()
    assert lead.check_password("another passphrase")


def test_operator_bars_a_person_from_signing_in(area: Client, lead: User, client: Client) -> None:
    typed = {"email": lead.email, "name": "Lead", "is_active": "", **NO_INLINES}
    assert area.post(f"/admin/trusts/user/{lead.pk}/change/", typed).status_code == 302
    lead.refresh_from_db()
    assert not lead.is_active
    assert client_of(lead).get("/trusts/northfield/").status_code == 302


def test_address_that_the_operator_changed_opens_nothing_any_more(
    area: Client, lead: User, client: Client
) -> None:
    client.post("/accounts/password/reset/", {"email": "lead@northfield.example"})
    link = re.findall(r"https?://testserver(\S+)", str(mail.outbox.pop().body))[0]
    chosen = {"password1": "the first passphrase", "password2": "the first passphrase"}
    client.post(client.get(link)["Location"], chosen)
    typed = {"email": "new@northfield.example", "name": "Lead", "is_active": "on", **NO_INLINES}
    area.post(f"/admin/trusts/user/{lead.pk}/change/", typed | {"memberships-TOTAL_FORMS": "0"})
    credentials = {"login": "lead@northfield.example", "password": "the first passphrase"}
    assert client.post("/accounts/login/", credentials).status_code == 200
    client.post("/accounts/password/reset/", {"email": "lead@northfield.example"})
    assert not [message for message in mail.outbox if "/reset/key/" in str(message.body)]
    answer = client.post("/accounts/login/", credentials | {"login": "new@northfield.example"})
    assert answer.status_code == 302


def test_people_and_trusts_are_never_deleted(area: Client, assessment: Assessment) -> None:
    for address, row in (("trust", assessment.trust), ("user", assessment.created_by)):
        assert row is not None
        base = f"/admin/trusts/{address}/"
        assert area.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        area.post(base, chosen)
        row.refresh_from_db()


@pytest.mark.parametrize("is_operator", [True, False])
def test_operator_makes_and_unmakes_another(area: Client, lead: User, is_operator: bool) -> None:
    User.objects.filter(pk=lead.pk).update(is_staff=not is_operator, is_superuser=not is_operator)
    typed = {"email": lead.email, "name": "Lead", "is_active": "on", **NO_INLINES}
    if is_operator:
        typed["is_staff"] = "on"
    area.post(f"/admin/trusts/user/{lead.pk}/change/", typed)
    lead.refresh_from_db()
    assert (lead.is_staff, lead.is_superuser) == (is_operator, is_operator)
    status = 200 if is_operator else 403
    assert client_of(lead).get("/admin/trusts/user/", follow=True).status_code == status


def test_operator_makes_a_trust_with_its_first_lead(area: Client, operator: User) -> None:
    ada = make_user("ada@eastmere.example")
    typed = {
        "name": "Eastmere Trust",
        "slug": "eastmere",
        "uid": "",
        "companies_house_number": "",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": ada.pk,
        "memberships-0-role": Role.LEAD,
    }
    assert area.post("/admin/trusts/trust/add/", typed).status_code == 302
    membership = Membership.objects.get(user=ada)
    assert (membership.trust.slug, membership.role) == ("eastmere", "lead")
    entry = membership.history.get()
    assert (entry.history_type, entry.history_user) == ("+", operator)


def test_membership_history_says_who_changed_the_role(
    area: Client, operator: User, lead: User, northfield: Trust
) -> None:
    membership = Membership.objects.get(user=lead)
    typed = {"user": lead.pk, "trust": northfield.pk, "role": Role.CHAIR}
    area.post(f"/admin/trusts/membership/{membership.pk}/change/", typed)
    latest = membership.history.latest("history_id")
    assert (latest.role, latest.history_user) == ("chair", operator)
    page = area.get(f"/admin/trusts/membership/{membership.pk}/history/").content.decode()
    assert "Changed" in page
    assert "op@service.example" in page or "Op" in page


@pytest.mark.parametrize("model", ["framework", "element"])
def test_frameworks_are_there_to_read_only(model: str, area: Client, framework: Framework) -> None:
    row = apps.get_model("frameworks", model)._default_manager.first()
    assert row is not None
    address = f"/admin/frameworks/{model}/{row.pk}"
    page = area.get(f"{address}/change/").content.decode()
    assert 'name="_save"' not in page
    assert (
        area.post(f"{address}/change/", {"title": "Changed", "name": "Changed"}).status_code == 403
    )
    assert area.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert area.get(f"/admin/frameworks/{model}/add/").status_code == 403
    assert not Framework.objects.filter(title="Changed").exists()
    assert not Element.objects.filter(name="Changed").exists()


def test_framework_page_shows_its_scale(area: Client, framework: Framework) -> None:
    page = area.get(f"/admin/frameworks/framework/{framework.pk}/change/").content.decode()
    for level in Level.objects.all():
        assert level.meaning in page


def test_element_page_costs_few_queries(
    area: Client, framework: Framework, django_assert_max_num_queries
) -> None:
    element = Element.objects.get(code="MU-01")
    with django_assert_max_num_queries(8):
        area.get(f"/admin/frameworks/element/{element.pk}/change/")
