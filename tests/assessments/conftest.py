"""The first element of an assessment, and what its form sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assessments.models import Assessment, Rating


@pytest.fixture
def rating(assessment: Assessment) -> Rating:
    """The first element's, not rated yet."""
    return assessment.ratings.in_order().first()


@pytest.fixture
def sent(rating: Rating) -> Callable[..., dict[str, Any]]:
    """What the first element's page sends when nothing but `changes` was filled in."""

    def fill_in(**changes: Any) -> dict[str, Any]:
        page = {"level": "", "note": "", "version": rating.version, "then": "next"}
        return page | {"saved_from": "a" * 32, "save_number": 1} | changes

    return fill_in
