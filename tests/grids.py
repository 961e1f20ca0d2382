"""Made-up frameworks that describe every level of every element, to be rated by cell."""

from __future__ import annotations

from frameworks.models import Element, Framework, Statement
from tests.conftest import make_framework


def make_grid(
    key: str = "made-up-grid", *, domains: tuple[int, ...] = (2, 1), levels: int = 3
) -> Framework:
    """A framework laid out as a grid, with a footnote under its first element."""
    framework = make_framework(key, domains=domains, levels=levels)
    framework.layout = Framework.Layout.GRID
    framework.element_noun, framework.element_noun_plural = "criterion", "criteria"
    framework.save()
    Statement.objects.filter(element__domain__framework=framework).delete()
    elements = Element.objects.filter(domain__framework=framework).in_order()
    for element in elements:
        for level in framework.levels.order_by("order"):
            Statement.objects.create(
                element=element,
                code=f"{element.code}-{level.order}",
                order=1,
                kind="descriptor",
                level=level,
                text=f"{element.code} at {level.name}.",
            )
    first = elements[0]
    Statement.objects.create(
        element=first, code=f"{first.code}-N", order=1, kind="note", text="A footnote."
    )
    return framework
