"""What the reviewers find, on one page: a form of many rows, of which any may be saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from assessments.grid_forms import PageForm
from frameworks.models import Level
from govuk.views import CONFLICT, INVALID
from reviews.finding import SavedMeanwhile
from reviews.finding_forms import TEXTS, FindingForm
from reviews.inviting import NotNow
from reviews.models import ReviewerRating
from trusts.models import User


class RowForm(FindingForm):
    """One finding in a row: a select and three texts, beside what the page showed of them.

    By the latter a row that nobody touched is told from one that was written anew: only that
    is saved, or can be in conflict.
    """

    def __init__(
        self, data: QueryDict | None = None, *, finding: ReviewerRating, levels: list[Level]
    ) -> None:
        self.choose_by = forms.Select(attrs={"class": "govuk-select tq-own__level"})
        super().__init__(data, finding=finding, levels=levels, prefix=str(finding.pk))
        for name in TEXTS:
            self.fields[name].widget.attrs |= {"class": "govuk-textarea", "rows": 2}
        for name in ("level", *TEXTS):
            self.fields[name].show_hidden_initial = True
        del self.fields["saved_from"], self.fields["save_number"]

    @property
    def is_touched(self) -> bool:
        """Whether somebody wrote here."""
        is_sent = f"initial-{self.add_prefix('strengths')}" in self.data
        return is_sent and not {"level", *TEXTS}.isdisjoint(self.changed_data)

    @property
    def boxes(self) -> list[tuple[forms.BoundField, str]]:
        """The three texts, each with its short name."""
        return [(self[name], name) for name in TEXTS]

    def kept_beside(self, current: ReviewerRating) -> RowForm:
        typed = self.typed_beside(current)
        for name, value in self.shown_of(current).items():
            typed[f"initial-{self.add_prefix(name)}"] = str(value or "")
        return RowForm(typed, finding=current, levels=self.levels)


@dataclass
class Row:
    """One element's finding, its form, and what became of what was sent of it."""

    finding: ReviewerRating
    form: RowForm
    is_saved: bool = False
    theirs: ReviewerRating | None = None
    refusal: str = ""

    @property
    def shown(self) -> list[tuple[str, Any]]:
        """What the page shows of it as saved, by the names under which it is sent along."""
        values = self.form.shown_of(self.theirs or self.finding)
        return [(self.form[name].html_initial_name, values[name]) for name in values]


@dataclass
class Rows:
    """How a save of the whole page came out, row by row."""

    rows: Sequence[Row]
    page: PageForm
    touched: list[Row] = field(default_factory=list)

    @property
    def conflicts(self) -> list[Row]:
        """What somebody else saved first."""
        return [row for row in self.touched if row.theirs]

    @property
    def refused(self) -> list[Row]:
        """What came too late; the words go back to their writer."""
        return [row for row in self.touched if row.refusal]

    @property
    def invalid(self) -> list[Row]:
        return [row for row in self.touched if row.form.is_bound and not row.form.is_valid()]

    @property
    def forms(self) -> list[RowForm]:
        """Those with errors, for the summary."""
        return [row.form for row in self.invalid]

    @property
    def status(self) -> int:
        if self.conflicts or self.refused:
            return CONFLICT
        return INVALID if self.invalid else 200

    @property
    def is_saved(self) -> bool:
        return self.status == 200


def show_rows(findings: Iterable[ReviewerRating], levels: list[Level]) -> Rows:
    """Every finding as it stands."""
    return Rows([Row(one, RowForm(finding=one, levels=levels)) for one in findings], PageForm())


def save_rows(
    data: QueryDict, *, findings: Iterable[ReviewerRating], levels: list[Level], by: User
) -> Rows:
    """Save every row that was touched, each for itself: one in conflict stops no other."""
    answer = show_rows(findings, levels)
    sent = PageForm(data)
    sent.full_clean()
    for row in answer.rows:
        form = RowForm(data, finding=copy(row.finding), levels=levels)
        if form.is_touched:
            row.form = form
            answer.touched.append(row)
            if form.is_valid():
                _save(row, sent.cleaned_data, by)
    return answer


def _save(row: Row, page: dict[str, Any], by: User) -> None:
    try:
        row.finding = row.form.record(by=by, page=page)
    except SavedMeanwhile as conflict:
        row.form, row.theirs = row.form.kept_beside(conflict.current), conflict.current
    except NotNow as refusal:
        row.refusal = str(refusal)
    else:
        row.form, row.is_saved = RowForm(finding=row.finding, levels=row.form.levels), True
