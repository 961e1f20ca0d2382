"""What people may be called: one line that others can read, and tell from one another."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError

from trusts.models import Trust, User

UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Signs that break a line or turn its direction."""
INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2064\u2800\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\U000e0000-\U000e01ef]"
)
"""Signs that show nothing; they come along with what is pasted, and can hide in a name."""


def visible(text: str) -> str:
    """The text without signs that show nothing, its blanks single."""
    return " ".join(INVISIBLE.sub("", text).split())


def has_letters(text: str) -> bool:
    """Whether there is anything in it to read."""
    return any(unicodedata.category(sign)[0] == "L" for sign in text)


def readable(name: str) -> str:
    """The name as it is kept.

    Raises:
        ValidationError: nobody could read it.
    """
    if UNSHOWABLE.search(name):
        raise ValidationError("The name has a character that cannot be shown")
    shown = visible(name)
    if name and not has_letters(shown):
        raise ValidationError("The name must have letters in it")
    return shown


def is_taken(name: str, *, trust: Trust) -> bool:
    """Whether somebody in the trust is called so already, however it is written."""
    names = User.objects.filter(memberships__trust=trust).values_list("name", flat=True)
    return _folded(name) in map(_folded, names)


def _folded(name: str) -> str:
    return visible(unicodedata.normalize("NFKC", name)).casefold()
