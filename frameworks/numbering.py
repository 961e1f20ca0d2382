"""Whether rows are numbered one by one, and which are not. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.text import get_text_list


@dataclass(frozen=True)
class Misnumbered:
    """A number that has to change.

    Attributes:
        place: which of the numbers it is.
        like: the place of the one before it that is the same, if there is one.
        missing: the numbers that nothing has; none where some cannot be read.
    """

    place: int
    like: int | None
    missing: Sequence[int]


def listed(numbers: Sequence[int]) -> str:
    """Numbers as people say them: 1, 2 and 7."""
    return get_text_list([str(number) for number in numbers], "and")


def from_here_on(first: int) -> str:
    """How to number one by one."""
    return f"{first}, {first + 1}, {first + 2} and so on, each number once"


def beginning(numbers: Sequence[int | None], first: int | None) -> int:
    """What numbers begin with; `first` None lets them begin anywhere."""
    return min((one for one in numbers if one is not None), default=1) if first is None else first


def misnumbered(
    numbers: Sequence[int | None], *, first: int | None = 1, whole: bool = True
) -> Iterator[Misnumbered]:
    """Those that repeat another or leave a gap: so many of them as have to change.

    Args:
        numbers: in the order of the rows; None where a row has none that can be read.
        first: what they begin with; None lets them begin anywhere.
        whole: whether these are all; of gaps nothing can be said otherwise.
    """
    begin = beginning(numbers, first)
    run = range(begin, begin + len(numbers))
    missing = () if None in numbers or not whole else sorted(set(run) - set(numbers))
    places: dict[int, int] = {}
    for place, number in enumerate(numbers):
        if number is None:
            continue
        like = places.setdefault(number, place)
        if like < place:
            yield Misnumbered(place, like, missing)
        elif whole and number not in run:
            yield Misnumbered(place, None, missing)
