"""A page of many rows in one form, of which each saves for itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Generic, Self, TypeVar

from django import forms
from django.http import QueryDict

from assessments.querysets import Saved
from assessments.row_forms import LevelForm, PageForm, Save
from frameworks.models import Level
from govuk.views import CONFLICT, INVALID

Form = TypeVar("Form", bound="OneOfMany[Any]")


class OneOfMany(LevelForm[Saved]):
    """One row among many. Beside its boxes it carries what the page showed in them.

    By that a row which nobody touched is told from one that was written anew: only the latter
    is saved, or can be in conflict.
    """

    is_sent = False
    """Whether any of its boxes was sent at all."""

    def __init__(
        self, data: QueryDict | None = None, *, instance: Saved, levels: list[Level]
    ) -> None:
        super().__init__(data, instance=instance, levels=levels, prefix=str(instance.pk))
        for name in self.shown:
            self.fields[name].show_hidden_initial = True

    def add_prefix(self, field_name: str) -> str:
        """Which page saves is said once for all of its rows."""
        return field_name if field_name in PageForm.base_fields else super().add_prefix(field_name)

    def make_compact(self, *, lines: int) -> None:
        """Draw the level as a list to choose from, and the texts so many lines high."""
        level = self.level_field
        select = forms.Select({"class": "govuk-select tq-own__level"})
        level.widget, level.choices = select, level.choices
        for name in self.written:
            if name != "level":
                self.fields[name].widget.attrs |= {"class": "govuk-textarea", "rows": lines}

    def complete(self, sent: QueryDict) -> None:
        self.is_sent = any(self.add_prefix(name) in sent for name in self.written)
        super().complete(sent)

    @property
    def is_touched(self) -> bool:
        """Whether somebody wrote here."""
        return self.is_sent and not set(self.written).isdisjoint(self.changed_data)

    @property
    def sent_along(self) -> list[tuple[str, Any]]:
        """What the page shows, by the names under which it is sent along."""
        return [(self.add_initial_prefix(name), value) for name, value in self.shown.items()]

    def save(self, **how: Any) -> Save[Self, Saved]:
        """As one row is saved; the page goes on with a form of what is saved now."""
        save = super().save(**how)
        return replace(save, form=self.anew(save.saved)) if save.saved else save


class Rows(Generic[Form, Saved]):
    """The page as it stands; once something was sent, how it came out, row by row."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self.rows: list[Save[Form, Saved]] = [Save(form) for form in forms]
        self.touched: list[Save[Form, Saved]] = []
        self.page = PageForm()

    def save(self, data: QueryDict, **how: Any) -> None:
        """Save every row that was touched, each for itself: one in conflict stops no other.

        Args:
            how: what its `record` asks for.
        """
        for place, row in enumerate(self.rows):
            sent = row.form.anew(row.instance, data)
            if sent.is_touched:
                self.rows[place] = sent.save(**how)
                self.touched.append(self.rows[place])

    @property
    def conflicts(self) -> list[Save[Form, Saved]]:
        """What was saved from elsewhere first."""
        return [row for row in self.touched if row.theirs]

    @property
    def refused(self) -> list[Save[Form, Saved]]:
        """What came too late; it is given back to its writer."""
        return [row for row in self.touched if row.refusal]

    @property
    def invalid(self) -> list[Save[Form, Saved]]:
        return [row for row in self.touched if row.form.errors]

    @property
    def forms(self) -> list[Form]:
        """Those with errors, for the summary."""
        return [row.form for row in self.invalid]

    @property
    def status(self) -> int:
        if self.conflicts or self.refused:
            return CONFLICT
        return INVALID if self.invalid else 200

    @property
    def is_saved(self) -> bool:
        """Whether nothing that was typed is still to be saved."""
        return self.status == 200
