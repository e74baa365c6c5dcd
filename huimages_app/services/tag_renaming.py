"""Rename and merge tags on all images, for all visitors, as jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..domain.tags import parse_tag
from ..domain.text import clean_tag
from ..errors import BadInput
from ..storage.interfaces import MetadataBackend
from . import audit
from .jobs.job import Job
from .jobs.jobs import Jobs
from .jobs.tag_merge import TagMerge

MAX_MERGED = 50  # tags at once


class TagRenaming:
    """Begins jobs that rename and merge tags.  Thread-safe.

    Every method raises BadInput for texts that are no tags, and StorageUnavailable.  The same
    order again returns the job that is open, so that an interrupted command can be repeated.
    """

    def __init__(self, metadata: MetadataBackend, jobs: Jobs) -> None:
        self._search = metadata.search
        self._jobs = jobs

    def uses(self, tag: str) -> int:
        """Return the number of images and visitors with a tag."""
        return dict(self._search.tags(tag)).get(tag, 0)

    def rename(self, tag: str, into: str) -> Job:
        """Give a tag another name, or only another spelling; return the job.

        Raises BadInput if the tag is not used, or if there is one with the new name: renaming
        back could not separate the two.
        """
        old, new = clean_tag(tag), parse_tag(into)
        order = {"tags": [old], "into": new}
        if job := self._open_job(order):
            return job
        self._require_used(old)
        if new.lower() != old and self.uses(new.lower()):
            raise BadInput(f"there is a tag {new} already; merge {old} into it instead")
        return self._begin("tag renamed", order)

    def merge(self, tags: Sequence[str], into: str) -> Job:
        """Replace tags by one of them or by another one; return the job.

        Raises BadInput if one of them is not used, and for too many.
        """
        new = parse_tag(into)
        merged = [tag for tag in dict.fromkeys(map(clean_tag, tags)) if tag != new.lower()]
        if not merged:
            raise BadInput("no tags were given that could be merged")
        if len(merged) > MAX_MERGED:
            raise BadInput(f"{len(merged)} tags are too many; expected at most {MAX_MERGED}")
        order = {"tags": merged, "into": new}
        if job := self._open_job(order):
            return job
        for tag in merged:
            self._require_used(tag)
        return self._begin("tags merged", order)

    def _begin(self, action: str, order: dict[str, Any]) -> Job:
        job = self._jobs.create(TagMerge.name, order)
        audit.record(action, tags=" ".join(order["tags"]), into=order["into"], job=job.id)
        return job

    def _open_job(self, order: dict[str, Any]) -> Job | None:
        for job in self._jobs.all():
            if job.is_open and job.kind == TagMerge.name and dict(job.order) == order:
                return job
        return None

    def _require_used(self, tag: str) -> None:
        if not self.uses(tag):
            raise BadInput(f"no picture has the tag {tag[:64]!r}; nothing was changed")
