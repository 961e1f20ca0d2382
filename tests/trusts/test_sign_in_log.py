"""Ways in and out stand in the log, without a name, an address or a secret."""

from __future__ import annotations

import logging

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from tests.conftest import PASSWORD, client_of
from trusts.models import User
from trusts.sign_in_log import account_number

SIGN_IN = "/accounts/login/"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="trusts.sign_in_log")
    return caplog


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in log.records if one.name == "trusts.sign_in_log"]


def test_who_signs_in_and_out_is_noted_by_number(
    log: pytest.LogCaptureFixture, lead: User, client: Client
) -> None:
    client.post(SIGN_IN, {"login": lead.email, "password": PASSWORD})
    client.post("/accounts/logout/")
    assert lines(log) == [
        f"Person {lead.pk} signed in by password from 127.0.0.1.",
        f"Person {lead.pk} signed out.",
    ]


def test_wrong_password_is_noted_without_what_was_typed(
    log: pytest.LogCaptureFixture, lead: User, client: Client
) -> None:
    for email in (lead.email, lead.email.upper(), "nobody@secret.example"):
        client.post(SIGN_IN, {"login": email, "password": "a secret by mistake"})
    own, again, other = lines(log)
    assert (
        own
        == again
        == (f"A password was wrong, account {account_number(lead.email)}, from 127.0.0.1.")
    )
    assert other != own
    assert "secret" not in log.text.lower()
    assert lead.email not in log.text.lower()


def test_second_step_is_noted_right_or_wrong(
    log: pytest.LogCaptureFixture, lead: User, client: Client
) -> None:
    TOTP.activate(lead, generate_totp_secret())
    client.post(SIGN_IN, {"login": lead.email, "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert lines(log) == [f"A second step was wrong, totp, person {lead.pk}, from 127.0.0.1."]
    code = Authenticator.objects.get(user=lead).wrap()
    assert isinstance(code, TOTP)
    secret = get_adapter().decrypt(code.instance.data["secret"])
    assert secret not in log.text


def test_new_password_and_proving_again_are_noted(
    log: pytest.LogCaptureFixture, lead: User
) -> None:
    client = client_of(lead)
    log.clear()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    new = "violet kettle under 7 bridges"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", sent)
    assert lines(log) == [
        f"Person {lead.pk} proved again by password who they are.",
        f"Person {lead.pk} has a new password.",
    ]
