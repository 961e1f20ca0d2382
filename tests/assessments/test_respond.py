"""Giving a view of one's own: saved as people go, seen by nobody else, lost by nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.collecting import close_collecting, open_collecting, take_out
from assessments.models import Assessment, Response
from assessments.respond_forms import ResponseForm
from assessments.responding import record_response
from frameworks.models import Element
from tests.conftest import client_of, make_framework
from tests.page import Page
from trusts.models import User

HTMX = {"HX-Request": "true", "HX-Target": "save-status"}


@pytest.fixture
def collecting(assessment: Assessment, lead, chair, executive, trustee) -> Assessment:
    open_collecting(
        assessment=assessment,
        people=[lead, chair, executive, trustee],
        due_on=date(2027, 3, 1),
        names_shown=True,
        by=lead,
    )
    return assessment


@pytest.fixture
def mine(collecting: Assessment, trustee: User) -> Response:
    """The trustee's view of the first element, with nothing said yet."""
    return Response.objects.in_order().filter(respondent__user=trustee).first()


def at(name: str, assessment: Assessment, *rest: object) -> str:
    return reverse(f"assessments:{name}", args=[assessment.pk, *rest])


def sent(**changes: Any) -> dict[str, Any]:
    page = {"level": "", "note": "", "version": 1, "saved_from": "a" * 32, "save_number": 1}
    return page | changes


def level_of(assessment: Assessment, order: int) -> int:
    return assessment.framework.levels.get(order=order).pk


def test_view_is_saved_and_leads_to_the_next_element(mine, trustee, collecting) -> None:
    level = level_of(collecting, 2)
    answer = client_of(trustee).post(
        mine.get_absolute_url(), sent(level=level, note="As I see it", then="next")
    )
    assert (answer.status_code, answer["Location"]) == (302, at("respond", collecting, "MU-02"))
    mine.refresh_from_db()
    assert (mine.level_id, mine.note, mine.is_unsure, mine.version) == (
        level,
        "As I see it",
        False,
        2,
    )


def test_not_to_know_yet_is_an_answer(mine, trustee, collecting) -> None:
    client = client_of(trustee)
    client.post(mine.get_absolute_url(), sent(level=level_of(collecting, 1)))
    client.post(mine.get_absolute_url(), sent(level="unsure", version=2))
    mine.refresh_from_db()
    assert (mine.level_id, mine.is_unsure, mine.is_answered) == (None, True, True)
    page = Page(client.get(mine.get_absolute_url()).content.decode())
    [chosen] = [node for node in page.all("input") if "checked" in node.attributes]
    assert chosen.attributes["value"] == "unsure"
    Element.objects.exclude(code="MU-01").update(name="Culture")
    html = client.get(at("mine", collecting)).content.decode()
    assert "1 of 3 points answered." in html
    assert "Continue with 2. Culture (Area 1)" in html


@pytest.mark.parametrize(
    ("then", "name", "rest"),
    [("list", "mine", ""), ("next", "respond", "")],
)
def test_button_says_where_to_go_on(then, name, rest, mine, trustee, collecting) -> None:
    answer = client_of(trustee).post(mine.get_absolute_url(), sent(then=then))
    more = ["MU-02"] if name == "respond" else []
    assert answer["Location"] == at(name, collecting, *more) + rest


def test_after_the_last_comes_the_list(collecting, trustee) -> None:
    last = at("respond", collecting, "MU-03")
    assert client_of(trustee).post(last, sent())["Location"] == at("mine", collecting)


def test_quiet_save_answers_with_the_version(mine, trustee) -> None:
    answer = client_of(trustee).post(mine.get_absolute_url(), sent(note="Quiet"), headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="id_version" value="2"' in html


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_second_tab_gets_both_texts(headers, mine, trustee) -> None:
    client = client_of(trustee)
    client.post(mine.get_absolute_url(), sent(note="First tab"))
    answer = client.post(
        mine.get_absolute_url(), sent(note="Second tab", saved_from="b" * 32), headers=headers
    )
    html = answer.content.decode()
    assert answer.status_code == 409
    if headers:
        assert "another window" in html
    else:
        assert "First tab" in html
        assert "Second tab" in html
        assert 'name="version" value="2"' in html
    mine.refresh_from_db()
    assert mine.note == "First tab"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_words_sent_after_closing_are_offered_back(
    headers, mine, trustee, lead, collecting
) -> None:
    close_collecting(assessment=collecting, by=lead)
    answer = client_of(trustee).post(
        mine.get_absolute_url(), sent(note="My last words"), headers=headers
    )
    html = answer.content.decode()
    assert answer.status_code == 409
    if headers:
        assert "kept in this browser" in html
    else:
        assert "My last words" in html
        assert "send it to the chair" in html
    mine.refresh_from_db()
    assert mine.note == ""


def test_after_closing_one_reads_ones_own(mine, trustee, lead, collecting) -> None:
    client = client_of(trustee)
    client.post(mine.get_absolute_url(), sent(note="Said in time", level=level_of(collecting, 1)))
    close_collecting(assessment=collecting, by=lead)
    for address in (at("mine", collecting), at("respond_all", collecting), mine.get_absolute_url()):
        page = client.get(address)
        assert page.status_code == 200
        assert 'type="radio"' not in page.content.decode()
        assert "<select" not in page.content.decode()
    assert "Said in time" in client.get(mine.get_absolute_url()).content.decode()
    assert client.post(at("mine", collecting)).status_code == 302
    mine.respondent.refresh_from_db()
    assert mine.respondent.finished_at is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"level": "999999"}, "Choose one of the levels in the list"),
        ({"level": "green"}, "Choose one of the levels in the list"),
        ({"note": "x" * 10_001}, "10,000 characters or fewer"),
        ({"note": "x\n" * 400}, "lines or fewer"),
    ],
)
def test_bad_input_is_refused_beside_the_field(changes, said, mine, trustee) -> None:
    answer = client_of(trustee).post(mine.get_absolute_url(), sent(**changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    mine.refresh_from_db()
    assert (mine.version, mine.note) == (1, "")


def test_level_of_another_framework_is_off_the_scale(mine, trustee) -> None:
    other = make_framework("other").levels.first()
    answer = client_of(trustee).post(mine.get_absolute_url(), sent(level=other.pk))
    assert answer.status_code == 422


def test_element_of_another_framework_is_not_found(collecting, trustee) -> None:
    make_framework("other", domains=(5,))
    assert client_of(trustee).get(at("respond", collecting, "MU-05")).status_code == 404
    assert client_of(trustee).post(at("respond", collecting, "MU-05"), sent()).status_code == 404


def test_who_was_not_asked_is_told_so_and_a_stranger_finds_nothing(
    collecting, observer, stranger
) -> None:
    for user, status in ((observer, 403), (stranger, 404)):
        client = client_of(user)
        for address in (
            at("mine", collecting),
            at("respond_all", collecting),
            at("respond", collecting, "MU-01"),
        ):
            answer = client.get(address)
            assert answer.status_code == status
            text = Page(answer.content.decode()).nodes[0].text
            assert ("You are not asked for a view of Self-assessment 2026" in text) == (
                user == observer
            )
            assert client.post(address, sent()).status_code in (status, 405)


@pytest.mark.parametrize("name", ["respond", "respond_all"])
@pytest.mark.parametrize("when", ["before", "in the moment"])
def test_who_is_taken_out_while_writing_gets_the_words_back(
    when, name, mine, trustee, collecting, lead, monkeypatch
) -> None:
    def too_late(**view: Any) -> None:
        take_out(respondent=mine.respondent)
        record_response(**view)

    typed, address = sent(note="I had begun"), mine.get_absolute_url()
    if name == "respond_all":
        first, second, _ = mine.respondent.responses.in_order()
        shown = {f"initial-{second.pk}-note": "On the page", f"{second.pk}-note": "On the page"}
        typed = {f"{first.pk}-{box}": value for box, value in typed.items()} | shown
        address = at("respond_all", collecting)
    if when == "before":
        take_out(respondent=mine.respondent)
    else:
        monkeypatch.setattr("assessments.respond_forms.record_response", too_late)
    answer = client_of(trustee).post(address, typed)
    page = Page(answer.content.decode())
    assert answer.status_code == 403
    assert [box.text for box in page.all("textarea")] == ["I had begun"]
    assert f"mailto:{lead.email}" in [link.attributes.get("href") for link in page.all("a")]


@pytest.mark.parametrize("typed", [{"note": ""}, {"note": "x" * 10_001}])
def test_who_is_taken_out_once_it_is_saved_is_told_so(typed, mine, trustee, monkeypatch) -> None:
    saved = ResponseForm.save

    def and_gone(form: ResponseForm) -> Any:
        answer = saved(form)
        take_out(respondent=mine.respondent)
        return answer

    monkeypatch.setattr(ResponseForm, "save", and_gone)
    answer = client_of(trustee).post(mine.get_absolute_url(), sent(**typed))
    assert answer.status_code == 403


def test_nobody_reads_another_view_anywhere_while_it_is_collected(
    mine, trustee, collecting, lead, chair, executive, observer, stranger
) -> None:
    client_of(trustee).post(mine.get_absolute_url(), sent(note="Very frank words"))
    mine.refresh_from_db()
    assert mine.note == "Very frank words"
    addresses = [
        at("mine", collecting),
        at("respond_all", collecting),
        mine.get_absolute_url(),
        at("detail", collecting),
        at("results", collecting),
        at("rate", collecting, "MU-01"),
        collecting.trust.get_absolute_url(),
    ]
    for user in (lead, chair, executive, observer, stranger):
        client = client_of(user)
        for address in addresses:
            assert "Very frank words" not in client.get(address).content.decode()


def test_finishing_is_said_once_and_can_be_taken_up_again(mine, trustee, collecting) -> None:
    client = client_of(trustee)
    assert client.post(at("mine", collecting), follow=True).status_code == 200
    mine.respondent.refresh_from_db()
    assert mine.respondent.finished_at is not None
    client.post(mine.get_absolute_url(), sent(note="One more thing"))
    mine.refresh_from_db()
    assert mine.note == "One more thing"


@pytest.mark.parametrize("names_shown", [True, False])
def test_page_says_beforehand_who_will_see_the_name(names_shown, collecting, trustee) -> None:
    Assessment.objects.update(names_shown=names_shown)
    html = client_of(trustee).get(at("mine", collecting)).content.decode()
    assert ("with your name" in html) == names_shown
    assert ("without your name" in html) != names_shown


@pytest.mark.parametrize("name", ["mine", "respond_all", "respond"])
def test_page_costs_at_most_eight_queries(
    name, collecting, trustee, django_assert_max_num_queries
) -> None:
    client: Client = client_of(trustee)
    address = at(name, collecting, *(["MU-01"] if name == "respond" else []))
    with django_assert_max_num_queries(8):
        assert client.get(address).status_code == 200
