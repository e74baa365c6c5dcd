"""Find links between versions of an image that do not fit together, and correct them.

A process that was killed during a replacement leaves such links, and so do two nodes of CouchDB
that replaced the same image at once.  The last replacement counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ...domain.models import Image
from ...errors import RemovedImage, UnknownImage
from ...storage.interfaces import MetadataBackend
from ..version_links import VersionLinks, without

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Fault:
    """A fault in the links of an image, in words, and its correction."""

    detail: str
    correct: Callable[[], object]


class VersionCheck:
    """Checks the links of single images.  Thread-safe.  Methods raise StorageUnavailable."""

    def __init__(self, metadata: MetadataBackend) -> None:
        self._images = metadata.images
        self._links = VersionLinks(metadata)

    def fault(self, image_id: str) -> Fault | None:
        """Return the first fault in the links of an image; None if there is none."""
        image = self._images.get_many([image_id]).get(image_id)
        if image is None:
            return None
        if image.replaced_by:
            return self._fault_of_older(image)
        return self._fault_of_newest(image) if image.versions else None

    def _fault_of_older(self, image: Image) -> Fault | None:
        if image.versions:
            return Fault(
                "it is an older version and lists versions itself",
                lambda: self._images.update(image.id, lambda stored: replace(stored, versions=())),
            )
        newest = self._links.newest(image)
        if newest is None:
            return self._fault_without_newest(image)
        if image.id in newest.versions:
            return None
        return Fault(
            f"its newest version {newest.id} does not list it",
            lambda: self._images.update(
                newest.id,
                lambda stored: replace(
                    stored, versions=(image.id, *without(stored.versions, image.id))
                ),
            ),
        )

    def _fault_without_newest(self, image: Image) -> Fault | None:
        chain = [image]
        while True:
            target = chain[-1].replaced_by
            found = self._images.get_many([target]).get(target)
            if found is None:
                break
            if found in chain:
                return self._circle(chain[chain.index(found) :])
            chain.append(found)
        if len(chain) > 1:
            return None  # the one that names the missing image has the fault
        return Fault(
            f"its newest version {image.replaced_by} does not exist",
            lambda: self._links.stand_alone(
                image.id, (), trash=self._is_removed(image.replaced_by)
            ),
        )

    def _circle(self, members: list[Image]) -> Fault:
        # All members name another one; the one that was named last is the newest.
        ordered = sorted(members, key=lambda member: (member.versioned or _NEVER, member.id))
        newest = ordered[-1].replaced_by
        others = [member.id for member in ordered if member.id != newest]
        return Fault(
            f"the versions {', '.join(sorted(member.id for member in members))} replace each other",
            lambda: self._links.stand_alone(newest, others, trash=False),
        )

    def _is_removed(self, image_id: str) -> bool:
        try:
            self._images.get(image_id)
        except RemovedImage:
            return True
        except UnknownImage:
            return False
        return False

    def _fault_of_newest(self, image: Image) -> Fault | None:
        older = {one.id: one for one in self._links.older(image)}
        faults = (self._fault_between(image, v, older.get(v)) for v in image.versions)
        return next(filter(None, faults), None)

    def _fault_between(self, image: Image, version: str, older: Image | None) -> Fault | None:
        if older is None:
            return self._listed_wrongly(image, version, "does not exist")
        if older.replaced_by == image.id:
            return None
        is_later = (older.versioned or _NEVER) > (image.versioned or _NEVER)
        if is_later and self._links.newest(older) != image:
            return self._listed_wrongly(image, version, "is no version of it any more")
        return Fault(
            f"the replacement of its older version {version} was not finished",
            lambda: self._finish(image.id, version),
        )

    def _listed_wrongly(self, image: Image, version: str, reason: str) -> Fault:
        return Fault(
            f"its older version {version} {reason}",
            lambda: self._images.update(
                image.id,
                lambda stored: replace(stored, versions=without(stored.versions, version)),
            ),
        )

    def _finish(self, newest_id: str, version: str) -> None:
        self._links.copy_annotations(version, newest_id)
        self._links.mark([version], newest_id, datetime.now(UTC), even_later=True)
