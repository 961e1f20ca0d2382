"""The second factor: app, passkey and recovery codes, from setting up to losing them."""

from __future__ import annotations

import copy
import json
import random
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import LazySettings
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.conftest import PASSWORD, client_of
from tests.page import Page
from tests.passkeys import Device
from trusts.models import User
from trusts.second_factor import remove_all

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

LOGIN, HOME = "/accounts/login/", "/trusts/northfield/"
STEP, ADD_APP = "/accounts/2fa/authenticate/", "/accounts/2fa/totp/activate/"
ADD_PASSKEY, BY_PASSKEY = "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/login/"
CODES = "/accounts/2fa/recovery-codes/"
HOURS = 3600


@pytest.fixture(autouse=True)
def strict_origin(settings: LazySettings) -> None:
    """As in production: a passkey is good for this site alone, over HTTPS."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for the end of a transaction, which a test's never reaches."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda then, **options: then())


def code_of(secret: str, *, periods_ago: int = 0) -> str:
    """What an authenticator app shows, or showed then."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 - periods_ago)))


def text_of(answer: HttpResponse) -> str:
    return " ".join(Page(answer.content.decode()).all("main")[0].text.split())


def add_app(client: Client, then: str = "") -> tuple[str, HttpResponse]:
    """Set up an app as a person does; its secret, and the answer."""
    page = Page(client.get(ADD_APP).content.decode())
    secret = page.with_id("authenticator_secret").text
    cache.clear()
    return secret, client.post(ADD_APP, {"code": code_of(secret), "next": then})


def options_in(answer: HttpResponse) -> dict[str, Any]:
    """What the page asks the device for."""
    data = json.loads("".join(Page(answer.content.decode()).with_id("js_data").texts))
    return dict(next(iter(data.values())))


def add_passkey(client: Client, device: Device, **fields: str) -> HttpResponse:
    options = options_in(client.get(ADD_PASSKEY))
    sent = {"name": "My phone", "passwordless": "on", **fields}
    return client.post(ADD_PASSKEY, sent | {"credential": json.dumps(device.create(options))})


def passkey_options(client: Client) -> dict[str, Any]:
    answer = client.get(BY_PASSKEY, headers={"accept": "application/json"})
    return dict(answer.json()["request_options"])


def by_password(user: User) -> tuple[Client, HttpResponse]:
    client = Client()
    return client, client.post(LOGIN, {"login": user.email, "password": PASSWORD})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def later(client: Client) -> Client:
    """The same browser hours after signing in."""
    session = client.session
    session["started_at"] -= 2 * HOURS
    session.save()
    return client


# --- an authenticator app


def test_app_is_set_up_and_recovery_codes_follow(lead: User) -> None:
    client = client_of(lead)
    page = Page(client.get(ADD_APP).content.decode())
    [picture] = [n for n in page.all("img") if n.classes == {"tq-qr"}]
    assert picture.attributes["src"].startswith("data:image/svg+xml;base64,")
    _, answer = add_app(client)
    assert answer["Location"] == CODES
    codes = [node.text for node in Page(client.get(CODES).content.decode()).all("li")]
    assert len([code for code in codes if code.isdigit() and len(code) == 8]) == 10
    assert [message.subject for message in mail.outbox][-1].endswith(
        "An authenticator app was set up"
    )
    assert mail.outbox[-1].to == [lead.email]


def test_wrong_code_sets_up_nothing_and_the_picture_stays_the_same(lead: User) -> None:
    client = client_of(lead)
    secret = Page(client.get(ADD_APP).content.decode()).with_id("authenticator_secret").text
    answer = client.post(ADD_APP, {"code": "000000"})
    page = Page(answer.content.decode())
    assert page.with_id("authenticator_secret").text == secret
    assert "This code is not right" in text_of(answer)
    assert not Authenticator.objects.exists()


def test_secrets_cannot_be_read_from_the_database(lead: User) -> None:
    secret, _ = add_app(client_of(lead))
    kept = json.dumps([one.data for one in Authenticator.objects.all()])
    assert secret not in kept
    client = client_of(lead)
    codes = [n.text for n in Page(client.get(CODES).content.decode()).all("li")]
    assert not [code for code in codes if code.isdigit() and code in kept]


def test_sign_in_takes_password_and_code(lead: User) -> None:
    secret, _ = add_app(client_of(lead))
    client, answer = by_password(lead)
    assert answer["Location"] == STEP
    assert not is_in(client)
    assert client.get(HOME).status_code == 302
    cache.clear()
    assert client.post(STEP, {"code": code_of(secret)}).status_code == 302
    assert is_in(client)


def test_page_that_was_asked_for_comes_after_the_second_step(lead: User) -> None:
    secret, _ = add_app(client_of(lead))
    client = Client()
    client.post(LOGIN, {"login": lead.email, "password": PASSWORD, "next": HOME})
    cache.clear()
    assert client.post(STEP, {"code": code_of(secret)})["Location"] == HOME


@pytest.mark.parametrize("typed", ["{} ", " {}", "{:.3} {:.0}"])
def test_blanks_in_a_code_do_no_harm(typed: str, lead: User) -> None:
    secret, _ = add_app(client_of(lead))
    client, _ = by_password(lead)
    cache.clear()
    code = code_of(secret)
    typed = f"{code[:3]} {code[3:]}" if ":" in typed else typed.format(code)
    client.post(STEP, {"code": typed})
    assert is_in(client)


def test_code_works_once(lead: User) -> None:
    secret, _ = add_app(client_of(lead))
    cache.clear()
    code = code_of(secret)
    first, second = by_password(lead)[0], by_password(lead)[0]
    first.post(STEP, {"code": code})
    second.post(STEP, {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


@pytest.mark.parametrize("periods_ago", [-1, 1, 2])
def test_code_of_another_half_minute_is_not_right(periods_ago: int, lead: User) -> None:
    secret, _ = add_app(client_of(lead))
    client, _ = by_password(lead)
    cache.clear()
    client.post(STEP, {"code": code_of(secret, periods_ago=periods_ago)})
    assert not is_in(client)


@pytest.mark.parametrize("code", ["", "0", "a" * 5000, "١٢٣٤٥٦", "\0", "null", "12345678901234"])
def test_nonsense_for_a_code_is_refused_on_the_page(code: str, lead: User) -> None:
    add_app(client_of(lead))
    client, _ = by_password(lead)
    answer = client.post(STEP, {"code": code})
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert not is_in(client)


def test_codes_are_guessed_at_ten_times_and_a_new_password_forgives(
    lead: User, settings: LazySettings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.SIGN_IN_LIMITS
    secret, _ = add_app(client_of(lead))
    client, _ = by_password(lead)
    cache.clear()
    for _ in range(10):
        client.post(STEP, {"code": "000000"})
    answer = client.post(STEP, {"code": code_of(secret)})
    assert "too many wrong tries" in text_of(answer)
    assert not is_in(client)


def test_second_step_without_the_first_leads_back_to_it(lead: User) -> None:
    add_app(client_of(lead))
    assert Client().get(STEP)["Location"] == LOGIN
    assert Client().post(STEP, {"code": "000000"})["Location"] == LOGIN


def test_new_password_by_mail_does_not_replace_the_second_step(lead: User) -> None:
    add_app(client_of(lead))
    lead.set_password("purple heron walks slowly")
    lead.save()
    client = Client()
    client.post(LOGIN, {"login": lead.email, "password": "purple heron walks slowly"})
    assert not is_in(client)


def test_app_is_switched_off_and_the_codes_go_with_it(lead: User) -> None:
    client = client_of(lead)
    add_app(client)
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].subject.endswith("The authenticator app was switched off")
    assert is_in(by_password(lead)[0])


def test_new_secret_key_lets_no_code_in_and_breaks_no_page(
    lead: User, settings: LazySettings
) -> None:
    secret, _ = add_app(client_of(lead))
    settings.SECRET_KEY = "another" * 10
    client, _ = by_password(lead)
    for code in (code_of(secret), code_of("A" * 32), "00000000"):
        assert client.post(STEP, {"code": code}).status_code == 200
    assert not is_in(client)


# --- recovery codes


def codes_of(client: Client) -> list[str]:
    texts = [node.text for node in Page(client.get(CODES).content.decode()).all("li")]
    return [text for text in texts if text.isdigit() and len(text) == 8]


def test_each_recovery_code_works_once(lead: User) -> None:
    owner = client_of(lead)
    add_app(owner)
    code = codes_of(owner)[3]
    first, second = by_password(lead)[0], by_password(lead)[0]
    first.post(STEP, {"code": code})
    second.post(STEP, {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)
    assert len(codes_of(first)) == 9


def test_new_codes_replace_the_old(lead: User) -> None:
    owner = client_of(lead)
    add_app(owner)
    old = codes_of(owner)
    owner.post("/accounts/2fa/recovery-codes/generate/")
    assert not set(old) & set(codes_of(owner))
    client, _ = by_password(lead)
    client.post(STEP, {"code": old[0]})
    assert not is_in(client)
    assert mail.outbox[-1].subject.endswith("New recovery codes were made")


def test_codes_are_downloaded_as_a_file(lead: User) -> None:
    owner = client_of(lead)
    add_app(owner)
    answer = owner.get("/accounts/2fa/recovery-codes/download/")
    assert answer["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert "no-store" in answer["Cache-Control"]
    assert all(code in answer.content.decode() for code in codes_of(owner))


def test_there_are_no_codes_without_a_second_factor(lead: User) -> None:
    client = client_of(lead)
    assert client.get(CODES).status_code == 404
    client.post("/accounts/2fa/recovery-codes/generate/")
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        CODES,
        "/accounts/2fa/recovery-codes/download/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/totp/deactivate/",
        ADD_PASSKEY,
    ],
)
def test_later_it_is_asked_again_who_one_is_by_the_second_factor(address: str, lead: User) -> None:
    client = client_of(lead)
    add_app(client)
    answer = later(client).get(address)
    assert answer["Location"].startswith("/accounts/2fa/reauthenticate/?next=")
    assert client.get("/accounts/reauthenticate/")["Location"] == "/accounts/2fa/reauthenticate/"


def test_confirming_by_code_goes_on(lead: User) -> None:
    client = client_of(lead)
    secret, _ = add_app(client)
    asked = later(client).get(CODES)["Location"]
    cache.clear()
    answer = client.post(asked, {"code": code_of(secret), "next": CODES})
    assert answer["Location"] == CODES
    assert client.get(CODES).status_code == 200


# --- passkeys


def test_passkey_is_added_and_signs_in_without_the_password(lead: User) -> None:
    owner, device = client_of(lead), Device()
    answer = add_passkey(owner, device)
    assert answer["Location"] == CODES
    assert mail.outbox[-1].subject.endswith("A passkey was set up")
    client = Client()
    sent = {"credential": json.dumps(device.get(passkey_options(client))), "next": HOME}
    assert client.post(BY_PASSKEY, sent)["Location"] == HOME
    assert is_in(client)


def test_passkey_is_the_second_step_after_the_password(lead: User) -> None:
    device = Device()
    add_passkey(client_of(lead), device)
    client, answer = by_password(lead)
    assert answer["Location"] == STEP
    options = options_in(client.get(STEP))
    client.post(STEP, {"credential": json.dumps(device.get(options))})
    assert is_in(client)


def test_second_step_asks_for_what_the_person_has(lead: User) -> None:
    owner = client_of(lead)
    add_app(owner)
    page = text_of(by_password(lead)[0].get(STEP))
    assert "Now enter a code." in page
    assert "The six digits that your app shows now" in page
    assert "passkey" not in page
    add_passkey(owner, Device())
    page = text_of(by_password(lead)[0].get(STEP))
    assert "Now enter a code, or use a passkey." in page
    assert "The six digits that your app shows now" in page
    Authenticator.objects.filter(user=lead, type=Authenticator.Type.TOTP).delete()
    page = text_of(by_password(lead)[0].get(STEP))
    assert "Now use your passkey, or enter one of your recovery codes." in page
    assert "six digits" not in page


def test_passkey_confirms_who_one_is(lead: User) -> None:
    client, device = client_of(lead), Device()
    add_passkey(client, device)
    asked = later(client).get(CODES)["Location"]
    asked = asked.replace("/2fa/reauthenticate/", "/2fa/webauthn/reauthenticate/")
    sent = {"credential": json.dumps(device.get(options_in(client.get(asked)))), "next": CODES}
    assert client.post(asked, sent)["Location"] == CODES
    assert client.get(CODES).status_code == 200


def test_refused_passkey_is_tried_again_on_the_same_page(lead: User) -> None:
    client = client_of(lead)
    add_passkey(client, Device())
    asked = f"/accounts/2fa/webauthn/reauthenticate/?next={CODES}"
    options = options_in(later(client).get(asked))
    answer = client.post(asked, {"credential": json.dumps(Device().get(options))})
    assert answer["Location"] == "/accounts/2fa/webauthn/reauthenticate/?next=" + CODES.replace(
        "/", "%2F"
    )


@pytest.mark.parametrize(
    "device",
    [
        Device("https://evil.example"),
        Device("http://testserver"),
        Device("https://testserver.evil.example"),
        Device(verifies=False),
    ],
    ids=["other site", "no HTTPS", "look-alike", "nobody verified"],
)
def test_passkey_of_another_site_or_of_nobody_in_particular_is_not_added(
    device: Device, lead: User
) -> None:
    answer = add_passkey(client_of(lead), device)
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_key_that_verifies_nobody_can_be_a_second_step_but_not_the_only_one(lead: User) -> None:
    device = Device(verifies=False)
    add_passkey(client_of(lead), device, passwordless="")
    client = Client()
    client.post(BY_PASSKEY, {"credential": json.dumps(device.get(passkey_options(client)))})
    assert not is_in(client)
    client, _ = by_password(lead)
    options = options_in(client.get(STEP))
    client.post(STEP, {"credential": json.dumps(device.get(options))})
    assert is_in(client)


def test_answer_works_once_and_in_its_own_session(lead: User) -> None:
    device = Device()
    add_passkey(client_of(lead), device)
    one, other = Client(), Client()
    sent = {"credential": json.dumps(device.get(passkey_options(one)))}
    passkey_options(other)
    other.post(BY_PASSKEY, sent)
    assert not is_in(other)
    one.post(BY_PASSKEY, sent)
    assert is_in(one)
    one.post("/accounts/logout/")
    one.post(BY_PASSKEY, sent)
    assert not is_in(one)


def test_passkey_of_one_person_is_nobody_elses(lead: User, chair: User) -> None:
    device = Device()
    add_passkey(client_of(lead), device)
    add_passkey(client_of(chair), Device())
    device.owner = owner_of(chair)
    client = Client()
    client.post(BY_PASSKEY, {"credential": json.dumps(device.get(passkey_options(client)))})
    assert not is_in(client)


def owner_of(user: User) -> str:
    """What a passkey of the person calls its owner."""
    options = options_in(client_of(user).get(ADD_PASSKEY))
    return str(options["publicKey"]["user"]["id"])


def test_person_switched_off_is_not_let_in_by_a_passkey(lead: User) -> None:
    device = Device()
    add_passkey(client_of(lead), device)
    User.objects.update(is_active=False)
    client = Client()
    answer = client.post(
        BY_PASSKEY, {"credential": json.dumps(device.get(passkey_options(client)))}
    )
    assert answer["Location"] == "/accounts/inactive/"
    assert not is_in(client)


def test_passkey_is_renamed_and_removed_by_its_owner_alone(lead: User, chair: User) -> None:
    owner = client_of(lead)
    add_passkey(owner, Device())
    pk = Authenticator.objects.get(type="webauthn").pk
    rename = reverse("mfa_edit_webauthn", args=[pk])
    remove = reverse("mfa_remove_webauthn", args=[pk])
    stranger = client_of(chair)
    for address in (rename, remove):
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, {"name": "Mine now"}).status_code == 404
    owner.post(rename, {"name": "Work laptop"})
    assert "Work laptop" in text_of(owner.get("/accounts/2fa/webauthn/"))
    assert owner.post(rename, {"name": "x" * 61}).status_code == 200
    owner.post(remove)
    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].subject.endswith("A passkey was removed")


NONSENSE: list[Any] = [
    *("", "null", "0", "[]", "{}", '"text"', "{", "[1,2]", "true", "1e400", "NaN"),
    *('{"id": "x"}', '{"rawId": "x", "response": {}}', '{"response": []}', "[" * 5000),
    json.dumps({"type": "public-key", "rawId": "AAAA", "response": {"userHandle": 5}}),
]


@pytest.mark.parametrize("sent", NONSENSE)
def test_nonsense_for_a_passkey_is_refused_everywhere(sent: str, lead: User) -> None:
    owner = client_of(lead)
    add_passkey(owner, Device())
    waiting, _ = by_password(lead)
    visitor = Client()
    owner.get(ADD_PASSKEY)
    waiting.get(STEP)
    passkey_options(visitor)
    forms = ((owner, ADD_PASSKEY), (waiting, STEP), (visitor, BY_PASSKEY))
    for client, address in forms:
        assert client.post(address, {"credential": sent}).status_code in (200, 302), address
    assert not is_in(waiting)
    assert not is_in(visitor)
    assert Authenticator.objects.filter(type="webauthn").count() == 1


@pytest.mark.parametrize(
    "seed", [*range(20), *(pytest.param(seed, marks=pytest.mark.once) for seed in range(20, 60))]
)
def test_answer_with_one_thing_changed_is_refused_and_breaks_nothing(seed: int, lead: User) -> None:
    """A real answer with a part left out, of another kind, or with a byte changed."""
    owner, device = client_of(lead), Device()
    add_passkey(owner, device)
    dice = random.Random(seed)  # noqa: S311
    client = Client()
    answer = damaged(device.get(passkey_options(client)), dice)
    assert client.post(BY_PASSKEY, {"credential": json.dumps(answer)}).status_code == 302
    new = Device()
    answer = damaged(new.create(options_in(owner.get(ADD_PASSKEY))), dice)
    sent = {"credential": json.dumps(answer), "name": "x", "passwordless": "on"}
    assert owner.post(ADD_PASSKEY, sent).status_code in (200, 302)
    for address in ("/accounts/2fa/webauthn/", "/accounts/2fa/", ADD_PASSKEY):
        assert owner.get(address).status_code == 200
    assert by_password(lead)[1]["Location"] == STEP


ODD: list[Any] = [None, 5, "", "AA", "?", [], {}, True, -1, 10**30, "é", {"a": 1}, "A" * 99]


def damaged(answer: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    answer = copy.deepcopy(answer)
    place = dice.choice([answer, answer["response"]])
    name = dice.choice(list(place))
    how = dice.randrange(3)
    if how == 0:
        del place[name]
    elif how == 1 or not isinstance(place[name], str):
        place[name] = dice.choice(ODD)
    else:
        at = dice.randrange(len(place[name]))
        place[name] = place[name][:at] + dice.choice("Az09-_") + place[name][at + 1 :]
    return answer


def test_only_what_makes_a_passkey_is_stored(lead: User) -> None:
    owner, device = client_of(lead), Device()
    made = device.create(options_in(owner.get(ADD_PASSKEY)))
    made |= {"odd": "\0\ud800", "clientExtensionResults": {"credProps": {"rk": True}, "x": "\0"}}
    owner.post(ADD_PASSKEY, {"credential": json.dumps(made), "passwordless": "on"})
    kept = Authenticator.objects.get(type="webauthn").data
    assert set(kept) == {"name", "credential"}
    assert set(kept["credential"]["response"]) == {"clientDataJSON", "attestationObject"}
    assert "\0" not in str(kept)
    assert kept["credential"]["clientExtensionResults"] == {"credProps": {"rk": True}}


def test_person_without_a_password_sets_one_after_showing_the_passkey(lead: User) -> None:
    owner, device, chosen = client_of(lead), Device(), "purple heron walks slowly"
    add_passkey(owner, device)
    lead.set_unusable_password()
    lead.save()
    client = Client()
    client.post(BY_PASSKEY, {"credential": json.dumps(device.get(passkey_options(client)))})
    address, sent = "/accounts/password/set/", {"password1": chosen, "password2": chosen}
    for answer in (later(client).get(address), client.post(address, sent)):
        assert answer["Location"].startswith("/accounts/2fa/webauthn/reauthenticate/?next=")
    assert chosen not in str(client.session.items())
    asked = f"/accounts/2fa/webauthn/reauthenticate/?next={address}"
    options = options_in(client.get(asked))
    client.post(asked, {"credential": json.dumps(device.get(options))})
    assert client.post(address, sent).status_code == 302
    lead.refresh_from_db()
    assert lead.check_password(chosen)


# --- what follows from a change


def test_setting_one_up_ends_every_other_session(lead: User) -> None:
    here, there = by_password(lead)[0], by_password(lead)[0]
    add_app(here)
    assert [one.get(HOME).status_code for one in (here, there)] == [200, 302]


def test_who_has_lost_everything_is_helped_by_the_operator(lead: User) -> None:
    add_app(client_of(lead))
    assert remove_all(lead) == 2
    assert is_in(by_password(lead)[0])


def test_form_with_a_code_is_never_repeated(lead: User) -> None:
    answer = Client().post("/accounts/2fa/reauthenticate/", {"code": "123456", "x": "Some words."})
    assert answer.status_code == 401
    assert "123456" not in answer.content.decode()
    assert "Open the form again" in answer.content.decode()
