"""What is cleaned out of typed text before it is printed, and what is not."""

import pytest

from reports.text import file_stem, printable


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("plain", "plain"),
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        (
            "page\x0cbreak\x0bline\u2028line\u2029line\x85line",
            "page\nbreak\nline\nline\nline\nline",
        ),
        ("a\x00b\x01c\x1bd\x7fe\x9ff", "abcdef"),
        ("a\ufffeb\uffffc\ufdd0d\U0001fffee", "abcde"),
        ("a\tb", "a\tb"),
        ("un\u202edone\u202d.", "undone."),
        ("\u2067שלום\u2069", "\u2067שלום\u2069"),
        ("  around \n", "around"),
        ("e\u0301", "e\u0301"),
        ("a" + "\u0301" * 9_999, "a" + "\u0301" * 4),
        ("👩‍👩‍👧 שלום 品質 <b>&amp;", "👩‍👩‍👧 שלום 品質 <b>&amp;"),
        ("", ""),
    ],
)
def test_printable_drops_only_what_nobody_could_see(typed: str, printed: str) -> None:
    assert printable(typed) == printed


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (
            ("Northfield Learning Trust", "Action plan 2026"),
            "northfield-learning-trust-action-plan-2026",
        ),
        (("Añil & Søn / Trust", 'Plan "A"'), "anil-son-trust-plan-a"),
        (("Łódź Dŵr Straße", "Þæt"), "lodz-dwr-strasse-thaet"),
        (("信託", "計画"), "action-plan"),
        (("", "計画", "issued 2026-11-22"), "issued-2026-11-22"),
    ],
)
def test_file_stem_is_made_of_plain_letters(words: tuple[str, ...], name: str) -> None:
    assert file_stem(*words) == name


def test_file_stem_keeps_its_end_however_long_the_rest_is() -> None:
    name = file_stem("A very long name " * 30, "Plan", "issued 2026-11-22")
    assert name.endswith("-issued-2026-11-22")
    assert len(name) <= 121
