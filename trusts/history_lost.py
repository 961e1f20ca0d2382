"""Which texts stood in a row between two saves that are shown as one, and were lost. Pure.

Whoever looks for a note that was wiped looks here. Words that somebody took back while typing
are not worth showing; a text of which much stands neither before nor after is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

MANY = 5
"""So many words that stand nowhere else make a text worth showing, however long it is."""


def lost_texts(between: Sequence[str], kept: Collection[str]) -> list[str]:
    """The texts that would be seen nowhere else, in the order in which they stood.

    Args:
        between: what was saved ahead of the last save, the oldest first.
        kept: what is shown anyway: the text before, and that after the last save.
    """
    seen = {word for text in kept for word in text.split()}
    lost = []
    for text in sorted({text for text in between if text.strip()}, key=len, reverse=True):
        words = text.split()
        if _gone(words, seen) >= min(MANY, (len(words) + 1) // 2):
            lost.append(text)
            seen.update(words)
    return sorted(lost, key=between.index)


def _gone(words: Sequence[str], seen: Collection[str]) -> int:
    """How many of a text's words stand nowhere else; half a word was only being typed."""
    *whole, last = words
    is_half = any(word.startswith(last) for word in seen)
    return sum(word not in seen for word in whole) + (not is_half)
