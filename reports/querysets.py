"""Finding issued reports; `visible_to` is the only door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models.functions import Length

from trusts.querysets import TrustOwnedQuerySet

if TYPE_CHECKING:
    from reports.models import IssuedReport


class IssuedReportQuerySet(TrustOwnedQuerySet["IssuedReport"]):
    """Reports issued by the trusts that a person may see."""

    def for_list(self) -> IssuedReportQuerySet:
        """With who issued each and its `size` in bytes; the document stays in the database."""
        return self.defer("document").select_related("issued_by").annotate(size=Length("document"))
