"""A made-up framework, two trusts, and the people that every test is about."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models import F
from django.test import Client

from assessments.actions import create_assessment
from assessments.models import Assessment
from frameworks.models import Alignment, Domain, Element, Framework, Level, Statement
from trusts.models import Membership, Role, Trust, User

if TYPE_CHECKING:
    from tests.openid.provider import OpenIDProvider

PASSWORD = "a long enough passphrase"
LONGEST = {"test_scripts", "test_views_journey", "test_main_job"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files whose tests take longest, or the last of them runs by itself."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


def pytest_collection_finish() -> None:
    """What is imported by now stays to the end: the collector, which every PDF calls, passes it."""
    gc.collect()
    gc.freeze()


def make_user(email: str, *, trust: Trust | None = None, role: str = "") -> User:
    """A person, with a role in a trust where one is named."""
    user = User.objects.create_user(email, PASSWORD, name=email.split("@")[0].title())
    if trust:
        Membership.objects.create(user=user, trust=trust, role=role)
    return user


def client_of(user: User) -> Client:
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def make_framework(
    key: str = "made-up", *, domains: tuple[int, ...] = (2, 1), levels: int = 4
) -> Framework:
    """A framework with so many elements in each domain and so many levels."""
    framework = Framework.objects.create(
        key=key,
        edition="2026-01",
        title=f"The {key} framework",
        publisher="Nobody",
        published_on=date(2026, 1, 1),
        source_url="https://framework.example/",
        licence="For tests.",
        attribution="Nobody",
        domain_noun="area",
        domain_noun_plural="areas",
        element_noun="point",
        element_noun_plural="points",
    )
    tones = list(Level.Tone.values)
    made_levels = [
        Level.objects.create(
            framework=framework,
            order=order,
            key=f"step-{order}",
            name=f"Step {order}",
            meaning=f"What step {order} means.",
            tone=tones[round((order - 1) * (len(tones) - 1) / max(levels - 1, 1))],
        )
        for order in range(1, levels + 1)
    ]
    number = 0
    for order, count in enumerate(domains, start=1):
        domain = Domain.objects.create(framework=framework, order=order, name=f"Area {order}")
        for _ in range(count):
            number += 1
            _add_element(domain, number, made_levels)
    return framework


def align(
    carrier: Framework, at: str, mirrored: Framework, to: str, *, symbol: str = "†"
) -> Alignment:
    """Link the question of one framework's element to the other's element, both by code."""
    return Alignment.objects.create(
        statement=Statement.objects.get(
            element__domain__framework=carrier, element__code=at, kind="question"
        ),
        element=Element.objects.get(domain__framework=mirrored, code=to),
        symbol=symbol,
    )


def _add_element(domain: Domain, number: int, levels: list[Level]) -> None:
    code = f"MU-{number:02}"
    element = Element.objects.create(
        domain=domain, number=number, code=code, name=f"Point {number}", summary="A summary."
    )
    Statement.objects.create(
        element=element, code=f"{code}-Q1", order=1, kind="question", text=f"Is {code} so?"
    )
    for level in (levels[0], levels[-1]):
        Statement.objects.create(
            element=element,
            code=f"{code}-{level.order}",
            order=1,
            kind="descriptor",
            level=level,
            text=f"{code} at {level.name}.",
        )


def make_next_edition(framework: Framework, edition: str = "2028-01") -> Framework:
    """The framework's next edition, as yet the same in every word."""
    made: Framework = copy_of(framework, edition=edition, supersedes=framework)
    levels: dict[int | None, Level | None] = {None: None} | {
        level.pk: copy_of(level, framework=made) for level in framework.levels.all()
    }
    for domain in framework.domains.all():
        made_domain = copy_of(domain, framework=made)
        for element in domain.elements.all():
            made_element = copy_of(element, domain=made_domain)
            copies: dict[int | None, Statement | None] = {None: None}
            for one in element.statements.order_by(F("parent").asc(nulls_first=True)):
                copies[one.pk] = copy_of(
                    one,
                    element=made_element,
                    level=levels[one.level_id],
                    parent=copies[one.parent_id],
                )
    return made


def copy_of(row: Any, **changes: Any) -> Any:
    """The row again, under a key of its own and with the changes, saved."""
    made = type(row).objects.get(pk=row.pk)
    made.pk = None
    made._state.adding = True
    for name, value in changes.items():
        setattr(made, name, value)
    made.save()
    return made


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """SQLite in a file, as in service: in memory it would lock whole tables between threads."""
    if connection.vendor == "sqlite":
        name = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(name)


@pytest.fixture
def framework(db: None) -> Framework:
    """Two areas of two and one points, four levels."""
    return make_framework()


@pytest.fixture
def northfield(db: None) -> Trust:
    return Trust.objects.create(name="Northfield Learning Trust", slug="northfield")


@pytest.fixture
def southmere(db: None) -> Trust:
    return Trust.objects.create(name="Southmere Schools Trust", slug="southmere")


@pytest.fixture
def lead(northfield: Trust) -> User:
    return make_user("lead@northfield.example", trust=northfield, role=Role.LEAD)


@pytest.fixture
def chair(northfield: Trust) -> User:
    return make_user("chair@northfield.example", trust=northfield, role=Role.CHAIR)


@pytest.fixture
def executive(northfield: Trust) -> User:
    return make_user("executive@northfield.example", trust=northfield, role=Role.EXECUTIVE)


@pytest.fixture
def trustee(northfield: Trust) -> User:
    return make_user("trustee@northfield.example", trust=northfield, role=Role.TRUSTEE)


@pytest.fixture
def observer(northfield: Trust) -> User:
    return make_user("observer@northfield.example", trust=northfield, role=Role.OBSERVER)


@pytest.fixture
def stranger(southmere: Trust) -> User:
    """A lead, but of another trust."""
    return make_user("lead@southmere.example", trust=southmere, role=Role.LEAD)


@pytest.fixture
def assessment(northfield: Trust, framework: Framework, lead: User) -> Assessment:
    """Being agreed, nothing rated yet."""
    return create_assessment(
        trust=northfield, framework=framework, title="Self-assessment 2026", due_on=None, by=lead
    )


@pytest.fixture(scope="session")
def openid_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIDProvider]:
    """A real OpenID provider, started once."""
    from tests.openid.provider import OpenIDProvider

    provider = OpenIDProvider(tmp_path_factory.mktemp("openid"))
    yield provider
    provider.stop()


@pytest.fixture
def openid(openid_process: OpenIDProvider, settings: LazySettings) -> OpenIDProvider:
    """The provider, telling the truth, and set here as the one that people may sign in with."""
    openid_process.tell(back="http://testserver/accounts/work/oidc/callback/")
    settings.WORK_ACCOUNTS = (openid_process.as_set,)
    return openid_process
