"""A sector's worth of rows: trusts with boards, years of agreed assessments, views, plans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import count

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from assessments.models import Assessment, Rating, Respondent, Response
from frameworks.models import Element, Framework, Level
from plans.models import Action, Plan, Priority, StrategicArea
from trusts.models import Membership, Role, Trust, User

BOARD = {Role.LEAD: 1, Role.CHAIR: 1, Role.EXECUTIVE: 2, Role.TRUSTEE: 4, Role.OBSERVER: 1}
ROLES = [role for role, how_many in BOARD.items() for _ in range(how_many)]
PRIORITIES = 3
ACTIONS = 3
NOTE = (
    "The board read the committee's report and visited four schools. What the schools say "
    "and what the figures show agree, except in the two that joined last year, where the "
    "work has only begun. Trustees asked for a second look in the spring, with the views of "
    "parents and staff beside the numbers, before they would call this secure."
)
AREAS = list(StrategicArea.values)


def framework_to_measure() -> Framework:
    """The published one with the most to read: no other makes a trust's pages larger."""
    return (
        Framework.objects.filter(is_published=True)
        .for_trusts()
        .annotate(statement_count=Count("domains__elements__statements"))
        .order_by("-statement_count", "key")[0]
    )


@dataclass(frozen=True)
class Seeder:
    """Writes trusts that all look alike in shape, and differ in levels.

    Attributes:
        framework: what every trust rates itself against.
        password_hash: everybody's, as making one takes long on purpose.
        today: the day of the measurement.
    """

    framework: Framework
    password_hash: str
    today: date

    @cached_property
    def elements(self) -> list[Element]:
        return list(Element.objects.filter(domain__framework=self.framework).in_order())

    @cached_property
    def levels(self) -> list[Level]:
        return list(self.framework.levels.order_by("order"))

    @transaction.atomic
    def seed(self, numbers: Iterable[int], *, years: int) -> None:
        """Write the trusts of these numbers.

        Args:
            numbers: which trusts; each number once in a database.
            years: how many agreed assessments each has behind it, a plan to each; one more
                is being agreed, half rated, from everybody's views; and for the newest
                views are being collected, half of them given.
        """
        trusts = Trust.objects.bulk_create(
            Trust(name=f"Trust number {number}", slug=f"trust-{number}") for number in numbers
        )
        for trust in trusts:
            people = self._board(trust)
            assessments = self._assessments(trust, years, by=people[0])
            ratings = self._ratings(assessments, by=people[0])
            self._plans(assessments[:-1], ratings, people)
            asked = self._collecting(trust, by=people[0])
            self._ratings([asked], by=people[0])
            self._views([assessments[-1], asked], people)

    def _board(self, trust: Trust) -> list[User]:
        """The trust's people, the lead first."""
        people = User.objects.bulk_create(
            User(
                email=f"{role}-{number}@{trust.slug}.example",
                name=f"{role.label} {number} of {trust.name}",
                password=self.password_hash,
            )
            for number, role in enumerate(ROLES, start=1)
        )
        Membership.objects.bulk_create(
            Membership(user=person, trust=trust, role=role)
            for person, role in zip(people, ROLES, strict=True)
        )
        return people

    def _assessments(self, trust: Trust, years: int, *, by: User) -> list[Assessment]:
        """One a year, the oldest first, all agreed but the last."""
        made = []
        for ago in range(years, -1, -1):
            at = self._moment(ago)
            assessment = Assessment(
                trust=trust,
                framework=self.framework,
                title=f"Self-assessment {at.year}",
                due_on=at.date() + timedelta(days=60),
                created_at=at,
                created_by=by,
            )
            if ago:
                assessment.status = Assessment.Status.AGREED
                assessment.agreed_at, assessment.agreed_by = at + timedelta(days=60), by
            else:
                assessment.opened_at = assessment.closed_at = at
                assessment.opened_by = assessment.closed_by = by
            made.append(assessment)
        return Assessment.objects.bulk_create(made)

    def _collecting(self, trust: Trust, *, by: User) -> Assessment:
        """The newest, for which everybody is being asked."""
        at = self._moment(0) + timedelta(days=10)
        return Assessment.objects.create(
            trust=trust,
            framework=self.framework,
            title=f"Views of {at.year}",
            status=Assessment.Status.COLLECTING,
            due_on=self.today + timedelta(days=14),
            created_at=at,
            created_by=by,
            opened_at=at,
            opened_by=by,
        )

    def _moment(self, years_ago: int) -> datetime:
        """Noon, thirty days ago or so many years before that."""
        day = self.today - timedelta(days=30 + 365 * years_ago)
        return timezone.make_aware(datetime.combine(day, time(12)))

    def _ratings(self, assessments: list[Assessment], *, by: User) -> dict[int, list[Rating]]:
        """By assessment: all of an agreed one, half of the one being agreed, else none."""
        made = {
            assessment.pk: [
                self._rating(assessment, place, by=by) for place in range(len(self.elements))
            ]
            for assessment in assessments
        }
        Rating.objects.bulk_create(one for some in made.values() for one in some)
        return made

    def _rating(self, assessment: Assessment, place: int, *, by: User) -> Rating:
        rating = Rating(assessment=assessment, element=self.elements[place])
        is_of_first_half = place < len(self.elements) // 2 and not assessment.is_collecting
        if assessment.is_agreed or is_of_first_half:
            rating.level = self.levels[(assessment.pk + place) % len(self.levels)]
            rating.note = f"{rating.element.name}. {NOTE}"
            rating.updated_at, rating.updated_by = assessment.created_at, by
        return rating

    def _views(self, assessments: list[Assessment], people: list[User]) -> None:
        """What everybody but the observer thinks; half of it where views are still collected."""
        respondents = Respondent.objects.bulk_create(
            Respondent(
                assessment=assessment, user=person, group=_group_of(role), asked_at=self._moment(0)
            )
            for assessment in assessments
            for person, role in zip(people, ROLES, strict=True)
            if role != Role.OBSERVER
        )
        Response.objects.bulk_create(
            self._view(respondent, place)
            for respondent in respondents
            for place in range(len(self.elements))
        )

    def _view(self, respondent: Respondent, place: int) -> Response:
        """Every seventh does not know yet; the others lie all over the scale."""
        view = Response(respondent=respondent, element=self.elements[place])
        if place < len(self.elements) // 2 or not respondent.assessment.is_collecting:
            turn = respondent.pk + place
            view.is_unsure = turn % 7 == 0
            view.level = None if view.is_unsure else self.levels[turn % len(self.levels)]
            view.note, view.updated_at = NOTE, respondent.asked_at
        return view

    def _plans(
        self, assessments: list[Assessment], ratings: dict[int, list[Rating]], people: list[User]
    ) -> None:
        """A plan to each agreed assessment; the weakest elements are its priorities."""
        plans = Plan.objects.bulk_create(
            Plan(
                assessment=assessment,
                title=f"Action plan {assessment.created_at.year}",
                created_at=assessment.agreed_at or assessment.created_at,
                created_by=people[0],
            )
            for assessment in assessments
        )
        priorities = Priority.objects.bulk_create(
            Priority(plan=plan, element=rating.element, order=order, key_issue=NOTE)
            for plan in plans
            for order, rating in enumerate(_weakest(ratings[plan.assessment_id]), start=1)
        )
        newest = plans[-1].pk if plans else None
        Action.objects.bulk_create(
            self._action(priority, order, owner=people[number % len(people)], newest=newest)
            for number, (priority, order) in zip(
                count(), ((one, order) for one in priorities for order in range(1, ACTIONS + 1))
            )
        )

    def _action(self, priority: Priority, order: int, *, owner: User, newest: int | None) -> Action:
        """In the newest plan one is done, one late, one to come; in the others all done but one."""
        if priority.plan_id == newest:
            due_on = self.today + timedelta(days=45 * order - 120)
            status = (Action.Status.DONE, Action.Status.IN_PROGRESS)[min(order - 1, 1)]
        else:
            due_on = priority.plan.created_at.date() + timedelta(days=90 * order)
            is_left = priority.order == order == 1
            status = Action.Status.IN_PROGRESS if is_left else Action.Status.DONE
        return Action(
            priority=priority,
            order=order,
            description=f"Agree with the schools what good looks like, step {order}, and begin.",
            owner=owner,
            owner_name=owner.name,
            due_on=due_on,
            strategic_area=AREAS[(priority.order + order) % len(AREAS)],
            success_criterion="Every school's plan names it, and the committee has seen it work.",
            status=status,
        )


def write_history() -> None:
    """Give every rating and view that was recorded its row of history, as saving would have."""
    _write_history_of(Rating, writer="updated_by_id")
    asked = connection.ops.quote_name(Respondent._meta.db_table)
    _write_history_of(
        Response,
        writer=f"(SELECT user_id FROM {asked} WHERE {asked}.id = respondent_id)",  # noqa: S608
    )


def _write_history_of(model: type[Rating] | type[Response], *, writer: str) -> None:
    history = model.history.model
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in history.tracked_fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(history._meta.db_table)} "  # noqa: S608 - only our own names
            f"({columns}, history_date, history_type, history_user_id) "
            f"SELECT {columns}, updated_at, '~', {writer} "
            f"FROM {quote(model._meta.db_table)} WHERE updated_at IS NOT NULL"
        )


def _group_of(role: Role) -> Respondent.Group:
    is_executive = role == Role.EXECUTIVE
    return Respondent.Group.EXECUTIVE if is_executive else Respondent.Group.BOARD


def _weakest(ratings: list[Rating]) -> list[Rating]:
    return sorted(ratings, key=lambda rating: rating.level.order if rating.level else 0)[
        :PRIORITIES
    ]
