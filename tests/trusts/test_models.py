"""What the database itself holds about people, trusts and memberships."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.conftest import make_user
from trusts.models import Membership, Role, Trust, User


def test_user_email_is_kept_in_lower_case(db: None) -> None:
    user = User.objects.create_user(" Ada@Northfield.EXAMPLE ", name="Ada")
    assert user.email == "ada@northfield.example"
    assert not user.has_usable_password()


def test_user_needs_an_email_address(db: None) -> None:
    with pytest.raises(ValueError, match="needs an email address"):
        User.objects.create_user("")


def test_user_email_is_unique_in_any_case(db: None) -> None:
    make_user("ada@northfield.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="ADA@northfield.example", name="Another")
    with pytest.raises(ValidationError, match="is here already"):
        User(email="Ada@Northfield.example", name="Another", password="x").full_clean()


def test_user_is_called_by_name_else_by_address() -> None:
    assert str(User(name="Ada Lovelace", email="ada@northfield.example")) == "Ada Lovelace"
    assert str(User(email="ada@northfield.example")) == "ada@northfield.example"


def test_superuser_is_an_operator(db: None) -> None:
    operator = User.objects.create_superuser("op@service.example", "a long passphrase", name="Op")
    assert (operator.is_staff, operator.is_superuser) == (True, True)
    assert operator.check_password("a long passphrase")


def test_user_is_found_by_natural_key_in_any_case(lead: User) -> None:
    assert User.objects.get_by_natural_key("LEAD@northfield.example") == lead
    assert lead.natural_key() == ("lead@northfield.example",)


def test_memberships_are_read_once_in_the_trusts_order(
    lead: User, southmere: Trust, northfield: Trust, django_assert_num_queries
) -> None:
    second = Membership.objects.create(user=lead, trust=southmere, role=Role.OBSERVER)
    first = Membership.objects.get(user=lead, trust=northfield)
    reader = User.objects.get(pk=lead.pk)
    with django_assert_num_queries(1):
        assert list(reader.memberships_by_trust.values()) == [first, second]
        assert reader.memberships_by_trust[southmere.pk].trust.name == southmere.name


def test_trust_knows_its_address_and_natural_key(northfield: Trust) -> None:
    assert northfield.get_absolute_url() == reverse("trusts:home", args=["northfield"])
    assert Trust.objects.get_by_natural_key(*northfield.natural_key()) == northfield


@pytest.mark.parametrize(("uid", "is_valid"), [("", True), ("2044", True), ("TR02044", False)])
def test_trust_uid_is_a_number(uid: str, is_valid: bool, db: None) -> None:
    trust = Trust(name="Eastmere", slug="eastmere", uid=uid)
    if is_valid:
        trust.full_clean()
    else:
        with pytest.raises(ValidationError, match="A group UID is a number"):
            trust.full_clean()


@pytest.mark.parametrize(
    ("number", "is_valid"),
    [("", True), ("07654321", True), ("7654321", False), ("oc123456", False)],
)
def test_trust_company_number_has_eight_places(number: str, is_valid: bool, db: None) -> None:
    trust = Trust(name="Eastmere", slug="eastmere", companies_house_number=number)
    if is_valid:
        trust.full_clean()
    else:
        with pytest.raises(ValidationError, match="eight digits or capitals"):
            trust.full_clean()


def test_trust_uid_is_unique_but_may_be_unknown(db: None) -> None:
    Trust.objects.create(name="One", slug="one", uid="2044")
    Trust.objects.create(name="Two", slug="two")
    Trust.objects.create(name="Three", slug="three")
    with pytest.raises(IntegrityError), transaction.atomic():
        Trust.objects.create(name="Four", slug="four", uid="2044")


def test_trust_leads_are_those_who_may_still_sign_in(
    lead: User, chair: User, stranger: User, northfield: Trust
) -> None:
    make_user("former@northfield.example", trust=northfield, role=Role.LEAD)
    User.objects.filter(email="former@northfield.example").update(is_active=False)
    assert list(northfield.leads) == [lead]


def test_membership_is_one_a_trust(lead: User, northfield: Trust) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=lead, trust=northfield, role=Role.CHAIR)


def test_membership_role_is_one_of_five(lead: User, southmere: Trust) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=lead, trust=southmere, role="governor")


def test_membership_is_found_by_natural_key(lead: User, northfield: Trust) -> None:
    membership = Membership.objects.get_by_natural_key("lead@northfield.example", "northfield")
    assert membership.natural_key() == ("lead@northfield.example", "northfield")
    assert str(membership) == "Lead, Governance lead, Northfield Learning Trust"


def test_membership_keeps_its_history(lead: User, northfield: Trust) -> None:
    membership = Membership.objects.get(user=lead)
    membership.role = Role.CHAIR
    membership.save()
    told = membership.history.order_by("history_id").values_list("history_type", "role")
    assert list(told) == [("+", "lead"), ("~", "chair")]


def test_trusts_are_visible_to_their_members_only(
    lead: User, stranger: User, northfield: Trust, southmere: Trust
) -> None:
    assert list(Trust.objects.visible_to(lead)) == [northfield]
    assert list(Trust.objects.visible_to(stranger)) == [southmere]
    assert list(Membership.objects.visible_to(stranger)) == list(southmere.memberships.all())


def test_operator_sees_no_trust(northfield: Trust) -> None:
    operator = User.objects.create_superuser("op@service.example", "a long passphrase", name="Op")
    assert not Trust.objects.visible_to(operator).exists()
