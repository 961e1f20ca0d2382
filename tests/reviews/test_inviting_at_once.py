"""Two people at the same moment: one token, one form, one decision."""

from __future__ import annotations

from threading import Event
from time import sleep

import pytest

from assessments.models import Assessment
from reviews import deciding
from reviews.deciding import admit, refuse, withdraw_reviewer
from reviews.inviting import Guest, add_reviewers, posted, withdraw_review
from reviews.models import PeerReview, Reviewer
from reviews.status import NotNow
from reviews.taking_up import declare, find, take_up, take_up_as_new_person
from tests.conftest import PASSWORD, client_of, make_user
from tests.reviews.conftest import GUEST, address, make_review
from tests.reviews.test_invite_pages import filled_in
from tests.together import at_once
from trusts.invitations import AccountExists, Letter, LinkEnded, write_letter
from trusts.models import FORMER_MEMBER, User
from trusts.privacy import anonymise

pytestmark = pytest.mark.django_db(transaction=True)


def outcome(work, *refused: type[Exception]) -> str:
    """What came of it: "done", or the name of the refusal."""
    try:
        work()
    except refused as refusal:
        return type(refusal).__name__
    return "done"


def test_two_people_take_up_one_token_and_one_account_is_made(letter: Letter) -> None:
    def work(number: int) -> str:
        name = f"Ruth {number}"
        return outcome(
            lambda: take_up_as_new_person(
                invitation=letter.invitation, name=name, password=PASSWORD
            ),
            LinkEnded,
            AccountExists,
        )

    outcomes = at_once(work, 4)
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "LinkEnded", "AccountExists"}
    assert User.objects.filter(email=GUEST.email).count() == 1
    assert Reviewer.objects.get().user == User.objects.get(email=GUEST.email)


def test_one_person_takes_it_up_in_two_windows_once(letter: Letter, guest: User) -> None:
    def work(_: int) -> str:
        return outcome(lambda: take_up(reviewer=letter.invitation, by=guest), LinkEnded)

    assert sorted(at_once(work, 4)) == ["LinkEnded"] * 3 + ["done"]
    assert Reviewer.history.filter(accepted_at__isnull=False).count() == 1


@pytest.mark.parametrize("what", ["review", "person"])
def test_withdrawn_while_it_is_taken_up(
    what: str, letter: Letter, guest: User, review: PeerReview, chair: User
) -> None:
    def withdraw() -> None:
        if what == "review":
            withdraw_review(review=review, reason="We merge.", by=chair)
        else:
            withdraw_reviewer(reviewer=letter.invitation, by=chair)

    def work(number: int) -> str:
        if number:
            return outcome(withdraw)
        return outcome(lambda: take_up(reviewer=letter.invitation, by=guest), LinkEnded)

    taken, withdrawn = at_once(work, 2)
    assert withdrawn == "done"
    assert taken in ("done", "LinkEnded")
    assert (Reviewer.objects.get().user == guest) is (taken == "done")
    assert find(letter.token) is None
    assert not Reviewer.objects.held_by(guest)


def test_withdrawn_while_it_is_sent_again_leaves_no_good_link(letter: Letter, chair: User) -> None:
    second = write_letter(letter.invitation)

    def work(number: int) -> bool:
        if number:
            return withdraw_reviewer(reviewer=letter.invitation, by=chair)
        return posted(letter=second, by=chair)

    at_once(work, 2)
    assert (find(letter.token), find(second.token)) == (None, None)


def test_let_in_and_declined_at_once_is_one_of_them(
    letter: Letter, guest: User, chair: User, lead: User
) -> None:
    take_up(reviewer=letter.invitation, by=guest)
    declare(reviewer=letter.invitation, interests=[], text="", by=guest)

    def work(number: int) -> str:
        if number % 2:
            return outcome(
                lambda: refuse(reviewer=letter.invitation, reason="No.", by=lead), NotNow
            )
        return outcome(lambda: admit(reviewer=letter.invitation, by=chair), NotNow)

    outcomes = at_once(work, 2)
    assert sorted(outcomes) == ["NotNow", "done"]
    row = Reviewer.objects.get()
    assert (row.admitted_at is None) is (outcomes[0] == "NotNow")
    assert (row.refused_at is None) is (outcomes[1] == "NotNow")


def test_letting_in_while_the_account_ends_brings_no_address_back(
    letter: Letter, guest: User, chair: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_up(reviewer=letter.invitation, by=guest)
    declare(reviewer=letter.invitation, interests=[], text="", by=guest)
    has_read, save = Event(), deciding.save_reviewer

    def save_late(reviewer: Reviewer, *, by: User) -> None:
        has_read.set()
        sleep(0.3)
        save(reviewer, by=by)

    monkeypatch.setattr(deciding, "save_reviewer", save_late)

    def work(number: int) -> None:
        if number:
            has_read.wait(5)
            anonymise(person=User.objects.get(pk=guest.pk), by=guest)
        else:
            admit(reviewer=letter.invitation, by=chair)

    at_once(work, 2)
    row = Reviewer.objects.get()
    assert (row.email, row.name) == (f"former-member-{guest.pk}@anonymised.invalid", FORMER_MEMBER)
    assert None not in (row.admitted_at, row.withdrawn_at)


def test_form_sent_twice_at_once_makes_one_review_and_one_mail(
    rated: Assessment, chair: User, mailoutbox: list
) -> None:
    browsers = [client_of(chair) for _ in range(4)]

    def work(number: int) -> int:
        answer = browsers[number].post(address("invite", rated), filled_in())
        return int(answer.status_code)

    assert at_once(work, 4) == [302] * 4
    assert PeerReview.objects.count() == 1
    assert [message.to for message in mailoutbox] == [[GUEST.email]]


def test_two_people_add_the_same_address_at_once(
    review: PeerReview, chair: User, lead: User
) -> None:
    def work(number: int) -> int:
        by = (chair, lead)[number % 2]
        return len(add_reviewers(review=review, guests=[Guest("ann@example.org")], by=by))

    assert sorted(at_once(work, 4)) == [0, 0, 0, 1]
    assert review.reviewers.filter(email="ann@example.org").count() == 1


def test_one_account_takes_up_two_reviews_at_once(rated: Assessment, chair: User) -> None:
    user = make_user("ruth@example.org")
    made = [make_review(rated, by=chair, guests=[Guest(user.email)]) for _ in range(2)]

    def work(number: int) -> str:
        [letter] = made[number][1]
        return outcome(lambda: take_up(reviewer=letter.invitation, by=user), LinkEnded)

    assert at_once(work, 2) == ["done", "done"]
    assert Reviewer.objects.held_by(user).count() == 2
