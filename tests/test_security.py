"""What docs/security.md says of production and of the code, where no other test holds it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.conftest import PASSWORD, client_of
from tests.test_production import ROOT, SOUND
from trusts.models import User

APPS = (
    "assessments",
    "frameworks",
    "govuk",
    "plans",
    "reports",
    "reviews",
    "trustquality",
    "trusts",
)
APPS += ("sheets", "texts")


@pytest.fixture(scope="session")
def of_production() -> dict[str, Any]:
    """What production sets, by a process of its own that has nothing else set."""
    code = """
import json
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
import trustquality.settings as ours
told = {name: getattr(settings, name) for name in dir(ours) if name.isupper()}
told |= {"HASHER": type(get_hasher()).__name__, "ROUNDS": get_hasher().iterations}
print(json.dumps(told, default=str))
"""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=kept | SOUND | {"DJANGO_SETTINGS_MODULE": "trustquality.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(answer.stdout)
    assert told["ENVIRONMENT"] == "production"
    return told


@pytest.fixture
def production(of_production: dict[str, Any], settings: LazySettings) -> LazySettings:
    """The settings that say how a browser is spoken to, as in production."""
    spoken = ("ALLOWED_HOSTS", "CSRF_", "KNOWN_BROWSER_", "MESSAGES_", "SECURE_", "SESSION_")
    for name, value in of_production.items():
        if name.startswith(spoken):
            setattr(settings, name, value)
    return settings


HOST = {"host": "quality.trust.example", "x-forwarded-proto": "https"}


def test_every_cookie_of_production_is_bound_to_its_host(
    production: LazySettings, lead: User
) -> None:
    client = Client(headers=HOST)
    answers = [
        client.get("/accounts/login/"),
        client.post("/accounts/login/", {"login": lead.email, "password": PASSWORD}),
        client.post("/accounts/logout/"),
    ]
    cookies = [cookie for one in answers for cookie in one.cookies.values() if cookie.value]
    assert {cookie.key for cookie in cookies} == {
        "__Host-csrf",
        "__Host-known-browser",
        "__Host-messages",
        "__Host-session",
    }
    for cookie in cookies:
        assert cookie["secure"] is True, cookie.key
        assert cookie["httponly"] is True, cookie.key
        assert cookie["samesite"] == "Lax", cookie.key
        assert (cookie["path"], cookie["domain"]) == ("/", ""), cookie.key


def test_production_speaks_https_alone(production: LazySettings, lead: User) -> None:
    plain = Client(headers={"host": HOST["host"]})
    for answer in (plain.get("/accounts/login/?next=/x"), plain.post("/accounts/login/")):
        assert answer.status_code == 301
        assert answer["Location"].startswith("https://quality.trust.example/accounts/login/")
        assert not answer.cookies
    health = plain.get("/healthz")
    assert (health.status_code, health.content) == (200, b"ok\n")
    answer = Client(headers=HOST).get("/accounts/login/")
    assert answer.status_code == 200
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_production_hashes_passwords_slowly(of_production: dict[str, Any]) -> None:
    assert of_production["HASHER"] == "PBKDF2PasswordHasher"
    assert of_production["ROUNDS"] == 1_000_000
    assert "PASSWORD_HASHERS" not in of_production


@pytest.fixture
def static_files(settings: LazySettings, tmp_path: Path) -> Path:
    """Collected files, as production serves them, in a folder beside a secret."""
    (tmp_path / "collected" / "css").mkdir(parents=True)
    (tmp_path / "collected" / "css" / "page.css").write_text("a {}")
    (tmp_path / ".env").write_text("SECRET_KEY=a-secret")
    settings.STATIC_ROOT = str(tmp_path / "collected")
    return tmp_path


CHECKOUT = [
    "/.git/HEAD",
    "/.git/config",
    "/.env",
    "/manage.py",
    "/trustquality/settings.py",
    "/var/db.sqlite3",
    "/static/",
    "/static/css/",
    "/static/.env",
    "/static/../.env",
    "/static/css/../../.env",
    "/static/%2e%2e/.env",
    "/static/..%2f.env",
    "/static//etc/passwd",
    "/static/css/..\\..\\.env",
]


@pytest.mark.parametrize("address", CHECKOUT)
def test_no_file_of_the_checkout_is_served(
    db: None, client: Client, static_files: Path, address: str
) -> None:
    assert b"".join(client.get("/static/css/page.css").streaming_content) == b"a {}"
    answer = client.get(address)
    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    ["/", "/nowhere/", "/trusts/northfield/", "/healthz", "/static/css/page.css", "/admin/"],
)
def test_no_answer_opens_itself_to_other_origins(
    lead: User, static_files: Path, address: str
) -> None:
    client = client_of(lead)
    for origin in ("https://evil.example", "null"):
        answer = client.get(address, headers={"origin": origin})
        opened = [name for name in answer.headers if name.startswith("Access-Control-")]
        assert opened == []
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    asked_first = client.options(address, headers={"access-control-request-method": "POST"})
    assert asked_first.status_code == 405


def test_a_fault_tells_nothing_of_itself(
    lead: User, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    def fall_over(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("frank words of " + settings.SECRET_KEY)

    monkeypatch.setattr("trusts.querysets.TrustOwnedQuerySet.visible_to", fall_over)
    client = client_of(lead)
    client.raise_request_exception = False
    answer = client.get("/trusts/northfield/?note=asked")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "The fault is ours" in page
    assert "no-store" in answer["Cache-Control"]
    for telling in (
        "frank words",
        settings.SECRET_KEY,
        "RuntimeError",
        "Traceback",
        ".py",
        "asked",
    ):
        assert telling not in page


def service_code() -> Iterator[tuple[str, ast.AST]]:
    """Every piece of the service's own code, with the file that it is in."""
    files = [file for app in APPS for file in (ROOT / app).rglob("*.py")]
    assert len(files) > 150
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            yield str(file.relative_to(ROOT)), node


RUNS_PROGRAMS = {"subprocess", "pty", "multiprocessing", "commands", "pexpect"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__", "system", "popen", "spawnl", "execv", "fork"}
UNPACKS_OBJECTS = {"pickle", "marshal", "shelve", "dill", "jsonpickle"}


def test_service_runs_no_other_program_and_no_text_as_code() -> None:
    refused = RUNS_PROGRAMS | UNPACKS_OBJECTS
    for file, node in service_code():
        if isinstance(node, ast.Import):
            assert not {one.name.split(".")[0] for one in node.names} & refused, file
        elif isinstance(node, ast.ImportFrom):
            assert str(node.module).split(".")[0] not in refused, file
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                assert called.id not in RUNS_TEXT, file
            elif isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
                whose = called.value.id
                assert whose != "os" or called.attr not in RUNS_TEXT, file


SETS_HTML = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|DOMParser|eval"
    r"|createContextualFragment|setHTMLUnsafe|Function|postMessage)\b|\bon\w+\s*=\s*[\"']"
)


def test_scripts_set_no_html() -> None:
    scripts = list((ROOT / "static" / "js").glob("*.js"))
    assert len(scripts) > 3
    found = {script.name: SETS_HTML.findall(script.read_text()) for script in scripts}
    assert {name for name, signs in found.items() if signs} == set()


@pytest.mark.parametrize(
    "line", ["box.innerHTML = text", "eval(text)", "new Function(text)", "document.write(text)"]
)
def test_html_would_be_found(line: str) -> None:
    assert SETS_HTML.search(line)


def test_marked_words_are_put_together_by_format_html() -> None:
    """What is printed unescaped is what our form pack has itself laid out, and nothing typed."""
    unescaped = {
        f"{file.relative_to(ROOT / 'templates')}: {sign}"
        for file in (ROOT / "templates").rglob("*.html")
        for sign in re.findall(r"[\w.]+\s*\|\s*safe\b|autoescape off|safeseq", file.read_text())
    }
    layouts = ("column", "div", "fieldset", "row")
    assert unescaped == {f"govuk/layout/{name}.html: fields|safe" for name in layouts}
    for file, node in service_code():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "mark_safe", file
            assert node.func.id != "SafeString" or not node.args, file
