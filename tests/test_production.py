"""What production refuses to start with, and that what it starts with has no warning."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parent.parent
SOUND = {
    "TRUSTQUALITY_ENV": "production",
    "SECRET_KEY": "kYf3-9sQw_ZxT7vLp2Rn8Hb4Jd6Mc1Ga5Ue0Xi-Vo_Sy9Tk3Wq7",
    "ALLOWED_HOSTS": "quality.trust.example",
    "EMAIL_URL": "smtp+tls://user:password@mail.trust.example:587",
}
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}"
    r"|\bxox[abp]-[A-Za-z0-9-]{10,}"
    r"|\bAIza[0-9A-Za-z_-]{35}\b"
    r"|SECRET_KEY\s*=\s*['\"][^'\"]{40,}['\"]"
)


def check(**changes: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy`, a warning being a fault, with these settings and no others."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=kept | SOUND | changes,
        capture_output=True,
        text=True,
    )


def test_sound_settings_have_no_warning() -> None:
    result = check()
    assert (result.returncode, "no issues" in result.stdout) == (0, True), result.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "for-local-use-only"}, "50 characters"),
        ({"SECRET_KEY": "a" * 61}, "random text"),
        ({"SECRET_KEY": "django-insecure-" + SOUND["SECRET_KEY"]}, "random text"),
        ({"DEBUG": "1"}, "DEBUG may not be on in production."),
        ({"ALLOWED_HOSTS": "*"}, "name your hosts"),
        ({"EMAIL_URL": ""}, "EMAIL_URL"),
        ({"EMAIL_URL": "consolemail://"}, "Set EMAIL_URL to your mail server"),
        ({"TRUSTQUALITY_ENV": "prod"}, "must be production, local or test"),
    ],
)
def test_production_refuses_to_start(changes: dict[str, str], said: str) -> None:
    result = check(**changes)
    assert result.returncode != 0
    assert said in result.stderr


def test_repository_holds_no_secret() -> None:
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    assert len(files) > 100
    found = [
        name
        for name in filter(None, files)
        if (ROOT / name).is_file() and SECRET.search((ROOT / name).read_text(errors="ignore"))
    ]
    assert found == []


def test_secrets_would_be_found() -> None:
    assert SECRET.search("SECRET_KEY = '" + "x" * 50 + "'")
    assert SECRET.search("-----BEGIN " + "RSA PRIVATE KEY-----")
