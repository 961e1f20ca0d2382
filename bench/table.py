"""Tables of what was measured: aligned for a terminal, or in Markdown for the documentation."""

from __future__ import annotations

from collections.abc import Sequence

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
