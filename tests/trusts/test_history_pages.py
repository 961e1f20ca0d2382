"""The pages of the history: who reads them, what can be asked, what they cost."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.actions import create_assessment, record_rating, rename_assessment
from assessments.models import Assessment, Rating
from plans.actions import choose_priorities, start_plan
from plans.choosing import Change
from tests.conftest import client_of, make_user
from tests.trusts.history_pages import read, told
from trusts.history_views import ENTRIES_ON_A_PAGE
from trusts.models import Membership, Role, Trust, User
from trusts.privacy import anonymise

HERE = ZoneInfo("Europe/London")
MOST_QUERIES = 8


def write(rating: Rating, note: str, *, by: User) -> None:
    rating = Rating.objects.for_page().get(pk=rating.pk)
    rating.note = note
    record_rating(rating=rating, version=rating.version, by=by)


def put_at(rating: Rating, *moments: datetime) -> None:
    """Date the rating's history, the oldest first."""
    rows = rating.history.order_by("history_id")
    for row, moment in zip(rows, moments, strict=True):
        rating.history.filter(pk=row.pk).update(history_date=moment)


@pytest.fixture
def rating(assessment: Assessment) -> Rating:
    return assessment.ratings.in_order()[0]


@pytest.fixture
def other(assessment: Assessment) -> Rating:
    return assessment.ratings.in_order()[1]


@pytest.mark.parametrize("role", Role.values)
def test_every_member_reads_it(role, rating, northfield, chair) -> None:
    write(rating, "Frank words.", by=chair)
    member = make_user(f"some-{role}@northfield.example", trust=northfield, role=role)
    assert "Chair wrote the note of 1. Point 1 in Self-assessment 2026" in told(member, northfield)


def test_nobody_else_reads_it(rating, assessment, northfield, southmere, chair, stranger) -> None:
    write(rating, "Frank words.", by=chair)
    operator = User.objects.create_superuser("operator@service.example", "x" * 20, name="Operator")
    for somebody in (stranger, operator):
        assert read(somebody, northfield).status == 404
        for of in (("rating", rating.pk), ("assessment", assessment.pk)):
            assert read(somebody, northfield, *of).status == 404
            assert read(somebody, southmere, *of).status == 404


def test_things_are_found_under_their_own_trust_alone(
    rating, assessment, northfield, southmere, chair, stranger
) -> None:
    """Also for a person who belongs to both."""
    Membership.objects.create(user=chair, trust=southmere, role=Role.TRUSTEE)
    assert read(chair, northfield, "rating", rating.pk).status == 200
    assert read(chair, southmere, "rating", rating.pk).status == 404
    assert "Point 1" not in read(chair, southmere).page.with_id("main-content").text


@pytest.mark.parametrize(
    "of", [("nothing", 1), ("trust", 1), ("rating", 999_983), ("rating", 10**30)]
)
def test_what_is_not_there_is_not_found(of, northfield, lead) -> None:
    assert read(lead, northfield, *of).status == 404


def test_page_stands_day_by_day_with_its_times(rating, northfield, chair) -> None:
    write(rating, "One", by=chair)
    write(rating, "Two", by=chair)
    summer, winter = datetime(2026, 7, 1, 23, 30, tzinfo=HERE), datetime(2027, 1, 5, 9, tzinfo=HERE)
    put_at(rating, summer, winter)
    page = read(chair, northfield, "rating", rating.pk).page
    assert [node.text for node in page.all("h2")] == [
        "Tuesday 5 January 2027",
        "Wednesday 1 July 2026",
    ]
    assert [node.text for node in page.all("time")] == ["09:00", "23:30"]


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (None, None, 2),
        (date(2026, 7, 1), date(2026, 7, 1), 1),
        (date(2026, 7, 2), None, 1),
        (None, date(2026, 7, 1), 1),
        (None, date(2026, 6, 30), 0),
        (date(2027, 1, 5), date(2027, 1, 5), 1),
        (date(2027, 1, 6), None, 0),
    ],
)
def test_days_are_those_here_and_the_last_one_counts(
    since, until, found, rating, northfield, chair
) -> None:
    write(rating, "One", by=chair)
    write(rating, "Two", by=chair)
    # Half past midnight here in summer is still the day before in UTC.
    put_at(
        rating,
        datetime(2026, 7, 1, 0, 30, tzinfo=HERE),
        datetime(2027, 1, 5, 23, 59, 59, tzinfo=HERE),
    )
    asked = {}
    for name, day in (("since", since), ("until", until)):
        if day:
            asked |= {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}
    assert len(told(chair, northfield, "rating", rating.pk, **asked)) == found


def test_people_are_offered_who_have_changed_something(
    rating, other, northfield, chair, lead
) -> None:
    write(rating, "One", by=chair)
    write(other, "Two", by=lead)
    shown = read(chair, northfield, what="rating", who=str(chair.pk))
    assert shown.sentences == ["Chair wrote the note of 1. Point 1 in Self-assessment 2026"]
    options = [node.text for node in shown.page.all("option")]
    assert options[:3] == ["Everybody", "Chair", "Lead"]
    assert "Southmere" not in " ".join(options)


def test_kinds_are_offered_that_can_be_there(rating, northfield, assessment, lead) -> None:
    def offered(*of: object) -> list[str]:
        shown = read(lead, northfield, *of)
        return [node.attributes["value"] for node in shown.page.all("option")]

    assert {"rating", "action", "membership"} < set(offered())
    of_assessment = offered("assessment", assessment.pk)
    assert {"rating", "assessment"} < set(of_assessment)
    assert "action" not in of_assessment


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("attendance", 2),
        ("ATTEND", 2),
        ("cafe", 1),
        ("attendance cafe", 0),
        ('"is low"', 2),
        ("chair", 2),
        ("lead", 1),
        ("note", 3),
        ("100%", 0),
        ("nowhere", 0),
        ("<b>", 1),
    ],
)
def test_words_are_found_in_what_changed(
    words, found, rating, other, northfield, chair, lead
) -> None:
    write(rating, "Attendance is low.", by=chair)
    put_at(rating, timezone.now() - timedelta(hours=1))
    write(rating, "Attendance rises <b>.", by=chair)
    write(other, "The Café is closed.", by=lead)
    assert len(told(lead, northfield, what="rating", words=words)) == found


def test_words_that_stood_there_already_are_no_change(
    rating, assessment, northfield, chair
) -> None:
    write(rating, "Attendance is low.", by=chair)
    put_at(rating, timezone.now() - timedelta(hours=1))
    rating = Rating.objects.for_page().get(pk=rating.pk)
    rating.level = assessment.framework.levels.get(order=1)
    record_rating(rating=rating, version=rating.version, by=chair)
    assert len(told(chair, northfield, "rating", rating.pk)) == 2
    assert told(chair, northfield, "rating", rating.pk, words="attendance") == [
        "Chair wrote the note of 1. Point 1 in Self-assessment 2026"
    ]


def test_words_that_were_typed_and_taken_back_are_found(rating, northfield, chair) -> None:
    for note in ("A", "A secret slip", "A better word"):
        write(rating, note, by=chair)
    [entry] = read(chair, northfield, "rating", rating.pk, words="slip").entries
    assert len(entry.run.saves) == 3
    each = read(chair, northfield, "rating", rating.pk, words="slip", each="on").entries
    assert [len(entry.run.saves) for entry in each] == [1, 1]


def test_note_that_was_wiped_stands_on_the_page(rating, northfield, chair) -> None:
    for note in ("Two schools", "Two schools have <begun>.", ""):
        write(rating, note, by=chair)
    shown = read(chair, northfield, "rating", rating.pk)
    main = shown.page.with_id("main-content")
    assert "and changed it back" in main.text
    assert "The note said in between" in main.text
    assert "Two schools have <begun>." in main.text
    [each] = [link for link in shown.page.all("a") if link.text.startswith("In 3 saves")]
    single = client_of(chair).get(each.attributes["href"]).context["entries"]
    assert [len(entry.run.saves) for entry in single] == [1, 1, 1]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"words": "x" * 101}, "Look for 100 characters or fewer; these are 101"),
        ({"who": "999983"}, "Choose one of the people in the list"),
        ({"what": "secrets"}, "Choose one of the things in the list"),
        ({"since_day": "31", "since_month": "2", "since_year": "2026"}, "Enter a real date"),
        ({"since_day": "1"}, "The date must include a month and a year"),
        (
            dict(zip(("since_day", "since_month", "since_year"), (2, 9, 2026), strict=True))
            | dict(zip(("until_day", "until_month", "until_year"), (1, 9, 2026), strict=True)),
            "The last day must not be before the first",
        ),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_box(asked, message, northfield, lead) -> None:
    shown = read(lead, northfield, **asked)
    assert shown.status == 422
    assert not shown.entries
    assert message in shown.page.with_id("main-content").text
    boxes = {node.attributes.get("name"): node.attributes for node in shown.page.all("input")}
    for name, value in asked.items():
        assert name in ("who", "what") or boxes[name]["value"] == str(value)


def test_nothing_found_says_what_to_do(northfield, lead) -> None:
    text = read(lead, northfield, words="nowhere").page.with_id("main-content").text
    assert "Nothing of this kind was changed." in text


def test_pages_hold_so_many_and_keep_what_was_asked(assessment, northfield, lead) -> None:
    for number in range(ENTRIES_ON_A_PAGE + 3):
        assessment.refresh_from_db()
        rename_assessment(
            assessment=assessment,
            title=f"Title {number}",
            due_on=None,
            version=assessment.version,
            by=lead,
        )
    first = read(lead, northfield, what="assessment")
    assert len(first.entries) == ENTRIES_ON_A_PAGE
    [older] = [node for node in first.page.all("a") if node.text == "Older changes"]
    assert older.attributes["href"] == "?what=assessment&page=2"
    second = read(lead, northfield, what="assessment", page=2)
    assert len(second.entries) == 4
    assert not set(first.sentences) & set(second.sentences)
    assert told(lead, northfield, what="assessment", page="999") == second.sentences
    assert told(lead, northfield, what="assessment", page="x") == first.sentences


def test_anonymised_person_is_a_former_member_everywhere(rating, northfield, chair, lead) -> None:
    write(rating, "Frank words.", by=chair)
    email = chair.email
    anonymise(person=chair, by=chair)
    shown = read(lead, northfield)
    wrote = "A former member wrote the note of 1. Point 1 in Self-assessment 2026"
    assert shown.sentences[0] == "A former member left the trust, as Chair until then"
    assert wrote in shown.sentences
    chair.refresh_from_db()
    text = shown.page.with_id("main-content").text
    assert email not in text
    assert chair.email not in text
    assert told(lead, northfield, who="former", what="rating") == [wrote]


def test_entry_stands_when_the_person_has_left_or_is_gone(
    rating, other, northfield, chair, trustee, lead
) -> None:
    write(rating, "Frank words.", by=chair)
    Membership.objects.get(user=chair).delete()
    assert "Chair wrote the note of 1. Point 1 in Self-assessment 2026" in told(lead, northfield)
    Rating.history.update(history_user=None)
    somebody = "The service itself, or a former member"
    assert f"{somebody} wrote the note of 1. Point 1 in Self-assessment 2026" in told(
        lead, northfield, who="nobody"
    )


def test_operator_is_told_from_the_trusts_people(northfield, lead) -> None:
    operator = User.objects.create_superuser("operator@service.example", "x" * 20, name="Olu")
    northfield.name, northfield._history_user = "Northfield", operator
    northfield.save()
    assert told(lead, northfield, what="trust")[0].startswith("Olu (operator) changed the name")


def test_what_people_wrote_is_escaped(rating, assessment, northfield, chair, lead) -> None:
    script = "<script>alert(1)</script>"
    write(rating, f"One {script} two", by=chair)
    put_at(rating, timezone.now() - timedelta(hours=1))
    write(rating, f"One {script} three", by=chair)
    User.objects.filter(pk=chair.pk).update(name=script)
    rename_assessment(assessment=assessment, title=script, due_on=None, version=1, by=lead)
    answer = client_of(lead).get(reverse("trusts:history", args=[northfield.slug]))
    assert script not in answer.content.decode()
    assert "&lt;script&gt;" in answer.content.decode()


def test_pages_lead_to_the_history_of_what_they_show(rating, northfield, assessment, lead) -> None:
    plan = start_plan(assessment=assessment, by=lead)
    choose_priorities(plan=plan, change=Change([rating.element_id], {}), by=lead)
    priority = plan.priorities.get()
    for page, kind, pk in (
        (assessment.get_absolute_url(), "assessment", assessment.pk),
        (reverse("assessments:results", args=[assessment.pk]), "assessment", assessment.pk),
        (rating.get_absolute_url(), "rating", rating.pk),
        (plan.get_absolute_url(), "plan", plan.pk),
        (priority.get_absolute_url(), "priority", priority.pk),
    ):
        link = reverse("trusts:history_of", args=[northfield.slug, kind, pk])
        assert f'href="{link}"' in client_of(lead).get(page).content.decode()
        assert client_of(lead).get(link).status_code == 200
    home = client_of(lead).get(northfield.get_absolute_url()).content.decode()
    assert reverse("trusts:history", args=[northfield.slug]) in home


def test_rating_that_nobody_has_touched_has_a_page(rating, northfield, lead) -> None:
    shown = read(lead, northfield, "rating", rating.pk)
    assert "1. Point 1 in Self-assessment 2026" in [node.text for node in shown.page.all("h1")]
    assert "Nothing was changed yet." in shown.page.with_id("main-content").text


def test_only_who_may_issue_is_offered_the_download(northfield, lead, trustee) -> None:
    offers = {
        user.name: any("CSV" in node.text for node in read(user, northfield).page.all("a"))
        for user in (lead, trustee)
    }
    assert offers == {"Lead": True, "Trustee": False}


def cost(user: User, trust: Trust, *of: object, **asked: str) -> int:
    name = "trusts:history_of" if of else "trusts:history"
    client = client_of(user)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(reverse(name, args=[trust.slug, *of]), asked)
    assert answer.status_code == 200
    return len([one for one in queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def test_pages_cost_the_same_however_much_there_is(
    assessment, rating, framework, northfield, chair, lead
) -> None:
    def costs() -> list[int]:
        plan = start_plan(assessment=assessment, by=lead)
        return [
            cost(lead, northfield),
            cost(lead, northfield, words="note"),
            cost(lead, northfield, "assessment", assessment.pk),
            cost(lead, northfield, "assessment", assessment.pk, words="note", who=str(chair.pk)),
            cost(lead, northfield, "plan", plan.pk, words="plan"),
            cost(lead, northfield, "rating", rating.pk, each="on"),
        ]

    write(rating, "One note", by=chair)
    at_first = costs()
    assert max(at_first) <= MOST_QUERIES
    for number in range(4):
        made = create_assessment(
            trust=northfield, framework=framework, title=f"T{number}", due_on=None, by=lead
        )
        member = make_user(f"m{number}@northfield.example", trust=northfield, role=Role.CHAIR)
        for one in made.ratings.all():
            write(one, f"Note {number}", by=member)
            write(one, f"Note {number} again", by=chair)
        plan = start_plan(assessment=made, by=member)
        elements = [one.element_id for one in made.ratings.all()]
        choose_priorities(plan=plan, change=Change(elements, {}), by=chair)
    assert costs() == at_first


texts = st.text(st.sampled_from("ab \n<&é"), max_size=8).map(str.strip)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(notes=st.lists(texts, min_size=1, max_size=6), writers=st.lists(st.booleans(), min_size=6))
def test_each_change_starts_where_the_one_before_it_ended(
    notes, writers, assessment, northfield, chair, lead
) -> None:
    """Merged or not, the changes in their order lead from nothing to what the note says now."""
    rating = Rating.objects.for_page().filter(assessment=assessment)[0]
    Rating.history.all().delete()
    Rating.objects.update(note="", version=1)
    now = ""
    for note, by_chair in zip(notes, writers, strict=False):
        write(rating, note, by=chair if by_chair else lead)
        now = note
    for each in ("", "on"):
        at = ""
        for entry in reversed(read(lead, northfield, "rating", rating.pk, each=each).entries):
            for change in entry.every_change:
                assert change.before == at
                at = change.after
        assert at == now
