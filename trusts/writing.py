"""What one person wrote in texts that several write: their own words, and nobody else's.

The history keeps a text whole with every save, whoever wrote its sentences. Given out whole, it
would hand a person what others wrote (UK GDPR, article 15(4)). So a save is compared with the
one before it, and only what it added is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.db.models import F, Model, Q
from simple_history.utils import get_history_model_for_model

from texts.rewording import added
from trusts.models import User
from trusts.personal_data import Row

TOGETHER = timedelta(minutes=10)
"""Saves of one person with nobody's between count as one up to this long after the first."""
AT_A_TIME = 500
"""Rows of history that are held in memory at once."""
CAME, WENT = "+", "-"
"""What simple-history calls a row that was made, and one that was removed."""

Saved = Mapping[str, Any]


@dataclass(frozen=True)
class Writing:
    """A model whose rows several people write, with their history.

    Attributes:
        texts: its texts, by field: people's own words.
        facts: what else they choose, by the key that tells it, and where its words stand.
        names: what the row is, by key, and where its words stand.
        starts_empty: rows are made empty, and that is not in the history.
        until: the column of a moment after which a save only takes over what somebody wrote
            elsewhere, where it is told of.
    """

    model: type[Model]
    texts: Sequence[str]
    facts: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    starts_empty: bool = False
    until: str = ""

    def rows(self, person: User) -> Iterator[Row]:
        """What the person wrote or chose, row by row, the oldest first; one query."""
        for _, saves in groupby(self._saves(person), key=lambda save: save["row_"]):
            yield from self._of_row(list(saves), person)

    def _saves(self, person: User) -> Iterator[Saved]:
        """Every save of every row that the person has saved."""
        history: Any = get_history_model_for_model(self.model)._default_manager
        touched = history.filter(history_user=person).values("id")
        saves = history.filter(id__in=touched).order_by("id", "history_date", "history_id")
        if self.until:
            saves = saves.filter(Q(**{self.until: None}) | Q(history_date__lte=F(self.until)))
        told = _told_by({**{name: name for name in self.texts}, **self.facts, **self.names})
        found = saves.values(
            row_=F("id"),
            at_=F("history_date"),
            by_=F("history_user_id"),
            type_=F("history_type"),
            **told,
        )
        return iter(found.iterator(chunk_size=AT_A_TIME))

    def _of_row(self, saves: Sequence[Saved], person: User) -> Iterator[Row]:
        before: Saved | None = None
        for run in _runs(saves):
            last = run[-1]
            is_theirs = last["by_"] == person.pk and last["type_"] != WENT
            if is_theirs and (row := self._told(before, run)):
                yield row
            before = last

    def _told(self, before: Saved | None, run: Sequence[Saved]) -> Row | None:
        first, last = run[0], run[-1]
        if before is None and first["type_"] != CAME and not self.starts_empty:
            before = first  # who wrote what stood there already is not on record
        texts = {name: added(_of(before, name) or "", _of(last, name) or "") for name in self.texts}
        facts = {
            name: _of(last, name)
            for name in self.facts
            if (_of(last, name) or None) != (_of(before, name) or None)
        }
        if not any(texts.values()) and not facts:
            return None
        names = {name: _of(last, name) for name in self.names}
        return {"at": last["at_"], **names, **dict.fromkeys(self.facts), **facts, **texts}


def _told_by(paths: Mapping[str, str]) -> dict[str, F]:
    """What to read, under names that no model has for its fields."""
    return {f"told_{name}": F(path) for name, path in paths.items()}


def _of(save: Saved | None, name: str) -> Any:
    return save[f"told_{name}"] if save else None


def _runs(saves: Sequence[Saved]) -> Iterator[list[Saved]]:
    """The saves, those of one person within a few minutes together."""
    run: list[Saved] = []
    for save in saves:
        if run and (save["by_"] != run[0]["by_"] or save["at_"] - run[0]["at_"] > TOGETHER):
            yield run
            run = []
        run.append(save)
    if run:
        yield run


@dataclass(frozen=True)
class Deed:
    """Something that a row says who did, and when.

    Attributes:
        did: what it was, such as "signed off".
        by: the column that says who.
        at: the column that says when.
        text: the column of what the person wrote with it, such as a reason.
    """

    model: type[Model]
    did: str
    by: str
    at: str
    names: Mapping[str, str]
    text: str = ""

    @property
    def column(self) -> str:
        """As a section's `tells_of` names it."""
        return f"{self.model._meta.label}.{self.by}"

    def rows(self, person: User) -> Iterator[Row]:
        """Each time that the person did it, as the rows say today; one query."""
        paths = {**self.names, **({"text": self.text} if self.text else {})}
        done = self.model._default_manager.filter(**{self.by: person}).order_by("pk")
        for row in done.values(at_=F(self.at), **_told_by(paths)):
            yield {"at": row["at_"], "did": self.did, **{name: _of(row, name) for name in paths}}
