"""Properties of an XMP packet (ISO 16684-1): RDF in XML, without entities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LANGUAGE: Final = "http://www.w3.org/XML/1998/namespace lang"
_MAX_DEPTH: Final = 40
_MAX_ELEMENTS: Final = 20_000
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

DC: Final = "http://purl.org/dc/elements/1.1/"
PHOTOSHOP: Final = "http://ns.adobe.com/photoshop/1.0/"
XMP: Final = "http://ns.adobe.com/xap/1.0/"
XMP_RIGHTS: Final = "http://ns.adobe.com/xap/1.0/rights/"
IPTC_CORE: Final = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
IPTC_EXT: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
PLUS: Final = "http://ns.useplus.org/ldf/xmp/1.0/"
EXIF: Final = "http://ns.adobe.com/exif/1.0/"
TIFF: Final = "http://ns.adobe.com/tiff/1.0/"


@dataclass(slots=True)
class _Node:
    """An element; names are `NAMESPACE LOCAL-NAME`."""

    name: str
    attributes: dict[str, str]
    children: list[_Node] = field(default_factory=list)
    text: str = ""


class Properties:
    """The properties of a packet.  Every method returns nothing for a property that is missing."""

    def __init__(self, node: _Node) -> None:
        self._node = node

    def texts(self, namespace: str, name: str) -> list[str]:
        """Return the values of a property; of alternatives in several languages, the default."""
        wanted = f"{namespace} {name}"
        found = [d.attributes[wanted] for d in self._descriptions() if wanted in d.attributes]
        for node in self._elements(wanted):
            found += _texts(node)
        return [text for text in (each.strip() for each in found) if text]

    def text(self, namespace: str, name: str) -> str:
        """Return the first value of a property."""
        return next(iter(self.texts(namespace, name)), "")

    def structures(self, namespace: str, name: str) -> list[Properties]:
        """Return the structures that are the values of a property."""
        nodes = [
            n for node in self._elements(f"{namespace} {name}") for n in _items(node) or [node]
        ]
        return [
            Properties(_Node("", {}, [_Node(f"{RDF} Description", *_merged(n))])) for n in nodes
        ]

    def _descriptions(self) -> Iterator[_Node]:
        return (node for node in self._node.children if node.name == f"{RDF} Description")

    def _elements(self, wanted: str) -> Iterator[_Node]:
        return (n for each in self._descriptions() for n in each.children if n.name == wanted)


def parse_xmp(packet: bytes) -> Properties:
    """Return the properties; raises ValueError for a packet that is not XML, or has a DTD."""
    tree = _Tree()
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = tree.refuse
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.characters
    try:
        parser.Parse(_text_of(packet).encode(), True)
    except expat.ExpatError as error:
        raise ValueError(f"the XMP packet is not XML: {error}") from error
    # The RDF may be the root, or stand inside x:xmpmeta.
    tops = tree.root.children
    for node in (*tops, *(child for top in tops for child in top.children)):
        if node.name == f"{RDF} RDF":
            return Properties(node)
    return Properties(_Node("", {}))


class _Tree:
    """Builds the nodes; bounded in depth and number."""

    def __init__(self) -> None:
        self.root = _Node("", {})
        self._open = [self.root]
        self._count = 0

    def refuse(self, *_: object) -> None:
        raise ValueError("the XMP packet has a document type, which may define entities")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _MAX_ELEMENTS or len(self._open) > _MAX_DEPTH:
            raise ValueError("the XMP packet has too many elements, or too deep ones")
        node = _Node(name, attributes)
        self._open[-1].children.append(node)
        self._open.append(node)

    def end(self, _name: str) -> None:
        self._open.pop()

    def characters(self, data: str) -> None:
        self._open[-1].text += data


def _text_of(packet: bytes) -> str:
    """Return the text from its first element or instruction on, without what XML excludes."""
    encoding = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}.get(packet[:2], "utf-8-sig")
    text = _FORBIDDEN.sub("", packet.decode(encoding, "replace"))
    return text[max(text.find("<"), 0) :]


def _items(node: _Node) -> list[_Node]:
    """Return the items of a property that is an array."""
    return [
        item
        for array in node.children
        if array.name in {f"{RDF} Alt", f"{RDF} Bag", f"{RDF} Seq"}
        for item in array.children
        if item.name == f"{RDF} li"
    ]


def _texts(node: _Node) -> list[str]:
    if any(child.name == f"{RDF} Alt" for child in node.children):
        items = _items(node)
        default = [item for item in items if item.attributes.get(_LANGUAGE) == "x-default"]
        return [item.text for item in (default or items)[:1]]
    if items := _items(node):
        return [item.text for item in items]
    return [node.attributes.get(f"{RDF} resource", node.text)]


def _merged(node: _Node) -> tuple[dict[str, str], list[_Node]]:
    """Return the fields of a structure: its own, and those of a Description inside it."""
    inner = [child for child in node.children if child.name == f"{RDF} Description"]
    attributes = {k: v for each in (node, *inner) for k, v in each.attributes.items()}
    return attributes, [child for each in (node, *inner) for child in each.children]
