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
