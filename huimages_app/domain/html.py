"""Write <img> tags, for the library in this process and for `remote` alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from ..errors import BadInput

_ATTRIBUTE = re.compile(r"[^\s\x00-\x1f\x7f\"'<>/=]+")


def img_tag(
    src: str,
    width: int | None,
    height: int | None,
    alt: str,
    attributes: Mapping[str, object] = {},
) -> str:
    """Return an <img> tag; `attributes` override the others, and everything is escaped.

    Without width or height (None) the tag has no such attribute.

    Raises BadInput for the name of an attribute that HTML does not know as one.
    """
    for name in attributes:
        if not _ATTRIBUTE.fullmatch(name):
            raise BadInput(f"{name[:40]!r} can't be the name of an attribute")
    parts = {"src": src, "width": width, "height": height, "alt": alt, **attributes}
    return (
        "<img "
        + " ".join(f'{k}="{escape(str(v))}"' for k, v in parts.items() if v is not None)
        + " />"
    )


def img_tag_as_called(
    src: str,
    width: int,
    height: int,
    alt: str,
    *,
    inserted: tuple[str, ...],
    attributes: Mapping[str, object],
) -> str:
    """Return the tag for `scaled_tag`: `inserted` unchanged, and `class_` as `class`."""
    named = {name.rstrip("_"): value for name, value in attributes.items()}
    tag = img_tag(src, width, height, alt, named)
    return " ".join([tag.removesuffix(" />"), *inserted, "/>"])
