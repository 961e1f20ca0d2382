"""Finding framework rows by the names that fixtures and exports use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from frameworks.models import Domain, Element, Framework, Level, Statement


class FrameworkQuerySet(models.QuerySet["Framework"]):
    """Frameworks by key and edition."""

    def get_by_natural_key(self, key: str, edition: str) -> Framework:
        return self.get(key=key, edition=edition)

    def for_trusts(self) -> FrameworkQuerySet:
        """Those against which a trust rates itself, the newest edition of each first."""
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
