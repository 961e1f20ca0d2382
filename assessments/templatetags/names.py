"""Naming elements where they stand alone, so that one can tell them apart."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from frameworks.models import Element

register = template.Library()


@register.filter
def told_apart(element: Element, names: Mapping[int, str]) -> str:
    """Its number and name, with its domain where another is called the same.

    Args:
        names: of all its framework's elements (`frameworks.names.names_apart`).
    """
    return f"{element.number}. {names[element.pk]}"
