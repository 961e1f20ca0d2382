"""Whose words a page shows: the publisher's, or ours where those are not loaded. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from frameworks.models import Statement


@dataclass(frozen=True)
class Words:
    """Whose are among the statements of a page; a reader must never have to guess."""

    ours: bool
    theirs: bool

    @property
    def is_mixed(self) -> bool:
        """Whether each statement must say for itself whose words it is in."""
        return self.ours and self.theirs


def words_of(statements: Iterable[Statement]) -> Words:
    """Whose words these statements are in."""
    are_theirs = {bool(statement.publisher_text) for statement in statements}
    return Words(ours=False in are_theirs, theirs=True in are_theirs)
