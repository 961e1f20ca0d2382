"""What documents keep about a person: that they issued one."""

from __future__ import annotations

from reports.models import IssuedReport
from trusts.personal_data import Section, register
from trusts.writing import Deed

ISSUED = Deed(
    IssuedReport,
    "issued",
    "issued_by",
    "issued_at",
    {"trust": "trust__name", "title": "title"},
)

register(
    Section(
        key="reports",
        title="Reports that you issued",
        about="Documents that you handed out. The documents themselves are the trust’s: they say "
        "what others wrote too, and they stay as they were printed.",
        columns={"at": "When", "did": "What you did", "trust": "Trust", "title": "Title"},
        rows=ISSUED.rows,
        tells_of=frozenset({ISSUED.column}),
    )
)
