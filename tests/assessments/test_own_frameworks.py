"""A trust's own framework: sent in, looked at, made, used in every later step, removed."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

import frameworks.urls
import reports.urls
from assessments.actions import create_assessment
from assessments.forms import AssessmentForm
from assessments.models import Assessment, FrameworkUpload, OwnFramework, Rating
from assessments.own_frameworks import (
    keep_upload,
    key_of,
    make_framework,
    remove_framework,
)
from frameworks.framework_draft import FrameworkDraft, StatementDraft
from frameworks.framework_example import EXAMPLE
from frameworks.framework_sheet import read_framework
from frameworks.framework_template import FILE_NAME, template
from frameworks.models import Domain, Element, Framework, Level, Statement
from plans.models import Plan, Priority
from reports.action_plan import build_action_plan
from reports.stamp import Stamp
from sheets.reading import LARGEST, read_workbook
from tests.conftest import client_of, make_user
from tests.frameworks.conftest import workbook_of
from tests.page import Page
from tests.plans.conftest import action_fields, address
from trusts.models import Role, Trust, User

pytestmark = pytest.mark.once  # pages and spreadsheets; several people at once are tried on both
HOSTILE = "<script>alert(1)</script> {{ 7 }} =1+1 & \"q'"


def at(name: str, *rest: object) -> str:
    return reverse(f"assessments:{name}", args=["northfield", *rest])


def send(browser: Client, document: bytes, name: str = "culture.xlsx"):
    return browser.post(at("upload_framework"), {"document": SimpleUploadedFile(name, document)})


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def later(draft: FrameworkDraft = EXAMPLE, edition: str = "2027-11", **changes) -> bytes:
    """The spreadsheet of the draft's next edition."""
    published_on = date(int(edition[:4]), int(edition[5:7]), 25)
    changes = {"edition": edition, "published_on": published_on} | changes
    return workbook_of(replace(draft, **changes))


@pytest.fixture
def waiting(northfield: Trust, lead: User) -> FrameworkUpload:
    """The example, sent in and checked."""
    return keep_upload(
        trust=northfield, file_name="culture.xlsx", document=workbook_of(EXAMPLE), by=lead
    )


@pytest.fixture
def make(northfield: Trust, lead: User) -> Callable[..., Framework]:
    """A framework of Northfield's from a spreadsheet."""

    def from_document(document: bytes = b"", trust: Trust = northfield) -> Framework:
        upload = keep_upload(
            trust=trust, file_name="x.xlsx", document=document or workbook_of(EXAMPLE), by=lead
        )
        return make_framework(upload=upload, by=lead)

    return from_document


# From the spreadsheet to the framework.


def test_template_is_a_file_that_uploads_without_a_fault(lead: User, trustee: User) -> None:
    answer = client_of(trustee).get(at("framework_template"))
    assert answer["Content-Disposition"] == f'attachment; filename="{FILE_NAME}"'
    assert read_framework(read_workbook(BytesIO(answer.content))) == EXAMPLE
    assert send(client_of(lead), answer.content).status_code == 302


def test_spreadsheet_is_looked_at_before_anything_is_made(lead: User, northfield: Trust) -> None:
    browser = client_of(lead)
    answer = send(browser, template())
    upload = FrameworkUpload.objects.get()
    assert answer.url == at("framework_upload", upload.pk)
    assert (upload.trust, upload.uploaded_by, upload.file_name) == (
        northfield,
        lead,
        "culture.xlsx",
    )
    assert not Framework.objects.exists()
    shown = text_of(browser.get(answer.url))
    Page(browser.get(answer.url).content.decode())
    for words in (
        *(one.text for one in EXAMPLE.statements),
        *(one.name for one in (*EXAMPLE.levels, *EXAMPLE.domains, *EXAMPLE.elements)),
        *(one.meaning for one in EXAMPLE.levels),
        *(one.summary for one in EXAMPLE.elements),
        EXAMPLE.about,
        EXAMPLE.licence,
        EXAMPLE.attribution,
        "4 levels; 2 parts; 4 habits; 17 statements",
        "The people of Northfield Learning Trust, and nobody else",
    ):
        assert words in shown, words
    assert not Framework.objects.exists()


def test_yes_makes_the_framework_for_the_trust_alone(waiting, lead, northfield) -> None:
    browser = client_of(lead)
    answer = browser.post(at("framework_upload", waiting.pk), {"then": "make"}, follow=True)
    framework = Framework.objects.get()
    assert framework.key == key_of(northfield, "Board culture")
    assert framework.key.startswith("own-board-culture-")
    assert (framework.title, framework.edition) == ("Board culture", "2026-11")
    assert (framework.is_published, framework.layout) == (False, "sides")
    assert (framework.owner.trust, framework.owner.created_by) == (northfield, lead)
    assert not FrameworkUpload.objects.exists()
    assert "Board culture is ready" in text_of(answer)
    assert framework.get_absolute_url() in text_of(answer)


def test_pressing_twice_makes_one(waiting: FrameworkUpload, lead: User) -> None:
    browser = client_of(lead)
    for _ in range(2):
        answer = browser.post(at("framework_upload", waiting.pk), {"then": "make"}, follow=True)
        assert answer.status_code == 200
    assert Framework.objects.count() == OwnFramework.objects.count() == 1
    assert "does not wait any longer" in text_of(answer)


def test_no_throws_it_away(waiting: FrameworkUpload, lead: User) -> None:
    browser = client_of(lead)
    for _ in range(2):
        answer = browser.post(at("framework_upload", waiting.pk), {"then": "discard"}, follow=True)
        assert answer.status_code == 200
    assert not FrameworkUpload.objects.exists()
    assert not Framework.objects.exists()
    assert browser.get(at("framework_upload", waiting.pk)).status_code == 404


@pytest.mark.parametrize("then", ["", "perhaps"])
def test_neither_yes_nor_no_changes_nothing(then, waiting, lead) -> None:
    answer = client_of(lead).post(at("framework_upload", waiting.pk), {"then": then})
    assert answer.status_code == 422
    assert FrameworkUpload.objects.exists()
    assert not Framework.objects.exists()


def test_newer_upload_replaces_the_persons_own(lead: User, northfield: Trust) -> None:
    other = make_user("second@northfield.example", trust=northfield, role=Role.LEAD)
    send(client_of(other), template(), "theirs.xlsx")
    for number in range(3):
        send(client_of(lead), template(), f"mine-{number}.xlsx")
    names = FrameworkUpload.objects.values_list("file_name", flat=True)
    assert sorted(names) == ["mine-2.xlsx", "theirs.xlsx"]
    shown = text_of(client_of(lead).get(at("own_frameworks")))
    assert "mine-2.xlsx" in shown
    assert "theirs.xlsx" in shown


def test_what_waits_is_shown_to_who_may_decide(waiting, trustee) -> None:
    assert "culture.xlsx" not in text_of(client_of(trustee).get(at("own_frameworks")))


# What is refused.


def test_every_fault_is_listed_and_nothing_kept(lead: User) -> None:
    elements = (replace(EXAMPLE.elements[0], code="a b"), *EXAMPLE.elements[1:])
    fifth = replace(EXAMPLE.statements[4], text="")
    statements = (*EXAMPLE.statements[:4], fifth, *EXAMPLE.statements[5:])
    broken = replace(EXAMPLE, title="", elements=elements, statements=statements)
    answer = send(client_of(lead), workbook_of(broken))
    assert answer.status_code == 422
    shown = text_of(answer)
    assert "Framework, row 2" in shown
    assert "Elements, row 2" in shown
    assert "Statements, row 6" in shown
    assert "The spreadsheet has 3 faults" in shown
    Page(answer.content.decode())
    assert not FrameworkUpload.objects.exists()


def test_more_faults_than_anybody_reads_are_counted(lead: User) -> None:
    statements = tuple(StatementDraft("BC-01", f"S{n}", "question", "–") for n in range(600))
    answer = send(client_of(lead), workbook_of(replace(EXAMPLE, statements=statements)))
    assert "There are 103 more." in text_of(answer)
    assert answer.content.count(b'scope="row"') == 500


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "The selected file is empty"),
        (b"Title,Board culture\n", "must be an Excel spreadsheet"),
        (b"PK\x03\x04" + b"x" * 50, "cannot be read"),
        (b"PK\x03\x04" + b"\0" * (LARGEST + 1), "must be smaller than 2 MB"),
    ],
)
def test_other_files_are_refused_with_a_sentence(document, words, lead) -> None:
    answer = send(client_of(lead), document)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not FrameworkUpload.objects.exists()


def test_no_file_is_refused_with_a_sentence(lead: User) -> None:
    answer = client_of(lead).post(at("upload_framework"), {"document": "culture.xlsx"})
    assert answer.status_code == 422
    assert "Select a spreadsheet" in text_of(answer)


def test_long_file_name_is_cut(lead: User) -> None:
    send(client_of(lead), template(), "x" * 250 + ".xlsx")
    assert len(FrameworkUpload.objects.get().file_name) == 200


# Editions.


def test_same_title_and_a_new_edition_follows_the_older(make, lead, northfield) -> None:
    first = make()
    browser = client_of(lead)
    answer = send(browser, later(title="board  CULTURE"))
    assert "It follows your edition 2026-11" in text_of(browser.get(answer.url))
    browser.post(answer.url, {"then": "make"})
    second = Framework.objects.get(edition="2027-11")
    assert (second.key, second.supersedes) == (first.key, first)
    third = make(later(edition="2028-11"))
    assert third.supersedes == second
    shown = text_of(browser.get(at("own_frameworks")))
    assert "Edition 2026-11, followed by 2027-11" in shown
    offered = AssessmentForm(trust=northfield, user=lead).frameworks
    assert offered == [third]


def test_same_title_and_edition_is_a_clear_fault(make, lead) -> None:
    make()
    answer = send(client_of(lead), later(edition="2026-11", title="BOARD CULTURE"))
    assert answer.status_code == 422
    assert (
        "“Edition” is 2026-11, and your trust has that edition of “BOARD CULTURE” already"
        in text_of(answer)
    )


def test_earlier_edition_is_a_fault_beside_all_others(make, lead) -> None:
    make()
    make(later())
    answer = send(client_of(lead), later(edition="2027-10", licence=""))
    assert answer.status_code == 422
    shown = text_of(answer)
    assert "The spreadsheet has 3 faults." in shown
    assert "“Edition” must be later than 2027-11" in shown
    assert "“Published on” must be later than 25 November 2027" in shown
    assert "“Licence” is empty" in shown


@pytest.mark.parametrize("edition", ["2026-13", "2026", "v2", "0000-01", "2101-01"])
def test_edition_that_is_no_month_is_refused(edition, lead) -> None:
    document = workbook_of(replace(EXAMPLE, edition=edition))
    answer = send(client_of(lead), document)
    assert answer.status_code == 422
    assert "“Edition” must be a year and a month" in text_of(answer)


def test_another_trusts_editions_are_in_nobodys_way(make, southmere, lead) -> None:
    make(later(), trust=southmere)
    assert send(client_of(lead), template()).status_code == 302


def test_edition_that_somebody_else_made_meanwhile_is_refused(make, waiting, lead) -> None:
    other = make_user("second@northfield.example", trust=waiting.trust, role=Role.LEAD)
    theirs = keep_upload(
        trust=waiting.trust, file_name="theirs.xlsx", document=template(), by=other
    )
    make_framework(upload=theirs, by=other)
    answer = client_of(lead).post(at("framework_upload", waiting.pk), {"then": "make"})
    assert answer.status_code == 409
    assert "already" in text_of(answer)
    assert 'value="make"' not in text_of(answer)
    assert Framework.objects.count() == 1
    assert FrameworkUpload.objects.filter(pk=waiting.pk).exists()


def test_same_title_of_two_trusts_are_two_frameworks(make, southmere) -> None:
    ours, theirs = make(), make(trust=southmere)
    assert ours.key != theirs.key
    assert theirs.supersedes is None
    assert ours.owner.trust != theirs.owner.trust


@pytest.mark.parametrize("title", ["漢字", "x" * 200, "Ünïcode – ‘quoted’", HOSTILE])
def test_every_title_makes_a_key(title, make, southmere, northfield) -> None:
    framework = make(workbook_of(replace(EXAMPLE, title=title)))
    framework.full_clean(exclude=["source_url"])
    assert framework.title == title
    assert key_of(southmere, title) != key_of(northfield, title)


# Removing.


def test_unused_framework_is_removed_with_all_its_rows(make, lead) -> None:
    own = make().owner
    browser = client_of(lead)
    assert "deleted" in text_of(browser.get(at("remove_framework", own.pk)))
    assert Framework.objects.exists()
    answer = browser.post(at("remove_framework", own.pk), follow=True)
    assert "Board culture (2026-11) is removed." in text_of(answer)
    for model in (Framework, OwnFramework, Level, Domain, Element, Statement):
        assert not model._default_manager.exists()
    assert browser.post(at("remove_framework", own.pk)).status_code == 404


def test_used_framework_stays(make, lead, northfield) -> None:
    framework = make()
    create_assessment(trust=northfield, framework=framework, title="Culture", due_on=None, by=lead)
    browser = client_of(lead)
    for answer, status in (
        (browser.get(at("remove_framework", framework.owner.pk)), 200),
        (browser.post(at("remove_framework", framework.owner.pk)), 409),
    ):
        assert answer.status_code == status
        assert "It cannot be removed" in text_of(answer)
        assert "Culture" in text_of(answer)
    assert Framework.objects.exists()
    assert "Remove" not in text_of(browser.get(at("own_frameworks")))


def test_framework_removed_while_an_assessment_is_begun_is_a_clear_fault(
    make, lead, northfield, monkeypatch
) -> None:
    framework = make()

    def removed_first(**fields: object) -> Assessment:
        remove_framework(own=framework.owner, by=lead)
        return create_assessment(**fields)

    monkeypatch.setattr("assessments.forms.create_assessment", removed_first)
    answer = client_of(lead).post(
        reverse("assessments:create", args=["northfield"]),
        {"framework": framework.pk, "title": "Culture"},
    )
    assert answer.status_code == 422
    assert "This framework has been removed. Choose another" in text_of(answer)
    assert 'value="Culture"' in text_of(answer)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_editions_close_up_around_one_that_is_removed(number, make, lead) -> None:
    editions = [make(), make(later()), make(later(edition="2028-11"))]
    gone = editions.pop(number)
    remove_framework(own=gone.owner, by=lead)
    older, newer = Framework.objects.order_by("edition")
    assert [older, newer] == editions
    assert (older.supersedes, newer.supersedes) == (None, older)


# Other people.


def addresses_of(framework: Framework, other: Framework) -> Iterator[str]:
    """Every address there is that names a framework, beside the other where it takes two."""
    given = {"key": framework.key, "edition": framework.edition, "code": "BC-01"}
    given |= {"other_key": other.key, "other_edition": other.edition}
    for app in (frameworks.urls, reports.urls):
        for pattern in app.urlpatterns:
            if "key" in pattern.pattern.converters:
                wanted = {name: given[name] for name in pattern.pattern.converters}
                yield reverse(f"{app.app_name}:{pattern.name}", kwargs=wanted)


def test_stranger_gets_404_at_every_address_of_it(make, framework, stranger, trustee) -> None:
    own = make()
    pages = [*addresses_of(own, framework), *addresses_of(framework, own)]
    assert len(pages) > 10
    for page in addresses_of(own, framework):
        assert client_of(stranger).get(page).status_code == 404, page
        # Only what is the operator's alone asks for a sign-in first, whatever the framework.
        assert Client().get(page).status_code == (302 if "/wording" in page else 404), page
    between = reverse(
        "frameworks:crosswalk", args=[framework.key, framework.edition, own.key, own.edition]
    )
    assert client_of(stranger).get(between).status_code == 404
    assert client_of(trustee).get(own.get_absolute_url()).status_code == 200


def test_stranger_finds_it_nowhere(make, waiting, stranger, southmere, lead) -> None:
    framework = make(later())
    for browser in (client_of(stranger), Client()):
        for page in (reverse("frameworks:index"), "/frameworks/search/?q=culture"):
            assert "Board culture" not in text_of(browser.get(page)), page
    for name, *rest in (
        ("own_frameworks",),
        ("framework_template",),
        ("upload_framework",),
        ("framework_upload", waiting.pk),
        ("remove_framework", framework.owner.pk),
    ):
        assert client_of(stranger).get(at(name, *rest)).status_code == 404
    by_theirs = reverse("assessments:remove_framework", args=["southmere", framework.owner.pk])
    assert client_of(stranger).post(by_theirs).status_code == 404
    assert framework not in AssessmentForm(trust=southmere, user=stranger).frameworks
    sent = {"framework": framework.pk, "title": "Theirs"}
    answer = client_of(stranger).post(reverse("assessments:create", args=["southmere"]), sent)
    assert answer.status_code == 422
    for page in (reverse("frameworks:index"), "/frameworks/search/?q=thanks"):
        assert "Board culture" in text_of(client_of(lead).get(page)), page


def test_member_of_two_trusts_uses_it_in_its_own(make, lead, northfield, southmere) -> None:
    framework = make()
    lead.memberships.create(trust=southmere, role=Role.LEAD)
    assert framework in AssessmentForm(trust=northfield, user=lead).frameworks
    assert framework not in AssessmentForm(trust=southmere, user=lead).frameworks


def test_upload_of_one_trust_is_not_there_under_another(waiting, lead, southmere) -> None:
    waiting.trust = southmere
    waiting.save()
    lead.memberships.create(trust=southmere, role=Role.LEAD)
    answer = client_of(lead).get(at("framework_upload", waiting.pk))
    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["framework_upload", "remove_framework"])
def test_huge_numbers_are_not_found(name, lead) -> None:
    assert client_of(lead).get(at(name, 10**30)).status_code == 404
    assert client_of(lead).post(at(name, 10**30)).status_code == 404


def test_homes_panel_leads_there(lead: User, northfield: Trust) -> None:
    assert at("own_frameworks") in text_of(client_of(lead).get(northfield.get_absolute_url()))


# Every later step.


def test_own_framework_goes_all_the_way_to_the_plans_document(make, lead, northfield) -> None:
    framework = make()
    browser = client_of(lead)
    sent = {"framework": framework.pk, "title": "Culture 2026"}
    browser.post(reverse("assessments:create", args=["northfield"]), sent)
    assessment = Assessment.objects.get(title="Culture 2026")
    levels = list(framework.levels.order_by("order"))
    for number, rating in enumerate(assessment.ratings.in_order()):
        page = reverse("assessments:rate", args=[assessment.pk, rating.element.code])
        shown = text_of(browser.get(page))
        for statement in rating.element.statements.all():
            assert statement.text in shown
        answer = browser.post(
            page,
            {
                "level": levels[number].pk,
                "note": f"What we saw of {rating.element.name}.",
                "version": rating.version,
                "saved_from": "a" * 32,
                "save_number": 1,
            },
        )
        assert answer.status_code == 302
    meeting = {"meeting_on_day": "5", "meeting_on_month": "1", "meeting_on_year": "2026"}
    browser.post(reverse("assessments:agree", args=[assessment.pk]), meeting)
    assessment.refresh_from_db()
    assert assessment.is_agreed
    results = text_of(browser.get(assessment.get_absolute_url()))
    for level in levels:
        assert level.name in results
    plan = _plan_for(assessment, browser)
    document = build_action_plan(
        Plan.objects.for_page().get(pk=plan.pk), stamp=Stamp(on=date(2026, 12, 1))
    )
    assert document.framework == framework
    assert [domain.name for domain in document.domains] == ["In the meeting", "Between meetings"]
    assert [one.judgement.name for one in document.priorities] == ["Speaking up"]
    page = text_of(browser.get(reverse("reports:plan", args=[plan.pk])))
    for words in ("Board culture", "Speaking up", "Not yet", "Map every post"):
        assert words in page
    assert browser.get(reverse("reports:plan_pdf", args=[plan.pk])).status_code in (200, 503)


def _plan_for(assessment: Assessment, browser: Client) -> Plan:
    """One priority, the weakest, with one action."""
    browser.post(reverse("plans:for_assessment", args=[assessment.pk]))
    plan = Plan.objects.get(assessment=assessment)
    weakest = assessment.ratings.in_order().first().element
    browser.post(address("choose", plan), {"elements": [weakest.pk]})
    priority = Priority.objects.get(plan=plan)
    answer = browser.post(address("add_action", priority), action_fields())
    assert answer.status_code == 302
    return plan


def test_own_grid_is_rated_by_its_cells(make, lead, northfield) -> None:
    cells = tuple(
        StatementDraft(
            element.code, f"{element.code}-{level.order}", "descriptor", "A cell.", level.order
        )
        for element in EXAMPLE.elements
        for level in EXAMPLE.levels
    )
    framework = make(workbook_of(replace(EXAMPLE, statements=cells)))
    assert framework.is_grid
    assessment = create_assessment(
        trust=northfield, framework=framework, title="Grid", due_on=None, by=lead
    )
    browser = client_of(lead)
    assert browser.get(reverse("assessments:grid", args=[assessment.pk])).status_code == 200
    rating = assessment.ratings.in_order().first()
    assert "A cell." in text_of(browser.get(rating.get_absolute_url()))


# Hostile content.


def hostile() -> FrameworkDraft:
    """Every text is markup, a formula and a template tag at once."""
    return replace(
        EXAMPLE,
        title=HOSTILE,
        publisher=HOSTILE,
        about=HOSTILE,
        attribution=HOSTILE,
        licence=HOSTILE,
        domain_noun="<i>1</i>",
        domain_noun_plural="<i>2</i>",
        element_noun="<i>3</i>",
        element_noun_plural="<i>4</i>",
        levels=tuple(
            replace(one, name=f"{one.order} <b>{HOSTILE}"[:60], meaning=HOSTILE)
            for one in EXAMPLE.levels
        ),
        domains=tuple(replace(one, name=f"{one.order} {HOSTILE}") for one in EXAMPLE.domains),
        elements=tuple(replace(one, name=HOSTILE, summary=HOSTILE) for one in EXAMPLE.elements),
        statements=tuple(replace(one, text=HOSTILE) for one in EXAMPLE.statements),
    )


def test_markup_in_a_spreadsheet_is_shown_as_text_everywhere(lead, northfield) -> None:
    browser = client_of(lead)
    name = "<img src=x onerror=alert(1)>.xlsx"
    preview = send(browser, workbook_of(hostile()), name).url
    pages = [browser.get(preview), browser.get(at("own_frameworks"))]
    browser.post(preview, {"then": "make"})
    framework = Framework.objects.get()
    browser.post(
        reverse("assessments:create", args=["northfield"]),
        {"framework": framework.pk, "title": "Hostile"},
    )
    assessment = Assessment.objects.get()
    Rating.objects.update(level=framework.levels.get(order=1))
    plan = _plan_for(assessment, browser)
    code = EXAMPLE.elements[0].code
    inside = [reverse(f"assessments:{one}", args=[assessment.pk]) for one in ("detail", "results")]
    for page in (
        *inside,
        at("own_frameworks"),
        at("remove_framework", framework.owner.pk),
        northfield.get_absolute_url(),
        framework.get_absolute_url(),
        reverse("frameworks:element", args=[framework.key, framework.edition, code]),
        reverse("frameworks:index"),
        "/frameworks/search/?q=alert",
        reverse("assessments:create", args=["northfield"]),
        reverse("assessments:rate", args=[assessment.pk, code]),
        plan.get_absolute_url(),
        reverse("reports:plan", args=[plan.pk]),
    ):
        pages.append(browser.get(page))
    for answer in pages:
        assert answer.status_code == 200
        shown = answer.content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "<i>" not in shown
        assert "<b>" not in shown
        Page(shown)
    faulty = replace(hostile(), edition="<b>no</b>")
    shown = send(browser, workbook_of(faulty)).content.decode()
    assert "&lt;b&gt;no&lt;/b&gt;" in shown
    assert "<b>" not in shown


def test_text_of_twenty_thousand_characters_is_a_fault(lead: User) -> None:
    statements = (replace(EXAMPLE.statements[0], text="x" * 20_000), *EXAMPLE.statements[1:])
    answer = send(client_of(lead), workbook_of(replace(EXAMPLE, statements=statements)))
    assert answer.status_code == 422
    assert "must have 2,000 characters or fewer; it has 20,000" in text_of(answer)


# What pages cost.


def large() -> FrameworkDraft:
    """Five domains of eight elements, three statements each."""
    domains = tuple(replace(EXAMPLE.domains[0], order=n, name=f"Part {n}") for n in range(1, 6))
    elements = tuple(
        replace(EXAMPLE.elements[0], domain=1 + n // 8, number=n, code=f"E{n}") for n in range(40)
    )
    statements = tuple(
        StatementDraft(f"E{n}", f"E{n}-{q}", "question", "Is it?")
        for n in range(40)
        for q in range(3)
    )
    return replace(EXAMPLE, domains=domains, elements=elements, statements=statements)


@pytest.mark.parametrize("draft", [EXAMPLE, large()], ids=["small", "large"])
def test_preview_takes_a_fixed_number_of_queries(
    draft, northfield, lead, django_assert_num_queries
) -> None:
    upload = keep_upload(trust=northfield, file_name="x.xlsx", document=workbook_of(draft), by=lead)
    browser = client_of(lead)
    with django_assert_num_queries(7):
        browser.get(at("framework_upload", upload.pk))


@pytest.mark.parametrize("editions", [1, 4])
def test_list_takes_a_fixed_number_of_queries(
    editions, make, lead, waiting, django_assert_num_queries
) -> None:
    for number in range(editions):
        make(later(edition=f"203{number}-11"))
    browser = client_of(lead)
    with django_assert_num_queries(6):
        browser.get(at("own_frameworks"))
