"""Finding framework rows by the names that fixtures and exports use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from frameworks.access import readable_by

if TYPE_CHECKING:
    from frameworks.models import Alignment, Domain, Element, Framework, Level, Statement


class FrameworkQuerySet(models.QuerySet["Framework"]):
    """Frameworks by key and edition."""

    def get_by_natural_key(self, key: str, edition: str) -> Framework:
        return self.get(key=key, edition=edition)

    def visible_to(self, user: Any) -> FrameworkQuerySet:
        """What anybody may read, and the own frameworks of the user's trusts."""
        return self.filter(readable_by(user))

    def current(self) -> FrameworkQuerySet:
        """The newest edition of each."""
        return self.filter(superseded_by=None)

    def with_counts(self) -> FrameworkQuerySet:
        """Each with `domain_count` and `element_count`, in the same query."""
        return self.annotate(
            domain_count=models.Count("domains", distinct=True),
            element_count=models.Count("domains__elements", distinct=True),
        )

    def aligned_with(self, framework: Framework) -> FrameworkQuerySet:
        """Those that mirror the framework or are mirrored by it, whichever says so."""
        frameworks = self.model.objects.exclude(pk=framework.pk)
        mirrored = frameworks.filter(
            domains__elements__mirrored_by__statement__element__domain__framework=framework
        )
        mirroring = frameworks.filter(
            domains__elements__statements__alignments__element__domain__framework=framework
        )
        either = models.Q(pk__in=mirrored.values("pk")) | models.Q(pk__in=mirroring.values("pk"))
        return self.filter(either).order_by("title", "-edition")

    def for_trusts(self) -> FrameworkQuerySet:
        """Those against which a trust rates itself, rather than one of its schools."""
        return self.filter(subject="trust").order_by("title", "-edition")


class LevelQuerySet(models.QuerySet["Level"]):
    """Levels by framework and key."""

    def get_by_natural_key(self, framework: str, edition: str, key: str) -> Level:
        return self.get(framework__key=framework, framework__edition=edition, key=key)


class DomainQuerySet(models.QuerySet["Domain"]):
    """Domains by framework and place."""

    def get_by_natural_key(self, framework: str, edition: str, order: int) -> Domain:
        return self.get(framework__key=framework, framework__edition=edition, order=order)


class ElementQuerySet(models.QuerySet["Element"]):
    """Elements by framework and code."""

    def get_by_natural_key(self, framework: str, edition: str, code: str) -> Element:
        return self.get(
            domain__framework__key=framework, domain__framework__edition=edition, code=code
        )

    def in_order(self) -> ElementQuerySet:
        """As the publisher orders them: by domain, then by number."""
        return self.order_by("domain__order", "number")

    def to_link_to(self, framework: Framework) -> ElementQuerySet:
        """All of the framework in order, each knowing its own address."""
        elements = self.filter(domain__framework=framework)
        return elements.select_related("domain__framework").in_order()


class StatementQuerySet(models.QuerySet["Statement"]):
    """Statements by framework and code."""

    def get_by_natural_key(self, framework: str, edition: str, code: str) -> Statement:
        return self.get(
            element__domain__framework__key=framework,
            element__domain__framework__edition=edition,
            code=code,
        )


class AlignmentQuerySet(models.QuerySet["Alignment"]):
    """Alignments by the codes of their two ends."""

    def get_by_natural_key(self, *keys: str) -> Alignment:
        framework, edition, code, other, other_edition, element = keys
        return self.get(
            statement__element__domain__framework__key=framework,
            statement__element__domain__framework__edition=edition,
            statement__code=code,
            element__domain__framework__key=other,
            element__domain__framework__edition=other_edition,
            element__code=element,
        )

    def within(self, frameworks: FrameworkQuerySet) -> AlignmentQuerySet:
        """Those with both ends in some of these frameworks."""
        return self.filter(
            statement__element__domain__framework__in=frameworks,
            element__domain__framework__in=frameworks,
        )

    def pairs(self) -> set[tuple[int, int]]:
        """Which frameworks they link: the one that carries the link, and the one it mirrors."""
        ends = ("statement__element__domain__framework", "element__domain__framework")
        return set(self.values_list(*ends).distinct())

    def to_mirrored(self) -> AlignmentQuerySet:
        """Each with the element that it mirrors, ready to be linked to."""
        return self.select_related("element__domain__framework").order_by(
            "element__domain__framework__title", "element__domain__order", "element__number"
        )

    def from_mirroring(self) -> AlignmentQuerySet:
        """Each with the statement that mirrors, ready to be linked to: by framework, in order."""
        of_statement = "statement__element__domain"
        return self.select_related(f"{of_statement}__framework__wording_pack").order_by(
            f"{of_statement}__framework__title",
            f"{of_statement}__framework__edition",
            f"{of_statement}__order",
            "statement__element__number",
            "statement__code",
        )

    def between(self, one: Framework, other: Framework) -> AlignmentQuerySet:
        """All that link the two, whichever carries them, each with its statement."""
        from_to = [
            models.Q(
                statement__element__domain__framework=carrier, element__domain__framework=mirrored
            )
            for carrier, mirrored in ((one, other), (other, one))
        ]
        return self.filter(from_to[0] | from_to[1]).select_related("statement")
