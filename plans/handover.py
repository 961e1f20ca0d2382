"""Open actions of somebody who leaves the trust, and handing them on."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import F
from django.utils.text import Truncator

from plans.models import Action
from plans.querysets import ActionQuerySet
from trusts.handover import Thing, register
from trusts.models import Trust, User

OWNER_NAME_LENGTH = 150


class OpenActions:
    """What a person has still to do; done and dropped actions stay under their owner's name."""

    noun = "open action"
    noun_plural = "open actions"

    def owned(self, trust: Trust) -> dict[int, list[Thing]]:
        """Everybody's open actions in the trust's plans, by the person's key; one query."""
        found: defaultdict[int, list[Thing]] = defaultdict(list)
        actions = _open_in(trust).filter(owner__isnull=False).order_by("due_on", "pk")
        for action in actions.only("owner", "description", "priority"):
            text = Truncator(action.description).chars(90)
            found[action.owner_id].append(Thing(text, action.get_absolute_url()))  # type: ignore[index]
        return dict(found)

    def hand_on(self, *, trust: Trust, person: User, to: User, by: User) -> None:
        """Make `to` the owner of them all, under new versions, so that nobody undoes it unread."""
        actions = _open_in(trust).filter(owner=person).select_for_update(of=("self",))
        keys = list(actions.order_by("pk").values_list("pk", flat=True))
        changed = Action.objects.filter(pk__in=keys)
        changed.update(owner=to, owner_name=str(to)[:OWNER_NAME_LENGTH], version=F("version") + 1)
        Action.history.bulk_history_create(list(changed), update=True, default_user=by)


def _open_in(trust: Trust) -> ActionQuerySet:
    return Action.objects.open().filter(priority__plan__assessment__trust=trust)


register(OpenActions())
