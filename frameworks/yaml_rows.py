"""Django's YAML fixture format, with faults that name the file and the row.

Fixtures here carry natural keys and no primary keys, so Django's own message
(`pk=None`) would not tell an operator which of a thousand rows is wrong. Three more
things differ from Django's: every row is checked by its model's own rules, a row may
point only to rows before it, and a row found again by its natural key changes only the
fields that it names, so that loading a framework again leaves the publisher's wording.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import yaml
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management import CommandError
from django.core.serializers import base, pyyaml
from django.core.serializers.base import DeserializationError
from django.core.serializers.python import Deserializer as PythonDeserializer
from django.db import DatabaseError, models

try:  # the quick one, where PyYAML was built with it
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

Serializer = pyyaml.Serializer
internal_use_only = False


class BrokenFixture(DeserializationError, CommandError):
    """A fault of the file; a CommandError, so that it prints as one line and no traceback."""


class RowLoader(SafeLoader):
    """Leaves a date that there is no such day for as text: its row is then named."""

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            return self.construct_scalar(node)


RowLoader.add_constructor("tag:yaml.org,2002:timestamp", RowLoader.construct_yaml_timestamp)


class NamedRow(base.DeserializedObject):
    """A row read from a fixture that says which row it was when it cannot be saved."""

    def __init__(
        self,
        row: base.DeserializedObject,
        *,
        name: str,
        only: list[str],
        found: list[str],
        saved: dict[tuple[type[models.Model], Any], str],
    ) -> None:
        """Wrap a row.

        Args:
            row: as Django built it.
            name: where it stands in the file, and what a person knows it by.
            only: the fields that an existing row takes from the file; none means all.
            found: the relations that were looked up just now.
            saved: the rows of the file so far, by model and key, with their names.
        """
        super().__init__(row.object, row.m2m_data)
        self.name = name
        self._only, self._found, self._saved = only, found, saved

    def save(self, save_m2m: bool = True, using: str | None = None, **kwargs: Any) -> None:
        """Save it, checked field by field first.

        Raises:
            BrokenFixture: the row breaks a rule of its model or of the database, or is
                in the file twice.
        """
        if self._only and self.object.pk is not None:
            kwargs["update_fields"] = self._only
        try:
            self._refuse_repetition()
            _refuse_null_characters(self.object)
            self.object.clean_fields(exclude=self._found)
            super().save(save_m2m=save_m2m, using=using, **kwargs)
        except ValidationError as fault:
            raise BrokenFixture(f"{self.name}: {_in_one_line(fault)}") from fault
        except (DatabaseError, ValueError) as fault:
            raise BrokenFixture(f"{self.name}: {fault}") from fault
        self._saved[type(self.object), self.object.pk] = self.name

    def _refuse_repetition(self) -> None:
        earlier = self._saved.get((type(self.object), self.object.pk), self.name)
        if earlier != self.name:
            raise ValidationError(f"the file has this already, in {earlier}")


class Deserializer(PythonDeserializer):
    """Reads a YAML fixture; every fault begins with the row's number, model and code."""

    def __init__(self, stream_or_string: bytes | str | IO[bytes] | IO[str], **options: Any) -> None:
        self._where = _where(stream_or_string)
        rows = read_rows(stream_or_string)
        # Backward only: Django would save a row without what it points to and complain,
        # or not, once the file is read and the row's number forgotten.
        super().__init__(rows, **(options | {"handle_forward_references": False}))
        self._row_number = 0
        self._saved: dict[tuple[type[models.Model], Any], str] = {}
        self._keys: dict[tuple[models.Field[Any, Any], str], Any] = {}

    def _handle_object(self, obj: Any) -> Iterator[base.DeserializedObject]:
        self._row_number += 1
        name = f"{self._where}row {self._row_number} ({_label(obj)})"
        try:
            fields = _fields_of(obj)
            rows = list(super()._handle_object(obj))  # type: ignore[misc]
            for row in rows:
                _refuse_lists(row.object, fields)
        except Exception as fault:
            raise BrokenFixture(f"{name}: {_reason(fault)}") from fault
        for row in rows:
            columns = {field.name for field in row.object._meta.concrete_fields}
            only = [] if "pk" in obj else [field for field in fields if field in columns]
            found = [field for field, value in fields.items() if isinstance(value, list)]
            yield NamedRow(row, name=name, only=only, found=found, saved=self._saved)

    def _handle_fk_field_node(self, field: models.ForeignKey[Any, Any], field_value: Any) -> Any:
        """The primary key that a natural key stands for, looked up once a file."""
        natural_key = (field, repr(field_value))
        try:
            if natural_key not in self._keys:
                self._keys[natural_key] = super()._handle_fk_field_node(field, field_value)  # type: ignore[misc]
            return self._keys[natural_key]
        except ObjectDoesNotExist as fault:
            target = field.related_model._meta.verbose_name
            raise BrokenFixture(
                f"{field.name}: no {target} {field_value!r} is there, or only further down"
            ) from fault
        except TypeError as fault:
            raise BrokenFixture(f"{field.name}: {field_value!r} is not a natural key") from fault


def read_rows(stream_or_string: bytes | str | IO[bytes] | IO[str]) -> list[Any]:
    """The rows of a fixture as they stand in the file.

    Raises:
        BrokenFixture: it is not YAML, or not a list.
    """
    try:
        rows = yaml.load(stream_or_string, Loader=RowLoader)  # noqa: S506 a safe loader
    except (yaml.YAMLError, UnicodeError) as fault:
        raise BrokenFixture(f"{_where(stream_or_string)}this is not YAML: {fault}") from fault
    if not isinstance(rows, list):
        raise BrokenFixture(
            f"{_where(stream_or_string)}a fixture is a list of rows; this file is not"
        )
    return rows


def _where(stream_or_string: object) -> str:
    file_name = Path(str(getattr(stream_or_string, "name", ""))).name
    return f"{file_name}, " if file_name else ""


def _fields_of(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict) or not isinstance(row.get("fields"), dict) or "model" not in row:
        raise BrokenFixture("a row needs `model` and `fields`")
    return dict(row["fields"])


def _refuse_lists(instance: models.Model, fields: dict[str, Any]) -> None:
    """Django would write a list into a text column as Python prints it."""
    for name, value in fields.items():
        is_relation = instance._meta.get_field(name).is_relation
        if isinstance(value, list | dict) and not is_relation:
            raise BrokenFixture(f"{name}: one value belongs here, not a {type(value).__name__}")


def _refuse_null_characters(instance: models.Model) -> None:
    """PostgreSQL cannot store one, and SQLite would."""
    for field in instance._meta.concrete_fields:
        value = field.value_from_object(instance)
        if isinstance(value, str) and "\0" in value:
            raise ValidationError({field.name: "null characters are not allowed"})


def _label(row: Any) -> str:
    """The model and whatever a person would know the row by."""
    if not isinstance(row, dict):
        return repr(row)[:60]
    fields = row.get("fields")
    fields = fields if isinstance(fields, dict) else {}
    known_by = next(
        (str(fields[name]) for name in ("code", "key", "email", "name", "title") if name in fields),
        "",
    )
    return " ".join(part for part in (str(row.get("model", "no model")), known_by) if part)


def _reason(fault: BaseException) -> str:
    """What went wrong, without Django's wrapping, which knows the row only by its key."""
    wrapped = isinstance(fault, DeserializationError) and not isinstance(fault, BrokenFixture)
    if wrapped and fault.__context__ is not None:
        return _reason(fault.__context__)
    if isinstance(fault, ValidationError):
        return _in_one_line(fault)
    return str(fault)


def _in_one_line(fault: ValidationError) -> str:
    if not hasattr(fault, "error_dict"):
        return " ".join(fault.messages)
    return "; ".join(
        f"{field}: {' '.join(messages)}" for field, messages in fault.message_dict.items()
    )
