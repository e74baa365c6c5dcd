"""Jobs that apply an edited table to images."""

from __future__ import annotations

from ...domain.models import Image
from ...errors import EditConflict
from ...storage.interfaces import MetadataBackend
from .. import audit
from ..editing import Editing
from ..spreadsheets import columns
from ..tag_changes import TagChanges
from .job import Item, Job
from .kinds import JobKind


class TableKind(JobKind):
    """Applies compared rows: the items of `ComparedRow`.

    `visitor` in the order is the owner of the added tags.
    """

    name = "table"

    def __init__(self, metadata: MetadataBackend, editing: Editing, tags: TagChanges) -> None:
        self._images = metadata.images
        self._editing = editing
        self._tags = tags

    def apply(self, job: Job, item: Item) -> bool:
        image_id = item["id"]
        if item["cells"]:
            self._editing.change(image_id, lambda image: _changed(image, item))
        if item["add"] or item["remove"]:
            visitor = job.order["visitor"]
            self._tags.change(image_id, visitor, add=item["add"], remove=item["remove"])
        history = self._images.get(image_id).history
        is_changed = any(change.job == job.id for change in history)
        if is_changed:
            audit.record("changed by a table", image_id)
        return is_changed


def _changed(image: Image, item: Item) -> Image:
    """Return the changed record; raises EditConflict if it has changed since the export.

    A record that has the values of the table stays as it is: an interrupted job changed it before.
    """
    new = columns.patch_of(item["cells"]).applied_to(image)
    if new != image and item["etag"] and item["etag"] != columns.record_etag(image):
        raise EditConflict(image.id)
    return new
