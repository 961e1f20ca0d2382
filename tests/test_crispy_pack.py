"""The form template pack: every widget with and without errors, and links that lead somewhere."""

from types import SimpleNamespace
from typing import Any

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout, Submit
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import formset_factory
from django.template import Context, Template
from django.template.loader import render_to_string

from govuk.fields import DateField, HintedRadioSelect, MultilineField
from tests.page import Page

AREAS = [("vision", "Vision and values"), ("people", "People")]
FOCUSABLE = {"input", "select", "textarea"}


class EveryField(forms.Form):
    """One of each widget that the pack draws."""

    title = forms.CharField(max_length=20, help_text="In one line.")
    email = forms.EmailField()
    password = forms.CharField(widget=forms.PasswordInput)
    schools = forms.IntegerField(min_value=1)
    budget = forms.DecimalField(decimal_places=2, required=False)
    note = MultilineField(max_length=30, help_text="What was said.")
    plain = forms.CharField(widget=forms.Textarea, required=False)
    owner = forms.ChoiceField(choices=[("", "Choose"), ("a", "Ada"), ("b", "Ben")])
    area = forms.ChoiceField(
        choices=AREAS, widget=HintedRadioSelect(hints={"people": "Those who do the work."})
    )
    visits = forms.MultipleChoiceField(
        choices=AREAS, widget=forms.CheckboxSelectMultiple, help_text="Choose all that apply."
    )
    agreed = forms.BooleanField(help_text="We keep this.")
    due_on = DateField(help_text="For example, 27 3 2027.")
    pack = forms.FileField()
    version = forms.IntegerField(widget=forms.HiddenInput)


WRONG = {
    "title": "t" * 21,
    "email": "nobody",
    "schools": "many",
    "budget": "much",
    "note": "n" * 31,
    "owner": "z",
    "area": "z",
    "visits": ["z"],
    "due_on_day": "31",
    "due_on_month": "02",
    "due_on_year": "2027",
    "version": "1",
}
RIGHT = WRONG | {
    "title": "A title",
    "email": "ada@northfield.example",
    "password": "secret",
    "schools": "3",
    "budget": "1.50",
    "note": "Noted",
    "owner": "b",
    "area": "people",
    "visits": ["vision"],
    "agreed": "on",
    "due_on_day": "28",
}


def drawn(form: forms.BaseForm, **context: Any) -> Page:
    """The form below its error summary, as on a page."""
    source = (
        '{% load crispy_forms_tags %}{% include "govuk/error_summary.html" %}'
        '<main id="main-content" tabindex="-1">{{ form|crispy }}</main>'
    )
    return Page(Template(source).render(Context({"form": form, **context})))


def field_page(form: forms.Form, name: str) -> Page:
    source = "{% load crispy_forms_tags %}{{ field|as_crispy_field }}"
    return Page(Template(source).render(Context({"field": form[name]})))


def summary_links(page: Page) -> list[tuple[str, str]]:
    return [
        (node.attributes["href"].removeprefix("#"), node.text)
        for node in page.all("a")
        if node.attributes["href"].startswith("#")
    ]


def described_ids(page: Page) -> list[str]:
    return [
        identifier
        for node in page.nodes
        for identifier in node.attributes.get("aria-describedby", "").split()
    ]


@pytest.mark.parametrize(
    "form",
    [EveryField(), EveryField(WRONG), EveryField({}), EveryField(RIGHT)],
    ids=["unbound", "wrong", "empty", "right"],
)
def test_every_description_and_label_points_at_something(form):
    page = drawn(form)
    assert set(described_ids(page)) <= page.ids()
    assert {node.attributes["for"] for node in page.all("label")} <= page.ids()


@pytest.mark.parametrize("name", [n for n in EveryField.base_fields if n != "version"])
def test_field_with_an_error_shows_and_ties_it(name):
    form = EveryField(WRONG | {"budget": "much", "plain": ""})
    if name == "plain":
        form.add_error("plain", "Say something")
    page = field_page(form, name)
    [group] = page.all("div", "govuk-form-group--error")
    error = page.with_id(f"id_{name}-error")
    assert error.classes == {"govuk-error-message"}
    assert error.text == f"Error: {form.errors[name][0]}"
    assert f"id_{name}-error" in described_ids(page)
    assert error.text in group.text


@pytest.mark.parametrize("name", [n for n in EveryField.base_fields if n != "version"])
def test_field_without_an_error_says_nothing_of_one(name):
    page = field_page(EveryField(), name)
    assert "govuk-form-group--error" not in {c for node in page.nodes for c in node.classes}
    assert "Error" not in " ".join(node.text for node in page.nodes)
    assert not [node for node in page.nodes if "aria-invalid" in node.attributes]


@pytest.mark.parametrize("data", [WRONG, {}], ids=["wrong", "empty"])
def test_every_link_of_the_summary_leads_to_an_input(data):
    form = EveryField(data)
    page = drawn(form)
    links = summary_links(page)
    visible = [name for name in form.errors if name != "version"]
    assert len(links) == len(form.errors)
    targets = {target for target, _ in links} - {"main-content"}
    assert len(targets) == len(visible)
    assert {page.with_id(target).tag for target in targets} <= FOCUSABLE
    assert all(page.with_id(target).attributes.get("type") != "hidden" for target in targets)


def test_summary_leads_to_the_first_option_and_the_wrong_box():
    links = summary_links(drawn(EveryField(WRONG)))
    assert ("id_due_on_day", "Enter a real date: February 2027 has 28 days") in links
    assert {"id_area_0", "id_visits_0", "id_owner"} <= {target for target, _ in links}


def test_summary_names_the_field_where_the_message_does_not():
    texts = [text for _, text in summary_links(drawn(EveryField({})))]
    assert "Email: this field is required." in texts
    assert "This field is required." not in texts


def test_error_of_a_whole_form_leads_to_its_first_field():
    form = EveryField(RIGHT, {"pack": SimpleUploadedFile("words.csv", b"code,text")})
    assert form.is_valid()
    form.add_error(None, "The plan has been adopted since you opened it")
    page = drawn(form)
    assert summary_links(page) == [("id_title", "The plan has been adopted since you opened it")]
    [message] = page.all("p", "govuk-error-message")
    assert message.text == "Error: The plan has been adopted since you opened it"


def test_summary_takes_several_forms_and_each_only_once():
    one, two = EveryField({}, prefix="a"), EveryField({"b-title": "t" * 21}, prefix="b")
    source = (
        '{% include "govuk/error_summary.html" %}{% load crispy_forms_tags %}'
        '<main id="main-content">{% for form in forms %}{{ form|crispy }}{% endfor %}</main>'
    )
    page = Page(Template(source).render(Context({"form": one, "forms": [one, two]})))
    links = summary_links(page)
    assert len(links) == len(one.errors) + len(two.errors)
    assert {target for target, _ in links} <= page.ids()
    assert {"id_a-title", "id_b-title"} <= {target for target, _ in links}


def test_formset_errors_reach_the_summary_and_the_fields():
    formset_class = formset_factory(EveryField, extra=0, min_num=2, validate_min=True)
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-title": "Title"}
    formset = formset_class(data)
    source = (
        '{% include "govuk/error_summary.html" %}{% load crispy_forms_tags %}'
        '<main id="main-content">{{ formset|crispy }}</main>'
    )
    page = Page(Template(source).render(Context({"formset": formset})))
    links = summary_links(page)
    assert links[0] == ("id_form-0-title", "Please submit at least 2 forms.")
    assert ("id_form-0-email", "Email: this field is required.") in links
    assert {target for target, _ in links} <= page.ids()


def test_summary_is_absent_without_errors():
    assert render_to_string("govuk/error_summary.html", {"form": EveryField()}) == "\n"
    assert render_to_string("govuk/error_summary.html", {}) == "\n"


@pytest.mark.parametrize("data", [WRONG, RIGHT], ids=["wrong", "right"])
def test_everything_typed_is_still_there(data):
    page = drawn(EveryField(data))
    for name in (
        "title",
        "email",
        "schools",
        "budget",
        "due_on_day",
        "due_on_month",
        "due_on_year",
    ):
        [box] = [n for n in page.all("input") if n.attributes.get("name") == name]
        assert box.attributes["value"] == data[name]
    assert page.with_id("id_note").text == data["note"]
    chosen = [
        n.attributes["value"] for n in page.nodes if {"checked", "selected"} & set(n.attributes)
    ]
    assert chosen == (["b", "people", "vision", "on"] if data is RIGHT else [])


def test_password_is_never_sent_back():
    page = drawn(EveryField(RIGHT))
    assert "value" not in page.with_id("id_password").attributes


def test_typed_markup_is_text():
    page = drawn(EveryField({"title": '"><script>', "note": "</textarea><b>"}))
    assert page.with_id("id_title").attributes["value"] == '"><script>'
    assert page.with_id("id_note").text == "</textarea><b>"
    assert not page.all("script")


def test_no_attribute_cuts_off_or_blocks_what_people_type():
    form = EveryField()
    form.fields["title"].widget.attrs["placeholder"] = "Title"
    page = drawn(form)
    names = {name for node in page.nodes for name in node.attributes}
    assert not names & {"maxlength", "required", "min", "max", "step", "placeholder", "style"}
    [count] = page.all("div", "govuk-character-count")
    assert count.attributes["data-maxlength"] == "30"
    assert page.with_id("id_note-info").text == "You can enter up to 30 characters"
    assert "id_plain-info" not in page.ids()


def test_limit_of_thousands_is_shown_with_a_comma():
    form = EveryField()
    form.fields["note"].widget.attrs["maxlength"] = "10000"
    page = drawn(form)
    assert page.all("div", "govuk-character-count")[0].attributes["data-maxlength"] == "10000"
    assert page.with_id("id_note-info").text == "You can enter up to 10,000 characters"


@pytest.mark.parametrize(("name", "mode"), [("schools", "numeric"), ("budget", "decimal")])
def test_numbers_are_typed_as_text(name, mode):
    box = field_page(EveryField(), name).with_id(f"id_{name}")
    assert (box.attributes["type"], box.attributes["inputmode"]) == ("text", mode)


def test_optional_is_said_of_what_may_be_left_out():
    labels = [node.text for node in drawn(EveryField()).all("label")]
    assert "Budget (optional)" in labels
    assert "Title" in labels
    form = EveryField()
    form.fields["budget"].show_optional = False
    assert "Budget" in [node.text for node in drawn(form).all("label")]


def test_options_carry_their_hints():
    page = field_page(EveryField(), "area")
    assert "aria-describedby" not in page.with_id("id_area_0").attributes
    assert page.with_id("id_area_1").attributes["aria-describedby"] == "id_area_1-item-hint"
    assert page.with_id("id_area_1-item-hint").text == "Those who do the work."


def test_widget_attributes_reach_the_input():
    form = EveryField()
    form.fields["title"].widget.attrs |= {
        "class": "govuk-input--width-20",
        "hx-post": "/save",
        "autocomplete": "name",
        "aria-describedby": "elsewhere",
    }
    box = field_page(form, "title").with_id("id_title")
    assert box.classes == {"govuk-input", "govuk-input--width-20"}
    assert (box.attributes["hx-post"], box.attributes["autocomplete"]) == ("/save", "name")
    assert box.attributes["aria-describedby"] == "elsewhere id_title-hint"


class Value(str):
    """A choice's value that knows its row, as ModelChoiceField's do."""

    instance: Any


def level_value(number: int) -> Value:
    value = Value(number)
    value.instance = SimpleNamespace(
        name=f"Step {number}", tone="weak", meaning=f"Means {number}." if number == 1 else ""
    )
    return value


def test_level_radios_show_chip_and_meaning():
    class LevelRadios(forms.RadioSelect):
        option_label_template = "_partials/level_option.html"

    class Rating(forms.Form):
        level = forms.ChoiceField(
            choices=[(level_value(1), "1"), (level_value(2), "2"), ("", "Not rated yet")],
            widget=LevelRadios,
        )

    page = field_page(Rating({"level": "2"}), "level")
    assert [node.text for node in page.all("label")] == ["Step 1", "Step 2", "Not rated yet"]
    assert len(page.all("span", "tq-level--weak")) == 2
    assert page.with_id("id_level_0").attributes["aria-describedby"] == "id_level_0-item-hint"
    assert page.with_id("id_level_0-item-hint").text == "Means 1."
    assert "aria-describedby" not in page.with_id("id_level_1").attributes
    assert "checked" in page.with_id("id_level_1").attributes


def test_crispy_tag_draws_form_layout_and_buttons():
    form = EveryField()
    form.helper = FormHelper()
    form.helper.form_action = "/save"
    form.helper.layout = Layout(
        Fieldset("About it", "title", Div("email", css_class="tq-field-row"), css_id="about"),
        "version",
    )
    form.helper.add_input(Submit("save", "Save and next"))
    page = Page(
        Template("{% load crispy_forms_tags %}{% crispy form %}").render(
            Context({"form": form, "csrf_token": "token"})
        )
    )
    [element] = page.all("form")
    assert element.attributes["action"] == "/save"
    assert {"novalidate", "method"} <= set(element.attributes)
    assert page.with_id("about").tag == "fieldset"
    assert [node.text for node in page.all("legend")] == ["About it"]
    [button] = page.all("button")
    assert (button.text, button.attributes["name"]) == ("Save and next", "save")
    assert page.with_id("id_version").attributes["type"] == "hidden"
    assert [n for n in page.all("input") if n.attributes["name"] == "csrfmiddlewaretoken"]
    assert "id_note" not in page.ids()
