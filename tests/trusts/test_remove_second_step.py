"""manage.py remove_second_step: the way back for an operator who has lost every second factor."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from tests.conftest import client_of
from tests.trusts.test_second_factor import add_app, at_once, by_password, is_in  # noqa: F401
from trusts.models import User


def test_person_signs_in_with_the_password_alone_and_is_signed_out_elsewhere(
    lead: User, chair: User
) -> None:
    somewhere, said = by_password(lead)[0], StringIO()
    add_app(somewhere)
    add_app(client_of(chair))
    call_command("remove_second_step", " Lead@Northfield.example ", stdout=said)
    assert said.getvalue() == "2 taken off. Lead signs in with the password alone now.\n"
    assert set(Authenticator.objects.values_list("user", flat=True)) == {chair.pk}
    assert not is_in(somewhere)
    assert is_in(by_password(lead)[0])


def test_unknown_address_is_said_to_be_unknown(db: None) -> None:
    with pytest.raises(CommandError, match=r"Nobody signs in as nobody@x.example."):
        call_command("remove_second_step", "nobody@x.example")
