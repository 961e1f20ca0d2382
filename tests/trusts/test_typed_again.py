"""A form sent after the session ended, or from an old page, comes back with all that was typed."""

from __future__ import annotations

import pytest
from django.test import Client

from assessments.models import Assessment, Rating
from tests.conftest import PASSWORD
from tests.page import Page
from trusts.models import User

pytestmark = pytest.mark.once  # what is said; both databases open every page in test_addresses.py

NOTE = "First line\r\n\r\n  <b>odd</b> & “quoted” – naïve 学校 😀\r\nlast line"


@pytest.fixture
def visitor() -> Client:
    """A browser that checks forms' tokens as a real one is checked."""
    return Client(enforce_csrf_checks=True)


def sign_in(visitor: Client, user: User) -> None:
    form = fields_of(visitor.get("/accounts/login/").content)
    form |= {"login": user.email, "password": PASSWORD}
    assert visitor.post("/accounts/login/", form).status_code == 302


def end_session(visitor: Client) -> None:
    """As when its age is up: the visitor keeps its other cookies."""
    del visitor.cookies["sessionid"]


def fields_of(content: bytes) -> dict[str, str]:
    """Every field of the page's own form, as a browser would send it."""
    return {
        node.attributes["name"]: node.attributes.get("value", "")
        for node in Page(content.decode()).nodes
        if node.tag == "input" and "name" in node.attributes
        if node.attributes.get("type") not in {"radio", "checkbox", "submit"}
    }


def action_of(content: bytes) -> str:
    """Where the page's own form goes; the last, after the header's."""
    return Page(content.decode()).all("form")[-1].attributes["action"]


@pytest.fixture
def rating(assessment: Assessment) -> Rating:
    return assessment.ratings.get(element__code="MU-01")


@pytest.fixture
def typed(visitor: Client, lead: User, rating: Rating) -> dict[str, str]:
    """What a lead sends from the element's page, ready when the session ends."""
    sign_in(visitor, lead)
    fields = fields_of(visitor.get(rating.get_absolute_url()).content)
    level = rating.assessment.framework.levels.get(order=2)
    end_session(visitor)
    return fields | {"level": str(level.pk), "note": NOTE, "is_priority": "on", "then": "list"}


def test_note_is_there_after_signing_in_again(
    visitor: Client, typed: dict[str, str], lead: User, rating: Rating
) -> None:
    kept = visitor.post(rating.get_absolute_url(), typed)
    assert kept.status_code == 401
    assert action_of(kept.content) == rating.get_absolute_url()
    sign_in(visitor, lead)  # in another tab, which changes the token that forms carry
    again = visitor.post(action_of(kept.content), fields_of(kept.content))
    assert again.status_code == 403
    saved = visitor.post(action_of(again.content), fields_of(again.content))
    assert saved.status_code == 302
    assert saved["Location"] == f"/assessments/{rating.assessment_id}/"
    rating.refresh_from_db()
    assert rating.note == NOTE.replace("\r\n", "\n")
    assert (rating.level.order if rating.level else None, rating.is_priority) == (2, True)
    assert rating.updated_by == lead


def test_page_that_was_signed_out_hears_who_has_signed_in(
    visitor: Client, typed: dict[str, str], lead: User, rating: Rating
) -> None:
    asked = {"Accept": "application/json"}
    assert visitor.get("/accounts/signed-in/", headers=asked).status_code == 302
    sign_in(visitor, lead)
    told = visitor.get("/accounts/signed-in/", headers=asked).json()
    assert told["person"] == str(lead.pk)
    fields = typed | {"csrfmiddlewaretoken": told["token"]}
    assert visitor.post(rating.get_absolute_url(), fields).status_code == 302
    page = visitor.get("/accounts/signed-in/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert "Go back to the tab" in page.content.decode()


def test_quiet_save_that_is_answered_late_undoes_no_sign_in(
    visitor: Client, typed: dict[str, str], rating: Rating
) -> None:
    answer = visitor.post(rating.get_absolute_url(), typed, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (401, b"")
    assert not answer.cookies


def test_signed_out_page_says_so_and_shows_what_was_typed(
    visitor: Client, typed: dict[str, str], rating: Rating
) -> None:
    answer = visitor.post(rating.get_absolute_url(), typed)
    page = Page(answer.content.decode())
    assert page.all("h1")[0].text == "You have been signed out"
    [link] = [node for node in page.all("a") if node.text == "Sign in (opens in a new tab)"]
    assert link.attributes["href"] == "/accounts/login/?next=/accounts/signed-in/"
    lines = [one.attributes for one in page.all("input", "govuk-input")]
    assert [(one["value"], "readonly" in one, "name" in one) for one in lines] == [
        ("Step 2", True, False),
        ("Yes", True, False),
    ]
    assert (link.attributes["target"], link.attributes["rel"]) == ("_blank", "noopener")
    [box] = page.all("textarea")
    assert "".join(box.texts).strip("\n").replace("\r", "") == NOTE.replace("\r", "")
    assert "readonly" in box.attributes
    assert "name" not in box.attributes
    again = visitor.post(rating.get_absolute_url(), fields_of(answer.content))
    assert Page(again.content.decode()).all("h1")[0].text == "You are still signed out"
    assert len(fields_of(again.content)) == len(fields_of(answer.content))
    labels = page.all("label")
    assert [label.text for label in labels] == [
        "Where are we now?",
        "Why? Our notes",
        "Make this a priority for action",
    ]
    assert labels[1].attributes["for"] == box.attributes["id"]


def test_every_field_is_kept_once_and_only_the_token_is_new(
    visitor: Client, typed: dict[str, str], rating: Rating
) -> None:
    kept = fields_of(visitor.post(rating.get_absolute_url(), typed).content)
    assert kept.pop("typed_again") == "yes"
    assert kept.pop("csrfmiddlewaretoken") != typed.pop("csrfmiddlewaretoken")
    assert {name: value.replace("\r\n", "\n") for name, value in kept.items()} == {
        name: value.replace("\r\n", "\n") for name, value in typed.items()
    }


def test_signed_in_again_page_offers_to_save(
    visitor: Client, typed: dict[str, str], lead: User, rating: Rating
) -> None:
    sign_in(visitor, lead)
    page = Page(visitor.post(rating.get_absolute_url(), typed).content.decode())
    assert page.all("h1")[0].text == "Not saved yet"
    assert [node.text for node in page.all("button", "govuk-button")] == ["Save it now"]
    assert not [node for node in page.all("a") if "Sign in" in node.text]


def test_another_persons_sign_in_gets_no_further_than_their_role(
    visitor: Client, typed: dict[str, str], stranger: User, rating: Rating
) -> None:
    sign_in(visitor, stranger)
    again = visitor.post(rating.get_absolute_url(), typed)
    answer = visitor.post(action_of(again.content), fields_of(again.content))
    assert answer.status_code == 404
    rating.refresh_from_db()
    assert rating.note == ""


def test_repeated_fields_and_the_query_are_kept(
    visitor: Client, typed: dict[str, str], rating: Rating
) -> None:
    address = f"{rating.get_absolute_url()}?from=home"
    sent = {**typed, "element": ["3", "1", "2"]}
    answer = visitor.post(address, sent)
    kept = [
        node.attributes["value"]
        for node in Page(answer.content.decode()).all("input")
        if node.attributes.get("name") == "element"
    ]
    assert kept == ["3", "1", "2"]
    assert action_of(answer.content) == address


def test_only_what_reads_as_text_is_shown(visitor: Client, typed: dict[str, str]) -> None:
    sent = {
        "csrfmiddlewaretoken": typed["csrfmiddlewaretoken"],
        "version": "3",
        "key": "7d1f0c52-3b0e-4c7e-9a51-000000000001",
        "strategic_area": "people",
        "next": "/trusts/northfield/",
        "form-0-success_criterion": "Good.",
        "empty": "",
    }
    page = Page(visitor.post("/trusts/northfield/", sent).content.decode())
    assert [node.text for node in page.all("label")] == ["Success criterion"]
    assert [node.text for node in page.all("textarea")] == ["Good."]
    sent |= {
        "description": "Talk.",
        "owner": "3",
        "due_on_day": "3",
        "due_on_month": "May",
        "due_on_year": "27",
        "baseline": "b1",
        "target": "",
    }
    page = Page(visitor.post("/priorities/1/actions/add/", sent).content.decode())
    shown = [one.attributes["value"] for one in page.all("input", "govuk-input")]
    assert shown == ["People, learning and capacity", "What you chose is kept", "3 May 27", "b1"]
    assert [node.text for node in page.all("label")] == [
        "Strategic area",
        "Success criterion",
        "What will be done?",
        "Owner",
        "Due date",
        "Where it stood at the start",
    ]


def test_owner_is_named_to_who_may_know_the_name(
    visitor: Client, typed: dict[str, str], lead: User, stranger: User
) -> None:
    def shown(owner: object) -> str:
        sent = {"csrfmiddlewaretoken": typed["csrfmiddlewaretoken"], "owner": str(owner)}
        page = Page(visitor.post("/priorities/1/actions/add/", sent).content.decode())
        return page.with_id("typed-1").attributes["value"]

    kept = "What you chose is kept"
    assert [shown(who) for who in ("other", lead.pk)] == ["Somebody else", kept]
    sign_in(visitor, lead)
    assert [shown(who) for who in (lead.pk, stranger.pk, "9" * 30)] == [str(lead), kept, kept]


def test_button_that_was_pressed_alone_is_not_called_all_of_it(
    visitor: Client, typed: dict[str, str], lead: User
) -> None:
    sent = {"csrfmiddlewaretoken": typed["csrfmiddlewaretoken"], "place": "2", "direction": "up"}
    text = visitor.post("/actions/18/move/", sent).content.decode()
    assert "So the button that you pressed has done nothing yet." in text
    assert "all of it" not in text
    sign_in(visitor, lead)
    page = Page(visitor.post("/actions/18/move/", sent).content.decode())
    assert page.all("h1")[0].text == "Not done yet"
    assert [node.text for node in page.all("button", "govuk-button")] == ["Do it now"]


@pytest.mark.parametrize("name", ["password", "oldpassword", "password1", "form-PASSWORD"])
def test_password_is_never_repeated(visitor: Client, typed: dict[str, str], name: str) -> None:
    sent = {"csrfmiddlewaretoken": typed["csrfmiddlewaretoken"], name: "open sesame please"}
    answer = visitor.post("/accounts/password/change/", sent | {"other": "Some words."})
    page = Page(answer.content.decode())
    assert answer.status_code == 401
    assert "open sesame" not in answer.content.decode()
    assert page.all("h1")[0].text == "This page was too old to use"
    [link] = page.all("a", "govuk-button")
    assert link.attributes["href"] == "/accounts/password/change/"


def test_sign_in_page_that_is_too_old_is_opened_afresh(visitor: Client, lead: User) -> None:
    old = fields_of(visitor.get("/accounts/login/").content)
    old |= {"login": lead.email, "password": PASSWORD}
    visitor.cookies.clear()
    answer = visitor.post("/accounts/login/", old)
    assert answer.status_code == 403
    assert PASSWORD not in answer.content.decode()
    assert "Open the form again" in answer.content.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.evil.example"},
    ],
)
def test_form_from_another_site_is_refused_with_nothing_repeated(
    visitor: Client, lead: User, rating: Rating, headers: dict[str, str]
) -> None:
    sign_in(visitor, lead)
    sent = {"version": "1", "note": "Words that another site put here."}
    answer = visitor.post(rating.get_absolute_url(), sent, headers=headers)
    assert answer.status_code == 403
    assert "another site" not in answer.content.decode()
    assert not Page(answer.content.decode()).all("textarea")
    rating.refresh_from_db()
    assert (rating.note, rating.version) == ("", 1)


@pytest.mark.parametrize("headers", [{}, {"referer": "https://evil.example/form"}])
def test_form_without_an_origin_needs_our_own_referer_on_a_secure_site(
    visitor: Client, lead: User, rating: Rating, headers: dict[str, str]
) -> None:
    sign_in(visitor, lead)
    sent = {"version": "1", "note": "Words that another site put here."}
    answer = visitor.post(rating.get_absolute_url(), sent, headers=headers, secure=True)
    assert answer.status_code == 403
    assert "another site" not in answer.content.decode()


def test_form_with_a_wrong_token_from_our_own_page_is_offered_again(
    visitor: Client, lead: User, rating: Rating
) -> None:
    sign_in(visitor, lead)
    fields = fields_of(visitor.get(rating.get_absolute_url()).content)
    sent = fields | {"csrfmiddlewaretoken": "x" * 64, "note": "Kept words."}
    answer = visitor.post(rating.get_absolute_url(), sent, headers={"origin": "http://testserver"})
    assert answer.status_code == 403
    saved = visitor.post(action_of(answer.content), fields_of(answer.content))
    assert saved.status_code == 302
    rating.refresh_from_db()
    assert rating.note == "Kept words."


@pytest.mark.parametrize(
    "headers",
    [
        {"referer": "http://evil.example/form"},
        {"referer": "http://testserver.evil.example/"},
        {"referer": "https://["},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"referer": "http://testserver/", "sec-fetch-site": "cross-site"},
    ],
)
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_another_sites_words_are_not_repeated_without_https_either(
    visitor: Client, lead: User, rating: Rating, headers: dict[str, str], is_signed_in: bool
) -> None:
    if is_signed_in:
        sign_in(visitor, lead)
    else:  # with a token of the browser's own, so that the sign-in page is what refuses
        visitor.get("/accounts/login/")
    sent = {"note": "Words that another site put here."}
    answer = visitor.post(rating.get_absolute_url(), sent, headers=headers)
    assert answer.status_code == 403
    assert "another site" not in answer.content.decode()
    assert not Page(answer.content.decode()).all("textarea")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"referer": "http://testserver/trusts/northfield/"},
        {"origin": "http://testserver", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ],
)
def test_own_words_are_repeated_without_https_too(
    visitor: Client, typed: dict[str, str], rating: Rating, headers: dict[str, str]
) -> None:
    answer = visitor.post(rating.get_absolute_url(), typed, headers=headers)
    assert answer.status_code == 401
    assert NOTE.split("\r")[0] in answer.content.decode()
