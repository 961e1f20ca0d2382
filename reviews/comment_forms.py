"""Saying something in a review: a comment, a reply, a request to correct a fact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.urls import reverse

from assessments.models import NOTE_MAX_LENGTH
from frameworks.models import Element
from govuk.fields import KeyField, MultilineField, VersionField, too_long
from reviews.models import Comment, PeerReview
from reviews.talking import change_comment
from reviews.threads import Thread, threads_of
from trusts.models import User

SAY = {Comment.Side.TRUST: "reviews:say", Comment.Side.REVIEWERS: "reviews:say_as_reviewer"}
"""Where each side's comments are sent to."""

ONLY_FACTS = "Only what is a matter of fact. {read} They decide whether to correct it."


def who_reads(review: PeerReview, side: Comment.Side) -> str:
    """Who of the other side reads what is said in the review now, and when."""
    if side == Comment.Side.REVIEWERS:
        if review.is_submitted:
            return "The trust reads this at once."
        return "The trust reads this once you send your findings."
    if review.has_ended:
        return "The reviewers can no longer read this: their last day of access is over."
    return "The reviewers read this at once."


def say_field(label: str, *, required: bool = True, **options: Any) -> MultilineField:
    """A box for a comment."""
    return MultilineField(
        label=label,
        required=required,
        max_length=NOTE_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write what you want to say", "max_length": too_long("This")},
        **options,
    )


class CommentForm(forms.Form):
    """Something to be said of the review as a whole, of one element, or in reply."""

    body = say_field("Your comment")
    element = forms.CharField(required=False, widget=forms.HiddenInput)
    parent = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.CharField(required=False, widget=forms.HiddenInput)
    for_later = forms.BooleanField(required=False, widget=forms.HiddenInput)
    key = KeyField()

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        address: str,
        read: str,
        for_later: bool = False,
        element: str = "",
        parent: Comment | None = None,
        kind: Comment.Kind = Comment.Kind.COMMENT,
        ids: str = "id_%s",
    ) -> None:
        """Open the box, or check what was sent of it.

        Args:
            address: where it is sent to.
            read: who reads it, and when.
            for_later: whether that is once the findings are sent, and not before.
            element: the code of what it is about.
            ids: of its fields, where a page has several such forms.
        """
        about = {"element": element, "parent": parent.pk if parent else "", "kind": kind.value}
        hidden = about | {"key": uuid4(), "for_later": for_later}
        super().__init__(data, initial=hidden, auto_id=ids)
        self.address, self.read = address, read
        self.fields["body"].help_text = read
        if self["parent"].value():
            self.fields["body"].label = "Your reply"
        elif self.is_correction:
            self.fields["body"].label = "What is not right, and how is it?"
            self.fields["body"].help_text = ONLY_FACTS.format(read=read)

    @property
    def is_correction(self) -> bool:
        return bool(self["kind"].value() == Comment.Kind.CORRECTION)

    @property
    def draft(self) -> str:
        """What a browser calls the text that it keeps: each box of a page by another name."""
        about = "-".join(str(self[name].value() or "") for name in ("kind", "element", "parent"))
        return f"{self.address}?{about}"

    def as_another(self, **changes: str) -> CommentForm:
        """The same words, to be said as one more comment."""
        return self._again(self.read, key=str(uuid4()), **changes)

    def to_be_read_at_once(self, review: PeerReview) -> CommentForm:
        """The same words, now that the trust would read them as soon as they are added."""
        return self._again(who_reads(review, Comment.Side.REVIEWERS), for_later="")

    def _again(self, read: str, **changes: str) -> CommentForm:
        typed = cast(QueryDict, self.data).copy()
        for name, value in changes.items():
            typed[name] = value
        return CommentForm(typed, address=self.address, read=read)


class DraftForm(forms.Form):
    """A comment of one's own, to be said otherwise before the findings are sent."""

    body = say_field("Your comment")
    version = VersionField()

    def __init__(self, data: QueryDict | None = None, *, comment: Comment) -> None:
        self.comment = comment
        super().__init__(data, initial={"body": comment.body, "version": comment.version})
        self.fields["body"].help_text = who_reads(comment.review, Comment.Side(comment.side))

    def record(self, *, by: User) -> None:
        """Save it; raises as `change_comment` does."""
        change_comment(
            comment=self.comment,
            body=self.cleaned_data["body"],
            version=self.cleaned_data["version"],
            by=by,
        )

    def kept_beside(self, current: Comment) -> DraftForm:
        """The same words, to be saved over `current` if the writer still wants to."""
        typed = cast(QueryDict, self.data).copy()
        typed["version"] = str(current.version)
        return DraftForm(typed, comment=current)


class ResolveForm(forms.Form):
    """What came of a request to correct a fact."""

    outcome = forms.ChoiceField(
        label="What have you done?",
        widget=forms.RadioSelect,
        choices=[
            (Comment.Outcome.CORRECTED.value, "We have corrected our finding"),
            (Comment.Outcome.STANDS.value, "Our finding stands as it is"),
        ],
        error_messages={
            "required": "Say whether you have corrected it",
            "invalid_choice": "Say whether you have corrected it",
        },
    )
    reply = say_field("Your reply", required=False, help_text="The trust reads this at once.")
    key = KeyField()

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"key": uuid4()})


@dataclass(frozen=True)
class Talk:
    """What a page shows of what is said, and the boxes to go on with it.

    Attributes:
        threads: each with the box for a reply, where one may speak.
        new: the box for a comment.
        ask: the trust's box to ask for a fact to be corrected.
        shows_answers: whether each comment has what the trust answers to it, for reading.
    """

    review: PeerReview
    side: Comment.Side
    threads: Sequence[tuple[Thread, CommentForm | None]]
    new: CommentForm | None = None
    ask: CommentForm | None = None

    @property
    def shows_answers(self) -> bool:
        return self.side == Comment.Side.REVIEWERS and self.review.is_answered


def talk_on(
    comments: Iterable[Comment],
    *,
    review: PeerReview,
    side: Comment.Side,
    may_speak: bool,
    element: Element | None = None,
) -> Talk:
    """The threads about the review as a whole, or about one element.

    Args:
        comments: those that this side may see, in order, and no other.
        may_speak: whether the person's role and where the review stands allow it.
    """
    here = [one for one in comments if one.element_id == (element.pk if element else None)]
    threads, code = threads_of(here), element.code if element else ""
    open_box = partial(
        CommentForm,
        address=reverse(SAY[side], args=[review.pk]),
        read=who_reads(review, side),
        for_later=side == Comment.Side.REVIEWERS and review.takes_findings,
        element=code,
    )
    if not may_speak:
        return Talk(review, side, [(thread, None) for thread in threads])
    replies = [open_box(parent=one.first, ids=f"id_reply_{one.first.pk}_%s") for one in threads]
    ask = None
    if element and side == Comment.Side.TRUST and not review.is_answered:
        ask = open_box(kind=Comment.Kind.CORRECTION, ids="id_ask_%s")
    rows = list(zip(threads, replies, strict=True))
    return Talk(review, side, rows, new=open_box(ids="id_new_%s"), ask=ask)
