"""What a framework calls its parts is the publisher's word, in the plural too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse

from assessments.actions import create_assessment
from assessments.models import Rating
from frameworks.models import Framework
from tests.conftest import client_of
from tests.grids import make_grid
from trusts.models import Trust, User

ROOT = Path(__file__).resolve().parent.parent
MADE_UP_PLURAL = re.compile(r"noun[a-z_|]* *}}(s|{{[^}]*pluralize)")


@pytest.mark.parametrize(
    "text", ["{{ f.element_noun }}s", "{{ noun|capfirst }}s", "{{ n.noun }}{{ n|pluralize }}"]
)
def test_check_finds_a_plural_that_is_made_up(text: str) -> None:
    assert MADE_UP_PLURAL.search(text)


def test_no_template_makes_up_a_plural() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            assert not MADE_UP_PLURAL.search(line), f"{path.relative_to(ROOT)}:{number}"


@pytest.fixture
def pages(northfield: Trust, lead: User) -> list[str]:
    """Addresses of a running assessment by criteria, of which two are left to rate."""
    assessment = create_assessment(
        trust=northfield, framework=make_grid(), title="By cell", due_on=None, by=lead
    )
    first = assessment.ratings.in_order().first()
    Rating.objects.filter(pk=first.pk).update(level=assessment.framework.levels.first())
    names = ("detail", "results", "agree", "grid")
    inside = [reverse(f"assessments:{name}", args=[assessment.pk]) for name in names]
    plan = reverse("plans:for_assessment", args=[assessment.pk])
    return [northfield.get_absolute_url(), first.get_absolute_url(), plan, *inside]


def test_pages_use_the_publishers_plural(pages, lead: User) -> None:
    browser = client_of(lead)
    text = " ".join(browser.get(page).content.decode() for page in pages)
    for words in (
        "Rate 2 criteria: By cell",
        "1 of 3 criteria rated",
        "1 of 3 criteria are rated",
        "2 criteria are not rated yet",
        "How many criteria stand at each level",
    ):
        assert words in text
    assert "criterions" not in text.lower()


def test_one_is_one(pages, lead: User) -> None:
    framework = Framework.objects.get()
    second = Rating.objects.in_order()[1]
    Rating.objects.filter(pk=second.pk).update(level=framework.levels.first())
    browser = client_of(lead)
    text = " ".join(browser.get(page).content.decode() for page in pages)
    assert "Rate 1 criterion: By cell" in text
    assert "1 criterion is not rated yet" in text
