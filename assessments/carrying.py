"""Last time's ratings beside this time's, matched by codes: carried, and never as done. Pure.

Nothing of an earlier rating is copied when an assessment is started from it. A rating stays
unrated until the board says something, be it the same again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assessments.models import Assessment, Rating
from frameworks.models import Framework, Level
from trusts.models import Trust


@dataclass(frozen=True)
class Carried:
    """What the board said the last time, which it has not confirmed yet.

    Attributes:
        earlier: the rating of then, at the level of its own edition.
        level: the same level in this edition; None where this edition has none of its key.
    """

    earlier: Rating
    level: Level | None

    @property
    def was(self) -> Level | None:
        """The level as it was called then."""
        return self.earlier.level


def match(earlier: Rating | None, levels: Iterable[Level]) -> Carried | None:
    """An earlier rating with its level matched by key; None where nothing was rated then."""
    if earlier is None or earlier.level is None:
        return None
    key = earlier.level.key
    return Carried(earlier, next((level for level in levels if level.key == key), None))


def carried_to(rating: Rating, earlier: Rating | None, levels: Iterable[Level]) -> Carried | None:
    """What is to be re-confirmed of a rating; None where that is done, or was not rated then."""
    return None if rating.is_rated else match(earlier, levels)


def carry(
    ratings: Iterable[Rating], earlier: Iterable[Rating], levels: Sequence[Level]
) -> dict[str, Carried]:
    """What is to be re-confirmed, by the element's code.

    Args:
        ratings: of the new assessment, each with its element.
        earlier: of the one that it was started from, each with its element and level.
        levels: of the new assessment's edition.
    """
    by_code = {rating.element.code: rating for rating in earlier}
    found = {
        rating.element.code: carried_to(rating, by_code.get(rating.element.code), levels)
        for rating in ratings
    }
    return {code: carried for code, carried in found.items() if carried}


def left_behind(ratings: Iterable[Rating], earlier: Iterable[Rating]) -> list[Rating]:
    """What the board said of elements that the new edition no longer has."""
    codes = {rating.element.code for rating in ratings}
    gone = [rating for rating in earlier if rating.element.code not in codes]
    return [rating for rating in gone if rating.is_rated or rating.note]


def may_be_carried(earlier: Assessment, *, trust: Trust, framework: Framework) -> bool:
    """Whether an assessment can be started from this one: the same trust's, of any edition."""
    return earlier.trust_id == trust.pk and earlier.framework.key == framework.key


def newest_edition(framework: Framework, editions: Iterable[Framework]) -> Framework:
    """Where the chain of editions, each superseding the one before, ends."""
    superseded_by = {edition.supersedes_id: edition for edition in editions}
    while framework.pk in superseded_by:
        framework = superseded_by.pop(framework.pk)
    return framework
