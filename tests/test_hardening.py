"""What every answer carries, what is refused unread, and what the log may not hold."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import TooManyFieldsSent
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from tests.conftest import client_of
from trustquality.hardening import LARGEST_REQUEST
from trustquality.logs import Discreet, WithoutRows, without_secrets
from trustquality.static_storage import HashedStaticFilesStorage
from trustquality.wsgi import MOST_FIELDS, readable_only
from trusts.models import User

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py


def test_policy_lets_nothing_inline_and_nothing_from_elsewhere(db: None, client: Client) -> None:
    policy = dict(
        part.strip().split(" ", 1)
        for part in client.get("/").headers["Content-Security-Policy"].split(";")
    )
    assert policy == {
        "default-src": "'none'",
        "object-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


@pytest.mark.parametrize("address", ["/", "/nowhere/", "/accounts/login/", "/%00"])
def test_every_answer_carries_the_headers(db: None, client: Client, address: str) -> None:
    assert_carries_the_headers(client.get(address))


def assert_carries_the_headers(answer: HttpResponseBase) -> None:
    headers = answer.headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_pages_of_signed_in_people_are_kept_nowhere(lead: User) -> None:
    answer = client_of(lead).get("/trusts/northfield/")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]


def test_static_files_are_kept_by_the_browser_of_whoever_asks(
    lead: User, settings: LazySettings, tmp_path: Path
) -> None:
    (tmp_path / "page.0123456789ab.css").write_text("a {}")
    paths = {"page.css": "page.0123456789ab.css"}
    manifest = {"version": HashedStaticFilesStorage.manifest_version, "hash": "", "paths": paths}
    (tmp_path / HashedStaticFilesStorage.manifest_name).write_text(json.dumps(manifest))
    name = f"{HashedStaticFilesStorage.__module__}.{HashedStaticFilesStorage.__qualname__}"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": name}}
    settings.STATIC_ROOT = str(tmp_path)
    for client in (Client(), client_of(lead)):
        answer = client.get("/static/page.0123456789ab.css")
        assert b"".join(answer.streaming_content) == b"a {}"
        assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
        assert_carries_the_headers(answer)


def test_signing_out_clears_what_the_browser_kept(lead: User) -> None:
    client = client_of(lead)
    assert "Clear-Site-Data" not in client.get("/trusts/northfield/").headers
    assert client.post("/accounts/logout/").headers["Clear-Site-Data"] == '"cache"'


def test_message_that_may_name_people_is_in_no_cookie(lead: User) -> None:
    client = client_of(lead)
    client.post("/trusts/northfield/settings/", {"requires_second_factor": ""})
    assert "messages" not in client.cookies
    page = client.get("/trusts/northfield/settings/").content.decode()
    assert "The settings are saved." in page
    assert "The settings are saved." not in client.get("/trusts/northfield/").content.decode()


def test_who_has_signed_out_is_told_so_without_another_session(lead: User) -> None:
    client = client_of(lead)
    answer = client.post("/accounts/logout/")
    assert not answer.cookies["sessionid"].value
    assert answer.cookies["messages"]["httponly"]
    assert answer.cookies["messages"]["samesite"] == "Lax"
    assert "You have signed out." in client.get("/").content.decode()


def test_null_characters_are_refused(lead: User) -> None:
    client = client_of(lead)
    assert client.get("/trusts/north\0field/").status_code == 404
    assert client.get("/accounts/login/", {"next": "a\0b"}).status_code == 400
    assert client.get("/accounts/login/", {"ne\0xt": "a"}).status_code == 400
    client.cookies["anything"] = "a\0b"
    answer = client.get("/trusts/northfield/", headers={"cookie": "anything=a\0b"})
    assert answer.status_code == 400
    assert "This could not be read" in answer.content.decode()


def test_too_large_a_request_is_refused_unread(db: None, client: Client) -> None:
    answer = client.generic(
        "POST", "/accounts/login/", b"", CONTENT_LENGTH=str(LARGEST_REQUEST + 1)
    )
    assert answer.status_code == 413
    assert "This is too large" in answer.content.decode()


def test_too_much_typed_is_said_in_the_same_words(db: None, client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": "x" * (3 * 1024**2)})
    assert answer.status_code == 413
    assert "This is too large" in answer.content.decode()


@pytest.mark.parametrize("length", ["-1", "many", "", "²"])
def test_odd_lengths_are_no_fault_of_ours(db: None, client: Client, length: str) -> None:
    assert client.generic("POST", "/", b"", CONTENT_LENGTH=length).status_code == 405


@pytest.mark.parametrize("length", ["-1", "many", "²", "1 2"])
def test_lengths_that_are_no_numbers_are_refused_before_django(length: str) -> None:
    said: list[str] = []
    application = readable_only(lambda environ, start: [b"reached"])
    environ = RequestFactory().post("/").environ | {"CONTENT_LENGTH": length}
    body = b"".join(application(environ, lambda status, headers: said.append(status)))
    assert said == ["400 Bad Request"]
    assert body == b"The length is no number.\n"


def test_address_that_asks_for_too_much_is_refused_before_django() -> None:
    shown: dict[str, str] = {}
    application = readable_only(lambda environ, start: [b"reached"])
    for fields, body in ((1_000, b"reached"), (1_001, b"That asks for too much.\n")):
        environ = RequestFactory().get("/?" + "&".join(["a"] * fields)).environ
        parts = application(environ, lambda status, headers: shown.update(headers, status=status))
        assert b"".join(parts) == body
    assert shown["status"] == "400 Bad Request"
    assert shown["X-Frame-Options"] == "DENY"
    assert shown["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_django_itself_would_fall_over_an_address_that_asks_for_too_much() -> None:
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS == MOST_FIELDS
    asked = "&".join(["a"] * (MOST_FIELDS + 1))
    environ = RequestFactory().get(f"/?{asked}").environ
    with pytest.raises(TooManyFieldsSent):
        WSGIRequest(environ | {"CONTENT_TYPE": "text/plain; charset=utf-8"})


@pytest.mark.parametrize("address", ["/", "/nowhere/", "/accounts/login/", "/%00"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--b\r\nContent-Disposition: form-data", "multipart/form-data; boundary="),
        (b"&".join([b"a=b"] * 1001), "application/x-www-form-urlencoded"),
        (b"--b\r\n" * 3, "multipart/form-data; boundary=" + "b" * 300),
    ],
)
def test_a_form_that_falls_apart_is_refused_on_every_page(
    db: None, address: str, body: bytes, content_type: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.generic("POST", address, body, content_type)
    assert answer.status_code == 400
    assert "This could not be read" in answer.content.decode()


def test_a_form_that_falls_apart_is_refused_for_an_unknown_host_too(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    body = b"&".join([b"a=b"] * 1001)
    form = "application/x-www-form-urlencoded"
    assert client.generic("POST", "/", body, form, headers={"host": "bad host"}).status_code == 400


@pytest.mark.parametrize("charset", ["zlib", "utf-7", "base64", "iso-8859-1", "nonsense"])
def test_other_character_sets_are_refused_before_django(charset: str) -> None:
    said: list[str] = []
    application = readable_only(lambda environ, start: [b"reached"])
    environ = RequestFactory().post("/").environ | {
        "CONTENT_TYPE": f"text/plain; charset={charset}"
    }
    body = b"".join(application(environ, lambda status, headers: said.append(status)))
    assert said == ["415 Unsupported Media Type"]
    assert body == b"Only UTF-8 is read here.\n"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/x-www-form-urlencoded",
        'multipart/form-data; boundary="x"; charset=UTF-8',
        "text/plain; charset='utf8'",
        ";;;=",
    ],
)
def test_what_browsers_send_goes_through(content_type: str) -> None:
    application = readable_only(lambda environ, start: [b"reached"])
    environ = RequestFactory().post("/").environ | {"CONTENT_TYPE": content_type}
    assert list(application(environ, lambda status, headers: None)) == [b"reached"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/accounts/password/reset/key/3-abc-0123456789/", "/accounts/password/reset/key/…/"),
        ("/invitations/aB3_x-9/", "/invitations/…/"),
        ("/frameworks/search/?q=debt", "/frameworks/search/"),
        ("/trusts/northfield/", "/trusts/northfield/"),
    ],
)
def test_log_holds_no_key_and_no_question(text: str, left: str) -> None:
    assert without_secrets(text) == left


def test_refusals_are_logged_without_a_traceback(
    lead: User, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="django.request"):
        client.get("/invitations/secret-token/?q=secret")
    [record] = [one for one in caplog.records if one.name == "django.request"]
    record.exc_info = (Http404, Http404(), None)
    assert Discreet().filter(record)
    assert "secret" not in record.getMessage()
    assert record.exc_info is None


def line_of(message: str, *args: object, **more: object) -> str:
    """A line as the log has it."""
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, message, args, None)
    record.created, record.msecs = 1_800_000_000.25, 250
    for name, value in more.items():
        setattr(record, name, value)
    assert Discreet().filter(record)
    formatters: Any = settings.LOGGING["formatters"]
    plain = formatters["plain"]
    return WithoutRows(plain["format"], defaults=plain["defaults"]).format(record)


def test_line_says_when_in_one_time_for_all() -> None:
    assert line_of("Started.").startswith("2027-01-15T08:00:00.250Z WARNING django.request: Sta")


def test_line_says_whose_request_it_was(lead: User, rf: RequestFactory) -> None:
    request = rf.get("/")
    assert line_of("Forbidden: %s", "/x", request=request).endswith("Forbidden: /x")
    request._cached_user = AnonymousUser()
    assert line_of("Forbidden: %s", "/x", request=request).endswith("Forbidden: /x")
    request._cached_user = lead
    assert line_of("Forbidden: %s", "/x", request=request).endswith(f"/x [person {lead.pk}]")


@pytest.mark.parametrize("typed", ["a\nb", "a\r\nb", "a\x1b[31mb", "a\u2028b", "a\x85b", "a\0b"])
def test_nobody_adds_a_line_to_the_log(typed: str) -> None:
    line = line_of("Not Found: %s", typed)
    assert line.isprintable()
    assert len(line.splitlines()) == 1


def test_log_of_a_fault_has_no_row() -> None:
    message = "duplicate key\nDETAIL:  Key (note)=(frank words) already exists."
    try:
        raise ValueError(message)
    except ValueError as fault:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "Failed", (), None)
        record.exc_info = (ValueError, fault, fault.__traceback__)
    text = WithoutRows("%(message)s").format(record)
    assert "duplicate key" in text
    assert "frank words" not in text


def test_request_is_made_only_of_what_went_through() -> None:
    """The reason for the refusal: Django itself would fall over."""
    environ = RequestFactory().get("/?a=b").environ | {"CONTENT_TYPE": "text/plain; charset=zlib"}
    with pytest.raises(LookupError):
        HttpResponse(WSGIRequest(environ).GET["a"])
