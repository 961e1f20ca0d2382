"""The people's part of a trust's home page, and what the lead has to see to."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone

from trusts.home import Panel, Task, register
from trusts.models import Invitation, Trust, User
from trusts.permissions import Permission, has_permission

LEAD = "Governance lead"


@register
def people_panel(user: User, trust: Trust) -> Panel:
    """The way to the list of people; for the lead, who has been invited in vain; one query."""
    invitations = list(Invitation.objects.visible_to(user).filter(trust=trust).pending())
    may_invite = has_permission(user, Permission.INVITE, trust)
    tasks = _tasks(trust, invitations) if may_invite else ()
    context = {"invited_count": len(invitations)}
    return Panel("trusts/_people_panel.html", context, tuple(tasks), is_last=True)


def _tasks(trust: Trust, invitations: Sequence[Invitation]) -> list[Task]:
    """One for invitations that nobody took up in time, one for those whose mail never went."""
    unmailed = [one for one in invitations if one.mailed_at is None]
    expired = [one for one in invitations if one.mailed_at and one.has_expired]
    url = reverse("trusts:people", args=[trust.slug]) + "#invitations"
    tasks = []
    if expired:
        count = len(expired)
        text = (
            "1 invitation has run out before it was accepted"
            if count == 1
            else f"{count} invitations have run out before they were accepted"
        )
        since = timezone.localdate(min(one.expires_at for one in expired))
        tasks.append(Task(text=f"{text}: send again or withdraw", url=url, whose=LEAD, since=since))
    if unmailed:
        count = len(unmailed)
        text = f"No mail went to {count} invited {'person' if count == 1 else 'people'}"
        since = timezone.localdate(min(one.invited_at for one in unmailed))
        tasks.append(Task(text=f"{text}: send again", url=url, whose=LEAD, since=since))
    return tasks
