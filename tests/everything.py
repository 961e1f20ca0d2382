"""A row of any model, made by looking at it: for tests that hold for models still to come.

`Maker` fills what a model asks for and obeys its validators and constraints by trying. `write_into`
puts words into every text of rows that stand already, and into their history.
"""

from __future__ import annotations

import itertools
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.constraints import BaseConstraint
from simple_history.exceptions import NotHistoricalModelError
from simple_history.utils import get_history_manager_for_model

from frameworks.models import Framework
from trusts.models import Trust, User
from trusts.querysets import TrustOwnedQuerySet

OURS = ("frameworks", "trusts", "assessments", "plans", "reviews", "support", "reports")
NOT_TYPED = {
    "code",
    "edition",
    "key",
    "password",
    "saved_from",
    "sha256",
    "slug",
    "template_version",
    "token_hash",
}
"""Texts that the service makes itself; some stand in addresses."""
MOST_TRIES = 20_000

Words = Callable[[models.Field], str]
"""What is to stand in a text field."""


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written meanwhile is as if it had not been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def our_models() -> list[type[models.Model]]:
    """Every model of ours, without the histories."""
    found = [model for app in OURS if apps.is_installed(app) for model in _models_of(app)]
    return [model for model in found if not hasattr(model, "history_type")]


def _models_of(app: str) -> list[type[models.Model]]:
    return list(apps.get_app_config(app).get_models())


def owned_models() -> dict[type[models.Model], str]:
    """Every model whose rows belong to a trust, with the way to it."""
    querysets = {model: model._default_manager.all() for model in our_models()}
    return {
        model: queryset.path_to_trust
        for model, queryset in querysets.items()
        if isinstance(queryset, TrustOwnedQuerySet) and model is not Trust
    }


def doors() -> list[type[models.Model]]:
    """Every model that says which of its rows a person may see."""
    return [model for model in our_models() if hasattr(model._default_manager.all(), "visible_to")]


def history_of(model: type[models.Model]) -> Any:
    """The manager of the model's history; None where none is kept."""
    try:
        return get_history_manager_for_model(model)
    except NotHistoricalModelError:
        return None


def texts_of(model: type[models.Model]) -> list[models.Field]:
    """The fields of a model that hold what somebody typed."""
    return [
        one
        for one in model._meta.concrete_fields
        if isinstance(one, models.CharField | models.TextField)
        and not one.choices
        and not one.primary_key
        and one.name not in NOT_TYPED
    ]


class Maker:
    """Makes rows that belong together: what a row points to is one of those made before.

    Attributes:
        rows: what has been made, or was given, by model; a row made later points to these.
    """

    def __init__(self, *given: models.Model, words: Words | None = None) -> None:
        self.rows: defaultdict[type[models.Model], list[models.Model]] = defaultdict(list)
        self.words = words or (lambda field: f"Some {field.verbose_name}")
        for row in given:
            self.rows[type(row)].append(row)

    def make(self, model: type[models.Model], **fixed: Any) -> models.Model:
        """A new row, as full as the model's rules allow.

        Raises:
            AssertionError: no way was found to fill it; say it with `fixed`.
        """
        number = len(self.rows[model])
        choices = {
            field.name: [fixed[field.name]]
            if field.name in fixed
            else list(self._values(field, number))
            for field in model._meta.concrete_fields
            if not field.primary_key or not isinstance(field, models.AutoField)
        }
        row = self._fill(model, choices)
        row.save()
        self.rows[model].append(row)
        return row

    def _fill(self, model: type[models.Model], choices: dict[str, list[Any]]) -> models.Model:
        chosen = {name: values[0] for name, values in choices.items()}
        for _ in range(10):
            row = model(**chosen)
            broken = next((one for one in rules_of(model) if not holds(one, row)), None)
            if broken is None:
                return row
            names = [name for name in fields_of(broken, model) if name in choices]
            chosen |= self._mend(model, broken, chosen, {name: choices[name] for name in names})
        raise AssertionError(f"{model.__name__}: its rules contradict each other")

    def _mend(
        self,
        model: type[models.Model],
        broken: BaseConstraint,
        chosen: dict[str, Any],
        choices: dict[str, list[Any]],
    ) -> dict[str, Any]:
        """Values of the fields that a rule is about with which it holds, the fullest first."""
        combinations = itertools.islice(itertools.product(*choices.values()), MOST_TRIES)
        for values in combinations:
            tried = dict(zip(choices, values, strict=True))
            if holds(broken, model(**(chosen | tried))):
                return tried
        raise AssertionError(f"{model.__name__}: found no way to keep {broken.name}")

    def _values(self, field: models.Field, number: int) -> Iterator[Any]:
        """What a field may hold, the fullest first; later rows begin elsewhere."""
        if field.choices:
            values = [value for value, _ in field.flatchoices]
            yield from values[number % len(values) :] + values[: number % len(values)]
        elif isinstance(field, models.ForeignKey):
            yield from self._targets(field, number)
        else:
            yield from filled(field, self.words, number)
        if field.has_default():
            yield field.get_default()
        if field.null:
            yield None
        elif field.blank:
            yield ""

    def _targets(self, field: models.ForeignKey, number: int) -> Iterator[models.Model]:
        model = field.related_model
        if model is field.model:
            return
        known = self.rows[model]
        if not known:
            self.make(model)
        if isinstance(field, models.OneToOneField):
            taken = set(field.model._default_manager.values_list(field.attname, flat=True))
            known = [row for row in known if row.pk not in taken] or [self.make(model)]
        turn = number % len(known)
        yield from known[turn:] + known[:turn]


def filled(field: models.Field, words: Words, number: int) -> Iterator[Any]:
    """Values for a field that points nowhere, each of which its validators take."""
    if isinstance(field, models.CharField | models.TextField):
        longest = field.max_length or 10**6
        typed = words(field)[:longest] if field.name not in NOT_TYPED else ""
        plain = f"{field.name[:4]}-{number}-{uuid.uuid4().hex}"[-longest:]
        for text in (typed, plain, f"{plain}@trust.example"[-longest:], str(number + 1) * longest):
            if text and takes(field, text):
                yield text
        return
    yield from {
        models.BooleanField: [True, False],
        models.DateTimeField: [datetime(2026, 11, 2, 9, tzinfo=UTC)],
        models.DateField: [date(2026, 11, 2)],
        models.UUIDField: [uuid.uuid4()],
        models.BinaryField: [b"%PDF-1.7 " + words(field).encode()],
        models.JSONField: [{}],
    }.get(type(field), range(number + 1, number + 6))


def takes(field: models.Field, value: Any) -> bool:
    """Whether the field's own validators let the value pass."""
    try:
        field.clean(value, None)
    except ValidationError:
        return False
    return True


def rules_of(model: type[models.Model]) -> list[BaseConstraint]:
    """The constraints of a model, those of single fields among them."""
    unique = [
        models.UniqueConstraint(fields=[field.name], name=f"{field.name}_unique")
        for field in model._meta.concrete_fields
        if field.unique and not isinstance(field, models.AutoField)
    ]
    return [*model._meta.constraints, *unique]


KEPT: dict[tuple[Any, ...], bool] = {}
"""What the database has said of check constraints: it is asked thousands of times the same."""


def holds(rule: BaseConstraint, row: models.Model) -> bool:
    """Whether the row keeps a constraint, beside the rows that are stored."""
    if not isinstance(rule, models.CheckConstraint):
        return _is_kept(rule, row)
    asked = (type(row), rule.name, *_compared(rule, row))
    if asked not in KEPT:
        KEPT[asked] = _is_kept(rule, row)
    return KEPT[asked]


def _compared(rule: models.CheckConstraint, row: models.Model) -> Iterator[str]:
    """What a check constraint looks at; of rows pointed to, only which are the same."""
    numbers: dict[Any, int] = {}
    for name in sorted(rule.condition.referenced_base_fields):
        field = row._meta.get_field(name)
        value = getattr(row, field.attname)
        if isinstance(field, models.ForeignKey) and value is not None:
            value = numbers.setdefault(value, len(numbers))
        yield repr(value)


def _is_kept(rule: BaseConstraint, row: models.Model) -> bool:
    try:
        rule.validate(type(row), row)
    except ValidationError:
        return False
    return True


def fields_of(rule: BaseConstraint, model: type[models.Model]) -> list[str]:
    """The names of the fields that a constraint speaks of."""
    known = {field.name for field in model._meta.concrete_fields}
    spoken = [str(name) for name in getattr(rule, "fields", ())]
    for source in (getattr(rule, "condition", None), *getattr(rule, "expressions", ())):
        spoken += [name.split("__")[0] for name in _names_in(source)]
    return [name for name in dict.fromkeys(spoken) if name in known]


def _names_in(source: Any) -> Iterator[str]:
    if isinstance(source, models.F):
        yield source.name
    elif isinstance(source, models.Q):
        for child in source.children:
            yield from [child[0]] if isinstance(child, tuple) else _names_in(child)
    elif hasattr(source, "get_source_expressions"):
        for inner in source.get_source_expressions():
            yield from _names_in(inner)


Rows = dict[type[models.Model], models.QuerySet[Any]]


def rows_of_trust(trust: Trust) -> Rows:
    """All that is stored of a trust, by model: its own rows, its people's, its own frameworks."""
    people = User.objects.filter(memberships__trust=trust)
    rows: Rows = {
        model: model._default_manager.filter(**{path: trust})
        for model, path in owned_models().items()
    }
    rows |= rows_of_frameworks(owner__trust=trust)
    for model in our_models():
        for one in model._meta.concrete_fields:
            if model not in rows and one.related_model is User:
                rows[model] = model._default_manager.filter(**{f"{one.name}__in": people})
    rows[Trust] = Trust.objects.filter(pk=trust.pk)
    rows[User] = User.objects.filter(pk__in=people)
    return rows


def rows_of_frameworks(**which: Any) -> Rows:
    """Some frameworks and all that they consist of."""
    frameworks = Framework.objects.filter(**which)
    paths = {model: way_to(model, Framework) for model in _models_of("frameworks")}
    rows: Rows = {
        model: model._default_manager.filter(**{f"{path}__in": frameworks})
        for model, path in paths.items()
        if path
    }
    return {**rows, Framework: frameworks}


def way_to(model: type[models.Model], target: type[models.Model]) -> str | None:
    """The shortest way from a row to a row of another model, as queries write it."""
    paths: list[tuple[type[models.Model], tuple[str, ...]]] = [(model, ())]
    seen = {model}
    while paths:
        here, path = paths.pop(0)
        if here is target:
            return "__".join(path)
        for field in here._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model not in seen:
                seen.add(field.related_model)
                paths.append((field.related_model, (*path, field.name)))
    return None


def write_into(rows: Rows, words: Words) -> dict[str, str]:
    """Put words into every text of the rows and of their history, as far as the rules allow.

    Returns:
        What was written, by `Model.field`.
    """
    written: dict[str, str] = {}
    for model, some in rows.items():
        for field in texts_of(model):
            for key in list(some.values_list("pk", flat=True)):
                text = _write(model, key, field, words(field))
                if text:
                    written[f"{model.__name__}.{field.name}"] = text
    return written


def _write(model: type[models.Model], key: Any, field: models.Field, text: str) -> str:
    row = model._default_manager.get(pk=key)
    if not getattr(row, field.name) and not _may_be_filled(model, field):
        return ""
    for tried in (text, f"{key}{text}"):  # another's may be the same, where each has its own
        setattr(row, field.name, tried)
        is_short = len(tried) <= (field.max_length or 10**6)
        if is_short and takes(field, tried) and all(holds(rule, row) for rule in rules_of(model)):
            model._default_manager.filter(pk=key).update(**{field.name: tried})
            _write_history(model, key, field, tried)
            return tried
    return ""


def _write_history(model: type[models.Model], key: Any, field: models.Field, text: str) -> None:
    history = history_of(model)
    if history is not None and any(one.name == field.name for one in history.model._meta.fields):
        history.filter(id=key).update(**{field.name: text})


def _may_be_filled(model: type[models.Model], field: models.Field) -> bool:
    """Whether a text that is empty may be filled: not where a rule is about it."""
    return not any(field.name in fields_of(rule, model) for rule in model._meta.constraints)
