"""Conversion between documents, as huImages has written them since 2009, and values.

The layout is the contract with sites that switch over: their fields are read as they are,
only fields that changed are written, unknown fields stay, and a field without a value is left
out, because the code of huImages 2.2 fails on an empty `title`.  `sha256` marks a document of
this program: in older ones, width and height are those before EXIF orientation.

    _id ctime mtime title[] references{key: []} types[] width height deleted _attachments
    ours: filename bytes contenttype sha256 alt focus placeholder trashed ratings{sum, count} tagged
          rights{} taken camera thumbhash
          content[] content_version backdrop corrected_content[]
          places{key: {number: {at, role}}} collections{id: at} uploader uploaded
          history[{id, at, field, from, to, by, job, undoes, visitors[]}]
          replaced_by versions[] versioned batches[]
          phash alike[] unlike[]

    _id = IMAGE-VISITOR   imageid userid tags[] favorite rating
    ours: image_ctime, so that the images of a tag can be sorted by time
          image_replaced: true in annotations of an older version, which no list has
          spellings{tag: as typed}, of tags that are not lower case
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ...domain.content import ContentBox, is_content_box
from ...domain.ids import is_image_id
from ...domain.likeness import is_hash
from ...domain.models import Annotation, Image
from ...domain.rights import Rights
from ...domain.tags import spelled
from ..histories import history_from_json, history_to_json
from ..places import (
    collections_from_json,
    collections_to_json,
    places_from_json,
    places_to_json,
)
from .database import Document

_TIME = re.compile(r"[0-9]{8}T[0-9]{6}(\.[0-9]{1,6})?")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

# Pages need proportions; a document without dimensions gets those of an ordinary photo.
_UNMEASURED = (1600, 1200)


def time_of(text: Any) -> datetime | None:
    """Parse the time in a document; None if it is missing or invalid."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)  # a tenth of the time of strptime
    except ValueError:
        return None  # no day of the calendar


def text_of(time: datetime) -> str:
    """Format a time as documents contain it."""
    return f"{time.astimezone(UTC):%Y%m%dT%H%M%S.%f}"


# -- images


def image_of(document: Document) -> Image:
    """Return the image of a document of any age, also of an incomplete one."""
    created = time_of(document.get("ctime")) or time_of(document.get("mtime")) or _NEVER
    modified = time_of(document.get("mtime")) or created
    width, height = sides_of(document) or _UNMEASURED
    attachment, stub = _picture_attachment(document)
    return Image(
        id=document["_id"],
        created=created,
        modified=modified,
        width=width,
        height=height,
        titles=strings_of(document.get("title")),
        alt=_string(document.get("alt")),
        references={
            key: strings_of(values) for key, values in _mapping(document.get("references")).items()
        },
        types=strings_of(document.get("types")),
        filename=_string(document.get("filename")) or attachment,
        length=_number(document.get("bytes")) or _number(stub.get("length")),
        contenttype=_string(document.get("contenttype")),
        sha256=_string(document.get("sha256")),
        focus=_focus(document.get("focus")),
        placeholder=_string(document.get("placeholder")),
        trashed=(time_of(document.get("trashed")) or modified) if is_trashed(document) else None,
        rights=Rights.of(_mapping(document.get("rights"))),
        taken=time_of(document.get("taken")),
        camera=_string(document.get("camera")),
        thumbhash=_string(document.get("thumbhash")),
        content=_content(document.get("content")),
        content_version=_number(document.get("content_version")),
        backdrop=_string(document.get("backdrop")),
        corrected_content=_content(document.get("corrected_content")),
        places=places_from_json(document.get("places")),
        collections=collections_from_json(document.get("collections")),
        uploader=_string(document.get("uploader")),
        uploaded=time_of(document.get("uploaded")),
        history=history_from_json(document.get("history")),
        replaced_by=_image_id(document.get("replaced_by")),
        versions=_image_ids(document.get("versions")),
        versioned=time_of(document.get("versioned")),
        batches=strings_of(document.get("batches")),
        phash=_hash(document.get("phash")),
        alike=_image_ids(document.get("alike")),
        unlike=_image_ids(document.get("unlike")),
    )


def fields_read(document: Document) -> set[str]:
    """Return the names of the fields from which `image_of` has a value."""
    return {name for name, value in _fields_of(image_of(document)).items() if value}


def sides_of(document: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return width and height as the document has them; None if it has none."""
    width, height = _number(document.get("width")), _number(document.get("height"))
    return (width, height) if width > 0 and height > 0 else None


def is_trashed(document: Document) -> bool:
    return document.get("deleted") is True


def is_replaced(document: Document) -> bool:
    """Return whether it is an older version of another image, as in the views."""
    return bool(_image_id(document.get("replaced_by")))


def is_old(document: Document) -> bool:
    """Return whether huImages 2.2 wrote it, with width and height before EXIF orientation."""
    return not document.get("sha256")


def ctime_of(document: Document) -> str:
    """Return the creation time of the image as the views contain it."""
    return _string(document.get("ctime"))


def image_fields(document: Document) -> Document:
    """Return what annotations of an image repeat of its document, for their views."""
    return {"image_ctime": ctime_of(document), "image_replaced": is_replaced(document) or None}


def with_image_fields(annotation: Document, fields: Mapping[str, Any]) -> Document:
    """Return an annotation with these fields of its image, without those that are None."""
    others = {name: value for name, value in annotation.items() if name not in fields}
    return others | {name: value for name, value in fields.items() if value is not None}


def _picture_attachment(document: Document) -> tuple[str, Mapping[str, Any]]:
    """Return name and stub of the attachment that is the original: the largest image.

    The view `by_word` makes the same choice.
    """
    stubs = {n: _mapping(s) for n, s in _mapping(document.get("_attachments")).items()}
    images = {n: s for n, s in stubs.items() if _string(s.get("content_type")).startswith("image/")}
    choice = sorted((images or stubs).items())
    return max(choice, key=lambda item: _number(item[1].get("length")), default=("", {}))


def document_of(image: Image, document: Document | None) -> Document:
    """Return the document with the fields that differ in `image`, or a new document."""
    before = {} if document is None else _fields_of(image_of(document))
    changed = dict(document or {}, _id=image.id)
    fields = _fields_of(image)
    _set_fields(changed, {k: v for k, v in fields.items() if k not in before or before[k] != v})
    return changed


def _fields_of(image: Image) -> Document:
    return {
        "ctime": text_of(image.created),
        "mtime": text_of(image.modified),
        "width": image.width,
        "height": image.height,
        "title": list(image.titles),
        "alt": image.alt,
        "references": {key: list(values) for key, values in image.references.items()},
        "types": list(image.types),
        "filename": image.filename,
        "bytes": image.length,
        "contenttype": image.contenttype,
        "sha256": image.sha256,
        "focus": list(image.focus) if image.focus else None,
        "placeholder": image.placeholder,
        "deleted": image.trashed is not None,
        "trashed": text_of(image.trashed) if image.trashed else None,
        "rights": image.rights.values,
        "taken": text_of(image.taken) if image.taken else None,
        "camera": image.camera,
        "thumbhash": image.thumbhash,
        "content": list(image.content) if image.content else None,
        "content_version": image.content_version,
        "backdrop": image.backdrop,
        "corrected_content": list(image.corrected_content) if image.corrected_content else None,
        "places": places_to_json(image.places),
        "collections": collections_to_json(image.collections),
        "uploader": image.uploader,
        "uploaded": text_of(image.uploaded) if image.uploaded else None,
        "history": history_to_json(image.history),
        "replaced_by": image.replaced_by,
        "versions": list(image.versions),
        "versioned": text_of(image.versioned) if image.versioned else None,
        "batches": list(image.batches),
        "phash": image.phash,
        "alike": list(image.alike),
        "unlike": list(image.unlike),
    }


def _set_fields(document: Document, fields: Mapping[str, Any]) -> None:
    """Set fields, and remove those without a value."""
    for key, value in fields.items():
        if value or value is False:
            document[key] = value
        else:
            document.pop(key, None)


# -- annotations


def annotation_id(image_id: str, visitor_id: str) -> str:
    return f"{image_id}-{visitor_id}"


def annotation_of(document: Mapping[str, Any] | None) -> Annotation:
    """Return the annotation of a document or of a row of our views."""
    document = document or {}
    rating = document.get("rating")
    annotation = Annotation(
        tags=tuple(dict.fromkeys(strings_of(document.get("tags")))),
        favorite=bool(document.get("favorite")),
        rating=int(rating) if isinstance(rating, int | float) else None,
    )
    spellings = _mapping(document.get("spellings"))
    # A program that does not know them may have changed the tags.
    return spelled(annotation, {tag: _string(text) for tag, text in spellings.items()})


def annotation_document(
    image_id: str, visitor_id: str, annotation: Annotation, document: Document | None
) -> Document:
    """Return the document of an annotation, with the other fields of the old document."""
    changed = dict(document or {}, _id=annotation_id(image_id, visitor_id))
    changed |= {"imageid": image_id, "userid": visitor_id}
    fields = {
        "tags": list(annotation.tags),
        "favorite": annotation.favorite,
        "spellings": dict(annotation.spellings),
    }
    _set_fields(changed, fields)
    if annotation.rating is not None:
        changed["rating"] = annotation.rating
    else:
        changed.pop("rating", None)
    return changed


# -- values of any kind, as documents of 2009 may hold them


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _image_id(value: Any) -> str:
    text = _string(value)
    return text if is_image_id(text) else ""


def _image_ids(value: Any) -> tuple[str, ...]:
    return tuple(filter(is_image_id, strings_of(value)))


def _hash(value: Any) -> str:
    text = _string(value)
    return text if is_hash(text) else ""


def strings_of(value: Any) -> tuple[str, ...]:
    """Return a list of strings; a single value counts as a list of one, as in the views."""
    values = value if isinstance(value, list) else [value]
    return tuple(text for item in values if (text := _text(item)))


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # JavaScript writes 7.0 as 7.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _focus(value: Any) -> tuple[float, float] | None:
    match _numbers(value):
        case [x, y]:
            return x, y
    return None


def _content(value: Any) -> ContentBox | None:
    match _numbers(value):
        case [left, top, right, bottom] if is_content_box(box := (left, top, right, bottom)):
            return box
    return None


def _numbers(value: Any) -> list[float]:
    """Return a list of numbers; empty for anything else."""
    if isinstance(value, list) and all(isinstance(item, int | float) for item in value):
        return [float(item) for item in value]
    return []
