"""The functions of the library, written once: `client` and `remote` differ in their backend."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from ..domain.content import ContentBox
from ..domain.html import img_tag_as_called
from ..domain.ids import parse_image_id
from ..domain.models import Count
from ..errors import UnknownImage
from .arguments import file_of, old_time, references_of, time_of
from .backend import Backend
from .collections import CollectionFunctions
from .duplicates import DuplicateFunctions
from .finding import FindingFunctions
from .jobs import JobFunctions
from .saved_searches import SavedSearchFunctions
from .shares import ShareFunctions
from .tables import TableFunctions
from .values import ArticleImage, Details, EndingImage, ImageChange

log = logging.getLogger(__name__)


class Library(
    CollectionFunctions,
    DuplicateFunctions,
    FindingFunctions,
    JobFunctions,
    SavedSearchFunctions,
    ShareFunctions,
    TableFunctions,
):
    """The functions of huImages 2.2, with their names and arguments.  Thread-safe."""

    def __init__(self, backend: Backend) -> None:
        self._backend: Backend = backend

    # -- storing and changing --------------------------------------------------------------

    def save_image(  # noqa: PLR0917 - callers pass them by position
        self,
        imagedata: bytes | BinaryIO,
        contenttype: str | None = None,
        timestamp: datetime | str | None = None,
        title: str = "",
        references: Mapping[str, object] | None = None,
        filename: str = "image.jpeg",
        typ: str = "",
    ) -> str:
        """Store an image, given as bytes or an open binary file; return its ID.

        The same bytes have the same ID.  Saving them again adds the title, the references
        and the type to the metadata, and restores the image from the trash.
        `timestamp` is the time of the image, in UTC if it has no time zone; default: now.
        `references` are values, or lists of them, by key: `{"artnr": ["10106", "10107"]}`.
        `contenttype` is ignored; the format is detected from the bytes.
        """
        details = Details(
            title or "", references_of(references), typ or "", time_of(timestamp), filename or ""
        )
        return self._backend.save(file_of(imagedata), details)

    def update_metadata(
        self,
        doc_id: str,
        timestamp: datetime | str | None = None,
        title: str = "",
        references: Mapping[str, object] | None = None,
        typ: str = "",
    ) -> str:
        """Add to the metadata of an image, as `save_image` does; return its ID."""
        details = Details(title or "", references_of(references), typ or "", time_of(timestamp))
        self._backend.update(parse_image_id(doc_id), details)
        return doc_id

    def set_title(self, imageid: str, newtitle: str) -> None:
        """Make `newtitle` the current title; do nothing if it is empty."""
        if newtitle:
            self._backend.set_title(parse_image_id(imageid), newtitle)

    def set_rights(self, imageid: str, rights: Mapping[str, str | None]) -> None:
        """Change the rights named in `rights`; None or an empty text removes one.

        The names are creator, credit, copyright, terms, statement (URL of the licence), licensor,
        source_type, and from and until: the first and the last day on which the image may be
        shown, as in 2026-12-31.
        """
        fields = {name: text or "" for name, text in rights.items()}
        self._backend.set_rights(parse_image_id(imageid), fields)

    def set_content(self, imageid: str, box: ContentBox | None) -> None:
        """Correct the content box, which sizes such as `600x600=7` show, in URLs made from now on.

        `box` is left, top, right and bottom, from 0 to 1 of the upright picture; None restores the
        box that was measured at upload.
        """
        self._backend.set_content(parse_image_id(imageid), box)

    def get_history(self, imageid: str) -> list[ImageChange]:
        """Return the changes of an image that are kept, the newest first.

        Each has `id`, `at`, `by`, `field`, `before` and `after`.
        """
        return self._backend.history(parse_image_id(imageid))

    def take_back(self, imageid: str, change_id: str) -> None:
        """Give a field the value that it had before a change of `get_history`.

        Raises EditConflict if the field was changed again since.
        """
        self._backend.take_back(parse_image_id(imageid), change_id)

    def replace_image(
        self, imageid: str, imagedata: bytes | BinaryIO, filename: str = "image.jpeg"
    ) -> str:
        """Replace a picture by a better one, given as bytes or an open file; return the new ID.

        The new image takes over titles, alternative text, references, places in articles, types
        and rights, and a copy of all tags and favourites.  The old one stays at its URL.
        """
        file = file_of(imagedata)
        return self._backend.replace(parse_image_id(imageid), file, filename or "")

    def turn_image(self, imageid: str, degrees: int) -> str:
        """Turn a picture clockwise by 90, 180 or 270 degrees; return the ID of the new version.

        Nothing but the EXIF orientation changes.  Raises BadInput for GIF, BMP, AVIF and HEIC.
        """
        return self._backend.turn(parse_image_id(imageid), degrees)

    def go_back_to(self, imageid: str) -> None:
        """Make an older version the newest again."""
        self._backend.go_back(parse_image_id(imageid))

    def get_versions(self, imageid: str) -> list[str]:
        """Return the IDs of all versions of an image, the newest last, without the trash."""
        return self._backend.versions(parse_image_id(imageid))

    def delete_image(self, imageid: str) -> None:
        """Remove an image with its metadata for good; do nothing if it does not exist.

        `huimages_app.remote` moves it to the trash: no token allows more.
        """
        try:
            self._backend.delete(parse_image_id(imageid))
        except UnknownImage:
            log.debug("nothing to delete: image=%s", imageid)

    # -- metadata --------------------------------------------------------------------------

    def get_imagedoc(self, imageid: str) -> dict[str, Any]:
        """Return the metadata of an image, as the document that huImages 2.2 had in CouchDB.

        `deleted` is true for an image in the trash; `huimages_app.remote` raises
        UnknownImage for one.
        """
        image = self._backend.image(parse_image_id(imageid))
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
            "rights": image.rights.values,
            "taken": old_time(image.taken) if image.taken else None,
            "camera": image.camera,
            "uploader": image.uploader,
            "uploaded": old_time(image.uploaded) if image.uploaded else None,
            "_attachments": {
                image.filename or "image.jpeg": {
                    "content_type": image.contenttype,
                    "length": image.length,
                    "stub": True,
                }
            },
        }

    def get_length(self, imageid: str) -> int:
        """Return the number of bytes of the original."""
        return self._backend.length(parse_image_id(imageid))

    get_size = get_length

    # -- URLs and renditions ---------------------------------------------------------------

    def imageurl(self, imageid: str, size: str = "o") -> str:
        """Return the URL of an image in a size, by default of the original."""
        return self._backend.url(imageid, size)

    def scaled_imageurl(self, imageid: str, size: str = "150x150") -> str:
        """Return the URL of an image in a size.

        Without `remote`, only a crop reads metadata, for its focal point.
        """
        return self._backend.url(imageid, size)

    def scaled_imagedata(self, imageid: str, size: str = "150x150") -> bytes | None:
        """Return the bytes of an image in a size as JPEG; of the original for size `o`.

        A named size with a format of its own gives that format.

        Returns None for an unknown image.
        """
        try:
            return self._backend.content(parse_image_id(imageid), size)
        except UnknownImage:
            return None

    def scaled_dimensions(self, imageid: str, size: str = "150x150") -> tuple[int, int]:
        """Return the exact width and height of an image in a size."""
        rendition = self._backend.rendition(parse_image_id(imageid), size)
        return rendition.width, rendition.height

    def scaled_tag(
        self, imageid: str, size: str = "150x150", *args: str, **attributes: object
    ) -> str:
        """Return an <img> tag with URL, width, height and alternative text.

        `args` are inserted unescaped (`"ismap"`): never pass untrusted text.  `attributes`
        are escaped, and replace the default ones.  `class_` means `class`.
        """
        rendition = self._backend.rendition(parse_image_id(imageid), size)
        return img_tag_as_called(
            rendition.url,
            rendition.width,
            rendition.height,
            rendition.alt,
            inserted=args,
            attributes=attributes,
        )

    # -- articles ---------------------------------------------------------------------------

    def get_article(self, number: str, key: str = "artnr") -> list[ArticleImage]:
        """Return the images of an article in order, at most 200, each with `id`, `at` and `role`.

        An article is a value of the reference `key`.  The list is empty if it has no images.
        """
        return self._backend.article(key, number)

    def count_articles(self, prefix: str = "", key: str = "artnr") -> Count:
        """Return the number of articles whose numbers begin with a prefix.

        It has a `number` and `is_exact`; numbers up to 1,000 are exact.
        """
        return self._backend.count_articles(key, prefix)

    def articleurl(
        self, number: str, size: str = "150x150", which: str = "", key: str = "artnr"
    ) -> str:
        """Return the stable URL of an article: it shows the present order.

        `which` is a position, counted from 1, or a role; by default it is the main image.
        `huimages_app.remote` raises UnknownArticle for an article without images.
        """
        return self._backend.article_url(key, number, size, which)

    def arrange_article(self, number: str, imageids: Sequence[str], key: str = "artnr") -> None:
        """Put images of an article in this order; its other images stay after them."""
        order = [parse_image_id(imageid) for imageid in imageids]
        self._backend.arrange(key, number, order)

    def set_article_role(self, number: str, imageid: str, role: str, key: str = "artnr") -> None:
        """Give an image of an article a role, one of huimages.articles.roles; empty removes it.

        The role `main` also moves the image to the front.
        """
        self._backend.set_role(key, number, parse_image_id(imageid), role)

    # -- other images ----------------------------------------------------------------------

    def get_ending(self, days: int = 30) -> list[EndingImage]:
        """Return the images whose rights end today or within so many days, earliest first.

        Each has `id` and `until`, the last day on which it may be shown.  `huimages_app.remote`
        needs a token with the scope `edit`.
        """
        return self._backend.ending(days)

    def count_ending(self, days: int = 30) -> Count:
        """Return the number of images that `get_ending` returns, with `number` and `is_exact`."""
        return self._backend.count_ending(days)

    def get_random_imageid(self) -> str | None:
        """Return the ID of a random image; None if there is none."""
        return self._backend.random()

    def get_next_imageid(self, imageid: str) -> str | None:
        """Return the ID of the image after this one, newest first; None for the last."""
        return self._backend.neighbours(parse_image_id(imageid)).next

    def get_previous_imageid(self, imageid: str) -> str | None:
        """Return the ID of the image before this one, newest first; None for the first."""
        return self._backend.neighbours(parse_image_id(imageid)).previous
