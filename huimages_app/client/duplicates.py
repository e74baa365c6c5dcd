"""Functions of the library for images that look alike, and what a backend has to provide."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from ..domain.ids import parse_image_id
from ..domain.models import Count


class DuplicateBackend(ABC):
    """Images of one site that look alike.  Methods with an ID raise UnknownImage."""

    @abstractmethod
    def duplicates(self) -> list[list[str]]:
        """Return the IDs of each group, the largest image first."""

    @abstractmethod
    def count_duplicates(self) -> Count:
        """Return the number of images that look like older ones, exact up to 1,000."""

    @abstractmethod
    def alike(self, image_id: str) -> list[str]:
        """Return the IDs of the images that look like one, most similar first."""

    @abstractmethod
    def dismiss_duplicates(self, image_ids: Sequence[str]) -> None:
        """Declare images to be different from each other; raises BadInput."""

    @abstractmethod
    def undismiss_duplicates(self, image_ids: Sequence[str]) -> None:
        """Take back that images are different from each other; raises BadInput."""


class DuplicateFunctions:
    """The functions; `_backend` is the backend of the library."""

    _backend: DuplicateBackend

    def get_duplicates(self) -> list[list[str]]:
        """Return the IDs of images that look alike, a list for each group, newest groups first.

        The first of a group is the largest image.
        """
        return self._backend.duplicates()

    def count_duplicates(self) -> Count:
        """Return the number of images that look like older ones, with `number` and `is_exact`."""
        return self._backend.count_duplicates()

    def get_alike(self, imageid: str) -> list[str]:
        """Return the IDs of the images that look like one, most similar first, at most 12."""
        return self._backend.alike(parse_image_id(imageid))

    def dismiss_duplicates(self, imageids: Sequence[str]) -> None:
        """Declare images that look alike to be different from each other: a false alarm."""
        self._backend.dismiss_duplicates([parse_image_id(one) for one in imageids])

    def undismiss_duplicates(self, imageids: Sequence[str]) -> None:
        """Take back that images are different from each other, so that they are listed again."""
        self._backend.undismiss_duplicates([parse_image_id(one) for one in imageids])
