"""What is measured: each page with its address, what is sent, and what it is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from assessments.models import Assessment, Rating, Response
from assessments.spread_views import DIVIDED
from plans.models import Plan
from trusts.models import Membership, Role, Trust, User

OK = 200
FOUND = 302
MOST_QUERIES = 8
NO_CONTENT = 204
NOTE = "Two schools have it in place and three have begun; the committee looks again in May. " * 5


@dataclass(frozen=True)
class Visitor:
    """A trust's governance lead, and the rows of that trust that the visits are about."""

    lead: User
    trust: Trust
    current: Assessment
    agreed: Assessment
    collecting: Assessment
    plan: Plan
    rating: Rating
    other_rating: Rating
    view: Response

    @classmethod
    def of(cls, trust: Trust) -> Visitor:
        """The visitor of a seeded trust with at least one agreed assessment."""
        lead = Membership.objects.get(trust=trust, role=Role.LEAD).user
        collecting, current, agreed = trust.assessments.order_by("-created_at")[:3]
        views = Response.objects.in_order().filter(respondent__user=lead)
        ratings = list(current.ratings.in_order())
        middle = len(ratings) // 2
        return cls(
            lead=lead,
            trust=trust,
            current=current,
            agreed=agreed,
            collecting=collecting,
            plan=agreed.plan,
            rating=ratings[middle],
            other_rating=ratings[middle + 1],
            view=views.filter(respondent__assessment=collecting)[middle],
        )


@dataclass(frozen=True)
class Page:
    """One thing that is asked of the server.

    Attributes:
        address: where, for a visitor.
        against: the name of what its rate is held against; None for that itself.
        saves: the rating or view that is saved, for a page that saves one.
        status: what the answer's status has to be; a refusal is no measurement.
        is_quiet: whether htmx asks, and not somebody who goes to the page.
    """

    name: str
    address: Callable[[Visitor], str]
    against: str | None = None
    saves: Callable[[Visitor], Rating | Response] | None = None
    status: int = OK
    is_quiet: bool = False


def _divided(name: str, visitor: Visitor, *rest: str) -> str:
    """A page that puts the most divided first, which takes every view of every element."""
    address = reverse(f"assessments:{name}", args=[visitor.current.pk, *rest])
    return f"{address}?order={DIVIDED}"


def _poll(visitor: Visitor) -> str:
    """What a screen that follows asks every two seconds; nothing has been saved since."""
    versions = visitor.agreed.ratings.values_list("version", flat=True)
    since = f"{visitor.agreed.status}-{sum(versions)}"
    address = reverse("assessments:follow", args=[visitor.agreed.pk])
    return f"{address}?{urlencode({'since': since})}"


def _compare(visitor: Visitor) -> str:
    address = reverse("assessments:compare", args=[visitor.trust.slug])
    chosen = [visitor.agreed.pk, visitor.current.pk]
    return f"{address}?{urlencode({'a': chosen}, doseq=True)}"


VIEW = Page("Bare signed-in view", lambda visitor: reverse("bare_view", urlconf="bench.urls"))
UPDATE = Page(
    "Bare conditional UPDATE",
    lambda visitor: reverse("bare_update", args=[visitor.other_rating.pk], urlconf="bench.urls"),
    saves=lambda visitor: visitor.other_rating,
    status=FOUND,
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
        status=FOUND,
    ),
    Page(
        "Results with heat map",
        lambda visitor: reverse("assessments:results", args=[visitor.agreed.pk]),
        VIEW.name,
    ),
    Page("A view of one's own", lambda visitor: visitor.view.get_absolute_url(), VIEW.name),
    Page(
        "Save of a view",
        lambda visitor: visitor.view.get_absolute_url(),
        UPDATE.name,
        saves=lambda visitor: visitor.view,
        status=FOUND,
    ),
    Page("Spread of views", lambda visitor: _divided("spread", visitor), VIEW.name),
    Page(
        "Meeting, an element",
        lambda visitor: _divided("meet", visitor, visitor.rating.element.code),
        VIEW.name,
    ),
    Page(
        "Following",
        lambda visitor: reverse("assessments:follow", args=[visitor.current.pk]),
        VIEW.name,
    ),
    Page("Following, nothing new", _poll, VIEW.name, status=NO_CONTENT, is_quiet=True),
    Page("Comparison of two", _compare, VIEW.name),
    Page("Action plan", lambda visitor: visitor.plan.get_absolute_url(), VIEW.name),
    Page(
        "Action plan as a document",
        lambda visitor: reverse("reports:plan", args=[visitor.plan.pk]),
        VIEW.name,
    ),
)


def form_of(row: Rating | Response) -> dict[str, str]:
    """What the element's page sends; each save comes from a page of its own.

    The version and the page's mark are left open, for who sends it to fill in.
    """
    assessment = row.assessment if isinstance(row, Rating) else row.respondent.assessment
    level = assessment.framework.levels.order_by("order")[1]
    return {
        "level": str(level.pk),
        "note": NOTE,
        "version": "{version}",
        "saved_from": "{page}",
        "save_number": "1",
        "then": "next",
    }
