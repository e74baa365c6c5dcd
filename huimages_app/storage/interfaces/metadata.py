"""The stores of metadata: records, annotations, small documents, and all of them together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ...domain.models import Annotation, AnnotationSummary, Image
from ...errors import UnknownImage
from ..snapshots import SnapshotItem
from .search import ImageSearch


class ImageStore(ABC):
    """The records of the images."""

    @abstractmethod
    def get(self, image_id: str) -> Image:
        """Return the record, also of an image in the trash; raises UnknownImage, RemovedImage."""

    @abstractmethod
    def get_many(self, image_ids: Iterable[str]) -> dict[str, Image]:
        """Return the records that exist, by ID, in the order of `image_ids`."""

    @abstractmethod
    def save(self, image_id: str, change: Callable[[Image | None], Image]) -> Image:
        """Store the result of `change`, called with the record (None if there is none).

        Returns the stored record.  Concurrent writes are not lost: `change` is called again
        with the newer record, so it must be free of side effects.  If `change` raises,
        nothing is stored.  A removed image is created again.
        """

    def update(self, image_id: str, change: Callable[[Image], Image]) -> Image:
        """Like `save` for an image that must exist; raises UnknownImage."""

        def change_existing(image: Image | None) -> Image:
            if image is None:
                raise UnknownImage(image_id)
            return change(image)

        return self.save(image_id, change_existing)

    @abstractmethod
    def remove(self, image_id: str, approve: Callable[[Image], object] | None = None) -> None:
        """Remove the record and all its annotations; `get` then raises RemovedImage.

        `approve` is called with the record that will be removed; if it raises, nothing is
        removed.  Raises UnknownImage if there is none.
        """

    @abstractmethod
    def ids(self, after: str = "") -> Iterator[str]:
        """Yield all image IDs greater than `after`, ascending, including the trash."""


class AnnotationStore(ABC):
    """The annotations: one visitor's tags, favourite and rating of one image."""

    @abstractmethod
    def get(self, image_id: str, visitor_id: str) -> Annotation:
        """Return a visitor's annotation of an image; an empty one if there is none."""

    @abstractmethod
    def get_many(self, image_ids: Iterable[str], visitor_id: str) -> dict[str, Annotation]:
        """Return a visitor's annotations of several images, without empty ones."""

    @abstractmethod
    def of_image(self, image_id: str) -> dict[str, Annotation]:
        """Return all annotations of an image by visitor ID, without empty ones."""

    @abstractmethod
    def by_visitor(self, visitor_id: str) -> Iterator[tuple[str, Annotation]]:
        """Yield all annotations of a visitor by image ID, without empty ones."""

    @abstractmethod
    def with_tag(self, tag: str) -> Iterator[tuple[str, str]]:
        """Yield image and visitor IDs of all annotations with a tag, also of trashed images.

        Annotations that change meanwhile may be yielded or not.  The memory that it takes does
        not grow with their number.
        """

    @abstractmethod
    def save(
        self, image_id: str, visitor_id: str, change: Callable[[Annotation], Annotation]
    ) -> Annotation:
        """Store the result of `change`, called with the visitor's annotation.

        Same promises as `ImageStore.save`.  Raises UnknownImage.
        """

    @abstractmethod
    def summaries(self, image_ids: Iterable[str]) -> dict[str, AnnotationSummary]:
        """Return the summary of all visitors' annotations, one entry for each ID."""

    def summary(self, image_id: str) -> AnnotationSummary:
        """Return the summary of all visitors' annotations of one image."""
        return self.summaries([image_id])[image_id]


# -- records ------------------------------------------------------------------------------

Document = dict[str, Any]  # values that JSON can represent


class DocumentStore(ABC):
    """Small JSON documents, by kind ("account", "token", "collection", ...) and key."""

    @abstractmethod
    def get(self, kind: str, key: str) -> Document | None:
        """Return the document; None if there is none."""

    @abstractmethod
    def get_many(self, kind: str, keys: Iterable[str]) -> dict[str, Document]:
        """Return the documents that exist, by key, in the order of `keys`."""

    @abstractmethod
    def save(
        self, kind: str, key: str, change: Callable[[Document | None], Document | None]
    ) -> Document | None:
        """Store the result of `change`, called with the document; None removes it.

        Concurrent writes are not lost, as with `ImageStore.save`.
        """

    @abstractmethod
    def items(self, kind: str) -> Iterator[tuple[str, Document]]:
        """Yield all documents of a kind, by ascending key."""


# -- metadata as a whole --------------------------------------------------------------------


class MetadataBackend(ABC):
    """The metadata stores of one backend, which share their connections."""

    images: ImageStore
    search: ImageSearch
    annotations: AnnotationStore
    documents: DocumentStore

    @abstractmethod
    def check(self) -> None:
        """Raise StorageUnavailable unless the backend responds now."""

    def setup(self, *, legacy_annotations: bool = False) -> list[str]:
        """Create what the backend needs, however long it takes; return a line for each step.

        `legacy_annotations`: also add to the annotations of a legacy site the fields that sorting
        needs.  Raises BadSetting if the backend's account lacks the rights, StorageUnavailable.
        """
        return []

    def prepare(self) -> None:
        """Do the quick parts of `setup` at the start of the site.

        Missing rights are logged.  Raises StorageUnavailable.
        """

    def require_supported(self) -> None:
        """Raise BadSetting if a newer program stored data that this one cannot read."""

    @abstractmethod
    def export(self) -> Generator[SnapshotItem, None, None]:
        """Yield all that is stored, images by ascending ID; changes nothing.

        Each image and its annotations are of one moment, and none is older than the call.
        Use it in one thread, which does nothing else with the backend meanwhile.
        """

    @abstractmethod
    def load(self, items: Iterable[SnapshotItem]) -> None:
        """Store exported items, also those of another backend; those that exist stay."""

    @abstractmethod
    def is_empty(self, ignored: str = "") -> bool:
        """Return whether nothing is stored, except for documents of the kind `ignored`."""

    def merge_conflicts(self) -> int:
        """Merge documents that two nodes or sites changed at once; return how many.

        Later calls look only at documents that changed since.  Raises StorageUnavailable.
        """
        return 0

    def repair(self) -> int:
        """Correct what records repeat of annotations, which older programs did not write.

        Returns how many were wrong.  Raises StorageUnavailable.
        """
        return 0

    def reading(self) -> AbstractContextManager[None]:
        """Let this thread read the same things once until the context ends, or until it writes."""
        return nullcontext()

    @abstractmethod
    def close(self) -> None:
        """Release connections and threads."""
