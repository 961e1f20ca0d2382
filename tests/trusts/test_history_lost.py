"""Which texts are shown that stood between two saves: none is hidden, no slip is made much of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trusts.history_lost import lost_texts

LONG = "The board saw no evidence of it in two of the schools."


@pytest.mark.parametrize(
    ("between", "before", "after", "lost"),
    [
        (["Weak."], "", "", ["Weak."]),
        (["Weak."], "", "Strong.", ["Weak."]),
        ([LONG, ""], "", "Something else", [LONG]),
        ([LONG[:20], LONG, LONG[:9]], "", "", [LONG]),
        ([LONG[:20], LONG], "", f"{LONG} And more.", []),
        ([LONG.replace("evidence", "evidnce")], "", LONG, []),
        (["", "  "], LONG, "", []),
        (["First thing said", "Second remark made"], "", "", None),
    ],
)
def test_text_is_shown_that_stands_nowhere_else(between, before, after, lost) -> None:
    assert lost_texts(between, [before, after]) == (between if lost is None else lost)


@given(st.lists(st.text("ab \n", max_size=6), min_size=1, max_size=5))
def test_nothing_is_hidden_of_what_was_wiped(between) -> None:
    shown = " ".join(lost_texts(between, ["", ""])).split()
    assert all(text in between for text in lost_texts(between, []))
    assert bool(shown) == any(text.strip() for text in between)
