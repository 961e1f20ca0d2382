"""The frameworks to read: everybody may, but a trust's own are its people's alone."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import OwnFramework
from frameworks.models import Alignment, Element, Framework, Level, Statement, WordingPack
from tests.conftest import align, client_of, make_framework, make_next_edition
from tests.page import Page
from trusts.models import Membership, Trust, User

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

INDEX = "/frameworks/"


def read(address: str, browser: Client | None = None) -> Page:
    answer = (browser or Client()).get(address)
    assert answer.status_code == 200, address
    return Page(answer.content.decode())


def links_of(page: Page) -> dict[str, str]:
    return {node.text: node.attributes.get("href", "") for node in page.all("a")}


def text_of(page: Page) -> str:
    return page.all("main")[0].text


def addresses_of(framework: Framework) -> list[str]:
    """Every page of it that anybody may read, and two searches."""
    element = Element.objects.filter(domain__framework=framework).in_order().first()
    choice = f"{framework.key}/{framework.edition}"
    return [
        INDEX,
        framework.get_absolute_url(),
        element.get_absolute_url(),
        f"/frameworks/search/?q=so&framework={choice}",
        "/frameworks/search/?q=so",
    ]


def first_element(framework: Framework) -> Element:
    return Element.objects.filter(domain__framework=framework).in_order().first()


def load_wording(framework: Framework, *codes: str) -> None:
    """The publisher's words for these statements, or for all."""
    statements = Statement.objects.filter(element__domain__framework=framework)
    for statement in statements.filter(code__in=codes) if codes else statements:
        statement.publisher_text = f"Printed: {statement.code}"
        statement.save()
    WordingPack.objects.create(framework=framework, source="By leave of Nobody, 2026.")


@pytest.fixture
def own(northfield: Trust) -> Framework:
    """A framework that Northfield made for itself."""
    made = make_framework("northfields-own")
    made.is_published = False
    made.save()
    OwnFramework.objects.create(trust=northfield, framework=made)
    return made


# The list


def test_index_says_what_each_framework_is(framework: Framework) -> None:
    framework.about = "What it is. Where it comes from (2026). More of it."
    framework.save()
    page = read(INDEX)
    [item] = page.all("li", "tq-list__item")
    assert item.text == (
        "The made-up framework Nobody, January 2026 What it is. Where it comes from (2026). "
        "2 areas 3 points"
    )
    assert links_of(page)["The made-up framework"] == "/frameworks/made-up/2026-01/"


def test_index_groups_by_what_is_rated_and_orders_by_title(framework: Framework) -> None:
    of_school = make_framework("a-school")
    Framework.objects.filter(pk=of_school.pk).update(subject="school")
    make_framework("before-it", domains=(1,))
    page = read(INDEX)
    headings = [node.text for node in page.nodes if node.tag in ("h2", "h3")]
    assert headings == [
        "To rate a trust",
        "The before-it framework",
        "The made-up framework",
        "To rate a school",
        "The a-school framework",
    ]
    assert "1 area 1 point" in page.all("li", "tq-list__item")[0].text
    assert text_of(page).count("this service has no assessments of single schools yet") == 1


def test_index_names_older_editions_behind_the_newest(framework: Framework) -> None:
    newest = make_next_edition(make_next_edition(framework), "2030-01")
    page = read(INDEX)
    [item] = page.all("li", "tq-list__item")
    assert "Earlier editions: 2028-01 of The made-up framework , 2026-01 of" in item.text
    links = links_of(page)
    assert links["The made-up framework"] == newest.get_absolute_url()
    assert links["2026-01 of The made-up framework"] == framework.get_absolute_url()


def test_index_leads_to_each_crosswalk_once(framework: Framework) -> None:
    other = make_framework("another")
    assert "Side by side" not in text_of(read(INDEX))
    for code in ("MU-01", "MU-02"):
        align(framework, code, other, code)
    align(other, "MU-01", framework, "MU-03")
    links = [node for node in read(INDEX).all("a") if "beside" in node.text]
    assert [(node.text, node.attributes["href"]) for node in links] == [
        (
            "The another framework (2026-01) beside The made-up framework (2026-01)",
            "/frameworks/another/2026-01/crosswalk/made-up/2026-01/",
        )
    ]


def test_index_leaves_out_what_only_an_older_edition_mirrors(framework: Framework) -> None:
    other = make_framework("another")
    align(framework, "MU-01", other, "MU-02")
    newer = make_next_edition(other)
    beside = [node.text for node in read(INDEX).all("a") if "beside" in node.text]
    assert beside == ["The made-up framework (2026-01) beside The another framework (2026-01)"]
    newer.delete()
    newest = make_next_edition(framework)
    Alignment.objects.filter(statement__element__domain__framework=newest).delete()
    assert not [node for node in read(INDEX).all("a") if "beside" in node.text]


def test_index_tells_nobody_else_what_an_own_framework_mirrors(own, framework, lead) -> None:
    align(own, "MU-01", framework, "MU-02")
    assert "Side by side" not in text_of(read(INDEX))
    assert "Side by side" in text_of(read(INDEX, client_of(lead)))


def test_index_without_any_framework_says_so(db) -> None:
    assert "No published framework is loaded yet." in text_of(read(INDEX))


# A trust's own


def test_own_framework_is_its_peoples_alone(
    own: Framework, framework: Framework, lead, observer, stranger
) -> None:
    operator = User.objects.create_superuser("operator@service.example", "x" * 20, name="Op")
    for browser in (client_of(stranger), client_of(operator), Client()):
        for address in (own.get_absolute_url(), first_element(own).get_absolute_url()):
            assert browser.get(address).status_code == 404
        assert own.title not in text_of(read(INDEX, browser))
        assert own.title not in text_of(read("/frameworks/search/?q=so", browser))
    for browser in (client_of(lead), client_of(observer)):
        index = text_of(read(INDEX, browser))
        assert index.index("Your trust’s own") < index.index(own.title)
        assert index.index(own.title) < index.index(framework.title)
        assert "A framework of your trust’s own." in text_of(read(own.get_absolute_url(), browser))
        read(first_element(own).get_absolute_url(), browser)


def test_own_framework_that_mirrors_a_published_one_does_not_show_there(
    own, framework, lead, stranger
) -> None:
    align(own, "MU-01", framework, "MU-02")
    address = Element.objects.get(domain__framework=framework, code="MU-02").get_absolute_url()
    for browser in (client_of(stranger), Client()):
        assert own.title not in text_of(read(address, browser))
        assert own.title not in text_of(read(framework.get_absolute_url(), browser))
    assert own.title in text_of(read(address, client_of(lead)))
    assert own.title in text_of(read(framework.get_absolute_url(), client_of(lead)))


# A framework


def test_framework_says_where_it_comes_from(framework: Framework) -> None:
    page = read(framework.get_absolute_url())
    rows = [node.text for node in page.all("div", "govuk-summary-list__row")]
    assert rows == [
        "Publisher Nobody",
        "Edition 2026-01, published on 1 January 2026",
        "Publication It can be found at framework.example .",
        "Attribution Nobody",
        "Licence For tests.",
        "Rates A trust",
    ]


def test_framework_that_is_nowhere_published_has_no_dead_link(framework: Framework) -> None:
    Framework.objects.filter(pk=framework.pk).update(source_url="")
    for address in addresses_of(framework):
        page = read(address)
        assert all(node.attributes.get("href") for node in page.all("a"))
        if address != INDEX:
            [box] = page.all("div", "tq-whose-words")
            assert box.text.endswith(
                "Their own text has no address that we know of: search for it by its title."
            )
    rows = read(framework.get_absolute_url()).all("div", "govuk-summary-list__row")
    assert rows[2].text == (
        "Publication It has no address that we know of: search for it by its title."
    )


def test_own_framework_that_is_nowhere_published_says_nothing_of_it(own, lead) -> None:
    Framework.objects.filter(pk=own.pk).update(source_url="")
    for address in (own.get_absolute_url(), first_element(own).get_absolute_url()):
        assert "search for it" not in text_of(read(address, client_of(lead)))
    rows = read(own.get_absolute_url(), client_of(lead)).all("div", "govuk-summary-list__row")
    assert "Publication" not in " ".join(row.text for row in rows)


def test_licence_that_has_a_page_leads_to_it(framework: Framework) -> None:
    addresses = (framework.get_absolute_url(), first_element(framework).get_absolute_url())
    assert "Read the licence" not in " ".join(text_of(read(one)) for one in addresses)
    Framework.objects.update(licence_url="https://licence.example/3/")
    for address in addresses:
        assert links_of(read(address))["Read the licence"] == "https://licence.example/3/"


def test_framework_shows_its_scale_and_leads_to_every_element(framework: Framework) -> None:
    page = read(framework.get_absolute_url())
    [scale] = page.all("ol", "tq-scale")
    assert scale.text == " ".join(f"Step {n} What step {n} means." for n in range(1, 5))
    links = links_of(page)
    for number in (1, 2, 3):
        address = f"/frameworks/made-up/2026-01/elements/MU-0{number}/"
        assert links[f"{number}. Point {number}"] == address
    assert [node.text for node in page.all("h3")] == ["Area 1", "Area 2"]
    assert "Areas and points" in text_of(page)


def test_grid_is_a_table_of_elements_by_levels(framework: Framework) -> None:
    framework.layout = "grid"
    framework.save()
    Statement.objects.create(
        element=first_element(framework), code="MU-01-N1", order=1, kind="note", text="Mind this."
    )
    page = read(framework.get_absolute_url())
    columns = [node.text for node in page.all("th") if node.attributes["scope"] == "col"]
    assert columns == ["Point", "Step 1", "Step 2", "Step 3", "Step 4"] * 2
    rows = [node.text for node in page.all("th") if node.attributes["scope"] == "row"]
    assert rows == [f"{number}. Point {number} A summary." for number in (1, 2, 3)]
    cells = [node.text for node in page.all("td")]
    assert cells[:4] == [
        "Step 1 MU-01 at Step 1.",
        "Step 2 Not described",
        "Step 3 Not described",
        "Step 4 MU-01 at Step 4.",
    ]
    assert "Footnote to 1. Point 1: Mind this." in text_of(page)


def test_older_edition_leads_to_the_newer_and_the_newer_says_what_changed(framework) -> None:
    newer = make_next_edition(framework)
    links = links_of(read(framework.get_absolute_url()))
    assert links["The made-up framework (2028-01)"] == newer.get_absolute_url()
    changes = reverse("frameworks:changes", args=[newer.key, newer.edition])
    assert links_of(read(newer.get_absolute_url()))["What changed since edition 2026-01"] == changes


def test_aligned_frameworks_lead_to_each_other(framework: Framework) -> None:
    other = make_framework("other")
    align(framework, "MU-01", other, "MU-02")
    for one, beside in ((framework, other), (other, framework)):
        address = reverse(
            "frameworks:crosswalk", args=[one.key, one.edition, beside.key, beside.edition]
        )
        assert address in links_of(read(one.get_absolute_url())).values()


def test_wording_is_offered_to_the_operator_alone(framework, lead) -> None:
    operator = User.objects.create_superuser("operator@service.example", "x" * 20, name="Op")
    address = reverse("frameworks:wording", args=[framework.key, framework.edition])
    seen = [
        address in links_of(read(framework.get_absolute_url(), browser)).values()
        for browser in (client_of(operator), client_of(lead), Client())
    ]
    assert seen == [True, False, False]


# An element


def test_element_shows_everything_that_is_said_about_it(framework: Framework) -> None:
    element = first_element(framework)
    level = framework.levels.get(order=1)
    head = Statement.objects.create(
        element=element, code="MU-01-H", order=2, kind="descriptor", level=level, text="Such as:"
    )
    for letter in "ab":
        Statement.objects.create(
            element=element,
            code=f"MU-01-H{letter}",
            order=ord(letter),
            kind="descriptor",
            level=level,
            parent=head,
            text=f"Point {letter}.",
        )
    for order, (audience, text) in enumerate(
        [("ceo", "The CEO does."), ("board", "The board does."), ("", "All do.")], start=1
    ):
        Statement.objects.create(
            element=element,
            code=f"MU-01-G{order}",
            order=order,
            kind="descriptor",
            audience=audience,
            text=text,
        )
    Statement.objects.create(element=element, code="MU-01-N", order=1, kind="note", text="Mind.")
    page = read(element.get_absolute_url())
    assert [node.text for node in page.all("h2")] == [
        "Questions to talk over",
        "What good looks like",
        "What Step 1 looks like",
        "What Step 4 looks like",
        "Footnote",
        "Where it comes from",
    ]
    assert [node.text for node in page.all("h3", "tq-audience")] == ["Board", "CEO"]
    good = page.all("section", "tq-looks")[0].text
    assert good == (
        "What good looks like All do. MU-01-G3 Board The board does. MU-01-G2 "
        "CEO The CEO does. MU-01-G1"
    )
    assert page.with_id("MU-01-H").text == "Such as: MU-01-H Point a. MU-01-Ha Point b. MU-01-Hb"
    assert page.with_id("MU-01-N").text == "Mind. MU-01-N"
    assert "A summary." in text_of(page)
    assert page.all("h1")[0].text == "1. Point 1 MU-01"


def test_elements_lead_to_the_one_before_and_after(framework: Framework) -> None:
    addresses = [f"/frameworks/made-up/2026-01/elements/MU-0{n}/" for n in (1, 2, 3)]
    around = [
        {
            node.attributes["rel"]: node.attributes["href"]
            for node in read(address).all("a", "govuk-pagination__link")
        }
        for address in addresses
    ]
    assert around == [
        {"next": addresses[1]},
        {"prev": addresses[0], "next": addresses[2]},
        {"prev": addresses[1]},
    ]


def test_statement_leads_to_what_it_mirrors_and_back(framework: Framework) -> None:
    other = make_framework("other")
    Framework.objects.filter(pk=framework.pk).update(alignment_note="† stands for the same theme.")
    align(framework, "MU-01", other, "MU-02", symbol="†")
    here = first_element(framework)
    there = Element.objects.get(domain__framework=other, code="MU-02")
    page = read(here.get_absolute_url())
    assert page.with_id("MU-01-Q1").text == "Is MU-01 so? MU-01-Q1 † Mirrors Point 2 , Area 1"
    assert links_of(page)["Point 2"] == there.get_absolute_url()
    assert "† stands for the same theme." in text_of(page)
    back = read(there.get_absolute_url())
    assert "Mirrored by The made-up framework (2026-01) Is MU-01 so? Our words" in text_of(back)
    assert "† stands for the same theme." in text_of(back)
    assert f"{here.get_absolute_url()}#MU-01-Q1" in links_of(back).values()


@pytest.mark.parametrize("code", ["MU-99", "mu-01", "x%00y", "..", "é", "9" * 300])
def test_unknown_code_is_not_found(code, framework: Framework) -> None:
    assert Client().get(f"/frameworks/made-up/2026-01/elements/{code}/").status_code == 404


def test_text_of_a_framework_is_never_markup(framework: Framework) -> None:
    bad = "<script>alert(1)</script>"
    Framework.objects.update(about=bad, attribution=bad, licence=bad, title=bad, layout="grid")
    Element.objects.update(summary=bad, name=bad)
    Statement.objects.update(text=bad, publisher_text=bad)
    WordingPack.objects.create(framework=framework, source=bad)
    for address in [*addresses_of(framework), "/frameworks/search/?q=script"]:
        assert "<script>alert" not in Client().get(address).content.decode()


# Whose words


def test_our_words_are_marked_once_a_page(framework: Framework) -> None:
    Framework.objects.update(layout="grid")
    for address in (framework.get_absolute_url(), first_element(framework).get_absolute_url()):
        page = read(address)
        [box] = page.all("div", "tq-whose-words")
        assert box.text.startswith("Our words, not the publisher’s.")
        assert box.text.endswith("Their own text can be found at framework.example .")
        assert links_of(page)["framework.example"] == "https://framework.example/"
        assert not page.all("span", "tq-whose-mark")


@pytest.mark.parametrize("layout", ["sides", "grid"])
def test_publishers_words_show_with_their_source(layout, framework: Framework) -> None:
    Framework.objects.update(layout=layout)
    load_wording(framework)
    for address in (framework.get_absolute_url(), first_element(framework).get_absolute_url()):
        page = read(address)
        [box] = page.all("div", "tq-whose-words")
        assert box.text.startswith("The publisher’s own words.")
        assert box.text.endswith("By leave of Nobody, 2026.")
        assert not page.all("span", "tq-whose-mark")
    assert "Printed: MU-01-Q1" in text_of(page)
    assert "Is MU-01 so?" not in text_of(page)


def test_each_statement_says_whose_words_it_is_in_where_they_are_mixed(framework) -> None:
    Framework.objects.update(layout="grid")
    load_wording(framework, "MU-01-1")
    page = read(first_element(framework).get_absolute_url())
    assert page.with_id("MU-01-1").text == "Printed: MU-01-1 MU-01-1 Publisher’s words"
    assert page.with_id("MU-01-4").text == "MU-01 at Step 4. MU-01-4 Our words"
    grid = read(framework.get_absolute_url())
    assert [node.text for node in grid.all("td")][:1] == [
        "Step 1 Printed: MU-01-1 Publisher’s words"
    ]
    for one in (page, grid):
        [box] = one.all("div", "tq-whose-words")
        assert box.text.endswith("Each is marked. By leave of Nobody, 2026.")


def test_rating_page_says_whose_words_they_are(assessment, framework, lead) -> None:
    load_wording(framework, "MU-01-1")
    page = read(reverse("assessments:rate", args=[assessment.pk, "MU-01"]), client_of(lead))
    [box] = page.all("div", "tq-whose-words")
    assert "By leave of Nobody, 2026." in box.text
    assert [node.text for node in page.all("span", "tq-whose-mark")] == [
        "Our words",
        "Publisher’s words",
        "Our words",
    ]


def test_rating_page_shows_what_good_looks_like_to_each_audience(
    assessment, framework, lead
) -> None:
    element = first_element(framework)
    for order, audience in enumerate(["both", "members"], start=1):
        Statement.objects.create(
            element=element,
            code=f"MU-01-G{order}",
            order=order,
            kind="descriptor",
            audience=audience,
            text=f"For {audience}.",
        )
    page = read(reverse("assessments:rate", args=[assessment.pk, "MU-01"]), client_of(lead))
    good = page.all("section", "tq-rate__description--strong")[0].text
    assert good == "What good looks like Members For members. Board and CEO For both."


# Who is there, and what it costs


def test_signed_out_people_are_shown_the_frameworks_and_where_to_sign_in(framework) -> None:
    for address in ("/", framework.get_absolute_url(), "/accounts/login/"):
        page = read(address)
        nav = [node.text for node in page.all("a", "tq-nav__link")]
        assert nav == ["Frameworks", "Sign in"]
    assert links_of(read("/"))["Read the published frameworks"] == INDEX


def test_signed_in_people_have_the_frameworks_in_their_navigation(framework, lead) -> None:
    page = read(framework.get_absolute_url(), client_of(lead))
    links = {node.text: node.attributes for node in page.all("a", "tq-nav__link")}
    assert list(links) == ["Your trust", "Frameworks"]
    assert links["Frameworks"]["aria-current"] == "true"
    index = read(INDEX, client_of(lead)).all("a", "tq-nav__link")
    assert index[-1].attributes["aria-current"] == "page"


def test_reading_leaves_no_cookie_and_no_shared_copy(framework: Framework, lead) -> None:
    for address in ["/", *addresses_of(framework)]:
        answer = Client().get(address)
        assert not answer.cookies, address
        assert "Cookie" in answer["Vary"]
    for browser in (Client(), client_of(lead)):
        for address in addresses_of(framework):
            directives = set(browser.get(address)["Cache-Control"].split(", "))
            assert {"private", "no-cache"} <= directives


def queries_of(address: str, browser: Client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert browser.get(address).status_code == 200
    return len(counted)


@pytest.mark.parametrize("layout", ["sides", "grid"])
def test_pages_cost_eight_queries_at_most_however_much_there_is(
    layout, framework, lead, southmere
) -> None:
    operator = User.objects.create_superuser("operator@service.example", "x" * 20, name="Op")
    Framework.objects.update(layout=layout)
    browsers = [client_of(lead), client_of(operator), Client()]
    addresses = addresses_of(framework)

    def costs() -> list[list[int]]:
        return [[queries_of(address, browser) for address in addresses] for browser in browsers]

    little = costs()
    assert max(map(max, little)) <= 8
    Membership.objects.create(user=lead, trust=southmere, role="lead")
    for number in range(6):
        other = make_framework(f"other-{number}", domains=(4, 5), levels=5)
        align(other, "MU-01", framework, "MU-01")
        align(framework, "MU-01", other, "MU-03")
        OwnFramework.objects.create(trust=southmere, framework=make_own(number))
    load_wording(make_next_edition(framework))
    load_wording(framework, "MU-01-1")
    assert costs() == little


def make_own(number: int) -> Framework:
    made = make_framework(f"own-{number}")
    Framework.objects.filter(pk=made.pk).update(is_published=False)
    return made


def test_levels_of_a_long_scale_all_show(db) -> None:
    framework = make_framework("long", levels=7)
    assert Level.objects.filter(framework=framework).count() == 7
    [scale] = read(framework.get_absolute_url()).all("ol", "tq-scale")
    assert scale.text.count("What step") == 7
