"""Finding issued reports; `visible_to` is the only door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trusts.querysets import TrustOwnedQuerySet

if TYPE_CHECKING:
    from reports.models import IssuedReport


class IssuedReportQuerySet(TrustOwnedQuerySet["IssuedReport"]):
    """Reports issued by the trusts that a person may see."""

    def without_document(self) -> IssuedReportQuerySet:
        """For lists: the document itself stays in the database."""
        return self.defer("document")
