"""All metadata of a site as items that no backend owns, and their lines of JSON.

Every backend exports and loads them (`MetadataBackend.export`, `load`).  `native` holds, under
the name of a backend, what only that backend stores of an item; other backends ignore it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..domain.ids import parse_image_id
from ..domain.models import Annotation, Image
from ..errors import BadImageId
from .plain_values import from_plain, to_plain

Native = Mapping[str, Any]


@dataclass(frozen=True)
class StoredImage:
    """An image with all its annotations, by visitor ID."""

    image: Image
    annotations: Mapping[str, Annotation] = field(default_factory=dict)
    native: Native = field(default_factory=dict)


@dataclass(frozen=True)
class Tombstone:
    """An image that was removed for good."""

    image_id: str


@dataclass(frozen=True)
class StoredDocument:
    """A document of the document store."""

    kind: str
    key: str
    record: Mapping[str, Any]
    native: Native = field(default_factory=dict)


@dataclass(frozen=True)
class ForeignDocument:
    """A document of another program in a database of the backend `backend`."""

    backend: str
    database: str
    content: Mapping[str, Any]


SnapshotItem = StoredImage | Tombstone | StoredDocument | ForeignDocument


_KINDS: dict[type, str] = {
    StoredImage: "images",
    Tombstone: "tombstones",
    StoredDocument: "documents",
    ForeignDocument: "foreign documents",
}


def no_items() -> Counter[str]:
    """Return counts to start with, of the kinds that are reported even if there are none."""
    return Counter(images=0, annotations=0, documents=0)


def count_item(counts: Counter[str], item: SnapshotItem) -> None:
    """Count an item by its kind, and the annotations of an image."""
    counts[_KINDS[type(item)]] += 1
    if isinstance(item, StoredImage):
        counts["annotations"] += len(item.annotations)


def line_of(item: SnapshotItem) -> str:
    """Return an item as one line of JSON, without the line break."""
    return json.dumps(_fields(item), ensure_ascii=False, separators=(",", ":"))


def item_of(line: str) -> SnapshotItem:
    """Return the item of a line; raises ValueError."""
    fields = json.loads(line)
    try:
        if "image" in fields:
            annotations = fields.get("annotations", {})
            return StoredImage(
                from_plain(Image, fields["image"]),
                {visitor: from_plain(Annotation, one) for visitor, one in annotations.items()},
                fields.get("native", {}),
            )
        if "tombstone" in fields:
            return Tombstone(parse_image_id(fields["tombstone"]))
        kind = StoredDocument if "record" in fields else ForeignDocument
        return kind(**fields)
    except (TypeError, AttributeError, KeyError, BadImageId) as error:
        raise ValueError(f"no item of a snapshot: {error}") from error


def _fields(item: SnapshotItem) -> dict[str, Any]:
    match item:
        case StoredImage():
            fields = {
                "image": to_plain(item.image),
                "annotations": {key: to_plain(one) for key, one in item.annotations.items()},
                "native": item.native,
            }
        case Tombstone():
            fields = {"tombstone": item.image_id}
        case StoredDocument():
            fields = {
                "kind": item.kind,
                "key": item.key,
                "record": item.record,
                "native": item.native,
            }
        case ForeignDocument():
            fields = {
                "backend": item.backend,
                "database": item.database,
                "content": item.content,
            }
    return {name: content for name, content in fields.items() if content or name not in _LEFT_OUT}


_LEFT_OUT = ("annotations", "native")  # if they are empty
