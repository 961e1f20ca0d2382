"""What reviewers draft is theirs alone: nobody of the trust reads a word of it, at any address.

Not on a page, in a history, a search, a file of CSV or JSON; and of what is sent in the end never
what stood there before. The world is that of `tests/test_addresses.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment
from reports.urls import urlpatterns as reports_urls
from reviews.finding import submit
from reviews.inviting import Guest, withdraw_review
from reviews.talking import change_comment, take_back
from reviews.urls import urlpatterns as reviews_urls
from tests.everything import undone
from tests.reviews.conftest import comment, find, finding_of, let_in, make_review
from tests.test_addresses import EVERY, World, address_of, expected, world
from trusts.models import Role

__all__ = ["world"]

pytestmark = pytest.mark.django_db

DRAFTED = ("Earlierdraft", "Laterdraft", "Earliercomment", "Latercomment", "Takenback")
"""Words that stand in drafts alone: of a finding, of a comment, and of one taken back."""
TEXTS = ("strengths", "questions", "evidence")
ROLES = [Role.LEAD.value, pytest.param(Role.OBSERVER.value, marks=pytest.mark.once)]
"""All roles read the same pages: who may do most, on every database, and who may do least."""
OF_A_REVIEW = re.compile(r"(reviews|reviewing)/<int:pk>/")
TOKEN = re.compile(r"[0-9A-Za-z]{64}")
"""Of forms, another with each page."""


class Drafts:
    """A review of Northfield's agreed assessment by Southmere's lead, who has written twice.

    Attributes:
        review: nothing of it is sent yet.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.person, lead = world.users["stranger"], world.users["lead"]
        assessment = Assessment.objects.get(pk=world.ours["agreed"][0])
        self.review, [letter] = make_review(assessment, by=lead, guests=[Guest(self.person.email)])
        self.way = let_in(letter, self.person, by=lead)
        self.review.refresh_from_db()
        for text in ("Earlierdraft", "Laterdraft"):
            find(self.review, "Point 1", by=self.person, order=1, **dict.fromkeys(TEXTS, text))
        self.finding = finding_of(self.review, "Point 1")
        self.comment = comment(self.review, "Earliercomment", by=self.person, name="Point 1")
        change_comment(comment=self.comment, body="Latercomment", version=1, by=self.person)
        slip = comment(self.review, "Takenback", by=self.person, name="Point 1")
        take_back(comment=slip, by=self.person)

    def addresses(self) -> Iterator[str]:
        """Every address of this very review, the reviewers' pages among them."""
        values = {
            "pk": self.review.pk,
            "code": self.finding.element.code,
            "comment": self.comment.pk,
            "finding": self.finding.pk,
            "reviewer": self.way.pk,
        }
        for app, patterns in (("reviews", reviews_urls), ("reports", reports_urls)):
            for pattern in patterns:
                if OF_A_REVIEW.match(str(pattern.pattern)) and "pdf" not in str(pattern.name):
                    args = {one: values[one] for one in pattern.pattern.converters}
                    yield reverse(f"{app}:{pattern.name}", kwargs=args)

    def read(self, person: str, where: str) -> str:
        """The whole answer to a person of the trust; whatever it changes is undone."""
        browser: Client = self.world.browsers[person]
        cookies = deepcopy(browser.cookies)
        with undone():
            answer = browser.get(where)
        browser.cookies = cookies
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return body.decode("utf-8", "replace")


@pytest.fixture
def drafts(world: World) -> Iterator[Drafts]:
    with undone():
        yield Drafts(world)


def pages_of_the_trust(drafts: Drafts, person: str) -> Iterator[str]:
    """Every address at which somebody of the trust may read, by the table of addresses."""
    for name, of, get, _ in EVERY:
        if "pdf" not in name and expected(get)[person] == 200:
            yield address_of(name, drafts.world.ours[of])
    yield from drafts.addresses()
    slug = drafts.review.trust.slug
    for what, pk in (("finding", drafts.finding.pk), ("comment", drafts.comment.pk)):
        for name in ("trusts:history_of", "reports:history_of_csv"):
            yield reverse(name, args=[slug, what, pk])


def read_by(drafts: Drafts, person: str) -> set[str]:
    """The words of the drafts that this person can read, or find by searching for them."""
    bodies = [drafts.read(person, where) for where in pages_of_the_trust(drafts, person)]
    read_words = {word for word in DRAFTED if any(word in body for body in bodies)}
    return read_words | {word for word in DRAFTED if is_found(drafts, person, word)}


def is_found(drafts: Drafts, person: str, word: str) -> bool:
    """Whether a search says anything else of it than of a word that nobody wrote."""
    history = reverse("trusts:history", args=[drafts.review.trust.slug])
    for where in (f"{reverse('frameworks:search')}?q=", f"{history}?words="):
        of_word, of_none = (
            TOKEN.sub("", drafts.read(person, where + one)).replace(one, "")
            for one in (word, "Unwritten")
        )
        if of_word != of_none:
            return True
    return False


@pytest.mark.parametrize("person", ROLES)
def test_nobody_of_the_trust_reads_a_word_of_the_drafts(person, drafts) -> None:
    assert read_by(drafts, person) == set()


@pytest.mark.parametrize("person", ROLES)
def test_sent_findings_are_read_and_never_what_stood_in_them_before(person, drafts) -> None:
    submit(review=drafts.review, by=drafts.person)
    assert read_by(drafts, person) == {"Laterdraft", "Latercomment"}


@pytest.mark.once  # the pages and queries of the two above
def test_withdrawn_review_never_tells_its_drafts(drafts) -> None:
    withdraw_review(review=drafts.review, reason="Not this year.", by=drafts.world.users["lead"])
    assert read_by(drafts, "lead") == set()
