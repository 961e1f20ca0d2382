"""A real browser on a live server with the demo loaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.core.management import call_command
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from assessments.actions import create_assessment
from assessments.models import Assessment
from frameworks.models import Framework
from trusts.models import Trust

# Playwright's own loop runs in the thread that also uses the ORM.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# A machine may be busy with other things: what comes late is not wrong.
expect.set_options(timeout=20_000)

PASSWORD = "trust-quality-demo"
SIGN_IN = "/accounts/login/"
WINDOWS = ((1280, 800), (320, 700))
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Without all that it finds in order, which takes longer to bring here than to find.
WHAT_AXE_FINDS = """
axe.run({resultTypes: ["violations"]}).then(({violations}) => ({violations}))
"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Debian's Chromium, with nothing that looks for hosts beyond this machine."""
    found = (shutil.which(name) for name in ("chromium-headless-shell", "chromium"))
    chromium = os.environ.get("CHROMIUM") or next(filter(None, found), None)
    if chromium is None:
        pytest.skip("there is no chromium on this machine; apt-get install chromium-headless-shell")
    return {**browser_type_launch_args, "executable_path": chromium, "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {**browser_context_args, "viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: addresses here are whole. Playwright's own is made in a way that pytest gives up."""


@pytest.fixture(scope="package")
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One database for all tests of this folder, with the demo as `./run` loads it.

    Loading it takes seconds, and a test's transaction would hide it from the server's
    threads; so nothing is rolled back, and a test that writes makes rows of its own.
    """
    with django_db_blocker.unblock():
        call_command("load_demo", verbosity=0)
        yield
        call_command("flush", interactive=False, verbosity=0)
        # While Playwright's loop runs, Django keeps another connection than after it, and a
        # database that one is open to is not dropped.
        connection.close()


@pytest.fixture(scope="package")
def site(db: None) -> Iterator[str]:
    """Where the service answers.

    The server starts after the test database is there: it would share one SQLite connection
    between threads if it still saw the name of a database in memory.
    """
    server = LiveServer("localhost")
    yield str(server.url)
    server.stop()


@pytest.fixture
def assessment(site: str) -> Assessment:
    """Northfield's, by the CST framework, of this test alone and not rated yet."""
    trust = Trust.objects.get(slug="northfield")
    return create_assessment(
        trust=trust,
        framework=Framework.objects.get(key="cst-strong-trusts"),
        title=f"Of test {uuid4().hex[:8]}",
        due_on=None,
        by=trust.leads.get(),
    )


@pytest.fixture
def sign_in(site: str) -> Callable[..., Page]:
    """Sign the person in on a page, as they would, and leave them at their trust."""

    def fill_in(page: Page, email: str = "lead@northfield.example") -> Page:
        page.goto(site + SIGN_IN)
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{site}/trusts/*/")
        return page

    return fill_in


@pytest.fixture
def signed_in(site: str) -> Callable[..., Page]:
    """A page in whose browser the person is signed in already, for tests that go on elsewhere.

    The session is one of its own and begun by the password, as `sign_in` would: only the two
    pages that it would show are spared.
    """

    def carry(page: Page, email: str = "lead@northfield.example") -> Page:
        client = Client()
        answer = client.post(SIGN_IN, {"login": email, "password": PASSWORD})
        assert answer.status_code == 302, f"{email} is not let in"
        page.context.add_cookies(
            [
                {
                    "name": cookie.key,
                    "value": cookie.value,
                    "url": site,
                    "httpOnly": bool(cookie["httponly"]),
                    "sameSite": cookie["samesite"] or "Lax",
                }
                for cookie in client.cookies.values()
            ]
        )
        return page

    return carry


@pytest.fixture
def context(context: BrowserContext) -> Iterator[BrowserContext]:
    """The browser of `page`, in which nothing may be refused by our own policy."""
    with refusing_nothing(context):
        yield context


looked_at_by_axe: set[BrowserContext] = set()
"""It tries styles of its own, which our policy refuses it."""


@contextmanager
def refusing_nothing(context: BrowserContext) -> Iterator[None]:
    """Fail where a page breaks its own Content Security Policy: it works, and wrongly."""
    refused: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        is_ours = context not in looked_at_by_axe
        if is_ours and "Content Security Policy" in message.text:
            refused.append(f"{message.page.url if message.page else ''}: {message.text}")

    context.on("console", listen)
    yield
    assert refused == []


@pytest.fixture
def new_page(browser: Browser, browser_context_args: dict) -> Iterator[Callable[..., Page]]:
    """Another person's browser; `java_script_enabled=False` and other options as Playwright's."""
    with ExitStack() as opened:

        def make(**options: object) -> Page:
            context = browser.new_context(**{**browser_context_args, **options})
            opened.callback(context.close)
            opened.enter_context(refusing_nothing(context))
            return context.new_page()

        yield make


@pytest.fixture
def assert_accessible() -> Callable[[Page], None]:
    """Fail with axe's own words where it finds anything on the page."""

    def check(page: Page) -> None:
        wait_until_there(page)
        looked_at_by_axe.add(page.context)
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        results = AxeResults(page.evaluate(WHAT_AXE_FINDS))
        looked_at_by_axe.discard(page.context)
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check


def wait_until_there(page: Page) -> None:
    """Wait for the whole page that was asked for, of which a click has seen the headers arrive.

    What reads a page once, as axe does, must come after it; `expect` reads until it is true. And
    after a form that saves by itself is sent, `expect` what the next page has: its button waits
    for a quiet save that is under way.
    """
    page.wait_for_load_state()


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    wait_until_there(page)
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


@pytest.fixture
def assert_fits(assert_accessible: Callable[[Page], None]) -> Callable[[Page], None]:
    """Fail where a page is wider than a desk's or a phone's window, or axe finds anything there.

    One visit serves both: the styles follow the width, and no script of ours looks at it.
    """

    def check(page: Page) -> None:
        for width, height in WINDOWS:
            page.set_viewport_size({"width": width, "height": height})
            assert overflow(page) == 0, f"{page.url} is wider than {width} pixels"
            assert_accessible(page)

    return check
