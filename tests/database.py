"""pytest plugin that chooses and starts the database before Django reads its settings.

`--database=postgresql` uses DATABASE_URL where that is a PostgreSQL database, and otherwise
starts a server for the run. It must be a `-p` plugin: a conftest.py comes too late.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

from tests.postgresql import Server, Unavailable

SQLITE, POSTGRESQL = CHOICES = ("sqlite", "postgresql")
POSTGRESQL_SCHEMES = ("postgres:", "postgresql:", "psql:", "pgsql:")
# What a developer's shell may hold for ./run must not change what the tests see.
NOT_FOR_TESTS = (
    "ALLOWED_HOSTS",
    "CONN_MAX_AGE",
    "CSRF_TRUSTED_ORIGINS",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_URL",
    "SITE_ADDRESS",
    "GOOGLE_CLIENT_ID",
    "GOOGLE_CLIENT_SECRET",
    "GOOGLE_HOSTED_DOMAIN",
    "KEEP_CLOSED_TRUSTS_DAYS",
    "KEEP_FORMER_PEOPLE_DAYS",
    "KEEP_INVITATIONS_DAYS",
    "KEEP_LOOKS_DAYS",
    "KEEP_SESSIONS_DAYS",
    "KEEP_UPLOADS_DAYS",
    "MICROSOFT_CLIENT_ID",
    "MICROSOFT_CLIENT_SECRET",
    "MICROSOFT_TENANT",
    "OIDC_CLIENT_ID",
    "OIDC_NAME",
    "OIDC_SECRET",
    "OIDC_SERVER_URL",
    "OPERATOR_NAME",
    "OPERATOR_SECOND_FACTOR",
    "PRIVACY_CONTACT",
    "SECRET_KEY",
    "SESSION_COOKIE_AGE",
    "SESSION_IDLE_AGE",
    "TRUSTED_PROXY_COUNT",
)
SERVER = pytest.StashKey[Server]()
LEFT_OUT = pytest.StashKey[int]()


def is_postgresql(url: str) -> bool:
    """Whether a DATABASE_URL is that of a PostgreSQL database."""
    return url.startswith(POSTGRESQL_SCHEMES)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--database`; TEST_DATABASE, then the kind of DATABASE_URL, is the default."""
    by_url = POSTGRESQL if is_postgresql(os.environ.get("DATABASE_URL", "")) else SQLITE
    parser.getgroup("trust quality").addoption(
        "--database",
        choices=CHOICES,
        default=os.environ.get("TEST_DATABASE") or by_url,
        help="the database to test on (default: TEST_DATABASE, or what DATABASE_URL is, or sqlite)",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    """Runs before pytest-django, which reads the settings in this same hook."""
    os.environ["TRUSTQUALITY_ENV"] = "test"
    for name in NOT_FOR_TESTS:
        os.environ.pop(name, None)
    database = early_config.known_args_namespace.database
    if database == SQLITE:
        os.environ["DATABASE_URL"] = "sqlite:///:memory:"
    elif database != POSTGRESQL:
        raise pytest.UsageError(f"TEST_DATABASE is {database!r}; it must be sqlite or postgresql.")
    elif not is_postgresql(os.environ.get("DATABASE_URL", "")):
        try:
            early_config.stash[SERVER] = server = Server()
        except Unavailable as reason:
            raise pytest.UsageError(f"No PostgreSQL to test on: {reason}") from reason
        os.environ["DATABASE_URL"] = server.url
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the mark that `pytest_collection_modifyitems` acts on."""
    config.addinivalue_line(
        "markers", "once: the same on every database, and slow; runs on SQLite only."
    )
    config.addinivalue_line(
        "markers", "everywhere: asks pytest for no database, yet runs on each: it starts its own."
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Spares the second run what the first has shown."""
    if config.option.database == SQLITE:
        return
    left_out = [item for item in items if not may_touch_the_database(item)]
    config.stash[LEFT_OUT] = len(left_out)
    items[:] = [item for item in items if may_touch_the_database(item)]
    for item in items:
        if item.get_closest_marker("once"):
            item.add_marker(pytest.mark.skip("marked `once`: runs on SQLite"))


def may_touch_the_database(item: pytest.Item) -> bool:
    """Whether it asked for the database: pytest-django refuses it to every other test.

    Those in the browser run in one step only, whatever they ask for.
    """
    asked = {"db", "transactional_db", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("everywhere")
    return bool(asked or marked or item.get_closest_marker("once") or "browser" in item.path.parts)


def pytest_report_header(config: pytest.Config) -> str:
    """Which database a run was on, at its head."""
    whose = "a server of this run" if SERVER in config.stash else "as DATABASE_URL says"
    database = config.option.database
    return f"database: {database}" + (f" ({whose})" if database == POSTGRESQL else "")


def pytest_sessionstart(session: pytest.Session) -> None:
    """No run may believe that it is on PostgreSQL while it is on SQLite."""
    from django.db import connection

    if connection.vendor != session.config.option.database:
        raise pytest.UsageError(
            f"Asked to test on {session.config.option.database}, but Django's settings "
            f"say {connection.vendor}."
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process of several tells the first how many tests it left out; all leave out the same."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hears it."""
    told = getattr(node, "workeroutput", {}).get("left_out", 0)
    node.config.stash[LEFT_OUT] = max(told, node.config.stash.get(LEFT_OUT, 0))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """What did not run is said."""
    if number := config.stash.get(LEFT_OUT, 0):
        terminalreporter.line(
            f"Left out: {number} tests that ask for no database; ./test runs them on SQLite."
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops the server, after Ctrl-C too."""
    if server := config.stash.get(SERVER, None):
        server.stop()
