"""What the trust answers to a finding or a comment."""

from __future__ import annotations

from copy import copy
from secrets import token_hex
from typing import cast

from django import forms
from django.http import QueryDict

from assessments.models import NOTE_MAX_LENGTH
from govuk.fields import MultilineField, PageKeyField, VersionField
from reviews.answering import record_answer
from reviews.models import Answer
from trusts.models import User


class AnswerForm(forms.Form):
    """One answer of many on a page. It may be left half done: nothing is required."""

    verdict = forms.ChoiceField(
        label="Do we accept it?",
        required=False,
        choices=[*Answer.Verdict.choices, ("", "Not answered yet")],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline govuk-radios--small"}),
        error_messages={"invalid_choice": "Choose one of the answers in the list"},
    )
    text = MultilineField(
        label="Why, and what we will do",
        required=False,
        max_length=NOTE_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Where you accept it in part or not at all, say why.",
        error_messages={
            "max_length": "The answer must be %(limit_value)s characters or fewer; "
            "it has %(show_value)s"
        },
    )
    version = VersionField()
    saved_from = PageKeyField()
    save_number = VersionField()

    def __init__(self, data: QueryDict | None = None, *, answer: Answer) -> None:
        """Show the answer, or check what was sent of it."""
        self.answer = answer
        shown = {"verdict": answer.verdict, "text": answer.text}
        page = {"version": answer.version, "saved_from": token_hex(16), "save_number": 1}
        super().__init__(self._whole(data), initial=shown | page, auto_id=f"id_%s_{answer.pk}")
        for name in shown:
            self.fields[name].show_optional = False  # type: ignore[attr-defined]

    def _whole(self, sent: QueryDict | None) -> QueryDict | None:
        """What was sent; a box that it lacks stays as it is."""
        if sent is None:
            return None
        data = sent.copy()
        data.setdefault("verdict", self.answer.verdict)
        data.setdefault("text", self.answer.text)
        return data

    def record(self, *, by: User) -> Answer:
        """Save the answer and return it as saved; raises as `record_answer` does."""
        answer = copy(self.answer)
        for name in ("verdict", "text", "saved_from"):
            setattr(answer, name, self.cleaned_data[name])
        answer.save_number = max(self.cleaned_data["save_number"], 0)
        record_answer(answer=answer, version=self.cleaned_data["version"], by=by)
        return answer

    def kept_beside(self, current: Answer) -> AnswerForm:
        """The same words, to be saved over `current` if the writer still wants to."""
        typed = cast(QueryDict, self.data).copy()
        typed["version"] = str(current.version)
        return AnswerForm(typed, answer=current)
