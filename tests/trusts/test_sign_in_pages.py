"""Every page and mail about signing in is ours; a mail that cannot be sent breaks nothing."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from smtplib import SMTPServerDisconnected

import allauth
import pytest
from django.conf import LazySettings, settings
from django.contrib.staticfiles import finders
from django.core import mail
from django.template.loader import get_template
from django.test import Client
from django.urls import get_resolver

from tests.conftest import PASSWORD, client_of
from tests.page import Page
from tests.passkeys import Device
from tests.test_addresses import names
from tests.trusts.test_second_factor import add_app, add_passkey, at_once  # noqa: F401
from trusts.models import User

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

OURS = Path(settings.BASE_DIR) / "templates"
THEIRS = Path(allauth.__file__).parent / "templates"
RESET, CHANGE = "/accounts/password/reset/", "/accounts/password/change/"
# Of what is switched off: signing up, codes by mail, telephones, other addresses, trusted browsers.
UNREACHABLE = re.compile(
    r"signup|phone|login_code|confirm_.*code|request_login|email_change|account/email\.html"
    r"|already_exists|email_confirm|email_changed|email_deleted|primary_email|reset_code"
    r"|verification_code|password_reset_code|already_logged_in|warn_no_email|mfa/trust|/base[._]"
    r"|verification_sent|_sent\.txt|_verified\.txt|confirmed\.txt|failed\.txt"
)


def theirs(*folders: str) -> list[str]:
    """Templates that allauth brings for what is switched on here."""
    found = [
        path.relative_to(THEIRS).as_posix()
        for folder in folders
        for path in (THEIRS / folder).rglob("*.*")
    ]
    return sorted(name for name in found if not UNREACHABLE.search(name))


@pytest.mark.parametrize("name", theirs("account", "mfa", "usersessions"))
def test_template_is_ours(name: str) -> None:
    origin = Path(get_template(name).origin.name)
    assert origin.is_relative_to(OURS), name


def test_nothing_that_is_switched_off_has_an_address() -> None:
    addresses = set(names(get_resolver()))
    switched_off = ("signup_by_passkey", "request_login_code", "phone", "mfa_trust", "mfa_signup")
    assert not [one for one in addresses if any(off in one for off in switched_off)]


def test_scripts_of_passkeys_are_found_and_name_no_file_that_is_missing() -> None:
    """As Django looks for such names when it gathers the files for service."""
    for name in ("mfa/js/webauthn-json.js", "mfa/js/webauthn.js", "account/js/onload.js"):
        script = Path(str(finders.find(name))).read_text()
        assert not re.search("^//# sourceMappingURL=", script, re.MULTILINE), name


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/reauthenticate/",
        "/accounts/2fa/webauthn/reauthenticate/",
        "/accounts/sessions/",
        CHANGE,
        "/trusts/northfield/settings/",
    ],
)
def test_page_stands_in_our_frame_with_nothing_inline(address: str, lead: User) -> None:
    client = client_of(lead)
    if "activate" not in address or "deactivate" in address:
        add_app(client)
    add_passkey(client, Device(), name="My “<b>phone</b>”")
    answer = client.get(address)
    page = Page(answer.content.decode())
    assert answer.status_code == 200
    [heading] = page.all("h1")
    title = page.all("title")[0].text
    assert title.endswith("– Trust Quality")
    assert heading.classes == {"govuk-heading-l"}
    assert not [node for node in page.nodes if "style" in node.attributes or is_inline(node)]
    assert "<b>phone" not in answer.content.decode()
    assert "{%" not in answer.content.decode()


def is_inline(node) -> bool:
    is_script = node.tag == "script" and node.attributes.get("type") != "application/json"
    return (is_script and "src" not in node.attributes) or any(
        name.startswith("on") for name in node.attributes
    )


def mails_after_changing_everything(user: User) -> list[mail.EmailMessage]:
    client = client_of(user)
    add_app(client)
    add_passkey(client, Device())
    client.post("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/totp/deactivate/")
    chosen = {"password1": "purple heron walks slowly", "password2": "purple heron walks slowly"}
    client.post(CHANGE, {"oldpassword": PASSWORD, **chosen})
    client.post(RESET, {"email": user.email})
    [link] = re.findall(r"https?://testserver(\S+/reset/key/\S+)", str(mail.outbox[-1].body))
    other = Client()
    other.post(other.get(link)["Location"], chosen)
    return mail.outbox


def test_every_change_is_told_by_mail_to_whom_it_concerns(lead: User) -> None:
    mails = mails_after_changing_everything(lead)
    assert [one.subject for one in mails] == [
        "Trust Quality: An authenticator app was set up",
        "Trust Quality: A passkey was set up",
        "Trust Quality: New recovery codes were made",
        "Trust Quality: The authenticator app was switched off",
        "Trust Quality: Your password was changed",
        "Trust Quality: Choose a new password",
        "Trust Quality: Your password was changed",
    ]
    for one in mails:
        assert one.to == [lead.email]
        assert "Trust Quality" in one.body
        assert "{" not in one.body
        assert "&" not in one.body
        if "/reset/key/" not in one.body:
            assert "If it was not you, choose a new password at once" in one.body
            assert "127.0.0.1" in one.body


@pytest.fixture
def no_mail_server(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    def send(*args: object, **kwargs: object) -> None:
        raise SMTPServerDisconnected("mail.example said lead@northfield.example is odd")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send)


def test_mail_that_somebody_waits_for_fails_plainly_and_the_same_for_everybody(
    no_mail_server: None, lead: User, caplog: pytest.LogCaptureFixture
) -> None:
    texts = []
    for email in (lead.email, "nobody@northfield.example"):
        with caplog.at_level(logging.ERROR):
            answer = Client().post(RESET, {"email": email})
        assert answer.status_code == 503
        texts.append(Page(answer.content.decode()).all("main")[0].text)
    assert texts[0] == texts[1]
    assert "could not be sent" in texts[0]
    assert "SMTPServerDisconnected" in caplog.text
    assert "northfield.example" not in caplog.text


def test_change_is_made_though_the_mail_about_it_cannot_be_sent(
    no_mail_server: None, lead: User
) -> None:
    client, chosen = client_of(lead), "purple heron walks slowly"
    answer = client.post(
        CHANGE, {"oldpassword": PASSWORD, "password1": chosen, "password2": chosen}
    )
    assert answer.status_code == 302
    lead.refresh_from_db()
    assert lead.check_password(chosen)
    assert add_app(client)[1].status_code == 302
