"""Images and annotations as JSON and back, and the text of the search index."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ...domain.content import ContentBox
from ...domain.facets import facets_of, shown_name
from ...domain.models import Annotation, AnnotationSummary, Image
from ...domain.rights import Rights
from ...domain.tags import spelled
from ...domain.tokenizer import fold, may_be_inside, searched
from ..histories import history_from_json, history_to_json
from ..places import (
    collections_from_json,
    collections_to_json,
    places_from_json,
    places_to_json,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

dumps: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def micros(time: datetime) -> int:
    """Return the microseconds since 1970, exactly."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def time_of_micros(number: int) -> datetime:
    """Return the time that is so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=number)


def image_to_json(image: Image) -> str:
    return dumps(
        {
            "id": image.id,
            "created": _time(image.created),
            "modified": _time(image.modified),
            "width": image.width,
            "height": image.height,
            "titles": image.titles,
            "alt": image.alt,
            "references": {key: tuple(values) for key, values in image.references.items()},
            "types": image.types,
            "filename": image.filename,
            "length": image.length,
            "contenttype": image.contenttype,
            "sha256": image.sha256,
            "focus": image.focus,
            "placeholder": image.placeholder,
            "trashed": image.trashed and _time(image.trashed),
            **_optional_fields(image),
        }
    )


def _optional_fields(image: Image) -> dict[str, Any]:
    """Return the fields that few images have, or only those of newer versions of the program."""
    fields = {
        "rights": image.rights.values,
        "taken": image.taken and _time(image.taken),
        "camera": image.camera,
        "thumbhash": image.thumbhash,
        "content": image.content,
        "content_version": image.content_version,
        "backdrop": image.backdrop,
        "corrected_content": image.corrected_content,
        "places": places_to_json(image.places),
        "collections": collections_to_json(image.collections),
        "uploader": image.uploader,
        "uploaded": image.uploaded and _time(image.uploaded),
        "history": history_to_json(image.history),
        "replaced_by": image.replaced_by,
        "versions": image.versions,
        "versioned": image.versioned and _time(image.versioned),
        "batches": image.batches,
        "phash": image.phash,
        "alike": image.alike,
        "unlike": image.unlike,
    }
    return {name: value for name, value in fields.items() if value}


def image_from_json(document: str) -> Image:
    fields = json.loads(document)
    return Image(
        **fields
        | {
            "created": datetime.fromisoformat(fields["created"]),
            "modified": datetime.fromisoformat(fields["modified"]),
            "titles": tuple(fields["titles"]),
            "references": {key: tuple(values) for key, values in fields["references"].items()},
            "types": tuple(fields["types"]),
            "focus": fields["focus"] and tuple(fields["focus"]),
            "trashed": fields["trashed"] and datetime.fromisoformat(fields["trashed"]),
            "rights": Rights.of(fields.get("rights", {})),
            "taken": _moment(fields, "taken"),
            "content": _box(fields.get("content")),
            "corrected_content": _box(fields.get("corrected_content")),
            "places": places_from_json(fields.get("places")),
            "collections": collections_from_json(fields.get("collections")),
            "history": history_from_json(fields.get("history")),
            "uploaded": _moment(fields, "uploaded"),
            "versions": tuple(fields.get("versions", ())),
            "versioned": _moment(fields, "versioned"),
            "batches": tuple(fields.get("batches", ())),
            "alike": tuple(fields.get("alike", ())),
            "unlike": tuple(fields.get("unlike", ())),
        }
    )


def summary_to_json(summary: AnnotationSummary) -> str:
    return dumps([dict(summary.tags), summary.rating_sum, summary.rating_count, summary.favorites])


def summary_from_json(document: str) -> AnnotationSummary:
    return AnnotationSummary(*json.loads(document))


def annotation_from_row(tags: str, favorite: int, rating: int | None, spellings: str) -> Annotation:
    annotation = Annotation(tuple(json.loads(tags)), bool(favorite), rating)
    return spelled(annotation, json.loads(spellings))


# Each word of the index begins with two spaces, so that three characters, the shortest
# text that the index can find, are enough for the beginning of a word of one letter.
_WORD_START = "  "

# Stands between texts, so that no phrase reaches from one into the next.  A character of
# private use is never part of a search.
_GAP = "\ue000"


def indexed_text(image: Image, tags: Iterable[str]) -> str:
    """Return the words an image is found by as one text for the index."""
    texts = searched(image, tags)
    return _GAP.join("".join(_WORD_START + word for word in words) for words in texts)


def indexed_text_of_row(document: str, summary: str) -> str:
    """Return the same for an image as it is stored."""
    return indexed_text(image_from_json(document), summary_from_json(summary).tags)


# Longer names are sorted by their beginnings.
_COLLATED = 100


def collated_name(image: Image) -> str:
    """Return the text by which the image is sorted in the order of titles."""
    return " ".join(fold(shown_name(image)).split())[:_COLLATED]


def facets_of_row(document: str, summary: str) -> str:
    """Return the facets of an image as it is stored, as pairs in JSON."""
    is_tagged = bool(summary_from_json(summary).tags)
    return dumps([*facets_of(image_from_json(document), is_tagged=is_tagged)])


def name_of_row(document: str) -> str:
    """Return `collated_name` of an image as it is stored."""
    return collated_name(image_from_json(document))


def match_expression(phrases: Iterable[tuple[str, ...]]) -> str:
    """Return the MATCH expression of a search for all of these phrases."""
    return " AND ".join(f'"{_text_of(phrase)}"' for phrase in phrases)


def _text_of(phrase: tuple[str, ...]) -> str:
    text = _WORD_START.join(phrase)
    return text if may_be_inside(phrase[0]) else _WORD_START + text


def _box(sides: list[float] | None) -> ContentBox | None:
    if sides is None:
        return None
    left, top, right, bottom = sides
    return left, top, right, bottom


def _moment(fields: Mapping[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(fields[name]) if name in fields else None


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()
