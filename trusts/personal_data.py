"""What the service keeps about a person; every app says what, and how names leave its rows.

A person may have their data as a file (UK GDPR, articles 15 and 20) and their name and address
taken out (article 17). Both belong to `trusts`, yet most of what people do stands in the apps
above. An app registers its part in its `AppConfig.ready()`, as it does for the home page
(docs/decisions/0022-privacy.md). A test finds every column that points to a person and asks
that a section tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trusts.models import FORMER_MEMBER, User

Row = Mapping[str, Any]
"""One thing, by the keys of its section's columns: what JSON can hold, dates as datetimes."""


@dataclass(frozen=True)
class Section:
    """One kind of thing that is kept about people.

    Attributes:
        key: what the file calls it.
        title: what people call it.
        about: what it is, in a sentence or two.
        columns: what people call each key of its rows.
        rows: all of one person's, and nothing that others wrote.
        tells_of: the columns of the database that point to the person and that it tells of,
            such as "trusts.Membership.user".
    """

    key: str
    title: str
    about: str
    columns: Mapping[str, str]
    rows: Callable[[User], Iterable[Row]]
    tells_of: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Traces:
    """Whose name and address are to be taken out, and how they were written.

    Attributes:
        person: as they were until now; the row itself is changed last.
        emails: every address of their account, in lower case.
        names: every name that they are known to have had.
        trusts: every trust that they belong or belonged to, by key.
        email: what stands where an address stood.
    """

    person: User
    emails: frozenset[str]
    names: frozenset[str]
    trusts: frozenset[int]
    email: str
    name: str = field(default=FORMER_MEMBER, init=False)


Eraser = Callable[[Traces], None]

_sections: dict[str, Section] = {}
_holders: list[Eraser] = []
_erasers: list[Eraser] = []


def register(section: Section) -> Section:
    """Add what an app keeps about people.

    Raises:
        ValueError: there is another section of this key.
    """
    if _sections.setdefault(section.key, section) is not section:
        raise ValueError(f"There is another section of personal data called {section.key}.")
    return section


def sections() -> list[Section]:
    """Every section, in the order of INSTALLED_APPS."""
    return list(_sections.values())


def holds_first(holder: Eraser) -> Eraser:
    """Add which rows an app holds before the person's own, as everybody does who writes both.

    It is called within the transaction that ends an account, once the trusts are held.
    """
    _holders.append(holder)
    return holder


def hold_all(traces: Traces) -> None:
    """Hold them, app by app."""
    for holder in _holders:
        holder(traces)


def erases(eraser: Eraser) -> Eraser:
    """Add how an app takes a person's name and address out of its rows.

    It is called within a transaction, safe to repeat, and leaves the rows where they are.
    """
    _erasers.append(eraser)
    return eraser


def erase(traces: Traces) -> None:
    """Take name and address out everywhere, within the caller's transaction."""
    for eraser in _erasers:
        eraser(traces)
