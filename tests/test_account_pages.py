"""Signing in, resetting a password and being refused: pages in our own words and frame."""

import re
from types import SimpleNamespace

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.urls import reverse

from tests.conftest import PASSWORD, make_user
from tests.page import Page

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

ACCOUNT_PAGES = [
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_signup",
    "account_inactive",
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACCOUNT_PAGES)
def test_page_stands_in_our_frame(client, name):
    response = client.get(reverse(name))
    page = Page(response.content.decode())
    assert response.status_code == 200
    [heading] = page.all("h1")
    assert page.all("title")[0].text == f"{heading.text} – Trust Quality"
    assert heading.classes == {"govuk-heading-l"}
    assert not [node for node in page.nodes if "style" in node.attributes]
    scripts = [n for n in page.all("script") if n.attributes.get("type") != "application/json"]
    assert all("src" in node.attributes for node in scripts)


@pytest.mark.django_db
def test_signing_in_asks_for_two_things(client):
    page = Page(client.get(reverse("account_login")).content.decode())
    labels = [node.text for node in page.all("label")]
    assert labels == ["Email", "Password"]
    assert not page.all("div", "govuk-hint")
    links = {node.text: node.attributes["href"] for node in page.all("a")}
    assert links["Forgotten your password?"] == reverse("account_reset_password")


@pytest.mark.django_db
def test_wrong_password_is_said_at_the_top_and_links_to_a_box(client):
    make_user("ada@northfield.example")
    typed = {"login": "ada@northfield.example", "password": "wrong"}
    page = Page(client.post(reverse("account_login"), typed).content.decode())
    assert page.all("title")[0].text == "Error: Sign in – Trust Quality"
    [link] = [n for n in page.all("a") if n.attributes["href"] == "#id_login"]
    assert link.text == "The email address or the password is not right."
    assert page.with_id("id_login").attributes["value"] == "ada@northfield.example"


@pytest.mark.django_db
def test_signing_in_goes_on_to_the_page_that_was_asked_for_without_a_banner(client):
    make_user("ada@northfield.example")
    typed = {"login": "ada@northfield.example", "password": PASSWORD, "next": "/healthz"}
    response = client.post(reverse("account_login"), typed)
    assert response.headers["Location"] == "/healthz"
    assert "messages" not in response.cookies


@pytest.mark.django_db
def test_password_can_be_reset_by_mail(client):
    make_user("ada@northfield.example")
    client.post(reverse("account_reset_password"), {"email": "ada@northfield.example"})
    [message] = mail.outbox
    assert message.subject.endswith("Choose a new password")
    [link] = re.findall(r"https?://\S+", message.body)
    form = client.get(link, follow=True)
    chosen = {"password1": "a new long passphrase", "password2": "a new long passphrase"}
    done = client.post(form.request["PATH_INFO"], chosen, follow=True)
    assert Page(done.content.decode()).all("h1")[0].text == "Your password is changed"
    assert client.login(email="ada@northfield.example", password=chosen["password1"])


@pytest.mark.django_db
def test_password_reset_link_that_is_spent_offers_a_new_one(client):
    page = Page(client.get("/accounts/password/reset/key/1-spent-link/").content.decode())
    assert page.all("h1")[0].text == "This link no longer works"
    links = {node.text: node.attributes["href"] for node in page.all("a")}
    assert links["Send a new link"] == reverse("account_reset_password")


@pytest.mark.django_db
def test_mail_to_an_unknown_address_names_no_account(client):
    client.post(reverse("account_reset_password"), {"email": "nobody@northfield.example"})
    [message] = mail.outbox
    assert "no Trust Quality account has it" in message.body
    assert "http" not in message.body


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_change_password", "account_logout"])
def test_pages_for_people_who_are_signed_in(client, name):
    client.force_login(make_user("ada@northfield.example"))
    page = Page(client.get(reverse(name)).content.decode())
    assert len(page.all("h1")) == 1
    out = [n for n in page.all("form") if n.attributes.get("action") == reverse("account_logout")]
    assert out[0].attributes["method"] == "post"
    assert "Signed in as" in page.all("span", "tq-account__name")[0].text


def test_refusal_names_what_and_whom():
    leads = [SimpleNamespace(name="Ada Okonkwo", email="ada@northfield.example")]
    trust = SimpleNamespace(name="Northfield", slug="northfield")
    context = {"trust": trust, "leads": leads, "permission_label": "issue a report"}
    page = Page(render_to_string("403.html", context))
    assert page.all("h1")[0].text == "You cannot issue a report"
    assert "Ada Okonkwo, ada@northfield.example" in [node.text for node in page.all("li")]
    assert "mailto:ada@northfield.example" in [n.attributes["href"] for n in page.all("a")]


@pytest.mark.parametrize("template", ["403.html", "404.html", "500.html"])
def test_refusal_and_error_pages_need_nothing(template):
    page = Page(render_to_string(template))
    assert len(page.all("h1")) == 1
    assert not page.all("form")
    assert page.with_id("main-content").tag == "main"
