"""Functions of the library for tables and tags, and what a backend has to provide for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from ..tables.files import Kind
from .arguments import file_of


class TableBackend(ABC):
    """Tables of images and changes of tags on one site."""

    @abstractmethod
    def rename_tag(self, tag: str, into: str) -> str:
        """Begin to rename a tag on all images; return the ID of the job.  Raises BadInput."""

    @abstractmethod
    def merge_tags(self, tags: Sequence[str], into: str) -> str:
        """Begin to replace tags by another one; return the ID of the job.  Raises BadInput."""

    @abstractmethod
    def export_table(self, kind: Kind, search: str) -> Iterator[bytes]:
        """Yield a table of the images that match the words of a search, all for empty ones."""

    @abstractmethod
    def apply_table(self, file: BinaryIO, *, dry_run: bool) -> dict[str, Any]:
        """Compare a table and, unless `dry_run`, begin to apply it.  Raises BadInput.

        Returns the comparison with the ID of the job, as the API does.
        """


class TableFunctions:
    """The functions; `_backend` is the backend of the library."""

    _backend: TableBackend

    def rename_tag(self, tag: str, into: str) -> str:
        """Rename a tag on all images, for all visitors; return the ID of the job that does it.

        Also to change the spelling alone.  Raises BadInput if there is a tag `into` already.
        """
        return self._backend.rename_tag(tag, into)

    def merge_tags(self, tags: Sequence[str], into: str) -> str:
        """Replace tags by the tag `into` on all images; return the ID of the job that does it."""
        return self._backend.merge_tags(tags, into)

    def export_table(self, file: BinaryIO, kind: Kind = "csv", search: str = "") -> None:
        """Write a table of images into an open binary file, to be edited in a spreadsheet.

        `search` selects images as the search of the site does; filters may be among the words.
        """
        file.writelines(self._backend.export_table(kind, search))

    def apply_table(self, file: bytes | BinaryIO, *, dry_run: bool = False) -> dict[str, Any]:
        """Apply an edited table to images, unless `dry_run`; return the comparison.

        Raises BadInput if a row has an error, and then changes nothing.  `job` of the result is
        the ID of the job that changes the images, None if there is nothing to change.
        """
        return self._backend.apply_table(file_of(file), dry_run=dry_run)
