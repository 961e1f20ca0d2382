"""What a new edition changed in the wording of the one before, matched by codes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from frameworks.models import Element, Level, Statement
from frameworks.words import Words
from texts.rewording import Rewording, reworded

Row = TypeVar("Row")


@dataclass(frozen=True)
class Edition:
    """What is compared of one edition.

    Attributes:
        elements: in order.
        statements: all of theirs, each with its level loaded, in any order.
        levels: the weakest first.
    """

    elements: Sequence[Element]
    statements: Iterable[Statement]
    levels: Sequence[Level] = ()


@dataclass(frozen=True)
class LevelChange:
    """A level that came, went, or has another name or meaning; the key is the same."""

    before: Level | None
    after: Level | None
    name: Rewording | None = None
    meaning: Rewording | None = None

    @property
    def level(self) -> Level:
        """As it is now, or was before it went."""
        return cast(Level, self.after or self.before)

    @property
    def is_change(self) -> bool:
        return not (self.before and self.after) or bool(self.name or self.meaning)


@dataclass(frozen=True)
class StatementChange:
    """A statement that came, went, was reworded, or stands in another place of its element."""

    before: Statement | None
    after: Statement | None
    text: Rewording | None = None

    @property
    def statement(self) -> Statement:
        """As it stands now, or stood before it went."""
        return cast(Statement, self.after or self.before)

    @property
    def is_theirs(self) -> bool:
        """Whether the page shows it in the publisher's words: only where both sides have them."""
        return all(one.publisher_text for one in (self.before, self.after) if one)

    @property
    def is_moved(self) -> bool:
        """Whether it is of another kind now, of another level, or for somebody else."""
        return bool(self.before and self.after and _place(self.before) != _place(self.after))

    @property
    def is_change(self) -> bool:
        return not (self.before and self.after) or self.is_moved or self.text is not None


@dataclass(frozen=True)
class ElementChange:
    """An element that came, went, was renamed, or of which something was reworded."""

    before: Element | None
    after: Element | None
    name: Rewording | None = None
    summary: Rewording | None = None
    statements: Sequence[StatementChange] = ()

    @property
    def is_kept(self) -> bool:
        """Whether it stands in both editions."""
        return self.before is not None and self.after is not None

    @property
    def is_change(self) -> bool:
        return not self.is_kept or bool(self.name or self.summary or self.statements)


@dataclass(frozen=True)
class Changes:
    """All that differs between two editions; what is the same is left out."""

    elements: Sequence[ElementChange]
    levels: Sequence[LevelChange]

    @property
    def added(self) -> list[Element]:
        """Elements that only the new edition has."""
        return [one.after for one in self.elements if one.after and not one.before]

    @property
    def gone(self) -> list[Element]:
        """Elements that only the old edition has."""
        return [one.before for one in self.elements if one.before and not one.after]

    @property
    def kept(self) -> list[ElementChange]:
        """Elements of both editions of which something changed."""
        return [one for one in self.elements if one.is_kept]

    @property
    def words(self) -> Words:
        """Whose words the changed statements are in."""
        are_theirs = {change.is_theirs for one in self.elements for change in one.statements}
        return Words(ours=False in are_theirs, theirs=True in are_theirs)

    @property
    def is_none(self) -> bool:
        return not self.elements and not self.levels


def changes_between(before: Edition, after: Edition) -> Changes:
    """What an edition changed from an earlier one, in the new edition's order."""
    old, new = _by_element(before.statements), _by_element(after.statements)
    elements = [
        _element_change(one, other, old, new)
        for one, other in _matched(before.elements, after.elements, lambda row: row.code)
    ]
    levels = [
        _level_change(one, other)
        for one, other in _matched(before.levels, after.levels, lambda row: row.key)
    ]
    return Changes(
        elements=[one for one in elements if one.is_change],
        levels=[one for one in levels if one.is_change],
    )


def _matched(
    before: Iterable[Row], after: Iterable[Row], key: Callable[[Row], str]
) -> list[tuple[Row | None, Row | None]]:
    """Rows of both sides by their keys: those of the new side in order, then what is gone."""
    old = {key(row): row for row in before}
    pairs: list[tuple[Row | None, Row | None]] = [(old.pop(key(row), None), row) for row in after]
    return pairs + [(row, None) for row in old.values()]


def _by_element(statements: Iterable[Statement]) -> dict[int, list[Statement]]:
    grouped: dict[int, list[Statement]] = {}
    for statement in statements:
        grouped.setdefault(statement.element_id, []).append(statement)
    return grouped


def _element_change(
    before: Element | None,
    after: Element | None,
    old: dict[int, list[Statement]],
    new: dict[int, list[Statement]],
) -> ElementChange:
    if before is None or after is None:
        return ElementChange(before, after)
    pairs = _matched(old.get(before.pk, ()), new.get(after.pk, ()), lambda row: row.code)
    statements = [_statement_change(one, other) for one, other in pairs]
    return ElementChange(
        before,
        after,
        name=reworded(before.name, after.name),
        summary=reworded(before.summary, after.summary),
        statements=sorted(
            (one for one in statements if one.is_change), key=lambda one: _order(one.statement)
        ),
    )


def _statement_change(before: Statement | None, after: Statement | None) -> StatementChange:
    """Like is held against like: the publisher's words if both editions have them, else ours."""
    change = StatementChange(before, after)
    if before is None or after is None:
        return change
    if change.is_theirs:
        return replace(change, text=reworded(before.publisher_text, after.publisher_text))
    return replace(change, text=reworded(before.text, after.text))


def _level_change(before: Level | None, after: Level | None) -> LevelChange:
    if before is None or after is None:
        return LevelChange(before, after)
    return LevelChange(
        before,
        after,
        name=reworded(before.name, after.name),
        meaning=reworded(before.meaning, after.meaning),
    )


def _place(statement: Statement) -> tuple[str, str, str]:
    level = statement.level
    return statement.kind, level.key if level else "", statement.audience


def _order(statement: Statement) -> tuple[int, int, int, str]:
    """As a page shows statements: questions, levels from the weakest, footnotes."""
    kind = list(Statement.Kind.values).index(statement.kind)
    return kind, statement.level.order if statement.level else 0, statement.order, statement.code
