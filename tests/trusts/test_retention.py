"""Letting go what need not be kept: what is due, what is not, and nothing else."""

from __future__ import annotations

import io
import itertools
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assessments.actions import agree_assessment, create_assessment
from assessments.models import Assessment, FrameworkUpload, OwnFramework
from frameworks.models import Element, Framework
from tests.columns import places_of
from tests.conftest import client_of, make_framework, make_next_edition, make_user
from tests.everything import Maker, owned_models, rows_of_trust, undone
from trusts.closing import delete_trust
from trusts.models import (
    FORMER_MEMBER,
    Invitation,
    Membership,
    OperatorLook,
    Role,
    Trust,
    User,
)
from trusts.people import remove_member
from trusts.retention import Kind, kinds, register

DOCS = Path(__file__).resolve().parents[2] / "docs"


def kind(key: str) -> Kind:
    [found] = [one for one in kinds() if one.key == key]
    return found


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("apply_retention", *arguments, stdout=out)
    return out.getvalue()


def test_the_table_in_the_docs_is_what_is_done() -> None:
    page = (DOCS / "privacy.md").read_text()
    rows = re.findall(r"^\| (.+?) \| (.+?) after (.+?) \| `(KEEP_\w+)` \| (\w+)", page, re.M)
    assert sorted(rows) == sorted(
        (
            one.label,
            one.how_long,
            one.after,
            f"KEEP_{(one.setting or one.key).upper()}_DAYS",
            one.becomes,
        )
        for one in kinds()
    )


def test_every_setting_is_some_kinds(settings: LazySettings) -> None:
    assert {one.setting or one.key for one in kinds()} == set(settings.KEEP_DAYS)


def test_no_key_is_taken_twice() -> None:
    with pytest.raises(ValueError, match="looks"):
        register(Kind("looks", "Again", "x", lambda since: OperatorLook.objects.all(), len))


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "days", "starts"),
    [
        ("KEEP_LOOKS_DAYS", "0", False),
        ("KEEP_LOOKS_DAYS", "-1", False),
        ("KEEP_LOOKS_DAYS", "1", True),
        ("KEEP_CLOSED_TRUSTS_DAYS", "29", False),
        ("KEEP_CLOSED_TRUSTS_DAYS", "30", True),
        ("KEEP_FORMER_PEOPLE_DAYS", "99999999999", False),
    ],
)
def test_settings_that_would_delete_too_soon_are_refused(name: str, days: str, starts) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "import trustquality.settings"],
        env=os.environ | {"TRUSTQUALITY_ENV": "test", name: days},
        capture_output=True,
        text=True,
    )
    assert (ran.returncode == 0) is starts
    assert starts or f"{name} is {days}" in ran.stderr


def invitation(trust: Trust, email: str, **fields: Any) -> Invitation:
    return Invitation.objects.create(
        trust=trust,
        email=email,
        name="Zyxa Jones",
        role=Role.TRUSTEE,
        token_hash=email.ljust(64, "0"),
        **{"expires_at": ago(-3)} | fields,
    )


def test_ended_invitations_go_and_the_history_forgets_whom(
    northfield: Trust, lead: User, trustee: User
) -> None:
    old, new = ago(366), ago(364)
    gone = [
        invitation(northfield, "expired@x.example", expires_at=old),
        invitation(northfield, "taken@x.example", accepted_at=old, accepted_by=trustee),
        invitation(northfield, "withdrawn@x.example", withdrawn_at=old, withdrawn_by=lead),
    ]
    kept = [
        invitation(northfield, "waits@x.example"),
        invitation(northfield, "expired2@x.example", expires_at=new),
        invitation(
            northfield, "taken2@x.example", accepted_at=new, accepted_by=trustee, expires_at=old
        ),
        invitation(
            northfield, "gone2@x.example", withdrawn_at=new, withdrawn_by=lead, expires_at=old
        ),
    ]
    assert kind("invitations").count() == 3
    assert kind("invitations").apply() == 3
    assert set(Invitation.objects.all()) == set(kept)
    past = Invitation.history.filter(id__in=[one.pk for one in gone])
    assert {(row.email, row.name, row.role, row.history_type) for row in past} == {
        ("", "", Role.TRUSTEE, "+")
    }
    assert not places_of(*(one.email for one in gone))
    assert Invitation.history.filter(email="waits@x.example").exists()
    assert "invited somebody whose name was not given" in client_of(lead).get(
        "/trusts/northfield/history/"
    ).content.decode().replace("\n", " ")


def test_sessions_that_ended_go_and_where_they_were(lead: User) -> None:
    for name, expires, seen in (
        ("live", -5, 3),
        ("ended", 2, 9),
        ("just-ended", 0.5, 0.5),
        ("signed-out", None, 2),
    ):
        if expires is not None:
            Session.objects.create(session_key=name, session_data="", expire_date=ago(expires))
        UserSession.objects.create(
            user=lead,
            ip="10.0.0.1",
            user_agent="Firefox",
            session_key=name,
            last_seen_at=ago(seen),
        )
    assert [kind("sessions").apply(), kind("places").apply()] == [1, 2]
    assert set(Session.objects.values_list("pk", flat=True)) == {"live", "just-ended"}
    places = UserSession.objects.values_list("session_key", flat=True)
    assert set(places) == {"live", "just-ended"}


def test_looks_and_changes_of_operators_go_after_years(lead: User) -> None:
    about = ContentType.objects.get_for_model(User)
    for days in (2189, 2191):
        OperatorLook.objects.create(operator=lead, method="GET", path=f"/{days}", at=ago(days))
        entry = LogEntry.objects.create(
            user=lead, content_type=about, object_id="1", object_repr="x", action_flag=CHANGE
        )
        LogEntry.objects.filter(pk=entry.pk).update(action_time=ago(days))
    assert [kind("looks").apply(), kind("operator_changes").apply()] == [1, 1]
    assert OperatorLook.objects.get().path == "/2189"


def test_spreadsheets_that_nobody_looks_at_go(northfield: Trust, lead: User) -> None:
    for days in (29, 31):
        FrameworkUpload.objects.create(
            trust=northfield,
            file_name=f"{days}.xlsx",
            document=b"x",
            uploaded_by=lead,
            uploaded_at=ago(days),
        )
    assert kind("uploads").apply() == 1
    assert FrameworkUpload.objects.get().file_name == "29.xlsx"


def gone_since(person: User, days: float) -> None:
    """Let it have been so long ago that the person left, and was seen last."""
    Membership.history.filter(user=person).update(history_date=ago(days))
    User.objects.filter(pk=person.pk).update(date_joined=ago(days), last_login=ago(days))


@pytest.mark.parametrize(
    ("why", "stays"),
    [
        ("", False),
        ("belongs to a trust", True),
        ("left lately", True),
        ("signed in lately", True),
        ("was made lately", True),
        ("is invited", True),
        ("is an operator", True),
        ("never signed in", False),
        ("may not sign in", False),
    ],
)
def test_account_of_nobody_ends(
    northfield: Trust, southmere: Trust, lead: User, trustee: User, why: str, stays: bool
) -> None:
    if why != "belongs to a trust":
        remove_member(membership=trustee.memberships.get(), by=lead)
    gone_since(trustee, 366)
    person = User.objects.filter(pk=trustee.pk)
    match why:
        case "left lately":
            Membership.history.filter(user=trustee, history_type="-").update(history_date=ago(364))
        case "signed in lately":
            person.update(last_login=ago(364))
        case "was made lately":
            person.update(date_joined=ago(364))
        case "is invited":
            invitation(southmere, trustee.email.upper())
        case "is an operator":
            person.update(is_staff=True)
        case "never signed in":
            person.update(last_login=None)
        case "may not sign in":
            person.update(is_active=False)
    assert kind("former_people").count() == kind("former_people").apply() == (0 if stays else 1)
    trustee.refresh_from_db()
    assert (trustee.name == FORMER_MEMBER) is not stays
    assert kind("former_people").apply() == 0


def close(trust: Trust, days: float) -> None:
    """Nobody belongs to the trust any longer, since so many days ago."""
    Membership.objects.filter(trust=trust).delete()
    Membership.history.filter(trust=trust).update(history_date=ago(days))
    Trust.history.filter(id=trust.pk).update(history_date=ago(days))
    Invitation.objects.filter(trust=trust).update(expires_at=ago(days))


@pytest.mark.parametrize(
    ("why", "stays"),
    [
        ("", False),
        ("somebody belongs to it", True),
        ("somebody left lately", True),
        ("somebody is invited", True),
        ("it was changed lately", True),
        ("nothing is known of it", True),
        ("nobody ever belonged to it", False),
    ],
)
def test_trust_is_closed_when_nobody_is_there_for_long(
    northfield: Trust, lead: User, why: str, stays: bool
) -> None:
    close(northfield, 366)
    match why:
        case "somebody belongs to it":
            Membership.objects.bulk_create(
                [Membership(user=lead, trust=northfield, role=Role.OBSERVER)]
            )
        case "somebody left lately":
            row = Membership.history.filter(trust=northfield, history_type="-").first()
            Membership.history.filter(pk=row.pk).update(history_date=ago(364))
        case "somebody is invited":
            invitation(northfield, "jo@x.example")
        case "it was changed lately":
            northfield.save()
        case "nothing is known of it":
            Membership.history.all().delete()
            Trust.history.all().delete()
        case "nobody ever belonged to it":
            Membership.history.all().delete()
    assert kind("closed_trusts").count() == kind("closed_trusts").apply() == (0 if stays else 1)
    assert Trust.objects.filter(pk=northfield.pk).exists() is stays


def full(trust: Trust, lead: User, framework: Framework, word: str) -> None:
    """One of everything that a trust may have, each text with a word in it."""
    own = make_framework(f"own-{trust.slug}")
    Framework.objects.filter(pk=own.pk).update(is_published=False, about=word)
    newer = make_next_edition(own)
    owned = [
        OwnFramework.objects.create(trust=trust, framework=one, created_by=lead)
        for one in (own, newer)
    ]
    assessment = create_assessment(
        trust=trust, framework=framework, title=f"{word} agreed", due_on=None, by=lead
    )
    agree_assessment(assessment=assessment, minute_reference=word, by=lead)
    by_own = create_assessment(trust=trust, framework=own, title=word, due_on=None, by=lead)
    number = itertools.count()
    maker = Maker(
        *(trust, lead, framework, own, assessment, by_own, *owned),
        *(Element.objects.filter(domain__framework=framework)),
        *framework.levels.all(),
        words=lambda field: f"{word} {next(number)}",
    )
    for model in owned_models():
        if model not in (OwnFramework, Membership):
            maker.make(model)


def contents(trust: Trust) -> dict[str, list[Any]]:
    """All that is stored of a trust, with its history."""
    return {
        model.__name__: list(rows.order_by("pk").values())
        for model, rows in rows_of_trust(trust).items()
    }


def test_closed_trust_goes_whole_and_takes_nothing_of_others(
    northfield: Trust, southmere: Trust, lead: User, stranger: User, framework: Framework
) -> None:
    full(northfield, lead, framework, "zyxagone")
    full(southmere, stranger, framework, "zyxastays")
    Trust.objects.filter(pk=northfield.pk).update(name="Zyxagone Trust")
    assert len(places_of("zyxagone")) > 20
    before, places = contents(southmere), places_of("zyxastays")
    shared = Framework.objects.filter(owner=None).count()
    close(northfield, 366)
    assert kind("closed_trusts").apply() == 1
    assert not places_of("zyxagone")
    for history in (Membership.history, Assessment.history, Invitation.history):
        assert not history.filter(trust=northfield.pk).exists()
    assert (contents(southmere), places_of("zyxastays")) == (before, places)
    assert Framework.objects.filter(owner=None).count() == shared
    assert User.objects.filter(pk=lead.pk, anonymised_at=None).exists(), "people stay"


def test_trust_that_cannot_go_is_as_it_was(
    northfield: Trust, lead: User, framework: Framework, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(northfield, lead, framework, "zyxa")
    close(northfield, 366)
    before = contents(northfield)
    OperatorLook.objects.create(operator=lead, method="GET", path="/", at=ago(9_999))

    def fail(trust: Trust) -> None:
        delete_trust(trust)
        raise DatabaseError("The disk is full.")

    monkeypatch.setattr("trusts.retention_kinds.delete_trust", fail)
    with pytest.raises(CommandError, match="Closed trusts"):
        run("--delete")
    assert contents(northfield) == before
    assert not OperatorLook.objects.exists(), "what could go has gone"


def test_without_being_told_to_nothing_goes(
    northfield: Trust, lead: User, framework: Framework
) -> None:
    full(northfield, lead, framework, "zyxa")
    close(northfield, 3_000)
    gone_since(lead, 3_000)
    invitation(northfield, "old@x.example", expires_at=ago(3_000))
    before = contents(northfield)
    said = run()
    assert re.search(r"^ +1 to be deleted: Closed trusts", said, re.M)
    assert re.search(r"^ +1 to be anonymised: Accounts", said, re.M)
    assert "Nothing was changed." in said
    assert contents(northfield) == before
    assert {row.split()[0] for row in run("--delete").splitlines()} >= {"1"}
    assert {row.split()[0] for row in run("--delete").splitlines()} == {"0"}


DAYS = st.integers(0, 4_000)


@given(st.lists(st.tuples(DAYS, st.booleans(), st.booleans()), min_size=1, max_size=4))
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_agreed_assessments_of_living_trusts_are_never_touched(
    framework: Framework, trusts: list[tuple[int, bool, bool]]
) -> None:
    """However old everything is: a trust that somebody belongs to keeps its judgements."""
    with undone():
        living = []
        for number, (days, is_there, is_agreed) in enumerate(trusts):
            trust = Trust.objects.create(name=f"Trust {number}", slug=f"trust-{number}")
            person = make_user(f"p{number}@x.example", trust=trust, role=Role.LEAD)
            made = create_assessment(
                trust=trust, framework=framework, title="One", due_on=None, by=person
            )
            if is_agreed:
                agree_assessment(assessment=made, minute_reference="12", by=person)
            close(trust, days) if not is_there else Membership.history.update(
                history_date=ago(days)
            )
            gone_since(person, days)
            Assessment.objects.filter(pk=made.pk).update(created_at=ago(days))
            Assessment.history.update(history_date=ago(days))
            if is_there:
                living.append(trust)
        before = [contents(trust) for trust in living]
        run("--delete")
        assert [contents(trust) for trust in living] == before


@pytest.fixture
def old(transactional_db: None) -> Callable[[], list[int]]:
    """Many of each kind, whom other connections see; counts what is left."""
    framework = make_framework()
    for number in range(4):
        trust = Trust.objects.create(name=f"Trust {number}", slug=f"trust-{number}")
        person = make_user(f"p{number}@x.example", trust=trust, role=Role.LEAD)
        create_assessment(trust=trust, framework=framework, title="One", due_on=None, by=person)
        invitation(trust, f"old{number}@x.example", expires_at=ago(999))
        OperatorLook.objects.create(operator=person, method="GET", path="/", at=ago(9_999))
        close(trust, 999)
        gone_since(person, 999)
    return lambda: [one.count() for one in kinds()]


def test_two_at_once_let_go_each_thing_once(old: Callable[[], list[int]]) -> None:
    from tests.together import at_once

    due = old()
    by_each = at_once(lambda number: [one.apply() for one in kinds()], writers=2)
    assert [sum(counts) for counts in zip(*by_each, strict=True)] == due
    assert set(old()) == {0}
    assert not Trust.objects.exists()
    assert set(User.objects.values_list("name", flat=True)) == {FORMER_MEMBER}
