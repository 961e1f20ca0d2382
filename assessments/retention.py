"""What of assessments is not kept for ever. Agreed assessments are, as long as their trust is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet

from assessments.models import FrameworkUpload
from frameworks.models import Framework
from trusts.closing import goes_with_trust
from trusts.models import Trust
from trusts.retention import Kind, deleting, register


def waiting_uploads(since: datetime) -> QuerySet[FrameworkUpload]:
    """Spreadsheets that nobody has made a framework of, nor thrown away."""
    return FrameworkUpload.objects.filter(uploaded_at__lt=since)


@goes_with_trust
def own_frameworks(trust: Trust) -> Callable[[], None]:
    """Frameworks that the trust made for itself: they do not know whose they are."""
    keys = list(trust.own_frameworks.values_list("framework", flat=True))

    def delete() -> None:
        frameworks = Framework.objects.filter(pk__in=keys)
        frameworks.update(supersedes=None)
        frameworks.delete()

    return delete


register(
    Kind(
        key="uploads",
        label="Spreadsheets that wait to become a framework",
        after="they were sent",
        due=waiting_uploads,
        let_go=deleting(waiting_uploads),
    )
)
