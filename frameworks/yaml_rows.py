"""Django's YAML fixture format, with faults that name the row.

Fixtures here carry natural keys and no primary keys, so Django's own message
(`pk=None`) would not tell an operator which of a thousand rows is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers import base, pyyaml
from django.core.serializers.base import DeserializationError
from django.db import DatabaseError, models

Serializer = pyyaml.Serializer
internal_use_only = False


class NamedRow(base.DeserializedObject):
    """A row read from a fixture that says which row it was when it cannot be saved."""

    def __init__(self, row: base.DeserializedObject, name: str) -> None:
        super().__init__(row.object, row.m2m_data, row.deferred_fields)
        self.name = name

    def save(self, save_m2m: bool = True, using: str | None = None, **kwargs: Any) -> None:
        """Save it, checked field by field first.

        Raises:
            DeserializationError: the row breaks a rule of its model or of the database.
        """
        try:
            self.object.clean_fields(exclude=self._unresolved_fields())
            super().save(save_m2m=save_m2m, using=using, **kwargs)
        except ValidationError as fault:
            faults = "; ".join(
                f"{field}: {' '.join(messages)}" for field, messages in fault.message_dict.items()
            )
            raise DeserializationError(f"{self.name}: {faults}") from fault
        except (DatabaseError, ValueError) as fault:
            raise DeserializationError(f"{self.name}: {fault}") from fault

    def _unresolved_fields(self) -> list[str]:
        return [field.name for field in self.deferred_fields or {}]


class Deserializer(pyyaml.Deserializer):
    """Reads a YAML fixture; every fault begins with the row's number, model and code."""

    def __init__(self, stream_or_string: Any, **options: Any) -> None:
        try:
            super().__init__(stream_or_string, **options)
        except DeserializationError as fault:
            raise DeserializationError(f"This is not YAML: {fault.__cause__}") from fault
        if not isinstance(self.stream, list):
            raise DeserializationError("A fixture is a list of rows; this file is not.")
        self.row_number = 0

    def _handle_object(self, obj: Any) -> Iterator[base.DeserializedObject]:
        self.row_number += 1
        name = f"row {self.row_number} ({_label(obj)})"
        if not isinstance(obj, dict) or not isinstance(obj.get("fields"), dict):
            raise DeserializationError(f"{name}: a row needs `model` and `fields`.")
        try:
            for row in super()._handle_object(obj):  # type: ignore[misc]
                yield NamedRow(row, name)
        except DeserializationError as fault:
            raise DeserializationError(f"{name}: {_reason(fault)}") from fault


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


def _reason(fault: DeserializationError) -> str:
    cause = fault.__cause__ or fault.__context__
    if isinstance(cause, models.ObjectDoesNotExist):
        return f"it points to something that is not there ({fault})"
    return str(fault)
