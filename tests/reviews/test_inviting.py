"""Inviting reviewers: the rows, the tokens, and what the way in opens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.models import Assessment
from reviews.deciding import admit, refuse, withdraw_reviewer
from reviews.inviting import (
    ChangedMeanwhile,
    Guest,
    add_reviewers,
    edit_review,
    posted,
    withdraw_review,
)
from reviews.models import PeerReview, Reviewer
from reviews.status import NotNow
from reviews.taking_up import AnotherAddress, OwnTrust, declare, find, take_up
from tests.conftest import make_user
from tests.reviews.conftest import GUEST, let_in, make_review
from trusts.invitations import Letter, hash_of, write_letter
from trusts.models import Membership, Role, Trust, User

ANN = Guest("ann@example.org", "Ann Lee")


def again(review: PeerReview) -> PeerReview:
    return PeerReview.objects.get(pk=review.pk)


def test_review_begins_with_an_empty_finding_for_every_element(review: PeerReview) -> None:
    assert review.status == PeerReview.Status.INVITED
    assert [one.is_begun for one in review.findings.all()] == [False, False, False]
    assert [one.name for one in review.focus_elements.all()] == ["Point 3"]


def test_reviewer_that_is_let_in_reads_one_review(
    review: PeerReview, reviewer: User, letter: Letter
) -> None:
    [way] = Reviewer.objects.open_to(reviewer).reading()
    assert (way.pk, way.review_id) == (letter.invitation.pk, review.pk)
    assert again(review).status == PeerReview.Status.REVIEWING
    assert not PeerReview.objects.visible_to(reviewer)


def test_second_reviewer_reads_the_same_review(
    review: PeerReview, reviewer: User, second_reviewer: User
) -> None:
    ways = Reviewer.objects.open_to(second_reviewer).reading()
    assert [way.review_id for way in ways] == [review.pk]
    assert review.reviewers.count() == 2


def test_findings_that_are_sent_wait_for_answers(submitted_review: PeerReview) -> None:
    assert submitted_review.status == PeerReview.Status.SUBMITTED
    assert submitted_review.answers.filter(finding__isnull=False).count() == 2
    assert submitted_review.answers.filter(comment__isnull=False).count() == 2


def test_only_a_hash_of_the_token_is_kept(review: PeerReview, letter: Letter) -> None:
    kept = str(list(Reviewer.objects.values())) + str(list(Reviewer.history.values()))
    assert len(letter.token) >= 43
    assert letter.token not in kept
    assert hash_of(letter.token) not in str(list(Reviewer.history.values()))
    assert find(letter.token) == letter.invitation
    assert find(letter.invitation.token_hash) is None


def test_same_form_sent_again_makes_one_review_and_no_more_mails(
    rated: Assessment, chair: User
) -> None:
    first, [letter] = make_review(rated, by=chair)
    second, letters = make_review(rated, by=chair, key=first.key)
    assert (second, letters) == (first, [])
    assert Reviewer.objects.get() == letter.invitation


@pytest.mark.parametrize(("days", "expected"), [(42, 14), (14, 14), (5, 5), (0, 0)])
def test_link_holds_two_weeks_and_never_longer_than_the_review(
    rated: Assessment, chair: User, days: int, expected: int
) -> None:
    today = timezone.localdate()
    until = today + timedelta(days=days)
    _, [letter] = make_review(rated, by=chair, due_on=today, access_until=until)
    assert posted(letter=letter, by=chair)
    reviewer = Reviewer.objects.get()
    assert timezone.localdate(reviewer.expires_at) == today + timedelta(days=expected)
    assert reviewer.mailed_at is not None


def test_new_link_takes_the_place_of_the_old_once_its_mail_has_gone(
    letter: Letter, chair: User
) -> None:
    second = write_letter(letter.invitation)
    assert (find(letter.token), find(second.token)) == (letter.invitation, None)
    assert posted(letter=second, by=chair)
    assert (find(letter.token), find(second.token)) == (None, letter.invitation)


def test_only_the_mailed_address_takes_it_up(letter: Letter, stranger: User, guest: User) -> None:
    with pytest.raises(AnotherAddress):
        take_up(reviewer=letter.invitation, by=stranger)
    take_up(reviewer=letter.invitation, by=guest)
    assert Reviewer.objects.get().user == guest


def test_one_of_the_trust_does_not_take_it_up(
    letter: Letter, guest: User, northfield: Trust
) -> None:
    Membership.objects.create(user=guest, trust=northfield, role=Role.OBSERVER)
    with pytest.raises(OwnTrust):
        take_up(reviewer=letter.invitation, by=guest)
    assert Reviewer.objects.get().user is None


def test_letter_of_an_invitation_that_was_taken_up_is_not_posted(
    letter: Letter, guest: User, chair: User
) -> None:
    second = write_letter(letter.invitation)
    take_up(reviewer=letter.invitation, by=guest)
    assert not second.is_current()
    assert not posted(letter=second, by=chair)


def test_who_is_invited_already_is_passed_over(review: PeerReview, chair: User) -> None:
    letters = add_reviewers(review=review, guests=[GUEST, ANN], by=chair)
    assert [letter.invitation.email for letter in letters] == [ANN.email]
    assert list(review.reviewers.values_list("email", "name")) == [
        (GUEST.email, GUEST.name),
        (ANN.email, ANN.name),
    ]


def test_nobody_is_added_to_a_review_that_has_ended(review: PeerReview, chair: User) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    PeerReview.objects.filter(pk=review.pk).update(due_on=yesterday, access_until=yesterday)
    with pytest.raises(NotNow):
        add_reviewers(review=review, guests=[ANN], by=chair)
    assert review.reviewers.count() == 1


def test_change_over_a_newer_version_writes_nothing(
    review: PeerReview, chair: User, lead: User
) -> None:
    mine, theirs = again(review), again(review)
    theirs.brief, mine.brief = "Theirs", "Mine"
    edit_review(review=theirs, focus=[], version=1, by=lead)
    with pytest.raises(ChangedMeanwhile) as conflict:
        edit_review(review=mine, focus=[], version=1, by=chair)
    assert conflict.value.current.brief == "Theirs"
    assert (again(review).brief, again(review).version) == ("Theirs", 2)
    edit_review(review=theirs, focus=[], version=1, by=lead)  # sent twice
    assert again(review).version == 2
    assert review.history.first().history_user == lead


def test_withdrawn_review_is_shut_at_once(
    review: PeerReview, letter: Letter, second_reviewer: User, chair: User
) -> None:
    [waiting] = add_reviewers(review=review, guests=[ANN], by=chair)
    posted(letter=waiting, by=chair)
    assert find(waiting.token) == waiting.invitation
    assert Reviewer.objects.open_to(second_reviewer).count() == 1
    withdraw_review(review=review, reason="We merge.", by=chair)
    assert find(waiting.token) is None
    assert not Reviewer.objects.open_to(second_reviewer)
    assert again(review).withdrawal_reason == "We merge."
    with pytest.raises(NotNow):
        withdraw_review(review=review, reason="Again.", by=chair)


def test_withdrawn_person_is_shut_out_and_the_other_is_not(
    letter: Letter, reviewer: User, second_reviewer: User, chair: User
) -> None:
    assert withdraw_reviewer(reviewer=letter.invitation, by=chair)
    assert not Reviewer.objects.open_to(reviewer)
    assert Reviewer.objects.open_to(second_reviewer).count() == 1
    assert not withdraw_reviewer(reviewer=letter.invitation, by=chair)


def test_withdrawn_person_is_invited_anew(
    review: PeerReview, letter: Letter, reviewer: User, chair: User
) -> None:
    withdraw_reviewer(reviewer=letter.invitation, by=chair)
    [anew] = add_reviewers(review=review, guests=[GUEST], by=chair)
    let_in(anew, reviewer, by=chair)
    assert Reviewer.objects.open_to(reviewer).get().pk == anew.invitation.pk


def test_way_in_ends_by_itself_after_the_last_day(review: PeerReview, reviewer: User) -> None:
    today = timezone.localdate()
    rows = PeerReview.objects.filter(pk=review.pk)
    rows.update(due_on=today, access_until=today)
    assert Reviewer.objects.open_to(reviewer).count() == 1
    yesterday = today - timedelta(days=1)
    rows.update(due_on=yesterday, access_until=yesterday)
    assert not Reviewer.objects.open_to(reviewer)


def test_who_becomes_one_of_the_trust_reviews_it_no_longer(
    reviewer: User, northfield: Trust
) -> None:
    Membership.objects.create(user=reviewer, trust=northfield, role=Role.OBSERVER)
    assert not Reviewer.objects.held_by(reviewer)


def test_second_factor_of_the_reviewed_trust_is_asked_of_reviewers(
    reviewer: User, northfield: Trust
) -> None:
    Trust.objects.filter(pk=northfield.pk).update(requires_second_factor=True)
    assert not Reviewer.objects.open_to(reviewer)
    assert Reviewer.objects.held_by(reviewer).count() == 1
    reviewer.second_factor_shown = True
    assert Reviewer.objects.open_to(reviewer).count() == 1


def test_nobody_is_let_in_before_declaring(letter: Letter, guest: User, chair: User) -> None:
    take_up(reviewer=letter.invitation, by=guest)
    with pytest.raises(NotNow):
        admit(reviewer=letter.invitation, by=chair)
    with pytest.raises(NotNow):
        refuse(reviewer=letter.invitation, reason="No.", by=chair)
    assert not Reviewer.objects.open_to(guest).reading()


def test_decision_is_safe_to_repeat_and_final(letter: Letter, guest: User, chair: User) -> None:
    take_up(reviewer=letter.invitation, by=guest)
    assert declare(reviewer=letter.invitation, interests=[], text="", by=guest)
    assert not declare(reviewer=letter.invitation, interests=[], text="", by=guest)
    assert refuse(reviewer=letter.invitation, reason="Too close.", by=chair)
    assert not refuse(reviewer=letter.invitation, reason="Too close.", by=chair)
    with pytest.raises(NotNow):
        refuse(reviewer=letter.invitation, reason="Another.", by=chair)
    with pytest.raises(NotNow):
        admit(reviewer=letter.invitation, by=chair)
    assert Reviewer.objects.get().refusal_reason == "Too close."
    assert not Reviewer.objects.held_by(guest)


def test_admission_is_told_once(letter: Letter, chair: User) -> None:
    user = make_user(GUEST.email)
    take_up(reviewer=letter.invitation, by=user)
    declare(reviewer=letter.invitation, interests=[], text="", by=user)
    assert admit(reviewer=letter.invitation, by=chair)
    assert not admit(reviewer=letter.invitation, by=chair)
    assert Reviewer.history.filter(history_user=chair, admitted_at__isnull=False).count() == 1
