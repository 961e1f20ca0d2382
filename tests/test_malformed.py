"""Requests as nobody should send them: 2,000 in every run, on both databases together.

Twenty thousand: `python -m tests.malformed --count 20000 --seed 7 --database=postgresql`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.oddities import CSRF, Chance, Form, Input, Known
from tests.trying import Answer, Request, Tally, try_out, wrong_in

COUNTS = {"sqlite": 600, "postgresql": 400}
"""Requests of each test here."""
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def run(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Callable[..., Tally]]:
    """Requests to one world, which each visit leaves as it was: making it takes seconds."""
    with django_db_blocker.unblock(), try_out() as run:
        yield run


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_falls_over_leaks_or_is_left_half_written(
    seed: int, run: Callable[..., Tally], request: pytest.FixtureRequest
) -> None:
    count = COUNTS[request.config.option.database]
    tally = run(count=count, seed=seed)
    assert not tally.faults, "\n\n".join(tally.faults)
    assert tally.requests >= count
    assert tally.writing > count / 40, "too few got far enough to write"
    assert {200, 302, 403, 404, 405, 422} <= set(tally.statuses), tally


KNOWN = Known(
    people=["lead"],
    addresses=["/trusts/northfield/"],
    foreign=["southmere"],
    parameters=["q"],
    forms=[
        Form(
            "/trusts/northfield/people/invite/",
            "POST",
            "application/x-www-form-urlencoded",
            "lead",
            {
                "csrfmiddlewaretoken": Input("csrfmiddlewaretoken", "hidden", [CSRF]),
                "name": Input("name", "text", [""]),
                "role": Input("role", "radio", ["chair", "trustee"]),
            },
        )
    ],
    sheets=[b"PK"],
    password="a long enough passphrase",
    emails=["lead@northfield.example"],
)


def test_same_seed_makes_the_same_requests() -> None:
    one, other = (Chance("7:1", KNOWN) for _ in range(2))
    assert [one.request("lead") for _ in range(200)] == [other.request("lead") for _ in range(200)]


def test_half_are_forms_of_real_pages_and_a_sixth_of_these_whole() -> None:
    chance = Chance("7:2", KNOWN)
    made = [chance.request("lead") for _ in range(2000)]
    forms = [one for one in made if one.path == "/trusts/northfield/people/invite/"]
    assert 850 < len(forms) < 1150
    assert sum(not one.bent for one in forms) > 100


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(500), "answered 500"),
        (Answer(200, body=b"our quaggaboard thinks"), "says Quaggaboard to lead"),
        (Answer(200, [("Content-Type", "text/html")], b"<tq-probe onload>"), "as an element"),
        (Answer(302, [("Location", "https://evil.example/")]), "sends people to https"),
        (Answer(302, [("Location", "//evil.example/")]), "sends people to //"),
        (Answer(200), "has no content-security-policy"),
    ],
)
def test_what_is_wrong_is_seen(answer: Answer, said: str) -> None:
    assert said in "\n".join(wrong_in(Request("lead", "GET", "/"), answer))
