"""How far an assessment has come: counts of what is done, never a score. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from assessments.carrying import Carried
from assessments.models import Rating
from frameworks.models import Domain
from frameworks.names import names_apart


@dataclass(frozen=True)
class DomainProgress:
    """One domain's ratings."""

    domain: Domain
    ratings: Sequence[Rating]
    carried: Mapping[str, Carried] = field(default_factory=dict)

    @property
    def rated_count(self) -> int:
        return sum(1 for rating in self.ratings if rating.is_rated)

    @property
    def tasks(self) -> list[tuple[Rating, Carried | None]]:
        """Each rating with what is to be re-confirmed of it."""
        return [(rating, self.carried.get(rating.element.code)) for rating in self.ratings]


@dataclass(frozen=True)
class Progress:
    """An assessment's ratings by domain, and what comes next."""

    domains: Sequence[DomainProgress]

    @property
    def ratings(self) -> list[Rating]:
        return [rating for domain in self.domains for rating in domain.ratings]

    @property
    def unrated(self) -> list[Rating]:
        """What is left, in order."""
        return [rating for rating in self.ratings if not rating.is_rated]

    @property
    def rated_count(self) -> int:
        return len(self.ratings) - len(self.unrated)

    @property
    def next_unrated(self) -> Rating | None:
        """Where to go on."""
        return next(iter(self.unrated), None)

    @property
    def begins_anew(self) -> bool:
        """Whether numbers begin anew in each domain, so that one alone does not tell which."""
        numbers = [rating.element.number for rating in self.ratings]
        return len(set(numbers)) < len(numbers)

    @property
    def names(self) -> dict[int, str]:
        """What each element is called where it stands alone, by its key."""
        return names_apart(rating.element for rating in self.ratings)

    def around(self, rating: Rating) -> tuple[Rating | None, Rating | None]:
        """The ratings before and after this one, in the framework's order."""
        ratings = self.ratings
        place = next(i for i, one in enumerate(ratings) if one.pk == rating.pk)
        before = ratings[place - 1] if place > 0 else None
        after = ratings[place + 1] if place + 1 < len(ratings) else None
        return before, after


def progress_of(
    ratings: Iterable[Rating], carried: Mapping[str, Carried] | None = None
) -> Progress:
    """Group ratings by domain; they come in the framework's order, with element and domain.

    Args:
        carried: what is to be re-confirmed, by the element's code; it counts as not rated.
    """
    return Progress(
        [
            DomainProgress(domain, list(group), carried or {})
            for domain, group in groupby(ratings, key=lambda rating: rating.element.domain)
        ]
    )
