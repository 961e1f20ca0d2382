"""The front page, the choice of trusts, and the pages that say no."""

from __future__ import annotations

import pytest
from django.test import Client

from assessments.models import Assessment
from tests.conftest import client_of, make_user
from tests.page import Page
from trusts.models import Membership, Role, Trust, User

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py


def page_at(client: Client, address: str, *, status: int = 200) -> Page:
    answer = client.get(address)
    assert answer.status_code == status
    return Page(answer.content.decode())


def test_welcome_says_what_it_is_and_offers_to_sign_in(db: None, client: Client) -> None:
    page = page_at(client, "/")
    text = page.nodes[0].text
    assert "helps the board of an academy trust in England" in text
    assert "Every rating is your board’s own." in text
    assert "no average" in text
    [button] = page.all("a", "govuk-button")
    assert (button.text, button.attributes["href"]) == ("Sign in", "/accounts/login/")


def test_welcome_takes_no_query(db: None, client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        client.get("/")


def test_front_page_leads_straight_to_the_only_trust(lead: User) -> None:
    answer = client_of(lead).get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/trusts/northfield/")


def test_front_page_lets_choose_between_trusts(lead: User, southmere: Trust) -> None:
    Membership.objects.create(user=lead, trust=southmere, role=Role.OBSERVER)
    page = page_at(client_of(lead), "/")
    assert [node.text for node in page.all("li", "tq-list__item")] == [
        "Northfield Learning Trust Governance lead",
        "Southmere Schools Trust Observer",
    ]
    links = [node.attributes["href"] for node in page.all("a", "govuk-link")]
    assert links == ["/trusts/northfield/", "/trusts/southmere/"]


def test_choice_of_trusts_costs_four_queries(
    lead: User, southmere: Trust, django_assert_num_queries
) -> None:
    Membership.objects.create(user=lead, trust=southmere, role=Role.OBSERVER)
    client = client_of(lead)
    with django_assert_num_queries(4):  # session, person, memberships, reviews
        client.get("/")


def test_front_page_without_a_trust_says_whom_to_ask(db: None) -> None:
    page = page_at(client_of(make_user("ada@nowhere.example")), "/")
    assert "signed in as ada@nowhere.example" in page.nodes[0].text
    assert "ask the governance lead of your trust" in page.nodes[0].text
    assert not page.all("li", "tq-list__item")
    assert "Operator’s area" not in page.nodes[0].text


def test_front_page_shows_the_operator_to_their_area(db: None) -> None:
    operator = User.objects.create_superuser("op@service.example", "a long passphrase", name="Op")
    page = page_at(client_of(operator), "/")
    assert "You look after this service." in page.nodes[0].text
    links = {node.text: node.attributes["href"] for node in page.all("a", "govuk-link")}
    assert links == {"Operator’s area: people and trusts": "/admin/"}


def test_front_page_is_there_to_read(lead: User) -> None:
    assert client_of(lead).post("/").status_code == 405
    assert client_of(lead).head("/").status_code == 302


def test_healthz_answers_once_the_database_does(
    db: None, client: Client, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_healthz_does_not_answer_without_the_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise ConnectionError("no database")

    monkeypatch.setattr("trusts.views.connection.cursor", gone)
    client.raise_request_exception = False
    assert client.get("/healthz").status_code == 500


@pytest.mark.parametrize("who", ["trustee", "observer"])
def test_wrong_role_is_told_what_and_whom_to_ask(
    who: str, lead: User, assessment: Assessment, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))
    page = page_at(client, "/trusts/northfield/assessments/new/", status=403)
    assert page.all("h1")[0].text == "You cannot set up or change an assessment or a framework"
    assert "Your role at Northfield Learning Trust does not include it." in page.nodes[0].text
    assert "lead@northfield.example" in page.nodes[0].text


def test_page_that_is_not_there_is_not_found(lead: User) -> None:
    page = page_at(client_of(lead), "/nowhere/", status=404)
    assert page.all("h1")[0].text == "Page not found"
