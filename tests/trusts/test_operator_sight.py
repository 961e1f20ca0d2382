"""What operators may not see: nothing that a trust's people wrote, on whatever page, however asked.

Every text of every model of a trust's work holds a word of its own, history and reasons
included; every address of the area is asked for, found by looking at the area itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.contenttypes.models import ContentType
from django.db.models import EmailField
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from pytest_django.plugin import DjangoDbBlocker

from assessments.actions import create_assessment
from assessments.models import OwnFramework
from frameworks.models import Framework
from govuk.operators import Kept, OperatorAdmin, ReadOnly
from reviews.models import PeerReview, Reviewer
from tests.conftest import make_framework, make_user
from tests.everything import (
    Maker,
    history_of,
    owned_models,
    rows_of_trust,
    texts_of,
    undone,
    way_to,
    write_into,
)
from trusts.admin import WithoutLead
from trusts.models import Membership, OperatorLook, Role, Trust, User

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
]  # what pages say and take; saves at once are tried on both

SECRET = "zyxwort"
THEIRS = {"assessments", "plans", "reviews", "support", "reports"}
"""The apps whose rows are a trust's own work; operators look after people, trusts, frameworks."""


NUMBERS = itertools.count(1)


def secret(field: Any) -> str:
    """Words that no other row has, so that no rule is against them."""
    words = f"{SECRET}-{next(NUMBERS)}-{field.name}"
    return f"{words}@trust.example" if isinstance(field, EmailField) else words


def made(field: Any) -> str:
    """What a new row says: a framework that is made for it is a published one."""
    is_theirs = field.model._meta.app_label in THEIRS
    return secret(field) if is_theirs else f"public-{next(NUMBERS)}"


@pytest.fixture(scope="module")
def works(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Trust]:
    """What `make_works` makes, for all tests here, which leave it as it was."""
    with django_db_blocker.unblock(), undone():
        yield make_works()


def make_works() -> Trust:
    """A trust with a row of every model of its work, a framework of its own among them."""
    trust = Trust.objects.create(name="Westholme Learning Trust", slug="works")
    lead = make_user("lead@works.example", trust=trust, role=Role.LEAD)
    framework = make_framework("rated")
    assessment = create_assessment(
        trust=trust, framework=framework, title="Self-assessment 2026", due_on=None, by=lead
    )
    owned = OwnFramework.objects.create(
        trust=trust, framework=make_framework("own"), created_by=lead
    )
    rating = assessment.ratings.first()
    maker = Maker(trust, lead, framework, assessment, rating, owned, words=made)
    for model in owned_models():
        if model._meta.app_label in THEIRS:
            maker.make(model)
    withdrawn = maker.make(PeerReview, status=PeerReview.Status.WITHDRAWN, submitted_at=None)
    maker.make(Reviewer, review=withdrawn, user=lead, admitted_at=None)
    # As the service itself keeps it: what belongs to a trust is not published.
    Framework.objects.filter(owner__isnull=False).exclude(pk=framework.pk).update(
        is_published=False
    )
    OwnFramework.objects.filter(framework=framework).delete()
    kept = {
        "people": list(User.objects.values_list("pk", "email", "name")),
        "trust": (trust.name, trust.companies_house_number),
    }
    written = write_into(rows_of_trust(trust), secret)
    assert {"Rating.note", "Action.description", "Framework.title"} <= set(written)
    for pk, email, name in kept["people"]:
        User.objects.filter(pk=pk).update(email=email, name=name)
    name, number = kept["trust"]
    Trust.objects.filter(pk=trust.pk).update(name=name, companies_house_number=number)
    trust.invitations.all().delete()
    for model in owned_models():
        history = history_of(model)
        if history is not None and model._meta.app_label in THEIRS:
            history.update(history_change_reason=f"{SECRET}-reason")
    return trust


def patterns(resolver: Any) -> Iterator[Any]:
    for one in resolver.url_patterns:
        if hasattr(one, "url_patterns"):
            yield from patterns(one)
        else:
            yield one


def area_names() -> list[str]:
    """The name of every address of the area."""
    [area] = [
        one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "admin"
    ]
    return sorted({one.name for one in patterns(area) if one.name})


def addresses(works: Trust) -> Iterator[str]:
    """Every address of the area, for the rows of its models in the whole database.

    Of many rows the oldest and the newest: among both there are a trust's own.
    """
    for name in area_names():
        model = model_of(name)
        keys = sorted(model._base_manager.values_list("pk", flat=True)) if model else []
        keys = keys if len(keys) <= 8 else [*keys[:4], *keys[-4:]]
        for arguments in ([], ["trusts"], ["frameworks"], *([quote(str(key))] for key in keys)):
            try:
                yield reverse(f"admin:{name}", args=arguments)
            except NoReverseMatch:
                continue


def model_of(name: str) -> Any:
    """Whose pages an address is one of."""
    for model in admin.site._registry:
        if name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            return model
    return None


def assert_nothing_of_theirs(answer: Any, asked: str) -> None:
    text = answer.content.decode()
    shown = text.replace(asked, "") if asked else text
    assert SECRET not in shown, (
        f"{answer.request['PATH_INFO']}: {shown[shown.index(SECRET) :][:60]}"
    )
    assert SECRET not in answer.get("Location", "")


def test_texts_of_every_kind_of_work_are_planted(works: Trust) -> None:
    """Otherwise the tests below would look for nothing."""
    for model, path in owned_models().items():
        texts = [field for field in texts_of(model) if model._meta.app_label in THEIRS]
        rows = model._default_manager.filter(**{path: works})
        for field in texts:
            values = rows.values_list(field.name, flat=True)
            assert any(SECRET in str(value) for value in values), f"{model.__name__}.{field.name}"


def test_no_page_shows_what_a_trust_wrote(works: Trust, area: Client) -> None:
    seen = set()
    for address in addresses(works):
        answer = area.get(address)
        assert answer.status_code in (200, 302, 403), address
        assert_nothing_of_theirs(answer, "")
        if answer.status_code == 200:
            seen.add(address)
    assert f"/admin/trusts/trust/{works.pk}/history/" in seen
    assert len(seen) > 30


def test_no_search_finds_what_a_trust_wrote(works: Trust, area: Client) -> None:
    """The row that holds a word is not found by it: a search would tell that it is there."""
    for model, model_admin in admin.site._registry.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        if model is OperatorLook:
            continue  # it lists what operators asked for, this very word among it
        answer = area.get(address, {"q": SECRET})
        shown = answer.context["cl"].result_count
        assert shown == (0 if model_admin.search_fields else answer.context["cl"].full_result_count)
        assert_nothing_of_theirs(answer, SECRET)


ORACLES = [
    "assessments__title__startswith",
    "assessments__ratings__note__contains",
    "issued_reports__title__contains",
    "own_frameworks__framework__title__contains",
    "memberships__user__password__startswith",
    "password__startswith",
    "invitations__token_hash__startswith",
    "owned_actions__description__contains",
    "user__password__startswith",
    "trust__assessments__title__contains",
    "operator__password__contains",
    "owner__trust__name",
    "assessments__trust__name",
    "domain__framework__owner__trust__name",
    "statements__publisher_text__contains",
]


@pytest.mark.parametrize("question", ORACLES)
def test_no_address_asks_the_rows_questions(works: Trust, area: Client, question: str) -> None:
    """Django allows any of a list's own relations; each would answer yes or no about a note."""
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert area.get(address, {question: SECRET}).status_code == 400, (address, question)


def test_no_field_of_any_model_is_a_way_to_ask(works: Trust, area: Client) -> None:
    """The same for every relation that there is, now and later."""
    for model, model_admin in admin.site._registry.items():
        request = area.get("/admin/").wsgi_request
        filters: Any = model_admin.get_list_filter(request)
        shown = [one if isinstance(one, str) else one[0] for one in filters if one != WithoutLead]
        for name in ways_from(model):
            for how in ("__contains", "__startswith", "__regex", "__in", "__range", "__pk"):
                assert not model_admin.lookup_allowed(name + how, "a", request), (model, name + how)
            if name not in (*shown, model_admin.date_hierarchy):
                assert not model_admin.lookup_allowed(name, "a", request), (model, name)


def ways_from(model: Any) -> list[str]:
    """What a query may call the fields of a model and the rows that point to it."""
    fields = model._meta.get_fields(include_hidden=True)
    return [
        field.name if field.concrete or field.many_to_many else field.get_accessor_name() or ""
        for field in fields
    ] + [field.name for field in fields]


def test_keys_of_rows_do_not_turn_into_addresses(works: Trust, area: Client) -> None:
    """Django's own `r/…` leads from any row of any app to its page, named after its title."""
    for model in (Framework, Trust, *owned_models()):
        kind = ContentType.objects.get_for_model(model).pk
        for key in model._base_manager.values_list("pk", flat=True)[:3]:
            answer = area.get(f"/admin/r/{kind}/{key}/")
            assert answer.status_code == 404
            assert_nothing_of_theirs(answer, "")


def test_own_framework_of_a_trust_is_not_there(works: Trust, area: Client) -> None:
    own = OwnFramework.objects.filter(trust=works).first().framework
    for page in ("change", "history"):
        answer = area.get(f"/admin/frameworks/framework/{own.pk}/{page}/", follow=True)
        assert answer.redirect_chain == [("/admin/", 302)]
        assert_nothing_of_theirs(answer, "")


def test_nothing_is_taken_away_by_the_hundred(area: Client) -> None:
    request = area.get("/admin/").wsgi_request
    for model, model_admin in admin.site._registry.items():
        assert isinstance(model_admin, OperatorAdmin), model
        assert model_admin.get_actions(request) == {}
        assert (model_admin.list_per_page, model_admin.list_max_show_all) == (50, 0)
        assert not model_admin.has_delete_permission(request)
        for inline in model_admin.inlines:
            assert issubclass(inline, ReadOnly), inline
            assert issubclass(inline, Kept)
            assert way_to(inline.model, Trust) is None or inline.model._meta.app_label == "trusts"


def test_all_at_once_is_not_to_be_had(area: Client, northfield: Trust) -> None:
    for number in range(60):
        user = User.objects.create(email=f"p{number}@northfield.example", name=f"Person {number}")
        Membership.objects.create(user=user, trust=northfield, role="trustee")
    for model in ("user", "membership"):
        answer = area.get(f"/admin/trusts/{model}/", {"all": ""})
        assert len(answer.context["cl"].result_list) == 50


@pytest.mark.parametrize(
    "question",
    [
        "a " * 400,
        "x" * 5000,
        "'\"%_\\",
        "\u202e\ud7ff😀",
        '"unclosed',
    ],
)
def test_odd_searches_are_no_fault(area: Client, lead: User, question: str) -> None:
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert area.get(address, {"q": question}).status_code == 200
