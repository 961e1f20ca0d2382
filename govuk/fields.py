"""Fields and widgets that the `govuk` template pack knows how to draw."""

import calendar
import datetime
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.models import ModelChoiceIteratorValue
from django.utils import timezone

BOXES = ("day", "month", "year")
MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name} | {
    name.lower(): number for number, name in enumerate(calendar.month_abbr) if name
}
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
EARLIEST_LIKELY_YEAR, LIKELY_YEARS_AHEAD = 2000, 10
MAX_LINES = 300
"""Lines of a text: several pages, and a bound on how many pages a report of it can have."""


class DateInput(forms.MultiWidget):
    """A date in three boxes, which keep what was typed even where it is no date."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({box: forms.TextInput() for box in BOXES}, attrs)

    def decompress(self, value: datetime.date | str | None) -> list[str]:
        if isinstance(value, datetime.date):
            return [str(value.day), str(value.month), str(value.year)]
        return [value or "", "", ""]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Boxes are named and numbered by what they hold: `due_on_day`, `id_due_on_day`."""
        context = super().get_context(name, value, attrs)
        for box, subwidget in zip(BOXES, context["widget"]["subwidgets"], strict=True):
            subwidget["box"] = box
            if identifier := context["widget"]["attrs"].get("id"):
                subwidget["attrs"]["id"] = f"{identifier}_{box}"
        return context


class DateField(forms.DateField):
    """A date asked for in three boxes; an error says which box is wrong and why.

    The boxes at fault travel in the error's `params["boxes"]`, where the template pack reads them.
    """

    widget = DateInput

    def to_python(self, value: Any) -> datetime.date | None:
        if not isinstance(value, list | tuple):
            return super().to_python(value)
        typed = [str(part or "").strip() for part in value]
        if not any(typed):
            return None
        missing = [box for box, text in zip(BOXES, typed, strict=True) if not text]
        if missing:
            wanted = " and ".join(f"a {box}" for box in missing)
            raise _date_error(f"The date must include {wanted}", *missing)
        day, month, year = _day(typed[0]), _month(typed[1]), _year(typed[2])
        days = calendar.monthrange(year, month)[1]
        if day > days:
            raise _date_error(
                f"Enter a real date: {calendar.month_name[month]} {year} has {days} days", "day"
            )
        return datetime.date(year, month, day)


def _date_error(message: str, *boxes: str) -> ValidationError:
    return ValidationError(message, code="invalid", params={"boxes": list(boxes)})


def number_of(text: str) -> int | None:
    """A short row of figures as a number; None for anything else.

    Python refuses to read one of thousands of figures, and a database one of twenty.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(text: str) -> int:
    day = number_of(text)
    if day is None or not 1 <= day <= 31:
        raise _date_error("The day must be a number from 1 to 31", "day")
    return day


def _month(text: str) -> int:
    month = number_of(text) or MONTHS.get(text.lower())
    if month is None or not 1 <= month <= 12:
        raise _date_error("The month must be a number from 1 to 12, or its name", "month")
    return month


def _year(text: str) -> int:
    year = number_of(text)
    if year is None or not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise _date_error("The year must be four figures, like 2027", "year")
    return year


def check_year(day: datetime.date | None, what: str) -> None:
    """Refuse what is surely a slip of the finger in the year.

    Raises:
        ValidationError: the date is before 2000 or more than ten years ahead.
    """
    latest = timezone.localdate().year + LIKELY_YEARS_AHEAD
    if day and not EARLIEST_LIKELY_YEAR <= day.year <= latest:
        raise _date_error(
            f"{what} must be in a year from {EARLIEST_LIKELY_YEAR} to {latest}", "year"
        )


UNSEEN: dict[int, str] = {
    **dict.fromkeys([*range(1, 9), *range(14, 32), 127, 0xFEFF], ""),
    **dict.fromkeys(map(ord, "\r\v\f"), "\n"),
}
"""Signs that come along with what is pasted: those that show nothing go, other breaks are lines."""


class _Grouped(str):
    """A message whose numbers are grouped by thousands, as the page's character count has them."""

    __slots__ = ()

    def __mod__(self, params: Any) -> str:
        grouped = {
            name: f"{value:,}" if isinstance(value, int) else value
            for name, value in params.items()
        }
        return super().__mod__(grouped)


def too_long(what: str, *, it_has: str = "it has") -> str:
    """The message for a text over its limit.

    Args:
        what: begins the sentence, such as "The note".
        it_has: "there are" where `what` is several things.
    """
    return _Grouped(f"{what} must be %(limit_value)s characters or fewer; {it_has} %(show_value)s")


def query_too_long(limit: int) -> str:
    """The message for words to look for over their limit."""
    return _Grouped(f"Look for {limit:,} characters or fewer; these are %(show_value)s")


class MultilineField(forms.CharField):
    """Text of several lines whose length is counted as the page's character count does.

    Browsers send each line break as two characters but count it as one while people type.
    Without this a note that the page calls within its limit could be refused.
    """

    widget = forms.Textarea

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Without `maxlength`, by which a browser cuts off what people paste and says nothing."""
        attributes: dict[str, Any] = super().widget_attrs(widget)
        attributes.pop("maxlength", None)
        return attributes | {"data-max-lines": MAX_LINES}

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not isinstance(text, str):
            return text
        return text.replace("\r\n", "\n").translate(UNSEEN)

    def validate(self, value: Any) -> None:
        super().validate(value)
        lines = str(value or "").count("\n") + 1
        if lines > MAX_LINES:
            raise ValidationError(
                f"The text must have {MAX_LINES} lines or fewer; it has {lines:,}", code="max_lines"
            )


class HintedRadioSelect(forms.RadioSelect):
    """Radios with a line of explanation under some of them, by value."""

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        choices: Sequence[tuple[Any, Any]] = (),
        *,
        hints: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(attrs, choices)
        self.hints = dict(hints or {})

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        option["hint"] = self.hints.get(str(option["value"]), "")
        return option


class RowField(forms.ChoiceField):
    """One of some rows that were read once: for the choices, and for the answer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.rows: dict[str, Model] = {}

    def offer(self, rows: Iterable[Model], *, nothing: str = "") -> None:
        """Let one of these be chosen, or `nothing` where that has a name."""
        self.rows = {str(row.pk): row for row in rows}
        choices: list[tuple[Any, str]] = [
            (ModelChoiceIteratorValue(row.pk, row), str(row)) for row in self.rows.values()
        ]
        self.choices = [*([("", nothing)] if nothing else []), *choices]

    def clean(self, value: Any) -> Any:
        return self.rows.get(super().clean(value))


class VersionField(forms.IntegerField):
    """Which version of a row the page showed, carried hidden in its form.

    One that cannot be read counts as out of date: the writer then gets both texts
    to choose from, never an error about a box that nobody can see.
    """

    UNREADABLE = -1
    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> int:
        version = number_of(str(value).strip())
        return self.UNREADABLE if version is None else version


class PageKeyField(forms.CharField):
    """Which open page sends a form, carried hidden in it; one that cannot be read is none."""

    KEY = re.compile(r"[0-9a-f]{32}")
    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> str:
        return value if isinstance(value, str) and self.KEY.fullmatch(value) else ""


class KeyField(forms.UUIDField):
    """The key of a row to be added, made with its form, so that sending it twice adds one.

    What cannot be read gives way to a fresh one.
    """

    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()
