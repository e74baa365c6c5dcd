"""Jobs that change the same fields of many images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ...domain.history import TAGS
from ...domain.models import Image, Query
from ...domain.tags import by_tag
from ...storage.interfaces import MetadataBackend
from ...storage.plain_values import from_plain, to_plain
from .. import audit
from ..editing import Editing
from ..image_edit import ImageEdit, Operation
from ..paging import all_pages
from ..tag_changes import TagChanges
from .job import Item, Job
from .kinds import JobKind

NAME = "edit"

_PAGE = 200  # images read at once


def order_of(edit: ImageEdit, visitor_id: str, query: Query | None = None) -> dict[str, Any]:
    """Return the order of a job: for all images of `query`, or for given items.

    Added tags are those of the visitor.
    """
    order: dict[str, Any] = {"edit": edit.document, "visitor": visitor_id}
    if query is not None:
        # By time: no edit changes this order, so each image is listed once.
        order["query"] = to_plain(query.by_time)
    return order


class BulkEdit(JobKind):
    """Applies an `ImageEdit`."""

    name = NAME

    def __init__(self, metadata: MetadataBackend, editing: Editing, tags: TagChanges) -> None:
        self._images = metadata.images
        self._search = metadata.search
        self._annotations = metadata.annotations
        self._editing = editing
        self._tags = tags

    def items(self, order: Mapping[str, Any]) -> Iterator[Item]:
        query = from_plain(Query, order["query"])
        for page in all_pages(partial(self._search.page, query, _PAGE)):
            for image in page.images:
                yield {"id": image.id}

    def apply(self, job: Job, item: Item) -> bool:
        edit = ImageEdit.parse(job.order["edit"])
        image_id = item["id"]
        self._editing.change(image_id, lambda image: _edited(image, edit, job.id))
        if edit.tags:
            self._change_tags(image_id, edit.tags, job.order["visitor"])
        history = self._images.get(image_id).history
        is_changed = any(change.job == job.id for change in history)
        if is_changed:
            audit.record("edited by a job", image_id)
        return is_changed

    def _change_tags(self, image_id: str, operation: Operation, visitor_id: str) -> None:
        add = operation.values if operation.verb != "remove" else ()
        remove = operation.values if operation.verb == "remove" else ()
        if operation.verb == "set" or not operation.values:
            kept = by_tag(operation.values)
            present = self._annotations.summary(image_id).tags
            remove = tuple(tag for tag in present if tag not in kept)
        self._tags.change(image_id, visitor_id, add=add, remove=remove)


def _edited(image: Image, edit: ImageEdit, job_id: str) -> Image:
    """Return the changed record; the same if the job changed it before it was interrupted."""
    if any(change.job == job_id and change.field != TAGS for change in image.history):
        return image
    return edit.applied_to(image)
