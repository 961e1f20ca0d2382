"""The spread of views, the meeting on the projector, and following it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.actions import agree_assessment, create_assessment, mark_priorities, record_rating
from assessments.collecting import close_collecting, open_collecting, take_out
from assessments.forms import RatingForm
from assessments.models import Assessment, Rating, Respondent, Response
from tests.conftest import client_of, make_framework, make_user
from tests.grids import make_grid
from tests.page import Page
from trusts.models import Membership, Role, User


def url_of(name: str, assessment: Assessment, *args: str) -> str:
    return reverse(f"assessments:{name}", args=[assessment.pk, *args])


def text_of(user: User, url: str) -> str:
    answer = client_of(user).get(url)
    assert answer.status_code == 200, url
    return Page(answer.content.decode()).nodes[0].text


def ask(assessment: Assessment, *people: User, names_shown: bool = True) -> None:
    open_collecting(
        assessment=assessment,
        people=people,
        due_on=date(2027, 3, 1),
        names_shown=names_shown,
        by=assessment.created_by,
    )


def say(assessment: Assessment, user: User, code: str, order: int | None, note: str = "") -> None:
    """Somebody's view; no order is not to know yet."""
    views = Response.objects.filter(respondent__assessment=assessment, respondent__user=user)
    level = assessment.framework.levels.get(order=order) if order else None
    views.filter(element__code=code).update(level=level, is_unsure=order is None, note=note)


def close(assessment: Assessment) -> None:
    close_collecting(assessment=assessment, by=assessment.created_by)


def save(
    assessment: Assessment,
    code: str,
    order: int | None,
    by: User,
    *,
    quiet: bool = False,
    **changes: Any,
) -> None:
    rating = Rating.objects.for_page().get(assessment=assessment, element__code=code)
    rating.level = assessment.framework.levels.get(order=order) if order else None
    for name, value in changes.items():
        setattr(rating, name, value)
    record_rating(rating=rating, version=rating.version, quiet=quiet, by=by)


@pytest.fixture
def divided(assessment, chair, trustee, executive) -> Assessment:
    """Closed; the second element divides most, the third a little, the first not at all."""
    ask(assessment, chair, trustee, executive)
    for code, orders in (("MU-01", (2, 2, 2)), ("MU-02", (1, 4, None)), ("MU-03", (2, 3, 3))):
        for user, order in zip((chair, trustee, executive), orders, strict=True):
            say(assessment, user, code, order, f"{user.name} on {code}")
    close(assessment)
    return assessment


def test_spread_shows_groups_counts_and_notes_with_names(divided, observer) -> None:
    text = text_of(observer, url_of("spread", divided))
    assert "Board members 1 Step 1 Chair 1 Step 4 Trustee" in text
    assert "Executives 1 don’t know yet Executive" in text
    assert "Chair on MU-02 Chair, chair" in text
    Membership.objects.filter(user__name="Chair").update(role=Role.LEAD)
    Membership.objects.filter(user__name="Trustee").delete()
    text = text_of(observer, url_of("spread", divided))
    assert "Board members and governance lead 1 Step 1 Chair 1 Step 4 Trustee" in text
    assert "Chair, governance lead" in text
    assert "Executive, executive" in text
    assert "Trustee on MU-02 Trustee " in text
    assert "The board’s rating: Not rated yet" in text


def test_without_names_nobody_is_named_and_small_groups_are_one(
    assessment, chair, trustee, executive
) -> None:
    ask(assessment, chair, trustee, executive, names_shown=False)
    for user, order in ((chair, 1), (trustee, 4), (executive, 2)):
        say(assessment, user, "MU-01", order, f"Why {order}")
    close(assessment)
    for name, args in (("spread", ()), ("meet", ("MU-01",))):
        answer = client_of(chair).get(url_of(name, assessment, *args))
        text = Page(answer.content.decode()).nodes[0].text
        assert "Everybody who was asked 1 Step 1 1 Step 2 1 Step 4" in text
        for word in ("Trustee", "Executive", "Board members"):
            assert word not in answer.content.decode()
        assert text.index("Why 1") < text.index("Why 2") < text.index("Why 4")


def test_without_names_what_one_or_two_said_is_not_told(
    assessment, lead, chair, trustee, executive
) -> None:
    ask(assessment, chair, trustee, executive, names_shown=False)
    for user, order in ((chair, 1), (trustee, 4)):
        say(assessment, user, "MU-01", order, f"Why {order}")
    say(assessment, executive, "MU-02", 2, "Alone")
    close(assessment)
    for name, args in (("spread", ()), ("meet", ("MU-01",)), ("meet", ("MU-02",))):
        text = text_of(lead, url_of(name, assessment, *args))
        assert "Fewer than three people answered." in text
        assert "Why 1" not in text
        assert "Alone" not in text
    assert "Furthest apart" not in text_of(lead, url_of("meeting", assessment))


@pytest.mark.parametrize("name", ["spread", "meeting", "meet", "follow"])
def test_no_view_is_shown_before_it_is_closed(assessment, lead, chair, name) -> None:
    ask(assessment, chair)
    say(assessment, chair, "MU-01", 4, "Mine alone")
    args = ("MU-01",) if name == "meet" else ()
    text = text_of(lead, url_of(name, assessment, *args))
    assert "Mine alone" not in text
    assert "Members are still giving their own views" in text
    assert "Everybody who was asked" not in text


def test_spread_of_what_was_never_collected_says_so(assessment, trustee) -> None:
    text = text_of(trustee, url_of("spread", assessment))
    assert "Members were not asked for views of their own" in text
    assert "Members’ views" not in text_of(trustee, url_of("detail", assessment))


def test_links_lead_there_once_views_are_closed(divided, chair, trustee) -> None:
    detail = client_of(chair).get(url_of("detail", divided)).content.decode()
    assert url_of("spread", divided) in detail
    assert url_of("meeting", divided) in detail
    rate = client_of(trustee).get(url_of("rate", divided, "MU-01")).content.decode()
    assert url_of("spread", divided) + "#MU-01" in rate
    assert (
        url_of("follow", divided)
        in client_of(trustee).get(url_of("detail", divided)).content.decode()
    )


def test_most_divided_come_first_where_asked(divided, chair) -> None:
    for name in ("spread", "meeting"):
        browser = client_of(chair)
        for query, wanted in (
            ("", ["MU-01", "MU-02", "MU-03"]),
            ("?order=divided", ["MU-02", "MU-03", "MU-01"]),
            ("?order=nonsense", ["MU-01", "MU-02", "MU-03"]),
        ):
            page = browser.get(url_of(name, divided) + query)
            assert [row[0].element.code for row in page.context["rows"]] == wanted


def test_meeting_goes_through_the_chosen_order(divided, chair) -> None:
    browser = client_of(chair)
    query = "?order=divided"
    start = browser.get(url_of("meeting", divided) + query)
    assert start.context["next"].element.code == "MU-02"
    page = browser.get(url_of("meet", divided, "MU-03") + query)
    assert (page.context["before"].element.code, page.context["after"].element.code) == (
        "MU-02",
        "MU-01",
    )
    sent = {"level": "", "note": "Said", "version": 2}
    answer = browser.post(url_of("meet", divided, "MU-03") + query, sent)
    assert answer.url == url_of("meet", divided, "MU-01") + query
    answer = browser.post(url_of("meet", divided, "MU-01") + query, sent)
    assert answer.url == url_of("meeting", divided) + query
    answer = browser.post(url_of("meet", divided, "MU-02"), sent | {"then": "list"})
    assert answer.url == url_of("meeting", divided)
    answer = browser.post(url_of("meet", divided, "MU-02"), sent)
    assert answer.url == url_of("meet", divided, "MU-03")


def test_meeting_goes_on_where_nobody_is_asked_any_more(assessment, chair, trustee) -> None:
    ask(assessment, trustee)
    take_out(respondent=assessment.respondents.get())
    close(assessment)
    here = url_of("meet", assessment, "MU-01") + "?order=divided"
    answer = client_of(chair).post(here, {"level": "", "note": "Said", "version": 2})
    assert answer.url == url_of("meet", assessment, "MU-02") + "?order=divided"
    assert assessment.ratings.get(element__code="MU-01").note == "Said"


def test_room_records_level_reason_dissent_and_priority(divided, chair) -> None:
    level = divided.framework.levels.get(order=3)
    url = url_of("meet", divided, "MU-02")
    sent = {
        "level": level.pk,
        "note": "We talked",
        "dissent": "One did not agree",
        "is_priority": "on",
        "version": divided.ratings.get(element__code="MU-02").version,
    }
    answer = client_of(chair).post(url, sent)
    assert answer.status_code == 302
    assert answer.cookies["tq-saved"].value == f"{chair.pk}:{url}"
    rating = divided.ratings.get(element__code="MU-02")
    assert (rating.level, rating.note, rating.dissent, rating.is_priority, rating.updated_by) == (
        level,
        "We talked",
        "One did not agree",
        True,
        chair,
    )


def test_quiet_save_in_the_meeting_answers_as_the_ratings_page_does(divided, chair, lead) -> None:
    url = url_of("meet", divided, "MU-01")
    version = divided.ratings.get(element__code="MU-01").version
    sent = {"note": "First", "version": version, "saved_from": "a" * 32, "save_number": 1}
    headers = {"HX-Request": "true"}
    answer = client_of(chair).post(url, sent, headers=headers)
    assert "Saved at" in answer.content.decode()
    answer = client_of(lead).post(url, sent | {"saved_from": "b" * 32, "note": "Second"})
    assert answer.status_code == 409
    for text in ("First", "Second", "Chair saved this while you were writing"):
        assert text in answer.content.decode()


def test_meeting_works_without_collecting(assessment, lead) -> None:
    text = text_of(lead, url_of("meet", assessment, "MU-01"))
    assert "1 of 3" in text
    assert "Is MU-01 so?" in text
    assert "Board members" not in text
    assert "Most divided first" not in text_of(lead, url_of("meeting", assessment))
    grid = create_assessment(
        trust=assessment.trust, framework=make_grid(), title="Grid", due_on=None, by=lead
    )
    code = grid.ratings.in_order().first().element.code
    assert "tq-cells" in client_of(lead).get(url_of("meet", grid, code)).content.decode()


def test_meeting_of_an_agreed_assessment_only_shows(divided, chair) -> None:
    agree_assessment(assessment=divided, minute_reference="", by=chair)
    page = client_of(chair).get(url_of("meet", divided, "MU-01")).content.decode()
    assert 'name="note"' not in page
    assert "The ratings are locked" in text_of(chair, url_of("meeting", divided))
    answer = client_of(chair).post(url_of("meet", divided, "MU-01"), {"note": "Late"})
    assert answer.status_code == 409
    assert "Late" in answer.content.decode()


def test_text_sent_while_views_are_collected_comes_back(assessment, lead, chair) -> None:
    ask(assessment, chair)
    answer = client_of(lead).post(url_of("meet", assessment, "MU-01"), {"note": "Too early"})
    assert answer.status_code == 409
    assert "Too early" in answer.content.decode()


def poll(browser, assessment: Assessment, stamp: str):
    return browser.get(
        url_of("follow", assessment), {"since": stamp}, headers={"HX-Request": "true"}
    )


def stamp_in(answer) -> str:
    html = (
        f"<div>{answer.content.decode()}</div>"
        if answer.request["QUERY_STRING"]
        else (answer.content.decode())
    )
    fields = [one for one in Page(html).nodes if one.attributes.get("name") == "since"]
    return fields[0].attributes["value"]


def try_out_unseen(divided: Assessment, chair: User, browser: Client, stamp: str) -> str:
    """A level that the meeting's page saves by itself is agreed once somebody presses save."""
    url = url_of("meet", divided, "MU-03")
    level = divided.framework.levels.get(order=1)
    before = divided.ratings.get(element__code="MU-03").version
    sent = {"level": level.pk, "note": "Half a", "saved_from": "a" * 32}
    quiet = sent | {"version": before, "save_number": 1}
    client_of(chair).post(url, quiet, headers={"HX-Request": "true"})
    assert "1 agreed so far" in text_of(chair, url)
    assert divided.ratings.get(element__code="MU-03").level == level
    assert "Being written: nobody has pressed save" in text_of(chair, url_of("meeting", divided))
    answer = poll(browser, divided, stamp)
    assert "Being written: 3. Point 3" in answer.content.decode()
    assert "1 of 3 points rated." in answer.content.decode()
    assert not [said for said in ("Step 1", "Half a") if said in answer.content.decode()]
    client_of(chair).post(url, quiet | {"version": before + 1, "save_number": 2})
    answer = poll(browser, divided, stamp_in(answer))
    assert "Being written" not in answer.content.decode()
    for said in ("3. Point 3: Step 1", "Half a", "2 of 3 points rated."):
        assert said in answer.content.decode()
    assert "2 agreed so far" in text_of(chair, url)
    return stamp_in(answer)


def test_save_whose_answer_was_lost_is_agreed_all_the_same(divided, chair, observer) -> None:
    save(divided, "MU-02", 4, chair, quiet=True)
    assert divided.ratings.get(element__code="MU-02").is_being_written
    rating = Rating.objects.for_page().get(assessment=divided, element__code="MU-02")
    record_rating(rating=rating, version=rating.version - 1, by=chair)
    assert not divided.ratings.get(element__code="MU-02").is_being_written


def test_what_is_agreed_appears_on_another_screen(divided, chair, observer) -> None:
    browser = client_of(observer)
    stamp = stamp_in(browser.get(url_of("follow", divided)))
    assert poll(browser, divided, stamp).status_code == 204
    save(divided, "MU-02", 4, chair, note="Because", dissent="But one")
    answer = poll(browser, divided, stamp)
    assert answer.status_code == 200
    for text in ("2. Point 2: Step 4", "Because", "But one"):
        assert text in answer.content.decode()
    stamp = stamp_in(answer)
    assert poll(browser, divided, stamp).status_code == 204
    stamp = try_out_unseen(divided, chair, browser, stamp)
    element = divided.ratings.get(element__code="MU-03").element_id
    mark_priorities(assessment=divided, add=[element], by=chair)
    answer = poll(browser, divided, stamp)
    assert answer.status_code == 200
    save(divided, "MU-02", 1, chair, quiet=True)
    agree_assessment(assessment=divided, minute_reference="", by=chair)
    answer = poll(browser, divided, stamp_in(answer))
    assert answer.status_code == 286
    assert "signed its ratings off" in answer.content.decode()
    assert not divided.ratings.filter(is_being_written=True).exists()


def test_following_stops_where_the_person_may_no_longer(divided, observer) -> None:
    browser = client_of(observer)
    observer.memberships.all().delete()
    answer = poll(browser, divided, "")
    assert answer.status_code == 286
    assert "no longer open to you" in answer.content.decode()
    assert "Point 1" not in answer.content.decode()
    assert browser.get(url_of("follow", divided)).status_code == 404
    browser.logout()
    answer = poll(browser, divided, "")
    assert answer.status_code == 286
    assert "You have been signed out" in answer.content.decode()


def test_page_that_follows_can_be_stopped_and_reads_on_afterwards(divided, chair, trustee) -> None:
    browser = client_of(trustee)
    url = url_of("follow", divided)
    assert "every 2s" in browser.get(url).content.decode()
    assert "every 2s" not in browser.get(url + "?still").content.decode()
    save(divided, "MU-01", 2, chair, note="Agreed words")
    agree_assessment(assessment=divided, minute_reference="", by=chair)
    text = browser.get(url).content.decode()
    assert "every 2s" not in text
    assert "Agreed words" in text


@pytest.mark.parametrize("people", [1, 12])
def test_pages_cost_eight_queries_and_polls_four_whatever_the_board(
    people, lead, northfield, django_assert_max_num_queries
) -> None:
    framework = make_framework(domains=(4, 3))
    assessment = create_assessment(
        trust=northfield, framework=framework, title="Counted", due_on=None, by=lead
    )
    board = [
        make_user(f"p{n}@northfield.example", trust=northfield, role=Role.TRUSTEE)
        for n in range(people)
    ]
    ask(assessment, *board)
    for user in board:
        say(assessment, user, "MU-01", 1 + user.pk % 4, "Why")
    close(assessment)
    browser = client_of(lead)
    for name, args in (("spread", ()), ("meeting", ()), ("follow", ()), ("meet", ("MU-01",))):
        for query in ("", "?order=divided"):
            with django_assert_max_num_queries(8):
                assert browser.get(url_of(name, assessment, *args) + query).status_code == 200
    stamp = stamp_in(browser.get(url_of("follow", assessment)))
    with django_assert_max_num_queries(3):
        assert poll(browser, assessment, stamp).status_code == 204
    with django_assert_max_num_queries(4):
        assert poll(browser, assessment, "").status_code == 200


def test_save_in_the_meeting_costs_eight_queries_at_most(
    divided, chair, django_assert_max_num_queries
) -> None:
    browser = client_of(chair)
    level = divided.framework.levels.get(order=2)
    rating = divided.ratings.get(element__code="MU-01")
    with django_assert_max_num_queries(100) as counted:
        browser.post(
            url_of("meet", divided, "MU-01") + "?order=divided",
            {"level": level.pk, "note": "Counted", "version": rating.version},
        )
    statements = [q["sql"] for q in counted.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) <= 8, statements


def test_who_has_left_keeps_the_place_in_the_spread(divided, lead, trustee) -> None:
    trustee.memberships.all().delete()
    assert Respondent.objects.filter(user=trustee).exists()
    assert "Trustee on MU-02" in text_of(lead, url_of("spread", divided))


@pytest.mark.parametrize("name", ["rate", "meet"])
def test_words_stay_in_a_form_where_views_were_closed_while_they_were_sent(
    name, assessment, lead, chair, monkeypatch
) -> None:
    ask(assessment, chair)

    def close_first(form, **how: Any) -> Rating:
        close(assessment)
        return record(form, **how)

    record = RatingForm.record
    monkeypatch.setattr(RatingForm, "record", close_first)
    answer = client_of(lead).post(
        url_of(name, assessment, "MU-01"), {"level": "", "note": "Sent early", "version": 1}
    )
    page = Page(answer.content.decode())
    version = assessment.ratings.in_order().first().version
    assert answer.status_code == 409
    assert page.with_id("id_note").text == "Sent early"
    assert page.with_id("id_version").attributes["value"] == str(version)


@pytest.mark.parametrize("name", ["rate", "meet"])
def test_rating_sent_while_views_are_collected_is_given_back_with_what_to_do(
    name, assessment, lead, chair
) -> None:
    ask(assessment, chair)
    answer = client_of(lead).post(
        url_of(name, assessment, "MU-01"), {"level": "", "note": "Too early", "version": 2}
    )
    [box] = Page(answer.content.decode()).all("textarea")
    assert (answer.status_code, box.text) == (409, "Too early")
    assert "Record the rating once the governance lead has closed the views." in (
        answer.content.decode()
    )
    assert not Rating.history.exists()


@pytest.fixture
def carried(divided, northfield, framework, lead, chair, trustee, executive) -> Assessment:
    """Started from last year's, in which the first element had a level and a note; views closed."""
    save(divided, "MU-01", 2, chair, note="What we saw then")
    agree_assessment(assessment=divided, minute_reference="", by=chair)
    made = create_assessment(
        trust=northfield,
        framework=framework,
        title="The next one",
        due_on=None,
        by=lead,
        carried_from=divided,
    )
    ask(made, chair, trustee, executive)
    close(made)
    return made


@pytest.mark.parametrize("query", ["", "?order=divided"])
def test_meeting_shows_what_is_to_be_reconfirmed_and_keeps_it(
    query, carried, chair, django_assert_max_num_queries
) -> None:
    browser = client_of(chair)
    with django_assert_max_num_queries(8):
        answer = browser.get(url_of("meeting", carried) + query)
    assert "To be re-confirmed: Step 2" in Page(answer.content.decode()).nodes[0].text
    with django_assert_max_num_queries(8):
        answer = browser.get(url_of("meet", carried, "MU-01") + query)
    text = Page(answer.content.decode()).nodes[0].text
    assert "Self-assessment 2026: Step 2" in text
    assert "What we saw then" in text
    rating = carried.ratings.get(element__code="MU-01")
    browser.post(
        url_of("meet", carried, "MU-01") + query,
        {"level": "", "note": "", "version": rating.version, "keep": "step-2"},
    )
    rating.refresh_from_db()
    assert (rating.level.key, rating.note) == ("step-2", "What we saw then")
    answer = browser.get(url_of("meet", carried, "MU-01") + query)
    assert "Keep this rating" not in answer.content.decode()
