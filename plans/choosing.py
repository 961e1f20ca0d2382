"""Which elements are offered as priorities, in which order, and what a choice changes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from assessments.models import Rating
from frameworks.models import Level
from plans.models import Priority


@dataclass(frozen=True)
class Offer:
    """One element that may become a priority, or is one already."""

    rating: Rating
    priority: Priority | None = None
    has_content: bool = False
    under_way: Priority | None = None
    """What the plan that runs does about the same element, with its `open_count`."""

    @property
    def element_id(self) -> int:
        return self.rating.element_id

    @property
    def level(self) -> Level | None:
        return self.rating.level

    @property
    def is_weak(self) -> bool:
        return self.level is not None and self.level.is_weak

    @property
    def is_in_plan(self) -> bool:
        return self.priority is not None and not self.priority.is_dropped

    @property
    def is_dropped(self) -> bool:
        return self.priority is not None and self.priority.is_dropped

    @property
    def is_flagged(self) -> bool:
        """Marked as a priority while rating, and not chosen or dropped here yet."""
        return self.rating.is_priority and self.priority is None

    @property
    def asks_for_reason(self) -> bool:
        """Whether leaving it out needs a reason, because somebody has written to it."""
        return self.is_in_plan and self.has_content


@dataclass(frozen=True)
class OfferGroup:
    """Elements that are offered under one heading."""

    heading: str
    offers: Sequence[Offer]


@dataclass(frozen=True)
class Change:
    """What one person changed on their page, whatever others did in the meantime.

    Attributes:
        added: elements to put into the plan, in the order in which they were offered.
        removed: elements to take out, each with the reason where one was asked for.
    """

    added: Sequence[int]
    removed: Mapping[int, str]


def offers_of(
    *,
    ratings: Iterable[Rating],
    priorities: Iterable[Priority],
    with_actions: Collection[int],
    under_way: Iterable[Priority] = (),
) -> list[Offer]:
    """Every element of the assessment: the weak ones first, the weakest of them on top.

    Args:
        ratings: in the publisher's order, with element, domain and level loaded.
        priorities: the plan's, the dropped ones too.
        with_actions: the priorities that have actions.
        under_way: of the plan that runs, those with open actions; editions share their codes.
    """
    by_element = {priority.element_id: priority for priority in priorities}
    elsewhere = {priority.element.code: priority for priority in under_way}
    offers = []
    for rating in ratings:
        priority = by_element.get(rating.element_id)
        content = priority and (priority.key_issue or priority.pk in with_actions)
        running = elsewhere.get(rating.element.code)
        offers.append(Offer(rating, priority, has_content=bool(content), under_way=running))
    weak = [offer for offer in offers if offer.is_weak]
    weak.sort(key=lambda offer: offer.level.order if offer.level else 0)
    return weak + [offer for offer in offers if not offer.is_weak]


def group(offers: Sequence[Offer]) -> list[OfferGroup]:
    """The weak ones under their levels' names, the others by domain; the order stays."""
    weak = [offer for offer in offers if offer.is_weak]
    groups = []
    if weak:
        names = list(dict.fromkeys(str(offer.level) for offer in weak))
        groups.append(OfferGroup("Rated " + " or ".join(names).lower(), weak))
    others = (offer for offer in offers if not offer.is_weak)
    for domain, rest in groupby(others, key=lambda offer: offer.rating.element.domain):
        groups.append(OfferGroup(domain.name, list(rest)))
    return groups


def change_between(
    *,
    offered: Sequence[int],
    began_in_plan: Collection[int],
    began_ticked: Collection[int],
    ticked: Collection[int],
    reasons: Mapping[int, str],
) -> Change:
    """What the person changed: the boxes as sent, against the boxes as the page showed them.

    Against the page and not against the database, so that what another person chose in
    the meantime is neither undone nor done twice.
    """
    return Change(
        added=[pk for pk in offered if pk in ticked and pk not in began_in_plan],
        removed={pk: reasons.get(pk, "") for pk in began_ticked if pk not in ticked},
    )
