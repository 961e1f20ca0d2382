"""Sending a framework in, and saying yes or no to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from assessments.models import FrameworkUpload
from assessments.own_frameworks import keep_upload, read_upload
from frameworks.framework_sheet import FaultyFramework
from sheets.reading import LARGEST, Fault, UnreadableSheet
from trusts.models import Trust, User

LONGEST_NAME = 200


class FrameworkUploadForm(forms.Form):
    """A spreadsheet, checked whole before anything of it is kept.

    Attributes:
        faults: what is wrong in its sheets, if it could be read at all.
    """

    document = forms.FileField(
        label="Spreadsheet",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        help_text="An Excel file (.xlsx) made from the template.",
        error_messages={
            "required": "Select a spreadsheet",
            "missing": "Select a spreadsheet",
            "invalid": "Select a spreadsheet",
            "empty": "The selected file is empty",
        },
    )

    def __init__(self, *args: Any, trust: Trust, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trust = trust
        self.faults: Sequence[Fault] = ()
        self.file_name = ""

    def clean_document(self) -> bytes:
        """The file's content; its name and type say nothing that can be relied on."""
        file: UploadedFile = self.cleaned_data["document"]
        self.file_name = (file.name or "")[:LONGEST_NAME]
        content: bytes = file.read(LARGEST + 1)
        try:
            read_upload(content, trust=self.trust)
        except UnreadableSheet as reason:
            raise ValidationError(str(reason)) from reason
        except FaultyFramework as refusal:
            self.faults = refusal.faults
            count = len(self.faults)
            raise ValidationError(
                f"The spreadsheet has {count:,} fault{'' if count == 1 else 's'}. "
                "Put right what is listed below, and send it again"
            ) from refusal
        return content

    def keep(self, *, by: User) -> FrameworkUpload:
        """Keep the file until its sender has looked at the preview."""
        return keep_upload(
            trust=self.trust,
            file_name=self.file_name,
            document=self.cleaned_data["document"],
            by=by,
        )


class DecideForm(forms.Form):
    """Which of the preview's two buttons was pressed."""

    MAKE, DISCARD = "make", "discard"

    then = forms.ChoiceField(
        choices=[(MAKE, "Make it"), (DISCARD, "Discard it")],
        widget=forms.HiddenInput,
        error_messages={"required": "Choose what to do with this framework"},
    )
