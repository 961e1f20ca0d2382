"""A framework as JSON: all that its pages say, in the words of docs/framework.schema.json."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from frameworks.models import Alignment, Domain, Element, Framework, Level, Statement

FORMAT = "trust-quality-framework/1"
"""What the file is, and of which version; a change that readers would stumble over counts up."""


def framework_json(framework: Framework) -> str:
    """The framework as the text of a file; the same rows always give the same text."""
    return json.dumps(build_framework(framework), ensure_ascii=False, indent=2) + "\n"


def build_framework(framework: Framework) -> dict[str, Any]:
    """Everything about the framework by keys and codes, in five queries.

    Args:
        framework: with `supersedes` and `wording_pack` loaded.
    """
    statements = Statement.objects.filter(element__domain__framework=framework)
    alignments = Alignment.objects.filter(statement__element__domain__framework=framework)
    domains = framework.domains.order_by("order")
    elements = Element.objects.filter(domain__framework=framework).in_order()
    tree = _Tree(
        elements=elements,
        statements=statements.select_related("level", "parent"),
        alignments=alignments.select_related("element__domain__framework"),
    )
    return {
        "format": FORMAT,
        "key": framework.key,
        "edition": framework.edition,
        "title": framework.title,
        "publisher": framework.publisher,
        "published_on": framework.published_on.isoformat(),
        "source_url": framework.source_url or None,
        "attribution": framework.attribution,
        "licence": framework.licence,
        "licence_url": framework.licence_url or None,
        "about": framework.about or None,
        "is_published": framework.is_published,
        "subject": framework.subject,
        "layout": framework.layout,
        "domain_noun": framework.domain_noun,
        "domain_noun_plural": framework.domain_noun_plural,
        "element_noun": framework.element_noun,
        "element_noun_plural": framework.element_noun_plural,
        "alignment_note": framework.alignment_note or None,
        "supersedes": _edition(framework.supersedes),
        "publisher_wording": _wording(framework),
        "levels": [_level(level) for level in framework.levels.order_by("order")],
        "domains": [tree.domain(domain) for domain in domains],
    }


def _edition(framework: Framework | None) -> dict[str, str] | None:
    return {"key": framework.key, "edition": framework.edition} if framework else None


def _wording(framework: Framework) -> dict[str, str] | None:
    """By what right the publisher's words stand in it, where any were loaded."""
    pack = getattr(framework, "wording_pack", None)
    return {"source": pack.source, "loaded_at": pack.loaded_at.isoformat()} if pack else None


def _level(level: Level) -> dict[str, Any]:
    return {
        "key": level.key,
        "order": level.order,
        "name": level.name,
        "meaning": level.meaning,
        "tone": level.tone,
    }


class _Tree:
    """The rows below the domains, by what they hang on."""

    def __init__(
        self,
        *,
        elements: Iterable[Element],
        statements: Iterable[Statement],
        alignments: Iterable[Alignment],
    ) -> None:
        self._elements: dict[int, list[Element]] = defaultdict(list)
        self._statements: dict[int, list[Statement]] = defaultdict(list)
        self._alignments: dict[int, list[Alignment]] = defaultdict(list)
        for element in elements:
            self._elements[element.domain_id].append(element)
        for statement in sorted(statements, key=_place):
            self._statements[statement.element_id].append(statement)
        for alignment in alignments:
            self._alignments[alignment.statement_id].append(alignment)

    def domain(self, domain: Domain) -> dict[str, Any]:
        elements = [self._element(one) for one in self._elements[domain.pk]]
        return {"order": domain.order, "name": domain.name, "elements": elements}

    def _element(self, element: Element) -> dict[str, Any]:
        return {
            "code": element.code,
            "number": element.number,
            "name": element.name,
            "summary": element.summary or None,
            "statements": [self._statement(one) for one in self._statements[element.pk]],
        }

    def _statement(self, statement: Statement) -> dict[str, Any]:
        mirrored = [_alignment(one) for one in self._alignments[statement.pk]]
        return {
            "code": statement.code,
            "kind": statement.kind,
            "order": statement.order,
            "level": statement.level.key if statement.level else None,
            "audience": statement.audience or None,
            "under": statement.parent.code if statement.parent else None,
            "text": statement.text,
            "publisher_text": statement.publisher_text or None,
            "alignments": sorted(mirrored, key=lambda one: tuple(one.values())),
        }


def _alignment(alignment: Alignment) -> dict[str, str]:
    framework = alignment.element.domain.framework
    return {
        "framework": framework.key,
        "edition": framework.edition,
        "element": alignment.element.code,
        "symbol": alignment.symbol,
    }


def _place(statement: Statement) -> tuple[Any, ...]:
    """Questions, descriptions from the weakest level on, footnotes; points behind their lead-in."""
    lead_in = statement.parent or statement
    return (
        Statement.Kind.values.index(statement.kind),
        statement.level.order if statement.level else 0,
        lead_in.order,
        statement.parent is not None,
        statement.order,
        statement.code,
    )
