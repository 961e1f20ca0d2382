"""Inviting: the actions, the mails, the lead's pages."""

from __future__ import annotations

import logging
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from tests.conftest import PASSWORD, client_of, make_user
from tests.page import Page
from tests.plans.conftest import error_links, form_values
from tests.trusts.mailing import Choosy, Unreachable, backend_of, link_to, links, token_of
from trusts import letters as mailing
from trusts.invitation_mails import TO_JOIN, Outcome, mail_of, post
from trusts.invitation_views import NOT_MAILED
from trusts.invitations import (
    VALID_FOR,
    AccountExists,
    Letter,
    LinkEnded,
    Newcomer,
    TakenUp,
    accept,
    accept_as_new_person,
    find,
    hash_of,
    invite,
    posted,
    withdraw,
    write_letter,
)
from trusts.models import Invitation, Membership, Role, Trust, User

JANE = Newcomer("jane@example.org", Role.TRUSTEE, "Jane Smith")
PEOPLE = "/trusts/northfield/people/"
ONE, SEVERAL = f"{PEOPLE}invite/", f"{PEOPLE}invite/several/"


def page_of(answer) -> Page:
    return Page(answer.content.decode())


def said(page: Page) -> list[str]:
    return [node.text for node in page.all("p", "govuk-notification-banner__heading")]


def followed(answer, client: Client) -> Page:
    assert answer.status_code == 302, answer.content.decode()
    return page_of(client.get(answer.url))


def expire(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )


# The actions.


def test_only_a_hash_of_the_token_is_kept(northfield: Trust, lead: User) -> None:
    [letter] = invite(trust=northfield, newcomers=[JANE], by=lead)
    kept = str(list(Invitation.objects.values())) + str(list(Invitation.history.values()))
    assert len(letter.token) >= 43
    assert letter.token not in kept
    assert letter.invitation.token_hash == hash_of(letter.token)
    assert letter.invitation.token_hash not in str(list(Invitation.history.values()))
    assert find(letter.token) == letter.invitation
    assert find(letter.invitation.token_hash) is None


def test_invitation_says_who_to_what_by_whom_and_until_when(northfield: Trust, lead: User) -> None:
    [letter] = invite(trust=northfield, newcomers=[JANE], by=lead)
    made = Invitation.objects.get()
    assert (made.trust, made.email, made.name) == (northfield, JANE.email, JANE.name)
    assert (made.role, made.invited_by, made.mailed_at) == (Role.TRUSTEE, lead, None)
    assert made.expires_at - made.invited_at - VALID_FOR < timedelta(seconds=5)
    assert letter.invitation == made
    assert made.history.get().history_user == lead


def test_members_and_people_with_a_good_link_are_left_out(
    northfield: Trust, lead: User, chair: User
) -> None:
    [letter] = invite(trust=northfield, newcomers=[JANE], by=lead)
    posted(letter=letter, by=lead)
    again = invite(trust=northfield, newcomers=[JANE, Newcomer(chair.email, Role.LEAD)], by=lead)
    assert again == []
    assert northfield.memberships.get(user=chair).role == Role.CHAIR
    assert find(letter.token)


@pytest.mark.parametrize("why", ["not mailed", "expired"])
def test_who_has_no_good_link_is_invited_anew(why: str, northfield: Trust, lead: User) -> None:
    [first] = invite(trust=northfield, newcomers=[JANE], by=lead)
    if why == "expired":
        posted(letter=first, by=lead)
        expire(first.invitation)
    [second] = invite(trust=northfield, newcomers=[Newcomer(JANE.email, Role.CHAIR)], by=lead)
    made = Invitation.objects.get()
    assert (made.role, made.name, made.mailed_at) == (Role.CHAIR, JANE.name, None)
    assert find(first.token) is None
    assert find(second.token) == made


def test_invitation_of_another_trust_stands_by_itself(
    northfield: Trust, southmere: Trust, lead: User, stranger: User
) -> None:
    [one] = invite(trust=northfield, newcomers=[JANE], by=lead)
    [other] = invite(trust=southmere, newcomers=[JANE], by=stranger)
    assert (find(one.token).trust, find(other.token).trust) == (northfield, southmere)


def test_new_link_takes_the_place_of_the_old_once_its_mail_has_gone(
    northfield: Trust, lead: User
) -> None:
    [first] = invite(trust=northfield, newcomers=[JANE], by=lead)
    posted(letter=first, by=lead)
    second = write_letter(Invitation.objects.get())
    assert (bool(find(first.token)), bool(find(second.token))) == (True, False)
    assert posted(letter=second, by=lead)
    assert (bool(find(first.token)), bool(find(second.token))) == (False, True)


def test_withdrawn_invitation_opens_nothing_and_stays_withdrawn(
    northfield: Trust, lead: User, chair: User
) -> None:
    [letter] = invite(trust=northfield, newcomers=[JANE], by=lead)
    withdraw(invitation=letter.invitation, by=lead)
    withdraw(invitation=letter.invitation, by=chair)
    made = Invitation.objects.get()
    assert made.withdrawn_by == lead
    assert find(letter.token) is None
    assert not posted(letter=write_letter(made), by=lead)
    with pytest.raises(LinkEnded):
        accept(invitation=letter.invitation, by=make_user(JANE.email))
    assert [row.history_type for row in made.history.all()] == ["~", "+"]
    Invitation.objects.all().delete()
    withdraw(invitation=made, by=lead)  # let go meanwhile, as too old to be kept


def test_accepting_gives_the_role_once(northfield: Trust, lead: User) -> None:
    [letter] = invite(trust=northfield, newcomers=[JANE], by=lead)
    jane, other = make_user(JANE.email), make_user("other@example.org")
    membership = accept(invitation=letter.invitation, by=jane)
    assert (membership.user, membership.trust, membership.role) == (jane, northfield, JANE.role)
    made = Invitation.objects.get()
    assert made.accepted_by == jane
    assert membership.history.get().history_user == made.history.first().history_user == jane
    for user in (jane, other):
        with pytest.raises(LinkEnded):
            accept(invitation=letter.invitation, by=user)
    assert not other.memberships.exists()
    with pytest.raises(TakenUp):
        withdraw(invitation=letter.invitation, by=lead)


def test_accepting_never_changes_the_role_that_somebody_has(
    northfield: Trust, lead: User, chair: User
) -> None:
    [letter] = invite(trust=northfield, newcomers=[JANE], by=lead)
    assert accept(invitation=letter.invitation, by=chair).role == Role.CHAIR
    assert northfield.memberships.filter(user=chair).count() == 1


@pytest.mark.parametrize("how", ["expired", "newer link"])
def test_page_that_was_left_open_gives_no_place(how: str, northfield: Trust, lead: User) -> None:
    [letter] = invite(trust=northfield, newcomers=[JANE], by=lead)
    opened = find(letter.token)
    if how == "expired":
        expire(opened)
    else:
        posted(letter=write_letter(opened), by=lead)
    with pytest.raises(LinkEnded):
        accept_as_new_person(invitation=opened, name="Jane", password=PASSWORD)
    assert not User.objects.filter(email=JANE.email).exists()


def test_new_person_gets_an_account_by_the_invited_address(northfield: Trust, lead: User) -> None:
    [letter] = invite(trust=northfield, newcomers=[JANE], by=lead)
    user = accept_as_new_person(invitation=letter.invitation, name="Jane S", password=PASSWORD)
    assert (user.email, user.name, user.is_staff) == (JANE.email, "Jane S", False)
    assert user.check_password(PASSWORD)
    assert northfield.memberships.get(user=user).role == Role.TRUSTEE


def test_account_that_is_there_is_never_given_a_password(northfield: Trust, lead: User) -> None:
    [letter] = invite(trust=northfield, newcomers=[JANE], by=lead)
    jane = make_user(JANE.email)
    with pytest.raises(AccountExists):
        accept_as_new_person(invitation=letter.invitation, name="J", password="another phrase")
    jane.refresh_from_db()
    assert jane.check_password(PASSWORD)
    assert find(letter.token)


# The mails.


def test_mail_says_who_invites_to_what_and_links_to_this_service(lead: User) -> None:
    client = client_of(lead)
    client.post(ONE, {"email": JANE.email, "name": JANE.name, "role": "chair"})
    [message] = mail.outbox
    assert message.to == [JANE.email]
    assert message.reply_to == [lead.email]
    assert message.subject == "You are invited to Northfield Learning Trust on Trust Quality"
    assert "Lead invites you to join Northfield Learning Trust on Trust Quality, as chair." in (
        message.body
    )
    assert f"http://testserver{link_to(JANE.email)}" in message.body
    assert message.content_subtype == "plain"
    assert not message.alternatives if hasattr(message, "alternatives") else True
    assert Invitation.objects.get().mailed_at


def test_mail_prints_names_as_they_are(northfield: Trust, lead: User) -> None:
    northfield.name, lead.name = "O'Brien & <b>Sons</b>", "A <i>lead</i>"
    northfield.save()
    lead.save()
    client_of(lead).post(ONE, {"email": JANE.email, "role": "chair"})
    assert "A <i>lead</i> invites you to join O'Brien & <b>Sons</b> on" in mail.outbox[0].body


def test_subject_is_one_line_whatever_the_trust_is_called(northfield: Trust, lead: User) -> None:
    northfield.name = "Northfield\r\nBcc: everybody@example.org"
    [letter] = invite(trust=northfield, newcomers=[JANE], by=lead)
    subject = mail_of(letter, link=str, by=lead).subject
    assert subject == "You are invited to Northfield Bcc: everybody@example.org on Trust Quality"


def test_mail_server_that_is_away_costs_no_invitation(
    lead: User, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = backend_of(Unreachable)
    client = client_of(lead)
    with caplog.at_level(logging.INFO):
        answer = client.post(ONE, {"email": JANE.email, "role": "trustee"})
    page = followed(answer, client)
    assert said(page) == [
        f"No mail went to {JANE.email}. Nothing is lost: try again later with the button "
        "“Send again” in the list of people."
    ]
    made = Invitation.objects.get()
    assert (made.email, made.mailed_at) == (JANE.email, None)
    assert "No mail went to this address" in page.with_id("main-content").text
    assert "ConnectionRefusedError" in caplog.text
    assert JANE.email not in caplog.text
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert said(followed(client.post(f"{PEOPLE}invitations/"), client)) == [
        f"1 invitation is mailed to {JANE.email}."
    ]
    assert find(token_of(link_to(JANE.email))) == made


def test_letter_that_another_page_has_overtaken_is_not_sent(
    northfield: Trust, lead: User, rf
) -> None:
    first = invite(trust=northfield, newcomers=[JANE], by=lead)
    second = invite(trust=northfield, newcomers=[JANE], by=lead)
    outcomes = [
        outcome
        for letters in (first, second, second)
        for _, outcome in post(rf.post("/"), letters, via=TO_JOIN, by=lead)
    ]
    assert outcomes == [Outcome.OVERTAKEN, Outcome.SENT, Outcome.SENT]
    assert len(mail.outbox) == 2
    assert find(token_of(links()[-1]))


def test_mail_that_did_not_go_is_not_told_as_mailed(
    lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(lead)
    client.post(ONE, {"email": JANE.email, "role": "trustee"})
    made = Invitation.objects.get()

    def withdrawn_meanwhile(letter: Letter) -> bool:
        withdraw(invitation=made, by=lead)
        return is_current(letter)

    is_current = Letter.is_current
    monkeypatch.setattr(Letter, "is_current", withdrawn_meanwhile)
    answer = client.post(f"{PEOPLE}invitations/{made.pk}/", {"then": "send"})
    overtaken = NOT_MAILED[Outcome.OVERTAKEN].format(to=JANE.email)
    assert said(followed(answer, client))[-1:] == [overtaken]
    assert len(mail.outbox) == 1


def test_one_refused_address_stops_no_other(lead: User, settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = backend_of(Choosy)
    client = client_of(lead)
    lines = "a@example.org\nrefused@example.org\nb@example.org"
    page = followed(client.post(SEVERAL, {"lines": lines, "step": "send"}), client)
    assert said(page)[0] == "2 invitations are mailed."
    assert said(page)[1].startswith("No mail went to refused@example.org.")
    assert Invitation.objects.count() == 3
    assert list(Invitation.objects.filter(mailed_at=None).values_list("email", flat=True)) == [
        "refused@example.org"
    ]


def test_failed_second_mail_leaves_the_first_link_as_it_was(
    lead: User, settings: LazySettings
) -> None:
    client = client_of(lead)
    client.post(ONE, {"email": JANE.email, "role": "trustee"})
    made = Invitation.objects.get()
    settings.EMAIL_BACKEND = backend_of(Unreachable)
    client.post(f"{PEOPLE}invitations/{made.pk}/", {"then": "send"})
    again = Invitation.objects.get()
    assert (again.mailed_at, again.expires_at) == (made.mailed_at, made.expires_at)
    assert find(token_of(link_to(JANE.email)))


def test_slow_mail_server_keeps_nobody_waiting_for_long(
    northfield: Trust, lead: User, rf, monkeypatch: pytest.MonkeyPatch
) -> None:
    newcomers = [Newcomer(f"p{number}@example.org", Role.TRUSTEE) for number in range(3)]
    letters = invite(trust=northfield, newcomers=newcomers, by=lead)
    monkeypatch.setattr(mailing, "PATIENCE", -1)
    unsent = [(letter, Outcome.UNSENT) for letter in letters]
    assert post(rf.post("/"), letters, via=TO_JOIN, by=lead) == unsent
    assert mail.outbox == []


def test_trust_that_mails_very_much_has_to_wait(lead: User, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.SIGN_IN_LIMITS | {"invite": "2/d/key"}
    client = client_of(lead)
    lines = "a@example.org\nb@example.org\nc@example.org"
    page = followed(client.post(SEVERAL, {"lines": lines, "step": "send"}), client)
    assert len(mail.outbox) == 2
    assert said(page)[1] == NOT_MAILED[Outcome.TOO_MANY].format(to="c@example.org")


def test_nobody_is_mailed_over_and_over(lead: User, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.SIGN_IN_LIMITS
    client = client_of(lead)
    client.post(ONE, {"email": JANE.email, "role": "trustee"})
    pk = Invitation.objects.get().pk
    for _ in range(20):
        answer = client.post(f"{PEOPLE}invitations/{pk}/", {"then": "send"})
    assert len(mail.outbox) == 5
    text = said(followed(answer, client))[-1]
    assert text == NOT_MAILED[Outcome.TOO_MANY].format(to=JANE.email)
    assert "five invitations a day" in text


# The lead's pages.


def test_one_person_is_invited_by_a_form_that_says_what_is_wrong(lead: User) -> None:
    client = client_of(lead)
    answer = client.post(ONE, {"email": "jane", "name": "x" * 151, "role": "king"})
    assert answer.status_code == 422
    assert error_links(page_of(answer)) == {
        "Enter an email address like name@example.org": "id_email",
        "The name must be 150 characters or fewer; it has 151": "id_name",
        "Choose one of the roles in the list": "id_role_0",
    }
    assert form_values(page_of(answer))["email"] == ["jane"]
    assert error_links(page_of(client.post(ONE, {}))) == {
        "Enter an email address": "id_email",
        "Choose a role": "id_role_0",
    }


def test_member_is_not_invited_again(lead: User, chair: User) -> None:
    client = client_of(lead)
    answer = client.post(ONE, {"email": chair.email.upper(), "role": "lead"})
    assert list(error_links(page_of(answer))) == [
        f"{chair.email} belongs to the trust already, as chair"
    ]
    assert not Invitation.objects.exists()


def test_lead_of_another_trust_learns_nothing_of_who_has_an_account(
    lead: User, stranger: User
) -> None:
    client = client_of(lead)
    for email in (stranger.email, "nobody@southmere.example"):
        page = followed(client.post(ONE, {"email": email, "role": "chair"}), client)
        assert said(page) == [f"1 invitation is mailed to {email}."]
    one, other = (message.body for message in mail.outbox)
    assert one.replace(link_to(stranger.email), "") == other.replace(
        link_to("nobody@southmere.example"), ""
    )


def test_list_is_shown_before_anything_is_sent(lead: User, chair: User) -> None:
    client = client_of(lead)
    lines = f"Jane Smith, jane@example.org, Chair\njo@example.org\n{chair.email}"
    answer = client.post(SEVERAL, {"lines": lines, "newcomer_role": "observer"})
    page = page_of(answer)
    text = page.with_id("main-content").text
    assert answer.status_code == 200
    assert "Send these 2 invitations?" in text
    assert "Jane Smith jane@example.org Chair" in text
    assert "jo@example.org Observer" in text
    assert f"{chair.email} belongs to the trust already, as chair" in text
    assert not Invitation.objects.exists()
    assert mail.outbox == []
    values = {name: value[0] for name, value in form_values(page).items()}
    back = page_of(client.post(SEVERAL, values | {"step": "change"}))
    assert form_values(back)["lines"] == [lines]
    assert error_links(back) == {}
    assert said(followed(client.post(SEVERAL, values | {"step": "send"}), client)) == [
        "2 invitations are mailed."
    ]
    assert dict(Invitation.objects.values_list("email", "role")) == {
        "jane@example.org": "chair",
        "jo@example.org": "observer",
    }


def test_every_fault_of_a_list_is_told_and_the_list_is_kept(lead: User) -> None:
    client = client_of(lead)
    lines = "jane@example.org, Clerk\njo@example.org\nnobody"
    answer = client.post(SEVERAL, {"lines": lines, "step": "send"})
    page = page_of(answer)
    assert answer.status_code == 422
    assert list(error_links(page).values()) == ["id_lines"]
    assert [row.text for row in page.all("th", "tq-faults__where")] == ["Line 1", "Line 3"]
    assert form_values(page)["lines"] == [lines]
    assert not Invitation.objects.exists()


def test_list_without_anybody_to_invite_says_so(lead: User, chair: User) -> None:
    client = client_of(lead)
    nobody = page_of(client.post(SEVERAL, {}))
    assert error_links(nobody) == {
        "Write the people into the box, or select a spreadsheet": "id_lines"
    }
    here = page_of(client.post(SEVERAL, {"lines": chair.email}))
    assert error_links(here) == {"Everybody in this list is here or invited already": "id_lines"}
    assert f"{chair.email} belongs to the trust already" in here.with_id("main-content").text


def sheet(rows: list[list[str]]) -> SimpleUploadedFile:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return SimpleUploadedFile("people.xlsx", file.getvalue())


def test_spreadsheet_is_read_into_the_box(lead: User) -> None:
    client = client_of(lead)
    rows = [["Name", "Email", "Role"], ["Jane Smith", "jane@example.org", "Clerk"]]
    page = page_of(client.post(SEVERAL, {"lines": "jo@example.org", "sheet": sheet(rows)}))
    assert [row.text for row in page.all("th", "tq-faults__where")] == ["Line 2"]
    typed = "jo@example.org\nJane Smith, jane@example.org, Clerk"
    assert form_values(page)["lines"] == [typed]
    mended = client.post(SEVERAL, {"lines": typed.replace("Clerk", "Chair")})
    assert "Send these 2 invitations?" in page_of(mended).with_id("main-content").text


def test_what_is_no_spreadsheet_is_refused_and_the_box_is_kept(lead: User) -> None:
    client = client_of(lead)
    file = SimpleUploadedFile("people.xlsx", b"Name,Email")
    page = page_of(client.post(SEVERAL, {"lines": "jo@example.org", "sheet": file}))
    assert error_links(page) == {
        "The selected file must be an Excel spreadsheet (.xlsx)": "id_sheet"
    }
    assert form_values(page)["lines"] == ["jo@example.org"]
    empty = page_of(client.post(SEVERAL, {"sheet": sheet([["Name", "Email"]])}))
    assert "The selected file has no rows below its headings" in error_links(empty)


def test_invitation_is_sent_again_or_withdrawn(lead: User) -> None:
    client = client_of(lead)
    client.post(ONE, {"email": JANE.email, "role": "trustee"})
    made = Invitation.objects.get()
    address = f"{PEOPLE}invitations/{made.pk}/"
    assert "The link works until" in page_of(client.get(address)).with_id("main-content").text
    assert client.post(address, {"then": "frame it"}).status_code == 422
    followed(client.post(address, {"then": "send"}), client)
    first, second = links()
    assert (find(token_of(first)), find(token_of(second))) == (None, made)
    page = followed(client.post(address, {"then": "withdraw"}), client)
    assert said(page) == [f"The invitation to {JANE.email} is withdrawn."]
    assert find(token_of(second)) is None
    again = followed(client.post(address, {"then": "withdraw"}), client)
    assert said(again) == [f"The invitation to {JANE.email} was withdrawn already."]


def test_all_that_ran_out_are_sent_again_at_once(lead: User) -> None:
    client = client_of(lead)
    client.post(SEVERAL, {"lines": "a@example.org\nb@example.org\nc@example.org", "step": "send"})
    for email in ("a@example.org", "b@example.org"):
        expire(Invitation.objects.get(email=email))
    page = page_of(client.get(PEOPLE))
    assert "Send again to all 2" in [button.text for button in page.all("button")]
    assert said(followed(client.post(f"{PEOPLE}invitations/"), client)) == [
        "2 invitations are mailed."
    ]
    assert "Send again to all 2" not in page_of(client.get(PEOPLE)).with_id("main-content").text
    assert all(find(token_of(link_to(f"{one}@example.org"))) for one in "abc")


def test_invitation_of_another_trust_is_not_found(lead: User, stranger: User, southmere) -> None:
    [letter] = invite(trust=southmere, newcomers=[JANE], by=stranger)
    for slug in ("northfield", "southmere"):
        address = f"/trusts/{slug}/people/invitations/{letter.invitation.pk}/"
        assert client_of(lead).get(address).status_code == 404
        assert client_of(lead).post(address, {"then": "withdraw"}).status_code == 404
    assert find(letter.token)


def test_list_is_kept_for_who_was_signed_out_meanwhile(lead: User) -> None:
    client = client_of(lead)
    client.logout()
    answer = client.post(SEVERAL, {"lines": "jane@example.org, Chair"})
    assert answer.status_code == 401
    assert "jane@example.org, Chair" in answer.content.decode()


def test_membership_is_what_lets_somebody_invite(chair: User, northfield: Trust) -> None:
    client = client_of(chair)
    answer = client.post(ONE, {"email": JANE.email, "role": "lead"})
    assert answer.status_code == 403
    assert "You cannot invite people or change roles" in answer.content.decode()
    assert Membership.objects.count() == 1
    assert not Invitation.objects.exists()
