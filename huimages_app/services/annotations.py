"""The annotations of visitors: tags, ratings and favourites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from ..domain.models import Annotation, AnnotationSummary
from ..domain.tags import MAX_TAGS, by_tag, spelled
from ..errors import BadInput, UnknownImage
from ..storage.interfaces import MetadataBackend
from . import audit
from .images import require_present
from .tag_changes import TagChanges

MAX_RATING = 10
MAX_COPIED = 500  # favourites; bounds the work that one cookie can cause


class Annotations:
    """Reads and changes annotations.  Thread-safe.

    Every method raises StorageUnavailable.  Changes raise UnknownImage for an image that
    does not exist or is in the trash.
    """

    def __init__(self, metadata: MetadataBackend, tags: TagChanges) -> None:
        self._images = metadata.images
        self._annotations = metadata.annotations
        self._tags = tags

    def get(self, image_id: str, visitor_id: str) -> Annotation:
        """Return a visitor's annotation of an image; an empty one if there is none."""
        return self._annotations.get(image_id, visitor_id)

    def get_many(self, image_ids: Iterable[str], visitor_id: str) -> dict[str, Annotation]:
        """Return a visitor's annotations of those images that have one, by ID."""
        return self._annotations.get_many(image_ids, visitor_id)

    def summary(self, image_id: str) -> AnnotationSummary:
        """Return the summary of all visitors' annotations of one image."""
        return self._annotations.summary(image_id)

    def summaries(self, image_ids: Iterable[str]) -> dict[str, AnnotationSummary]:
        """Return the summaries of several images, one entry for each ID."""
        return self._annotations.summaries(image_ids)

    def tag(self, image_id: str, visitor_id: str, tags: Sequence[str]) -> None:
        """Add tags as `parse_tags` returns them; raises BadInput for too many on one image."""
        if not tags:
            return
        self._tags.change_own(image_id, visitor_id, add=tags)
        audit.record("tagged", image_id, tags=" ".join(tags))

    def untag(self, image_id: str, visitor_id: str, tag: str) -> None:
        """Remove a visitor's own tag."""
        self._tags.change_own(image_id, visitor_id, remove=[tag])
        audit.record("tag taken back", image_id, tag=tag)

    def untag_all(self, image_id: str, tag: str) -> None:
        """Remove a tag of all visitors."""
        self._tags.change(image_id, "", remove=[tag])
        audit.record("tag removed", image_id, tag=tag)

    def rate(self, image_id: str, visitor_id: str, rating: int | None) -> AnnotationSummary:
        """Set a rating of 0 to 10, or remove it (None); returns the summary of all visitors."""
        if rating is not None and not 0 <= rating <= MAX_RATING:
            raise BadInput(f"a rating is a whole number from 0 to {MAX_RATING}")
        self._change(image_id, visitor_id, lambda annotation: replace(annotation, rating=rating))
        audit.record("rated", image_id, rating=str(rating))
        return self._annotations.summary(image_id)

    def favorite(self, image_id: str, visitor_id: str, favorite: bool) -> None:
        """Make an image a favourite of the visitor, or end that.

        Favourites are private, so the audit log has no entry for them.
        """
        self._change(
            image_id, visitor_id, lambda annotation: replace(annotation, favorite=favorite)
        )

    def copy_favorites(self, source: str, target: str) -> None:
        """Make the favourites of visitor `source` favourites of visitor `target`, too."""
        favorites = (
            image_id
            for image_id, annotation in self._annotations.by_visitor(source)
            if annotation.favorite
        )
        for image_id in list(islice(favorites, MAX_COPIED)):
            try:
                self._annotations.save(
                    image_id, target, lambda annotation: replace(annotation, favorite=True)
                )
            except UnknownImage:
                continue  # removed since it was listed

    def move(self, source: str, target: str) -> None:
        """Move the annotations of visitor `source` to `target`, whose own rating wins."""
        for image_id, annotation in list(self._annotations.by_visitor(source)):
            try:
                self._annotations.save(image_id, target, partial(merged, other=annotation))
                self._annotations.save(image_id, source, lambda old: Annotation())
            except UnknownImage:
                continue  # removed since it was listed, together with its annotations

    def _change(
        self, image_id: str, visitor_id: str, change: Callable[[Annotation], Annotation]
    ) -> None:
        require_present(self._images.get(image_id))
        self._annotations.save(image_id, visitor_id, change)


def merged(own: Annotation, other: Annotation) -> Annotation:
    """Return the union of two annotations; where they disagree, `own` wins."""
    union = Annotation(
        tags=tuple(dict.fromkeys([*own.tags, *other.tags]))[:MAX_TAGS],
        favorite=own.favorite or other.favorite,
        rating=other.rating if own.rating is None else own.rating,
    )
    return spelled(union, {**other.spellings, **by_tag(own.tags), **own.spellings})
