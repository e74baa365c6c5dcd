"""The XMP packet of renditions: credit and licence, and nothing else.

No position, no serial number, no time: only what these functions are given can be in it.
"""

from __future__ import annotations

from typing import Final

from ...domain.rights import SOURCE_TYPE_BASE, Rights
from .xmp import DC, IPTC_EXT, PHOTOSHOP, RDF, XMP_RIGHTS

# Renditions whose longer side has fewer pixels have no packet: it would be half of the file.
MIN_SIDE: Final = 200

_PREFIXES: Final = {"dc": DC, "photoshop": PHOTOSHOP, "xmpRights": XMP_RIGHTS, "ext": IPTC_EXT}
_BEGIN: Final = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_END: Final = '<?xpacket end="r"?>'
# `xml.sax.saxutils` has these, and imports HTTP, TLS and mail: 4 MB of memory in each decoder.
_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE: Final = _TEXT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def xmp_packet(rights: Rights) -> bytes:
    """Return the packet of a rendition; empty if no field of it is known."""
    stated = rights.stated
    if not stated:
        return b""
    origin = stated.get("source_type")
    attributes = {
        "photoshop:Credit": stated.get("credit"),
        "xmpRights:WebStatement": stated.get("statement"),
        "ext:DigitalSourceType": SOURCE_TYPE_BASE + origin if origin else None,
    }
    elements = {
        "dc:creator": _array("Seq", "<rdf:li>", stated.get("creator")),
        "dc:rights": _array("Alt", '<rdf:li xml:lang="x-default">', stated.get("copyright")),
        "xmpRights:UsageTerms": _array("Alt", '<rdf:li xml:lang="x-default">', stated.get("terms")),
    }
    head = "".join(
        f' {name}="{text.translate(_ATTRIBUTE)}"' for name, text in attributes.items() if text
    )
    body = "".join(f"<{name}>{array}</{name}>" for name, array in elements.items() if array)
    used = "".join(
        f' xmlns:{prefix}="{url}"'
        for prefix, url in _PREFIXES.items()
        if f" {prefix}:" in head or f"<{prefix}:" in body
    )
    return (
        f'{_BEGIN}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">'
        f'<rdf:Description rdf:about=""{used}{head}>{body}</rdf:Description>'
        f"</rdf:RDF></x:xmpmeta>{_END}"
    ).encode()


def _array(kind: str, item: str, text: str | None) -> str:
    return f"<rdf:{kind}>{item}{text.translate(_TEXT)}</rdf:li></rdf:{kind}>" if text else ""
