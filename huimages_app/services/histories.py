"""Histories of images: read them, and take changes back."""

from __future__ import annotations

from typing import Any

from ..domain.history import TAGS, Change, History, Value
from ..domain.image_fields import TRASHED, fields_of, with_field
from ..domain.models import Image
from ..errors import BadInput, EditConflict, UnknownChange
from ..storage.interfaces import MetadataBackend
from . import audit
from .editing import Editing
from .recorded_images import taking_back
from .tag_changes import TagChanges

_AS_THE_CHANGE_LEFT_IT = object()


class Histories:
    """Reads histories and takes changes back.  Thread-safe.

    Every method raises UnknownImage and StorageUnavailable.
    """

    def __init__(self, metadata: MetadataBackend, editing: Editing, tags: TagChanges) -> None:
        self._images = metadata.images
        self._editing = editing
        self._tags = tags

    def of(self, image_id: str) -> History:
        """Return the history of an image, also of one in the trash, oldest change first."""
        return self._images.get(image_id).history

    def change(self, image_id: str, change_id: str) -> Change:
        """Return one change; raises UnknownChange."""
        for change in self.of(image_id):
            if change.id == change_id:
                return change
        raise UnknownChange(image_id, change_id)

    def take_back(
        self, image_id: str, change_id: str, present: Value = _AS_THE_CHANGE_LEFT_IT
    ) -> Image:
        """Give a field the value that it had before a change; return the record.

        Raises UnknownChange; EditConflict if the present value is another one than `present`, by
        default the one that the change stored; BadInput if the field cannot have its former
        value any more.
        """
        change = self.change(image_id, change_id)
        if present is _AS_THE_CHANGE_LEFT_IT:
            present = change.after
        self._take_back(image_id, change, present)
        return self._images.get(image_id)

    def take_back_job(self, image_id: str, job_id: str) -> list[tuple[str, str]]:
        """Take back all that a job changed in an image, the last change first.

        Returns field and reason of each change that stays because of later ones.  Raises
        UnknownChange if the history has no change of the job, or no longer.
        """
        history = self.of(image_id)
        undone = {change.undoes for change in history}
        made = [change for change in history if change.job == job_id and not change.undoes]
        if not made:
            raise UnknownChange.of_job(image_id)
        kept = []
        for change in reversed(made):
            if change.id in undone:
                continue
            try:
                self._take_back(image_id, change, change.after)
            except (EditConflict, BadInput) as error:
                kept.append((change.field, str(error)))
        return kept

    def _take_back(self, image_id: str, change: Change, present: Value) -> None:
        with taking_back(change.id):
            if change.field == TAGS:
                self._tags.take_back(image_id, change)
            elif change.field == TRASHED:
                (self._editing.trash if change.before else self._editing.restore)(image_id)
            else:
                self._editing.change(image_id, lambda image: _restored(image, change, present))
        audit.record("change taken back", image_id, field=change.field, change=change.id)


def _restored(image: Image, change: Change, present: Value) -> Image:
    value = fields_of(image).get(change.field)
    if value == change.before:
        return image
    if value != present:
        raise EditConflict.of_field(image.id, change.field)
    restored = with_field(image, change.field, change.before)
    if fields_of(restored).get(change.field) != change.before:
        raise BadInput(
            f"the field {change.field} of the image {image.id} cannot have its former value any "
            "more: another field does not allow it"
        )
    return restored


def json_of_change(change: Change) -> dict[str, Any]:
    """Return what a change did, as JSON for clients; without its ID and time."""
    return {
        "by": change.by or None,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "job": change.job or None,
        "undoes": change.undoes or None,
    }
