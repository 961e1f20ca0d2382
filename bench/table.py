"""Tables of what was measured: aligned for a terminal, or in Markdown for the documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Row = Sequence[str]


def plain(head: Row, rows: Sequence[Row]) -> str:
    """Columns side by side, figures to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, rule, *rows)
    )


def markdown(head: Row, rows: Sequence[Row]) -> str:
    """The same as a Markdown table."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def grouped(figures: Mapping[str, float], title: str) -> tuple[Row, Sequence[Row]]:
    """Head and rows of figures that are called `row,_column`, all rows with the same columns."""
    cells: dict[str, dict[str, str]] = {}
    for name, figure in figures.items():
        row, _, column = name.replace("_", " ").rpartition(", ")
        cells.setdefault(row, {})[column] = f"{figure:.3g}"
    columns = list(next(iter(cells.values())))
    return (title, *columns), [
        (row, *(some[column] for column in columns)) for row, some in cells.items()
    ]
