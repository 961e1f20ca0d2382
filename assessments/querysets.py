"""Finding assessments and ratings; `visible_to` is the only door."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Count, F, OuterRef, Q, Subquery

from trusts.models import Membership
from trusts.querysets import TrustOwnedQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from assessments.models import (
        Assessment,
        FrameworkUpload,
        OwnFramework,
        Rating,
        Respondent,
        Response,
        SavedAsTyped,
    )
    from trusts.models import User

Saved = TypeVar("Saved", bound="SavedAsTyped")


class OwnFrameworkQuerySet(TrustOwnedQuerySet["OwnFramework"]):
    """The frameworks that the trusts which a person may see made for themselves."""


class FrameworkUploadQuerySet(TrustOwnedQuerySet["FrameworkUpload"]):
    """Uploads that await a yes, of the trusts that a person may see."""


class AssessmentQuerySet(TrustOwnedQuerySet["Assessment"]):
    """Assessments of the trusts that a person may see."""

    def get_by_natural_key(self, slug: str, title: str) -> Assessment:
        return self.get(trust__slug=slug, title=title)

    def with_progress(self) -> AssessmentQuerySet:
        """Each with `element_count` and `rated_count`, in the same query."""
        return self.annotate(
            element_count=Count("ratings"),
            rated_count=Count("ratings", filter=Q(ratings__level__isnull=False)),
        )

    def with_views(self) -> AssessmentQuerySet:
        """Each with `asked_count` and `finished_count` of who is asked, in the same query."""
        field = self.model._meta.get_field("respondents")
        respondents = field.related_model._default_manager
        of_one = respondents.filter(assessment=OuterRef("pk")).order_by().values("assessment")
        return self.annotate(
            asked_count=Subquery(of_one.annotate(n=Count("pk")).values("n")),
            finished_count=Subquery(of_one.annotate(n=Count("finished_at")).values("n")),
        )

    def with_reopening(self) -> AssessmentQuerySet:
        """Each with `reopened_at` and `reopened_because` of the last time, in the same query."""
        last = self.model.history.filter(
            id=OuterRef("pk"), status="agreeing", history_change_reason__gt=""
        ).order_by("-history_date", "-history_id")
        return self.annotate(
            reopened_at=Subquery(last.values("history_date")[:1]),
            reopened_because=Subquery(last.values("history_change_reason")[:1]),
        )

    def agreed_before(self, assessment: Assessment) -> AssessmentQuerySet:
        """The trust's earlier agreed assessments by any edition of the framework, newest first."""
        return self.filter(
            trust=assessment.trust_id,
            framework__key=assessment.framework.key,
            status="agreed",
            created_at__lt=assessment.created_at,
        ).order_by("-created_at")

    def compared_with(self, assessment: Assessment) -> AssessmentQuerySet:
        """At most one of the same trust: carried from, else the last agreed."""
        if assessment.carried_from_id:
            return self.filter(pk=assessment.carried_from_id, trust=assessment.trust_id)
        return self.agreed_before(assessment)[:1]


class VersionedQuerySet(TrustOwnedQuerySet[Saved]):
    """Rows with a version, which pages save as people type; see decision 0002."""

    written: tuple[str, ...] = ()

    def save_if_unchanged(self, row: Saved, *, version: int) -> int | None:
        """Write the row only if nobody else has changed it since the writer began.

        A page that saves as people type may go on from its own earlier save even where
        the answer to that one was lost: the row then names the page as its last writer.
        The page numbers its saves, so that an older one arriving late changes nothing.

        Returns:
            The row's new version. None: somebody else has changed it, or the row is not
            among these; nothing was written.
        """
        if self._write(row, Q(version=version)):
            return version + 1
        own = Q(saved_from=row.saved_from, save_number__lt=row.save_number)
        if row.saved_from and self._write(row, own):
            saved: int = self.model._default_manager.values_list("version", flat=True).get(
                pk=row.pk
            )
            return saved
        return None

    def touch(self) -> int:
        """Make every open page of these rows out of date, also for its own next save.

        For changes that pages must not write over: a signature, a priority, the end of
        collecting.
        """
        return self.update(version=F("version") + 1, saved_from="")

    def _write(self, row: Saved, unchanged: Q) -> bool:
        names = (*self.written, "saved_from", "save_number")
        fields = {name: getattr(row, name) for name in names}
        written = self.filter(unchanged, pk=row.pk).update(version=F("version") + 1, **fields)
        return written == 1


class RatingQuerySet(VersionedQuerySet["Rating"]):
    """Ratings of the trusts that a person may see."""

    path_to_trust = "assessment__trust"
    written = (
        "level",
        "note",
        "dissent",
        "is_priority",
        "is_being_written",
        "updated_at",
        "updated_by",
    )

    def get_by_natural_key(self, slug: str, title: str, code: str) -> Rating:
        return self.get(assessment__trust__slug=slug, assessment__title=title, element__code=code)

    def settle(self) -> int:
        """Let nothing of them be only tried out any more: somebody has said that it stands."""
        return self.update(version=F("version") + 1, saved_from="", is_being_written=False)

    def in_order(self) -> RatingQuerySet:
        """As the publisher orders the elements, each with its element, domain and level."""
        return self.select_related("element__domain", "level").order_by(
            "element__domain__order", "element__number"
        )

    def for_page(self) -> RatingQuerySet:
        """Each with all that the element's page shows of it, in one query."""
        return self.select_related(
            "assessment__trust",
            "assessment__framework__wording_pack",
            "element__domain",
            "level",
            "updated_by",
        )

    def with_level_at(self, moment: datetime | None) -> RatingQuerySet:
        """Each with `level_then`, the name of its level at that moment, in the same query.

        Blank where it was not rated then, and where its history does not reach as far back.
        """
        saves = self.model.history.filter(id=OuterRef("pk"), history_date__lte=moment)
        last = saves.order_by("-history_date", "-history_id")
        return self.annotate(level_then=Subquery(last.values("level__name")[:1]))

    def with_carried_from(self) -> RatingQuerySet:
        """Each with the assessment that its own is carried from, and the edition of that."""
        return self.select_related("assessment__carried_from__framework")


class RespondentQuerySet(TrustOwnedQuerySet["Respondent"]):
    """Who is asked for a view, in the trusts that a person may see."""

    path_to_trust = "assessment__trust"

    def get_by_natural_key(self, slug: str, title: str, email: str) -> Respondent:
        return self.get(assessment__trust__slug=slug, assessment__title=title, user__email=email)


class ResponseQuerySet(VersionedQuerySet["Response"]):
    """Views of their own that people gave."""

    path_to_trust = "respondent__assessment__trust"
    written = ("level", "is_unsure", "note", "updated_at")

    def get_by_natural_key(self, slug: str, title: str, email: str, code: str) -> Response:
        return self.get(
            respondent__assessment__trust__slug=slug,
            respondent__assessment__title=title,
            respondent__user__email=email,
            element__code=code,
        )

    def visible_to(self, user: User | AnonymousUser) -> ResponseQuerySet:
        """One's own; other people's once collecting has closed, and never before."""
        own = Q(respondent__user=user.pk)
        closed = Q(respondent__assessment__status__in=["agreeing", "agreed"])
        return super().visible_to(user).filter(own | closed)

    def with_roles(self) -> ResponseQuerySet:
        """Each with its writer and their `role` at present; none for who has left."""
        of_writer = Membership.objects.filter(
            user=OuterRef("respondent__user"), trust=OuterRef("respondent__assessment__trust")
        )
        named = self.select_related("respondent__user")
        return named.annotate(role=Subquery(of_writer.values("role")[:1]))

    def in_order(self) -> ResponseQuerySet:
        """As the publisher orders the elements, each with element, domain, level and writer."""
        return self.select_related("element__domain", "level", "respondent").order_by(
            "element__domain__order", "element__number"
        )
