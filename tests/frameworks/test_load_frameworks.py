"""`load_frameworks` loads every framework there is a fixture for, and nothing by halves."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.core.serializers.base import DeserializationError

from frameworks.management.commands import load_frameworks
from frameworks.models import Framework


def shipped() -> dict[str, list[str]]:
    """The keys of the frameworks in each fixture that holds any."""
    keys = {
        path.stem: [
            row["fields"]["key"]
            for row in yaml.safe_load(path.read_text())
            if row["model"] == "frameworks.framework"
        ]
        for path in Path(settings.FIXTURE_DIRS[0]).glob("*.yaml")
    }
    return {name: found for name, found in keys.items() if found}


def test_list_names_every_fixture_with_a_framework() -> None:
    assert sorted(load_frameworks.FIXTURES) == sorted(shipped())


@pytest.mark.django_db
def test_every_framework_is_loaded() -> None:
    call_command("load_frameworks", verbosity=0)
    expected = sorted(key for keys in shipped().values() for key in keys)
    assert sorted(Framework.objects.values_list("key", flat=True)) == expected


@pytest.mark.django_db
def test_one_broken_fixture_leaves_out_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("- model: frameworks.framework\n  fields: {key: broken}\n")
    monkeypatch.setattr(load_frameworks, "FIXTURES", (*load_frameworks.FIXTURES, str(broken)))
    with pytest.raises(DeserializationError, match=r"row 1 \(frameworks.framework broken\)"):
        call_command("load_frameworks", verbosity=0)
    assert not Framework.objects.exists()
