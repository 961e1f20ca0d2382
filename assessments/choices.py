"""What a chosen level is called on the page that gives a form back (`trusts/choices.py`)."""

from __future__ import annotations

from typing import Any

from frameworks.models import Framework, Level
from trusts.choices import say_choice


def level_named(user: Any, key: str) -> str:
    """The level's name, of a framework that the person may read."""
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return ""
    readable = Framework.objects.visible_to(user)
    names = Level.objects.filter(pk=int(key), framework__in=readable).values_list("name", flat=True)
    return next(iter(names), "")


say_choice("level", level_named)
