"""Two texts side by side: only what differs is marked, and nothing else gets in or lost."""

from __future__ import annotations

import re
import time
from collections import Counter
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texts.rewording import GAP, added, reworded

WORDS = st.lists(st.sampled_from(["a", "b", "<b>", "&", "it’s", "c"]), max_size=12).map(" ".join)
LINES = st.lists(WORDS, max_size=4).map("\n".join)


def plain(html: str) -> str:
    return unescape(re.sub(r"</?(ins|del)>", "", html))


@given(WORDS, WORDS)
def test_both_texts_stand_whole_with_only_our_marks_in_them(before, after) -> None:
    marked = reworded(before, after)
    if before == after:
        assert marked is None
        return
    assert (plain(marked.before), plain(marked.after)) == (before, after)
    assert not re.search(r"<(?!/?del>)|&(?!\w+;|#)", marked.before)
    assert not re.search(r"<(?!/?ins>)|&(?!\w+;|#)", marked.after)


@given(LINES, LINES)
def test_both_texts_keep_their_lines(before, after) -> None:
    marked = reworded(before, after, lines=True)
    if before == after:
        assert marked is None
        return
    assert (plain(marked.before), plain(marked.after)) == (before, after)


@given(LINES, LINES, st.integers(0, 3))
def test_what_is_left_out_is_the_same_in_both(before, after, around) -> None:
    whole, cut = (reworded(before, after, lines=True, around=one) for one in (None, around))
    if whole is None:
        assert cut is None
        return
    marks = re.compile(r"<(?:del|ins)>.*?</(?:del|ins)>", re.DOTALL)
    assert marks.findall(cut.before) == marks.findall(whole.before)
    assert marks.findall(cut.after) == marks.findall(whole.after)
    # One stretch between two changes, and one at either end.
    stretches = whole.before.count("<del>") + whole.after.count("<ins>") + 1
    for text in (cut.before, cut.after):
        same = " ".join(marks.split(text)).replace(GAP, "").split()
        assert len(same) <= stretches * (2 * around + 1)


def test_only_the_words_that_differ_are_marked() -> None:
    marked = reworded("The board sees it.", "The whole board sees <it>.")
    assert marked.before == "The board sees <del>it.</del>"
    assert marked.after == "The <ins>whole</ins> board sees <ins>&lt;it&gt;.</ins>"


def test_long_text_shows_what_stands_around_the_change() -> None:
    before = " ".join(f"w{number}" for number in range(100))
    marked = reworded(before, before.replace("w50", "new"), around=2)
    assert marked.before == "… w48 w49 <del>w50</del> w51 w52 …"
    assert marked.after == "… w48 w49 <ins>new</ins> w51 w52 …"


def test_other_blanks_are_no_other_words() -> None:
    assert reworded("The  board\nsees", "The board sees ") is None
    assert reworded("The  board sees", "The board sees ", lines=True) is None


def test_line_ends_count_where_they_are_asked_for() -> None:
    marked = reworded("One. Two.", "One.\nTwo.", lines=True)
    assert (marked.before, marked.after) == ("One. Two.", "One.<ins>\n</ins>Two.")


def test_endless_texts_are_not_compared_word_by_word() -> None:
    marked = reworded("a b " * 5_000, "b a " * 5_000)
    assert marked.before.count("<del>") == marked.after.count("<ins>") == 1


def test_one_word_in_a_long_text_is_found_all_the_same() -> None:
    before = "a b " * 5_000
    marked = reworded(before, before.replace("a b", "a c b", 1))
    assert marked.after.count("<ins>") == 1
    assert "<ins>c</ins>" in marked.after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x " + "a " * 490, "y " + "a b " * 240),
        ("a b " * 250, "b a " * 250),
        (
            " ".join(f"a{n % 80}" for n in range(500)),
            " ".join(f"a{n * 7 % 80}" for n in range(500)),
        ),
    ],
)
def test_texts_that_are_slow_to_compare_take_a_bearable_time(before, after) -> None:
    began = time.process_time()
    reworded(before, after)
    assert time.process_time() - began < 1


def test_five_hundred_words_of_prose_are_compared() -> None:
    words = re.findall(r"\w+", "the board of the trust saw that it was to be the one in which")
    before = [words[n % len(words)] if n % 2 else f"word{n}" for n in range(490)]
    after = [f"other{n}" if n % 9 == 0 else word for n, word in enumerate(before)]
    assert reworded(" ".join(before), " ".join(after)).after.count("<ins>") == 55


@given(LINES, LINES)
def test_added_words_stand_in_what_is_marked_as_new_as_often_as_there_are_more(
    before, after
) -> None:
    stretches = added(before, after)
    more = Counter(after.split()) - Counter(before.split())
    assert Counter(" ".join(stretches).split()) == more
    marked = reworded(before, after, lines=True)
    new = re.findall(r"<ins>(.*?)</ins>", marked.after, re.DOTALL) if marked else []
    assert all(any(one in unescape(mark) for mark in new) for one in stretches)


def test_words_that_moved_are_nobodys_new_ones() -> None:
    assert added("One sees it. Two hear it.", "Two hear it. And one, too. One sees it.") == [
        "And one, too."
    ]


def test_a_line_of_its_own_is_told_as_such() -> None:
    assert added("First.", "First.\nSecond line\nand third.") == ["Second line\nand third."]


def test_new_words_are_found_in_a_text_too_long_to_compare() -> None:
    before = "first " + "a b " * 5_000 + "last"
    after = "FIRST " + "a b " * 5_000 + "LAST words"
    assert added(before, after) == ["FIRST", "LAST words"]
