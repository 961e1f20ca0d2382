"""What somebody sent, called as the form called it that they filled in.

The page that gives a form back knows no form: an app says in its `AppConfig.ready()` which one is
filled in at an address of which name. What no app speaks for is called by its field's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.utils import pretty_name

from govuk.fields import BOXES, DateField
from trusts.choices import choices_in

NOT_PROSE = re.compile(r"[\da-f-]*|[a-z_]+|/\S*")
"""Numbers, keys, choices and addresses: what a form sends that nobody typed as a text."""
CHOSEN = "What you chose is kept"
"""Where nobody can tell what a choice is called to somebody who is signed out."""

AnyForm = type[forms.Form] | type[forms.ModelForm]

_forms: dict[str, AnyForm] = {}


@dataclass(frozen=True)
class TypedField:
    """One thing that was typed or chosen.

    Attributes:
        is_long: whether its box has several lines.
    """

    label: str
    value: str
    is_long: bool = False


def say_fields(form: AnyForm, *views: str) -> None:
    """Let what is sent to the views of these names be called by this form's labels."""
    _forms.update(dict.fromkeys(views, form))


def typed_fields(
    sent: Iterable[tuple[str, str]], *, view: str | None, user: Any
) -> list[TypedField]:
    """All that people see of a form, in the order in which it was sent; empty boxes left out."""
    form = _forms.get(view or "")
    fields = form.base_fields if form else {}
    return list(_read(list(sent), fields, user=user))


def _read(
    sent: list[tuple[str, str]], fields: dict[str, forms.Field], *, user: Any
) -> Iterator[TypedField]:
    named = dict(choices_in(sent, user=user))
    for name, value in sent:
        of, _, box = name.rpartition("_")
        if box in BOXES and isinstance(fields.get(of), DateField):
            if box == BOXES[0] and (day := _day(of, sent)):
                yield TypedField(_label(fields[of], of), day)
            continue
        if name.startswith("initial-"):
            continue  # what a page of many rows had shown in a box that is sent too
        key = name.rsplit("-", 1)[-1]
        field = fields.get(key)
        if field is None:
            yield from _unknown(key, value, named.get(name, ""))
        elif value and not field.widget.is_hidden:
            is_long = isinstance(field.widget, forms.Textarea)
            words = _words(field, value, named.get(name, ""))
            yield TypedField(_label(field, key), words, is_long)


def _unknown(key: str, value: str, words: str) -> Iterator[TypedField]:
    if words or not NOT_PROSE.fullmatch(value):
        yield TypedField(pretty_name(key), words or value, is_long=not words)


def _words(field: forms.Field, value: str, words: str) -> str:
    """What was typed, or what the choice is called."""
    if words:
        return words
    if isinstance(field, forms.BooleanField):
        return "Yes"
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        choices = field.choices if isinstance(field, forms.ChoiceField) else ()
        return str(dict(choices).get(value, CHOSEN))  # type: ignore[arg-type]
    return value


def _day(of: str, sent: list[tuple[str, str]]) -> str:
    """A date's three boxes as they were typed."""
    typed = dict(sent)
    return " ".join(filter(None, (typed.get(f"{of}_{box}", "").strip() for box in BOXES)))


def _label(field: forms.Field, name: str) -> str:
    return str(field.label or pretty_name(name))
