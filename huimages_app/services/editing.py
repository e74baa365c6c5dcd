"""What people do to pictures that are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ..cache.renditions import RenditionCache
from ..domain.ids import parse_image_id
from ..domain.models import Annotation, AnnotationSummary, Image
from ..domain.tags import add_tags, parse_tags
from ..domain.text import clean_alt, clean_references, clean_title
from ..errors import BadInput, CorruptOriginal, EditConflict, UnknownImage
from ..storage.interfaces import MetadataBackend, OriginalInfo, Originals
from . import audit
from .image_patch import Revision
from .uploads import retitled, with_references

MAX_RATING = 10


class Editing:
    """Changes what is known about images.  Thread-safe.

    Every method raises UnknownImage for an image that is not there (or in the trash,
    where the method does not say otherwise), BadInput and StorageUnavailable.
    """

    def __init__(
        self, originals: Originals, metadata: MetadataBackend, cache: RenditionCache
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._cache = cache

    # what the editors say

    def retitle(self, image_id: str, title: str) -> Image:
        """Make `title` the newest; an old title becomes current again."""
        title = clean_title(title)
        if not title:
            raise BadInput("the title is empty")
        return self._update(
            "retitled",
            image_id,
            lambda image: replace(image, titles=retitled(image.titles, title)),
            title=title,
        )

    def set_alt(self, image_id: str, alt: str) -> Image:
        """Set the alternative text; empty removes it."""
        alt = clean_alt(alt)
        return self._update(
            "alt text changed", image_id, lambda image: replace(image, alt=alt), alt=alt
        )

    def set_focus(self, image_id: str, focus: tuple[float, float] | None) -> Image:
        """Set the focal point of crops, x and y in 0…1; None removes it."""
        if focus is not None and not all(0 <= value <= 1 for value in focus):
            raise BadInput("a focal point is two numbers from 0 to 1")
        return self._update(
            "focal point moved",
            image_id,
            lambda image: replace(image, focus=focus),
            focus=str(focus),
        )

    def describe(
        self,
        image_id: str,
        *,
        timestamp: datetime | None = None,
        title: str = "",
        references: Mapping[str, Sequence[str]] | None = None,
        type_: str = "",
    ) -> Image:
        """Add to what is known: a newest title, references, a type; set the time of the picture."""
        title, type_ = clean_title(title), clean_title(type_)
        cleaned = clean_references(references or {})
        return self._update(
            "described",
            image_id,
            lambda image: replace(
                image,
                created=timestamp or image.created,
                titles=retitled(image.titles, title),
                references=with_references(image.references, cleaned),
                types=tuple(dict.fromkeys([*image.types, *filter(None, [type_])])),
            ),
        )

    def set_references(self, image_id: str, references: Mapping[str, Sequence[str]]) -> Image:
        """Replace all references."""
        cleaned = clean_references(references)
        return self._update(
            "references changed", image_id, lambda image: replace(image, references=cleaned)
        )

    def revise(self, image_id: str, revision: Revision, expected: Image | None = None) -> Image:
        """Change several things at once.

        Raises EditConflict if the record is not `expected` (None: whatever it is).
        """
        revision = revision.cleaned()

        def change(image: Image) -> Image:
            _require_same(image, expected)
            return revision.applied_to(image)

        return self._update("revised", image_id, change, **revision.told())

    # what visitors say

    def tag(self, image_id: str, visitor_id: str, text: str) -> tuple[str, ...]:
        """Give the tags in `text`; returns them."""
        tags = parse_tags(text)
        if tags:
            self._save_mark(
                image_id,
                visitor_id,
                lambda annotation: replace(annotation, tags=add_tags(annotation.tags, tags)),
            )
            audit.record("tagged", image_id, tags=" ".join(tags))
        return tags

    def untag(self, image_id: str, visitor_id: str, tag: str) -> None:
        """Take back a visitor's own tag."""
        self._save_mark(image_id, visitor_id, lambda annotation: _without_tag(annotation, tag))
        audit.record("tag taken back", image_id, tag=tag)

    def untag_all(self, image_id: str, tag: str) -> None:
        """Remove a tag, whoever gave it."""
        require_present(self._metadata.images.get(image_id))
        for visitor_id, annotation in self._metadata.annotations.of_image(image_id).items():
            if tag in annotation.tags:
                self._save_mark(
                    image_id, visitor_id, lambda annotation: _without_tag(annotation, tag)
                )
        audit.record("tag removed", image_id, tag=tag)

    def rate(self, image_id: str, visitor_id: str, rating: int | None) -> AnnotationSummary:
        """Give a rating of 0 to 10, or take it back; returns what all say now."""
        if rating is not None and not 0 <= rating <= MAX_RATING:
            raise BadInput(f"a rating is a whole number from 0 to {MAX_RATING}")
        self._save_mark(image_id, visitor_id, lambda annotation: replace(annotation, rating=rating))
        audit.record("rated", image_id, rating=str(rating))
        return self._metadata.annotations.summary(image_id)

    def favorite(self, image_id: str, visitor_id: str, favorite: bool) -> None:
        """Make an image a favourite of the visitor's, or no longer.

        That is nobody else's business, so the audit log is not told.
        """
        self._save_mark(
            image_id, visitor_id, lambda annotation: replace(annotation, favorite=favorite)
        )

    # the trash

    def trash(self, image_id: str, expected: Image | None = None) -> Image:
        """Move an image to the trash; it stays there if it is there already.

        Raises EditConflict if the record is not `expected` (None: whatever it is).
        """
        now = datetime.now(UTC)

        def change(image: Image) -> Image:
            _require_same(image, expected)
            return image if image.trashed else replace(image, trashed=now, modified=now)

        image = self._metadata.images.update(image_id, change)
        self._cache.remove(image_id)
        audit.record("trashed", image_id)
        return image

    def restore(self, image_id: str) -> Image:
        """Take an image out of the trash; it stays as it is if it is not there."""
        now = datetime.now(UTC)
        image = self._metadata.images.update(
            image_id,
            lambda image: replace(image, trashed=None, modified=now) if image.trashed else image,
        )
        audit.record("restored", image_id)
        return image

    def remove(self, image_id: str, approve: Callable[[Image], object] | None = None) -> None:
        """Remove an image for good: record, every visitor's marks, renditions, original.

        `approve` may refuse by raising, as with `Metadata.remove`.  Raises BadImageId.
        """
        parse_image_id(image_id)
        # The record first: without it nobody is served the picture, and what a crash
        # leaves behind is an original that nobody refers to, which `check` finds.
        try:
            self._metadata.images.remove(image_id, approve)
        except UnknownImage:
            # Of a removal, or an upload, that was cut short only the original is there.
            if self._originals.length(image_id) is None:
                raise
        self._cache.remove(image_id)
        self._delete_original(image_id)
        audit.record("removed for good", image_id)

    # steps

    def _delete_original(self, image_id: str) -> None:
        """Delete the original, unless the same picture is uploaded in these very moments.

        An upload that finds the original there does not store it again; so it looks once
        more after it wrote its record (see `Intake`), and here the record is looked for
        after the deletion: whichever is last puts the original back.
        """
        try:
            with self._originals.open(image_id) as file:
                self._originals.delete(image_id)
                try:
                    image = self._metadata.images.get(image_id)
                except UnknownImage:
                    return
                info = OriginalInfo(image.contenttype, image.width, image.height, image.filename)
                self._originals.put(image_id, file, info)
        except UnknownImage:
            return  # there is none to delete
        except CorruptOriginal:
            self._originals.delete(image_id)

    def _update(
        self, action: str, image_id: str, change: Callable[[Image], Image], **said: str
    ) -> Image:
        now = datetime.now(UTC)

        def changed(image: Image) -> Image:
            require_present(image)
            new = change(image)
            return image if new == image else replace(new, modified=now)

        image = self._metadata.images.update(image_id, changed)
        audit.record(action, image_id, **said)
        return image

    def _save_mark(
        self, image_id: str, visitor_id: str, change: Callable[[Annotation], Annotation]
    ) -> Annotation:
        require_present(self._metadata.images.get(image_id))
        return self._metadata.annotations.save(image_id, visitor_id, change)


def require_present(image: Image) -> Image:
    """The image itself; raises UnknownImage if it is in the trash."""
    if image.trashed is not None:
        raise UnknownImage(f"the image {image.id} is in the trash")
    return image


def _require_same(image: Image, expected: Image | None) -> None:
    # Asked within the update, so that nobody's change slips in between.
    if expected is not None and image != expected:
        raise EditConflict(f"the image {image.id} was changed since it was read")


def _without_tag(annotation: Annotation, tag: str) -> Annotation:
    return replace(annotation, tags=tuple(other for other in annotation.tags if other != tag))
