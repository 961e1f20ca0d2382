"""Which form is filled in where, for the page that gives one back (`trusts/typed_fields.py`)."""

from __future__ import annotations

from reviews.answer_forms import AnswerForm
from reviews.comment_forms import CommentForm, DraftForm, ResolveForm
from reviews.finding_forms import FindingForm
from reviews.invite_forms import EditForm, InviteForm, WithdrawForm
from trusts.typed_fields import say_fields

say_fields(FindingForm, "reviews:find", "reviews:find_all")
say_fields(CommentForm, "reviews:say", "reviews:say_as_reviewer")
say_fields(DraftForm, "reviews:change_comment")
say_fields(ResolveForm, "reviews:resolve")
say_fields(AnswerForm, "reviews:answer_finding", "reviews:answer_comment")
say_fields(InviteForm, "reviews:invite")
say_fields(EditForm, "reviews:edit")
say_fields(WithdrawForm, "reviews:withdraw")
