"""Taking a picture in: check it, keep it, describe it, in this order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import BinaryIO

from ..domain.models import Annotation, Image
from ..domain.tags import add_tags
from ..domain.text import DEFAULT_FILENAME, clean_filename, clean_references, clean_title
from ..errors import IdCollision
from ..imaging import Limits
from ..storage.interfaces import MetadataBackend, OriginalInfo, Originals
from . import audit
from .file_info import FileInfo, examine, with_file_info

# Whose tags those are that a program gives, not a person.
PROGRAM = "huimages"


@dataclass(frozen=True)
class Description:
    """What the sender of a picture says about it; all of it optional."""

    title: str = ""
    default_title: str = ""  # for a picture that has no title yet
    filename: str = ""
    tags: Sequence[str] = ()  # as `parse_tags` returns them
    references: Mapping[str, Sequence[str]] = field(default_factory=dict)
    type: str = ""
    timestamp: datetime | None = None  # of the picture; now if not given


@dataclass(frozen=True)
class UploadResult:
    """What became of an upload; `is_new` if the picture was not in the library before."""

    image: Image
    is_new: bool


class Uploads:
    """Takes pictures in, and decodes `at_once` of them at a time.  Thread-safe."""

    def __init__(
        self,
        originals: Originals,
        metadata: MetadataBackend,
        limits: Limits,
        prepare: Callable[[Image], None] | None = None,
        *,
        at_once: int = 1,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._limits = limits
        self._prepare = prepare  # what is begun for each picture once it is in
        # A file of 160 kB can hold 50 megapixels, which take 200 MB: one in each thread of a
        # server is more than it has.  Who uploads waits for a turn, however long: unlike a
        # request for a rendition, an upload is not easily made again.
        self._decoding = threading.BoundedSemaphore(at_once)

    def add(
        self, file: BinaryIO, description: Description, visitor_id: str = PROGRAM
    ) -> UploadResult:
        """Add a picture, from a seekable file read from its start.

        A picture that is there already keeps what is known about it and gets the new
        title, references and tags on top; one in the trash comes back.  Raises BadUpload
        (NotAnImage, TooLarge, IdCollision), BadInput, StorageUnavailable.
        """
        description = _cleaned(description)
        with self._decoding:
            facts = examine(file, self._limits)
        image_id, measured = facts.image_id, facts.measured
        filename = description.filename or DEFAULT_FILENAME
        # The original first, its record last: a crash between them leaves bytes that
        # nobody refers to, and never a record without a picture.
        info = OriginalInfo(measured.contenttype, measured.width, measured.height, filename)
        self._originals.put(image_id, file, info)
        was_there = False

        def change(image: Image | None) -> Image:
            nonlocal was_there
            was_there = image is not None and image.trashed is None
            return _merged(image, facts, description, datetime.now(UTC))

        image = self._metadata.images.save(image_id, change)
        if self._originals.length(image_id) is None:
            # It was removed for good before there was a record again.
            self._originals.put(image_id, file, info)
        if description.tags:
            self._metadata.annotations.save(
                image_id, visitor_id, lambda annotation: _tagged(annotation, description)
            )
        title = description.title or description.default_title
        audit.record("uploaded", image_id, filename=filename, title=title)
        if self._prepare:
            self._prepare(image)
        return UploadResult(image, not was_there)


def _cleaned(description: Description) -> Description:
    return replace(
        description,
        title=clean_title(description.title),
        default_title=clean_title(description.default_title),
        filename=clean_filename(description.filename),
        tags=add_tags((), description.tags),
        references=clean_references(description.references),
        type=clean_title(description.type),
    )


def _merged(image: Image | None, facts: FileInfo, said: Description, now: datetime) -> Image:
    if image is None:
        created = said.timestamp or now
        image = Image(facts.image_id, created, now, facts.measured.width, facts.measured.height)
    elif image.sha256 and image.sha256 != facts.sha256:
        raise IdCollision(f"another picture is known under the ID {facts.image_id}")
    title = said.title or ("" if image.titles else said.default_title)
    merged = replace(
        with_file_info(image, facts),
        filename=image.filename or said.filename,
        titles=retitled(image.titles, title),
        references=with_references(image.references, said.references),
        types=tuple(dict.fromkeys([*image.types, *filter(None, [said.type])])),
        trashed=None,
    )
    return image if merged == image else replace(merged, modified=now)


def retitled(titles: tuple[str, ...], title: str) -> tuple[str, ...]:
    """The titles with `title` as the newest, each once; unchanged if it is empty."""
    return (*(old for old in titles if old != title), title) if title else titles


def with_references(
    present: Mapping[str, tuple[str, ...]], new: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """The references with new ones added, each once."""
    merged = dict(present)
    for key, values in new.items():
        merged[key] = tuple(dict.fromkeys([*merged.get(key, ()), *values]))
    return merged


def _tagged(annotation: Annotation, description: Description) -> Annotation:
    return replace(annotation, tags=add_tags(annotation.tags, description.tags))
