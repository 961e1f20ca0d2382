"""The Carter characteristics as they are shipped: ten rows of a grid with four cells each."""

from __future__ import annotations

from collections import Counter

import pytest

from frameworks.models import Element, Framework, Level, Statement
from frameworks.soundness import FrameworkRows, faults_of

pytestmark = pytest.mark.once  # what stands in a file; test_load_frameworks.py loads it into each

FIXTURE = "carter_characteristics"
STAGES = ("beginning", "developing", "embedding", "leading")
NOTES = {
    "MAT-00-N1": ("academies", "free schools", "University Technical Colleges", "Studio Schools"),
    "MAT-02-N1": ("chief executive officer", "accounting officer"),
}


@pytest.fixture
def carter(loaded_once: None, db: None) -> Framework:
    """The framework; what a test does to it is rolled back."""
    return Framework.objects.get_by_natural_key("carter-characteristics", "2015-08")


def test_carter_is_a_grid_for_trusts_that_everybody_may_read(carter: Framework) -> None:
    assert (carter.is_grid, carter.subject, carter.is_published) == (True, "trust", True)
    assert carter.element_noun_plural == "characteristics"
    assert faults_of(FrameworkRows.of(carter)) == []


def test_carter_has_overall_performance_and_nine_steps(carter: Framework) -> None:
    elements = Element.objects.in_order().values_list("domain__order", "number", "code")
    assert list(elements) == [
        (1 if number == 0 else 2, number, f"MAT-{number:02}") for number in range(10)
    ]
    assert Element.objects.get(number=0).name == "Overall performance"


def test_carter_has_four_stages_that_look_stronger_one_by_one(carter: Framework) -> None:
    stages = carter.levels.order_by("order").values_list("order", "key", "name")
    assert list(stages) == [(order, key, key.title()) for order, key in enumerate(STAGES, start=1)]
    strength = [Level.Tone.values.index(level.tone) for level in carter.levels.order_by("order")]
    assert strength == sorted(set(strength))


def test_every_carter_characteristic_has_one_description_a_stage(carter: Framework) -> None:
    cells = Statement.objects.filter(kind="descriptor").values_list(
        "code", "element__code", "level__key"
    )
    assert sorted(cells) == [
        (f"MAT-{number:02}-{order}", f"MAT-{number:02}", stage)
        for number in range(10)
        for order, stage in enumerate(STAGES, start=1)
    ]


def test_carter_has_the_footnotes_and_nothing_else(carter: Framework) -> None:
    assert Counter(Statement.objects.values_list("kind", flat=True)) == {
        "descriptor": 40,
        "note": 2,
    }
    notes = {row.code: row for row in Statement.objects.filter(kind="note")}
    assert set(notes) == set(NOTES)
    for code, words in NOTES.items():
        assert notes[code].level is None
        assert [word for word in words if word not in notes[code].text] == []


def test_carter_has_no_empty_text(carter: Framework) -> None:
    for name in ("title", "publisher", "licence", "attribution", "about"):
        assert getattr(carter, name).strip()
    assert not [level for level in Level.objects.all() if len(level.meaning) < 50]
    assert not [element for element in Element.objects.all() if len(element.summary) < 50]
    assert not [row.code for row in Statement.objects.all() if len(row.text) < 50]
    texts = Counter(Statement.objects.values_list("text", flat=True))
    assert max(texts.values()) == 1


def test_carter_says_what_it_is_and_is_not(carter: Framework) -> None:
    for words in (
        "Sir David Carter",
        "Regional Schools Commissioner",
        "South West",
        "August 2015",
        "working document",
        "Academies Financial Handbook",
        "It shows its age",
        "not an inspection framework",
        "We gave each a short name",
    ):
        assert words in carter.about


def test_carter_names_the_schools_that_join_as_new(carter: Framework) -> None:
    assert "new schools that are joining it" in Statement.objects.get(code="MAT-05-4").text


def test_carter_carries_none_of_the_publishers_wording(carter: Framework) -> None:
    assert not Statement.objects.exclude(publisher_text="").exists()
