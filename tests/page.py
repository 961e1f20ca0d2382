"""Reads the HTML of a page or a part of one, for tests that assert on its elements."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass
class Node:
    """One element: its name, its attributes and the text inside it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())


class Page(HTMLParser):
    """All elements in the order of the page.

    Raises:
        AssertionError: an id is used twice, or an end tag does not match.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.nodes: list[Node] = []
        self._open: list[Node] = []
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {[node.tag for node in self._open]}"
        ids = [node.attributes["id"] for node in self.nodes if "id" in node.attributes]
        assert len(ids) == len(set(ids)), f"ids used twice: {ids}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.nodes.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.nodes.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for node in self._open:
            node.texts.append(data)

    def with_id(self, identifier: str) -> Node:
        return next(node for node in self.nodes if node.attributes.get("id") == identifier)

    def ids(self) -> set[str]:
        return {node.attributes["id"] for node in self.nodes if "id" in node.attributes}

    def all(self, tag: str, css_class: str = "") -> list[Node]:
        return [
            node
            for node in self.nodes
            if node.tag == tag and (not css_class or css_class in node.classes)
        ]
