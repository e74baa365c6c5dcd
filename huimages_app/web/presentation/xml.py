"""XML documents from elements."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

MEDIA = "http://search.yahoo.com/mrss/"
IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
register_namespace("media", MEDIA)
register_namespace("image", IMAGE)

# XML 1.0 excludes these characters, also as references.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def root(tag: str, namespace: str) -> Element:
    """Return a root element with a default namespace."""
    # As an attribute: ElementTree's default_namespace refuses attributes without one.
    return Element(tag, {"xmlns": namespace})


def add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """Add an element; return it.  `text` may contain any characters."""
    element = SubElement(parent, tag, {name: clean(value) for name, value in attributes.items()})
    element.text = clean(text) or None
    return element


def clean(text: str) -> str:
    """Replace the characters that XML excludes."""
    return _FORBIDDEN.sub("\ufffd", text)


def document(element: Element) -> bytes:
    """Return the document in UTF-8."""
    content: bytes = tostring(element, encoding="utf-8", xml_declaration=True)
    return content
