"""How a level and a whole assessment look in HTML: name, mark and colour, in a real table."""

from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string

from assessments.heat_map import lines_of
from tests.page import Node, Page

TONES = ["weakest", "weak", "middle", "strong", "strongest"]


def level(tone: str, name: str = "") -> SimpleNamespace:
    return SimpleNamespace(tone=tone, name=name or tone.capitalize())


def chip(shown: SimpleNamespace | None) -> Page:
    return Page(render_to_string("_partials/level_chip.html", {"level": shown}))


@pytest.mark.parametrize("tone", TONES)
def test_chip_says_its_name_beside_a_mark_that_is_silent(tone):
    page = chip(level(tone, "Embedding"))
    outer = page.nodes[0]
    assert outer.text == "Embedding"
    assert outer.classes == {"tq-level", f"tq-level--{tone}"}
    assert page.all("svg")[0].attributes["aria-hidden"] == "true"


def test_marks_differ_without_their_colour():
    marks = {
        render_to_string("_partials/level_mark.html", {"level": level(tone)}) for tone in TONES
    }
    assert len(marks) == len(TONES)


def test_chip_without_a_level_is_plainly_empty():
    page = chip(None)
    assert page.nodes[0].text == "Not rated yet"
    assert page.nodes[0].classes == {"tq-level", "tq-level--none"}
    assert not page.all("svg")


def cell(number: int, **values: object) -> SimpleNamespace:
    element = SimpleNamespace(number=number, code=f"X-{number}", name=f"Element {number}")
    empty = {"level": None, "previous_level": None, "is_priority": False}
    return SimpleNamespace(element=element, url=f"/rate/{number}", **(empty | values))


def heat_map(sizes: tuple[int, ...] = (3, 1)) -> SimpleNamespace:
    numbers = iter(range(1, sum(sizes) + 1))
    rows = [
        SimpleNamespace(
            domain=SimpleNamespace(name=f"Domain {row}"),
            lines=lines_of([cell(next(numbers)) for _ in range(size)]),
        )
        for row, size in enumerate(sizes, start=1)
    ]
    return SimpleNamespace(
        rows=rows,
        columns=max(len(line) for row in rows for line in row.lines),
        caption="Agreed ratings",
        previous_title="2025",
    )


def drawn(shown: SimpleNamespace) -> Page:
    return Page(render_to_string("_partials/heat_map.html", {"heat_map": shown}))


def links(page: Page) -> list[Node]:
    return page.all("a", "tq-heat-map__link")


def test_heat_map_is_a_table_with_domains_as_row_headers():
    page = drawn(heat_map())
    assert page.all("caption")[0].text == "Agreed ratings"
    headers = page.all("th")
    assert [node.text for node in headers] == ["Domain 1", "Domain 2"]
    assert {(n.attributes["scope"], n.attributes["role"]) for n in headers} == {
        ("rowgroup", "rowheader")
    }
    roles = [node.attributes.get("role") for node in page.nodes]
    assert (roles.count("table"), roles.count("row"), roles.count("cell")) == (1, 2, 4)


def test_cell_links_to_its_element_and_says_all_in_words():
    shown = heat_map()
    shown.rows[0].lines[0][0] = cell(
        1,
        level=level("weakest", "Red"),
        previous_level=level("weak", "Amber-red"),
        is_priority=True,
    )
    link = links(drawn(shown))[0]
    assert link.attributes["href"] == "/rate/1"
    assert link.text == "1 Element 1 Red 2025: Amber-red Priority"
    assert {"tq-heat-map__link--weakest", "tq-heat-map__link--priority"} <= link.classes


def test_cell_nobody_has_rated_is_plainly_empty():
    link = links(drawn(heat_map()))[0]
    assert link.text == "1 Element 1 Not rated yet"
    assert link.classes == {"tq-heat-map__link", "tq-heat-map__link--none"}


@pytest.mark.parametrize(
    ("sizes", "wide"), [((3, 2, 2), False), ((9, 4, 9, 6, 7), True), ((7,), False), ((12,), True)]
)
def test_many_cells_in_a_line_make_the_map_wide(sizes, wide):
    page = drawn(heat_map(sizes))
    assert len(links(page)) == sum(sizes)
    assert bool(page.all("div", "tq-heat--wide")) is wide


def test_domain_of_many_elements_is_the_header_of_several_lines():
    page = drawn(heat_map((9, 1, 6)))
    assert [header.attributes["rowspan"] for header in page.all("th")] == ["2", "1", "1"]
    assert len(page.all("tr")) == 4


def test_only_domain_stands_above_its_cells_and_takes_no_column():
    page = drawn(heat_map((10,)))
    [header] = page.all("th")
    assert (header.text, header.attributes["colspan"]) == ("Domain 1", "5")
    assert len(page.all("tr")) == 3
