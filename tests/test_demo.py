"""The demo: what it holds, that it loads once, and that it stays out of production."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings, settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from assessments.models import Assessment, Rating, Respondent, Response
from assessments.spread import most_divided_first, spreads_of
from frameworks.models import Framework
from plans.models import Action, Plan, Priority
from reviews.models import Comment, ReviewerRating
from tests.everything import OURS
from trusts import demo
from trusts.models import Membership, Trust, User

EXPECTED_SIGN_INS = {
    "lead@northfield.example": "lead",
    "chair@northfield.example": "chair",
    "executive@northfield.example": "executive",
    "trustee@northfield.example": "trustee",
    "observer@northfield.example": "observer",
    "lead@southmere.example": "lead",
}


@pytest.fixture(scope="module")
def loaded_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo in the database for the whole file: loading it takes seconds."""
    with django_db_blocker.unblock():
        call_command("load_demo", stdout=io.StringIO())
    yield
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def loaded(loaded_once: None, db: None) -> None:
    """The demo; what a test does to it is rolled back."""


@pytest.fixture
def frameworks(loaded: None) -> None:
    """The frameworks alone."""
    Trust.objects.all().delete()
    User.objects.all().delete()


def every_value() -> dict[str, list[Any]]:
    """All rows of our own apps and their history."""
    values: dict[str, list[Any]] = {}
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            rows = model._default_manager.order_by("pk").values()
            values[model._meta.label] = list(rows)
    return values


def history_of(row: Any) -> list[Any]:
    """What the history tells of a row; of who is asked for a view there is none."""
    return list(row.history.all()) if hasattr(row, "history") else []


def what_is_shown() -> list[Any]:
    """The demo by natural keys, with the history of what is there."""
    models = (Membership, Rating, Respondent, Response, Action, ReviewerRating, Comment)
    rows = [row for model in models for row in model._default_manager.all()]
    return sorted(
        (
            *row.natural_key(),
            str(row),
            [(entry.history_date, str(entry.history_user)) for entry in history_of(row)],
        )
        for row in rows
    )


def answer_of(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("load_demo", *arguments)
    return capsys.readouterr().out


def test_demo_has_two_trusts_and_a_board_of_nine(loaded: None) -> None:
    boards = {trust.name: trust.memberships.count() for trust in Trust.objects.all()}
    assert boards == {"Northfield Learning Trust": 9, "Southmere Schools Trust": 1}


@pytest.mark.parametrize(("email", "role"), EXPECTED_SIGN_INS.items())
def test_demo_sign_in_opens_the_trusts_home(loaded: None, email: str, role: str) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": email, "password": "trust-quality-demo"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    membership = Membership.objects.select_related("trust").get(user__email=email)
    assert membership.role == role
    home = client.get("/", follow=True)
    assert home.redirect_chain == [(f"/trusts/{membership.trust.slug}/", 302)]
    assert membership.trust.name in home.content.decode()


@pytest.mark.parametrize("email", EXPECTED_SIGN_INS)
def test_demo_home_costs_at_most_eight_queries(
    loaded: None, email: str, django_assert_max_num_queries
) -> None:
    client = Client()
    membership = Membership.objects.select_related("user", "trust").get(user__email=email)
    client.force_login(membership.user)
    with django_assert_max_num_queries(8):
        answer = client.get(membership.trust.get_absolute_url())
    assert answer.status_code == 200


def test_demo_lets_nobody_else_sign_in(loaded: None) -> None:
    may_sign_in = {user.email for user in User.objects.all() if user.has_usable_password()}
    assert may_sign_in == set(EXPECTED_SIGN_INS) == set(demo.SIGN_INS)
    assert User.objects.count() == 10
    assert not User.objects.filter(is_staff=True).exists()


def test_demo_addresses_belong_to_nobody(loaded: None) -> None:
    domains = {user.email.rsplit(".", 1)[1] for user in User.objects.all()}
    assert domains == {"example"}


def test_last_years_assessment_is_agreed_and_whole(loaded: None) -> None:
    last_year = Assessment.objects.get(title="Self-assessment 2025")
    assert last_year.status == "agreed"
    assert last_year.minute_reference == "Board, 20 November 2025, minute 41"
    assert str(last_year.agreed_by) == "Helen Okafor"
    levels = last_year.ratings.values_list("level__key", flat=True)
    assert Counter(levels) == {"red": 1, "amber-red": 5, "amber-green": 5, "green": 3}
    assert all(len(rating.note) > 300 for rating in last_year.ratings.all())


def test_every_rating_has_an_element_of_its_framework(loaded: None) -> None:
    for assessment in Assessment.objects.all():
        elements = list(assessment.framework.domains.values_list("elements", flat=True))
        rated = list(assessment.ratings.in_order().values_list("element", flat=True))
        assert sorted(rated) == sorted(elements)


def test_this_years_assessment_is_half_rated(loaded: None) -> None:
    this_year = Assessment.objects.get(title="Self-assessment 2026")
    assert (this_year.status, this_year.due_on) == ("agreeing", date(2026, 12, 10))
    assert this_year.ratings.exclude(level=None).count() == 7
    assert this_year.ratings.count() == 14
    assert this_year.carried_from == Assessment.objects.get(title="Self-assessment 2025")


def test_this_year_moved_two_up_and_one_down(loaded: None) -> None:
    orders: dict[str, dict[str, int]] = {"2025": {}, "2026": {}}
    ratings = Rating.objects.filter(
        assessment__trust__slug="northfield", assessment__title__startswith="Self-assessment"
    ).exclude(level=None)
    for rating in ratings.select_related("element", "level", "assessment"):
        assert rating.level is not None
        orders[rating.assessment.title[-4:]][rating.element.code] = rating.level.order
    moves = {code: order - orders["2025"][code] for code, order in orders["2026"].items()}
    assert {code: move for code, move in moves.items() if move} == {
        "CST-02": 1,
        "CST-06": 1,
        "CST-07": -1,
    }


@pytest.mark.parametrize(
    ("title", "framework", "rated", "noted", "elements"),
    [
        ("Stages of maturity 2026", "carter-characteristics", 5, 6, 10),
        ("Trust quality 2026", "dfe-trust-quality", 9, 10, 35),
    ],
)
def test_demo_shows_every_framework_for_trusts_partly_rated(
    loaded: None, title: str, framework: str, rated: int, noted: int, elements: int
) -> None:
    assessment = Assessment.objects.get(trust__slug="northfield", title=title)
    assert (assessment.framework.key, assessment.status) == (framework, "agreeing")
    assert assessment.ratings.exclude(level=None).count() == rated
    assert assessment.ratings.exclude(note="").count() == noted
    assert assessment.ratings.count() == elements


def test_demo_has_one_assessment_of_northfield_by_each_framework_for_trusts(loaded: None) -> None:
    used = Framework.objects.filter(assessments__trust__slug="northfield").distinct()
    assert set(used) == set(Framework.objects.for_trusts())


def test_views_are_being_collected_for_one_assessment(loaded: None) -> None:
    assessment = Assessment.objects.get(trust__slug="northfield", status="collecting")
    assert (assessment.title, assessment.names_shown) == ("Mid-year check 2027", False)
    asked = {one.user.email: one for one in assessment.respondents.select_related("user")}
    finished = {email.split("@")[0]: bool(one.finished_at) for email, one in asked.items()}
    assert finished == {"chair": True, "executive": True, "trustee": False}
    answered = {
        email.split("@")[0]: sum(one.is_answered for one in respondent.responses.all())
        for email, respondent in asked.items()
    }
    assert answered == {"chair": 14, "executive": 14, "trustee": 3}


def test_views_of_another_were_just_closed_and_are_divided(loaded: None) -> None:
    assessment = Assessment.objects.get(trust__slug="northfield", closed_at__isnull=False)
    assert (assessment.title, assessment.status) == ("Stages of maturity, winter 2026", "agreeing")
    assert not assessment.ratings.exclude(level=None).exists()
    responses = Response.objects.filter(respondent__assessment=assessment).in_order()
    levels = list(assessment.framework.levels.order_by("order"))
    spreads = spreads_of(responses, levels)
    first = most_divided_first(spreads)[0]
    assert first.distance == 3
    assert len(first.with_notes) >= 3
    assert [group.group for group in first.groups] == ["board", "executive"]
    assert sum(spread.is_divided for spread in spreads) >= 6
    assert sum(spread.unsure_count for spread in spreads) == 2


def test_every_respondent_is_a_member_and_has_a_row_for_every_element(loaded: None) -> None:
    for respondent in Respondent.objects.select_related("assessment__framework"):
        trust = respondent.assessment.trust_id
        membership = Membership.objects.get(trust=trust, user=respondent.user_id)
        assert (membership.role == "executive") == (respondent.group == "executive")
        framework = respondent.assessment.framework
        elements = framework.domains.values_list("elements", flat=True)
        assert sorted(respondent.responses.values_list("element", flat=True)) == sorted(elements)
        for response in respondent.responses.all():
            response.full_clean()
            assert bool(response.updated_at) == (response.is_answered or bool(response.note))


def test_southmere_has_just_begun(loaded: None) -> None:
    assessment = Assessment.objects.get(trust__slug="southmere")
    started = assessment.ratings.exclude(note="")
    assert assessment.ratings.exclude(level=None).count() == 1
    assert started.count() == 2


def test_plan_is_adopted_and_part_done(loaded: None) -> None:
    plan = Plan.objects.get()
    assert (plan.status, plan.assessment.title) == ("adopted", "Self-assessment 2025")
    flagged = plan.assessment.ratings.filter(is_priority=True).values_list("element", flat=True)
    assert set(plan.priorities.values_list("element", flat=True)) == set(flagged)
    assert plan.priorities.exclude(key_issue="").count() == 4
    statuses = Counter(Action.objects.values_list("status", flat=True))
    assert statuses == {"done": 4, "in_progress": 4, "not_started": 1, "dropped": 1}


def test_actions_say_who_by_when_and_how_one_will_know(loaded: None) -> None:
    for action in Action.objects.select_related("owner", "dropped_by"):
        action.full_clean()
        assert action.owner_name
        assert len(action.success_criterion) > 40
        if action.owner:
            assert action.owner_name == action.owner.name


def test_plan_orders_are_gapless(loaded: None) -> None:
    assert list(Priority.objects.order_by("order").values_list("order", flat=True)) == [1, 2, 3, 4]
    for priority in Priority.objects.all():
        orders = list(priority.actions.order_by("order").values_list("order", flat=True))
        assert orders == list(range(1, len(orders) + 1))


def test_history_ends_with_the_row_as_it_is(loaded: None) -> None:
    for model in (Trust, Membership, Assessment, Rating, Plan, Priority, Action):
        for row in model.objects.all():
            last = row.history.order_by("-history_date").first()
            if last is None:
                assert model is Rating
                assert row.updated_at is None
                continue
            for field in last.tracked_fields:
                assert getattr(last, field.attname) == getattr(row, field.attname), field


def test_history_tells_how_the_board_changed_its_mind(loaded: None) -> None:
    rating = Rating.objects.get_by_natural_key("northfield", "Self-assessment 2025", "CST-06")
    told = [
        (row.level.key, row.history_user.email, row.history_type, row.history_date.date())
        for row in rating.history.order_by("history_date")
    ]
    assert told == [
        ("amber-red", "lead@northfield.example", "~", date(2025, 11, 6)),
        ("red", "chair@northfield.example", "~", date(2025, 11, 20)),
    ]


def test_history_runs_forward_with_the_versions(loaded: None) -> None:
    for model in (Rating, Plan, Priority, Action):
        for row in model.objects.all():
            versions = list(row.history.order_by("history_date").values_list("version", flat=True))
            assert versions == sorted(set(versions))
            assert not versions or versions[-1] == row.version


def test_loading_twice_changes_nothing(loaded: None, capsys: pytest.CaptureFixture[str]) -> None:
    before = every_value()
    assert "here already; nothing was changed" in answer_of(capsys=capsys)
    assert every_value() == before


@pytest.mark.once  # PostgreSQL loads and resets it in the others
def test_loading_quietly_says_nothing(loaded: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer_of("--verbosity", "0", capsys=capsys) == ""
    assert answer_of("--reset", "--verbosity", "0", capsys=capsys) == ""


def test_loading_again_keeps_what_a_person_changed(loaded: None) -> None:
    Rating.objects.filter(element__code="CST-08").update(note="Typed by a visitor.")
    call_command("load_demo", verbosity=0)
    assert Rating.objects.filter(note="Typed by a visitor.").count() == 4


def test_reset_puts_everything_back(loaded: None, capsys: pytest.CaptureFixture[str]) -> None:
    before = what_is_shown()
    Rating.objects.update(note="Typed by a visitor.", level=None)
    Plan.objects.get().delete()
    Membership.objects.filter(role="trustee").delete()
    Trust.objects.filter(slug="southmere").update(name="Renamed")
    User.objects.filter(email="lead@northfield.example").update(password="!", name="Renamed")
    assert "The demo trusts are loaded" in answer_of("--reset", capsys=capsys)
    assert what_is_shown() == before
    assert not Rating.objects.filter(note="Typed by a visitor.").exists()
    lead = User.objects.get(email="lead@northfield.example")
    assert (lead.name, lead.check_password("trust-quality-demo")) == ("Priya Raman", True)


@pytest.mark.once  # PostgreSQL loads and resets it in the others
def test_reset_leaves_other_trusts_alone(loaded: None) -> None:
    other = Trust.objects.create(name="Another trust", slug="another")
    visitor = User.objects.create_user("someone@another.example", "a long enough passphrase")
    membership = Membership.objects.create(user=visitor, trust=other, role="lead")
    call_command("load_demo", "--reset", verbosity=0)
    assert Membership.objects.get(trust=other) == membership
    assert Membership.history.filter(id=membership.pk).count() == 1
    visitor.refresh_from_db()
    assert visitor.check_password("a long enough passphrase")


@pytest.mark.once  # PostgreSQL loads and resets it in the others
def test_demo_brings_the_frameworks_that_it_needs(frameworks: None) -> None:
    Framework.objects.all().delete()
    call_command("load_demo", verbosity=0)
    assert Framework.objects.filter(assessments=None, subject="trust").count() == 0
    assert Trust.objects.count() == 2


def test_demo_without_its_framework_says_which_is_missing(frameworks: None) -> None:
    Framework.objects.all().delete()
    with pytest.raises(CommandError) as refusal:
        demo.load()
    assert "demo_trusts.yaml, row " in str(refusal.value)
    assert "no framework ['cst-strong-trusts', '2023-09'] is there" in str(refusal.value)
    assert not Trust.objects.exists()


def test_failed_reset_leaves_the_demo_as_it_was(
    loaded: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = demo.FIXTURE.read_text(encoding="utf-8").replace("CST-14]", "CST-99]")
    (tmp_path / "broken.yaml").write_text(broken, encoding="utf-8")
    monkeypatch.setattr(demo, "FIXTURE", tmp_path / "broken.yaml")
    before = every_value()
    with pytest.raises(CommandError, match=r"broken\.yaml, row \d+"):
        call_command("load_demo", "--reset", verbosity=0)
    assert every_value() == before


@pytest.mark.parametrize("arguments", [(), ("--reset",)])
def test_demo_refuses_production(
    frameworks: None, settings: LazySettings, arguments: tuple[str, ...]
) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="does not load under production settings"):
        call_command("load_demo", *arguments, verbosity=0)
    assert not User.objects.exists()


def test_demo_refuses_production_in_one_clear_line(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "manage.py", "load_demo"],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "TRUSTQUALITY_ENV": "production",
            "SECRET_KEY": "0123456789" * 6,
            "EMAIL_URL": "smtp://mail.test",
            "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr == (
        "CommandError: The demo does not load under production settings: everybody knows its "
        "password. Nothing was changed. On a machine of your own set TRUSTQUALITY_ENV=local.\n"
    )


def test_plain_loaddata_lets_nobody_in(frameworks: None) -> None:
    call_command("loaddata", "demo_trusts", verbosity=0)
    before = every_value()
    call_command("loaddata", "demo_trusts", verbosity=0)
    assert every_value() == before
    assert User.objects.count() == 10
    assert not [user for user in User.objects.all() if user.has_usable_password()]
    assert not User.objects.filter(is_staff=True).exists()
    for password in ("!", "", "trust-quality-demo"):
        answer = Client().post(
            "/accounts/login/", {"login": "lead@northfield.example", "password": password}
        )
        assert answer.status_code == 200
    assert mail.outbox == []
