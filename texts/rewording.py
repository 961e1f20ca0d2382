"""A text before and after, the words marked that differ. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import format_html
from django.utils.safestring import SafeString

MOST_COMPARISONS = 250_000
"""Words of one text times words of the other, above which a text counts as wholly rewritten."""
MOST_PAIRS = 6_000
"""The same for pairs of the same word, twice what 500 words of English have: what is endlessly
repeated would keep the comparison busy for seconds."""

LINE_END = "\n"
GAP = "…"

Run = tuple[str, Sequence[str], Sequence[str]]
"""How a stretch differs, by difflib's names; its words before, and after."""


@dataclass(frozen=True)
class Rewording:
    """A text before and after, as HTML: words that went are in `<del>`, new ones in `<ins>`.

    Attributes:
        kept: the share of the longer text's words that is the same in both, from 0 to 1.
    """

    before: SafeString
    after: SafeString
    kept: float = 0


def reworded(
    before: str, after: str, *, lines: bool = False, around: int | None = None
) -> Rewording | None:
    """Both texts with the words marked that differ; None where they are the same words.

    Args:
        lines: whether line ends count and stay. Other blanks are never words.
        around: how many words to keep on either side of a change; what is the same beyond
            them gives way to dots. None keeps all.
    """
    old, new = _words(before, lines=lines), _words(after, lines=lines)
    if old == new:
        return None
    runs = _runs(old, new)
    same = sum(len(words) for tag, words, _ in runs if tag == "equal")
    if around is not None:
        runs = [run for place, one in enumerate(runs) for run in _cut(one, place, runs, around)]
    return Rewording(
        before=_marked("del", [(tag, words) for tag, words, _ in runs]),
        after=_marked("ins", [(tag, words) for tag, _, words in runs]),
        kept=same / max(len(old), len(new)),
    )


def added(before: str, after: str) -> list[str]:
    """The stretches of the later text that are its writer's own, line ends kept.

    A word that merely moved was somebody's before: only as many of each count as there are
    more than before, so rather too few than too many.
    """
    old, new = _words(before, lines=True), _words(after, lines=True)
    more = Counter(new) - Counter(old)
    fresh = (words for tag, _, words in _runs(old, new) if tag != "equal")
    stretches = [stretch for words in fresh for stretch in _own(words, more)]
    return [text for words in stretches if (text := str(_joined(words)).strip())]


def _own(words: Sequence[str], more: Counter[str]) -> Iterator[list[str]]:
    """The words of which there are more, next to each other; counts each off."""
    own: list[str] = []
    for word in words:
        if more[word]:
            more[word] -= 1
            own.append(word)
        elif own:
            yield own
            own = []
    if own:
        yield own


def _words(text: str, *, lines: bool) -> list[str]:
    return re.findall(r"\n|\S+", text) if lines else text.split()


def _runs(old: Sequence[str], new: Sequence[str]) -> list[Run]:
    """What is the same and what is not, in order.

    What both begin and end with is set aside first: people change a sentence of a long note.
    """
    head = _same(zip(old, new, strict=False))
    tail = _same(zip(reversed(old[head:]), reversed(new[head:]), strict=False))
    middle, other = old[head : len(old) - tail], new[head : len(new) - tail]
    codes: Sequence[tuple[str, int, int, int, int]] = [("replace", 0, len(middle), 0, len(other))]
    if _are_comparable(middle, other):
        codes = SequenceMatcher(None, middle, other, autojunk=False).get_opcodes()
    return [
        run
        for run in (
            ("equal", old[:head], new[:head]),
            *((tag, middle[i:j], other[k:end]) for tag, i, j, k, end in codes),
            ("equal", old[len(old) - tail :], new[len(new) - tail :]),
        )
        if run[1] or run[2]
    ]


def _are_comparable(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether comparing them takes a bearable time."""
    if len(old) * len(new) > MOST_COMPARISONS:
        return False
    counts = Counter(new)
    return sum(counts[word] for word in old) <= MOST_PAIRS


def _same(pairs: Iterable[tuple[str, str]]) -> int:
    """How many pairs are two of a kind before the first that is not."""
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _cut(run: Run, place: int, runs: Sequence[Run], around: int) -> list[Run]:
    """A long stretch that is the same: its ends beside the changes, dots between them."""
    tag, words, _ = run
    first = 0 if place == 0 else around
    last = 0 if place == len(runs) - 1 else around
    if tag != "equal" or len(words) <= first + last + 1:
        return [run]
    kept = (*words[:first], GAP, *words[len(words) - last :])
    return [("equal", kept, kept)]


def _marked(mark: str, runs: Iterable[tuple[str, Sequence[str]]]) -> SafeString:
    wrapped = {"del": "<del>{}</del>", "ins": "<ins>{}</ins>"}[mark]
    html, before = SafeString(), LINE_END
    for tag, words in runs:
        if words:
            piece = format_html("{}" if tag == "equal" else wrapped, _joined(words))
            html += format_html("{}{}", _blank(before, words[0]), piece)
            before = words[-1]
    return html


def _joined(words: Sequence[str]) -> str:
    pairs = zip((LINE_END, *words), words, strict=False)
    return "".join(_blank(before, word) + word for before, word in pairs)


def _blank(before: str, after: str) -> str:
    """What stands between two words; a line's end takes no blank beside it."""
    return "" if LINE_END in (before, after) else " "
