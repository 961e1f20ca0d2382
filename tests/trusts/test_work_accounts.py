"""Work accounts, against a real OpenID provider in a process of its own (tests/openid/)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from tests.conftest import PASSWORD, client_of, make_user
from tests.openid.lies import CHANGES, LIES
from tests.openid.provider import ADA, BEN, CLIENT_ID, OpenIDProvider, Visitor
from tests.page import Page
from trusts.models import Trust, User
from trusts.sessions import STARTED

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
]  # what is said; both databases open every page in test_addresses.py
SIGN_IN, LINK = "/accounts/work/oidc/", "/accounts/work/oidc/link/"
CALLBACK, MINE = "/accounts/work/oidc/callback/", "/accounts/work/"


def set_out(client: Client, address: str = SIGN_IN, **typed: str) -> str:
    """Press the button; where the page that follows sends the browser."""
    answer = client.post(address, typed)
    assert answer.status_code == 200
    [refresh] = [
        node.attributes["content"]
        for node in Page(answer.content.decode()).all("meta")
        if node.attributes.get("http-equiv") == "refresh"
    ]
    assert refresh.startswith("0; url=")
    return refresh.removeprefix("0; url=")


def come_back(client: Client, address: str):
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def sign_in(client: Client, visitor: Visitor, **typed: str):
    return come_back(client, visitor.allow(set_out(client, **typed)))


def link(client: Client, visitor: Visitor):
    return come_back(client, visitor.allow(set_out(client, LINK)))


def heading(answer) -> str:
    [found] = Page(answer.content.decode()).all("h1")
    return found.text


def said(client: Client) -> str:
    """What the list of work accounts says at the top."""
    page = Page(client.get(MINE).content.decode())
    return " ".join(node.text for node in page.all("div", "govuk-notification-banner"))


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def grow_old(client: Client) -> None:
    """Let the moment pass in which nobody asks again who they are."""
    session = client.session
    session[STARTED] -= 3600
    session.save()


@pytest.fixture
def ada(lead: User, openid: OpenIDProvider) -> User:
    """The lead, with the work account of a person whom the provider calls Ada."""
    link(client_of(lead), Visitor())
    mail.outbox.clear()
    return lead


@pytest.fixture
def another_provider(tmp_path: Path) -> Iterator[OpenIDProvider]:
    """A second one, whose people have the same numbers."""
    provider = OpenIDProvider(tmp_path)
    yield provider
    provider.stop()


# Linking and signing in


def test_linked_account_signs_its_person_in(lead: User, openid: OpenIDProvider) -> None:
    mine = client_of(lead)
    answer = link(mine, Visitor())
    assert (answer.status_code, answer["Location"]) == (302, MINE)
    assert "You can now sign in with this Northfield account." in said(mine)
    client = Client()
    answer = sign_in(client, Visitor(), next="/frameworks/")
    assert (answer.status_code, answer["Location"]) == (302, "/frameworks/")
    assert client.session["_auth_user_id"] == str(lead.pk)


def test_person_is_told_by_mail(lead: User, openid: OpenIDProvider) -> None:
    link(client_of(lead), Visitor())
    [message] = mail.outbox
    assert message.to == [lead.email]
    assert message.subject.endswith("Your work account is linked")
    assert f"Northfield, {ADA}" in message.body


def test_nothing_is_kept_but_whose_account_it_is(ada: User) -> None:
    row = SocialAccount.objects.get()
    assert (row.user, row.provider, row.extra_data) == (ada, "oidc", {"label": ADA})
    assert len(row.uid) == 64
    assert not SocialToken.objects.exists()
    assert not SocialApp.objects.exists()
    assert not EmailAddress.objects.exists()
    stored = [str(session.get_decoded()) for session in Session.objects.all()]
    assert not [text for text in stored if "access_token" in text or "id_token" in text]


def test_nobody_is_known_by_an_address(openid: OpenIDProvider, northfield: Trust) -> None:
    openid.tell(claims={"email_verified": True})
    make_user(ADA, trust=northfield, role="lead")
    client = Client()
    answer = sign_in(client, Visitor())
    assert answer.status_code == 403
    assert heading(answer) == "We do not know this work account"
    assert ADA in answer.content.decode()
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_nobody_signs_themself_up(openid: OpenIDProvider) -> None:
    assert sign_in(Client(), Visitor()).status_code == 403
    assert not User.objects.exists()


def test_account_of_somebody_else_is_not_linked(ada: User, chair: User) -> None:
    client = client_of(chair)
    link(client, Visitor())
    assert "linked to somebody else here" in said(client)
    assert SocialAccount.objects.get().user == ada
    assert not mail.outbox


def test_account_linked_twice_is_linked_once(ada: User) -> None:
    client = client_of(ada)
    link(client, Visitor())
    assert "linked to yours already" in said(client)
    assert SocialAccount.objects.count() == 1


def test_person_may_link_two(ada: User) -> None:
    link(client_of(ada), Visitor(BEN))
    for address in (ADA, BEN):
        client = Client()
        sign_in(client, Visitor(address))
        assert client.session["_auth_user_id"] == str(ada.pk)


def test_removed_account_lets_nobody_in(ada: User) -> None:
    mine, elsewhere = client_of(ada), Client()
    sign_in(elsewhere, Visitor())
    mine.get(MINE)
    elsewhere.get("/")
    key = SocialAccount.objects.get().pk
    answer = mine.post(f"/accounts/work/{key}/remove/")
    assert (answer.status_code, answer["Location"]) == (302, MINE)
    assert "no longer lets you in" in said(mine)
    assert mail.outbox[-1].subject.endswith("Your work account is no longer linked")
    assert elsewhere.get("/trusts/northfield/").status_code == 302
    assert sign_in(Client(), Visitor()).status_code == 403


def test_account_of_somebody_else_is_not_removed(ada: User, chair: User) -> None:
    key = SocialAccount.objects.get().pk
    assert client_of(chair).post(f"/accounts/work/{key}/remove/").status_code == 404
    assert SocialAccount.objects.exists()


@pytest.mark.parametrize("what", ["link", "remove"])
def test_who_changes_links_proves_again_who_they_are(what: str, ada: User) -> None:
    client = client_of(ada)
    grow_old(client)
    address = LINK if what == "link" else f"/accounts/work/{SocialAccount.objects.get().pk}/remove/"
    asked = client.post(address)["Location"]
    assert asked == f"/accounts/reauthenticate/?{urlencode({'next': address})}"
    assert SocialAccount.objects.count() == 1
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": address})
    if what == "link":
        assert heading(answer) == "Going to Northfield"
    else:
        assert answer["Location"] == MINE
        assert not SocialAccount.objects.exists()


def test_person_who_may_not_sign_in_does_not(ada: User) -> None:
    User.objects.update(is_active=False)
    client = Client()
    answer = sign_in(client, Visitor())
    assert answer["Location"] == "/accounts/inactive/"
    assert not is_signed_in(client)


def test_person_barred_while_linking_links_nothing(lead: User, openid: OpenIDProvider) -> None:
    client = client_of(lead)
    back = Visitor().allow(set_out(client, LINK))
    User.objects.update(is_active=False)
    assert come_back(client, back).status_code == 400
    assert not SocialAccount.objects.exists()


def test_second_factor_is_still_asked_for(ada: User) -> None:
    Authenticator.objects.create(user=ada, type="totp", data={"secret": "x"})
    client = Client()
    assert sign_in(client, Visitor())["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(client)


def test_work_account_is_no_second_factor(ada: User, openid: OpenIDProvider) -> None:
    openid.tell(claims={"amr": ["pwd", "mfa"], "acr": "2"})
    Trust.objects.update(requires_second_factor=True)
    client = Client()
    sign_in(client, Visitor())
    assert is_signed_in(client)
    answer = client.get("/trusts/northfield/")
    assert answer["Location"].startswith("/accounts/second-factor/")


def test_who_is_signed_in_already_stays_so(ada: User, chair: User) -> None:
    client = client_of(chair)
    assert client.post(SIGN_IN)["Location"] == "/"
    other = Client()
    back = Visitor().allow(set_out(other))
    other.force_login(chair)
    answer = come_back(other, back)
    assert answer.status_code in (302, 400)
    assert other.session["_auth_user_id"] == str(chair.pk)


# What goes to the provider


def test_provider_is_asked_what_we_decide_and_nothing_else(openid: OpenIDProvider) -> None:
    query = urlencode(
        {
            "scope": "offline_access",
            "auth_params": "redirect_uri=https://evil.example/&nonce=mine",
            "process": "redirect",
            "action": "rerequest",
        }
    )
    away = urlsplit(set_out(Client(), f"{SIGN_IN}?{query}"))
    asked = parse_qs(away.query)
    assert f"{away.scheme}://{away.netloc}{away.path}" == f"{openid.url}/authorize/"
    assert sorted(asked["scope"][0].split()) == ["email", "openid", "profile"]
    assert asked["redirect_uri"] == [f"http://testserver{CALLBACK}"]
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["nonce"][0]) == 64
    assert set(asked) == {
        *("client_id", "redirect_uri", "response_type", "scope", "state"),
        *("code_challenge", "code_challenge_method", "nonce"),
    }


def test_each_attempt_has_secrets_of_its_own(openid: OpenIDProvider) -> None:
    client = Client()
    one, two = (parse_qs(urlsplit(set_out(client)).query) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert one[name] != two[name]


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_nobody_is_sent_to_another_site(then: str, ada: User) -> None:
    assert sign_in(Client(), Visitor(), next=then)["Location"] == "/"


def test_pages_keep_the_strict_policy_and_are_not_kept(openid: OpenIDProvider) -> None:
    answer = Client().post(SIGN_IN)
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "form-action 'self'" in policy
    assert openid.origin not in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_another_site_cannot_set_an_attempt_off(lead: User, openid: OpenIDProvider) -> None:
    for address in (SIGN_IN, LINK):
        client = Client(enforce_csrf_checks=True)
        client.force_login(lead)
        assert client.post(address).status_code == 403
        assert client.get(address).status_code == 405


def test_attempts_are_limited(openid: OpenIDProvider, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"work_account": "2/15m/ip"}
    answers = [Client().post(SIGN_IN).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


# What comes back


@pytest.mark.once  # refused by what it says, before anybody is looked for
@pytest.mark.parametrize("lie", LIES)
def test_token_that_lies_lets_nobody_in(lie: str, ada: User, openid: OpenIDProvider) -> None:
    openid.tell(lie=lie, claims={} if lie in CHANGES else {"locale": "en"})
    client = Client()
    answer = sign_in(client, Visitor())
    assert answer.status_code == 403
    assert heading(answer) == "We could not be sure who you are"
    assert not is_signed_in(client)


def test_token_that_lies_links_nothing(lead: User, openid: OpenIDProvider) -> None:
    openid.tell(lie="another nonce")
    assert link(client_of(lead), Visitor()).status_code == 403
    assert not SocialAccount.objects.exists()


def test_token_that_names_us_as_its_party_is_taken(ada: User, openid: OpenIDProvider) -> None:
    openid.tell(lie="two audiences", claims={"azp": CLIENT_ID})
    assert sign_in(Client(), Visitor()).status_code == 302


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"hd": "northfield.example"}, 302),
        ({"hd": "southmere.example"}, 403),
        ({"hd": ["northfield.example"]}, 403),
        ({}, 403),
    ],
)
def test_hosted_domain_is_held(
    claims: dict, status: int, ada: User, openid: OpenIDProvider, settings: LazySettings
) -> None:
    settings.WORK_ACCOUNTS = (replace(openid.as_set, hosted_domain="northfield.example"),)
    openid.tell(claims=claims)
    answer = sign_in(Client(), Visitor())
    assert answer.status_code == status
    assert status == 302 or heading(answer) == "Choose your work account"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a\0b\ud800\n\tc\u202e", "a b c"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("n" * 5000, "n" * 200),
        (["ada"], ADA),
        (" ", ADA),
    ],
)
def test_name_of_an_account_can_be_kept_and_shown(
    name: object, kept: str, lead: User, openid: OpenIDProvider
) -> None:
    openid.tell(claims={"preferred_username": name})
    client = client_of(lead)
    link(client, Visitor())
    assert SocialAccount.objects.get().extra_data["label"] == kept
    page = Page(client.get(MINE).content.decode())
    assert f"Northfield, {kept}" in [node.text for node in page.all("h2")]


def test_state_works_once(ada: User) -> None:
    client = Client()
    back = Visitor().allow(set_out(client))
    assert come_back(client, back).status_code == 302
    client.logout()
    answer = come_back(client, back)
    assert (answer.status_code, heading(answer)) == (400, "Please start again")
    assert not is_signed_in(client)


def test_state_works_in_its_browser_alone(ada: User) -> None:
    back = Visitor().allow(set_out(Client()))
    thief = Client()
    set_out(thief)
    assert come_back(thief, back).status_code == 400
    assert not is_signed_in(thief)


def test_state_of_one_provider_does_not_fit_another(
    ada: User, openid: OpenIDProvider, settings: LazySettings
) -> None:
    """A provider that we trust less cannot pass on what another gave it (mix-up)."""
    settings.WORK_ACCOUNTS += (replace(openid.as_set, key="google", name="Google"),)
    client = Client()
    came = urlsplit(Visitor().allow(set_out(client)))
    answer = client.get(f"/accounts/work/google/callback/?{came.query}")
    assert answer.status_code == 400
    assert not is_signed_in(client)


def test_state_works_for_ten_minutes(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    back = Visitor().allow(set_out(client))
    monkeypatch.setattr("allauth.socialaccount.internal.statekit.STATE_TTL", -1)
    assert come_back(client, back).status_code == 400


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x&code=x", "?state=&code=", "?error=x"])
def test_made_up_return_is_late(query: str, openid: OpenIDProvider) -> None:
    assert Client().get(f"{CALLBACK}{query}").status_code == 400


def test_code_works_once(ada: User) -> None:
    client = Client()
    first = parse_qs(urlsplit(Visitor().allow(set_out(client))).query)
    state = parse_qs(urlsplit(set_out(client)).query)["state"]
    assert client.get(CALLBACK, first).status_code == 302
    client.logout()
    set_out(client)
    session_state = parse_qs(urlsplit(set_out(client)).query)["state"]
    assert session_state != state
    answer = client.get(CALLBACK, {"code": first["code"], "state": session_state})
    assert answer.status_code == 403
    assert not is_signed_in(client)


def test_code_of_one_attempt_does_not_fit_another(ada: User) -> None:
    """Whoever slips somebody a code of their own gets nowhere: it lacks the verifier."""
    attacker, victim = Client(), Client()
    stolen = parse_qs(urlsplit(Visitor().allow(set_out(attacker))).query)["code"]
    state = parse_qs(urlsplit(set_out(victim)).query)["state"]
    assert victim.get(CALLBACK, {"code": stolen, "state": state}).status_code == 403
    assert not is_signed_in(victim)


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"error": "access_denied"}, 200),
        ({"error": "server_error"}, 503),
        ({"error": "temporarily_unavailable"}, 503),
        ({"error": "invalid_scope"}, 403),
        ({}, 403),
        ({"code": "made up"}, 403),
        ({"code": "\ud800"}, 403),
    ],
)
def test_return_without_a_code_is_explained(
    typed: dict, status: int, openid: OpenIDProvider
) -> None:
    client = Client()
    state = parse_qs(urlsplit(set_out(client)).query)["state"][0]
    query = urlencode(typed | {"state": state}, errors="surrogatepass")
    assert client.get(f"{CALLBACK}?{query}").status_code == status
    assert not is_signed_in(client)


def test_who_cancels_is_told_that_nothing_changed(lead: User, openid: OpenIDProvider) -> None:
    client = client_of(lead)
    back = Visitor().allow(set_out(client, LINK), cancel=True)
    answer = come_back(client, back)
    assert (answer.status_code, heading(answer)) == (200, "You are not signed in with Northfield")
    links = [node.attributes["href"] for node in Page(answer.content.decode()).all("a")]
    assert MINE in links
    assert not SocialAccount.objects.exists()


# A provider that is down, or another


@pytest.mark.parametrize(
    "told",
    [
        {"status": 503, "body": '{"error": "busy"}'},
        {"body": "<html>Maintenance</html>"},
        {"body": "[]"},
        {"status": 404, "body": "no"},
        {"status": 302, "body": "{}"},
    ],
)
def test_provider_that_answers_nonsense_is_down(
    told: dict, ada: User, openid: OpenIDProvider
) -> None:
    openid.tell(**told)
    client = Client()
    answer = sign_in(client, Visitor())
    assert (answer.status_code, heading(answer)) == (503, "Northfield does not answer")
    assert not is_signed_in(client)


@pytest.mark.parametrize("body", ["{}", '{"access_token": "x"}', '{"error": "invalid_client"}'])
def test_provider_that_gives_no_token_is_refused(
    body: str, ada: User, openid: OpenIDProvider
) -> None:
    openid.tell(body=body)
    client = Client()
    assert sign_in(client, Visitor()).status_code == 403
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://issuer.evil.example"},
        {"issuer": None},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
        {"authorization_endpoint": "http://[::1"},
    ],
)
def test_provider_that_describes_another_is_not_asked(
    description: dict, openid: OpenIDProvider
) -> None:
    openid.tell(description=description)
    assert Client().post(SIGN_IN).status_code == 503


def test_provider_that_goes_down_meanwhile_is_said_so(
    ada: User, another_provider: OpenIDProvider, settings: LazySettings
) -> None:
    settings.WORK_ACCOUNTS = (another_provider.as_set,)
    client = Client()
    back = Visitor().allow(set_out(client))
    another_provider.stop()
    assert come_back(client, back).status_code == 503
    answer = client.post(SIGN_IN)
    assert (answer.status_code, heading(answer)) == (503, "Northfield does not answer")
    links = [node.attributes["href"] for node in Page(answer.content.decode()).all("a")]
    assert "/accounts/login/" in links


def test_nobody_waits_long_for_a_provider(openid: OpenIDProvider, settings: LazySettings) -> None:
    assert settings.SOCIALACCOUNT_REQUESTS_TIMEOUT == 5
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 0.2
    openid.tell(delay=2)
    assert Client().post(SIGN_IN).status_code == 503


def test_same_number_at_another_issuer_is_somebody_else(
    ada: User, another_provider: OpenIDProvider, settings: LazySettings
) -> None:
    settings.WORK_ACCOUNTS = (another_provider.as_set,)
    client = Client()
    assert sign_in(client, Visitor()).status_code == 403
    assert not is_signed_in(client)


def test_secret_that_has_ended_is_named_in_the_log(
    ada: User,
    openid: OpenIDProvider,
    settings: LazySettings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.WORK_ACCOUNTS = (replace(openid.as_set, client_secret="ended"),)
    assert sign_in(Client(), Visitor()).status_code == 403
    assert "or our secret has ended" in caplog.text
    assert '"ended"' not in caplog.text


def test_log_holds_no_secret(openid: OpenIDProvider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "trusts")
    for lie in ("another nonce", "not signed", ""):
        openid.tell(lie=lie)
        client = Client()
        back = Visitor().allow(set_out(client))
        come_back(client, back)
        assert parse_qs(urlsplit(back).query)["code"][0] not in caplog.text
    assert "oidc: its token is refused: of another attempt" in caplog.text
    assert ADA not in caplog.text


# What the pages offer


def test_buttons_stand_where_a_provider_is_set(lead: User, openid: OpenIDProvider) -> None:
    page = Client().get("/accounts/login/?next=/frameworks/").content.decode()
    assert "Sign in with Northfield" in [node.text for node in Page(page).all("button")]
    mine = client_of(lead)
    assert MINE in mine.get("/accounts/").content.decode()
    buttons = [node.text for node in Page(mine.get(MINE).content.decode()).all("button")]
    assert "Link a Northfield account" in buttons


def test_nothing_is_offered_where_none_is_set(lead: User) -> None:
    client = client_of(lead)
    assert "work account" not in Client().get("/accounts/login/").content.decode()
    assert MINE not in client.get("/accounts/").content.decode()
    for address in (SIGN_IN, LINK, CALLBACK, MINE, "/accounts/work/microsoft/"):
        for method in ("get", "post"):
            assert getattr(client, method)(address).status_code in (404, 405), (address, method)
    assert client.post(SIGN_IN).status_code == 404
    assert client.post(LINK).status_code == 404
    assert client.get(CALLBACK).status_code == 404
    assert client.get(MINE).status_code == 404


def test_link_can_be_removed_when_its_provider_is_offered_no_more(
    ada: User, settings: LazySettings
) -> None:
    settings.WORK_ACCOUNTS = ()
    client = client_of(ada)
    assert ADA in client.get(MINE).content.decode()
    client.post(f"/accounts/work/{SocialAccount.objects.get().pk}/remove/")
    assert not SocialAccount.objects.exists()
    assert client.get(MINE).status_code == 404


@pytest.mark.parametrize("address", ["/accounts/3rdparty/", "/accounts/oidc/oidc/login/"])
def test_pages_of_allauth_are_not_there(address: str, openid: OpenIDProvider) -> None:
    assert Client().get(address).status_code == 404
    assert Client().post(address).status_code == 404


@pytest.mark.parametrize("model", ["socialapp", "socialaccount", "socialtoken"])
def test_operator_has_no_page_of_links_or_providers(model: str, openid: OpenIDProvider) -> None:
    """A provider set there, by whoever gets hold of the area, would let in whom it likes."""
    operator = User.objects.create_superuser("op@service.example", PASSWORD, name="Operator")
    assert client_of(operator).get(f"/admin/socialaccount/{model}/").status_code == 404


def test_provider_in_the_database_is_none(openid: OpenIDProvider) -> None:
    app = SocialApp.objects.create(provider="openid_connect", provider_id="evil", name="Evil")
    assert Client().post(f"/accounts/work/{app.provider_id}/").status_code == 404
    assert "Evil" not in Client().get("/accounts/login/").content.decode()
