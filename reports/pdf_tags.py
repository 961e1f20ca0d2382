"""What WeasyPrint leaves out of the tags of a PDF, added before the file is written.

A finisher gets the file while it is still objects in memory, so nothing is parsed again.
The tests read the result back with another library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydyf import PDF

PRINTED = 4
"""The annotation flag without which a link is not part of what is printed."""


def finish_tags(document: object, pdf: PDF) -> None:
    """Complete the tags that a screen reader needs and PDF/UA asks for."""
    for item in pdf.objects:
        if not isinstance(item, dict):
            continue
        if item.get("S") in ("/TH", "/TD"):
            _complete_cell(pdf, item)
        elif item.get("Subtype") == "/Link":
            item["F"] = PRINTED
    _set_running_lines_apart(pdf)


def _complete_cell(pdf: PDF, cell: dict[str, Any]) -> None:
    """Say which way a header reads; drop the empty list of headers that would hide it."""
    attributes = cell["A"]
    if cell["S"] == "/TH":
        in_head = _parent(pdf, _parent(pdf, cell))["S"] == "/THead"
        attributes["Scope"] = "/Column" if in_head else "/Row"
    elif not attributes.get("Headers"):
        attributes.pop("Headers", None)


def _set_running_lines_apart(pdf: PDF) -> None:
    """Mark the header and footer of each page as artifacts, or they are read out every time.

    WeasyPrint tags them like content and then leaves their tags out of the tree.
    """
    root = _at(pdf, pdf.catalog["StructTreeRoot"])
    document = root["K"][0]
    read_out = set(_at(pdf, document)["K"])
    tags_of = _tags_of_pages(_at(pdf, root["ParentTree"])["Nums"])
    for page in (_at(pdf, reference) for reference in pdf.page_references):
        tags = tags_of[page["StructParents"]]
        running = {
            number
            for number, tag in enumerate(tags)
            if _topmost(pdf, tag, below=document) not in read_out
        }
        for number in running:
            tags[number] = b"null"
        _mark_as_artifacts(_at(pdf, page["Contents"]).stream, running)


def _mark_as_artifacts(stream: list[Any], numbers: set[int]) -> None:
    """Replace the tag before each such piece of content: tag, property list, operator."""
    for place, item in enumerate(stream):
        if isinstance(item, dict) and item.get("MCID") in numbers:
            item.clear()
            item["Type"] = "/Pagination"
            stream[place - 1] = "/Artifact"


def _tags_of_pages(pairs: list[Any]) -> dict[int, list[bytes]]:
    """The parent tree, a flat list of keys and values, as a mapping."""
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def _topmost(pdf: PDF, tag: bytes, *, below: bytes) -> bytes:
    """The tag's ancestor, or the tag itself, that stands right below the given one."""
    while (above := _at(pdf, tag)["P"]) != below:
        tag = above
    return tag


def _parent(pdf: PDF, item: dict[str, Any]) -> dict[str, Any]:
    parent: dict[str, Any] = _at(pdf, item["P"])
    return parent


def _at(pdf: PDF, reference: bytes) -> Any:
    """The object that a reference such as `12 0 R` names."""
    return pdf.objects[int(reference.split()[0])]
