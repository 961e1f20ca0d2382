"""The tests are on the database that was asked for, and PostgreSQL leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from tests.database import is_postgresql
from tests.postgresql import CONNECTIONS, Server

ROOT = Path(__file__).resolve().parent.parent
PYTEST = Path(sys.executable).parent / "pytest"


def collect(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Collects this file in a new process, as somebody at the command line would."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "TEST_DATABASE", "TRUSTQUALITY_ENV"}
    }
    return subprocess.run(
        [*command, "--collect-only", "tests/test_database.py", "-p", "no:cacheprovider"],
        cwd=ROOT,
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=120,
    )


def gone(path: Path) -> bool:
    """Whether it goes within ten seconds."""
    deadline = time.monotonic() + 10
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not path.exists()


@pytest.mark.django_db
def test_connection_is_to_the_database_asked_for(request: pytest.FixtureRequest) -> None:
    database = request.config.getoption("--database")
    assert connection.vendor == database
    if not request.config.getoption("nomigrations"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations")
            (migrations,) = cursor.fetchone()
        assert migrations > 0


@pytest.mark.once
def test_bare_pytest_takes_the_database_from_its_address() -> None:
    run = collect([str(PYTEST)], DATABASE_URL="postgres://nobody@localhost:1/nowhere")
    assert "database: postgresql (as DATABASE_URL says)" in run.stdout, run.stderr
    assert "test_connection_is_to_the_database_asked_for" in run.stdout
    assert "test_stopped_server_leaves_nothing_behind" in run.stdout
    assert "test_is_postgresql_reads_the_scheme" not in run.stdout
    assert (
        "\nLeft out: 4 tests that ask for no database; ./test runs them on SQLite.\n" in run.stdout
    )
    assert run.returncode == 0


@pytest.mark.once
def test_sqlite_is_what_it_is_without_a_word() -> None:
    run = collect([str(PYTEST)])
    assert "database: sqlite\n" in run.stdout, run.stderr
    assert "test_is_postgresql_reads_the_scheme" in run.stdout
    assert "Left out" not in run.stdout
    assert run.returncode == 0


@pytest.mark.once
def test_unknown_database_is_refused() -> None:
    run = collect([str(PYTEST)], TEST_DATABASE="oracle")
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "TEST_DATABASE is 'oracle'; it must be sqlite or postgresql." in run.stderr


@pytest.mark.once
def test_settings_that_disagree_are_refused(tmp_path: Path) -> None:
    """The settings being read before the plugin chose is what this is to catch."""
    (tmp_path / "sqlite_anyway.py").write_text(
        "from trustquality.settings import *\n"
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}\n"
    )
    run = collect(
        [sys.executable, "-m", "pytest", "--ds=sqlite_anyway"],
        DATABASE_URL="postgres://nobody@localhost:1/nowhere",
        PYTHONPATH=str(tmp_path),
    )
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "Asked to test on postgresql, but Django's settings say sqlite." in run.stderr


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://a@b/c", True),
        ("postgresql://a@b/c", True),
        ("sqlite:////folder/postgres", False),
        ("", False),
    ],
)
def test_is_postgresql_reads_the_scheme(url: str, expected: bool) -> None:
    assert is_postgresql(url) is expected


@pytest.fixture
def on_postgresql(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("about PostgreSQL")


@pytest.mark.everywhere
@pytest.mark.usefixtures("on_postgresql")
def test_stopped_server_leaves_nothing_behind() -> None:
    server = Server()
    assert (server.folder / "data" / "postmaster.pid").exists()
    configuration = (server.folder / "data" / "postgresql.conf").read_text()
    assert f"max_connections = {CONNECTIONS}" in configuration
    postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    server.stop()
    assert gone(server.folder)
    assert gone(Path(f"/proc/{postmaster}"))


@pytest.mark.everywhere
@pytest.mark.usefixtures("on_postgresql")
def test_server_goes_when_its_run_is_killed() -> None:
    """SIGKILL leaves the run no last word; the server must go all the same."""
    run = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import time; from tests.postgresql import Server; "
            "print(Server().folder, flush=True); time.sleep(60)",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout
    folder = Path(run.stdout.readline().strip())
    assert (folder / "data" / "postmaster.pid").exists()
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert gone(folder)
