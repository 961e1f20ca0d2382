"""What the templates in `templates/govuk` ask of a form: ids, descriptions, errors."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, Field, Textarea
from django.forms.formsets import BaseFormSet
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from govuk.fields import BOXES, DateInput

register = template.Library()

# Attributes that the templates write themselves or leave out: `maxlength` would cut off what people
# type or paste, `required` would stop the form before the server can say what is wrong, and a
# placeholder is gone as soon as somebody types.
OWN_ATTRIBUTES = frozenset(
    [
        "aria-describedby",
        "aria-invalid",
        "checked",
        "class",
        "cols",
        "id",
        "max",
        "maxlength",
        "min",
        "minlength",
        "name",
        "placeholder",
        "required",
        "rows",
        "step",
        "type",
        "value",
    ]
)


class SummaryError(NamedTuple):
    """One line of the error summary; `target` is the id of what it leads to, or blank."""

    message: str
    target: str


@register.filter
def other_attributes(attributes: dict[str, Any]) -> SafeString:
    """The widget's own attributes (autocomplete, hx-post …) without those the templates write."""
    return flatatt({k: v for k, v in attributes.items() if k not in OWN_ATTRIBUTES})


@register.filter
def character_limit(field: BoundField) -> int | None:
    """The limit to count down to while people type, from the field or the widget."""
    limit = field.field.widget.attrs.get("maxlength") or getattr(field.field, "max_length", None)
    return int(limit) if limit else None


@register.filter
def by_thousands(number: int) -> str:
    """A number as the page's character count and the messages have it: 10,000."""
    return f"{number:,}"


@register.filter
def wrong_boxes(field: BoundField) -> list[str]:
    """Which of a date's boxes to mark: those that the error names, or all of them."""
    if not field.errors:
        return []
    for error in field.errors.as_data():
        if error.params and error.params.get("boxes"):
            return list(error.params["boxes"])
    return list(BOXES)


@register.filter
def focus_target(field: BoundField) -> str:
    """The id of the input that a link from the error summary moves to, or blank if there is none.

    Radios, checkboxes and dates have no input with the field's own id: the first option or the
    first wrong box takes the focus.
    """
    if field.is_hidden or not field.auto_id:
        return ""
    if isinstance(field.field.widget, DateInput):
        return f"{field.auto_id}_{(wrong_boxes(field) or BOXES)[0]}"
    if field.id_for_label:
        return field.id_for_label
    for widget in field.subwidgets:
        inner = widget.data.get("subwidgets") or [widget.data]
        return str(inner[0]["attrs"].get("id", ""))
    return ""


@register.filter
def description_ids(field: BoundField) -> str:
    """The ids for `aria-describedby`: the widget's own, the hint's, the errors', the count's."""
    widget = field.field.widget
    parts = ["hint"] if field.help_text else []
    parts += [f"error-{n}" if n > 1 else "error" for n in range(1, len(field.errors) + 1)]
    if isinstance(widget, Textarea) and character_limit(field) is not None:
        parts.append("info")
    own = widget.attrs.get("aria-describedby", "")
    return " ".join(filter(None, [own, *(f"{field.auto_id}-{part}" for part in parts)]))


@register.filter
def is_optional(field: BoundField) -> bool:
    """Whether the label ends in "(optional)"; a field says no with `show_optional = False`."""
    if field.field.required or isinstance(field.field.widget, CheckboxInput):
        return False
    return bool(getattr(field.field, "show_optional", True))


@register.filter
def is_textarea(field: BoundField) -> bool:
    return isinstance(field.field.widget, Textarea)


@register.filter
def is_date_input(field: BoundField) -> bool:
    return isinstance(field.field.widget, DateInput)


@register.simple_tag(takes_context=True)
def page_errors(context: template.Context) -> list[SummaryError]:
    """Every error of the page's `form`, `formset` and `forms`, in the order of the page."""
    sources = [context.get("form"), context.get("formset"), *(context.get("forms") or ())]
    return [error for form in _forms(sources) for error in _form_errors(form)]


def _forms(sources: Iterable[Any]) -> Iterable[BaseForm | BaseFormSet]:
    seen: set[int] = set()
    for source in sources:
        if isinstance(source, BaseForm | BaseFormSet) and id(source) not in seen:
            seen.add(id(source))
            yield source


def _form_errors(form: BaseForm | BaseFormSet) -> list[SummaryError]:
    if isinstance(form, BaseFormSet):
        first = form.forms[0] if form.forms else None
        target = _first_target(first) if first else ""
        own = [SummaryError(str(message), target) for message in form.non_form_errors()]
        return own + [error for one in form.forms for error in _form_errors(one)]
    own = [SummaryError(str(message), _first_target(form)) for message in form.non_field_errors()]
    return own + [
        SummaryError(_named(field, str(message)), focus_target(field))
        for field in form
        for message in field.errors
    ]


def _named(field: BoundField, message: str) -> str:
    """Django's own "This field is required." says nothing in a list: name the field there."""
    if message == str(Field.default_error_messages["required"]):
        return f"{field.label}: {message[0].lower()}{message[1:]}"
    return message


def _first_target(form: BaseForm) -> str:
    """Where an error of a whole form leads: its first field that can take the focus."""
    return next(filter(None, map(focus_target, form.visible_fields())), "")
