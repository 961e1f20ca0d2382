"""One's own view of every element on one page: a form of many rows, of which any may be saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from assessments.grid_forms import PageForm
from assessments.models import Response
from assessments.respond_forms import ResponseForm
from assessments.responding import ChangedElsewhere, ClosedMeanwhile
from frameworks.models import Level
from govuk.views import CONFLICT, INVALID


class RowForm(ResponseForm):
    """One view in a row: a select and a note, beside what the page showed of both.

    By the latter a row that nobody touched is told from one that was written anew: only that
    is saved, or can be in conflict.
    """

    def __init__(
        self, data: QueryDict | None = None, *, response: Response, levels: list[Level]
    ) -> None:
        self.choose_by = forms.Select(attrs={"class": "govuk-select tq-own__level"})
        super().__init__(data, response=response, levels=levels, prefix=str(response.pk))
        self.fields["note"].widget.attrs |= {"class": "govuk-textarea", "rows": 3}
        for name in ("level", "note"):
            self.fields[name].show_hidden_initial = True
        del self.fields["saved_from"], self.fields["save_number"]

    @property
    def is_touched(self) -> bool:
        """Whether somebody wrote here."""
        return f"initial-{self.add_prefix('note')}" in self.data and not {
            "level",
            "note",
        }.isdisjoint(self.changed_data)

    def kept_beside(self, current: Response, levels: list[Level]) -> RowForm:
        typed = self.typed_beside(current)
        for name, value in self.shown_of(current).items():
            typed[f"initial-{self.add_prefix(name)}"] = str(value or "")
        return RowForm(typed, response=current, levels=levels)


@dataclass
class Row:
    """One element's view, its form, and what became of what was sent of it."""

    response: Response
    form: RowForm
    is_saved: bool = False
    theirs: Response | None = None
    is_closed: bool = False

    @property
    def shown(self) -> dict[str, Any]:
        """What the page shows of it as saved."""
        return self.form.shown_of(self.theirs or self.response)


@dataclass
class Rows:
    """How a save of the whole page came out, row by row."""

    rows: Sequence[Row]
    levels: list[Level]
    page: PageForm
    touched: list[Row] = field(default_factory=list)

    @property
    def conflicts(self) -> list[Row]:
        """What the same person changed elsewhere first."""
        return [row for row in self.touched if row.theirs]

    @property
    def closed(self) -> list[Row]:
        """What came after views were closed; the words go back to their writer."""
        return [row for row in self.touched if row.is_closed]

    @property
    def invalid(self) -> list[Row]:
        return [row for row in self.touched if row.form.is_bound and not row.form.is_valid()]

    @property
    def forms(self) -> list[RowForm]:
        """Those with errors, for the summary."""
        return [row.form for row in self.invalid]

    @property
    def status(self) -> int:
        if self.conflicts or self.closed:
            return CONFLICT
        return INVALID if self.invalid else 200

    @property
    def is_saved(self) -> bool:
        return self.status == 200


def show_rows(responses: Iterable[Response], levels: list[Level]) -> Rows:
    """Every view as it stands."""
    rows = [Row(one, RowForm(response=one, levels=levels)) for one in responses]
    return Rows(rows, levels, PageForm())


def save_rows(data: QueryDict, *, responses: Iterable[Response], levels: list[Level]) -> Rows:
    """Save every row that was touched, each for itself: one in conflict stops no other."""
    answer = show_rows(responses, levels)
    sent = PageForm(data)
    sent.full_clean()
    for row in answer.rows:
        form = RowForm(data, response=copy(row.response), levels=levels)
        if form.is_touched:
            row.form = form
            answer.touched.append(row)
            if form.is_valid():
                _save(row, sent.cleaned_data, levels)
    return answer


def _save(row: Row, page: dict[str, Any], levels: list[Level]) -> None:
    try:
        row.response = row.form.record(page)
    except ChangedElsewhere as conflict:
        row.form, row.theirs = row.form.kept_beside(conflict.current, levels), conflict.current
    except ClosedMeanwhile:
        row.is_closed = True
    else:
        row.form, row.is_saved = RowForm(response=row.response, levels=levels), True
