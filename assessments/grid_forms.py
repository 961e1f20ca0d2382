"""Rating by cell on one page: of every row its level, and nothing else of its rating."""

from __future__ import annotations

from assessments.actions import record_rating
from assessments.forms import LevelRadios
from assessments.models import Rating
from assessments.row_forms import Save
from assessments.row_pages import OneOfMany, Rows
from frameworks.models import Level
from govuk.fields import RowField
from trusts.models import User


class CellForm(OneOfMany[Rating]):
    """Which level of one element is chosen."""

    level = RowField(
        required=False,
        widget=LevelRadios,
        error_messages={"invalid_choice": "Choose one of the levels in the row"},
    )

    written = ("level",)

    @property
    def chosen(self) -> Level | None:
        """The level of the chosen cell; none of a row that is not valid."""
        return self.cleaned_data.get("level") if self.is_valid() else None

    def record(self, *, by: User) -> Rating:
        judgement = self.filled_in()
        record_rating(rating=judgement, version=self.cleaned_data["version"], by=by)
        return judgement


Row = Save[CellForm, Rating]
"""One element of the grid, and what became of the choice that was sent."""


class Grid(Rows[CellForm, Rating]):
    """Every element of an assessment, rated by cell."""

    @property
    def rated_count(self) -> int:
        return sum(1 for row in self.rows if row.instance.is_rated)
