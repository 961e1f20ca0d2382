"""A throw-away database: made for one run, in a folder or on a server that goes with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

SQLITE, POSTGRESQL = CHOICES = ("sqlite", "postgresql")
# The service as it is by default on a machine of one's own, whatever the shell or .env say.
ENVIRONMENT = {
    "ALLOWED_HOSTS": "127.0.0.1",
    "CONN_MAX_AGE": "600",
    "CSRF_TRUSTED_ORIGINS": "",
    "DEBUG": "0",
    "DJANGO_SETTINGS_MODULE": "bench.settings",
    "EMAIL_URL": "dummymail://",
    "LOG_LEVEL": "WARNING",
    "SECRET_KEY": "only-for-a-database-that-is-thrown-away-after-the-measurement",
    "WEB_CONCURRENCY": "3",
}


class CannotMeasure(Exception):
    """Something that the measurement needs is missing or went wrong; the message says what."""


@contextmanager
def throw_away_database(kind: str, folder: Path) -> Iterator[str]:
    """The DATABASE_URL of a new database, never one that DATABASE_URL names already.

    Raises:
        CannotMeasure: PostgreSQL cannot run here.
    """
    if kind == SQLITE:
        yield f"sqlite:///{quote(str(folder / 'bench.sqlite3'))}"
        return
    from tests.postgresql import Server, Unavailable

    try:
        server = Server()
    except Unavailable as reason:
        raise CannotMeasure(f"No PostgreSQL to measure on: {reason}") from reason
    try:
        # The server is all ours, so the database that it comes with will do.
        yield server.url.rpartition("/")[0] + "/postgres"
    finally:
        server.stop()


def prepare(url: str, folder: Path) -> None:
    """Set Django up on the database, with its tables, the frameworks and the static files' names.

    The environment is the server's too. A test run keeps its quick password hash and its
    plain file names.
    """
    in_tests = os.environ.get("TRUSTQUALITY_ENV") == "test"
    os.environ.update(ENVIRONMENT)
    os.environ["TRUSTQUALITY_ENV"] = "test" if in_tests else "local"
    os.environ["DATABASE_URL"] = url
    os.environ["BENCH_STATIC_ROOT"] = str(folder / "static")
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    if not in_tests:
        if not settings.STATICFILES_DIRS[0].is_dir():
            raise CannotMeasure("The styles are not built. Type ./run --prepare first.")
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["admin"])
    call_command("migrate", verbosity=0)
    call_command("load_frameworks", verbosity=0)


def settle() -> None:
    """Let go of the seeding: PostgreSQL's statistics as its autovacuum would leave them.

    SQLite keeps none unless asked, and the service does not ask.
    """
    from django.db import connection

    if connection.vendor == POSTGRESQL:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    connection.close()


def version() -> str:
    """The database and its version, such as SQLite 3.40.1."""
    from django.db import connection

    is_postgresql = connection.vendor == POSTGRESQL
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version" if is_postgresql else "SELECT sqlite_version()")
        (number,) = cursor.fetchone()
    return f"{'PostgreSQL' if is_postgresql else 'SQLite'} {number}"
