"""The interface between the library and a site: `client` and `remote` have a backend each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from ..domain.content import ContentBox
from ..domain.models import Count, Image, Neighbours
from .collections import CollectionBackend
from .duplicates import DuplicateBackend
from .finding import FindingBackend
from .jobs import JobBackend
from .saved_searches import SavedSearchBackend
from .shares import ShareBackend
from .tables import TableBackend
from .values import ArticleImage, Details, EndingImage, ImageChange, RenditionInfo


class Backend(
    CollectionBackend,
    DuplicateBackend,
    FindingBackend,
    JobBackend,
    SavedSearchBackend,
    ShareBackend,
    TableBackend,
    ABC,
):
    """Access to one site.  Thread-safe.

    IDs are valid image IDs except in `url`.  Methods with an ID raise UnknownImage, methods
    with a size BadSize; all raise BadSetting and StorageUnavailable.
    """

    @abstractmethod
    def save(self, file: BinaryIO, details: Details) -> str:
        """Store an image from a seekable file; return its ID.  Raises BadUpload, BadInput."""

    @abstractmethod
    def update(self, image_id: str, details: Details) -> None:
        """Add to the metadata; raises BadInput."""

    @abstractmethod
    def set_title(self, image_id: str, title: str) -> None:
        """Make `title` the current title; raises BadInput."""

    @abstractmethod
    def set_rights(self, image_id: str, rights: Mapping[str, str]) -> None:
        """Change the given fields; an empty text removes one.  Raises BadInput."""

    @abstractmethod
    def set_content(self, image_id: str, box: ContentBox | None) -> None:
        """Correct the content box; None restores the measured one.  Raises BadInput."""

    @abstractmethod
    def history(self, image_id: str) -> list[ImageChange]:
        """Return the changes that are kept, the newest first."""

    @abstractmethod
    def take_back(self, image_id: str, change_id: str) -> None:
        """Take a change back; raises UnknownChange, EditConflict, BadInput."""

    @abstractmethod
    def replace(self, image_id: str, file: BinaryIO, filename: str) -> str:
        """Add a better picture from a seekable file; return its ID.  Raises BadUpload, BadInput."""

    @abstractmethod
    def turn(self, image_id: str, degrees: int) -> str:
        """Turn the picture clockwise; return the ID of the new version.  Raises BadInput."""

    @abstractmethod
    def go_back(self, image_id: str) -> None:
        """Make an older version the newest again; raises BadInput."""

    @abstractmethod
    def versions(self, image_id: str) -> list[str]:
        """Return the IDs of all versions, oldest first, without those in the trash."""

    @abstractmethod
    def delete(self, image_id: str) -> None:
        """Remove the image."""

    @abstractmethod
    def image(self, image_id: str) -> Image:
        """Return the metadata."""

    @abstractmethod
    def length(self, image_id: str) -> int:
        """Return the number of bytes of the original."""

    @abstractmethod
    def url(self, image_id: str, size: str) -> str:
        """Return the URL of a rendition."""

    @abstractmethod
    def content(self, image_id: str, size: str) -> bytes:
        """Return the bytes of a rendition as JPEG or in the format of a preset; or the original."""

    @abstractmethod
    def rendition(self, image_id: str, size: str) -> RenditionInfo:
        """Return what an <img> tag of a rendition needs."""

    @abstractmethod
    def article(self, key: str, number: str) -> list[ArticleImage]:
        """Return the images of an article in order; empty if there are none."""

    @abstractmethod
    def count_articles(self, key: str, prefix: str) -> Count:
        """Return the number of articles whose numbers begin with a prefix, exact up to 1,000."""

    @abstractmethod
    def article_url(self, key: str, number: str, size: str, which: str) -> str:
        """Return the stable URL of a picture of an article."""

    @abstractmethod
    def arrange(self, key: str, number: str, order: Sequence[str]) -> None:
        """Put images of an article first, in this order; raises UnknownArticle, BadInput."""

    @abstractmethod
    def set_role(self, key: str, number: str, image_id: str, role: str) -> None:
        """Give an image of an article a role; raises UnknownArticle, BadInput."""

    @abstractmethod
    def ending(self, days: int) -> list[EndingImage]:
        """Return the images whose rights end within so many days, earliest first."""

    @abstractmethod
    def count_ending(self, days: int) -> Count:
        """Return their number, exact up to 1,000."""

    @abstractmethod
    def random(self) -> str | None:
        """Return a random ID; None if there is no image."""

    @abstractmethod
    def neighbours(self, image_id: str) -> Neighbours:
        """Return the IDs before and after an image, newest first; none for an unknown ID."""
