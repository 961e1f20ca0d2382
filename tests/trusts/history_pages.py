"""What the tests of the history read off its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from tests.conftest import client_of
from tests.page import Page
from trusts.history_entries import Entry
from trusts.models import Trust, User


@dataclass(frozen=True)
class Shown:
    """A page of the history: what it was made of, and what it says."""

    status: int
    entries: list[Entry]
    page: Page

    @property
    def sentences(self) -> list[str]:
        return [entry.sentence for entry in self.entries]


def read(user: User, trust: Trust, *of: Any, **asked: Any) -> Shown:
    """The history of a trust, or of one thing by its kind and key, as the person gets it."""
    name = "trusts:history_of" if of else "trusts:history"
    address = reverse(name, args=[trust.slug, *of])
    answer = client_of(user).get(f"{address}?{urlencode(asked)}" if asked else address)
    context = answer.context or {}
    entries = context.get("entries", []) if answer.status_code in (200, 422) else []
    return Shown(answer.status_code, list(entries), Page(answer.content.decode()))


def told(user: User, trust: Trust, *of: Any, **asked: Any) -> list[str]:
    """The sentences alone, the newest first."""
    return read(user, trust, *of, **asked).sentences
