"""Search over every framework that the visitor may read: the same words on every database."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from assessments.models import OwnFramework
from frameworks.models import Domain, Element, Framework, Statement, WordingPack
from frameworks.search_form import QUERY_MAX_LENGTH
from tests.conftest import client_of, make_framework, make_next_edition
from tests.page import Page


def search(browser: Client | None = None, status: int = 200, **asked: str) -> Page:
    answer = (browser or Client()).get(f"/frameworks/search/?{urlencode(asked)}")
    assert answer.status_code == status
    return Page(answer.content.decode())


def heading(page: Page) -> str:
    return page.with_id("results").text


def elements(page: Page) -> list[str]:
    return [node.text for node in page.all("h4")]


def marked(page: Page) -> list[str]:
    return [node.text for node in page.all("mark")]


def say(framework: Framework, code: str, text: str, **values: str) -> Statement:
    """Another statement of an element."""
    element = Element.objects.get(domain__framework=framework, code=code)
    count = element.statements.count()
    return Statement.objects.create(
        element=element,
        code=f"{code}-X{count}",
        order=count + 1,
        kind="question",
        text=text,
        **values,
    )


def test_words_are_found_in_a_statement_and_marked(framework: Framework) -> None:
    statement = say(framework, "MU-02", "Does the board keep a Risk register?")
    page = search(q="risk BOARD")
    assert heading(page) == "1 result in 1 framework"
    assert elements(page) == ["2. Point 2 MU-02"]
    assert marked(page) == ["board", "Risk"]
    [found] = page.all("ul", "tq-found")
    assert found.text == "Does the board keep a Risk register? MU-02-X3"
    links = {node.text: node.attributes["href"] for node in page.all("a")}
    address = "/frameworks/made-up/2026-01/elements/MU-02/"
    assert links["2. Point 2"] == address
    assert links["MU-02-X3"] == f"{address}#{statement.code}"


def test_every_word_must_be_there(framework: Framework) -> None:
    say(framework, "MU-01", "A risk register.")
    say(framework, "MU-02", "A risk plan.")
    assert elements(search(q="risk register")) == ["1. Point 1 MU-01"]
    assert heading(search(q="register plan")) == "Nothing found for “register plan”"


def test_capitals_and_accents_make_no_difference_beyond_ascii(framework: Framework) -> None:
    say(framework, "MU-01", "Élan and ÜBERBLICK, the trust’s")
    for query in ("élan", "ÉLAN", "elan", "überblick", "Überblick elan", "trust's", "TRUST’S"):
        assert elements(search(q=query)) == ["1. Point 1 MU-01"], query
    assert marked(search(q="elan")) == ["Élan"]


@pytest.mark.parametrize("query", ["100%", "%", "snake_case", "_", "a\\b", "c*d", "'quoted'"])
def test_signs_stand_for_themselves(query, framework: Framework) -> None:
    say(framework, "MU-02", "100% of snake_case a\\b c*d 'quoted' <b>& here")
    say(framework, "MU-01", "1000 of snakeXcase aXb ccd quoted b here")
    assert elements(search(q=query)) == ["2. Point 2 MU-02"]


def test_found_text_is_never_markup(framework: Framework) -> None:
    say(framework, "MU-01", "<b>bold</b> & <script>alert(1)</script>")
    answer = Client().get("/frameworks/search/", {"q": "<script>alert(1)</script>"})
    html = answer.content.decode()
    assert "<mark>&lt;script&gt;alert(1)&lt;/script&gt;</mark>" in html
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; " in html
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;"' in html


def test_names_codes_domains_and_summaries_are_searched(framework: Framework) -> None:
    Element.objects.filter(code="MU-02").update(name="Probity", summary="On candour.")
    Domain.objects.filter(order=2).update(name="Stewardship")
    assert elements(search(q="probity")) == ["2. Probity MU-02"]
    page = search(q="candour")
    assert (elements(page), marked(page)) == (["2. Probity MU-02"], ["candour"])
    assert elements(search(q="stewardship")) == ["3. Point 3 MU-03"]
    page = search(q="mu-02")
    assert elements(page) == ["2. Probity MU-02"]
    assert "MU-02-Q1" not in page.nodes[0].text
    page = search(q="mu-02-q1")
    assert elements(page) == ["2. Probity MU-02"]
    assert "Is MU-02 so? MU-02-Q1" in page.nodes[0].text


def test_words_may_stand_partly_in_the_name_of_the_element(framework: Framework) -> None:
    Element.objects.filter(code="MU-02").update(name="Safeguarding")
    say(framework, "MU-02", "Who trains the trustees?")
    page = search(q="safeguarding trustees")
    assert marked(page) == ["Safeguarding", "trustees"]


def test_words_may_stand_in_different_passages_of_one_element(framework: Framework) -> None:
    say(framework, "MU-01", "Who plans the curriculum?")
    say(framework, "MU-02", "Do pupils with SEND thrive?")
    say(framework, "MU-02", "Who plans the curriculum?")
    page = search(q="send curriculum")
    assert elements(page) == ["2. Point 2 MU-02"]
    assert marked(page) == ["SEND", "curriculum"]


def test_phrase_must_stand_together_in_one_passage(framework: Framework) -> None:
    say(framework, "MU-01", "There is a risk")
    say(framework, "MU-01", "register of members")
    assert heading(search(q='"risk register"')).startswith("Nothing found")


def test_passages_with_more_of_the_words_stand_first(framework: Framework) -> None:
    for text in ("A plan now", "A board now", "The board has a plan now", "A plan then"):
        say(framework, "MU-01", text)
    [found] = search(q="board plan").all("ul", "tq-found")
    assert found.text == (
        "The board has a plan now MU-01-X5 A plan now MU-01-X3 A board now MU-01-X4 "
        "And 1 more passage on its page"
    )


def test_passages_that_show_have_all_the_words_between_them(framework: Framework) -> None:
    for text in ("A plan now", "A plan then", "A plan again", "A board now"):
        say(framework, "MU-01", text)
    [found] = search(q="board plan").all("ul", "tq-found")
    assert found.text == (
        "A plan now MU-01-X3 A board now MU-01-X6 A plan then MU-01-X4 "
        "And 1 more passage on its page"
    )


def test_passages_stand_in_the_order_of_the_page(framework: Framework) -> None:
    element = Element.objects.get(code="MU-01")
    for order in (4, 2, 3):
        Statement.objects.create(
            element=element,
            code=f"MU-01-L{order}",
            order=9,
            kind="descriptor",
            level=framework.levels.get(order=order),
            text="A needle here",
        )
    [found] = search(q="needle").all("ul", "tq-found")
    assert found.text == "A needle here MU-01-L2 A needle here MU-01-L3 A needle here MU-01-L4"


# The framework itself.


def itself(page: Page) -> str:
    [item] = [
        node for node in page.all("li", "tq-list__item") if "The framework itself" in node.text
    ]
    return item.text


@pytest.mark.parametrize(
    ("query", "marks", "shown"),
    [
        ("made-up", ["made-up"], "The framework itself Nobody"),
        ("nobody", ["Nobody"], "The framework itself Nobody"),
        (
            "commissioning",
            ["commissioning"],
            "The framework itself Nobody It helps in commissioning and in learning.",
        ),
        (
            "priority",
            ["priority"],
            "The framework itself Nobody Step 2 – A priority now.",
        ),
        (
            "zenith",
            ["Zenith"],
            "The framework itself Nobody Zenith – What step 4 means.",
        ),
        (
            "made-up zenith commissioning",
            ["made-up", "commissioning", "Zenith"],
            "The framework itself Nobody "
            "It helps in commissioning and in learning. Zenith – What step 4 means.",
        ),
    ],
)
def test_framework_is_found_by_what_it_says_of_itself(query, marks, shown, framework) -> None:
    framework.about = "It helps in commissioning and in learning."
    framework.save()
    framework.levels.filter(order=2).update(meaning="A priority now.")
    framework.levels.filter(order=4).update(name="Zenith")
    page = search(q=query)
    assert heading(page) == "1 result in 1 framework"
    assert marked(page) == marks
    assert itself(page) == shown
    assert elements(page) == ["The framework itself"]
    links = {node.text: node.attributes["href"] for node in page.all("a")}
    assert links["The framework itself"] == framework.get_absolute_url()


def test_framework_itself_stands_above_its_elements(framework: Framework) -> None:
    other = make_framework("another")
    Framework.objects.update(about="A needle.")
    for one in (framework, other):
        say(one, "MU-02", "A needle")
    page = search(q="needle")
    assert heading(page) == "4 results in 2 frameworks"
    assert elements(page) == ["The framework itself", "2. Point 2 MU-02"] * 2


def test_older_edition_itself_is_found_only_where_chosen(framework: Framework) -> None:
    make_next_edition(framework)
    assert search(q="made-up").all("h3")[0].text == "The made-up framework (2028-01)"
    assert heading(search(q="made-up")) == "1 result in 1 framework"
    older = search(q="made-up", framework="made-up/2026-01")
    assert older.all("h3")[0].text == "The made-up framework (2026-01)"


def test_publishers_wording_is_searched_where_it_is_loaded(framework: Framework) -> None:
    say(framework, "MU-01", "Our summary", publisher_text="The printed sentence")
    WordingPack.objects.create(framework=framework, source="By leave of Nobody.")
    assert heading(search(q="summary our")) == "Nothing found for “summary our”"
    page = search(q="printed")
    assert marked(page) == ["printed"]
    [box] = page.all("div", "tq-whose-words")
    assert box.text.startswith("The publisher’s own words.")
    assert box.text.endswith("By leave of Nobody.")


def test_mixed_words_are_marked_each(framework: Framework) -> None:
    say(framework, "MU-01", "Our", publisher_text="A needle, printed")
    say(framework, "MU-02", "A needle of ours")
    page = search(q="needle")
    assert [node.text for node in page.all("span", "tq-whose-mark")] == [
        "Publisher’s words",
        "Our words",
    ]


def test_results_are_grouped_by_framework(framework: Framework) -> None:
    other = make_framework("another")
    for one in (framework, other):
        say(one, "MU-01", "A needle")
        say(one, "MU-03", "A needle")
    page = search(q="needle")
    assert heading(page) == "4 results in 2 frameworks"
    assert [node.text for node in page.nodes if node.tag in ("h3", "h4")] == [
        "The another framework (2026-01)",
        "1. Point 1 MU-01",
        "3. Point 3 MU-03",
        "The made-up framework (2026-01)",
        "1. Point 1 MU-01",
        "3. Point 3 MU-03",
    ]


def test_one_framework_can_be_chosen(framework: Framework) -> None:
    make_framework("another")
    page = search(q="so", framework="another/2026-01")
    assert heading(page) == "3 results in 1 framework"
    [chosen] = [node for node in page.all("option") if "selected" in node.attributes]
    assert chosen.text == "The another framework (2026-01)"
    page = search(q="zebra", framework="another/2026-01")
    links = {node.text: node.attributes["href"] for node in page.all("a")}
    assert links["Look in all frameworks"] == "/frameworks/search/?q=zebra"


def test_older_editions_are_searched_only_where_chosen(framework: Framework) -> None:
    make_next_edition(framework)
    page = search(q="so")
    assert heading(page) == "3 results in 1 framework"
    assert page.all("h3")[0].text == "The made-up framework (2028-01)"
    assert page.all("optgroup")[0].attributes["label"] == "Older editions"
    older = search(q="so", framework="made-up/2026-01")
    assert older.all("h3")[0].text == "The made-up framework (2026-01)"


def test_unknown_framework_is_refused_beside_the_field(framework: Framework) -> None:
    page = search(q="so", framework="another/2026-01", status=422)
    assert page.with_id("id_framework-error").text.endswith(
        "Choose one of the frameworks in the list"
    )


def test_own_framework_cannot_be_chosen_by_others(framework, lead, stranger, northfield) -> None:
    own = make_framework("own")
    Framework.objects.filter(pk=own.pk).update(is_published=False)
    OwnFramework.objects.create(trust=northfield, framework=own)
    say(own, "MU-01", "A secret needle")
    for browser in (Client(), client_of(stranger)):
        assert heading(search(browser, q="needle")).startswith("Nothing found")
        page = search(browser, q="needle", framework="own/2026-01", status=422)
        assert "secret" not in page.nodes[0].text
        assert own.title not in page.nodes[0].text
    page = search(client_of(lead), q="needle")
    assert heading(page) == "1 result in 1 framework"
    assert "A framework of your trust’s own." in page.nodes[0].text


@pytest.mark.parametrize("query", ["", "   ", '"', '" "'])
def test_nothing_asked_shows_the_form_alone(query, framework: Framework) -> None:
    page = search(q=query)
    assert "results" not in page.ids()
    assert page.with_id("id_q").attributes["name"] == "q"


def test_query_that_is_too_long_is_refused_beside_the_field(framework: Framework) -> None:
    query = "x" * (QUERY_MAX_LENGTH + 1)
    message = f"Look for {QUERY_MAX_LENGTH} characters or fewer; these are {len(query)}"
    page = search(q=query, status=422)
    assert page.with_id("id_q-error").text.endswith(message)
    box = page.with_id("id_q").attributes
    assert (box["aria-invalid"], box["value"]) == ("true", query)
    [link] = [node for node in page.all("a") if node.attributes["href"] == "#id_q"]
    assert link.text == message
    assert "results" not in page.ids()


def test_longest_query_is_answered(framework: Framework) -> None:
    assert heading(search(q=("z" * 9 + " ") * 10)).startswith("Nothing found")


def test_long_passage_is_cut_around_the_word(framework: Framework) -> None:
    say(framework, "MU-01", "before " * 300 + "needle" + " after" * 300)
    [found] = search(q="needle").all("ul", "tq-found")
    assert len(found.text) < 420
    assert "… " in found.text.replace("…", "… ")
    assert marked(search(q="needle")) == ["needle"]


def test_few_passages_of_an_element_show_and_the_rest_are_counted(framework: Framework) -> None:
    for number in range(5):
        say(framework, "MU-01", f"Needle {number}")
    [found] = search(q="needle").all("ul", "tq-found")
    assert found.text.endswith("Needle 2 MU-01-X5 And 2 more passages on its page")


def test_results_are_paged(db) -> None:
    make_framework("large", domains=(30, 15))
    first = search(q="point")
    assert heading(first) == "45 results in 1 framework"
    assert len(elements(first)) == 20
    links = {node.text: node.attributes["href"] for node in first.all("a")}
    assert links["Next page"] == "?q=point&page=2"
    last = search(q="point", page="3")
    assert elements(last)[-1] == "45. Point 45 MU-45"
    links = {node.text: node.attributes["href"] for node in last.all("a")}
    assert links["Previous page"] == "?q=point&page=2"
    assert "Next page" not in links


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "9" * 50, ""])
def test_page_that_is_none_answers_with_one_that_is(number, framework: Framework) -> None:
    assert heading(search(q="so", page=number)) == "3 results in 1 framework"


def test_repeated_and_unknown_fields_do_no_harm(framework: Framework) -> None:
    answer = Client().get("/frameworks/search/?q=zebra&q=so&unknown=1&framework=&framework=")
    assert answer.status_code == 200
    assert heading(Page(answer.content.decode())) == "3 results in 1 framework"


def test_search_costs_the_same_however_much_it_finds(framework, lead) -> None:
    browser = client_of(lead)

    def cost() -> int:
        with CaptureQueriesContext(connection) as counted:
            search(browser, q="so")
        return len(counted)

    little = cost()
    assert little == 7
    for number in range(5):
        make_framework(f"other-{number}", domains=(9, 4, 9))
    assert cost() == little
