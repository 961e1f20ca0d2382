"""What operators do for a trust: make it with its first lead, and let another lead in."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.admin import ModelAdmin
from django.core import mail
from django.db import IntegrityError
from django.test import Client

from tests.conftest import make_user
from tests.trusts.mailing import Unreachable, backend_of, link_to, links
from trusts.invitations import Newcomer, invite, posted
from trusts.models import Invitation, Membership, Role, Trust, User
from trusts.people import change_role

ADD = "/admin/trusts/trust/add/"
EASTMERE = {
    "name": "Eastmere Trust",
    "slug": "eastmere",
    "uid": "",
    "companies_house_number": "",
    "lead_name": "Ada Osei",
    "lead_email": "Ada@Eastmere.example",
}


def lead_address(trust: Trust) -> str:
    return f"/admin/trusts/trust/{trust.pk}/lead/"


def mailed(to: str) -> str:
    """All that was mailed to an address."""
    return "\n".join(str(message.body) for message in mail.outbox if message.to == [to])


def test_trust_is_made_with_its_first_lead_invited(
    area: Client, operator: User, client: Client
) -> None:
    answer = area.post(ADD, EASTMERE)
    trust = Trust.objects.get(slug="eastmere")
    assert answer["Location"] == f"/admin/trusts/trust/{trust.pk}/change/"
    invitation = trust.invitations.get()
    assert (invitation.email, invitation.role) == ("ada@eastmere.example", Role.LEAD)
    assert (invitation.name, invitation.invited_by) == ("Ada Osei", operator)
    assert invitation.mailed_at is not None
    page = area.get(answer["Location"]).content.decode()
    assert "1 invitation is mailed to ada@eastmere.example." in page
    typed = {
        "name": "Ada Osei",
        "password1": "seven walnut lanterns",
        "password2": "seven walnut lanterns",
    }
    assert client.post(link_to("ada@eastmere.example"), typed)["Location"] == "/trusts/eastmere/"
    assert client.get("/trusts/eastmere/people/invite/").status_code == 200
    assert trust.history.earliest().history_user == operator


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"lead_email": ""}, "This field is required"),
        ({"lead_email": "ada"}, "Enter a valid email address"),
        ({"lead_email": "OP@service.example"}, "You cannot let yourself into a trust"),
        ({"lead_name": "Ada\u202e"}, "a character that cannot be shown"),
        ({"slug": "northfield"}, "already exists"),
        ({"uid": "x"}, "A group UID is a number"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_half_a_trust_is_not_made(area: Client, northfield: Trust, typed: dict, fault: str) -> None:
    answer = area.post(ADD, EASTMERE | typed)
    assert answer.status_code == 200
    assert fault in answer.content.decode()
    assert [trust.slug for trust in Trust.objects.all()] == ["northfield"]
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_mail_that_does_not_go_loses_neither_trust_nor_invitation(
    area: Client, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = backend_of(Unreachable)
    page = area.post(ADD, EASTMERE, follow=True).content.decode()
    assert "No mail went to ada@eastmere.example." in page
    trust = Trust.objects.get(slug="eastmere")
    assert trust.invitations.get().mailed_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    area.post(lead_address(trust), {"lead_name": "", "lead_email": "ada@eastmere.example"})
    assert len(links()) == 1
    assert trust.invitations.get().name == "Ada Osei"


def test_two_operators_making_one_trust_make_one(
    area: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second finds the first's when the database refuses, and is told beside the field."""
    view = ModelAdmin.changeform_view

    def be_late(*args: Any, **kwargs: Any) -> Any:
        if not Trust.objects.filter(slug="eastmere").exists():
            Trust.objects.create(name="Eastmere", slug="eastmere")
            raise IntegrityError
        return view(*args, **kwargs)

    monkeypatch.setattr(ModelAdmin, "changeform_view", be_late)
    answer = area.post(ADD, EASTMERE)
    assert answer.status_code == 200
    assert "already exists" in answer.content.decode()
    assert 'value="Ada Osei"' in answer.content.decode()
    assert not mail.outbox


def test_another_lead_is_let_in_and_the_others_are_told(
    area: Client, operator: User, lead: User, northfield: Trust
) -> None:
    typed = {"lead_name": "Ben", "lead_email": "ben@northfield.example"}
    page = area.post(lead_address(northfield), typed, follow=True).content.decode()
    assert "1 invitation is mailed to ben@northfield.example." in page
    assert northfield.invitations.get().role == Role.LEAD
    told = mailed(lead.email)
    assert "Op, who looks after the service, has let ben@northfield.example lead" in told
    assert northfield.invitations.get().history.latest().history_user == operator


def test_who_is_invited_as_lead_already_gets_another_link(
    area: Client, northfield: Trust, lead: User
) -> None:
    [letter] = invite(
        trust=northfield, newcomers=[Newcomer("ben@northfield.example", Role.LEAD)], by=lead
    )
    posted(letter=letter, by=lead)
    area.post(lead_address(northfield), {"lead_email": "ben@northfield.example"})
    assert northfield.invitations.count() == 1
    assert len(links()) == 1
    assert letter.token not in links()[0]


@pytest.mark.parametrize(
    ("email", "fault"),
    [
        ("op@service.example", "You cannot let yourself into a trust"),
        ("lead@northfield.example", "leads the trust already"),
        ("chair@northfield.example", "belongs to the trust already, as chair"),
        ("dan@northfield.example", "is invited already, as trustee"),
        ("nobody", "Enter a valid email address"),
    ],
)
def test_what_the_trust_decides_is_left_to_it(
    area: Client, northfield: Trust, lead: User, chair: User, email: str, fault: str
) -> None:
    invite(trust=northfield, newcomers=[Newcomer("dan@northfield.example", Role.TRUSTEE)], by=lead)
    answer = area.post(lead_address(northfield), {"lead_email": email})
    assert fault in answer.content.decode()
    assert Membership.objects.get(user=chair).role == Role.CHAIR
    assert northfield.invitations.get().role == Role.TRUSTEE
    assert not mail.outbox


def test_trust_that_nobody_leads_gets_a_lead_from_among_its_people(
    area: Client, operator: User, northfield: Trust, lead: User, chair: User
) -> None:
    User.objects.filter(pk=lead.pk).update(is_active=False)
    assert "Nobody leads" in area.get(lead_address(northfield)).content.decode()
    rows = area.get("/admin/trusts/trust/", {"lead": "none"}).context["cl"].result_list
    assert list(rows) == [northfield]
    page = area.post(lead_address(northfield), {"lead_email": chair.email}, follow=True)
    assert f"Now {chair.email} leads the trust." in page.content.decode()
    membership = Membership.objects.get(user=chair)
    assert membership.role == Role.LEAD
    assert membership.history.latest().history_user == operator
    assert not area.get("/admin/trusts/trust/", {"lead": "none"}).context["cl"].result_list


def test_trust_that_nobody_leads_may_have_somebody_invited_otherwise(
    area: Client, northfield: Trust, lead: User
) -> None:
    newcomer = Newcomer("dan@northfield.example", Role.TRUSTEE)
    [letter] = invite(trust=northfield, newcomers=[newcomer], by=lead)
    posted(letter=letter, by=lead)
    User.objects.filter(pk=lead.pk).update(is_active=False)
    area.post(lead_address(northfield), {"lead_email": newcomer.email})
    waiting = northfield.invitations.pending().get()
    assert (waiting.email, waiting.role) == (newcomer.email, Role.LEAD)


def test_change_that_somebody_else_made_first_is_told(
    area: Client, northfield: Trust, lead: User, chair: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=lead.pk).update(is_active=False)

    def late(**kwargs: object) -> None:
        Membership.objects.filter(user=chair).update(role=Role.OBSERVER)
        change_role(**kwargs)

    monkeypatch.setattr("trusts.operator_actions.change_role", late)
    answer = area.post(lead_address(northfield), {"lead_email": chair.email})
    assert "have changed meanwhile" in answer.content.decode()
    assert answer.status_code == 200


def test_leads_who_cannot_be_told_do_not_stop_it(
    area: Client, northfield: Trust, lead: User, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = backend_of(Unreachable)
    page = area.post(
        lead_address(northfield), {"lead_email": "ben@northfield.example"}, follow=True
    ).content.decode()
    assert "could not all be told by mail" in page
    assert northfield.invitations.pending().count() == 1


def test_operator_changes_a_trusts_name_and_numbers_alone(area: Client, northfield: Trust) -> None:
    typed = {
        "name": "Northfield Trust",
        "uid": "1234",
        "companies_house_number": "01234567",
        "slug": "moved",
        "requires_second_factor": "on",
        **{f"{prefix}-TOTAL_FORMS": "0" for prefix in ("memberships", "invitations")},
        **{f"{prefix}-INITIAL_FORMS": "0" for prefix in ("memberships", "invitations")},
    }
    answer = area.post(f"/admin/trusts/trust/{northfield.pk}/change/", typed)
    assert answer.status_code == 302, answer.content.decode()
    northfield.refresh_from_db()
    assert (northfield.name, northfield.uid) == ("Northfield Trust", "1234")
    assert (northfield.slug, northfield.requires_second_factor) == ("northfield", False)


@pytest.mark.parametrize("place", ["user", "trust"])
def test_nobody_is_put_into_a_trust_by_a_form(
    area: Client, operator: User, northfield: Trust, place: str
) -> None:
    """The lists of members on the pages of people and of trusts are to read, whatever is sent."""
    row = operator if place == "user" else northfield
    typed = {
        "name": "Somebody",
        "is_active": "on",
        "is_staff": "on",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": operator.pk,
        "memberships-0-trust": northfield.pk,
        "memberships-0-role": Role.LEAD,
        "invitations-TOTAL_FORMS": "0",
        "invitations-INITIAL_FORMS": "0",
    }
    assert area.post(f"/admin/trusts/{place}/{row.pk}/change/", typed).status_code == 302
    assert not Membership.objects.filter(user=operator).exists()


def test_memberships_are_to_read_with_who_changed_them(
    area: Client, lead: User, trustee: User
) -> None:
    membership = Membership.objects.get(user=trustee)
    change_role(membership=membership, role=Role.CHAIR, by=lead)
    base = f"/admin/trusts/membership/{membership.pk}/"
    for address in (f"{base}change/", f"{base}delete/", "/admin/trusts/membership/add/"):
        typed = {"user": trustee.pk, "trust": membership.trust_id, "role": "lead", "post": "yes"}
        assert area.post(address, typed).status_code == 403
    area.post(f"{base}history/1/", {"role": "lead"})
    membership.refresh_from_db()
    assert membership.role == Role.CHAIR
    page = area.get(f"{base}history/").content.decode()
    assert "<td>Lead</td><td>Changed</td><td>Chair</td>" in page
    assert area.get("/admin/trusts/membership/x/history/").status_code == 302


def test_lists_cost_a_fixed_number_of_queries(
    area: Client, northfield: Trust, southmere: Trust, lead: User, django_assert_max_num_queries
) -> None:
    for number in range(5):
        make_user(f"a{number}@northfield.example", trust=northfield, role=Role.LEAD)
        make_user(f"b{number}@southmere.example", trust=southmere, role=Role.TRUSTEE)
    for model, most in (("user", 9), ("trust", 7), ("membership", 7), ("operatorlook", 10)):
        with django_assert_max_num_queries(most):
            answer = area.get(f"/admin/trusts/{model}/")
        assert answer.status_code == 200
