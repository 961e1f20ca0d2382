"""What is measured: each page with its address, what is sent, and what it is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from assessments.models import Assessment, Rating
from plans.models import Plan
from trusts.models import Membership, Role, Trust, User

OK = 200
FOUND = 302
MOST_QUERIES = 8
NOTE = "Two schools have it in place and three have begun; the committee looks again in May. " * 5


@dataclass(frozen=True)
class Visitor:
    """A trust's governance lead, and the rows of that trust that the visits are about."""

    lead: User
    trust: Trust
    current: Assessment
    agreed: Assessment
    plan: Plan
    rating: Rating
    other_rating: Rating

    @classmethod
    def of(cls, trust: Trust) -> Visitor:
        """The visitor of a seeded trust with at least one agreed assessment."""
        current, agreed = trust.assessments.order_by("-created_at")[:2]
        ratings = list(current.ratings.in_order())
        middle = len(ratings) // 2
        return cls(
            lead=Membership.objects.get(trust=trust, role=Role.LEAD).user,
            trust=trust,
            current=current,
            agreed=agreed,
            plan=agreed.plan,
            rating=ratings[middle],
            other_rating=ratings[middle + 1],
        )


@dataclass(frozen=True)
class Page:
    """One thing that is asked of the server.

    Attributes:
        address: where, for a visitor.
        against: the name of what its rate is held against; None for that itself.
        saves: the rating that is saved, for a page that saves one.
    """

    name: str
    address: Callable[[Visitor], str]
    against: str | None = None
    saves: Callable[[Visitor], Rating] | None = None

    @property
    def status(self) -> int:
        """What the answer's status has to be; a refusal is no measurement."""
        return FOUND if self.saves else OK


VIEW = Page("Bare signed-in view", lambda visitor: reverse("bare_view", urlconf="bench.urls"))
UPDATE = Page(
    "Bare conditional UPDATE",
    lambda visitor: reverse("bare_update", args=[visitor.other_rating.pk], urlconf="bench.urls"),
    saves=lambda visitor: visitor.other_rating,
)
BARE = (VIEW, UPDATE)
PAGES = (
    Page("Trust's home", lambda visitor: visitor.trust.get_absolute_url(), VIEW.name),
    Page(
        "Task list",
        lambda visitor: reverse("assessments:detail", args=[visitor.current.pk]),
        VIEW.name,
    ),
    Page("Element page", lambda visitor: visitor.rating.get_absolute_url(), VIEW.name),
    Page(
        "Save of a rating",
        lambda visitor: visitor.rating.get_absolute_url(),
        UPDATE.name,
        saves=lambda visitor: visitor.rating,
    ),
    Page(
        "Results with heat map",
        lambda visitor: reverse("assessments:results", args=[visitor.agreed.pk]),
        VIEW.name,
    ),
    Page("Action plan", lambda visitor: visitor.plan.get_absolute_url(), VIEW.name),
    Page(
        "Action plan as a document",
        lambda visitor: reverse("reports:plan", args=[visitor.plan.pk]),
        VIEW.name,
    ),
)


def form_of(rating: Rating) -> dict[str, str]:
    """What the element's page sends; each save comes from a page of its own.

    The version and the page's mark are left open, for who sends it to fill in.
    """
    level = rating.assessment.framework.levels.order_by("order")[1]
    return {
        "level": str(level.pk),
        "note": NOTE,
        "version": "{version}",
        "saved_from": "{page}",
        "save_number": "1",
        "then": "next",
    }
