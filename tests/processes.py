"""Processes of their own beside a test, on the test's database: for what many do at once.

A test starts them with `start`, waits until each has said that it is ready, and lets all go
together. Its rows must be committed: mark it `django_db(transaction=True)`.
"""

from __future__ import annotations

import os
import subprocess
import sys

NAME = "TESTED_DATABASE"


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that runs the code on this test's database; the code begins with `set_up()`."""
    from django.db import connection

    return subprocess.Popen(
        [sys.executable, "-c", f"from tests.processes import set_up; set_up()\n{code}", *arguments],
        env=os.environ | {NAME: str(connection.settings_dict["NAME"])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def set_up() -> None:
    """Django on the database of the test that started this process."""
    import django
    from django.conf import settings

    os.environ["DJANGO_SETTINGS_MODULE"] = "trustquality.settings"
    settings.DATABASES["default"]["NAME"] = os.environ[NAME]
    django.setup()


def wait_for_go() -> None:
    """Say that this process is ready, and wait until all are."""
    print("ready", flush=True)
    sys.stdin.readline()


def run_together(workers: list[subprocess.Popen[str]]) -> list[str]:
    """Let all go at once when each has said that it is ready; what each says then."""
    try:
        for worker in workers:
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        return [worker.communicate(timeout=120)[0].strip() for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
