"""Whether a text holds the words that a person looks for, and where. Pure.

Compared in Python, so that both databases find the same: neither SQLite's LIKE nor every
PostgreSQL knows that É is é.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from unicodedata import combining, normalize

PLAIN = str.maketrans("‘’“”‐‑–—", "''\"\"----")
"""People type straight quotation marks and hyphens, publishers print the others."""

EXCERPT = 360
"""Characters of a long text to show: three or four lines."""
BEFORE = 120
"""Of these before the first word that was found."""


def fold(text: str) -> str:
    """A text as it is compared: no capitals, no accents, plain quotation marks and hyphens."""
    plain = text.translate(PLAIN)
    if plain.isascii():
        return plain.lower()
    return _without_accents(_without_accents(plain).casefold())


def _without_accents(text: str) -> str:
    return "".join(one for one in normalize("NFKD", text) if not combining(one))


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; marked where it is a word that was looked for."""

    text: str
    is_marked: bool = False


class Wanted:
    """The words that a person looks for; a phrase in quotation marks counts as one."""

    def __init__(self, typed: str) -> None:
        found = re.findall(r'"([^"]+)"|([^\s"]+)', fold(typed))
        words = dict.fromkeys(" ".join((phrase or word).split()) for phrase, word in found)
        self._words = [re.compile(_pattern(word)) for word in words if word]
        longest_first = sorted(filter(None, words), key=len, reverse=True)
        self._any = re.compile("|".join(map(_pattern, longest_first)))

    def __bool__(self) -> bool:
        return bool(self._words)

    def all_in(self, folded: str) -> bool:
        """Whether each of the words begins a word of the text."""
        return all(word.search(folded) for word in self._words)

    def words_in(self, *texts: str) -> frozenset[int]:
        """Which of the words stand in these texts, by their place in what was typed."""
        folded = [fold(text) for text in texts]
        found = (place for place, word in enumerate(self._words) if any(map(word.search, folded)))
        return frozenset(found)

    def are_all(self, words: Collection[int]) -> bool:
        """Whether these are all of the words."""
        return len(words) == len(self._words)

    def pieces(self, text: str) -> list[Piece]:
        """The whole text, cut up so that its marked pieces are the words."""
        return list(self._pieces(text, 0, len(text)))

    def excerpt(self, text: str) -> list[Piece]:
        """The same of a long text's part around the first word; dots say what was left out."""
        if len(text) <= EXCERPT + BEFORE:
            return self.pieces(text)
        begin, end = self._window(text)
        return [
            *([Piece("…")] if begin else []),
            *self._pieces(text, begin, end),
            *([Piece("…")] if end < len(text) else []),
        ]

    def _window(self, text: str) -> tuple[int, int]:
        """Which part of a long text to show: from one space to another, where it has any."""
        start, stop = next(self._spans(text), (0, 0))
        begin = max(0, min(start - BEFORE, len(text) - EXCERPT))
        end = begin + EXCERPT
        if begin:
            begin = text.find(" ", begin, start) + 1 or begin
        if end < len(text) and (space := text.rfind(" ", stop, end)) > 0:
            end = space
        return begin, end

    def _pieces(self, text: str, begin: int, end: int) -> Iterator[Piece]:
        done = begin
        for start, stop in self._spans(text):
            if begin <= start and stop <= end:
                yield from [Piece(text[done:start])] if start > done else []
                yield Piece(text[start:stop], is_marked=True)
                done = stop
        yield from [Piece(text[done:end])] if end > done else []

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the words stand in the text as it was written."""
        if not self:
            return
        # The place in the text of every folded character: one may fold to two, or to none.
        places = [place for place, one in enumerate(text) for _ in fold(one)] + [len(text)]
        for match in self._any.finditer(fold(text)):
            yield places[match.start()], places[match.end()]


def _pattern(word: str) -> str:
    """Where the word begins one of the text's; what is no letter or figure may stand anywhere."""
    literal = r"\s+".join(map(re.escape, word.split()))
    return rf"(?<![^\W_]){literal}" if word[0].isalnum() else literal
