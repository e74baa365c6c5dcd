"""Jobs that replace several tags of images by one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...domain.history import TAGS, Change
from ...domain.models import Annotation
from ...domain.tags import with_renamed_tag
from ...errors import UnknownImage
from ...storage.interfaces import MetadataBackend
from .. import audit
from ..recorded_images import new_change
from ..tag_changes import MAX_VISITORS, TagChanges, owners_by_spelling
from .job import Item, Job
from .kinds import JobKind

_BATCH = 200  # images whose tags are read at once


class TagMerge(JobKind):
    """Replaces the `tags` of the order by the tag `into`, spelled like that, of all visitors.

    Also in the trash: an image that is restored has the new tag.
    """

    name = "tags"

    def __init__(self, metadata: MetadataBackend, changes: TagChanges) -> None:
        self._annotations = metadata.annotations
        self._changes = changes

    def items(self, order: Mapping[str, Any]) -> Iterator[Item]:
        tags: list[str] = order["tags"]
        for number, tag in enumerate(tags):
            pairs = itertools.groupby(self._annotations.with_tag(tag), lambda pair: pair[0])
            ids = (image_id for image_id, _ in pairs)
            while batch := list(itertools.islice(ids, _BATCH)):
                summaries = self._annotations.summaries(batch)
                for image_id in dict.fromkeys(batch):
                    # Those with an earlier tag are listed already.
                    if not any(earlier in summaries[image_id].tags for earlier in tags[:number]):
                        yield {"id": image_id}

    def apply(self, job: Job, item: Item) -> bool:
        image_id, tags, into = item["id"], job.order["tags"], job.order["into"]
        present = self._annotations.of_image(image_id)
        changed = {
            visitor: new
            for visitor, annotation in present.items()
            if (new := _renamed(annotation, tags, into)) != annotation
        }
        if not changed:
            return False
        self._changes.record(image_id, _history(present, tags, into))
        for visitor in changed:
            try:
                self._annotations.save(image_id, visitor, lambda old: _renamed(old, tags, into))
            except UnknownImage:
                return False  # removed meanwhile, with its annotations
        audit.record("tags replaced", image_id, tags=" ".join(tags), into=into)
        return True


def _renamed(annotation: Annotation, tags: Sequence[str], into: str) -> Annotation:
    for tag in tags:
        annotation = with_renamed_tag(annotation, tag, into)
    return annotation


def _history(present: Mapping[str, Annotation], tags: Sequence[str], into: str) -> list[Change]:
    """Return the changes of the tags of an image, by which they can be taken back."""
    owners = owners_by_spelling(present)
    new = into.lower()
    with_new = {visitor for visitor, annotation in present.items() if new in annotation.tags}
    affected = {
        visitor for tag in tags for group in owners.get(tag, {}).values() for visitor in group
    }
    changes = [
        new_change(TAGS, [typed], [into], respelled[:MAX_VISITORS])
        for typed, visitors in owners.get(new, {}).items()
        if typed != into and (respelled := [one for one in visitors if one in affected])
    ]
    for tag in tags:
        if tag == new:
            continue
        for typed, visitors in owners.get(tag, {}).items():
            for group, after in (
                ([visitor for visitor in visitors if visitor not in with_new], [into]),
                ([visitor for visitor in visitors if visitor in with_new], None),
            ):
                if group:
                    changes.append(new_change(TAGS, [typed], after, group[:MAX_VISITORS]))
        with_new.update(*owners.get(tag, {}).values())
    return changes
