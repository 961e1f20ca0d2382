"""Saying what was chosen, on the page that gives a form back: apps say what their keys stand for.

A form sends the key of a choice. The page that gives it back unread knows no form, so the app
whose choice it is registers what to call it, in its `AppConfig.ready()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Said = Callable[[Any, str], str]
"""What a key is called for a person, who may not be signed in; blank where that is not theirs."""

_said: dict[str, Said] = {}


def say_choice(name: str, said: Said) -> Said:
    """Let what was chosen in the fields of this name be called so.

    Raises:
        ValueError: another app does so already.
    """
    if _said.setdefault(name, said) is not said:
        raise ValueError(f"There is another name for choices of {name} already.")
    return said


def choices_in(typed: Iterable[tuple[str, str]], *, user: Any) -> list[tuple[str, str]]:
    """Each field that was chosen in and what it is called, where an app can tell."""
    named = [(name, said(user, value)) for name, value in typed if (said := _said.get(name))]
    return [(name, words) for name, words in named if words]
