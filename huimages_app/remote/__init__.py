"""The Python library for other machines: over HTTP, without access to the stores.

    >>> from huimages_app import remote as huimages
    >>> huimages.configure("https://pictures.example.com", token="hui_…")
    >>> huimages.scaled_tag(image_id, "240x160")

The functions of `huimages_app.client`, with their arguments, results and errors.  What is
different: `delete_image` moves an image to the trash, because no token may remove one for
good; and addresses are asked for, because only the site knows how they are signed.
Without `configure`, HUIMAGES_REMOTE_URL and HUIMAGES_REMOTE_TOKEN say where to ask.
All functions are thread-safe; httpx has to be there (the extra `remote`).
"""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import quote

from ..client.arguments import file_of, old_time, references_of, time_of
from ..domain.html import img_tag_as_called
from ..domain.ids import parse_image_id
from ..errors import BadSetting, EditConflict, UnknownImage
from .transport import Transport

__all__ = [
    "configure",
    "delete_image",
    "get_imagedoc",
    "get_length",
    "get_next_imageid",
    "get_previous_imageid",
    "get_random_imageid",
    "get_size",
    "imageurl",
    "save_image",
    "scaled_dimensions",
    "scaled_imagedata",
    "scaled_imageurl",
    "scaled_tag",
    "set_title",
    "update_metadata",
]

log = logging.getLogger(__name__)

_MOST_RIVALS = 4  # who may change a picture between our look at it and our change

_transport: Transport | None = None


def configure(url: str, token: str = "", timeout: float = 10.0, **transport: Any) -> None:
    """Ask the site at `url` from now on; `timeout` is in seconds.

    Further arguments are those of `transport.Transport`.
    """
    global _transport  # noqa: PLW0603 - one for the process, as with the library
    _transport = Transport(url, token, timeout, **transport)


def _api() -> Transport:
    if _transport is None:
        url = os.environ.get("HUIMAGES_REMOTE_URL")
        if not url:
            raise BadSetting("where is huimages? Call configure(), or set HUIMAGES_REMOTE_URL")
        configure(url, os.environ.get("HUIMAGES_REMOTE_TOKEN", ""))
    return _transport  # type: ignore[return-value]


def _path(imageid: str, *further: str) -> str:
    return "/".join(["/images", quote(parse_image_id(imageid)), *further])


def _item(imageid: str, size: str = "") -> dict[str, Any]:
    """What the API says of a picture; with addresses in that size if it is given."""
    params = {"size": size} if size else {}
    item: dict[str, Any] = _api().api("GET", _path(imageid), params=params).json()
    return item


# -- putting in ---------------------------------------------------------------------------


def save_image(  # noqa: PLR0917 - callers give them by position
    imagedata: bytes | BinaryIO,
    contenttype: str | None = None,
    timestamp: datetime | str | None = None,
    title: str = "",
    references: Mapping[str, object] | None = None,
    filename: str = "image.jpeg",
    typ: str = "",
) -> str:
    """Store a picture, bytes or an open binary file; returns its ID."""
    said = {"title": title or "", "filename": filename, "type": typ, "created": _text(timestamp)}
    params = [(name, value) for name, value in said.items() if value]
    for key, values in references_of(references).items():
        params += [(f"ref.{key}", value) for value in values]
    # All of it at once, so that it can be sent again.
    content = file_of(imagedata).read()
    headers = {"Content-Type": "application/octet-stream"}
    answer = _api().api("POST", "/images", params=params, content=content, headers=headers)
    return str(answer.json()["id"])


def update_metadata(
    doc_id: str,
    timestamp: datetime | str | None = None,
    title: str = "",
    references: Mapping[str, object] | None = None,
    typ: str = "",
) -> str:
    """Add to what is known of a picture, as `save_image` does; returns its ID."""
    said = references_of(references)
    for rivals in itertools.count():
        answer = _api().api("GET", _path(doc_id))
        known, headers = answer.json(), {"If-Match": answer.headers["ETag"]}
        revision: dict[str, Any] = {
            "references": {
                key: list(dict.fromkeys([*known["references"].get(key, []), *values]))
                for key, values in said.items()
            },
            "types": list(dict.fromkeys([*known["types"], *filter(None, [typ])])),
        }
        if title:
            revision["title"] = title
        if created := _text(timestamp):
            revision["created"] = created
        try:
            _api().api("PATCH", _path(doc_id), json=revision, headers=headers)
        except EditConflict:
            if rivals == _MOST_RIVALS:
                raise
        else:
            break
    return doc_id


def set_title(imageid: str, newtitle: str) -> None:
    """Make `newtitle` the title; nothing happens if it is empty."""
    if newtitle:
        _api().api("PATCH", _path(imageid), json={"title": newtitle})


def delete_image(imageid: str) -> None:
    """Move a picture to the trash; nothing happens if it is gone."""
    try:
        _api().api("DELETE", _path(imageid))
    except UnknownImage:
        log.debug("%s was to be deleted and is not there", imageid)


# -- what is known ------------------------------------------------------------------------


def get_imagedoc(imageid: str) -> dict[str, Any]:
    """What is known of a picture, as the document that huImages 2.2 had in its CouchDB."""
    item = _item(imageid)
    name, length = item["filename"] or "image.jpeg", item["bytes"] or 0
    return {
        "_id": item["id"],
        "ctime": old_time(datetime.fromisoformat(item["created"])),
        "mtime": old_time(datetime.fromisoformat(item["modified"])),
        "title": item["titles"],
        "alt": item["alt_own"] or "",
        "references": item["references"],
        "types": item["types"],
        "width": item["width"],
        "height": item["height"],
        "deleted": False,
        "filename": item["filename"],
        "contenttype": item["contenttype"] or "",
        "bytes": length,
        "sha256": item["sha256"] or "",
        "_attachments": {
            name: {"content_type": item["contenttype"] or "", "length": length, "stub": True}
        },
    }


def get_length(imageid: str) -> int:
    """Number of bytes of the original."""
    # Records of huImages 2.2 do not say it.
    return _item(imageid)["bytes"] or _api().length(imageurl(imageid))


get_size = get_length


# -- pictures and addresses ---------------------------------------------------------------


def imageurl(imageid: str, size: str = "o") -> str:
    """Address of a picture in a size; of the original if none is given."""
    return scaled_imageurl(imageid, size)


def scaled_imageurl(imageid: str, size: str = "150x150") -> str:
    """Address of a picture in a size."""
    return str(_item(imageid, size)["urls"][size]["url"])


def scaled_imagedata(imageid: str, size: str = "150x150") -> bytes | None:
    """The bytes of a picture in a size, a JPEG; of the original for `o`.  None if there is none."""
    try:
        return _api().fetch(scaled_imageurl(imageid, size))
    except UnknownImage:
        return None


def scaled_dimensions(imageid: str, size: str = "150x150") -> tuple[int, int]:
    """Width and height of a picture in a size: exactly those of the bytes."""
    address = _item(imageid, size)["urls"][size]
    return address["width"], address["height"]


def scaled_tag(imageid: str, size: str = "150x150", *args: str, **attributes: object) -> str:
    """An <img> tag with address, width, height and alternative text.

    `args` are put in as they are (`"ismap"`), so they must not come from strangers;
    `attributes` are escaped, and win over our own.  `class_` is `class`.
    """
    item = _item(imageid, size)
    address = item["urls"][size]
    return img_tag_as_called(
        address["url"],
        address["width"],
        address["height"],
        item["alt"],
        inserted=args,
        attributes=attributes,
    )


# -- looking around -----------------------------------------------------------------------


def get_random_imageid() -> str | None:
    """ID of a picture by chance; None if there is none at all."""
    try:
        return str(_api().api("GET", "/images/random").json()["id"])
    except UnknownImage:
        return None


def get_next_imageid(imageid: str) -> str | None:
    """ID of the picture after this one, newest first; None if it is the last."""
    return _neighbour(imageid, "next")


def get_previous_imageid(imageid: str) -> str | None:
    """ID of the picture before this one, newest first; None if it is the first."""
    return _neighbour(imageid, "previous")


def _neighbour(imageid: str, which: str) -> str | None:
    try:
        neighbours = _api().api("GET", _path(imageid, "neighbours")).json()
    except UnknownImage:
        return None
    neighbour: str | None = neighbours[which]
    return neighbour


# -- times --------------------------------------------------------------------------------


def _text(timestamp: datetime | str | None) -> str:
    """A time as people give it, as the API takes it; empty if there is none."""
    time = time_of(timestamp)
    return time.isoformat().replace("+00:00", "Z") if time else ""
