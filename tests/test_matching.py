"""Words in a text: the same on every database, marked where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texts.matching import EXCERPT, Piece, Wanted, fold


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("risk", "The RISK register"),
        ("register risk", "The risk register"),
        ("regist", "The risk register"),
        ("ÉCOLE", "une école"),
        ("ecole", "une École"),
        ("straße", "STRASSE"),
        ("ΣΟΦΟΣ", "σοφος"),
        ("trust's", "the trust’s aims"),
        ("trust’s", "the trust's aims"),
        ("well-being", "well‑being"),
        ("100%", "at 100% of schools"),
        ("%", "at 100% of schools"),
        ("_", "under_score"),
        ("score", "under_score"),
        ("cst-03", "CST-03 Risk"),
        ("03", "CST-03 Risk"),
        ('"risk register"', "The risk\n register"),
        ("“risk register”", "The risk register"),
        ("(CEO)", "the chief executive (CEO)"),
        ("a.b", "see a.b"),
        ('"', "anything"),
        ("", "anything"),
    ],
)
def test_words_are_found(typed: str, text: str) -> None:
    assert Wanted(typed).all_in(fold(text))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("isk", "The risk register"),
        ("risk audit", "The risk register"),
        ('"register risk"', "The risk register"),
        ("%", "The risk register"),
        ("r%k", "The risk register"),
        ("_", "The risk register"),
        ("r_sk", "The risk register"),
        ("r.sk", "The risk register"),
        ("r*", "The risk register"),
        ("[a-z]", "The risk register"),
        ("\\", "The risk register"),
    ],
)
def test_words_are_not_found(typed: str, text: str) -> None:
    assert not Wanted(typed).all_in(fold(text))


def test_nothing_typed_is_no_search() -> None:
    assert not Wanted("")
    assert not Wanted(' " ')
    assert Wanted("x")
    assert Wanted("").pieces("As it is") == [Piece("As it is")]


def test_pieces_mark_the_words_as_they_are_written() -> None:
    assert Wanted("risk ecole").pieces("Risks at the École: risk.") == [
        Piece("Risk", is_marked=True),
        Piece("s at the "),
        Piece("École", is_marked=True),
        Piece(": "),
        Piece("risk", is_marked=True),
        Piece("."),
    ]


def test_accent_that_is_a_character_of_its_own_stays_with_its_letter() -> None:
    assert Wanted("cafe").pieces("Cafe\u0301s") == [
        Piece("Cafe\u0301", is_marked=True),
        Piece("s"),
    ]


def test_longer_word_is_marked_whole_where_two_begin_alike() -> None:
    pieces = Wanted("gov governance").pieces("governance, govern")
    assert [piece.text for piece in pieces if piece.is_marked] == ["governance", "gov"]


def test_long_text_is_cut_around_the_first_word() -> None:
    text = "before " * 200 + "needle" + " after" * 200
    pieces = Wanted("needle").excerpt(text)
    shown = "".join(piece.text for piece in pieces)
    assert (pieces[0].text, pieces[-1].text) == ("…", "…")
    assert [piece.text for piece in pieces if piece.is_marked] == ["needle"]
    assert EXCERPT - 20 < len(shown) <= EXCERPT + 2
    assert shown.startswith("…before before")
    assert shown.endswith("after after…")
    assert shown.strip("…") in text


TEXTS = st.text(max_size=60)


@given(TEXTS, TEXTS)
def test_pieces_are_the_text(typed, text) -> None:
    wanted = Wanted(typed)
    pieces = wanted.pieces(text)
    assert "".join(piece.text for piece in pieces) == text
    assert any(piece.is_marked for piece in pieces) == (
        bool(wanted) and bool(wanted.words_in(text)) and bool(text)
    )


@given(TEXTS)
def test_folding_goes_character_by_character(text) -> None:
    assert fold(text) == "".join(map(fold, text))


@given(st.lists(st.text("abcé’% ", min_size=1), min_size=1, max_size=400), st.text("abcé%"))
def test_excerpt_is_short_and_of_the_text(words, typed) -> None:
    text = " ".join(words)
    shown = "".join(piece.text for piece in Wanted(typed).excerpt(text))
    assert shown.removeprefix("…").removesuffix("…") in text
    assert len(shown) <= EXCERPT + 122
