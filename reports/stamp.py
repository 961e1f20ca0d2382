"""What a document says of itself: whether it is a working copy, and of which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format


@dataclass(frozen=True)
class Stamp:
    """Whether this is a working copy or one that stays as it is, and of which day.

    Attributes:
        issued_by: who handed it out.
        is_signed: whether it says what both sides of a review have signed.
    """

    on: date
    issued_by: str = ""
    is_signed: bool = False

    @property
    def is_issued(self) -> bool:
        return bool(self.issued_by)

    @property
    def in_words(self) -> str:
        day = date_format(self.on, "j F Y")
        if self.is_issued:
            return f"Issued {day} by {self.issued_by}"
        return f"Signed by both sides, {day}" if self.is_signed else f"Working copy, printed {day}"
