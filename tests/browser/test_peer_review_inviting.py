"""Inviting reviewers in a real browser: from the form to the first page of the assessment."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from assessments.models import Assessment
from reviews.inviting import Guest, posted
from reviews.models import PeerReview, Reviewer
from reviews.taking_up import declare, take_up
from tests.conftest import make_user
from tests.reviews.conftest import make_review
from tests.trusts.mailing import link_to
from trusts.models import Role, User

PASSWORD = "three words quite apart"
LONG = "wilhelmina.featherstonehaugh-cholmondeley-whittingstall"


@pytest.fixture
def email() -> str:
    return f"ruth-{uuid4().hex[:8]}@southmere.example"


@pytest.fixture
def chair(assessment: Assessment) -> User:
    user: User = assessment.trust.memberships.filter(role=Role.CHAIR).first().user
    return user


def invite(page: Page, email: str, *, name: str = "Ruth Reviewer") -> None:
    """From the assessment's own page to the invitation's mail."""
    page.get_by_role("link", name="Peer review", exact=True).click()
    page.get_by_role("button", name="Invite reviewers").click()
    page.get_by_label("Where do the reviewers come from?").fill("Southmere Schools Trust")
    page.get_by_label("Who will review?").fill(f"{name} <{email}>")
    page.get_by_label("The action plan").check()
    page.get_by_label("Brief (optional)").fill("Look at how we know what we say we know.")
    page.locator("summary").first.click()
    page.locator(".tq-focus input").first.check()
    page.get_by_role("button", name="Send the invitations").click()
    expect(page.get_by_text(f"set up, 1 invitation is mailed to {email}.")).to_be_visible()


@pytest.mark.parametrize(("width", "script"), [(1280, True), (320, False)])
def test_invitation_goes_from_the_form_to_the_first_look(
    width, script, site, assessment, chair, email, sign_in, new_page
) -> None:
    size = {"viewport": {"width": width, "height": 800}, "java_script_enabled": script}
    theirs, ruth = sign_in(new_page(**size), chair.email), new_page(**size)
    theirs.goto(site + assessment.get_absolute_url())
    invite(theirs, email)

    ruth.goto(site + link_to(email))
    expect(ruth.get_by_label("Your name")).to_have_value("Ruth Reviewer")
    ruth.get_by_label("New password", exact=True).fill(PASSWORD)
    ruth.get_by_label("New password again").fill(PASSWORD)
    ruth.get_by_role("button", name="Take up the review").click()
    expect(ruth.get_by_role("heading", level=1)).to_have_text("Declare your interests")
    ruth.get_by_label("I have family or close friends").check()
    ruth.get_by_label("What should the trust know of it?").fill("A cousin taught there in 2019.")
    ruth.get_by_role("button", name="Declare this").click()
    expect(
        ruth.get_by_text(f"Your declaration has gone to {assessment.trust.name}.")
    ).to_be_visible()
    assert mail.outbox[-1].subject.startswith("Decide whether Ruth Reviewer may review")

    theirs.goto(site + assessment.trust.get_absolute_url())
    theirs.get_by_role("link", name="Decide whether Ruth Reviewer").first.click()
    expect(theirs.get_by_text("A cousin taught there in 2019.")).to_be_visible()
    theirs.get_by_role("button", name="Let them in").click()
    expect(theirs.get_by_text("Ruth Reviewer can now read the assessment.")).to_be_visible()

    assert mail.outbox[-1].to == [email]
    ruth.goto(f"{site}/")
    ruth.get_by_role("link", name=f"{assessment.trust.name}: {assessment.title}").click()
    expect(ruth.get_by_text("Look at how we know what we say we know.")).to_be_visible()


def test_link_of_an_error_moves_to_its_box(site, assessment, chair, signed_in, new_page) -> None:
    page = signed_in(new_page(viewport={"width": 320, "height": 700}), chair.email)
    page.goto(f"{site}{assessment.get_absolute_url()}reviews/new/")
    page.get_by_label("Brief (optional)").fill("Kept.")
    page.get_by_label("Who will review?").fill("nobody")
    page.get_by_label("Year").first.fill("2020")
    page.get_by_role("button", name="Send the invitations").click()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    for message, box in (
        ("Say where the reviewers come from", "#id_reviewing_trust"),
        ("Line 1: there is no email address in it", "#id_guests"),
        ("The day must be today or in the future", "#id_due_on_day"),
    ):
        summary.get_by_role("link", name=message).click()
        expect(page.locator(box)).to_be_focused()
    expect(page.get_by_label("Brief (optional)")).to_have_value("Kept.")
    expect(page.get_by_label("Who will review?")).to_have_value("nobody")


def test_what_was_typed_survives_a_closed_page(
    site, assessment, chair, signed_in, new_page
) -> None:
    page = signed_in(new_page(), chair.email)
    form = f"{site}{assessment.get_absolute_url()}reviews/new/"
    page.goto(form)
    page.get_by_label("Who will review?").fill("ann@example.org")
    page.get_by_label("Brief (optional)").fill("Half a thought")
    page.goto(f"{site}/")
    page.goto(form)
    expect(page.get_by_label("Who will review?")).to_have_value("ann@example.org")
    expect(page.get_by_label("Brief (optional)")).to_have_value("Half a thought")


def test_none_of_these_unticks_the_rest(site, assessment, chair, email, new_page) -> None:
    review, [letter] = make_review(assessment, by=chair, guests=[Guest(email)])
    page = as_reviewer(new_page(), site, letter.invitation, email)
    page.goto(f"{site}/reviewing/{review.pk}/declaration/")
    page.get_by_label("I have family or close friends").check()
    page.get_by_label("None of these").check()
    expect(page.get_by_label("I have family or close friends")).not_to_be_checked()


def as_reviewer(page: Page, site: str, reviewer: Reviewer, email: str) -> Page:
    """A person without a trust, who takes the invitation up."""
    user = make_user(email)
    user.set_password(PASSWORD)
    user.save()
    take_up(reviewer=reviewer, by=user)
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{site}/")
    return page


def test_pages_of_the_trust_fit_and_are_accessible(
    site, assessment, chair, sign_in, new_page, assert_fits
) -> None:
    emails = [f"{LONG}-{uuid4().hex[:6]}@example.org" for _ in range(4)]
    names = [LONG.replace(".", " ").title(), "", "Ann Lee", "Bo Li"]
    guests = [Guest(email, name) for email, name in zip(emails, names, strict=True)]
    review, letters = make_review(assessment, by=chair, guests=guests)
    posted(letter=letters[1], by=chair)
    declared = letters[2].invitation
    user = make_user(declared.email)
    take_up(reviewer=declared, by=user)
    declare(reviewer=declared, interests=[], text="", by=user)
    page = sign_in(new_page(), chair.email)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    own = f"/reviews/{review.pk}/"
    for path in (
        f"{assessment.get_absolute_url()}reviews/",
        f"{assessment.get_absolute_url()}reviews/new/",
        own,
        f"{own}edit/",
        f"{own}withdraw/",
        f"{own}reviewers/new/",
        letters[0].invitation.get_absolute_url(),
        declared.get_absolute_url(),
        assessment.trust.get_absolute_url(),
    ):
        assert page.goto(site + path).status == 200
        for fold in page.locator("summary").all():
            fold.click()
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_fits(page)
    assert faults == []


def test_pages_of_a_reviewer_fit_and_are_accessible(
    site, assessment, chair, new_page, assert_fits
) -> None:
    emails = [f"{LONG}-{uuid4().hex[:6]}@example.org" for _ in range(3)]
    review, letters = make_review(assessment, by=chair, guests=[Guest(one) for one in emails])
    first, known, new = letters
    make_user(known.invitation.email)
    page = new_page()
    addresses = [f"/reviews/invitations/{token}/" for token in (new.token, known.token, "x")]

    def look(*paths: str) -> None:
        for path in paths:
            page.goto(site + path)
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
            assert_fits(page)

    look(*addresses)
    as_reviewer(page, site, first.invitation, emails[0])
    look(*addresses, "/", "/reviewing/", f"/reviewing/{review.pk}/declaration/")
    page.goto(f"{site}/reviewing/{review.pk}/declaration/")
    page.get_by_role("button", name="Declare this").click()
    assert_fits(page)
    page.get_by_role("link", name="Choose what applies to you").click()
    expect(page.get_by_label("I work or have worked for this trust")).to_be_focused()
    page.get_by_label("None of these").check()
    page.get_by_role("button", name="Declare this").click()
    look(f"/reviewing/{review.pk}/declaration/", "/reviewing/")
    assert PeerReview.objects.get(pk=review.pk).status == PeerReview.Status.ACCEPTED
