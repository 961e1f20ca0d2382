"""A person's own data as a file: all of it, and nothing that others wrote."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from assessments.models import Assessment, Rating, Respondent, Response
from plans.models import Action
from tests.conftest import make_user
from tests.everything import undone
from trusts.account_data import historical_models
from trusts.invitations import Newcomer, invite
from trusts.models import Membership, OperatorLook, Role, Trust, User
from trusts.people import change_role, remove_member
from trusts.personal_data import Section, register, sections
from trusts.privacy import export
from trusts.writing import Writing

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs/personal-data.schema.json").read_text()
)


def rows_of(person: User, key: str) -> list[dict[str, Any]]:
    """A section's rows, as the file has them."""
    [rows] = [one["rows"] for one in export(person)["sections"] if one["key"] == key]
    return rows


def said(person: User) -> str:
    return json.dumps(export(person), ensure_ascii=False)


def save(row: Any, by: User, *, minutes: int = 0, **fields: Any) -> None:
    """Save a row as somebody, so long from now."""
    for name, value in fields.items():
        setattr(row, name, value)
    row._history_user = by
    row._history_date = timezone.now() + timedelta(minutes=minutes)
    row.save()


def columns_that_point_to_people() -> set[str]:
    """Every foreign key to a person, but the copies that histories hold of them."""
    found = set()
    for model in apps.get_models():
        is_history = hasattr(model, "history_type")
        for field in model._meta.concrete_fields:
            if field.related_model is User and (not is_history or field.name == "history_user"):
                found.add(f"{model._meta.label}.{field.name}")
    return found


def test_every_column_that_points_to_a_person_is_told_of() -> None:
    told = frozenset().union(*(section.tells_of for section in sections()))
    assert told == columns_that_point_to_people()


def test_no_key_is_taken_twice() -> None:
    with pytest.raises(ValueError, match="account"):
        register(Section("account", "Again", "Again.", {"x": "X"}, lambda person: ()))


def test_the_file_is_as_its_schema_says(lead: User, assessment: Assessment) -> None:
    rating = assessment.ratings.first()
    save(rating, lead, note="A note.\n\nOf two parts.")
    file = json.loads(json.dumps(export(lead)))
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(file)
    for section in file["sections"]:
        for row in section["rows"]:
            assert row.keys() == section["columns"].keys()


def test_account_and_roles_of_now_and_then(
    lead: User, trustee: User, northfield: Trust, southmere: Trust
) -> None:
    [account] = rows_of(trustee, "account")
    assert (account["name"], account["email"]) == (trustee.name, trustee.email)
    place = trustee.memberships.get()
    change_role(membership=place, role=Role.CHAIR, by=lead)
    place.refresh_from_db()
    remove_member(membership=place, by=lead)
    Membership.objects.create(user=trustee, trust=southmere, role=Role.OBSERVER)
    rows = rows_of(trustee, "memberships")
    assert [(row["trust"], row["role"], bool(row["until"])) for row in rows] == [
        (northfield.name, "Trustee", True),
        (northfield.name, "Chair", True),
        (southmere.name, "Observer", False),
    ]
    assert rows[0]["until"] == rows[1]["since"]


def test_role_without_history_is_told_without_dates(trustee: User) -> None:
    Membership.history.all().delete()
    [row] = rows_of(trustee, "memberships")
    assert (row["role"], row["since"], row["until"]) == ("Trustee", None, None)


def test_only_the_words_that_the_person_added_are_theirs(
    assessment: Assessment, lead: User, chair: User
) -> None:
    rating = assessment.ratings.first()
    save(rating, lead, note="Attendance is weak.")
    save(rating, chair, minutes=20, note="Attendance is weak. Governors saw it in May.")
    save(rating, lead, minutes=40, note="Attendance is weak. All governors saw it in May.")
    assert [row["note"] for row in rows_of(chair, "ratings")] == [["Governors saw it in May."]]
    assert [row["note"] for row in rows_of(lead, "ratings")] == [
        ["Attendance is weak."],
        ["All governors"],
    ]
    assert "Attendance" not in said(chair)


def test_who_chose_only_the_level_gets_no_note(
    assessment: Assessment, lead: User, chair: User
) -> None:
    rating, level = assessment.ratings.first(), assessment.framework.levels.first()
    save(rating, lead, note="Attendance is weak.")
    save(rating, chair, minutes=20, level=level, is_priority=True)
    [row] = rows_of(chair, "ratings")
    assert (row["level"], row["is_priority"], row["note"]) == (level.name, True, [])
    assert (row["assessment"], row["code"]) == (assessment.title, rating.element.code)


def test_saves_within_minutes_are_one(assessment: Assessment, chair: User) -> None:
    rating = assessment.ratings.first()
    for minutes, note in (
        (0, "Att"),
        (1, "Attendance is"),
        (2, "Attendance is weak."),
        (30, "No."),
    ):
        save(rating, chair, minutes=minutes, note=note)
    rows = rows_of(chair, "ratings")
    assert [row["note"] for row in rows] == [["Attendance is weak."], ["No."]]


def test_text_of_unknown_origin_is_nobodys(
    assessment: Assessment, framework, lead: User, executive: User
) -> None:
    """A row whose making is not on record, such as one that was brought in from elsewhere."""
    assessment.history.all().delete()
    save(assessment, executive, title=f"{assessment.title} again")
    assert rows_of(executive, "assessment_titles") == []
    save(assessment, executive, minutes=30, title="Once more")
    assert [row["title"] for row in rows_of(executive, "assessment_titles")] == [["Once more"]]


def test_removing_a_row_is_no_writing(assessment: Assessment, lead: User, chair: User) -> None:
    rating = assessment.ratings.first()
    save(rating, lead, note="Attendance is weak.")
    rating._history_user = chair
    rating.delete()
    assert rows_of(chair, "ratings") == []
    assert [row["did"] for row in rows_of(chair, "changes")] == ["removed"]


WORDS = {0: ["ant", "ape", "the"], 1: ["bat", "bee", "the"]}
EDITS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 12), st.integers(0, 3), st.booleans()), max_size=14
)


@given(EDITS)
@pytest.mark.once  # which words are whose is told from the texts
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nobody_gets_a_word_that_only_the_other_wrote(
    assessment: Assessment, lead: User, chair: User, edits: Sequence[tuple[int, int, int, bool]]
) -> None:
    """Two people write words of their own into one note, and take away or move any."""
    with undone():
        rating, words = assessment.ratings.first(), []
        for number, (who, place, what, is_new) in enumerate(edits):
            if is_new:
                words.insert(place, WORDS[who][what % 3])
            elif words:
                word = words.pop(place % len(words))
                if what:
                    words.insert(what, word)
            save(rating, (lead, chair)[who], minutes=20 * number, note=" ".join(words))
        for who, person in enumerate((lead, chair)):
            told = {
                word
                for row in rows_of(person, "ratings")
                for passage in row["note"]
                for word in passage.split()
            }
            assert told <= set(WORDS[who])


def test_own_views_are_told_and_nobody_elses(
    assessment: Assessment, lead: User, chair: User
) -> None:
    for person, note in ((lead, "What the lead thinks."), (chair, "What the chair thinks.")):
        asked = Respondent.objects.create(assessment=assessment, user=person, group="board")
        element = assessment.ratings.first().element
        Response.objects.create(respondent=asked, element=element, is_unsure=True, note=note)
    [row] = rows_of(chair, "views")
    assert (row["note"], row["is_unsure"]) == ("What the chair thinks.", True)
    assert "What the lead thinks." not in said(chair)


def test_owner_sees_what_they_are_to_do_and_not_what_else_was_written(
    made_action: Action, executive: User, trustee: User
) -> None:
    [row] = rows_of(trustee, "actions")
    assert (row["description"], row["owner_name"]) == ("Watch attendance", trustee.name)
    assert "Nobody is away" not in said(trustee)
    [written] = rows_of(executive, "action_texts")
    assert written["success_criterion"] == ["Nobody is away."]
    assert trustee.name not in said(executive)


@pytest.fixture
def made_action(assessment: Assessment, executive: User, trustee: User) -> Action:
    """Written by the executive, owned by the trustee."""
    from plans.models import Plan, Priority

    plan = Plan.objects.create(assessment=assessment, title="Plan", created_by=executive)
    priority = Priority.objects.create(
        plan=plan, element=assessment.ratings.first().element, order=1
    )
    action = Action(
        priority=priority,
        order=1,
        description="Watch attendance",
        owner=trustee,
        owner_name=trustee.name,
        due_on=timezone.localdate(),
        strategic_area="people",
        success_criterion="Nobody is away.",
    )
    save(action, executive)
    return action


def test_whom_somebody_invited_removed_or_searched_for_is_not_told(
    lead: User, trustee: User, northfield: Trust
) -> None:
    invite(trust=northfield, newcomers=[Newcomer("jo@x.example", Role.CHAIR, "Jo Li")], by=lead)
    remove_member(membership=trustee.memberships.get(), by=lead)
    OperatorLook.objects.create(operator=lead, method="GET", path="/admin/trusts/user/?q=Jo+Li")
    text = said(lead)
    assert [row["role"] for row in rows_of(lead, "invited")] == ["Chair"]
    assert [row["page"] for row in rows_of(lead, "looks_by_you")] == ["/admin/trusts/user/"]
    for secret in ("jo@x.example", "Jo Li", "Jo+Li", trustee.name, trustee.email):
        assert secret not in text
    kinds = {(row["kind"], row["did"]) for row in rows_of(lead, "changes")}
    assert {("invitation", "added"), ("membership", "removed")} <= kinds


def test_looks_at_the_person_are_told_without_who_looked(lead: User, trustee: User) -> None:
    for path in (f"/admin/trusts/user/{lead.pk}/change/", f"/admin/trusts/user/{lead.pk}1/change/"):
        OperatorLook.objects.create(operator=trustee, method="GET", path=path)
    [row] = rows_of(lead, "looks_at_you")
    assert row["method"] == "GET"
    assert trustee.email not in said(lead)


def test_ways_in_are_told_without_their_secrets(lead: User) -> None:
    Authenticator.objects.create(user=lead, type="totp", data={"secret": "SECRETSECRET"})
    Authenticator.objects.create(
        user=lead, type="webauthn", data={"name": "My phone", "credential": {"id": "SECRETSECRET"}}
    )
    SocialAccount.objects.create(
        user=lead, provider="oidc", uid="SECRETSECRET", extra_data={"label": "lead@work.example"}
    )
    UserSession.objects.create(
        user=lead, ip="10.0.0.1", user_agent="Firefox/140", session_key="SECRETSECRET"
    )
    factors = rows_of(lead, "second_steps")
    assert [(row["kind"], row["name"]) for row in factors] == [
        ("authenticator app", ""),
        ("passkey", "My phone"),
    ]
    assert rows_of(lead, "work_accounts")[0]["account"] == "lead@work.example"
    assert rows_of(lead, "sessions")[0]["network_address"] == "10.0.0.1"
    assert "SECRETSECRET" not in said(lead)
    assert lead.password not in said(lead)


def test_history_of_every_model_is_looked_through(lead: User) -> None:
    """So that a model of tomorrow is in it by itself."""
    for _, history in historical_models():
        empty = {
            field.attname: empty_of(field)
            for field in history._meta.concrete_fields
            if not field.null and not field.has_default() and not field.primary_key
        }
        of_history = {"history_date": timezone.now(), "history_type": "~", "history_user": lead}
        history._default_manager.create(**empty | of_history)
    kinds = {entry["kind"] for entry in rows_of(lead, "changes")}
    assert kinds == {str(model._meta.verbose_name) for model, _ in historical_models()}


def empty_of(field: Any) -> Any:
    """What a column that asks for something is content with."""
    kind = field.get_internal_type()
    if "Date" in kind:
        return timezone.now()
    return "" if "Char" in kind or kind in ("TextField", "SlugField") else 0


def test_the_number_of_queries_does_not_grow(assessment: Assessment, lead: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            export(lead)
        return len(seen)

    save(assessment.ratings.first(), lead, note="One.")
    first = queries()
    for rating in assessment.ratings.all():
        save(rating, lead, minutes=30, note="Another.")
    assert queries() == first


def test_writing_reads_names_that_models_have_for_fields(
    assessment: Assessment, lead: User
) -> None:
    save(assessment.ratings.first(), lead, note="One.")
    writing = Writing(Rating, texts=("note",), names={"id": "id"}, starts_empty=True)
    assert [row["note"] for row in writing.rows(lead)] == [["One."]]


def test_who_was_made_yesterday_has_hardly_anything(db: None) -> None:
    person = make_user("new@people.example")
    assert [one["key"] for one in export(person)["sections"] if one["rows"]] == ["account"]
