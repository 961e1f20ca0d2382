"""Rating by cell on one page: of every row its level, and nothing else of its rating."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from secrets import token_hex
from typing import cast

from django import forms
from django.http import QueryDict

from assessments.actions import SavedMeanwhile, record_rating
from assessments.forms import LevelRadios
from assessments.models import Rating
from assessments.status import NotAllowedNow
from frameworks.models import Level
from govuk.fields import PageKeyField, RowField, VersionField
from govuk.views import CONFLICT, INVALID
from trusts.models import User


class RowForm(forms.Form):
    """Which level of one element is chosen.

    Beside the choice it carries what the page showed, so that a row which nobody touched is
    told from one that was chosen anew: only the latter is saved, or can be in conflict.
    """

    level = RowField(
        required=False,
        widget=LevelRadios,
        show_hidden_initial=True,
        error_messages={"invalid_choice": "Choose one of the levels in the row"},
    )
    version = VersionField()

    def __init__(
        self, data: QueryDict | None = None, *, rating: Rating, levels: Sequence[Level]
    ) -> None:
        initial = {"level": rating.level_id or "", "version": rating.version}
        super().__init__(data, prefix=str(rating.pk), initial=initial)
        cast(RowField, self.fields["level"]).offer(levels, nothing="Not rated yet")

    @property
    def is_touched(self) -> bool:
        """Whether somebody chose here."""
        return self.add_prefix("level") in self.data and "level" in self.changed_data

    @property
    def chosen(self) -> Level | None:
        """The level of the chosen cell; none of a row that is not valid."""
        level: Level | None = self.cleaned_data.get("level")
        return level


class PageForm(forms.Form):
    """Which open page saves, and how often it has; as on an element's own page."""

    saved_from = PageKeyField()
    save_number = VersionField()

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"saved_from": token_hex(16), "save_number": 1})


@dataclass
class Row:
    """One element's rating, its form, and what became of the choice that was sent."""

    rating: Rating
    form: RowForm
    is_saved: bool = False
    theirs: Rating | None = None
    refusal: str = ""


@dataclass
class Answer:
    """How a save of the whole grid came out, row by row."""

    rows: Sequence[Row]
    levels: Sequence[Level]
    page: PageForm
    touched: list[Row] = field(default_factory=list)

    @property
    def conflicts(self) -> list[Row]:
        """The rows that somebody else changed first."""
        return [row for row in self.touched if row.theirs]

    @property
    def refused(self) -> list[Row]:
        """What was chosen after the assessment had been closed."""
        return [row for row in self.touched if row.refusal]

    @property
    def invalid(self) -> list[Row]:
        return [row for row in self.touched if not row.form.is_valid()]

    @property
    def status(self) -> int:
        if self.conflicts or self.refused:
            return CONFLICT
        return INVALID if self.invalid else 200

    @property
    def is_saved(self) -> bool:
        return self.status == 200

    @property
    def rated_count(self) -> int:
        return sum(1 for row in self.rows if row.rating.is_rated)


def show_rows(ratings: Iterable[Rating], levels: Sequence[Level]) -> Answer:
    """The grid as it stands."""
    rows = [Row(rating, RowForm(rating=rating, levels=levels)) for rating in ratings]
    return Answer(rows, levels, PageForm())


def save_rows(
    data: QueryDict, *, ratings: Iterable[Rating], levels: Sequence[Level], by: User
) -> Answer:
    """Save every row that was touched, each for itself: one in conflict stops no other."""
    answer = show_rows(ratings, levels)
    sent = PageForm(data)
    sent.full_clean()
    for row in answer.rows:
        form = RowForm(data, rating=row.rating, levels=levels)
        if form.is_touched:
            row.form = form
            answer.touched.append(row)
            if form.is_valid():
                _save(row, sent, by=by)
    return answer


def _save(row: Row, page: PageForm, *, by: User) -> None:
    judgement = copy(row.rating)
    judgement.level = row.form.chosen
    judgement.saved_from = page.cleaned_data["saved_from"]
    judgement.save_number = max(page.cleaned_data["save_number"], 0)
    try:
        record_rating(rating=judgement, version=row.form.cleaned_data["version"], by=by)
    except SavedMeanwhile as conflict:
        row.rating = row.theirs = conflict.current
    except NotAllowedNow as refusal:
        row.refusal = str(refusal)
    else:
        row.rating, row.is_saved = judgement, True
