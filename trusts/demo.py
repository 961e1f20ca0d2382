"""The demo trusts: loading them from their fixture, and putting them back as they were.

It stands in the lowest layer and imports nothing above: the fixture is data, and names
its models itself; what belongs to a trust is found by `TrustOwnedQuerySet`. So an app
that comes later joins the demo by rows in the fixture alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core import serializers
from django.core.serializers.python import Deserializer as PythonDeserializer
from django.db import models, transaction
from simple_history.exceptions import NotHistoricalModelError
from simple_history.utils import get_history_manager_for_model

from trusts.models import Trust, User
from trusts.querysets import TrustOwnedQuerySet

FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "demo_trusts.yaml"
SLUGS = ("northfield", "southmere")
PASSWORD = "trust-quality-demo"  # noqa: S105 printed by ./run and refused in production
SIGN_INS = (
    "lead@northfield.example",
    "chair@northfield.example",
    "executive@northfield.example",
    "trustee@northfield.example",
    "observer@northfield.example",
    "lead@southmere.example",
)


def is_loaded() -> bool:
    """Whether either of the demo trusts is there, whatever has become of it."""
    return Trust.objects.filter(slug__in=SLUGS).exists()


@transaction.atomic
def load() -> None:
    """Load the fixture, write the history that it tells, and let the sign-ins in.

    Raises:
        BrokenFixture: a row cannot be saved, such as one that points to a framework
            which is not loaded; nothing was changed.
    """
    rows = yaml.safe_load(FIXTURE.read_text(encoding="utf-8"))
    with FIXTURE.open("rb") as file:
        for row, read in zip(rows, serializers.deserialize("yaml", file), strict=True):
            read.save()
            for entry in row.get("history", ()):
                _write_history(row, entry)
    User.objects.filter(email__in=SIGN_INS).update(password=make_password(PASSWORD))


def _write_history(row: dict[str, Any], entry: dict[str, Any]) -> None:
    """Write that somebody made or changed the row; `fields` is what it said otherwise then.

    Without `by` the service did it: operators make trusts, and the demo has none.
    """
    fields = row["fields"] | entry.get("fields", {})
    then = next(PythonDeserializer([{"model": row["model"], "fields": fields}])).object
    get_history_manager_for_model(type(then)).bulk_history_create(
        [then],
        update=entry["type"] == "~",
        default_user=User.objects.get_by_natural_key(entry["by"]) if "by" in entry else None,
        default_date=entry["at"],
        default_change_reason=entry.get("reason", ""),
    )


@transaction.atomic
def reset() -> None:
    """Put the demo trusts back as they were.

    Raises:
        BrokenFixture: as `load`; the demo trusts are as they were left.
    """
    _take_out()
    load()


def _take_out() -> None:
    """Delete the demo trusts and all that belongs to them, with its history; people stay."""
    keys = {
        model: list(owned.filter(**{f"{owned.path_to_trust}__slug__in": SLUGS}).values_list("pk"))
        for model, owned in _owned_by_trusts().items()
    }
    Trust.objects.filter(slug__in=SLUGS).delete()
    for model, pairs in keys.items():
        try:
            history = get_history_manager_for_model(model)
        except NotHistoricalModelError:
            continue
        history.filter(id__in=[key for (key,) in pairs]).delete()


def _owned_by_trusts() -> dict[type[models.Model], TrustOwnedQuerySet[Any]]:
    """All rows of every model whose rows belong to one trust."""
    querysets = {model: model._default_manager.all() for model in apps.get_models()}
    return {
        model: queryset
        for model, queryset in querysets.items()
        if isinstance(queryset, TrustOwnedQuerySet) and model is not Trust
    }
