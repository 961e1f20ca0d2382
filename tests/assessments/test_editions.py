"""A new edition beside the old: what stays, what is carried, and what is said anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assessments.actions import (
    CannotCarry,
    agree_assessment,
    create_assessment,
    mark_priorities,
    record_rating,
)
from assessments.carrying import carry, left_behind, newest_edition
from assessments.models import Assessment, OwnFramework, Rating
from frameworks.models import Domain, Element, Framework, Level, Statement
from tests.conftest import client_of, copy_of, make_framework, make_next_edition
from tests.page import Page
from trusts.models import Membership, Role, Trust

pytestmark = pytest.mark.once  # what pages say and take; saves at once are tried on both

NEW = "2028-01"
LEVELS = [Level(pk=n, order=n, key=f"l{n}", name=f"L{n}", tone="weak") for n in range(1, 5)]


@pytest.fixture
def before(assessment: Assessment, lead, chair) -> Assessment:
    """Agreed by the first edition: step 2 with a note, step 3 without, and nothing."""
    first, second, _ = assessment.ratings.in_order()
    for rating, order, note in ((first, 2, "What we saw then"), (second, 3, "")):
        rating.level, rating.note = assessment.framework.levels.get(order=order), note
        record_rating(rating=rating, version=1, by=lead)
    agree_assessment(assessment=assessment, minute_reference="", by=chair)
    return assessment


@pytest.fixture
def second(framework: Framework, before: Assessment) -> Framework:
    """The next edition: point 1 reworded, point 3 gone, point 4 new; step 3 has another key."""
    made = make_next_edition(framework)
    elements = {one.code: one for one in Element.objects.filter(domain__framework=made)}
    Statement.objects.filter(element=elements["MU-01"], kind="question").update(
        text="Is MU-01 <still> so?"
    )
    copy_of(elements["MU-03"], number=4, code="MU-04", name="Point 4")
    elements["MU-03"].delete()
    made.levels.filter(order=3).update(key="nearly-there", name="Nearly there")
    made.levels.filter(order=2).update(name="Step two")
    return made


@pytest.fixture
def after(before: Assessment, second: Framework, northfield: Trust, lead) -> Assessment:
    """Started anew from it by the next edition."""
    return create_assessment(
        trust=northfield,
        framework=second,
        title="Self-assessment 2028",
        due_on=None,
        carried_from=before,
        by=lead,
    )


def of(assessment: Assessment, code: str) -> Rating:
    return Rating.objects.for_page().get(assessment=assessment, element__code=code)


def page_of(browser: Client, name: str, *args: Any) -> Page:
    answer = browser.get(reverse(f"assessments:{name}", args=args))
    assert answer.status_code == 200
    return Page(answer.content.decode())


def element_page(browser: Client, assessment: Assessment, code: str) -> Page:
    return page_of(browser, "rate", assessment.pk, code)


# Choosing the framework


def create_page(lead, query: str = "") -> Page:
    answer = client_of(lead).get(reverse("assessments:create", args=["northfield"]) + query)
    assert answer.status_code == 200
    return Page(answer.content.decode())


def offered(page: Page, name: str = "framework") -> list[str]:
    return [node.attributes["value"] for node in page.nodes if node.attributes.get("name") == name]


def test_newest_editions_alone_are_offered_each_with_edition_and_publisher(second, lead) -> None:
    page = create_page(lead)
    assert offered(page) == [str(second.pk)]
    assert "The made-up framework (2028-01) Published by Nobody" in page.nodes[0].text


def test_running_and_past_assessments_stay_on_their_edition(before, second, lead) -> None:
    browser = client_of(lead)
    text = element_page(browser, before, "MU-01").nodes[0].text
    assert "Is MU-01 so?" in text
    assert "still" not in text
    assert page_of(browser, "results", before.pk).nodes[0].text.count("Point 3") >= 1
    before.refresh_from_db()
    assert before.framework.edition == "2026-01"
    assert of(before, "MU-01").level.name == "Step 2"


def test_superseded_edition_cannot_be_chosen(framework, second, lead) -> None:
    answer = create(lead, framework=framework.pk)
    assert answer.status_code == 422
    assert "Choose one of the frameworks in the list" in answer.content.decode()


def test_another_trusts_own_framework_is_not_offered_to_who_leads_both(
    framework, lead, northfield, southmere
) -> None:
    Membership.objects.create(user=lead, trust=southmere, role=Role.LEAD)
    own = {}
    for trust in (northfield, southmere):
        own[trust] = make_framework(f"of-{trust.slug}")
        own[trust].is_published = False
        own[trust].save()
        OwnFramework.objects.create(trust=trust, framework=own[trust], created_by=lead)
    choices = {str(framework.pk), str(own[northfield].pk)}
    assert set(offered(create_page(lead))) == choices
    answer = create(lead, framework=own[southmere].pk, title="Theirs")
    assert answer.status_code == 422
    assert not northfield.assessments.exists()
    assert create(lead, framework=own[northfield].pk, title="Ours").status_code == 302


# Starting from an earlier assessment


def create(lead, **fields: Any):
    sent = {"title": "Self-assessment 2028", **fields}
    return client_of(lead).post(reverse("assessments:create", args=["northfield"]), sent)


def test_agreed_assessment_leads_to_the_next_one(before, second, lead, chair) -> None:
    address = reverse("assessments:create", args=["northfield"]) + f"?from={before.pk}"
    for name in ("detail", "results"):
        page = page_of(client_of(lead), name, before.pk)
        link = next(node for node in page.all("a") if node.text == "Start the next one from this")
        assert link.attributes["href"] == address
        plan = reverse("plans:for_assessment", args=[before.pk])
        for user, text in ((lead, "Go on to the action plan"), (chair, "action plan")):
            links = page_of(client_of(user), name, before.pk).all("a")
            assert (text, plan) in [(node.text, node.attributes["href"]) for node in links]
        assert "Start the next one" not in page_of(client_of(chair), name, before.pk).nodes[0].text
    page = create_page(lead, f"?from={before.pk}")
    checked = {
        node.attributes["name"]: node.attributes["value"]
        for node in page.nodes
        if "checked" in node.attributes
    }
    assert checked == {"carried_from": str(before.pk), "framework": str(second.pk)}


def test_unagreed_assessment_does_not_lead_to_the_next_one(assessment, lead) -> None:
    text = page_of(client_of(lead), "detail", assessment.pk).nodes[0].text
    assert "Start the next one" not in text


@pytest.mark.parametrize("query", ["?from=", "?from=x", "?from=999999", "?from=" + "9" * 99])
def test_odd_start_is_a_fresh_one(query, before, lead) -> None:
    page = create_page(lead, query)
    chosen = [node for node in page.nodes if node.attributes.get("name") == "carried_from"]
    assert ["checked" in node.attributes for node in chosen] == [True, False]


def test_first_assessment_of_a_trust_has_nothing_to_start_from(framework, lead) -> None:
    assert not offered(create_page(lead), "carried_from")


def test_framework_left_open_is_the_newest_of_the_chain(before, second, lead) -> None:
    third = make_next_edition(second, edition="2030-01")
    assert create(lead, carried_from=before.pk).status_code == 302
    made = Assessment.objects.get(title="Self-assessment 2028")
    assert (made.carried_from, made.framework) == (before, third)
    assert made.ratings.filter(level=None, note="", updated_at=None).count() == 3
    assert made.history.get().carried_from == before


def test_earlier_assessment_of_another_framework_is_refused_beside_the_choice(
    before, second, lead
) -> None:
    other = make_framework("other")
    answer = create(lead, carried_from=before.pk, framework=other.pk)
    page = Page(answer.content.decode())
    assert answer.status_code == 422
    message = (
        "Self-assessment 2026 was rated against another framework, The made-up framework. "
        "Choose that framework, or start afresh"
    )
    links = {node.text: node.attributes["href"] for node in page.all("a")}
    assert links[message] == "#id_carried_from_0"
    assert Assessment.objects.count() == 1


def test_framework_no_longer_on_offer_is_refused_beside_the_choice(before, lead) -> None:
    Framework.objects.update(is_published=False)
    answer = create(lead, carried_from=before.pk)
    assert answer.status_code == 422
    assert "The made-up framework is no longer on offer." in answer.content.decode()


def test_neither_framework_nor_earlier_assessment_is_refused(before, lead) -> None:
    answer = create(lead)
    assert answer.status_code == 422
    assert "Choose a framework" in answer.content.decode()


def test_another_trusts_assessment_cannot_be_started_from(
    before, framework, lead, southmere, stranger, northfield
) -> None:
    Membership.objects.create(user=lead, trust=southmere, role=Role.LEAD)
    theirs = create_assessment(
        trust=southmere, framework=framework, title="Theirs", due_on=None, by=stranger
    )
    answer = create(lead, carried_from=theirs.pk, framework=framework.pk)
    assert answer.status_code == 422
    assert "Choose one of the assessments in the list" in answer.content.decode()
    assert str(theirs.pk) not in offered(create_page(lead), "carried_from")
    with pytest.raises(CannotCarry):
        create_assessment(
            trust=northfield,
            framework=framework,
            title="Refused",
            due_on=None,
            carried_from=theirs,
            by=lead,
        )
    with pytest.raises(CannotCarry):
        create_assessment(
            trust=northfield,
            framework=make_framework("other"),
            title="Refused",
            due_on=None,
            carried_from=before,
            by=lead,
        )


def test_create_page_costs_eight_queries_at_most(
    before, second, lead, django_assert_max_num_queries
) -> None:
    browser = client_of(lead)
    with django_assert_max_num_queries(8):
        answer = browser.get(
            reverse("assessments:create", args=["northfield"]) + f"?from={before.pk}"
        )
    assert answer.status_code == 200


@given(st.lists(st.integers(1, 6), max_size=8))
def test_chain_of_editions_always_ends(superseded) -> None:
    editions = [Framework(pk=n, supersedes_id=s) for n, s in enumerate(superseded, start=1)]
    assert newest_edition(Framework(pk=1), editions) is not None


# Carried ratings


def ratings_by(levels: dict[str, Level | None]) -> list[Rating]:
    domain = Domain(pk=1, order=1, name="D1")
    return [
        Rating(element=Element(domain=domain, number=n, code=code), level=level, note="")
        for n, (code, level) in enumerate(levels.items(), start=1)
    ]


CODES = st.dictionaries(st.sampled_from("ABCDEF"), st.sampled_from([None, *LEVELS]))


@given(CODES, CODES, st.sets(st.sampled_from(LEVELS)))
def test_only_the_unrated_with_a_rating_of_then_are_carried(now, then, levels) -> None:
    carried = carry(ratings_by(now), ratings_by(then), list(levels))
    assert set(carried) == {code for code in now if not now[code] and then.get(code)}
    for code, one in carried.items():
        assert one.was == then[code]
        assert one.level == (then[code] if then[code] in levels else None)
    behind = left_behind(ratings_by(now), ratings_by(then))
    assert {one.element.code for one in behind} == {code for code in then if then[code]} - set(now)


def test_task_list_shows_what_is_to_be_confirmed_and_counts_none_of_it(after, lead) -> None:
    page = page_of(client_of(lead), "detail", after.pk)
    statuses = [node.text for node in page.all("div", "govuk-task-list__status")]
    assert statuses == [
        "To be re-confirmed: Step 2",
        "To be rated anew, was Step 3",
        "Not rated yet",
    ]
    text = page.nodes[0].text
    assert "0 of 3 points rated." in text
    assert "2 points are to be re-confirmed or rated anew." in text
    assert "Start with 1. Point 1" in text
    assert reverse("frameworks:changes", args=["made-up", NEW]) in [
        node.attributes["href"] for node in page.all("a")
    ]


def test_task_list_names_what_the_edition_no_longer_has(before, after, lead, framework) -> None:
    assert "any more" not in page_of(client_of(lead), "detail", after.pk).nodes[0].text
    gone = of(before, "MU-03")
    gone.level = framework.levels.first()
    gone.save()
    Element.objects.filter(domain__framework=framework, code="MU-01").update(name="Point 3")
    text = page_of(client_of(lead), "detail", after.pk).nodes[0].text
    assert "Not in edition 2028-01 any more (1) 3. Point 3 (Area 2) Step 1" in text


def test_signing_off_names_what_was_not_confirmed(after, lead) -> None:
    text = page_of(client_of(lead), "agree", after.pk).nodes[0].text
    assert "3 points are not rated yet:" in text


def test_agreed_without_a_word_is_not_rated_and_no_longer_awaits_it(after, lead) -> None:
    agree_assessment(assessment=after, minute_reference="", by=lead)
    for name in ("detail", "results"):
        assert "re-confirmed" not in page_of(client_of(lead), name, after.pk).nodes[0].text
    assert "re-confirmed" not in element_page(client_of(lead), after, "MU-01").nodes[0].text


def test_heat_map_never_colours_what_is_not_confirmed(after, lead) -> None:
    page = page_of(client_of(lead), "results", after.pk)
    cells = page.all("a", "tq-heat-map__link")
    assert ["tq-heat-map__link--none" in cell.classes for cell in cells] == [True] * 3
    assert [cell.text for cell in cells] == [
        "1 Point 1 To be re-confirmed Self-assessment 2026: Step 2",
        "2 Point 2 To be rated anew Self-assessment 2026: Step 3",
        "4 Point 4 Not rated yet",
    ]
    assert "To be re-confirmed: Step 2" in [
        node.text for node in page.all("span", "tq-level--none")
    ]


def test_element_page_shows_level_and_note_of_then_to_keep(after, lead) -> None:
    page = element_page(client_of(lead), after, "MU-01")
    text = page.nodes[0].text
    assert "Self-assessment 2026: Step 2 now called Step two" in text
    assert "What we saw then" in text
    (keep,) = [node for node in page.all("button") if node.attributes.get("name") == "keep"]
    assert (keep.text, keep.attributes["value"]) == ("Keep this rating", "step-2")
    radios = [node for node in page.nodes if node.attributes.get("name") == "level"]
    assert ["checked" in radio.attributes for radio in radios] == [False] * 4 + [True]


def test_enter_in_a_box_never_keeps_the_rating(after, lead) -> None:
    """Browsers press a form's first button then."""
    buttons = element_page(client_of(lead), after, "MU-01").all("button")
    ours = [node.attributes.get("name") for node in buttons if node.attributes.get("name")]
    assert ours == ["then", "keep", "then", "then"]


def test_trustee_reads_what_is_to_be_confirmed_and_cannot_keep_it(after, trustee) -> None:
    page = element_page(client_of(trustee), after, "MU-01")
    assert "To be re-confirmed: Step 2" in page.nodes[0].text
    assert not page.all("button", "govuk-button--secondary")
    answer = client_of(trustee).post(of(after, "MU-01").get_absolute_url(), {"keep": "step-2"})
    assert answer.status_code == 403


def test_level_that_is_gone_cannot_be_kept(after, lead) -> None:
    page = element_page(client_of(lead), after, "MU-02")
    assert "Edition 2028-01 no longer has this level" in page.nodes[0].text
    assert "keep" not in [node.attributes.get("name") for node in page.all("button")]
    answer = client_of(lead).post(
        of(after, "MU-02").get_absolute_url(), sent_to(after, "MU-02", keep="step-3")
    )
    assert answer.status_code == 422
    assert "There is no rating from last time to keep here." in answer.content.decode()
    assert of(after, "MU-02").level is None


def sent_to(assessment: Assessment, code: str, **changes: Any) -> dict[str, Any]:
    """What the element's page sends when nothing but the changes was filled in."""
    page = {"level": "", "note": "", "version": of(assessment, code).version}
    return page | {"saved_from": "a" * 32, "save_number": 1} | changes


@pytest.fixture
def keep(after: Assessment, lead) -> Callable[..., Any]:
    """Press "Keep this rating" on the first element's page."""

    def press(**changes: Any):
        fields = sent_to(after, "MU-01", keep="step-2") | changes
        return client_of(lead).post(of(after, "MU-01").get_absolute_url(), fields)

    return press


def test_keeping_records_level_and_note_of_then_as_said_now(keep, after, second, lead) -> None:
    answer = keep()
    assert answer.url == reverse("assessments:rate", args=[after.pk, "MU-02"])
    kept = of(after, "MU-01")
    assert (kept.level, kept.note) == (second.levels.get(order=2), "What we saw then")
    assert (kept.updated_by, kept.version) == (lead, 2)
    assert Rating.history.get(id=kept.pk).history_user == lead
    assert answer.cookies["tq-saved"].value == f"{lead.pk}:{kept.get_absolute_url()}"


def test_keeping_with_a_note_records_the_new_note(keep, after) -> None:
    keep(note="Still so", is_priority="on", level="")
    kept = of(after, "MU-01")
    assert (kept.level.key, kept.note, kept.is_priority) == ("step-2", "Still so", True)


def test_keeping_twice_by_a_double_click_is_no_conflict(keep, after) -> None:
    assert [keep(version=1, saved_from="").status_code for _ in range(2)] == [302, 302]
    assert of(after, "MU-01").version == 2


def test_keeping_what_somebody_else_rated_meanwhile_gives_both(keep, after, second, chair) -> None:
    theirs = of(after, "MU-01")
    theirs.level, theirs.note = second.levels.get(order=4), "Theirs"
    record_rating(rating=theirs, version=1, by=chair)
    answer = keep(version=1)
    page = Page(answer.content.decode())
    assert answer.status_code == 409
    assert "Chair saved this while you were writing" in page.nodes[0].text
    assert next(node for node in page.nodes if "tq-theirs" in node.classes).text == "Theirs"
    fields = {node.attributes.get("name"): node for node in page.nodes}
    assert fields["note"].text == "What we saw then"
    chosen = [node.attributes["value"] for node in page.nodes if "checked" in node.attributes]
    assert chosen == [str(second.levels.get(order=2).pk)]
    assert of(after, "MU-01").note == "Theirs"


def test_keeping_after_the_signature_is_refused(keep, after, lead) -> None:
    agree_assessment(assessment=after, minute_reference="", by=lead)
    answer = keep(version=1, note="Too late")
    assert answer.status_code == 409
    assert "Too late" in answer.content.decode()
    assert of(after, "MU-01").level is None


def test_level_of_then_that_changed_meanwhile_is_not_kept_unseen(
    keep, after, before, framework
) -> None:
    Rating.objects.filter(pk=of(before, "MU-01").pk).update(level=framework.levels.get(order=4))
    assert keep(note="Kept in the box").status_code == 422
    assert of(after, "MU-01").level is None


def test_nothing_can_be_kept_in_an_assessment_begun_afresh(
    before, framework, lead, northfield
) -> None:
    fresh = create_assessment(
        trust=northfield, framework=framework, title="Fresh", due_on=None, by=lead
    )
    browser = client_of(lead)
    page = element_page(browser, fresh, "MU-01")
    assert "Self-assessment 2026: Step 2" in page.nodes[0].text
    assert "re-confirmed" not in page.nodes[0].text
    url = of(fresh, "MU-01").get_absolute_url()
    answer = browser.post(url, sent_to(fresh, "MU-01", keep="step-2"))
    assert answer.status_code == 422


def test_same_edition_is_carried_too(before, framework, lead, northfield) -> None:
    again = create_assessment(
        trust=northfield,
        framework=framework,
        title="Again",
        due_on=None,
        carried_from=before,
        by=lead,
    )
    page = page_of(client_of(lead), "detail", again.pk)
    assert "To be re-confirmed: Step 3" in page.nodes[0].text
    assert "What changed" not in element_page(client_of(lead), again, "MU-01").nodes[0].text


def test_choosing_priorities_confirms_nothing(after, lead) -> None:
    mark_priorities(assessment=after, add=[of(after, "MU-01").element_id], by=lead)
    assert of(after, "MU-01").level is None
    assert (
        "To be re-confirmed: Step 2" in page_of(client_of(lead), "detail", after.pk).nodes[0].text
    )


# What changed in the wording


def test_element_page_shows_what_was_reworded(after, lead) -> None:
    page = element_page(client_of(lead), after, "MU-01")
    assert "What changed in the wording since 2026-01" in page.nodes[0].text
    assert [node.text for node in page.all("ins")] == ["<still>"]
    assert not page.all("del")


def test_element_page_says_where_nothing_was_reworded(after, lead) -> None:
    text = element_page(client_of(lead), after, "MU-02").nodes[0].text
    assert "The wording is the same as in edition 2026-01" in text


def test_element_page_says_that_an_element_is_new(after, lead) -> None:
    text = element_page(client_of(lead), after, "MU-04").nodes[0].text
    assert (
        "New: edition 2026-01, by which Self-assessment 2026 was rated, does not have this point."
        in text
    )


@pytest.mark.parametrize("elements", [(2, 1), (9, 4, 9, 6, 7)])
def test_carried_pages_cost_eight_queries_at_most_whatever_the_framework(
    elements, lead, northfield, django_assert_max_num_queries
) -> None:
    framework = make_framework(f"of-{sum(elements)}", domains=elements)
    earlier = create_assessment(
        trust=northfield, framework=framework, title="Earlier", due_on=None, by=lead
    )
    earlier.ratings.update(level=framework.levels.first(), note="Then")
    made = make_next_edition(framework)
    Statement.objects.filter(element__domain__framework=made).update(text="All new.")
    copy_of(made.domains.first().elements.first(), number=99, code="MU-99")
    now = create_assessment(
        trust=northfield, framework=made, title="Now", due_on=None, carried_from=earlier, by=lead
    )
    browser = client_of(lead)
    shown = {"detail": [], "results": [], "rate": ["MU-01"]}
    for name, args in shown.items():
        with django_assert_max_num_queries(8):
            page = page_of(browser, name, now.pk, *args)
        assert "re-confirmed" in page.nodes[0].text
    with django_assert_max_num_queries(8):
        assert "does not have this" in element_page(browser, now, "MU-99").nodes[0].text
