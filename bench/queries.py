"""How many queries a page costs, as Django itself counts them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.database import CannotMeasure
from bench.pages import Page, Visitor, form_of

# They ask for no rows, and how many a save needs is the business of its transactions.
TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE SAVEPOINT")


def count_queries(pages: Iterable[Page], visitor: Visitor) -> dict[str, int]:
    """By page: the queries of one visit, the session's and the person's among them.

    Raises:
        CannotMeasure: a page did not answer as it should.
    """
    return {page.name: _count(page, visitor) for page in pages}


def _count(page: Page, visitor: Visitor) -> int:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(visitor.lead)
    form = _form(page, visitor) if page.saves else None
    address = page.address(visitor)
    headers = {"HX-Request": "true"} if page.is_quiet else {}
    with CaptureQueriesContext(connection) as captured:
        if form:
            answer = client.post(address, form, headers=headers)
        else:
            answer = client.get(address, headers=headers)
    if answer.status_code != page.status:
        raise CannotMeasure(f"{page.name} answered {answer.status_code}, not {page.status}.")
    return sum(
        not query["sql"].upper().startswith(TRANSACTION_CONTROL)
        for query in captured.captured_queries
    )


def _form(page: Page, visitor: Visitor) -> dict[str, str]:
    assert page.saves
    row = page.saves(visitor)
    row.refresh_from_db(fields=["version"])
    gaps = {"version": str(row.version), "page": uuid4().hex}
    return {name: value.format(**gaps) for name, value in form_of(row).items()}
