"""What the trust answers to a finding or a comment."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from assessments.models import NOTE_MAX_LENGTH
from assessments.row_forms import RowForm
from govuk.fields import MultilineField, too_long
from reviews.answering import record_answer, why_answer_is_shut
from reviews.models import Answer
from trusts.models import User


class AnswerForm(RowForm[Answer]):
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
        error_messages={"max_length": too_long("The answer")},
    )

    written = ("verdict", "text")

    def __init__(self, data: QueryDict | None = None, *, instance: Answer) -> None:
        super().__init__(data, instance=instance)
        self.auto_id = f"id_%s_{instance.pk}"

    def why_shut(self) -> str:
        return why_answer_is_shut(self.instance)

    def record(self, *, by: User) -> Answer:
        answer = self.filled_in()
        record_answer(answer=answer, version=self.cleaned_data["version"], by=by)
        return answer
