"""The one form of the reports app: handing a document out."""

from __future__ import annotations

from django import forms

INCOMPLETE = "The page was not complete when it was sent. Nothing is issued yet: issue it again"


class IssueForm(forms.Form):
    """Carries a key made with the page, so that sending it twice issues one report."""

    key = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": INCOMPLETE, "invalid": INCOMPLETE}
    )
