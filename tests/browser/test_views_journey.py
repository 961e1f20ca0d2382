"""From everybody's own view to one signed judgement: three people at once, one on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments.actions import create_assessment
from assessments.models import Assessment, OwnFramework, Respondent, Response
from frameworks.models import Framework
from tests.browser.conftest import PASSWORD, overflow
from tests.conftest import make_framework
from trusts.models import Trust, User

CHAIR, TRUSTEE = "chair@northfield.example", "trustee@northfield.example"
EXECUTIVE = "executive@northfield.example"
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
Look = Callable[[Page, str], None]
FRANK = uuid4().hex
"""A word of the chair's that nobody may read before views are closed."""


@pytest.fixture
def assessment(site: str) -> Assessment:
    """By a framework of the trust's own: two areas, three points, four steps."""
    trust = Trust.objects.get(slug="northfield")
    framework = make_framework(f"own-{uuid4().hex[:8]}")
    Framework.objects.filter(pk=framework.pk).update(is_published=False)
    OwnFramework.objects.create(trust=trust, framework=framework)
    return create_assessment(
        trust=trust,
        framework=framework,
        title=f"Views {uuid4().hex[:8]}",
        due_on=None,
        by=trust.leads.get(),
    )


def view_of(assessment: Assessment, email: str, code: str) -> Response:
    views = Response.objects.select_related("level").filter(respondent__assessment=assessment)
    return views.get(respondent__user__email=email, element__code=code)


def name_of(email: str) -> str:
    return str(User.objects.get(email=email).name)


def link_in_mail_to(email: str) -> str:
    """The address in the newest mail to somebody."""
    body = next(str(one.body) for one in reversed(mail.outbox) if one.to == [email])
    [link] = re.findall(r"^http\S+$", body, re.MULTILINE)
    return str(link)


def arrive(page: Page, email: str) -> None:
    """Follow the link of the mail, and sign in on the way."""
    link = link_in_mail_to(email)
    page.goto(link)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(link)


def test_three_people_come_from_views_to_one_judgement(
    site: str,
    assessment: Assessment,
    sign_in: Callable[..., Page],
    new_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
) -> None:
    lead, chair, phone = sign_in(new_page()), new_page(), new_page(**PHONE)
    base = f"{site}/assessments/{assessment.pk}"

    def look(page: Page, heading: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        assert overflow(page) == 0, page.url
        assert_accessible(page)

    lead.goto(f"{base}/")
    ask_three(lead, look)
    arrive(chair, CHAIR)
    arrive(phone, TRUSTEE)
    look(phone, "Your view")
    give_views(chair, phone, assessment, look)
    nobody_else_reads(base, lead, phone)
    lead_reminds(lead, assessment, base, look)
    finish(phone)
    close(lead, base, look)
    read_the_spread(phone, base, look)
    agree_in_the_meeting(lead, phone, assessment, base, look)
    sign_off(lead, phone, chair, base, look)


def ask_three(lead: Page, look: Look) -> None:
    """The lead picks who responds, by when, and that names are shown."""
    lead.get_by_role("link", name="Ask members for their own views first").click()
    look(lead, "Ask members for their views")
    for box in lead.get_by_role("group", name="Who gives a view?").get_by_role("checkbox").all():
        box.uncheck()
    for email in (CHAIR, EXECUTIVE, TRUSTEE):
        lead.get_by_role("checkbox", name=re.compile(f"^{name_of(email)}, ")).check()
    day = timezone.localdate() + timedelta(days=20)
    for label, number in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        lead.get_by_label(label).fill(str(number))
    lead.get_by_role("radio", name="Yes: everybody sees who said what").check()
    lead.get_by_role("button", name="Ask them now").click()
    expect(lead.get_by_text("A mail has gone to 3 people.")).to_be_visible()
    expect(
        lead.get_by_text(f"Wanted by {day.day} {day:%B %Y}. 0 of 3 have finished.")
    ).to_have_count(1)
    look(lead, "Members’ views")


def go_on_to(heading: str, chair: Page, phone: Page) -> None:
    """A button waits for a quiet save that is under way, so the next page can be a while."""
    chair.get_by_role("button", name="Save and next").click()
    phone.get_by_role("button", name="Save and next").tap()
    for page in (chair, phone):
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def give_views(chair: Page, phone: Page, assessment: Assessment, look: Look) -> None:
    """Both at once, element by element, saved as they go; the trustee by touch."""
    chair.get_by_role("button", name="Start with 1. Point 1").click()
    phone.get_by_role("button", name="Start with 1. Point 1").tap()
    look(phone, "1. Point 1")
    choose(chair, "Step 2")
    phone.get_by_text("Step 2", exact=True).last.tap()
    expect(phone.get_by_role("radio", name="Step 2", exact=True)).to_be_checked()
    for page in (chair, phone):
        expect(page.locator("#save-status")).to_contain_text("Saved at")
    levels = [view_of(assessment, email, "MU-01").level for email in (CHAIR, TRUSTEE)]
    assert [level.key if level else None for level in levels] == ["step-2", "step-2"]
    go_on_to("2. Point 2", chair, phone)
    choose(chair, "Step 2")
    phone.get_by_role("radio", name="Don’t know yet").tap(force=True)
    go_on_to("3. Point 3", chair, phone)
    choose(chair, "Step 1")
    chair.get_by_label("Why?").fill(f"Frankly {FRANK}")
    choose(phone, "Step 4")
    chair.get_by_role("button", name="Save and go to the list").click()
    phone.get_by_role("button", name="Save and go to the list").tap()
    expect(phone.get_by_text("3 of 3 points answered.")).to_be_visible()
    look(phone, "Your view")
    chair.get_by_role("button", name="I have finished").click()
    expect(chair.get_by_text("Thank you: you have finished.")).to_be_visible()
    unsure = view_of(assessment, TRUSTEE, "MU-02")
    assert (unsure.is_unsure, unsure.level) == (True, None)
    third = [view_of(assessment, email, "MU-03").level for email in (CHAIR, TRUSTEE)]
    assert [level.key if level else None for level in third] == ["step-1", "step-4"]


def choose(page: Page, level: str) -> None:
    page.get_by_role("radio", name=level, exact=True).check()


def nobody_else_reads(base: str, *pages: Page) -> None:
    """The lead is nobody, too."""
    for page in pages:
        for path in ("", "mine/", "mine/all/", "mine/MU-03/", "collecting/", "results/"):
            page.goto(f"{base}/{path}")
            assert FRANK not in page.content(), page.url
        for path in ("elements/MU-03/", "spread/", "follow/"):
            page.goto(f"{base}/{path}")
            assert FRANK not in page.content(), page.url
            assert "Step 4" not in page.locator("main").inner_text() or "elements" in path


def lead_reminds(lead: Page, assessment: Assessment, base: str, look: Look) -> None:
    """Who has finished is seen; who has not gets another mail."""
    views = Response.objects.filter(respondent__user__email=EXECUTIVE)
    for code, order in (("MU-01", 2), ("MU-02", 3), ("MU-03", 2)):
        level = assessment.framework.levels.get(order=order)
        views.filter(respondent__assessment=assessment, element__code=code).update(level=level)
    asked_at = timezone.now() - timedelta(hours=2)
    Respondent.objects.filter(assessment=assessment).update(asked_at=asked_at)
    lead.goto(f"{base}/collecting/")
    expect(lead.get_by_text("1 of 3 have finished.")).to_be_visible()
    expect(lead.get_by_role("listitem").filter(has_text="Finished on")).to_have_count(1)
    sent = len(mail.outbox)
    lead.get_by_role("button", name="Remind all who have not finished").click()
    expect(lead.get_by_text("A mail has gone to 2 people.")).to_be_visible()
    assert sorted(one.to[0] for one in mail.outbox[sent:]) == [EXECUTIVE, TRUSTEE]
    assert mail.outbox[-1].subject == f"Still wanted: your view of {assessment.title}"
    look(lead, "Members’ views")


def finish(phone: Page) -> None:
    """By the link of the reminder."""
    phone.goto(link_in_mail_to(TRUSTEE))
    phone.get_by_role("button", name="I have finished").tap()
    expect(phone.get_by_text("Thank you: you have finished.")).to_be_visible()


def close(lead: Page, base: str, look: Look) -> None:
    """Who has not finished is named before."""
    lead.goto(f"{base}/collecting/")
    expect(lead.get_by_text("2 of 3 have finished.")).to_be_visible()
    lead.get_by_role("button", name="Close the views").click()
    expect(lead.get_by_text("1 person has not said that they have finished:")).to_be_visible()
    look(lead, "Close the views")
    lead.get_by_role("button", name="Close the views").click()
    expect(lead.get_by_text("Views are closed.")).to_be_visible()
    lead.get_by_role("link", name="Agree the ratings in a meeting, on the projector").click()


def read_the_spread(phone: Page, base: str, look: Look) -> None:
    """Board members and executives apart, the most divided first; now the chair's words too."""
    phone.goto(f"{base}/spread/?order=divided")
    names = phone.get_by_role("heading", level=2).filter(has_text="Point").all_inner_texts()
    assert names == ["3. Point 3", "2. Point 2", "1. Point 1"]
    first = phone.locator("#MU-03 .tq-spread__group")
    assert [" ".join(text.split()) for text in first.all_inner_texts()] == [
        f"Board members 1 Step 1 {name_of(CHAIR)} 1 Step 4 {name_of(TRUSTEE)}",
        f"Executives 1 Step 2 {name_of(EXECUTIVE)}",
    ]
    expect(phone.locator("#MU-02")).to_contain_text("don’t know yet")
    expect(phone.get_by_text(f"Frankly {FRANK}")).to_be_hidden()
    phone.get_by_text("Why they said so (1)").tap()
    expect(phone.get_by_text(f"Frankly {FRANK}")).to_be_visible()
    look(phone, "Views ")


def agree_in_the_meeting(
    lead: Page, phone: Page, assessment: Assessment, base: str, look: Look
) -> None:
    """With keys, the most divided first; the phone follows by itself."""
    lead.get_by_role("link", name="Most divided first").click()
    phone.goto(f"{base}/follow/")
    look(phone, "Follow the meeting")
    lead.get_by_role("button", name="Start with 3. Point 3").click()
    look(lead, "3. Point 3")
    expect(lead.get_by_text("1 of 3. 0 agreed so far")).to_be_visible()
    lead.keyboard.press("2")
    lead.keyboard.press("p")
    why, who = uuid4().hex, uuid4().hex
    lead.get_by_label("Why? Our notes").fill(f"Since {why}")
    lead.get_by_text("Somebody saw it differently").click()
    lead.get_by_label("Who saw it differently, and why?").fill(f"One of us {who}")
    lead.get_by_role("heading", level=1).click()
    expect(phone.get_by_text("Being written: 3. Point 3.")).to_be_visible()
    lead.keyboard.press("n")
    latest = phone.locator(".tq-follow__latest")
    expect(latest).to_contain_text(f"Since {why}")
    for text in ("3. Point 3", "Step 2", "Priority", f"One of us {who}"):
        expect(latest).to_contain_text(text)
    look(phone, "Follow the meeting")
    expect(lead.get_by_role("heading", level=1)).to_have_text("2. Point 2")
    lead.keyboard.press("3")
    expect(phone.get_by_text("Being written: 2. Point 2.")).to_be_visible()
    lead.get_by_role("button", name="Save and next").click()
    expect(latest).to_contain_text("2. Point 2")
    expect(phone.get_by_text("2 of 3 points rated.")).to_be_visible()
    third = assessment.ratings.select_related("level").get(element__code="MU-03")
    assert third.level is not None
    assert (third.level.key, third.is_priority, third.note) == ("step-2", True, f"Since {why}")
    assert third.dissent == f"One of us {who}"
    lead.get_by_role("link", name="Leave the meeting").click()


def sign_off(lead: Page, phone: Page, chair: Page, base: str, look: Look) -> None:
    """What is not rated is named; then the day, the minute, and the lock on every screen."""
    lead.get_by_role("link", name="Sign off the board’s ratings").click()
    expect(lead.get_by_text("1 point is not rated yet:")).to_be_visible()
    expect(lead.get_by_role("link", name="1. Point 1")).to_be_visible()
    look(lead, "Sign off the board’s ratings")
    today = timezone.localdate()
    lead.get_by_label("Minute reference").fill("Item 6.2")
    lead.get_by_role("button", name="Sign off", exact=True).click()
    agreed = f"Agreed at the meeting of {today.day} {today:%B %Y}, signed off by"
    expect(lead.get_by_text(agreed)).to_be_visible()
    expect(lead.get_by_text("Minute reference: Item 6.2.")).to_be_visible()
    expect(phone.get_by_text(agreed)).to_be_visible(timeout=20_000)
    look(phone, "Follow the meeting")
    chair.goto(f"{base}/elements/MU-03/")
    expect(chair.get_by_role("radio")).to_have_count(0)
    expect(chair.get_by_role("button", name="Save and next")).to_have_count(0)
