"""A shipped framework, loaded once for a file that names it; and spreadsheets of made-up ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from frameworks.framework_draft import FrameworkDraft
from frameworks.framework_template import sheets_of
from sheets.writing import write_workbook


def workbook_of(draft: FrameworkDraft) -> bytes:
    """The spreadsheet that reads as this draft."""
    return write_workbook(sheets_of(draft))


@pytest.fixture(scope="module")
def loaded_once(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """What the file calls its FIXTURE, in the database for all of it: loading takes a second."""
    with django_db_blocker.unblock():
        call_command("loaddata", request.module.FIXTURE, verbosity=0)
    yield
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


def every_value() -> dict[str, list[Any]]:
    """Every row of the frameworks app with every value, its primary key among them."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in apps.get_app_config("frameworks").get_models()
    }
