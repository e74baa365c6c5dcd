"""The formats renditions are made in, known by the extension in the URL."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import UnknownFormat


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: its MIME type, and its `extension` without a dot."""

    extension: str
    contenttype: str


JPEG = Format("jpeg", "image/jpeg")
WEBP = Format("webp", "image/webp")
AVIF = Format("avif", "image/avif")
PNG = Format("png", "image/png")

FORMATS = (JPEG, WEBP, AVIF, PNG)

_BY_EXTENSION = {format_.extension: format_ for format_ in FORMATS} | {"jpg": JPEG}


# The extension for content negotiation.
AUTO = "auto"
ENDINGS = frozenset({*_BY_EXTENSION, AUTO})
# Best first.  A rendition in one of these takes ten times as long to make as a JPEG.
_BETTER = (AVIF, WEBP)
# Clients that support neither send `image/*`, so a format counts only by its name.
_NAMED = {
    format_: re.compile(rf".*{format_.contenttype}(?![^\s;])", re.IGNORECASE | re.DOTALL)
    for format_ in _BETTER
}
_REFUSED = re.compile(r";\s*q=0(?:\.0*)?\s*(?:;|\Z)", re.IGNORECASE)


def best_format(accept: str) -> Format:
    """Return the format with the fewest bytes that an Accept header names; else JPEG."""
    ranges = accept.split(",")
    return next((f for f in _BETTER if any(_takes(range_, f) for range_ in ranges)), JPEG)


def _takes(range_: str, format_: Format) -> bool:
    """Return whether one part of an Accept header names the format, without q=0.

    In two steps, each linear in the length of the part for every input.
    """
    named = _NAMED[format_].match(range_)
    return named is not None and _REFUSED.search(range_, named.end()) is None


def is_negotiated(extension: str, where: str) -> bool:
    """Return whether an extension asks for content negotiation.

    `where` is off, auto (the extension `.auto` does) or everywhere (JPEG's and none too).
    """
    extension = extension.lower()
    return (where != "off" and extension == AUTO) or (
        where == "everywhere" and (not extension or _BY_EXTENSION.get(extension) == JPEG)
    )


def parse_format(extension: str) -> Format:
    """Return the format of an extension in any case; JPEG if empty.  Raises UnknownFormat."""
    if not extension:
        return JPEG
    try:
        return _BY_EXTENSION[extension.lower()]
    except KeyError:
        raise UnknownFormat(
            f"renditions end in .jpeg, .webp, .avif or .png, not in .{extension[:20]}"
        ) from None
