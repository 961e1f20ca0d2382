"""The operator's pages for a publisher's wording, and everywhere that the wording shows."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from assessments.models import Assessment
from frameworks.models import Framework, Statement, WordingPack
from sheets.reading import LARGEST
from sheets.writing import MEDIA_TYPE
from tests.conftest import client_of, make_framework, make_user
from tests.frameworks.test_wording import SOURCE, everything, load, pack, sheet_of, theirs
from tests.page import Page
from trusts.models import User

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

NAMES = ("made-up", "2026-01")
WORDING, SHEET, REMOVE = (
    f"/frameworks/made-up/2026-01/{end}" for end in ("wording/", "wording.xlsx", "wording/remove/")
)


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_superuser("op@service.example", "a long passphrase", name="Op")


@pytest.fixture
def area(operator: User) -> Client:
    return client_of(operator)


def sent(data: bytes | None, *, source: str = SOURCE, name: str = "filled in.xlsx") -> dict:
    fields: dict = {"source": source}
    if data is not None:
        fields["sheet"] = SimpleUploadedFile(name, data)
    return fields


def page_of(answer) -> Page:
    return Page(answer.content.decode())


def test_page_says_that_nothing_is_loaded(area, framework) -> None:
    page = page_of(area.get(WORDING))
    assert "Nothing. All 9 statements stand in our words." in page.nodes[0].text
    links = {node.attributes.get("href") for node in page.all("a")}
    assert SHEET in links
    assert REMOVE not in links
    assert page.all("form")[-1].attributes["enctype"] == "multipart/form-data"
    assert "tq-faults" not in {name for node in page.nodes for name in node.classes}


def test_page_says_what_is_loaded_when_and_by_whom(area, operator, framework) -> None:
    load(framework, pack(MU_01_Q1="One"), by=operator, source="© Nobody <2026>\nBy permission.")
    WordingPack.objects.update(loaded_at="2026-11-02T09:05:00Z")
    answer = area.get(WORDING)
    page = page_of(answer)
    values = [node.text for node in page.all("dd")]
    assert values == [
        "1 of 9; the others stand in our words",
        "© Nobody <2026> By permission.",
        "2 November 2026, 09:05 by Op",
    ]
    assert page.with_id("id_source").text == "© Nobody <2026> By permission."
    assert REMOVE in {node.attributes.get("href") for node in page.all("a")}
    assert "no-store" in answer["Cache-Control"]
    WordingPack.objects.update(loaded_by=None)
    assert "by a command on the server" in page_of(area.get(WORDING)).nodes[0].text


def test_sheet_is_downloaded_filled_in_and_loaded(area, operator, framework) -> None:
    answer = area.get(SHEET)
    assert answer["Content-Type"] == MEDIA_TYPE
    assert answer["Content-Disposition"] == 'attachment; filename="made-up-2026-01-wording.xlsx"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    book = load_workbook(BytesIO(answer.content))
    for row in book["Wording"].iter_rows(min_row=2):
        row[2].value = f"Theirs: {row[0].value}"
    file = BytesIO()
    book.save(file)
    saved = area.post(WORDING, sent(file.getvalue()), follow=True)
    assert saved.redirect_chain == [(WORDING, 302)]
    told = "The publisher’s words are loaded for 9 of 9 statements."
    assert told in saved.content.decode()
    assert theirs() == {one.code: f"Theirs: {one.code}" for one in Statement.objects.all()}
    kept = WordingPack.objects.get()
    assert (kept.source, kept.loaded_by) == (SOURCE, operator)
    before = everything()
    area.post(WORDING, sent(area.get(SHEET).content))
    assert everything() == before


def test_every_fault_is_listed_with_its_row_and_the_source_is_kept(area, framework) -> None:
    load(framework, pack(MU_03_Q1="Before"))
    before = everything()
    rows = [("<b>", "", "x"), ("MU-01-Q1", "", ""), ("MU-01-Q1", "", "y")]
    answer = area.post(WORDING, sent(sheet_of(*rows), source="As typed."))
    assert answer.status_code == 422
    page = page_of(answer)
    listed = [node.text for node in page.all("tr")][1:]
    assert listed == [
        "Row 2 This framework has no statement “<b>”",
        "Row 3 There is no wording. Fill it in, or delete the row",
        "Row 4 MU-01-Q1 stands in row 3 already",
    ]
    told = "The selected sheet has 3 faults, so nothing was changed"
    summary = next(node for node in page.all("div", "govuk-error-summary"))
    assert told in summary.text
    assert "#id_sheet" in {node.attributes.get("href") for node in page.all("a")}
    assert told in page.with_id("id_sheet-error").text
    assert page.all("title")[0].text.startswith("Error: ")
    assert page.with_id("id_source").text == "As typed."
    assert "Select the sheet again: a browser does not keep it." in page.nodes[0].text
    assert everything() == before


def test_one_fault_is_one(area, framework) -> None:
    answer = area.post(WORDING, sent(sheet_of(("MU-01-Q1", "", ""))))
    assert "The selected sheet has 1 fault, so" in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (None, "Select the filled-in sheet"),
        (b"", "The selected file is empty"),
        (b"Code,Our words\n", "The selected file must be an Excel spreadsheet (.xlsx)"),
        (b"PK\x03\x04" + b"x" * LARGEST, "The selected file must be smaller than 2 MB"),
        (b"PK\x03\x04" + b"x" * 3_000_000, "The selected file must be smaller than 2 MB"),
        (b"PK\x03\x04", "The selected file is damaged or unusual and cannot be read."),
    ],
)
def test_wrong_file_is_told_beside_the_field(area, framework, data, error) -> None:
    answer = area.post(WORDING, sent(data, source="As typed."))
    assert answer.status_code == 422
    page = page_of(answer)
    assert error in page.with_id("id_sheet-error").text
    assert page.with_id("id_source").text == "As typed."
    assert "aria-invalid" in page.with_id("id_sheet").attributes
    assert not WordingPack.objects.exists()


def test_name_of_the_file_does_not_matter(area, framework) -> None:
    assert area.post(WORDING, sent(pack(MU_01_Q1="One"), name="a.csv")).status_code == 302
    assert area.post(WORDING, sent(b"a,b", name="a.xlsx")).status_code == 422


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("", "Say where the words are from and by what right you use them"),
        (" \n", "Say where the words are from and by what right you use them"),
        ("x" * 2_001, "Source and right must be 2,000 characters or fewer; it has 2,001"),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_source_is_needed(area, framework, source, error) -> None:
    answer = area.post(WORDING, sent(pack(MU_01_Q1="One"), source=source))
    assert answer.status_code == 422
    assert error in page_of(answer).with_id("id_source-error").text
    assert theirs() == {}


def test_taking_out_asks_first(area, framework) -> None:
    load(framework, pack(MU_01_Q1="One"))
    page = page_of(area.get(REMOVE))
    assert "1 of 9" in page.nodes[0].text
    assert "Take them out" in [node.text for node in page.all("button")]
    assert theirs() == {"MU-01-Q1": "One"}
    answer = area.post(REMOVE, follow=True)
    assert answer.redirect_chain == [(WORDING, 302)]
    assert "The publisher’s words are taken out." in answer.content.decode()
    assert theirs() == {}
    page = page_of(area.get(REMOVE))
    assert "Nothing. All 9 statements stand in our words." in page.nodes[0].text
    assert "Take them out" not in [node.text for node in page.all("button")]


@pytest.mark.parametrize("address", [WORDING, SHEET, REMOVE])
def test_pages_are_the_operators_alone(address, framework, lead, client) -> None:
    load(framework, pack(MU_01_Q1="One"))
    staff = make_user("staff@service.example")
    staff.is_staff = True
    staff.save()
    for user in (lead, staff):
        assert client_of(user).get(address).status_code == 404
        if address != SHEET:
            assert client_of(user).post(address, sent(pack(MU_02_Q1="x"))).status_code == 404
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"
    if address != SHEET:
        assert client.post(address, sent(pack(MU_02_Q1="x"))).status_code == 401
    assert theirs() == {"MU-01-Q1": "One"}


@pytest.mark.parametrize("address", [WORDING, SHEET, REMOVE])
def test_own_and_unknown_frameworks_have_no_such_page(address, area, framework) -> None:
    assert area.get(address.replace("2026-01", "2026-02")).status_code == 404
    assert area.get(address.replace("made-up", "other")).status_code == 404
    Framework.objects.update(is_published=False)
    assert area.get(address).status_code == 404


def test_pages_take_few_queries(area, django_assert_max_num_queries) -> None:
    framework = make_framework(domains=(10, 10))
    load(framework, pack(MU_01_Q1="One"))
    for address in (WORDING, SHEET, REMOVE):
        with django_assert_max_num_queries(8):
            answer = area.get(address)
        assert answer.status_code == 200


# Everywhere that it shows


def shown(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return page_of(answer).nodes[0].text


def test_wording_shows_with_its_source_and_goes_again(
    assessment: Assessment, framework, lead, client
) -> None:
    element = reverse("frameworks:element", args=[*NAMES, "MU-01"])
    rate = reverse("assessments:rate", args=[assessment.pk, "MU-01"])
    places = [(client, element), (client_of(lead), rate)]
    load(framework, pack(MU_01_Q1="In their words?", MU_01_1="At their lowest."))
    for browser, address in places:
        text = shown(browser, address)
        assert "In their words?" in text
        assert "At their lowest." in text
        assert "Is MU-01 so?" not in text
        assert "MU-01 at Step 4." in text
        assert SOURCE in text
    load(framework, pack(MU_01_Q1="In <their> words?\nStill."))
    for browser, address in places:
        assert "In <their> words? Still." in shown(browser, address)
        assert "MU-01 at Step 1." in shown(browser, address)
    client_of(User.objects.create_superuser("op@x.example", "x" * 20, name="Op")).post(REMOVE)
    for browser, address in places:
        text = shown(browser, address)
        assert "Is MU-01 so?" in text
        assert SOURCE not in text


def test_wording_is_searched(framework, client) -> None:
    load(framework, pack(MU_01_Q1="Perspicacious trustees?"))
    assert "Perspicacious" in shown(client, reverse("frameworks:search") + "?q=perspicacious")


# The admin area


def test_admin_shows_the_pack_and_leads_to_its_page(area, operator, framework) -> None:
    load(framework, pack(MU_01_Q1="One"), by=operator)
    page = page_of(area.get(reverse("admin:frameworks_framework_change", args=[framework.pk])))
    assert SOURCE in page.nodes[0].text
    assert WORDING in {node.attributes.get("href") for node in page.all("a")}
    assert "wording_pack-0-source" not in {node.attributes.get("name") for node in page.nodes}


def test_admin_shows_no_framework_of_a_trusts_own(area, framework) -> None:
    own = make_framework("own-and-secret")
    Framework.objects.filter(pk=own.pk).update(is_published=False)
    element = own.domains.first().elements.first()
    for model, row, shown in (("framework", own, "made-up"), ("element", element, "Point 1")):
        listed = area.get(reverse(f"admin:frameworks_{model}_changelist")).content.decode()
        assert shown in listed
        assert "own-and-secret" not in listed
        opened = area.get(reverse(f"admin:frameworks_{model}_change", args=[row.pk]))
        assert opened.status_code == 302
