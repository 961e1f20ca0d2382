"""Forms of a row that is saved while people type: what was sent, and how a save came out."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Generic, Self, TypeVar, cast

from django import forms
from django.http import QueryDict

from assessments.models import SavedMeanwhile
from assessments.querysets import Saved
from assessments.status import NotAllowedNow
from frameworks.models import Level
from govuk.fields import PageKeyField, RowField, VersionField
from govuk.views import CONFLICT, INVALID

Form = TypeVar("Form", bound="RowForm[Any]")


@dataclass(frozen=True)
class Save(Generic[Form, Saved]):
    """How a save came out, for the page and for the quiet save while people type.

    Attributes:
        form: to go on with; after a conflict it holds what was typed, beside what is saved now.
        saved: the row, where it was written.
        theirs: the row as somebody else saved it first.
        refusal: why nothing can be saved any more.
    """

    form: Form
    status: int = 200
    saved: Saved | None = None
    theirs: Saved | None = None
    refusal: str = ""

    @property
    def instance(self) -> Saved:
        """The row as it is known to stand."""
        row: Saved = self.form.instance
        return row

    @property
    def is_saved(self) -> bool:
        """Whether nothing that was typed is still to be saved."""
        return self.status == 200


class PageForm(forms.Form):
    """Which open page saves, and how often it has."""

    saved_from = PageKeyField(initial=lambda: token_hex(16))
    save_number = VersionField(initial=1)


class RowForm(PageForm, Generic[Saved]):
    """One row. It may be left half done: nothing is required."""

    version = VersionField()

    written: tuple[str, ...] = ()
    """What people write of the row: fields of it, and of this form."""

    def __init__(
        self, data: QueryDict | None = None, *, instance: Saved, prefix: str | None = None
    ) -> None:
        """Show the row, or check what was sent of it.

        Args:
            prefix: what sets this form's names apart on a page of many.
        """
        self.instance, self.shown = instance, self.shown_of(instance)
        initial = self.shown | {"version": instance.version}
        super().__init__(data, initial=initial, prefix=prefix)
        for name in self.shown:
            self.fields[name].show_optional = False  # type: ignore[attr-defined]
        if data is not None:
            self.data = data.copy()
            self.complete(self.data)

    def shown_of(self, instance: Saved) -> dict[str, Any]:
        """What the boxes show of a row."""
        return {name: instance.serializable_value(name) for name in self.written}

    def complete(self, sent: QueryDict) -> None:
        """Leave as it is what was not sent."""
        for name, value in self.shown.items():
            sent.setdefault(self.add_prefix(name), str(value or ""))

    def anew(self, instance: Saved, data: QueryDict | None = None) -> Self:
        """Such a form of the row as it stands by now."""
        return type(self)(data, instance=instance)

    def kept_beside(self, current: Saved) -> Self:
        """The same answers, to be saved over `current` if the writer still wants to."""
        typed = cast(QueryDict, self.data).copy()
        typed[self.add_prefix("version")] = str(current.version)
        for name, value in self.shown_of(current).items():
            typed[self.add_initial_prefix(name)] = str(value or "")
        return self.anew(current, typed)

    def filled_in(self) -> Saved:
        """The row with what was written, to be recorded."""
        row = copy(self.instance)
        for name in (*self.written, "saved_from"):
            setattr(row, name, self.cleaned_data[name])
        row.save_number = max(self.cleaned_data["save_number"], 0)
        return row

    def record(self, *args: Any, **how: Any) -> Saved:
        """Save the row and return it as saved.

        Raises:
            SavedMeanwhile: somebody else saved it first.
            NotAllowedNow: it can no longer be written.
        """
        raise NotImplementedError

    def why_shut(self) -> str:
        """Why nothing can be written any more, where that is so; asked of a form with faults.

        Its page has no box by then in which they could be mended, so that it gives the words back.
        """
        return ""

    def save(self, **how: Any) -> Save[Self, Saved]:
        """Save what was sent, and say how it came out.

        Args:
            how: what `record` asks for.
        """
        if not self.is_valid():
            if refusal := self.why_shut():
                return Save(self, CONFLICT, refusal=refusal)
            return Save(self, INVALID)
        try:
            saved = self.record(**how)
        except SavedMeanwhile as conflict:
            return Save(self.kept_beside(conflict.current), CONFLICT, theirs=conflict.current)
        except NotAllowedNow as refusal:
            return Save(self, CONFLICT, refusal=str(refusal))
        return Save(self, saved=saved)


class LevelForm(RowForm[Saved]):
    """One row of which a level is chosen, beside whatever else."""

    no_level = "Not rated yet"
    """What it is called to choose none."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        instance: Saved,
        levels: list[Level],
        prefix: str | None = None,
    ) -> None:
        """Show the row, or check what was sent of it.

        Args:
            levels: the framework's, the weakest first, read once for a page of many.
            prefix: what sets this form's names apart on a page of many.
        """
        self.levels = levels
        super().__init__(data, instance=instance, prefix=prefix)
        self.level_field.offer(levels, nothing=self.no_level)

    @property
    def level_field(self) -> RowField:
        return cast(RowField, self.fields["level"])

    def anew(self, instance: Saved, data: QueryDict | None = None) -> Self:
        return type(self)(data, instance=instance, levels=self.levels)
