"""Tags of an image that are changed under a name, with an entry in its history.

Tags are no part of the record, so the entry is written first: a process that is killed in
between leaves an entry of a change that was not made, which can be taken back all the same, and
never a change without an entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..domain.history import TAGS, Change, extended
from ..domain.models import Annotation, Image
from ..domain.tags import by_tag, with_tags, without_tags
from ..errors import EditConflict
from ..storage.interfaces import MetadataBackend
from . import audit
from .images import require_present
from .recorded_images import new_change

MAX_VISITORS = 50  # of one change; more are not restored


class TagChanges:
    """Changes tags.  Thread-safe.  Every method raises UnknownImage and StorageUnavailable."""

    def __init__(self, metadata: MetadataBackend) -> None:
        self._images = metadata.images
        self._annotations = metadata.annotations

    def change(
        self,
        image_id: str,
        visitor_id: str,
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> bool:
        """Add tags that no visitor gave, for `visitor_id`, and remove tags of all visitors.

        Both as typed, in any case.  Returns whether there was anything to change.  Raises BadInput
        for too many tags.
        """
        require_present(self._images.get(image_id))
        present = self._annotations.of_image(image_id)
        owners = owners_by_spelling(present)
        added = [typed for tag, typed in by_tag(add).items() if tag not in owners]
        removed = [tag for tag in by_tag(remove) if tag in owners]
        with_tags(present.get(visitor_id, Annotation()), added)  # refuses too many
        if not added and not removed:
            return False
        changes = [
            new_change(TAGS, [typed], None, visitors[:MAX_VISITORS])
            for tag in removed
            for typed, visitors in owners[tag].items()
        ]
        if added:
            changes.append(new_change(TAGS, None, added, [visitor_id]))
        self.record(image_id, changes)
        affected = {one for tag in removed for visitors in owners[tag].values() for one in visitors}
        for visitor in affected | ({visitor_id} if added else set()):
            self._replace(image_id, visitor, removed, added if visitor == visitor_id else ())
        return True

    def change_own(
        self,
        image_id: str,
        visitor_id: str,
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> None:
        """Add and remove a visitor's own tags; raises BadInput for too many.

        The history gets an entry if the actor has a name.  The tags of anonymous visitors are
        opinions, and would displace the changes of editors.
        """
        require_present(self._images.get(image_id))
        if audit.author():
            present = self._annotations.get(image_id, visitor_id)
            changed = with_tags(without_tags(present, remove), add)
            added = [changed.spelling(tag) for tag in changed.tags if tag not in present.tags]
            removed = [present.spelling(tag) for tag in present.tags if tag not in changed.tags]
            if added or removed:
                own = new_change(TAGS, removed or None, added or None, [visitor_id])
                self.record(image_id, [own])
        self._replace(image_id, visitor_id, remove, add)

    def record(self, image_id: str, changes: Sequence[Change]) -> None:
        """Add changes to the history of an image, unless the same job wrote the same before."""

        def with_changes(image: Image) -> Image:
            known = [(c.job, c.before, c.after) for c in image.history if c.job]
            new = [c for c in changes if (c.job, c.before, c.after) not in known]
            return replace(image, history=extended(image.history, new))

        self._images.update(image_id, with_changes)

    def take_back(self, image_id: str, change: Change) -> None:
        """Remove the tags that a change added, and give back those that it removed.

        Visitors whose tags changed again since keep them; raises EditConflict if all of them did.
        """
        removed, added = change.before or [], change.after or []
        present = {visitor: self._annotations.get(image_id, visitor) for visitor in change.visitors}
        if all(_has(annotation, removed, added) for annotation in present.values()):
            return  # as it was before
        affected = [visitor for visitor, one in present.items() if _has(one, added, removed)]
        if not affected:
            raise EditConflict.of_field(image_id, TAGS)
        back = [new_change(TAGS, added or None, removed or None, affected)]
        self.record(image_id, back)
        for visitor in affected:
            self._replace(image_id, visitor, added, removed)

    def _replace(
        self, image_id: str, visitor: str, removed: Sequence[str], added: Sequence[str]
    ) -> None:
        gone = [tag for tag in by_tag(removed) if tag not in by_tag(added)]

        def change(annotation: Annotation) -> Annotation:
            return with_tags(without_tags(annotation, gone), added)

        self._annotations.save(image_id, visitor, change)


def owners_by_spelling(annotations: Mapping[str, Annotation]) -> dict[str, dict[str, list[str]]]:
    """Return the visitors of each tag, by the spelling that they typed."""
    owners: dict[str, dict[str, list[str]]] = {}
    for visitor, annotation in annotations.items():
        for tag in annotation.tags:
            owners.setdefault(tag, {}).setdefault(annotation.spelling(tag), []).append(visitor)
    return owners


def _has(annotation: Annotation, wanted: Sequence[str], unwanted: Sequence[str]) -> bool:
    """Return whether an annotation has all wanted tags, and none that is unwanted.

    The spelling counts only for tags that are both.
    """
    lacking = by_tag(unwanted)
    for tag, typed in by_tag(wanted).items():
        is_respelled = lacking.pop(tag, None) is not None
        if tag not in annotation.tags or (is_respelled and annotation.spelling(tag) != typed):
            return False
    return not any(tag in annotation.tags for tag in lacking)
