"""Rating by cell: the element's page of a grid, and the whole grid on one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from assessments.actions import agree_assessment, create_assessment
from assessments.collecting import close_collecting, open_collecting
from assessments.grid_forms import Grid
from assessments.models import Assessment, Rating
from frameworks.models import Level, Statement
from tests.conftest import client_of, make_framework
from tests.grids import make_grid
from tests.page import Node, Page
from trusts.models import Trust, User

HTMX = {"HX-Request": "true"}


@pytest.fixture
def grid(northfield: Trust, lead: User) -> Assessment:
    """Three criteria in two areas at three levels, nothing rated yet."""
    return create_assessment(
        trust=northfield, framework=make_grid(), title="By cell", due_on=None, by=lead
    )


@pytest.fixture
def url(grid: Assessment) -> str:
    return reverse("assessments:grid", args=[grid.pk])


@pytest.fixture
def ratings(grid: Assessment) -> list[Rating]:
    return list(grid.ratings.in_order())


def level_of(grid: Assessment, order: int) -> Level:
    return grid.framework.levels.get(order=order)


@pytest.fixture
def chosen(grid: Assessment) -> Callable[..., dict[str, Any]]:
    """What the page sends: every row as it shows it now, and the choices by element number."""

    def fill_in(choices: dict[int, int | None], **changes: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {"saved_from": "a" * 32, "save_number": 1}
        for rating in grid.ratings.in_order():
            shown = str(rating.level_id or "")
            fields |= {
                f"{rating.pk}-version": rating.version,
                f"{rating.pk}-level": shown,
                f"initial-{rating.pk}-level": shown,
            }
            if rating.element.number in choices:
                order = choices[rating.element.number]
                fields[f"{rating.pk}-level"] = level_of(grid, order).pk if order else ""
        return fields | changes

    return fill_in


def levels_now(grid: Assessment) -> list[int | None]:
    """The order of each element's level, in the framework's order."""
    return [rating.level and rating.level.order for rating in grid.ratings.in_order()]


def page_of(answer: Any) -> Page:
    return Page(answer.content.decode())


def radios(page: Page, name: str) -> list[Node]:
    return [
        node
        for node in page.nodes
        if node.attributes.get("type") == "radio" and node.attributes["name"] == name
    ]


def value_of(page: Page, name: str) -> str:
    return next(n.attributes["value"] for n in page.nodes if n.attributes.get("name") == name)


# The element's own page


def test_elements_page_offers_each_level_as_a_cell_with_its_description(ratings, lead) -> None:
    page = page_of(client_of(lead).get(ratings[0].get_absolute_url()))
    cells = page.all("div", "tq-cell")
    assert [cell.text for cell in cells] == [
        "Step 1 MU-01 at Step 1.",
        "Step 2 MU-01 at Step 2.",
        "Step 3 MU-01 at Step 3.",
        "Not rated yet",
    ]
    assert ["checked" in radio.attributes for radio in radios(page, "level")] == [False] * 3 + [
        True
    ]
    for radio in radios(page, "level")[:3]:
        assert page.with_id(radio.attributes["aria-describedby"]).text.startswith("MU-01 at")
    assert "A footnote." in page.nodes[0].text
    assert not page.all("section", "tq-rate__description")


def test_elements_page_saves_cell_note_and_priority(ratings, grid, lead) -> None:
    fields = {"level": level_of(grid, 2).pk, "note": "Seen", "is_priority": "on", "version": 1}
    answer = client_of(lead).post(ratings[0].get_absolute_url(), fields)
    assert answer.status_code == 302
    saved = Rating.objects.get(pk=ratings[0].pk)
    assert (saved.level.order, saved.note, saved.is_priority) == (2, "Seen", True)


def test_elements_page_gives_back_what_is_wrong_beside_the_cells(ratings, lead) -> None:
    answer = client_of(lead).post(ratings[0].get_absolute_url(), {"level": "999999", "version": 1})
    page = page_of(answer)
    assert answer.status_code == 422
    [error] = page.all("p", "govuk-error-message")
    assert error.text == "Error: Choose one of the levels in the list"
    assert error.attributes["id"] in page.all("fieldset")[0].attributes["aria-describedby"]


def test_elements_page_is_read_without_radios_by_who_may_not_write(ratings, grid, trustee) -> None:
    Rating.objects.filter(pk=ratings[0].pk).update(level=level_of(grid, 3), note="What we saw")
    page = page_of(client_of(trustee).get(ratings[0].get_absolute_url()))
    assert not radios(page, "level")
    [chosen] = page.all("div", "tq-cell--chosen")
    assert chosen.text == "Step 3 The board’s rating MU-01 at Step 3."
    assert len(page.all("div", "tq-cell")) == 3
    assert "What we saw" in page.nodes[0].text


# The whole grid


def test_grid_shows_every_element_at_every_level(url, ratings, lead) -> None:
    page = page_of(client_of(lead).get(url))
    headers = [node.text for node in page.all("th") if node.attributes["scope"] == "col"]
    assert headers == ["Criterion", "Step 1", "Step 2", "Step 3", "Not rated yet"]
    for rating in ratings:
        row = radios(page, f"{rating.pk}-level")
        looks = [page.with_id(one.attributes["aria-describedby"]).text for one in row[:3]]
        assert looks == [f"{rating.element.code} at Step {order}." for order in (1, 2, 3)]
        named = [page.with_id(part).text for part in row[0].attributes["aria-labelledby"].split()]
        assert named == [str(rating.element), "Step 1"]
        assert [radio.attributes["value"] for radio in row][-1] == ""
    text = page.nodes[0].text
    assert "0 of 3 criteria rated." in text
    assert "A footnote." in text


def test_framework_that_is_no_grid_has_none(assessment, lead) -> None:
    url = reverse("assessments:grid", args=[assessment.pk])
    assert client_of(lead).get(url).status_code == 404
    assert client_of(lead).post(url).status_code == 404


def test_task_list_leads_to_the_grid_of_a_grid_alone(grid, url, assessment, lead) -> None:
    browser = client_of(lead)
    for one, leads in ((grid, True), (assessment, False)):
        page = page_of(browser.get(reverse("assessments:detail", args=[one.pk])))
        assert (url in [link.attributes.get("href") for link in page.all("a")]) is leads


def test_trustee_reads_the_grid_and_cannot_write(url, grid, ratings, trustee, chosen) -> None:
    Rating.objects.filter(pk=ratings[1].pk).update(level=level_of(grid, 1))
    page = page_of(client_of(trustee).get(url))
    assert [cell.text for cell in page.all("div", "tq-cell--chosen")] == [
        "Step 1 The board’s rating MU-02 at Step 1."
    ]
    assert not [node for node in page.nodes if node.attributes.get("type") == "radio"]
    assert client_of(trustee).post(url, chosen({1: 1})).status_code == 403
    assert levels_now(grid) == [None, 1, None]


def test_button_saves_every_row_and_goes_to_the_task_list(url, grid, lead, chosen) -> None:
    answer = client_of(lead).post(url, chosen({1: 2, 3: 3}))
    assert answer.status_code == 302
    assert answer.url == reverse("assessments:detail", args=[grid.pk])
    assert answer.cookies["tq-saved"].value == f"{lead.pk}:{url}"
    assert levels_now(grid) == [2, None, 3]
    assert Rating.history.filter(history_user=lead).count() == 2


def test_choosing_keeps_note_and_priority(url, grid, ratings, lead, chosen) -> None:
    Rating.objects.filter(pk=ratings[0].pk).update(note="Long thought about", is_priority=True)
    client_of(lead).post(url, chosen({1: 3}))
    saved = Rating.objects.get(pk=ratings[0].pk)
    assert (saved.level.order, saved.note, saved.is_priority) == (3, "Long thought about", True)


def test_rating_can_be_taken_back(url, grid, ratings, lead, chosen) -> None:
    Rating.objects.filter(pk=ratings[0].pk).update(level=level_of(grid, 2))
    client_of(lead).post(url, chosen({1: None}))
    assert levels_now(grid) == [None, None, None]


def test_quiet_save_answers_for_the_row_that_was_touched(url, grid, ratings, lead, chosen) -> None:
    answer = client_of(lead).post(url, chosen({2: 2}), headers=HTMX)
    page = Page(f"<div>{answer.content.decode()}</div>")
    row = ratings[1].pk
    assert answer.status_code == 200
    assert page.with_id(f"status-{row}").text.startswith("2. Point 2: Saved at")
    assert page.with_id(f"version-{row}").attributes["value"] == "2"
    assert page.with_id(f"shown-{row}").attributes["value"] == str(level_of(grid, 2).pk)
    assert page.with_id("grid-progress").text == "1 of 3 criteria rated."
    assert all("hx-swap-oob" in page.with_id(one).attributes for one in page.ids())
    assert f"status-{ratings[0].pk}" not in page.ids()


def test_row_somebody_else_changed_is_shown_with_both_levels(
    url, grid, ratings, lead, chair, chosen
) -> None:
    mine, theirs = chosen({1: 1, 2: 2}), chosen({1: 3}, saved_from="b" * 32)
    client_of(chair).post(url, theirs)
    browser = client_of(lead)
    answer = browser.post(url, mine)
    page = page_of(answer)
    assert answer.status_code == 409
    [summary] = page.all("div", "govuk-error-summary")
    assert "Chair saved this while you were choosing: Step 3" in summary.text
    assert "Yours is not saved: Step 1" in summary.text
    [link] = [a for a in page.all("a") if a.text == "1. Point 1" and "#" in a.attributes["href"]]
    assert page.with_id(link.attributes["href"][1:]).attributes["name"] == f"{ratings[0].pk}-level"
    checked = [
        r.attributes["value"]
        for r in radios(page, f"{ratings[0].pk}-level")
        if "checked" in r.attributes
    ]
    assert checked == [str(level_of(grid, 1).pk)]
    assert levels_now(grid) == [3, 2, None]
    [form] = [node for node in page.all("form") if "data-draft" in node.attributes]
    assert "hx-post" not in form.attributes
    again = {
        name: value_of(page, name)
        for rating in ratings
        for name in (f"{rating.pk}-version", f"initial-{rating.pk}-level")
    }
    again |= {
        radio.attributes["name"]: radio.attributes["value"]
        for radio in page.nodes
        if radio.attributes.get("type") == "radio" and "checked" in radio.attributes
    }
    assert browser.post(url, again).status_code == 302
    assert levels_now(grid) == [1, 2, None]


def test_quiet_save_in_conflict_keeps_the_rows_version_and_saves_the_others(
    url, grid, ratings, lead, chair, chosen
) -> None:
    mine = chosen({1: 1, 2: 2})
    client_of(chair).post(url, chosen({1: 3}, saved_from="b" * 32))
    answer = client_of(lead).post(url, mine, headers=HTMX)
    page = Page(f"<div>{answer.content.decode()}</div>")
    assert answer.status_code == 409
    assert f"version-{ratings[0].pk}" not in page.ids()
    assert page.with_id(f"version-{ratings[1].pk}").attributes["value"] == "2"
    assert "Chair saved this" in page.with_id(f"status-{ratings[0].pk}").text
    assert levels_now(grid) == [3, 2, None]


def test_row_nobody_touched_is_never_in_conflict(url, grid, lead, chair, chosen) -> None:
    mine = chosen({2: 2})
    client_of(chair).post(url, chosen({1: 3}, saved_from="b" * 32))
    assert client_of(lead).post(url, mine).status_code == 302
    assert levels_now(grid) == [3, 2, None]


def test_same_choice_as_somebody_else_is_no_conflict(url, grid, lead, chair, chosen) -> None:
    mine = chosen({1: 3})
    client_of(chair).post(url, chosen({1: 3}, saved_from="b" * 32))
    assert client_of(lead).post(url, mine).status_code == 302


def test_note_written_meanwhile_is_never_written_over(
    url, grid, ratings, lead, chair, chosen
) -> None:
    mine = chosen({1: 1})
    fields = {"level": "", "note": "The chair's words", "version": 1, "saved_from": "b" * 32}
    client_of(chair).post(ratings[0].get_absolute_url(), fields)
    assert client_of(lead).post(url, mine).status_code == 409
    assert Rating.objects.get(pk=ratings[0].pk).note == "The chair's words"


def test_page_goes_on_from_its_own_save_whose_answer_was_lost(url, grid, lead, chosen) -> None:
    first, second = chosen({1: 1}), chosen({1: 2}, save_number=2)
    browser = client_of(lead)
    browser.post(url, first, headers=HTMX)
    assert browser.post(url, second).status_code == 302
    assert levels_now(grid) == [2, None, None]


def test_late_save_of_the_same_page_cannot_undo_a_later_one(url, grid, lead, chosen) -> None:
    late, sooner = chosen({1: 1}), chosen({1: 2}, save_number=2)
    browser = client_of(lead)
    browser.post(url, sooner, headers=HTMX)
    assert browser.post(url, late, headers=HTMX).status_code == 409
    assert levels_now(grid) == [2, None, None]


def test_choice_after_agreeing_is_given_back(url, grid, lead, chair, chosen) -> None:
    mine = chosen({1: 2})
    agree_assessment(assessment=grid, minute_reference="", by=chair)
    browser = client_of(lead)
    answer = browser.post(url, mine)
    [summary] = page_of(answer).all("div", "govuk-error-summary")
    assert answer.status_code == 409
    assert "Ask the chair or the governance lead to reopen it." in summary.text
    assert "1. Point 1: Step 2" in summary.text
    quiet = browser.post(url, mine, headers=HTMX)
    assert quiet.status_code == 409
    assert "What you chose is kept in this browser." in quiet.content.decode()
    assert levels_now(grid) == [None, None, None]


@pytest.mark.parametrize("level", ["999999", "9" * 400, "red", "a\x00b"])
def test_level_that_is_not_in_the_row_is_refused_and_others_are_saved(
    level, url, grid, ratings, lead, chosen
) -> None:
    fields = chosen({2: 2}) | {f"{ratings[0].pk}-level": level}
    answer = client_of(lead).post(url, fields)
    page = page_of(answer)
    assert answer.status_code == 422
    [problem] = page.all("ul", "govuk-error-summary__list")
    assert problem.text == "Choose one of the levels in the row"
    assert levels_now(grid) == [None, 2, None]


def test_level_of_another_framework_is_refused(url, grid, ratings, lead, chosen) -> None:
    foreign = make_framework("other").levels.first()
    fields = chosen({}) | {f"{ratings[0].pk}-level": foreign.pk}
    assert client_of(lead).post(url, fields).status_code == 422
    assert levels_now(grid) == [None, None, None]


@pytest.mark.parametrize("version", ["", "abc", "9" * 40, "-1", None])
def test_unreadable_version_counts_as_out_of_date(
    version, url, grid, ratings, lead, chair, chosen
) -> None:
    fields = chosen({1: 1}) | {f"{ratings[0].pk}-version": version}
    if version is None:
        del fields[f"{ratings[0].pk}-version"]
    client_of(chair).post(url, chosen({1: 3}, saved_from="b" * 32))
    assert client_of(lead).post(url, fields).status_code == 409
    assert levels_now(grid) == [3, None, None]


def test_rows_of_another_assessment_are_not_touched(url, grid, lead, northfield, chosen) -> None:
    other = create_assessment(
        trust=northfield, framework=grid.framework, title="Another", due_on=None, by=lead
    )
    rating = other.ratings.in_order().first()
    fields = chosen({}) | {
        f"{rating.pk}-level": level_of(grid, 1).pk,
        f"{rating.pk}-version": 1,
        f"initial-{rating.pk}-level": "",
    }
    assert client_of(lead).post(url, fields).status_code == 302
    assert levels_now(other) == [None, None, None]


def test_level_without_a_description_can_be_chosen(url, grid, ratings, lead) -> None:
    Statement.objects.filter(element=ratings[2].element).delete()
    page = page_of(client_of(lead).get(url))
    assert len(radios(page, f"{ratings[2].pk}-level")) == 4


def test_row_carried_from_last_time_is_to_be_re_confirmed(
    grid, ratings, lead, northfield, django_assert_max_num_queries
) -> None:
    Rating.objects.filter(pk=ratings[0].pk).update(level=level_of(grid, 2))
    agree_assessment(assessment=grid, minute_reference="", by=lead)
    again = create_assessment(
        trust=northfield,
        framework=grid.framework,
        title="Again",
        due_on=None,
        by=lead,
        carried_from=grid,
    )
    browser = client_of(lead)
    with django_assert_max_num_queries(8):
        page = page_of(browser.get(reverse("assessments:grid", args=[again.pk])))
    first, second = again.ratings.in_order()[:2]
    assert page.with_id(f"status-{first.pk}").text == "To be re-confirmed: Step 2"
    assert page.with_id(f"status-{second.pk}").text == ""
    assert "0 of 3 criteria rated." in page.nodes[0].text


def test_page_says_whose_words_it_is_in_and_marks_each_where_some_are_the_publishers(
    url, ratings, lead
) -> None:
    browser = client_of(lead)
    assert "Our words, not the publisher’s." in browser.get(url).content.decode()
    statement = ratings[0].element.statements.get(level__order=1)
    Statement.objects.filter(pk=statement.pk).update(publisher_text="As it was published.")
    page = page_of(browser.get(url))
    marks = [mark.text for mark in page.all("span", "tq-whose-mark")]
    assert (marks.count("Publisher’s words"), marks.count("Our words")) == (1, 9)


def test_row_whose_level_is_missing_counts_as_untouched(url, grid, ratings, lead, chosen) -> None:
    Rating.objects.filter(pk=ratings[0].pk).update(level=level_of(grid, 2))
    fields = chosen({2: 1})
    del fields[f"{ratings[0].pk}-level"]
    assert client_of(lead).post(url, fields).status_code == 302
    assert levels_now(grid) == [2, 1, None]


@pytest.mark.parametrize(("domains", "levels"), [((1,), 2), ((10,), 4), ((9, 4, 9, 6, 7), 5)])
def test_grid_costs_eight_queries_at_most(
    domains, levels, lead, northfield, django_assert_max_num_queries
) -> None:
    framework = make_grid(f"of-{sum(domains)}", domains=domains, levels=levels)
    assessment = create_assessment(
        trust=northfield, framework=framework, title="Counted", due_on=None, by=lead
    )
    browser = client_of(lead)
    with django_assert_max_num_queries(8):
        assert browser.get(reverse("assessments:grid", args=[assessment.pk])).status_code == 200


def test_choices_stay_in_the_form_where_views_were_closed_while_they_were_sent(
    url, grid, lead, chair, chosen, monkeypatch
) -> None:
    open_collecting(assessment=grid, people=[chair], due_on=None, names_shown=True, by=lead)
    mine = chosen({1: 2})

    def close_first(*args: Any, **changes: Any) -> Any:
        close_collecting(assessment=Assessment.objects.get(pk=grid.pk), by=lead)
        return save(*args, **changes)

    save = Grid.save
    monkeypatch.setattr(Grid, "save", close_first)
    Rating.objects.filter(assessment=grid).touch()  # somebody was there before
    answer = client_of(lead).post(url, mine)
    page = page_of(answer)
    assert answer.status_code == 409
    [picked] = [
        node.attributes["value"]
        for node in page.all("input")
        if node.attributes.get("name") == f"{grid.ratings.in_order().first().pk}-level"
        and "checked" in node.attributes
    ]
    assert picked == str(level_of(grid, 2).pk)
