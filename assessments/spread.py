"""How views of one element lie on the scale, and which elements divide a board most. Pure.

It counts. There is no average and no score: two people at the ends of a scale are not
"in the middle", and a board should see that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from assessments.models import Respondent, Response
from frameworks.models import Element, Level

SMALLEST_GROUP = 3
"""People. Of a smaller group its counts would tell who said what, where names are hidden."""

EVERYBODY = "all"


@dataclass(frozen=True)
class Camp:
    """How many of a group chose one level."""

    level: Level
    count: int


@dataclass(frozen=True)
class GroupSpread:
    """The views of one group: of board members, or of executives."""

    group: str
    camps: Sequence[Camp]
    unsure_count: int
    silent_count: int

    @property
    def label(self) -> str:
        if self.group == EVERYBODY:
            return "Everybody who was asked"
        return str(Respondent.Group(self.group).label)

    @property
    def size(self) -> int:
        """How many of the group were asked."""
        return sum(camp.count for camp in self.camps) + self.unsure_count + self.silent_count


@dataclass(frozen=True)
class Note:
    """Why somebody chose a level; `writer` is empty where names are hidden."""

    text: str
    writer: str


@dataclass(frozen=True)
class Spread:
    """All views of one element.

    Attributes:
        names_shown: whether people were told that their names would stand beside their views.
            Without names nothing here may betray a writer: small groups are put together, and
            notes stand in the order of their own words, not of the people.
    """

    element: Element
    levels: Sequence[Level]
    responses: Sequence[Response]
    names_shown: bool = True

    @property
    def groups(self) -> list[GroupSpread]:
        """Board members first, then executives; a group of which nobody was asked is left out.

        Without names they stand apart only where each has at least `SMALLEST_GROUP` people.
        """
        groups = [
            _of_group(group, self.levels, responses)
            for group in Respondent.Group.values
            if (responses := [one for one in self.responses if one.respondent.group == group])
        ]
        if self.names_shown or all(group.size >= SMALLEST_GROUP for group in groups):
            return groups
        return [_of_group(EVERYBODY, self.levels, self.responses)]

    @property
    def notes(self) -> list[tuple[Level | None, list[Note]]]:
        """Why people chose what they chose, the weakest level first, the undecided last."""

        def place(one: Response) -> tuple[str, str]:
            name = f"{one.respondent.user}, {one.respondent.get_group_display()}"
            return (name if self.names_shown else "", one.note)

        return [
            (level, [Note(text, writer) for writer, text in sorted(map(place, views))])
            for level, views in groupby(self.with_notes, key=lambda one: one.level)
        ]

    @property
    def camps(self) -> list[Camp]:
        """How many chose each level, the weakest first, board members and executives together."""
        return _camps(self.levels, self.responses)

    @property
    def answered_count(self) -> int:
        return sum(camp.count for camp in self.camps)

    @property
    def unsure_count(self) -> int:
        return sum(1 for one in self.responses if one.is_unsure)

    @property
    def with_notes(self) -> list[Response]:
        """The views that say why, the weakest level first and the undecided last."""
        noted = [one for one in self.responses if one.note.strip()]
        last = len(self.levels) + 1
        return sorted(noted, key=lambda one: one.level.order if one.level else last)

    @property
    def distance(self) -> int:
        """Steps of the scale between the two views that lie furthest apart."""
        places = [place for place, camp in enumerate(self.camps) if camp.count]
        return max(places) - min(places) if places else 0

    @property
    def largest_share(self) -> Fraction:
        """The part of those who chose a level that chose the same; 1 where nobody chose."""
        if not self.answered_count:
            return Fraction(1)
        return Fraction(max(camp.count for camp in self.camps), self.answered_count)

    @property
    def is_divided(self) -> bool:
        """Whether at least two chose different levels."""
        return self.distance > 0


def spreads_of(
    responses: Iterable[Response], levels: Sequence[Level], *, names_shown: bool = True
) -> list[Spread]:
    """The spread of every element.

    Args:
        responses: in the publisher's order of elements, each with element, domain, level
            and respondent loaded.
        levels: the framework's, the weakest first.
    """
    return [
        Spread(element, levels, list(group), names_shown)
        for element, group in groupby(responses, key=lambda response: response.element)
    ]


def most_divided_first(spreads: Iterable[Spread]) -> list[Spread]:
    """The order in which a meeting with little time looks at the elements.

    First what lies furthest apart; among these what has the smallest largest camp; then
    what most people do not know; and last the publisher's order.
    """
    return sorted(
        spreads, key=lambda spread: (-spread.distance, spread.largest_share, -spread.unsure_count)
    )


def _of_group(group: str, levels: Sequence[Level], responses: Sequence[Response]) -> GroupSpread:
    return GroupSpread(
        group=group,
        camps=_camps(levels, responses),
        unsure_count=sum(1 for one in responses if one.is_unsure),
        silent_count=sum(1 for one in responses if not one.is_answered),
    )


def _camps(levels: Sequence[Level], responses: Iterable[Response]) -> list[Camp]:
    chosen = Counter(one.level_id for one in responses)
    return [Camp(level, chosen[level.pk]) for level in levels]
