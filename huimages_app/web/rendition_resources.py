"""Resources of files: `/SIZE/ID[.EXT]` and `/SIZE/ID/NAME[.EXT]`."""

from __future__ import annotations

from collections.abc import Collection

from ..domain.formats import AUTO, JPEG, Format, is_negotiated, parse_format
from ..domain.ids import parse_image_id
from ..domain.sizes import Size
from ..errors import BadImageId, OtherFormat, UnknownFormat
from .article_resources import ArticleFolder
from .resource import Resource


class ImageFile(Resource):
    """A rendition or an original: image, size and format."""

    def __init__(
        self,
        parent: SizeFolder,
        name: str,
        image_id: str,
        format_: Format | None,
        filename: str = "",
    ) -> None:
        super().__init__(parent, name)
        self._folder = parent
        self.size = parent.size
        self.image_id = image_id
        self.format = format_  # None: the best one that the client accepts
        self.filename = filename  # the last part of the URL; browsers suggest it for saving

    def __getitem__(self, name: str) -> ImageFile:
        """Return the picture under a name that the client chose; its extension is the format."""
        if self.filename or self.__name__ != self.image_id:
            raise KeyError(name)
        try:
            format_ = self._folder.format_of_name(name)
        except OtherFormat:
            raise KeyError(name) from None
        return ImageFile(self._folder, name, self.image_id, format_, filename=name)


class SizeFolder(Resource):
    """All images in one size; `negotiate` is the setting, `article_keys` those of articles."""

    def __init__(
        self,
        parent: Resource,
        name: str,
        size: Size,
        negotiate: str,
        article_keys: Collection[str],
    ) -> None:
        super().__init__(parent, name)
        self.size = size
        self._negotiate = negotiate
        self._article_keys = article_keys

    def __getitem__(self, name: str) -> Resource:
        if name in self._article_keys:
            return ArticleFolder(self, name)
        stem, _, extension = name.partition(".")
        try:
            image_id = parse_image_id(stem)
            format_ = self.format_of(extension)
        except (BadImageId, UnknownFormat):
            raise KeyError(name) from None
        return ImageFile(self, name, image_id, format_)

    def format_of(self, extension: str) -> Format | None:
        """Return the format of an extension; None if Accept decides.

        Raises UnknownFormat, and OtherFormat for a preset with another one.
        """
        if self.size.is_original:
            return JPEG  # every extension is accepted
        if (only := self.size.options.format) and extension.lower() in {"", AUTO}:
            return only
        if not only and is_negotiated(extension, self._negotiate):
            return None
        format_ = parse_format(extension)
        self.size.require_format(format_)
        return format_

    def format_of_name(self, name: str) -> Format | None:
        """Return the format of a name that the client chose, as `format_of`.  Raises OtherFormat.

        A dot in a name need not begin an extension.
        """
        stem, dot, extension = name.rpartition(".")
        try:
            return self.format_of(extension if dot and stem else "")
        except OtherFormat:
            raise
        except UnknownFormat:
            return self.format_of("")
