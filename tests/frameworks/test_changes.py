"""What a new edition changed: the pure rule, and the page that shows it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import OwnFramework
from frameworks.changes import Changes, Edition, changes_between
from frameworks.models import Domain, Element, Framework, Level, Statement
from tests.conftest import client_of, copy_of, make_framework, make_next_edition
from tests.page import Page

NEW = "2028-01"


def edition_of(framework: Framework) -> Edition:
    return Edition(
        elements=list(Element.objects.filter(domain__framework=framework).in_order()),
        statements=list(
            Statement.objects.filter(element__domain__framework=framework).select_related("level")
        ),
        levels=list(framework.levels.order_by("order")),
    )


@pytest.fixture
def second(framework: Framework) -> Framework:
    """The made-up framework's next edition, the same in every word."""
    return make_next_edition(framework)


def statement(framework: Framework, code: str) -> Statement:
    return Statement.objects.get(element__domain__framework=framework, code=code)


def reword(framework: Framework, code: str, **texts: str) -> None:
    Statement.objects.filter(pk=statement(framework, code).pk).update(**texts)


def changes_of(framework: Framework, second: Framework) -> Changes:
    return changes_between(edition_of(framework), edition_of(second))


def test_same_words_are_no_change(framework, second) -> None:
    assert changes_of(framework, second).is_none


def test_elements_are_matched_by_code_however_they_are_numbered_and_grouped(
    framework, second
) -> None:
    other = Domain.objects.create(framework=second, order=3, name="Area 3")
    moved = Element.objects.get(domain__framework=second, code="MU-01")
    moved.domain, moved.number = other, 9
    moved.save()
    assert changes_of(framework, second).is_none


def test_elements_that_came_went_and_were_renamed(framework, second) -> None:
    by_code = {one.code: one for one in Element.objects.filter(domain__framework=second)}
    by_code["MU-01"].delete()
    by_code["MU-02"].name = "Point 2 and more"
    by_code["MU-02"].summary = "Another summary."
    by_code["MU-02"].save()
    copy_of(by_code["MU-03"], number=4, code="MU-04")
    changes = changes_of(framework, second)
    assert [one.code for one in changes.added] == ["MU-04"]
    assert [one.code for one in changes.gone] == ["MU-01"]
    (renamed,) = changes.kept
    assert renamed.name.after == "Point 2 <ins>and more</ins>"
    assert renamed.summary.before == "<del>A</del> summary."


def test_statements_that_came_went_were_reworded_and_moved(framework, second) -> None:
    reword(second, "MU-01-Q1", text="Is MU-01 so now?")
    statement(second, "MU-01-4").delete()
    moved = statement(second, "MU-01-1")
    moved.level = second.levels.get(order=2)
    moved.save()
    copy_of(moved, code="MU-01-5", text="Something new.")
    (change,) = changes_of(framework, second).kept
    came, went, was_reworded, was_moved = (
        next(one for one in change.statements if one.statement.code == f"MU-01-{suffix}")
        for suffix in ("5", "4", "Q1", "1")
    )
    assert (came.before, came.after.text) == (None, "Something new.")
    assert (went.before.text, went.after) == ("MU-01 at Step 4.", None)
    assert was_reworded.text.after == "Is MU-01 <ins>so now?</ins>"
    assert not was_reworded.is_moved
    assert was_moved.is_moved
    assert was_moved.text is None
    assert [one.statement.code for one in change.statements] == [
        *("MU-01-Q1", "MU-01-1", "MU-01-5", "MU-01-4")
    ]


def test_levels_are_matched_by_key(framework, second) -> None:
    weakest, *_, strongest = second.levels.order_by("order")
    Level.objects.filter(pk=weakest.pk).update(name="Step one")
    Level.objects.filter(pk=strongest.pk).update(key="top")
    changes = changes_of(framework, second)
    assert [(one.level.key, one.before is None, one.after is None) for one in changes.levels] == [
        ("step-1", False, False),
        ("top", True, False),
        ("step-4", False, True),
    ]
    assert changes.levels[0].name.after == "Step <ins>one</ins>"


def test_our_words_are_never_held_against_the_publishers(framework, second) -> None:
    reword(second, "MU-01-Q1", publisher_text="Quite other words?")
    assert changes_of(framework, second).is_none
    reword(framework, "MU-01-Q1", publisher_text="Quite different words?")
    changes = changes_of(framework, second)
    ((change,),) = (one.statements for one in changes.kept)
    assert change.text.after == "Quite <ins>other</ins> words?"
    assert change.is_theirs
    assert not changes.words.ours


def page_of(framework: Framework, browser: Client | None = None) -> Page:
    address = reverse("frameworks:changes", args=[framework.key, framework.edition])
    answer = (browser or Client()).get(address)
    assert answer.status_code == 200
    return Page(answer.content.decode())


def test_page_says_what_changed_to_anybody(framework, second) -> None:
    reword(second, "MU-01-Q1", text="Is MU-01 <so> now?")
    Element.objects.get(domain__framework=second, code="MU-02").delete()
    page = page_of(second)
    assert page.all("h1")[0].text == "What changed since 2026-01"
    assert [node.text for node in page.all("del")] == ["so?"]
    assert [node.text for node in page.all("ins")] == ["<so> now?"]
    assert "Points that are gone 2. Point 2" in page.nodes[0].text
    links = {node.attributes["href"] for node in page.all("a", "govuk-link")}
    assert reverse("frameworks:element", args=["made-up", "2026-01", "MU-02"]) in links
    assert reverse("frameworks:element", args=["made-up", NEW, "MU-01"]) in links


def test_page_of_the_same_words_says_so(second) -> None:
    assert "No wording changed." in page_of(second).nodes[0].text


def test_first_edition_has_no_such_page(framework) -> None:
    address = reverse("frameworks:changes", args=[framework.key, framework.edition])
    assert Client().get(address).status_code == 404


def test_changes_of_a_trusts_own_framework_are_its_peoples_alone(
    framework, second, northfield, lead, stranger
) -> None:
    for one in (framework, second):
        Framework.objects.filter(pk=one.pk).update(is_published=False)
        OwnFramework.objects.create(trust=northfield, framework=one, created_by=lead)
    address = reverse("frameworks:changes", args=[second.key, second.edition])
    assert client_of(lead).get(address).status_code == 200
    assert client_of(stranger).get(address).status_code == 404
    assert Client().get(address).status_code == 404


def test_changes_from_an_edition_that_one_may_not_read_are_not_found(framework, second) -> None:
    Framework.objects.filter(pk=framework.pk).update(is_published=False)
    address = reverse("frameworks:changes", args=[second.key, second.edition])
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("elements", [(2, 1), (9, 4, 9, 6, 7)])
def test_page_costs_eight_queries_at_most(elements, lead, django_assert_max_num_queries) -> None:
    framework = make_framework(f"of-{sum(elements)}", domains=elements)
    second = make_next_edition(framework)
    Statement.objects.filter(element__domain__framework=second).update(text="All new.")
    browser = client_of(lead)
    with django_assert_max_num_queries(8):
        page_of(second, browser)
    with django_assert_max_num_queries(5):
        page_of(second)
