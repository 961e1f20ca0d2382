"""The reports' part of a trust's home page: where its documents are. No query."""

from __future__ import annotations

from trusts.home import Panel, register
from trusts.models import Trust, User


@register
def reports_panel(user: User, trust: Trust) -> Panel:
    """A link to what was issued; nothing here waits for anybody."""
    return Panel("reports/_home.html")
