"""docs/settings.md and the settings name the same variables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parent.parent
READ_BY_SCRIPTS = ["run", "test", "scripts/install.sh", "gunicorn.conf.py", "tests/database.py"]


def documented(heading: str) -> list[str]:
    """The variables in the table under a heading."""
    page = (ROOT / "docs" / "settings.md").read_text()
    section = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.M)


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    settings = (ROOT / "trustquality" / "settings.py").read_text()
    read = re.findall(r'\benv\.\w+\(\s*"(\w+)"', settings)
    assert len(read) == len(re.findall(r"\benv\.(?!read_env)\w+\(", settings)), (
        "a name is not plain"
    )
    assert sorted(documented("What the service reads")) == sorted(set(read))


@pytest.mark.parametrize("name", documented("What the scripts read"))
def test_variable_of_the_scripts_is_read(name: str) -> None:
    scripts = " ".join((ROOT / script).read_text() for script in READ_BY_SCRIPTS)
    assert re.search(rf"""\$\{{?{name}\b|environ\.get\(["']{name}["']\)""", scripts)


def test_no_setting_comes_from_elsewhere() -> None:
    """The tests' own variable is the one exception: it decides whether .env is read at all."""
    settings = (ROOT / "trustquality" / "settings.py").read_text()
    assert re.findall(r"os\.environ\S*", settings) == ['os.environ.get("TRUSTQUALITY_ENV")']


def test_tests_see_nobodys_settings() -> None:
    """What the plugin does not choose itself, it takes away."""
    from tests.database import NOT_FOR_TESTS

    chosen = {"TRUSTQUALITY_ENV", "DATABASE_URL"}
    # Off in tests whatever it says (pytest-django), only on in production, and a matter of taste.
    harmless = {"DEBUG", "LOG_LEVEL"} | {
        name for name in documented("What the service reads") if name.startswith("SECURE_")
    }
    assert set(documented("What the service reads")) == chosen | harmless | set(NOT_FOR_TESTS)
