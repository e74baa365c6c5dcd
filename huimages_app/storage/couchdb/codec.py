"""Documents as huImages wrote them since 2009, and the values the program works with.

The layout is the contract with sites that switch over: fields of theirs are read as they
are, only fields that changed are written, and what we do not know stays.  `sha256` tells
a document of ours from an old one, whose width and height are those of the stored file
before its EXIF orientation.

    _id ctime mtime title[] references{key: []} types[] width height deleted _attachments
    ours: filename bytes contenttype sha256 alt focus placeholder trashed ratings{sum, count}

    _id = IMAGE-VISITOR   imageid userid tags[] favorite rating
    ours: image_ctime, so that the images of a tag can be sorted by time
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ...domain.models import Image, Mark, Summary
from .client import Document

_FORMATS = ("%Y%m%dT%H%M%S.%f", "%Y%m%dT%H%M%S")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

# Pages need a shape: that of an ordinary photo, where nobody has written one down.
_UNMEASURED = (1600, 1200)


def time_of(text: Any) -> datetime | None:
    """The time a document states; None for nothing and for nonsense."""
    for format_ in _FORMATS:
        try:
            return datetime.strptime(text, format_).replace(tzinfo=UTC)
        except (ValueError, TypeError):
            continue
    return None


def text_of(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y%m%dT%H%M%S.%f}"


# -- images


def image_of(document: Document) -> Image:
    """The image of a document, whatever its age and gaps."""
    created = time_of(document.get("ctime")) or time_of(document.get("mtime")) or _NEVER
    modified = time_of(document.get("mtime")) or created
    width, height = sides_of(document) or _UNMEASURED
    attachment, stub = next(iter(_mapping(document.get("_attachments")).items()), ("", {}))
    return Image(
        id=document["_id"],
        created=created,
        modified=modified,
        width=width,
        height=height,
        titles=_strings(document.get("title")),
        alt=_string(document.get("alt")),
        references={
            key: _strings(values) for key, values in _mapping(document.get("references")).items()
        },
        types=_strings(document.get("types")),
        filename=_string(document.get("filename")) or attachment,
        length=_number(document.get("bytes")) or _number(_mapping(stub).get("length")),
        contenttype=_string(document.get("contenttype")),
        sha256=_string(document.get("sha256")),
        focus=_focus(document.get("focus")),
        placeholder=_string(document.get("placeholder")),
        trashed=(time_of(document.get("trashed")) or modified) if is_trashed(document) else None,
    )


def sides_of(document: Mapping[str, Any]) -> tuple[int, int] | None:
    """Width and height as the document has them; None if it has none."""
    width, height = _number(document.get("width")), _number(document.get("height"))
    return (width, height) if width > 0 and height > 0 else None


def is_trashed(document: Document) -> bool:
    return document.get("deleted") is True


def is_old(document: Document) -> bool:
    """Whether huImages 2.2 wrote it, so that width and height are those before rotation."""
    return not document.get("sha256")


def ctime_of(document: Document) -> str:
    """The time of the image as the views have it."""
    return _string(document.get("ctime"))


_FIELDS: Mapping[str, Callable[[Image], Mapping[str, Any]]] = {
    "created": lambda image: {"ctime": text_of(image.created)},
    "modified": lambda image: {"mtime": text_of(image.modified)},
    "width": lambda image: {"width": image.width},
    "height": lambda image: {"height": image.height},
    "titles": lambda image: {"title": list(image.titles)},
    "alt": lambda image: {"alt": image.alt},
    "references": lambda image: {
        "references": {key: list(values) for key, values in image.references.items()}
    },
    "types": lambda image: {"types": list(image.types)},
    "filename": lambda image: {"filename": image.filename},
    "length": lambda image: {"bytes": image.length},
    "contenttype": lambda image: {"contenttype": image.contenttype},
    "sha256": lambda image: {"sha256": image.sha256},
    "focus": lambda image: {"focus": list(image.focus) if image.focus else None},
    "placeholder": lambda image: {"placeholder": image.placeholder},
    "trashed": lambda image: {
        "deleted": image.trashed is not None,
        "trashed": text_of(image.trashed) if image.trashed else None,
    },
}


def document_of(image: Image, document: Document | None) -> Document:
    """The document with what is different in `image`; a whole new one if there is none."""
    before = None if document is None else image_of(document)
    changed = dict(document or {}, _id=image.id)
    for row in dataclasses.fields(Image):
        if row.name in _FIELDS and (
            before is None or getattr(before, row.name) != getattr(image, row.name)
        ):
            changed.update(_FIELDS[row.name](image))
    return changed


# -- marks


def mark_id(image_id: str, visitor_id: str) -> str:
    return f"{image_id}-{visitor_id}"


def mark_of(document: Mapping[str, Any] | None) -> Mark:
    """The mark of a document, or of a row of our views."""
    document = document or {}
    rating = document.get("rating")
    return Mark(
        tags=tuple(dict.fromkeys(_strings(document.get("tags")))),
        favorite=bool(document.get("favorite")),
        rating=int(rating) if isinstance(rating, int | float) else None,
    )


def mark_document(
    image_id: str, visitor_id: str, mark: Mark, document: Document | None
) -> Document:
    """The document of a mark, with the fields of the old document that are not ours."""
    changed = dict(document or {}, _id=mark_id(image_id, visitor_id))
    changed |= {"imageid": image_id, "userid": visitor_id}
    changed |= {"tags": list(mark.tags), "favorite": mark.favorite, "rating": mark.rating}
    if mark.rating is None:
        del changed["rating"]
    return changed


def summary_of(rows: list[dict[str, Any]]) -> Summary:
    """What the marks in rows of our view `by_image` add up to."""
    return Summary.of(mark_of(row["value"]) for row in rows)


# -- values of any kind, as documents of 2009 may hold them


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(
        str(item)
        for item in values
        if isinstance(item, str) or (isinstance(item, int | float) and not isinstance(item, bool))
    )


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _focus(value: Any) -> tuple[float, float] | None:
    if (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(v, int | float) for v in value)
    ):
        return float(value[0]), float(value[1])
    return None
