"""The Python library: pictures for other programs, in plain functions.

    >>> import huimages
    >>> image_id = huimages.save_image(photo, title="Red bicycle", references={"artnr": "10106"})
    >>> huimages.scaled_dimensions(image_id, "240x160")
    (213, 160)

These are the functions of huImages 2.2 with their names and arguments, and without its
bugs; `docs/library.md` shows all of them.  Settings come from the ini file that `configure`
was given or HUIMAGES_CONFIG names, else from the environment, where the variables of
huImages 2.2 still work.  Each process makes its library on the first call, a forked one its
own.  All functions are thread-safe.

They raise what stands in `huimages_app.errors`: BadImageId for what is no ID, UnknownImage
for one that nobody has, BadUpload for bytes that are no picture, BadInput, BadSize,
BadSetting, StorageUnavailable.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from ..domain.html import img_tag_as_called
from ..domain.ids import parse_image_id
from ..errors import StorageUnavailable, UnknownImage
from .arguments import file_of, old_time, references_of, time_of
from .process import configure, services_of_process

if TYPE_CHECKING:
    from ..domain.sizes import Size
    from ..services.container import Services

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
    """Store a picture, bytes or an open binary file; returns its ID.

    The same bytes have the same ID: saving them again adds the title, the references
    and the type to what is known, and takes the picture out of the trash.
    `timestamp` is the time of the picture, in UTC if it has no zone; now if not given.
    `references` are values, or lists of them, by key: `{"artnr": ["10106", "10107"]}`.
    `contenttype` is not used: the bytes say what they are.
    """
    from ..services.uploads import Description

    description = Description(
        title=title or "",
        filename=filename or "",
        references=references_of(references),
        type=typ or "",
        timestamp=time_of(timestamp),
    )
    return services_of_process().uploads.add(file_of(imagedata), description).image.id


def update_metadata(
    doc_id: str,
    timestamp: datetime | str | None = None,
    title: str = "",
    references: Mapping[str, object] | None = None,
    typ: str = "",
) -> str:
    """Add to what is known of a picture, as `save_image` does; returns its ID."""
    services_of_process().editing.describe(
        parse_image_id(doc_id),
        timestamp=time_of(timestamp),
        title=title or "",
        references=references_of(references),
        type_=typ or "",
    )
    return doc_id


def set_title(imageid: str, newtitle: str) -> None:
    """Make `newtitle` the title; nothing happens if it is empty."""
    if newtitle:
        services_of_process().editing.retitle(parse_image_id(imageid), newtitle)


def delete_image(imageid: str) -> None:
    """Remove a picture and all that is known of it for good; nothing happens if it is gone."""
    try:
        services_of_process().editing.remove(parse_image_id(imageid))
    except UnknownImage:
        log.debug("%s was to be deleted and is not there", imageid)


# -- what is known ------------------------------------------------------------------------


def get_imagedoc(imageid: str) -> dict[str, Any]:
    """What is known of a picture, as the document that huImages 2.2 had in its CouchDB.

    Of a picture in the trash too, with `deleted` true.
    """
    image = services_of_process().images.get_any(parse_image_id(imageid))
    return {
        "_id": image.id,
        "ctime": old_time(image.created),
        "mtime": old_time(image.modified),
        "title": list(image.titles),
        "alt": image.alt,
        "references": {key: list(values) for key, values in image.references.items()},
        "types": list(image.types),
        "width": image.width,
        "height": image.height,
        "deleted": image.trashed is not None,
        "filename": image.filename,
        "contenttype": image.contenttype,
        "bytes": image.length,
        "sha256": image.sha256,
        "_attachments": {
            image.filename or "image.jpeg": {
                "content_type": image.contenttype,
                "length": image.length,
                "stub": True,
            }
        },
    }


def get_length(imageid: str) -> int:
    """Number of bytes of the original."""
    return services_of_process().images.length(parse_image_id(imageid))


get_size = get_length


# -- pictures and addresses ---------------------------------------------------------------


def imageurl(imageid: str, size: str = "o") -> str:
    """Address of a picture in a size; of the original if none is given."""
    return scaled_imageurl(imageid, size)


def scaled_imageurl(imageid: str, size: str = "150x150") -> str:
    """Address of a picture in a size.  Only for a crop is a store asked: for its focal point."""
    services = services_of_process()
    wanted = services.urls.size(size)
    return services.urls.url(imageid, _focused(services, imageid, wanted))


def scaled_imagedata(imageid: str, size: str = "150x150") -> bytes | None:
    """The bytes of a picture in a size, a JPEG; of the original for `o`.  None if there is none."""
    from ..domain.formats import JPEG

    services = services_of_process()
    wanted = _focused(services, parse_image_id(imageid), services.urls.size(size))
    try:
        served = (
            services.renditions.original(imageid)
            if wanted.is_original
            else services.renditions.get(imageid, wanted, JPEG)
        )
    except UnknownImage:
        return None
    try:
        return served.file.read()
    finally:
        served.close()


def scaled_dimensions(imageid: str, size: str = "150x150") -> tuple[int, int]:
    """Width and height of a picture in a size: exactly those of the bytes."""
    services = services_of_process()
    image = services.images.get_any(parse_image_id(imageid))
    return services.urls.size(size).fitted(image.width, image.height)


def scaled_tag(imageid: str, size: str = "150x150", *args: str, **attributes: object) -> str:
    """An <img> tag with address, width, height and alternative text.

    `args` are put in as they are (`"ismap"`), so they must not come from strangers;
    `attributes` are escaped, and win over our own.  `class_` is `class`.
    """
    services = services_of_process()
    image = services.images.get_any(parse_image_id(imageid))
    width, height = services.urls.size(size).fitted(image.width, image.height)
    src = services.urls.named_url(image, size)
    return img_tag_as_called(
        src, width, height, services.urls.alt(image), inserted=args, attributes=attributes
    )


# -- looking around -----------------------------------------------------------------------


def get_random_imageid() -> str | None:
    """ID of a picture by chance; None if there is none at all."""
    images = services_of_process().images.random(1)
    return images[0].id if images else None


def get_next_imageid(imageid: str) -> str | None:
    """ID of the picture after this one, newest first; None if it is the last."""
    from ..domain.models import Query

    return services_of_process().images.neighbours(Query(), parse_image_id(imageid)).next


def get_previous_imageid(imageid: str) -> str | None:
    """ID of the picture before this one, newest first; None if it is the first."""
    from ..domain.models import Query

    return services_of_process().images.neighbours(Query(), parse_image_id(imageid)).previous


def _focused(services: Services, imageid: str, size: Size) -> Size:
    if not size.crop:
        return size
    try:
        return size.focused(services.images.get_any(imageid).focus)
    except (StorageUnavailable, UnknownImage) as error:
        # The address is good without it: the crop is around the centre then.
        log.warning("no focal point for %s: %s", imageid, error)
        return size
