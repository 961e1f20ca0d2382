"""pytest plugin that spares a machine the tests that it cannot run, and says why.

No property test fails for taking its time: how long one takes says how busy the machine is.
The mark `pdf` is for what lays a document out: WeasyPrint needs Pango, a library of the system.
"""

from __future__ import annotations

import contextlib
import io
from functools import cache

import hypothesis
import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Registers the mark, and takes the clock from hypothesis."""
    config.addinivalue_line("markers", "pdf: lays a document out; skipped where Pango is missing.")
    hypothesis.settings.register_profile("unhurried", deadline=None)
    hypothesis.settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips with the reason what would fail for it."""
    for item in items:
        if item.get_closest_marker("pdf") and (reason := why_no_pdf()):
            item.add_marker(pytest.mark.skip(reason))


@cache
def why_no_pdf() -> str:
    """Empty where documents can be laid out."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it would explain itself at length
            import weasyprint  # noqa: F401
    except OSError:
        return "no PDFs without Pango; docs/running.md says what to install"
    return ""
