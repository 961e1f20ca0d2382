"""The assessments' part of a trust's home page: what to rate next, and all there are."""

from __future__ import annotations

from collections import Counter

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, Respondent
from assessments.querysets import RespondentQuerySet
from trusts.home import Panel, Task, register
from trusts.models import Trust, User
from trusts.permissions import Permission, has_permission


@register
def assessments_panel(user: User, trust: Trust) -> Panel:
    """Every assessment of the trust, and for who records ratings what is left of each."""
    assessments = list(
        Assessment.objects.visible_to(user)
        .filter(trust=trust)
        .with_progress()
        .with_views()
        .annotate(view_wanted_since=Subquery(_asked(user).values("asked_at")[:1]))
        .select_related("framework", "agreed_by")
        .order_by("-created_at")
    )
    may_rate = has_permission(user, Permission.RATE, trust)
    may_manage = has_permission(user, Permission.MANAGE, trust)
    wanted = [
        one
        for one in assessments
        if one.is_collecting and one.view_wanted_since  # type: ignore[attr-defined]
    ]
    tasks = (
        *(_view_task(one) for one in wanted),
        *(_views_task(one) for one in assessments if may_manage and one.is_collecting),
        *(_task(one) for one in assessments if may_rate and one.status == one.Status.AGREEING),
    )
    frameworks = Counter(one.framework.key for one in assessments)
    context = {
        "assessments": assessments,
        "can_compare": any(count > 1 for count in frameworks.values()),
    }
    return Panel("assessments/_home.html", context, tasks)


def _asked(user: User) -> RespondentQuerySet:
    """Where an assessment of the outer query still asks this person; see `Subquery`."""
    return Respondent.objects.filter(assessment=OuterRef("pk"), user=user, finished_at=None)


def _view_task(assessment: Assessment) -> Task:
    return Task(
        text=f"Give your view: {assessment.title}",
        url=reverse("assessments:mine", args=[assessment.pk]),
        due_on=assessment.views_due_on,
        whose="You",
        since=timezone.localdate(assessment.view_wanted_since),  # type: ignore[attr-defined]
    )


def _views_task(assessment: Assessment) -> Task:
    """What the lead does about them: close once all have finished, until then remind."""
    left = (assessment.asked_count or 0) - (assessment.finished_count or 0)  # type: ignore[attr-defined]
    whom = "the one who has" if left == 1 else f"the {left} who have"
    what = f"Remind {whom} not finished" if left else "Close the views"
    return Task(
        text=f"{what}: {assessment.title}",
        url=reverse("assessments:collecting", args=[assessment.pk]),
        due_on=assessment.views_due_on,
        whose="Governance lead",
        since=timezone.localdate(assessment.opened_at),
    )


def _task(assessment: Assessment) -> Task:
    left = assessment.element_count - assessment.rated_count  # type: ignore[attr-defined]
    framework = assessment.framework
    nouns = framework.element_noun if left == 1 else framework.element_noun_plural
    what = f"Rate {left} {nouns}" if left else "Sign off the ratings"
    return Task(
        text=f"{what}: {assessment.title}",
        url=assessment.get_absolute_url(),
        due_on=assessment.due_on,
        whose="Chair or governance lead",
        since=timezone.localdate(assessment.created_at),
    )
