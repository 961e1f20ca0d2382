"""Every text in every table of the database, found by asking the database which there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection

from trusts.erasing import readings

NOT_ROWS = {"django_migrations"}


def texts() -> Iterator[tuple[str, str]]:
    """Where each text stands, such as "trusts_user.name", and the text."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - NOT_ROWS
        for table in sorted(tables):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT * FROM {name}")  # noqa: S608 the database's own names
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if text := _text(table, column, value):
                        yield f"{table}.{column}", text


def _text(table: str, column: str, value: Any) -> str:
    if (table, column) == ("django_session", "session_data"):
        return str(Session().get_session_store_class()().decode(value))
    if column == "path":
        return "\n".join(readings(value))
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return "" if value is None else str(value)


def places_of(*wanted: str) -> set[str]:
    """The columns in which any of these texts stands, however its letters are written."""
    folded = {form.casefold() for one in wanted for form in _forms(one)}
    return {place for place, text in texts() if any(one in text.casefold() for one in folded)}


def _forms(text: str) -> tuple[str, str, str]:
    """As it is, and in JSON, which some write with letters by their numbers."""
    return text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]
