"""Deleting a trust that has closed, with everything that it wrote and all of its history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Manager, Model

from trusts.account_data import historical_models
from trusts.models import Trust
from trusts.querysets import TrustOwnedQuerySet

AT_A_TIME = 500
Follower = Callable[[Trust], Callable[[], None]]
"""Looks at a trust that is about to go, and returns what is to be done once it has gone."""

_followers: list[Follower] = []


def goes_with_trust(follower: Follower) -> Follower:
    """Add what has to go with a trust and would not by itself."""
    _followers.append(follower)
    return follower


def delete_trust(trust: Trust) -> None:
    """Delete a trust and all that belongs to it, within the caller's transaction.

    People stay: they may belong elsewhere. Their accounts end by a rule of their own.
    """
    afterwards = [follower(trust) for follower in _followers]
    histories = [
        (history, list(rows.values_list("pk", flat=True)), _past(history, path, trust))
        for history, rows, path in _kept_of(trust)
    ]
    trust.delete()
    for history, rows, past in histories:
        _delete(history, "id", rows)  # with what the deleting itself wrote down
        _delete(history, "history_id", past)
    for do in afterwards:
        do()


def _kept_of(trust: Trust) -> Iterator[tuple[Manager[Model], Any, str]]:
    """Each history that tells of trusts, the trust's rows that are there, and the way to it."""
    for model, history in historical_models():
        everything = model._default_manager.all()
        if model is Trust:
            yield history._default_manager, everything.filter(pk=trust.pk), "id"
        elif isinstance(everything, TrustOwnedQuerySet):
            path = everything.path_to_trust
            yield history._default_manager, everything.filter(**{path: trust}), path


def _past(history: Manager[Model], path: str, trust: Trust) -> list[int]:
    """History of rows that are no longer there is found by what it says itself."""
    return list(history.filter(**{path: trust.pk}).values_list("history_id", flat=True))


def _delete(history: Manager[Model], column: str, keys: list[int]) -> None:
    for start in range(0, len(keys), AT_A_TIME):
        history.filter(**{f"{column}__in": keys[start : start + AT_A_TIME]}).delete()
