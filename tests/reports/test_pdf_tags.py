"""What a screen reader gets from the PDF: language, tags, headers, alternative texts."""

from __future__ import annotations

import re
from itertools import pairwise

import pikepdf
import pytest

from assessments.actions import create_assessment
from plans.models import Plan
from tests.conftest import make_framework
from tests.reports.conftest import make_plan
from tests.reports.printed import Printed
from trusts.models import Trust, User

# Without it no database is set up when only tests of the shared documents run.
pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.pdf]


def test_file_says_its_title_language_and_that_it_is_tagged(short: Printed) -> None:
    catalog = short.parsed.Root
    assert catalog.Lang == "en-GB"
    assert catalog.MarkInfo.Marked
    assert catalog.ViewerPreferences.DisplayDocTitle
    assert short.reader.metadata.title == "Action plan 2026 – Northfield Learning Trust"
    assert short.reader.metadata.author == "Northfield Learning Trust"
    metadata = short.parsed.open_metadata()
    assert metadata["pdfuaid:part"] == "1"
    assert metadata["dc:title"] == "Action plan 2026 – Northfield Learning Trust"


def test_headings_are_tagged_and_skip_no_level(forty: Printed) -> None:
    levels = [int(str(tag.S)[2]) for tag in forty.tags if re.match(r"/H\d", str(tag.S))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert set(levels) == {1, 2, 3, 4}
    steps = [after - before for before, after in pairwise(levels)]
    assert max(steps) == 1


def test_every_figure_has_an_alternative_text(short: Printed) -> None:
    figures = [tag for tag in short.tags if tag.S == "/Figure"]
    assert [str(figure.Alt) for figure in figures] == [short.report.bar_in_words]
    assert "4 Step 1, 4 Step 2, 3 Step 3, 3 Step 4" in short.report.bar_in_words


def test_every_table_has_headers_that_say_which_way_they_read(forty: Printed) -> None:
    tags = forty.tags
    headers = [tag for tag in tags if tag.S == "/TH"]
    assert {str(header.A.Scope) for header in headers} == {"/Row", "/Column"}
    for header in headers:
        in_head = header.P.P.S == "/THead"
        assert str(header.A.Scope) == ("/Column" if in_head else "/Row")
    for table in (tag for tag in tags if tag.S == "/Table"):
        rows = [row for part in table.K if part.S in ("/THead", "/TBody") for row in part.K]
        assert any(cell.S == "/TH" for row in rows for cell in row.K)
    for cell in (tag for tag in tags if tag.S == "/TD"):
        assert "/Headers" not in cell.A or len(cell.A.Headers) > 0


def test_rows_of_the_heat_map_are_equally_wide(print_once) -> None:
    def make(lead: User, trust: Trust) -> Plan:
        framework = make_framework("wide", domains=(9, 4, 6))
        return make_plan(
            create_assessment(trust=trust, framework=framework, title="A", due_on=None, by=lead),
            by=lead,
        )

    printed = print_once(make)
    tables = [tag for tag in printed.tags if tag.S == "/Table"]
    (rows,) = [
        part.K for table in tables for part in table.K if part.S == "/TBody" and len(part.K) == 5
    ]
    widths, hanging = [], 0
    for row in rows:
        width = sum(int(cell.A.get("/ColSpan", 1)) for cell in row.K) + (1 if hanging else 0)
        hanging = max(hanging - 1, 0)
        spans = [int(cell.A.get("/RowSpan", 1)) for cell in row.K]
        hanging = max(hanging, max(spans) - 1)
        widths.append(width)
    assert widths == [6] * 5
    assert printed.text.count("Not rated yet") == 19 + 19 + 1


def test_running_lines_are_no_content_for_a_screen_reader(short: Printed) -> None:
    parents = list(short.parsed.Root.StructTreeRoot.ParentTree.Nums)
    tags_of_page = dict(zip(map(int, parents[::2]), parents[1::2], strict=True))
    for page in short.parsed.pages:
        kinds = [
            (str(step.operands[0]), dict(step.operands[1]))
            for step in pikepdf.parse_content_stream(page)
            if str(step.operator) == "BDC"
        ]
        running = [kind for kind, details in kinds if details.get("/Type") == "/Pagination"]
        assert len(running) >= 2
        assert set(running) == {"/Artifact"}
        marked = {int(details["/MCID"]) for _, details in kinds if "/MCID" in details}
        own = tags_of_page[int(page.StructParents)]
        assert marked == {number for number, tag in enumerate(own) if tag is not None}


def test_links_are_described_and_printed(forty: Printed) -> None:
    assert len(forty.links) >= 8
    for link in forty.links:
        assert str(link.Contents)
        assert link.F == 4


def test_all_fonts_are_embedded(short: Printed) -> None:
    assert all(short.fonts().values())
