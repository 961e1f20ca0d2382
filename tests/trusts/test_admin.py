"""The operator's area: who may sign in, trusts and their leads; frameworks to read; no notes."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment
from frameworks.models import Element, Framework, Level
from tests.conftest import PASSWORD, client_of, make_user
from trusts.models import Trust, User
from trusts.operator_forms import PersonForm

NO_INLINES = {
    f"memberships-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")
}


def signed_in(person: User) -> Client:
    """A browser in which the person has signed in by the page, so that the session is listed."""
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert client.get("/trusts/northfield/").status_code == 200
    return client


def changed(person: User, **typed: str) -> dict[str, str]:
    """What the person's page sends when these are changed on it."""
    return {"name": person.name, "is_active": "on", **NO_INLINES, **typed}


def test_area_holds_people_trusts_and_frameworks_and_nothing_that_a_board_wrote() -> None:
    registered = {model._meta.label for model in admin.site._registry}
    assert registered == {
        "trusts.User",
        "trusts.Trust",
        "trusts.Membership",
        "trusts.OperatorLook",
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


def test_area_is_entered_at_one_door_only(area: Client, lead: User) -> None:
    """Django's own form would take guesses at passwords uncounted."""
    typed = {"username": lead.email, "password": PASSWORD, "next": "/admin/"}
    answer = area.post("/admin/login/", typed)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    for address, instead in (
        ("/admin/password_change/", "/accounts/password/change/"),
        ("/admin/password_change/done/", "/accounts/password/change/"),
        ("/admin/logout/", "/accounts/logout/"),
    ):
        assert area.get(address)["Location"] == instead


def test_operator_adds_another_who_chooses_a_password(area: Client, client: Client) -> None:
    typed = {"email": "Ada@Service.example", "name": "Ada"}
    answer = area.post("/admin/trusts/user/add/", typed)
    ada = User.objects.get(email="ada@service.example")
    assert answer.status_code == 302
    assert (ada.name, ada.is_staff, ada.is_superuser) == ("Ada", True, True)
    assert not ada.has_usable_password()
    [message] = mail.outbox
    assert message.to == ["ada@service.example"]
    link = re.findall(r"https?://testserver(\S+)", str(message.body))[0]
    chosen = {"password1": "seven walnut lanterns", "password2": "seven walnut lanterns"}
    client.post(client.get(link)["Location"], chosen)
    typed = {"login": "ada@service.example", "password": "seven walnut lanterns"}
    assert client.post("/accounts/login/", typed).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_operator_whose_mail_does_not_go_is_added_all_the_same(
    area: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> int:
        raise OSError("no mail server")

    monkeypatch.setattr(EmailMessage, "send", refuse)
    answer = area.post(
        "/admin/trusts/user/add/", {"email": "ada@service.example", "name": "Ada"}, follow=True
    )
    assert "No mail went to them." in answer.content.decode()
    assert User.objects.filter(email="ada@service.example", is_staff=True).exists()


def test_second_person_of_an_address_is_refused(area: Client) -> None:
    make_user("ada@northfield.example")
    typed = {"email": "ADA@northfield.example", "name": "Ada"}
    answer = area.post("/admin/trusts/user/add/", typed)
    assert "already exists" in answer.content.decode()
    assert User.objects.get(email__iexact="ada@northfield.example").is_staff is False


def test_operator_signs_in_as_nobody(area: Client, lead: User) -> None:
    """No password can be set and no address changed, with which somebody else could sign in."""
    before = (lead.email, lead.password)
    page = area.get(f"/admin/trusts/user/{lead.pk}/change/").content.decode()
    assert not re.search(r'name="(email|password\w*)"', page)
    typed = {
        "email": "op@service.example",
        "password": "a long passphrase",
        "password1": "a long passphrase",
        "password2": "a long passphrase",
        "usable_password": "true",
        "is_superuser": "on",
        **changed(lead),
    }
    for address in (f"{lead.pk}/password/", f"{lead.pk}/change/", f"{lead.pk}/login_as/"):
        area.post(f"/admin/trusts/user/{address}", typed)
    lead.refresh_from_db()
    assert (lead.email, lead.password, lead.is_superuser) == (*before, False)


def test_operator_bars_a_person_who_is_signed_out_at_once(area: Client, lead: User) -> None:
    browser = signed_in(lead)
    answer = area.post(f"/admin/trusts/user/{lead.pk}/change/", changed(lead, is_active=""))
    assert answer.status_code == 302
    lead.refresh_from_db()
    assert not lead.is_active
    assert browser.get("/trusts/northfield/").status_code == 302
    lead.is_active = True
    lead.save()
    assert browser.get("/trusts/northfield/").status_code == 302


def test_saving_a_person_writes_what_the_page_shows_and_no_more(
    area: Client, lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password that its person changes meanwhile stays changed."""
    is_valid = PersonForm.is_valid

    def change_meanwhile(form: PersonForm) -> bool:
        User.objects.filter(pk=lead.pk).update(password="changed meanwhile")
        return is_valid(form)

    monkeypatch.setattr(PersonForm, "is_valid", change_meanwhile)
    area.post(f"/admin/trusts/user/{lead.pk}/change/", changed(lead, name="Leah"))
    lead.refresh_from_db()
    assert (lead.name, lead.password) == ("Leah", "changed meanwhile")


@pytest.mark.parametrize("is_operator", [True, False])
def test_operator_makes_and_unmakes_another(area: Client, lead: User, is_operator: bool) -> None:
    User.objects.filter(pk=lead.pk).update(is_staff=not is_operator, is_superuser=not is_operator)
    typed = changed(lead, is_staff="on" if is_operator else "")
    area.post(f"/admin/trusts/user/{lead.pk}/change/", typed)
    lead.refresh_from_db()
    assert (lead.is_staff, lead.is_superuser) == (is_operator, is_operator)
    status = 200 if is_operator else 403
    assert client_of(lead).get("/admin/trusts/user/", follow=True).status_code == status


@pytest.mark.parametrize("right", ["is_active", "is_staff"])
def test_operators_cannot_shut_themselves_out(area: Client, operator: User, right: str) -> None:
    typed = changed(operator, is_staff="on") | {right: ""}
    answer = area.post(f"/admin/trusts/user/{operator.pk}/change/", typed)
    assert "Another operator can take this from you" in answer.content.decode()
    operator.refresh_from_db()
    assert operator.is_active
    assert operator.is_staff


def test_lost_second_steps_are_taken_off_and_the_person_is_told(area: Client, lead: User) -> None:
    browser = signed_in(lead)
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=lead, type=kind, data={})
    address = f"/admin/trusts/user/{lead.pk}/second-steps/"
    assert "Make sure first" in area.get(address).content.decode()
    assert Authenticator.objects.filter(user=lead).count() == 2
    answer = area.post(address, follow=True)
    assert "Took off every second step; the person was told." in answer.content.decode()
    assert not Authenticator.objects.filter(user=lead).exists()
    assert browser.get("/trusts/northfield/").status_code == 302
    [message] = mail.outbox
    assert message.to == [lead.email]
    assert "Op, who looks after the service, has taken every second step off" in message.body
    assert "no second step to take off" in area.post(address, follow=True).content.decode()
    history = area.get(f"/admin/trusts/user/{lead.pk}/history/").content.decode()
    assert "Took off every second step" in history


def test_operator_signs_a_person_out_everywhere(area: Client, lead: User) -> None:
    browser = signed_in(lead)
    area.post(f"/admin/trusts/user/{lead.pk}/sign-out/")
    assert browser.get("/trusts/northfield/").status_code == 302
    lead.refresh_from_db()
    assert lead.is_active


def test_operator_proves_again_who_they_are(area: Client, lead: User, northfield: Trust) -> None:
    """A screen that was left open makes no operators and lets nobody into a trust."""
    session = area.session
    session["started_at"] -= 3600
    session.save()
    person = f"/admin/trusts/user/{lead.pk}/change/"
    pages = (
        f"/admin/trusts/user/{lead.pk}/second-steps/",
        f"/admin/trusts/user/{lead.pk}/sign-out/",
        f"/admin/trusts/trust/{northfield.pk}/lead/",
    )
    for address in pages:
        for answer in (area.get(address), area.post(address)):
            assert answer["Location"].startswith("/accounts/reauthenticate/?next=%2Fadmin%2F")
    assert area.get(person).status_code == 200
    again = area.post(person, changed(lead, is_staff="on"))["Location"]
    lead.refresh_from_db()
    assert not lead.is_staff
    area.post(again, {"password": "not this one"})
    lead.refresh_from_db()
    assert not lead.is_staff
    answer = area.post(again, {"password": "a long passphrase", "next": person})
    assert answer["Location"] == "/admin/trusts/user/"
    lead.refresh_from_db()
    assert lead.is_staff
    assert area.get(pages[2]).status_code == 200


def test_of_a_former_member_nothing_is_left_to_change(area: Client, lead: User) -> None:
    User.objects.filter(pk=lead.pk).update(
        name="Former member",
        email="former-member-1@anonymised.invalid",
        is_active=False,
        anonymised_at=timezone.now(),
    )
    page = area.get(f"/admin/trusts/user/{lead.pk}/change/").content.decode()
    assert 'name="_save"' not in page
    answer = area.post(f"/admin/trusts/user/{lead.pk}/change/", changed(lead, name="Back"))
    assert answer.status_code == 403


def test_people_and_trusts_are_never_deleted(area: Client, assessment: Assessment) -> None:
    for address, row in (("trust", assessment.trust), ("user", assessment.created_by)):
        assert row is not None
        base = f"/admin/trusts/{address}/"
        assert area.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        area.post(base, chosen)
        row.refresh_from_db()


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
        answer = area.get(f"/admin/frameworks/element/{element.pk}/change/")
    assert answer.status_code == 200
