"""All of one's views on one page, in one form: without a script no row is lost over another."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.collecting import close_collecting, open_collecting
from assessments.models import Assessment, Response
from tests.conftest import client_of, make_framework
from tests.page import Page
from trusts.models import User

HTMX = {"HX-Request": "true"}


@pytest.fixture
def url(assessment: Assessment, lead: User, trustee: User) -> str:
    """Views are collected from the trustee."""
    open_collecting(assessment=assessment, people=[trustee], due_on=None, names_shown=True, by=lead)
    return reverse("assessments:respond_all", args=[assessment.pk])


def shown(page: Page) -> dict[str, str]:
    """Every box of the form as the page shows it, and what a browser would send of it."""
    sent = {
        node.attributes["name"]: node.attributes.get("value", "")
        for node in page.all("input")
        if node.attributes.get("type") == "hidden" and "name" in node.attributes
    }
    for node in page.all("textarea"):
        if "name" in node.attributes:
            sent[node.attributes["name"]] = "".join(node.texts).removeprefix("\n")
    name = ""
    for node in page.nodes:
        if node.tag == "select":
            name = node.attributes["name"]
        elif node.tag == "option" and "selected" in node.attributes:
            sent[name] = node.attributes["value"]
    return sent


def read(user: User, url: str) -> dict[str, str]:
    return shown(Page(client_of(user).get(url).content.decode()))


def views(user: User) -> list[Response]:
    return list(Response.objects.in_order().filter(respondent__user=user))


def write(user: User, sent: dict[str, str], **rows: tuple[Any, str]) -> dict[str, str]:
    """What the page sends once a level and a note stand in the rows named, such as `MU_01`."""
    numbers = {one.element.code.replace("-", "_"): one.pk for one in views(user)}
    for code, (level, note) in rows.items():
        sent |= {f"{numbers[code]}-level": str(level), f"{numbers[code]}-note": note}
    return sent


def said(user: User) -> list[tuple[str, str]]:
    return [
        ("unsure" if one.is_unsure else one.level.key if one.level else "", one.note)
        for one in views(user)
    ]


def level_of(assessment: Assessment, order: int) -> int:
    return int(assessment.framework.levels.get(order=order).pk)


def test_every_row_written_in_is_saved_by_one_button(url, trustee, assessment) -> None:
    sent = write(
        trustee,
        read(trustee, url),
        MU_01=(level_of(assessment, 2), "Two\r\nlines"),
        MU_03=("unsure", "Ask me later"),
    )
    answer = client_of(trustee).post(url, sent)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("assessments:mine", args=[assessment.pk])
    assert answer.cookies["tq-saved"].value == f"{trustee.pk}:{url}"
    assert said(trustee) == [("step-2", "Two\nlines"), ("", ""), ("unsure", "Ask me later")]
    assert [one.version for one in views(trustee)] == [2, 1, 2]
    assert [row.history_user for row in Response.history.all()] == [trustee, trustee]


def test_row_that_nobody_touched_is_not_written(url, trustee, assessment) -> None:
    client_of(trustee).post(url, write(trustee, read(trustee, url), MU_01=("unsure", "A\nB")))
    assert client_of(trustee).post(url, read(trustee, url)).status_code == 302
    assert Response.history.count() == 1


def test_quiet_save_answers_row_by_row_with_what_is_shown_now(url, trustee, assessment) -> None:
    sent = write(trustee, read(trustee, url), MU_02=(level_of(assessment, 3), "Quiet"))
    answer = client_of(trustee).post(url, sent, headers=HTMX)
    _, second, _ = views(trustee)
    page = Page(f"<div>{answer.content.decode()}</div>")
    assert answer.status_code == 200
    assert "Saved at" in page.with_id(f"status-{second.pk}").text
    hidden = {node.attributes["name"]: node.attributes["value"] for node in page.all("input")}
    assert hidden == {
        f"{second.pk}-version": "2",
        f"initial-{second.pk}-level": str(level_of(assessment, 3)),
        f"initial-{second.pk}-note": "Quiet",
    }


def test_second_window_keeps_both_texts_and_stops_no_other_row(url, trustee, assessment) -> None:
    old = read(trustee, url)
    client_of(trustee).post(url, write(trustee, read(trustee, url), MU_01=("unsure", "First")))
    mine = write(
        trustee, old, MU_01=(level_of(assessment, 1), "Second"), MU_02=("unsure", "Another")
    )
    answer = client_of(trustee).post(url, mine)
    page = Page(answer.content.decode())
    first = views(trustee)[0]
    assert answer.status_code == 409
    assert said(trustee)[:2] == [("unsure", "First"), ("unsure", "Another")]
    assert page.with_id(f"id_{first.pk}-note").text == "Second"
    assert [node.text for node in page.all("p", "tq-theirs")] == ["First"]
    again = client_of(trustee).post(url, shown(page))
    assert again.status_code == 302
    assert said(trustee)[0] == ("step-1", "Second")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_words_that_come_after_closing_are_given_back(
    headers, url, trustee, lead, assessment
) -> None:
    sent = write(trustee, read(trustee, url), MU_01=("unsure", "Late"), MU_03=("", "Later"))
    close_collecting(assessment=assessment, by=lead)
    answer = client_of(trustee).post(url, sent, headers=headers)
    assert answer.status_code == 409
    if headers:
        assert "kept in this browser" in answer.content.decode()
    else:
        boxes = Page(answer.content.decode()).all("textarea")
        assert [box.text for box in boxes] == ["Late", "Later"]
    assert said(trustee) == [("", "")] * 3


def test_bad_row_is_refused_beside_it_and_stops_no_other(url, trustee, assessment) -> None:
    other = make_framework("other").levels.first().pk
    sent = write(trustee, read(trustee, url), MU_01=(other, "Kept"), MU_02=("unsure", "Good"))
    answer = client_of(trustee).post(url, sent)
    page = Page(answer.content.decode())
    first = views(trustee)[0]
    assert answer.status_code == 422
    assert page.with_id(f"id_{first.pk}-note").text == "Kept"
    assert "Choose one of the levels in the list" in page.nodes[0].text
    assert f"#id_{first.pk}-level" in [node.attributes.get("href") for node in page.all("a")]
    assert said(trustee) == [("", ""), ("unsure", "Good"), ("", "")]


def test_page_and_a_save_of_a_row_cost_at_most_eight_queries(url, trustee) -> None:
    browser = client_of(trustee)
    sent = write(trustee, read(trustee, url), MU_01=("unsure", "Counted"))
    for ask in (lambda: browser.get(url), lambda: browser.post(url, sent, headers=HTMX)):
        with CaptureQueriesContext(connection) as captured:
            assert ask().status_code == 200
        queries = [one["sql"] for one in captured.captured_queries if "SAVEPOINT" not in one["sql"]]
        assert len(queries) <= 8, queries
