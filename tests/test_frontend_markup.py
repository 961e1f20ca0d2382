"""Our templates write GOV.UK Frontend's markup themselves; here they are held against its macros.

Rendering one component of govuk-frontend-django takes some 65 ms, because it builds a Jinja
environment each time, so pages do not use it. It is the reference that an update of GOV.UK
Frontend is checked with: elements, classes, ids and their ties must agree.
"""

from typing import Any

import pytest
from django import forms
from django.template.loader import render_to_string
from govuk_frontend_django.components.base import GovUKComponent
from govuk_frontend_django.components.error_summary import GovUKErrorSummary

from govuk.fields import DateField, HintedRadioSelect, MultilineField
from tests.page import Page

TIES = ("id", "for", "name", "role", "href", "aria-describedby", "data-module", "data-maxlength")
LABEL = {"text": "Title", "classes": "govuk-label--s"}
LEGEND = {"legend": {"text": "Title", "classes": "govuk-fieldset__legend--s"}}
HINT = {"text": "A hint"}
ERROR = {"text": "This field is required."}
CHOICES = [("a", "Ada"), ("b", "Ben")]


def outline(html: str) -> list[tuple[Any, ...]]:
    return [
        (node.tag, frozenset(node.classes), *(node.attributes.get(name) for name in TIES))
        for node in Page(html).nodes
    ]


def ours(field: forms.Field) -> list[tuple[Any, ...]]:
    field.label, field.help_text = "Title", "A hint"
    form_class = type("OneField", (forms.Form,), {"x": field})
    return outline(render_to_string("govuk/field.html", {"field": form_class({})["x"]}))


def theirs(component: str, macro: str, **data: Any) -> list[tuple[Any, ...]]:
    """The macro's output for the same field, with its ids written as Django's."""
    reference = GovUKComponent()
    reference.set_jinja2_template(f"govuk_frontend_jinja/components/{component}/macro.html")
    reference.set_macro_name(macro)
    common = {"id": "id_x", "name": "x", "hint": HINT, "errorMessage": ERROR}
    return outline(reference.render(component_data={**common, **data}))


def items(**extra: Any) -> list[dict[str, Any]]:
    return [
        {"id": f"id_x_{number}", "value": value, "text": text, **extra}
        for number, (value, text) in enumerate(CHOICES)
    ]


def test_text_input_agrees():
    assert ours(forms.CharField()) == theirs("input", "govukInput", label=LABEL)


def test_password_input_agrees():
    field = forms.CharField(widget=forms.PasswordInput)
    assert ours(field) == theirs("password-input", "govukPasswordInput", label=LABEL)


def test_textarea_agrees():
    field = forms.CharField(widget=forms.Textarea)
    assert ours(field) == theirs("textarea", "govukTextarea", label=LABEL)


def test_character_count_agrees_apart_from_the_order_of_its_description():
    mine = ours(MultilineField(max_length=40))
    reference = theirs("character-count", "govukCharacterCount", label=LABEL, maxlength="40")
    described = TIES.index("aria-describedby") + 2

    def unordered(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [
            (*row[:described], frozenset((row[described] or "").split()), *row[described + 1 :])
            for row in rows
        ]

    assert unordered(mine) == unordered(reference)


def test_select_agrees():
    field = forms.ChoiceField(choices=CHOICES)
    assert ours(field) == theirs("select", "govukSelect", label=LABEL, items=items())


def test_file_upload_agrees():
    assert ours(forms.FileField()) == theirs("file-upload", "govukFileUpload", label=LABEL)


@pytest.mark.parametrize(
    ("component", "macro", "field"),
    [
        ("radios", "govukRadios", forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect)),
        (
            "checkboxes",
            "govukCheckboxes",
            forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple),
        ),
    ],
)
def test_choices_agree(component, macro, field):
    assert ours(field) == theirs(component, macro, idPrefix="id_x", fieldset=LEGEND, items=items())


def test_hinted_radios_agree():
    field = forms.ChoiceField(
        choices=CHOICES, widget=HintedRadioSelect(hints={"a": "One", "b": "Two"})
    )
    hinted = items(hint={"text": "Either"})
    assert ours(field) == theirs(
        "radios", "govukRadios", idPrefix="id_x", fieldset=LEGEND, items=hinted
    )


def test_date_input_agrees():
    boxes = [
        {
            "id": f"id_x_{box}",
            "name": f"x_{box}",
            "label": box.capitalize(),
            "classes": f"govuk-input--width-{width} govuk-input--error",
        }
        for box, width in (("day", 2), ("month", 2), ("year", 4))
    ]
    assert ours(DateField()) == theirs("date-input", "govukDateInput", fieldset=LEGEND, items=boxes)


def test_error_summary_agrees():
    form = type("OneField", (forms.Form,), {"x": forms.CharField()})({})
    reference = GovUKErrorSummary(
        titleText="There is a problem",
        errorList=[{"text": "X: this field is required.", "href": "#id_x"}],
    )
    html = render_to_string("govuk/error_summary.html", {"form": form})
    assert outline(html) == outline(str(reference))
    assert [n.text for n in Page(html).all("li")] == [
        n.text for n in Page(str(reference)).all("li")
    ]
