"""Which cells of a sheet are formulas of which the file does not hold the result."""

from __future__ import annotations

from openpyxl.utils.cell import coordinate_to_tuple

EMPTY_TEXT = "str"
"""The type of a formula that came to a text: no more than this says that it came to none."""


class UnstoredFormulas:
    """Told of a sheet's parts as a parser meets them; places count rows and columns from 1."""

    def __init__(self) -> None:
        self.places: set[tuple[int, int]] = set()
        self._row = self._column = 0
        self._is_formula = self._is_stored = self._is_text = self._in_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A row or a cell may leave out where it stands: it is then the next."""
        place = attributes.get("r")
        if name == "row":
            self._row, self._column = int(place) if place else self._row + 1, 0
        elif name == "c":
            self._column = coordinate_to_tuple(place)[1] if place else self._column + 1
            self._is_text = attributes.get("t") == EMPTY_TEXT
            self._is_formula = self._is_stored = False
        elif name == "f":
            self._is_formula = True
        elif name == "v":
            self._in_value = True
            self._is_stored = self._is_text

    def data(self, text: str) -> None:
        self._is_stored |= self._in_value and bool(text.strip())

    def end(self, name: str) -> None:
        if name == "v":
            self._in_value = False
        elif name == "c" and self._is_formula and not self._is_stored:
            self.places.add((self._row, self._column))
