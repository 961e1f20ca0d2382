"""Text as it can be printed: what people paste holds characters that no page can show."""

from __future__ import annotations

import re

from django.utils.text import slugify

LONGEST_NAME = 120
LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
    "|[\U0001fffe\U0001ffff\U0010fffe\U0010ffff]"
)
PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ø": "o", "ŧ": "t", "ŋ": "ng"}
    | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that are none with an accent: a file's name would lose them, and not the accent alone."""
ACCENTS = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
TOO_MANY_ACCENTS = re.compile(f"({ACCENTS}{{4}}){ACCENTS}+")


def printable(text: str) -> str:
    """The text without control characters and non-characters, its lines ended by newlines.

    All that a reader could see stays, newlines and tabs with it. Only these go too: an
    order to write what follows backwards, as no language needs it; and the fifth and later
    accents on one letter, as they would be drawn over the lines above.
    """
    text = UNPRINTABLE.sub("", LINE_ENDS.sub("\n", text))
    return TOO_MANY_ACCENTS.sub(r"\1", text).strip()


def file_stem(*words: str) -> str:
    """What a file is called, without its kind: northfield-learning-trust-action-plan-2026."""
    *names, last = words
    tail = _plain(last)
    head = _plain(" ".join(names))[: LONGEST_NAME - len(tail)].strip("-_")
    return "-".join(filter(None, (head, tail))) or "action-plan"


def _plain(words: str) -> str:
    return slugify(words.lower().translate(PLAIN_LETTERS))
