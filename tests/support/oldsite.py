"""A legacy site of huImages 2.2, built document by document.

`fill` writes it into two databases of CouchDB and a bucket as huImages 2.2 and other programs
did.  Nothing here uses our own stores.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from huimages_app.domain.ids import image_id

from . import pictures

VERA = "VERAFIRSTVISIT2337AAAAAAAA"  # an `uid` of the old cookie: base32 of an MD5
PAUL = "PAULFIRSTVISIT2337AAAAAAAA"


class Bucket(Protocol):
    """The methods of a boto3 client that are used here."""

    def put_object(self, **arguments: Any) -> Any: ...


@dataclass(frozen=True)
class OldImage:
    """An image of the legacy site, and the location of its original."""

    name: str
    content: bytes
    document: dict[str, Any]
    attached: bool = False
    key: str = ""  # in the bucket, `{}` stands for the ID; empty: not there
    contenttype: str = "image/jpeg"
    annotations: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return image_id(self.content)


def _document(second: int, title: list[str], **fields: Any) -> dict[str, Any]:
    moment = f"20090401T1200{second:02}.123456"
    sizes = {"width": 60, "height": 40}
    return {"ctime": moment, "mtime": moment, "title": title, **sizes, **fields}


def _photo(seed: int) -> bytes:
    return pictures.photo(60, 40, seed=seed)


IMAGES = {
    image.name: image
    for image in [
        OldImage(
            "attached",
            _photo(1),
            _document(
                1,
                ["Möwe", "Möwe am Strand"],
                references={"artnr": ["10106/02", "10107"], "path": ["/fotos/meer"]},
                types=["product"],
                deleted=False,
            ),
            attached=True,
            annotations={
                VERA: {"tags": ["sea", "möwe"], "favorite": True, "rating": 8},
                PAUL: {"tags": ["sea", "sea"], "rating": 3},
            },
        ),
        OldImage(
            "in s3",
            _photo(2),
            _document(2, ["Leuchtturm"], references={"artnr": ["20001"]}, deleted=False),
            key="{}",
            annotations={VERA: {"tags": ["sea"], "favorite": False}},
        ),
        OldImage(
            "in s3 with an ending",
            _photo(3),
            _document(3, ["Hafen"], references={}, types=[]),
            key="{}.jpeg",
        ),
        # As a library of 2010 wrote the type if it was not given.
        OldImage("without a type", _photo(4), _document(4, []), key="{}", contenttype="None"),
        OldImage(
            "in both", _photo(5), _document(5, ["Boot"], deleted=False), attached=True, key="{}"
        ),
        # Width and height are those of the file before it is turned.
        OldImage(
            "turned",
            pictures.rotated(6, 60, 40, seed=6),
            _document(6, ["Turm"], width=40, height=60, deleted=False),
            attached=True,
        ),
        OldImage(
            "deleted",
            _photo(7),
            _document(7, ["Versehen"], deleted=True),
            key="{}",
            annotations={VERA: {"tags": ["sea"], "favorite": True, "rating": 1}},
        ),
        OldImage(
            "with fields of others",
            _photo(8),
            _document(
                8,
                ["Düne"],
                photographer="Karin Müller",
                rights={"until": "2012", "countries": ["DE", "AT"]},
                types="product",  # not a list
                references={"artnr": "30001"},  # not a list either
            ),
            attached=True,
            annotations={VERA: {"tags": ["sand"], "note": "for the cover"}},
        ),
        OldImage("lost", _photo(9), _document(9, ["Verloren"], deleted=False)),
        OldImage("without anything", _photo(10), {}, attached=True),
    ]
}

_MAP = "function (doc) { if (!doc.deleted) { emit(doc._id, null); } }"
FOREIGN_DESIGNS = {
    "images": {"_design/all": ["entries", "by_ctime"]},
    "visitors": {
        "_design/ratings": ["all"],
        "_design/tags": ["tagcount", "document_count"],
        "_design/favorites": ["all"],
    },
}
FOREIGN_DOCUMENTS = {
    "images": {"import-2008": {"type": "job", "done": True}},
    "visitors": {"settings": {"tagcloud": 50}},
}


def fill(
    http: httpx.Client, images: str, visitors: str, bucket: Bucket | None = None, name: str = ""
) -> None:
    """Write the site into the databases, which must be there, and into the bucket `name`."""
    for database, kind in ((images, "images"), (visitors, "visitors")):
        for identifier, document in foreign(kind).items():
            _put(http, database, identifier, document)
    for image in IMAGES.values():
        attachments = {"_attachments": {"image.jpeg": _attachment(image)}} if image.attached else {}
        _put(http, images, image.id, image.document | attachments)
        for visitor, annotation in image.annotations.items():
            document = {"imageid": image.id, "userid": visitor, **annotation}
            _put(http, visitors, f"{image.id}-{visitor}", document)
        if bucket and image.key:
            bucket.put_object(
                Bucket=name,
                Key=image.key.format(image.id),
                Body=image.content,
                Metadata={"width": "60", "height": "40"},
                ContentType=image.contenttype,
            )


def foreign(kind: str) -> dict[str, dict[str, Any]]:
    """Return the documents of `images` or `visitors` that other programs wrote, by ID."""
    designs = {
        identifier: {"language": "javascript", "views": {view: {"map": _MAP} for view in views}}
        for identifier, views in FOREIGN_DESIGNS[kind].items()
    }
    return designs | FOREIGN_DOCUMENTS[kind]


def _attachment(image: OldImage) -> dict[str, str]:
    return {"content_type": "image/jpeg", "data": base64.b64encode(image.content).decode()}


def _put(http: httpx.Client, database: str, identifier: str, document: dict[str, Any]) -> None:
    path = identifier if identifier.startswith("_design/") else identifier.replace("/", "%2F")
    http.put(f"/{database}/{path}", json=document).raise_for_status()
