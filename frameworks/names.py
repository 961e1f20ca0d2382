"""What an element is called where it stands alone: with its domain if another is called the same.

Publishers number and name the elements of each domain for themselves, so that a framework may
have "1. Culture" in every one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from frameworks.models import Element


def name_apart(element: Element, *, is_shared: bool) -> str:
    """Its name, and its domain's where the name is another's too."""
    return f"{element.name} ({element.domain.name})" if is_shared else element.name


def names_apart(elements: Iterable[Element]) -> dict[int, str]:
    """What each is called by its key, where all of a framework's are at hand."""
    elements = list(elements)
    counted = Counter(element.name for element in elements)
    return {
        element.pk: name_apart(element, is_shared=counted[element.name] > 1) for element in elements
    }


def shares_name(way: str) -> Exists:
    """Whether the framework has another element of the name, to be read along with a row.

    Args:
        way: from the row to its element, as Django writes it.
    """
    others = Element.objects.filter(
        domain__framework=OuterRef(f"{way}__domain__framework"), name=OuterRef(f"{way}__name")
    )
    return Exists(others.exclude(pk=OuterRef(way)))
