"""./run and ./test as people start them: in a checkout of their own, whatever is wrong with it."""

from __future__ import annotations

import http.cookiejar
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.once  # the scripts choose their own database
ROOT = Path(__file__).resolve().parent.parent
EXPECTED = re.compile(
    r'"[A-Z]+ /\S*" \d{3} \d+$|INFO trusts\.sign_in_log: Person \d+ signed in by '
)
KEY = "0123456789" * 5
NOT_COPIED = shutil.ignore_patterns(
    *(".*_cache", ".env", ".git", ".hypothesis", ".venv", "__pycache__", "bench", "build"),
    *("docs", "node_modules", "tests", "var"),
)
TOOLS = (
    *("awk", "cat", "cksum", "cut", "date", "dirname", "env", "find", "grep", "id", "ls"),
    *("mkdir", "rm", "sed", "sh", "sort", "tail", "tr", "uname"),
)
# Marks as done what ./test has done for the checkout that these tests are in.
ALREADY_DONE = """
. scripts/install.sh
mark_done .venv/installed-test "$(packages_sum test)"
mark_done .venv/installed-service "$(packages_sum)"
mark_done build/styles.stamp "$(styles_sum)"
"""


# For tests that show no page: hashing and compressing the files takes eight seconds.
ALREADY_COLLECTED = """
. scripts/install.sh
mkdir build/collected
mark_done build/collected.stamp "$(cat build/styles.stamp .venv/installed-service) "
"""


def clean_environment(**variables: str) -> dict[str, str]:
    """The surroundings of the tests without what they set for themselves."""
    ours = {"CI", "DATABASE_URL", "DEBUG", "EMAIL_URL", "PORT", "SECRET_KEY"}
    ours |= {"TEST_DATABASE", "TRUSTQUALITY_ENV"}
    return {name: value for name, value in os.environ.items() if name not in ours} | variables


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy in a folder with a blank and a plus in its name, its packages those of the tests."""
    copy = tmp_path / "a checkout + more"
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
    python = copy / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    built = ROOT / "build" / "static"
    if not built.is_dir():
        pytest.fail("The styles are not built: npm ci && npm run build, or ./test.")
    shutil.copytree(built, copy / "build" / "static")
    subprocess.run(["sh", "-c", ALREADY_DONE], cwd=copy, check=True)
    return copy


@pytest.fixture
def collected(checkout: Path) -> Path:
    """A checkout whose static files count as collected."""
    subprocess.run(["sh", "-c", ALREADY_COLLECTED], cwd=checkout, check=True)
    return checkout


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def start(
    checkout: Path, *arguments: str, script: str = "./run", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Starts a script that is to end by itself."""
    return subprocess.run(
        [script, *arguments],
        cwd=checkout,
        env=clean_environment(**({"PORT": str(free_port())} | variables)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
    )


@contextmanager
def served(checkout: Path, *arguments: str) -> Iterator[tuple[str, str]]:
    """Its address and what was said on the way there, from ready until stopped.

    One process serves, and has answered before anything stops it: a process that is only just
    being made does not hear that it is to stop, and is killed half a minute later, with a line.
    """
    port = free_port()
    process = subprocess.Popen(
        ["./run", *arguments],
        cwd=checkout,
        env=clean_environment(PORT=str(port), WEB_CONCURRENCY="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said = ""
        assert process.stdout
        for line in process.stdout:
            said += line
            if line.startswith("Trust Quality is ready at "):
                break
        else:
            pytest.fail(f"It ended before it was ready:\n{said}")
        address = f"http://127.0.0.1:{port}"
        assert urllib.request.urlopen(f"{address}/healthz").read() == b"ok\n"  # noqa: S310
        yield address, said
    finally:
        process.terminate()  # what a service manager sends; Ctrl-C waits for no request
        rest = process.communicate(timeout=60)[0]
    assert process.returncode == 0
    more = [line for line in rest.splitlines() if not EXPECTED.search(line)]
    assert more == [], "More than access lines and ways in"


def sign_in(address: str, email: str) -> str:
    """The page that a person of the demo lands on."""
    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    browser.open(f"{address}/accounts/login/").read()
    token = next(cookie.value for cookie in cookies if cookie.name == "csrftoken")
    form = {"login": email, "password": "trust-quality-demo", "csrfmiddlewaretoken": token}
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{address}/accounts/login/",
        urllib.parse.urlencode(form).encode(),
        {"Referer": f"{address}/accounts/login/"},
    )
    with browser.open(request) as page:
        return str(page.read().decode())


def test_run_serves_the_demo_and_starts_faster_the_second_time(checkout: Path) -> None:
    with served(checkout) as (address, said):
        assert "Loading the frameworks\nLoading the demo\n" in said
        assert "trust-quality-demo" in said
        emails = re.findall(r"\S+@\S+\.example", said)
        assert len(emails) == 6
        for email in (emails[0], emails[-1]):
            assert "Sign out" in sign_in(address, email), email
    settings = checkout / ".env"
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    assert re.search(
        r"^TRUSTQUALITY_ENV=local\nSECRET_KEY=[\w-]{60,}\n", settings.read_text(), re.M
    )

    began = time.monotonic()
    with served(checkout) as (address, said):
        seconds = time.monotonic() - began
        assert "Loading" not in said
        assert "Collecting" not in said
        assert "lead@northfield.example" in said
    assert seconds < 30  # about two on an idle machine


def test_prepared_server_is_not_started_and_an_empty_one_holds_no_demo(collected: Path) -> None:
    run = start(
        collected,
        "--prepare",
        TRUSTQUALITY_ENV="production",
        SECRET_KEY=KEY,
        ALLOWED_HOSTS="trust.test",
        EMAIL_URL="smtp://mail.test",
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith("Ready to be started; docs/running.md says how.\n")
    assert "demo" not in run.stdout
    assert not (collected / ".env").exists()
    with served(collected, "--empty") as (_, said):
        assert "There is no operator yet and nobody to ask here." in said
        assert "manage.py create_operator" in said
        assert "Loading the demo" not in said
        assert ".example" not in said
    made = start(
        collected,
        *("manage.py", "create_operator", "--noinput"),
        *("--email", "clerk@trust.test", "--name", "A Clerk"),
        script=".venv/bin/python",
        DJANGO_SUPERUSER_PASSWORD="a long enough passphrase",
    )
    assert (made.returncode, made.stderr) == (0, "")
    with served(collected, "--empty") as (_, said):
        assert "There is no operator yet" not in said
    with served(collected) as (_, said):
        assert "Not loading the demo: this database has people of its own" in said
        assert "trust-quality-demo" not in said


@pytest.mark.parametrize("port", ["http", "0", "65536", "080", "-1"])
def test_run_refuses_what_is_no_port(checkout: Path, port: str) -> None:
    run = start(checkout, PORT=port)
    assert run.returncode == 1
    assert f"PORT is '{port}'; it must be a number from 1 to 65535." in run.stderr


def test_run_says_that_a_port_is_in_use_before_it_does_anything(checkout: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        run = start(checkout, PORT=str(port))
    assert run.returncode == 1
    assert f"Port {port} is in use" in run.stderr
    assert "PORT=8001 ./run" in run.stderr
    assert not (checkout / "var").exists()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (b"TRUSTQUALITY_ENV\n", "a line that is no setting: TRUSTQUALITY_ENV "),
        (b"TRUSTQUALITY_ENV=home\n", "TRUSTQUALITY_ENV is 'home'; it must be production,"),
        (b"DEBUG=1\nTRUSTQUALITY_ENV=production\n", "DEBUG may not be on in production."),
        (b"# nothing\n", "Set SECRET_KEY to a random text of 50 characters or more,"),
        (b"TRUSTQUALITY_ENV=local\nCONN_MAX_AGE=long\n", "'long'"),
        (b"TRUSTQUALITY_ENV=local\nDATABASE_URL=pigeon://post\n", "pigeon"),
        (b"\xff\xfe\n", "codec can't decode"),
        (
            b"SECRET_KEY=" + KEY.encode() + b"\n",
            "Set EMAIL_URL to your mail server, such as smtp",
        ),
        (
            b"SECRET_KEY=" + KEY.encode() + b"\nEMAIL_URL=consolemail://\n",
            "mails would show in the log the links that let people in.",
        ),
        (
            b"SECRET_KEY=" + KEY.encode() + b"\nEMAIL_URL=smtp://mail.test\n",
            "where the demo does not load. Use ./run --prepare",
        ),
        (
            b"TRUSTQUALITY_ENV=local\nDATABASE_URL=postgres://nobody@127.0.0.1:1/nowhere\n",
            "`manage.py migrate` failed: connection to server at",
        ),
    ],
)
def test_run_says_what_is_wrong_with_the_settings(
    checkout: Path, written: bytes, message: str
) -> None:
    (checkout / ".env").write_bytes(written)
    run = start(checkout)
    assert run.returncode == 1
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert (checkout / ".env").read_bytes() == written


@pytest.mark.parametrize("script", ["./run", "./test"])
def test_help_is_short_and_changes_nothing(checkout: Path, script: str) -> None:
    shutil.rmtree(checkout / "build")
    run = start(checkout, "--help", script=script)
    assert (run.returncode, run.stderr) == (0, "")
    assert f"usage: {script}" in run.stdout
    assert not (checkout / "build").exists()


def test_run_refuses_an_argument_that_it_does_not_know(checkout: Path) -> None:
    run = start(checkout, "--fast")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.strip() == (
        "./run does not know --fast; ./run --help says what it does know."
    )


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with nothing to install by, and none of node, Chromium and git."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for tool in TOOLS:
        place = shutil.which(tool)
        assert place, f"this machine has no {tool}"
        (folder / tool).symlink_to(place)
    (folder / "python3").symlink_to(Path(sys.executable).resolve())
    return folder


def test_run_without_python_says_what_to_install(checkout: Path, tools: Path) -> None:
    (tools / "python3").unlink()
    run = start(checkout, PATH=str(tools))
    assert run.returncode == 1
    assert "Python 3.11 or newer with venv is needed." in run.stderr
    assert "python3-venv" in run.stderr


@pytest.mark.parametrize("extra", [[], ["test"]])
def test_run_without_a_network_says_that_packages_are_missing(
    checkout: Path, tools: Path, extra: list[str]
) -> None:
    (checkout / ".venv" / "installed-service").unlink()
    (checkout / ".venv" / "installed-test").unlink()
    run = start(
        checkout,
        script="./test" if extra else "./run",
        PIP_NO_INDEX="1",
        PIP_CONFIG_FILE=os.devnull,
        PIP_FIND_LINKS="",
        PIP_TARGET=str(checkout / "elsewhere"),  # as if nothing were installed
        PIP_IGNORE_INSTALLED="1",
    )
    assert run.returncode == 1
    assert "The Python packages could not be installed: see the lines above" in run.stderr
    assert "    ERROR: No matching distribution found for " in run.stderr
    if extra:
        assert run.stdout.endswith("\n0 passed, 1 failed, 0 skipped\n")


def test_run_without_node_or_a_network_says_so(checkout: Path, tools: Path) -> None:
    (checkout / "build" / "styles.stamp").unlink()
    run = start(
        checkout,
        PATH=str(tools),
        PIP_NO_INDEX="1",
        PIP_CONFIG_FILE=os.devnull,
        PIP_FIND_LINKS="",
    )
    assert run.returncode == 1
    assert "Installing Node.js from a Python package" in run.stdout
    assert "Node.js 20.19 or newer could not be installed" in run.stderr


def pretend(checkout: Path, *, failing: str) -> None:
    """Every program that ./test starts succeeds at once, but those with these words fail."""
    python = checkout / ".venv" / "bin" / "python"
    python.write_text(
        f'#!/bin/sh\ncase "$*" in *"{failing}"*) echo "No $*"; exit 1 ;; *) exit 0 ;; esac\n'
    )
    subprocess.run(["sh", "-c", ALREADY_DONE], cwd=checkout, check=True)


STEPS = [
    "install",
    "ruff check",
    "ruff format",
    "mypy",
    "import-linter",
    "migrations",
    "settings",
    "wording of fixtures",
    "pytest on SQLite",
    "pytest on PostgreSQL",
    "browser",
]


def results(output: str) -> dict[str, str]:
    """Each step's result, from the summary."""
    summary = output.split("\n\n")[-2].splitlines()
    return {line[:26].strip(): re.split(r": \d+ s$", line[27:])[0] for line in summary}


def test_test_goes_on_after_a_failure_and_counts_at_the_end(checkout: Path) -> None:
    pretend(checkout, failing="-m mypy")
    run = start(checkout, script="./test", CHROMIUM=sys.executable)
    assert results(run.stdout) == dict.fromkeys(STEPS, "passed") | {
        "mypy": "failed",
        "wording of fixtures": "skipped: ../shared/check_wording.py is not beside this checkout",
    }
    assert run.stdout.endswith("\n9 passed, 1 failed, 1 skipped\n")
    assert run.returncode == 1


def test_test_names_the_reason_for_each_part_that_cannot_run(checkout: Path, tools: Path) -> None:
    pretend(checkout, failing="tests.postgresql")
    run = start(checkout, script="./test", PATH=str(tools), CHROMIUM="")
    skipped = {step: why for step, why in results(run.stdout).items() if why != "passed"}
    assert skipped["pytest on PostgreSQL"].startswith("skipped: No -c from tests.postgresql")
    assert skipped["browser"].startswith("skipped: no Chromium; install it with: ")
    assert set(skipped) == {"pytest on PostgreSQL", "browser", "wording of fixtures"}
    assert run.stdout.endswith("\n8 passed, 0 failed, 3 skipped\n")
    assert run.returncode == 0


@pytest.mark.parametrize("word", ["true", "1"])
def test_continuous_integration_fails_without_postgresql(
    checkout: Path, tools: Path, word: str
) -> None:
    pretend(checkout, failing="tests.postgresql")
    run = start(checkout, script="./test", PATH=str(tools), CHROMIUM=sys.executable, CI=word)
    assert results(run.stdout)["pytest on PostgreSQL"].startswith(
        "failed: No -c from tests.postgresql"
    )
    assert ", 1 failed, " in run.stdout.splitlines()[-1]
    assert run.returncode == 1


def test_test_passes_its_arguments_on_to_pytest(checkout: Path) -> None:
    (checkout / "tests" / "frameworks").mkdir(parents=True)
    python = checkout / ".venv" / "bin" / "python"
    pretend(checkout, failing="nothing")
    python.write_text('#!/bin/sh\ncase "$*" in *pytest*) printf "<%s>" "$@" ;; esac\n')
    run = start(checkout, "frameworks", "-k", "two words", script="./test")
    assert run.stdout == ("<-m><pytest><--ignore=tests/browser><tests/frameworks><-k><two words>")
    run = start(checkout, "-x", script="./test")
    assert run.stdout == "<-m><pytest><--ignore=tests/browser><-x>"
    run = start(checkout, "tests/browser/test_main_job.py", script="./test")
    assert run.stdout == "<-m><pytest><tests/browser/test_main_job.py>"
