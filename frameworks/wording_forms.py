"""What the operator sends to load a publisher's wording."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from frameworks.models import Framework
from frameworks.wording import Coverage, FaultyPack, load_pack
from govuk.fields import MultilineField, too_long
from sheets.reading import Fault, SheetRow, UnreadableSheet, read_workbook


class SourceField(MultilineField):
    """How the pages credit the words; asked for by the page and by the command."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Source and right",
            max_length=2_000,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text="Where the words are from and by what right you use them. "
            "Every page that shows them prints this.",
            error_messages={
                "required": "Say where the words are from and by what right you use them",
                "max_length": too_long("Source and right"),
            },
            **options,
        )


class WordingForm(forms.Form):
    """A filled-in sheet, read as it is checked, and the words' source."""

    sheet = forms.FileField(
        label="The filled-in sheet",
        help_text="An Excel spreadsheet (.xlsx) smaller than 2 MB.",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": "Select the filled-in sheet",
            "invalid": "Select the filled-in sheet",
            "missing": "Select the filled-in sheet",
            "empty": "The selected file is empty",
        },
    )
    source = SourceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.faults: list[Fault] = []

    def clean_sheet(self) -> dict[str, list[SheetRow]]:
        try:
            return read_workbook(self.cleaned_data["sheet"])
        except UnreadableSheet as refusal:
            raise ValidationError(str(refusal)) from refusal

    def load(self, *, framework: Framework, by: Any) -> Coverage | None:
        """Load the pack; None, with every fault in `faults`, where the sheet has any."""
        try:
            return load_pack(
                framework=framework,
                sheets=self.cleaned_data["sheet"],
                source=self.cleaned_data["source"],
                by=by,
            )
        except FaultyPack as refusal:
            self.faults = refusal.faults
            many = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
            self.add_error("sheet", f"The selected sheet has {many}, so nothing was changed")
        return None
