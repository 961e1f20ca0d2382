"""Comments as threads: what was said first, and what was replied to it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reviews.models import Comment


@dataclass(frozen=True)
class Thread:
    """Something that was said of the review or of one element, with the replies to it."""

    first: Comment
    replies: Sequence[Comment] = ()


def threads_of(comments: Iterable[Comment]) -> list[Thread]:
    """Arrange comments, in the order in which they come; a reply goes with what it answers.

    A reply to something that is not among them is left out with it.
    """
    firsts: list[Comment] = []
    replies: dict[int, list[Comment]] = defaultdict(list)
    for comment in comments:
        if comment.parent_id is None:
            firsts.append(comment)
        else:
            replies[comment.parent_id].append(comment)
    return [Thread(first, replies[first.pk]) for first in firsts]
