"""What each side is told of the other by mail."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import RequestFactory
from django.utils import timezone

from reviews.answering import send_answers
from reviews.deciding import withdraw_reviewer
from reviews.inviting import posted
from reviews.mails import TO_REVIEW, News, deciders_of, invitation_of, readers_of, tell
from reviews.models import Comment, PeerReview, Reviewer
from reviews.taking_up import find
from tests.conftest import client_of
from tests.reviews.conftest import GUEST, address, page_of, said
from tests.trusts.mailing import Unreachable, backend_of
from trusts.invitation_mails import Outcome, post
from trusts.invitation_views import NOT_MAILED
from trusts.invitations import Letter, write_letter
from trusts.models import Trust, User

pytestmark = pytest.mark.once  # what mails say, and to whom


def link(path: str) -> str:
    return f"https://trust.example{path}"


def test_invitation_says_who_asks_for_what_until_when(
    letter: Letter, review: PeerReview, chair: User
) -> None:
    message = invitation_of(letter, link=link, by=chair)
    assert message.subject == "You are invited to review Northfield Learning Trust on Trust Quality"
    assert (message.to, message.reply_to) == ([GUEST.email], [chair.email])
    assert message.body.startswith(f"Hello {GUEST.name},\n\nChair invites you to review")
    assert link(address("accept_invitation", letter.token)) in message.body
    for day in (review.due_on, review.access_until):
        assert f"{day:%A} {day.day} {day:%B %Y}" in message.body
    assert review.brief not in message.body


def test_letter_that_another_page_has_replaced_is_not_sent(letter: Letter, chair: User) -> None:
    older, newer = write_letter(letter.invitation), write_letter(Reviewer.objects.get())
    posted(letter=newer, by=chair)
    again = write_letter(Reviewer.objects.get())
    outcomes = post(RequestFactory().get("/"), [older, again], via=TO_REVIEW, by=chair)
    assert outcomes == [(older, Outcome.OVERTAKEN), (again, Outcome.SENT)]
    assert [message.to for message in mail.outbox] == [[GUEST.email]]
    assert find(again.token) == letter.invitation


def test_letter_to_who_is_shut_out_meanwhile_is_not_told_as_mailed(
    letter: Letter, chair: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shut_out_meanwhile(letter: Letter) -> bool:
        withdraw_reviewer(reviewer=letter.invitation, by=chair)
        return is_current(letter)

    is_current = Letter.is_current
    monkeypatch.setattr(Letter, "is_current", shut_out_meanwhile)
    client = client_of(chair)
    answer = client.post(letter.invitation.get_absolute_url(), {"then": "send"})
    overtaken = NOT_MAILED[Outcome.OVERTAKEN].format(to=GUEST.email)
    assert said(page_of(client.get(answer.url))) == [overtaken]
    assert mail.outbox == []


def test_name_of_two_lines_makes_no_second_header(letter: Letter, chair: User) -> None:
    trust = letter.invitation.review.trust
    trust.name = "Northfield\nBcc: everybody@example.org"
    message = invitation_of(letter, link=link, by=chair)
    assert message.subject.count("\n") == 0
    assert message.message()["Bcc"] is None


@pytest.mark.parametrize("news", list(News))
def test_every_news_has_a_subject_a_text_and_whom_to_answer(
    news: News, review: PeerReview, letter: Letter, chair: User
) -> None:
    reviewer = letter.invitation
    assert not tell(news, ["a@example.org"], review=review, reviewer=reviewer, link=link, by=chair)
    [message] = mail.outbox
    assert message.reply_to == [chair.email]
    greeting, text = message.body.strip().split("\n\n")[:2]
    assert greeting.startswith("Hello")
    assert text[0].isupper()
    assert "{" not in message.subject + message.body
    assert "Northfield" in message.body


def test_deciders_are_the_three_roles_and_nobody_barred(
    review: PeerReview,
    lead: User,
    chair: User,
    executive: User,
    trustee: User,
    observer: User,
    stranger: User,
) -> None:
    assert deciders_of(review) == [chair, executive, lead]
    User.objects.filter(pk=chair.pk).update(is_active=False)
    assert deciders_of(review) == [executive, lead]


def test_readers_are_those_who_were_let_in(
    review: PeerReview, reviewer: User, second_reviewer: User
) -> None:
    assert [one.user for one in readers_of(review)] == [reviewer, second_reviewer]
    review.reviewers.filter(user=second_reviewer).update(admitted_at=None, admitted_by=None)
    assert [one.user for one in readers_of(review)] == [reviewer]


def test_trust_is_told_once_when_the_findings_are_sent(
    review: PeerReview, reviewer: User, chair: User, lead: User, trustee: User
) -> None:
    client = client_of(reviewer)
    for _ in range(2):
        assert client.post(address("submit", review)).status_code == 302
    assert sorted(message.to[0] for message in mail.outbox) == [chair.email, lead.email]
    assert mail.outbox[0].subject == "The reviewers have sent their findings: Self-assessment 2026"
    assert address("detail", review) in mail.outbox[0].body


def test_reviewers_are_told_once_when_the_answers_are_sent(
    submitted_review: PeerReview, reviewer: User, chair: User
) -> None:
    client = client_of(chair)
    for _ in range(2):
        assert client.post(address("send_answers", submitted_review)).status_code == 302
    [message] = mail.outbox
    assert (message.to, message.reply_to) == ([reviewer.email], [chair.email])
    assert address("reviewing", submitted_review) in message.body


def test_other_reviewers_are_told_once_when_one_sends_the_findings(
    review: PeerReview, reviewer: User, second_reviewer: User, chair: User, lead: User
) -> None:
    for user in (reviewer, reviewer, second_reviewer):
        assert client_of(user).post(address("submit", review)).status_code == 302
    to = [message.to[0] for message in mail.outbox]
    assert to == [chair.email, lead.email, second_reviewer.email]
    to_fellow = mail.outbox[-1]
    assert to_fellow.subject == "Your findings have been sent to Northfield Learning Trust"
    assert to_fellow.reply_to == [reviewer.email]
    assert f"{reviewer} has sent the findings in Self-assessment 2026" in to_fellow.body
    assert address("reviewing", review) in to_fellow.body


def test_each_side_is_told_once_that_the_other_has_signed_and_whether_it_is_closed(
    submitted_review: PeerReview, reviewer: User, second_reviewer: User, chair: User, lead: User
) -> None:
    send_answers(review=submitted_review, by=chair)
    for user in (lead, lead, chair):
        assert client_of(user).post(address("sign", submitted_review)).status_code == 302
    assert [message.to[0] for message in mail.outbox] == [reviewer.email, second_reviewer.email]
    first = mail.outbox[0]
    assert first.subject == "Northfield Learning Trust has signed your review off"
    assert first.reply_to == [lead.email]
    assert "It is closed once one of you has signed for the reviewers." in first.body
    assert address("reviewing", submitted_review) in first.body
    mail.outbox.clear()
    for user in (reviewer, reviewer, second_reviewer):
        where = address("reviewers_sign", submitted_review)
        assert client_of(user).post(where).status_code == 302
    to = [message.to[0] for message in mail.outbox]
    assert to == [chair.email, lead.email, second_reviewer.email]
    subjects = [message.subject for message in mail.outbox[1:]]
    assert subjects == [
        "The reviewers have signed off the review: Self-assessment 2026",
        "Your review of Northfield Learning Trust is signed for the reviewers",
    ]
    for message in mail.outbox:
        assert "Both sides have signed, so the review is closed." in message.body
        assert f"{reviewer} has signed off the review" in message.body
    assert address("detail", submitted_review) in mail.outbox[0].body


def test_signature_for_the_reviewers_says_that_the_trusts_is_still_wanted(
    submitted_review: PeerReview, reviewer: User, second_reviewer: User, chair: User
) -> None:
    send_answers(review=submitted_review, by=chair)
    client_of(reviewer).post(address("reviewers_sign", submitted_review))
    to_trust, *_, to_fellow = mail.outbox
    assert "It is closed once your trust has signed too." in to_trust.body
    assert "It is closed once the trust has signed too." in to_fellow.body


def test_reviewers_whose_time_is_over_are_told_of_the_signature_without_a_link(
    submitted_review: PeerReview, reviewer: User, chair: User
) -> None:
    send_answers(review=submitted_review, by=chair)
    yesterday = timezone.localdate() - timedelta(days=1)
    PeerReview.objects.update(due_on=yesterday, access_until=yesterday)
    client_of(chair).post(address("sign", submitted_review))
    [message] = mail.outbox
    assert "so its pages are no longer open to you" in message.body
    assert "http" not in message.body


def test_nobody_is_mailed_to_pages_that_their_last_day_has_shut(
    submitted_review: PeerReview, chair: User
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    PeerReview.objects.update(due_on=yesterday, access_until=yesterday)
    client, page = client_of(chair), address("send_answers", submitted_review)
    assert "so they can no longer read your answers" in client.get(page).content.decode()
    [done] = said(page_of(client.post(page, follow=True)))
    assert "The reviewers are not told" in done
    sent = {"body": "Thanks.", "key": str(uuid4())}
    [done] = said(page_of(client.post(address("say", submitted_review), sent, follow=True)))
    assert done == (
        "Your comment is there, but the reviewers can no longer read it: their last day of access "
        "is over."
    )
    assert mail.outbox == []


def test_fellow_who_could_not_be_told_is_named_without_an_address(
    review: PeerReview, reviewer: User, second_reviewer: User, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = backend_of(Unreachable)
    client = client_of(reviewer)
    texts = said(page_of(client.get(client.post(address("submit", review)).url)))
    assert texts[-1] == f"No mail could be sent to {second_reviewer}. Tell them yourself."


def test_each_side_is_told_once_of_a_fact_to_be_corrected(
    submitted_review: PeerReview, reviewer: User, chair: User, lead: User
) -> None:
    ask = {"body": "It was in May.", "element": "MU-01", "kind": "correction", "key": uuid4()}
    client = client_of(chair)
    for _ in range(2):
        where = address("say", submitted_review)
        assert client.post(where, ask).status_code == 302
    [asked] = mail.outbox
    assert asked.subject == "Northfield Learning Trust asks you to correct a fact"
    assert (asked.to, asked.reply_to) == ([reviewer.email], [chair.email])
    assert address("reviewing", submitted_review) in asked.body
    mail.outbox.clear()
    correction = submitted_review.comments.get(kind=Comment.Kind.CORRECTION)
    done = {"outcome": "corrected", "reply": "So it was.", "key": uuid4()}
    client = client_of(reviewer)
    for _ in range(2):
        where = address("resolve", submitted_review, correction)
        assert client.post(where, done).status_code == 302
    assert sorted(message.to[0] for message in mail.outbox) == [chair.email, lead.email]
    assert mail.outbox[0].subject == (
        "The reviewers have dealt with what you asked to be corrected: Self-assessment 2026"
    )
    assert address("detail", submitted_review) in mail.outbox[0].body


def test_comments_are_told_to_nobody(
    submitted_review: PeerReview, reviewer: User, chair: User
) -> None:
    fields = {"body": "Thank you.", "element": "MU-01", "key": uuid4()}
    client_of(chair).post(address("say", submitted_review), fields)
    assert submitted_review.comments.filter(body="Thank you.").count() == 1
    assert mail.outbox == []


def test_without_a_mail_server_the_answers_are_sent_all_the_same(
    submitted_review: PeerReview, reviewer: User, chair: User, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = backend_of(Unreachable)
    client = client_of(chair)
    answer = client.post(address("send_answers", submitted_review))
    assert PeerReview.objects.get().status == PeerReview.Status.ANSWERED
    texts = said(page_of(client.get(answer.url)))
    assert f"No mail could be sent to {reviewer.email}." in texts[-1]


def test_findings_are_sent_though_no_mail_goes_and_no_address_is_named(
    review: PeerReview, reviewer: User, chair: User, northfield: Trust, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = backend_of(Unreachable)
    client = client_of(reviewer)
    texts = said(page_of(client.get(client.post(address("submit", review)).url)))
    assert PeerReview.objects.get().status == PeerReview.Status.SUBMITTED
    assert texts[-1].startswith(f"No mail could be sent to {northfield}.")
    assert chair.email not in " ".join(texts)
