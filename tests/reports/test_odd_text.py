"""Text that is hard to lay out: all of it is printed, inside the margins, as text."""

from __future__ import annotations

from datetime import date

import pytest

from plans.models import Plan
from reports.stamp import Stamp
from tests.reports.conftest import (
    PrintOnce,
    add_action,
    add_priority,
    elements_of,
    make_big_assessment,
    make_plan,
    print_plan,
)
from tests.reports.printed import Printed
from trusts.models import Trust, User

# Without it no database is set up when only tests of the shared documents run.
pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.pdf]

ODD = {
    "no spaces": "W" * 10_000,
    "address": "https://example.org/" + "a/b?c=d&e=" * 200,
    "emoji": "👩‍👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿😀" * 60,
    "right to left": "שלום עולם مرحبا بالعالم " * 60,
    "chinese": "信託品質自己評価の計画書" * 100,
    "combining": "Z̸̡͎͓͔̫͙̗͍̳̀̈́̆̒̊̈͜a̵̧͓̰̪̘͖̔̈́̈̓͌͛̓l̶͎̻̒̏̓̊g̷̢̟̅́̿̓o̷" * 60,
    "one letter, many accents": "A" + "\u0301" * 9_000,
    "control characters": "a\x01b\x1bc\x7fd\x85e\u2028f\u202eg\ufffeh\U0001fffei" * 40,
    "markup": '<img src="http://127.0.0.1:9/x.png"><script>1</script></p><style>*{}</style>&amp;'
    * 8,
    "empty lines": "a\n\n\n\n\n" * 150,
    "tabs": "a\t\tb     c\n    indented\n" * 40,
    "zero width": "a\u200bb\u200dc\ufeffd\u00ad" * 150,
    "rare letters": "ꟻ𐍈𝔘𝔫𝔦𓀀ᚠᛇ⠓⠑ ไทย हिन्दी தமிழ் " * 40,
    "placeholders": "{{ report.title }} {% load static %} {# no #} %s {0} " * 20,
}


def make_odd(lead: User, trust: Trust) -> Plan:
    """Every odd text as a note, a key issue, and in all fields of an action."""
    plan = make_plan(make_big_assessment(lead, trust), by=lead)
    for place, (element, odd) in enumerate(zip(elements_of(plan), ODD.values(), strict=True)):
        plan.assessment.ratings.filter(element=element).update(note=f"{odd} notes-end{place}.")
        priority = add_priority(plan, element, key_issue=f"{odd[:400]} issues-end{place}.")
        add_action(
            priority,
            description=f"{odd[:400]} actions-end{place}.",
            success_criterion=odd[:300],
            owner_name=odd[:100],
            measure=odd[:200],
            target=odd[:100],
        )
    return plan


@pytest.fixture(scope="module")
def odd(print_once: PrintOnce) -> Printed:
    return print_once(make_odd)


@pytest.mark.parametrize("name", ODD)
def test_odd_text_is_printed_to_its_end(name: str, odd: Printed) -> None:
    place = list(ODD).index(name)
    assert odd.letters.count(f"notes-end{place}.") == 2, "with the priority and in the appendix"
    assert odd.letters.count(f"issues-end{place}.") == 1
    assert odd.letters.count(f"actions-end{place}.") == 1


def test_odd_text_stays_inside_the_margins(odd: Printed) -> None:
    left, right = 20 / 25.4 * 72, 190 / 25.4 * 72
    assert len(odd.starts) > 1_000
    for start, text in odd.starts:
        assert left - 1 <= start <= right + 1, text


@pytest.mark.parametrize("name", ["no spaces", "emoji", "right to left", "markup", "combining"])
def test_odd_names_leave_the_pages_whole(name: str, rated, lead: User) -> None:
    Trust.objects.filter(pk=rated.trust_id).update(name=ODD[name][:200].strip())
    User.objects.filter(pk=lead.pk).update(name=ODD[name][:60].strip())
    plan = make_plan(rated, by=lead, title=ODD[name][:120].strip())
    lead.refresh_from_db()
    printed = print_plan(plan, stamp=Stamp(on=date(2026, 11, 22), issued_by=str(lead)))
    assert len(printed.pages) == 4
    for number, page in enumerate(printed.pages, start=1):
        assert f"Page {number} of 4" in page
    assert "What the board saw in Point 3." in printed.text


def test_markup_in_a_note_is_text(plan: Plan) -> None:
    typed = '<img src="http://127.0.0.1:9/x.png"> & <b>bold</b> {{ 1|add:1 }}'
    plan.assessment.ratings.filter(element__name="Point 3").update(note=typed)
    assert typed in print_plan(plan).text


def test_lines_of_a_note_are_kept(plan: Plan) -> None:
    plan.assessment.ratings.filter(element__name="Point 3").update(
        note="First:\n- one\n- two\n\nNew paragraph."
    )
    lines = print_plan(plan).lines
    start = lines.index("First:")
    assert lines[start : start + 3] == ["First:", "- one", "- two"]
    assert "New paragraph." in lines[start + 3 :]
