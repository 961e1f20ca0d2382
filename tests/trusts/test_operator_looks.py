"""Every look of an operator is recorded; operators sign in with a second factor."""

from __future__ import annotations

import time

import pytest
from django.conf import LazySettings
from django.db import DatabaseError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from frameworks.models import Framework
from tests.conftest import PASSWORD, client_of
from trusts.models import OperatorLook, Trust, User
from trusts.operator_gate import LONGEST_PATH


def looks() -> list[tuple[str, str]]:
    return list(OperatorLook.objects.order_by("pk").values_list("method", "path"))


def show_second_factor(client: Client) -> None:
    """Let the session count as one that has shown a second factor, as allauth notes it."""
    session = client.session
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time()},
        {"method": "mfa", "type": "totp", "at": time.time()},
    ]
    session.save()


def test_look_says_who_when_how_and_at_what(area: Client, operator: User, lead: User) -> None:
    area.get("/admin/trusts/user/", {"q": "Smith"})
    area.post(f"/admin/trusts/user/{lead.pk}/change/", {})
    area.get("/admin/nowhere/")
    assert looks() == [
        ("GET", "/admin/trusts/user/?q=Smith"),
        ("POST", f"/admin/trusts/user/{lead.pk}/change/"),
        ("GET", "/admin/nowhere/"),
    ]
    assert {look.operator for look in OperatorLook.objects.all()} == {operator}


@pytest.mark.parametrize("name", ["wording", "wording_sheet", "remove_wording"])
def test_looks_at_wording_packs_are_recorded(
    area: Client, lead: User, framework: Framework, name: str
) -> None:
    address = reverse(f"frameworks:{name}", args=[framework.key, framework.edition])
    assert area.get(address).status_code == 200
    assert client_of(lead).get(address).status_code == 404
    assert looks() == [("GET", address)]


def marked(resolver: URLResolver, prefix: str = "") -> set[str]:
    """The name of every address of a page that is marked as the operator's."""
    found: set[str] = set()
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            found |= marked(one, f"{one.namespace}:" if one.namespace else prefix)
        elif isinstance(one, URLPattern) and getattr(one.callback, "for_operators", False):
            found.add(f"{prefix}{one.name}")
    return found


def test_pages_that_only_operators_see_are_marked() -> None:
    from tests.test_addresses import OPERATOR_SEES, TABLE

    seen_by_operators = {name for name, _, get, _ in TABLE if get == OPERATOR_SEES}
    assert marked(get_resolver()) == seen_by_operators


def test_what_is_refused_to_others_is_no_look(lead: User, client: Client) -> None:
    client_of(lead).get("/admin/trusts/user/", follow=True)
    client.get("/admin/trusts/user/", follow=True)
    assert looks() == []


def test_look_at_the_words_of_scripts_is_no_look(area: Client) -> None:
    assert area.get("/admin/jsi18n/").status_code == 200
    assert looks() == []


def test_very_long_look_is_cut(area: Client) -> None:
    area.get("/admin/trusts/user/", {"q": "é" * 500})
    [(_, path)] = looks()
    assert len(path) == LONGEST_PATH == OperatorLook._meta.get_field("path").max_length


@pytest.mark.parametrize("method", ["get", "post"])
def test_look_that_cannot_be_recorded_is_refused(
    area: Client, lead: User, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def fail(**values: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(OperatorLook.objects, "create", fail)
    typed = {"name": "Changed", "is_active": "on"}
    answer = getattr(area, method)(f"/admin/trusts/user/{lead.pk}/change/", typed)
    assert answer.status_code == 503
    assert "Nothing was opened and nothing was changed." in answer.content.decode()
    assert lead.email not in answer.content.decode()
    lead.refresh_from_db()
    assert lead.name == "Lead"


def test_look_costs_one_insert(area: Client, django_assert_num_queries) -> None:
    area.get("/admin/jsi18n/")
    with django_assert_num_queries(2) as without:
        area.get("/admin/jsi18n/")
    with django_assert_num_queries(3) as recorded:
        area.get("/admin/password_change/")
    assert len(recorded) - len(without) == 1
    assert sum("INSERT" in query["sql"] for query in recorded) == 1


def test_looks_are_listed_to_read_and_for_good(area: Client, operator: User) -> None:
    other = User.objects.create_superuser("second@service.example", PASSWORD, name="Second")
    client_of(other).post("/admin/trusts/trust/", {})
    area.get("/admin/trusts/membership/")
    page = area.get("/admin/trusts/operatorlook/").content.decode()
    assert '<a href="/admin/trusts/membership/">/admin/trusts/membership/</a>' in page
    assert "Second" in page
    assert "Delete" not in page
    only = area.get("/admin/trusts/operatorlook/", {"operator__id__exact": other.pk})
    rows = [str(row.operator) for row in only.context["cl"].result_list]
    assert rows == ["Second"]
    sent = area.get("/admin/trusts/operatorlook/", {"method": "POST"}).context["cl"].result_list
    assert [look.path for look in sent] == ["/admin/trusts/trust/"]
    found = area.get("/admin/trusts/operatorlook/", {"q": "membership"}).context["cl"]
    assert {look.path for look in found.result_list} >= {"/admin/trusts/membership/"}
    year = OperatorLook.objects.first().at.year
    assert area.get("/admin/trusts/operatorlook/", {"at__year": year}).status_code == 200


def test_commands_stand_in_the_list_too(area: Client, operator: User) -> None:
    OperatorLook.objects.create(operator=operator, method="COMMAND", path="export_person 7")
    page = area.get("/admin/trusts/operatorlook/").content.decode()
    assert '<td class="field-did">command</td><td class="field-page">export_person 7</td>' in page


@pytest.mark.parametrize("what", ["change", "delete"])
def test_looks_are_neither_changed_nor_deleted(area: Client, what: str) -> None:
    area.get("/admin/")
    look = OperatorLook.objects.get()
    typed = {"post": "yes", "path": "/", "method": "GET"}
    address = f"/admin/trusts/operatorlook/{look.pk}/{what}/"
    assert area.post(address, typed).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [look.pk], "post": "yes"}
    area.post("/admin/trusts/operatorlook/", chosen)
    look.refresh_from_db()
    assert look.path == "/admin/"


@pytest.fixture
def strict(settings: LazySettings) -> None:
    """As in production."""
    settings.OPERATOR_SECOND_FACTOR = True


@pytest.mark.usefixtures("strict")
def test_operator_without_second_factor_is_sent_to_set_one_up(
    area: Client, framework: Framework
) -> None:
    wording = reverse("frameworks:wording", args=[framework.key, framework.edition])
    for address in ("/admin/", "/admin/trusts/user/?q=a", "/admin/login/", wording):
        answer = area.get(address, follow=True)
        assert answer.redirect_chain[0][0].startswith("/accounts/second-factor/?next=")
        assert "Whoever looks after this service" in answer.content.decode()
    assert looks() == []


@pytest.mark.usefixtures("strict")
def test_what_an_operator_typed_meanwhile_is_kept(area: Client, northfield: Trust) -> None:
    typed = {"name": "Northfield and Eastmere Trust", "uid": "", "companies_house_number": ""}
    answer = area.post(f"/admin/trusts/trust/{northfield.pk}/change/", typed)
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "The operator’s area asks for a second step" in text
    assert "Northfield and Eastmere Trust" in text
    northfield.refresh_from_db()
    assert northfield.name == "Northfield Learning Trust"


@pytest.mark.usefixtures("strict")
def test_operator_with_second_factor_comes_in(area: Client) -> None:
    show_second_factor(area)
    assert area.get("/admin/").status_code == 200
    assert looks() == [("GET", "/admin/")]


@pytest.mark.usefixtures("strict")
def test_others_are_told_nothing_about_it(lead: User, framework: Framework) -> None:
    browser = client_of(lead)
    address = reverse("frameworks:wording", args=[framework.key, framework.edition])
    assert browser.get(address).status_code == 404
    assert browser.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert browser.get("/trusts/northfield/").status_code == 200
