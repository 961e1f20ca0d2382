"""How views of one element lie on the scale, and which elements divide a board most. Pure.

It counts. There is no average and no score: two people at the ends of a scale are not
"in the middle", and a board should see that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from assessments.models import Respondent, Response
from frameworks.models import Element, Level
from trusts.models import Role

SMALLEST_GROUP = 3
"""People who answered. Of fewer, what they said would tell who said it, where names are hidden."""

EVERYBODY = "all"


@dataclass(frozen=True)
class Camp:
    """How many of a group chose one level."""

    level: Level
    count: int
    names: Sequence[str] = ()


@dataclass(frozen=True)
class GroupSpread:
    """The views of one group: of board members, or of executives."""

    group: str
    camps: Sequence[Camp]
    unsure_count: int
    silent_count: int
    unsure_names: Sequence[str] = ()
    silent_names: Sequence[str] = ()
    has_lead: bool = False

    @property
    def label(self) -> str:
        if self.group == EVERYBODY:
            return "Everybody who was asked"
        label = str(Respondent.Group(self.group).label)
        return f"{label} and governance lead" if self.has_lead else label

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
            Without names nothing here may betray a writer: small groups are put together,
            of fewer than `SMALLEST_GROUP` answers nothing is told, and notes stand in the
            order of their own words, not of the people.
    """

    element: Element
    levels: Sequence[Level]
    responses: Sequence[Response]
    names_shown: bool = True

    @property
    def is_withheld(self) -> bool:
        """Whether so few answered that without names it would still be plain who said what."""
        return not self.names_shown and 0 < _answered(self.responses) < SMALLEST_GROUP

    @property
    def told(self) -> Sequence[Response]:
        """What may be shown."""
        return () if self.is_withheld else self.responses

    @property
    def groups(self) -> list[GroupSpread]:
        """Board members first, then executives; a group of which nobody was asked is left out.

        Without names they stand apart only where in each at least `SMALLEST_GROUP` answered.
        """
        apart = {
            group: responses
            for group in Respondent.Group.values
            if (responses := [one for one in self.told if one.respondent.group == group])
        }
        if not self.names_shown and any(
            _answered(responses) < SMALLEST_GROUP for responses in apart.values()
        ):
            apart = {EVERYBODY: list(self.told)}
        return [
            _of_group(group, self.levels, responses, names_shown=self.names_shown)
            for group, responses in apart.items()
        ]

    @property
    def notes(self) -> list[tuple[Level | None, list[Note]]]:
        """Why people chose what they chose, the weakest level first, the undecided last."""

        def place(one: Response) -> tuple[str, str]:
            return (_writer(one) if self.names_shown else "", one.note)

        return [
            (level, [Note(text, writer) for writer, text in sorted(map(place, views))])
            for level, views in groupby(self.with_notes, key=lambda one: one.level)
        ]

    @property
    def camps(self) -> list[Camp]:
        """How many chose each level, the weakest first, board members and executives together."""
        return _camps(self.levels, self.told)

    @property
    def answered_count(self) -> int:
        """How many chose a level."""
        return sum(camp.count for camp in self.camps)

    @property
    def unsure_count(self) -> int:
        return sum(1 for one in self.told if one.is_unsure)

    @property
    def with_notes(self) -> list[Response]:
        """The views that say why, the weakest level first and the undecided last."""
        noted = [one for one in self.told if one.note.strip()]
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


def _answered(responses: Iterable[Response]) -> int:
    return sum(1 for one in responses if one.is_answered)


def _writer(one: Response) -> str:
    """By name and role: as an executive who was asked as one, else as what they are by now."""
    as_executive = one.respondent.group == Respondent.Group.EXECUTIVE
    role = Role.EXECUTIVE if as_executive else _role_of(one)
    user = str(one.respondent.user)
    return f"{user}, {Role(role).label.lower()}" if role else user


def _role_of(one: Response) -> str | None:
    """What the writer is at present, where `with_roles` read that along."""
    return getattr(one, "role", None)


def _of_group(
    group: str, levels: Sequence[Level], responses: Sequence[Response], *, names_shown: bool
) -> GroupSpread:
    unsure = [one for one in responses if one.is_unsure]
    silent = [one for one in responses if not one.is_answered]
    return GroupSpread(
        group=group,
        camps=_camps(levels, responses, names_shown=names_shown),
        unsure_count=len(unsure),
        silent_count=len(silent),
        unsure_names=_names(unsure) if names_shown else (),
        silent_names=_names(silent) if names_shown else (),
        has_lead=any(_role_of(one) == Role.LEAD for one in responses),
    )


def _camps(
    levels: Sequence[Level], responses: Iterable[Response], *, names_shown: bool = False
) -> list[Camp]:
    chosen: dict[int | None, list[Response]] = {level.pk: [] for level in levels}
    for one in responses:
        chosen.setdefault(one.level_id, []).append(one)
    return [
        Camp(level, len(chosen[level.pk]), _names(chosen[level.pk]) if names_shown else ())
        for level in levels
    ]


def _names(responses: Iterable[Response]) -> tuple[str, ...]:
    return tuple(sorted(str(one.respondent.user) for one in responses))
