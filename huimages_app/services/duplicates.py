"""Images that look alike: the work list of editors, hints, and false alarms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..domain.facets import ALIKE
from ..domain.likeness import MAX_ALIKE, MAX_UNLIKE, are_alike, is_matched
from ..domain.models import Count, Image, Query
from ..errors import BadInput, UnknownImage
from ..storage.interfaces import MetadataBackend
from . import audit
from .images import require_present
from .matched_images import without
from .paging import all_pages

# images of a group; further ones are listed once these are dismissed or removed
MAX_IN_GROUP = 24
# Images that one call declares different from each other.
MAX_DISMISSED = 50

_QUERY = Query(facets=(ALIKE,))
_PER_PAGE = 60  # images with similar ones that one page reads


@dataclass(frozen=True)
class Group:
    """Images that look like one of them, at least two: the largest first, then the oldest."""

    images: Sequence[Image]


@dataclass(frozen=True)
class Likeness:
    """The images that look like one, most similar first, and those among them dismissed as such."""

    alike: Sequence[Image] = ()
    dismissed: Sequence[Image] = ()


@dataclass(frozen=True)
class GroupPage:
    """A page of groups, those with the newest image first; it may be empty and have a next one."""

    groups: Sequence[Group]
    next: str | None = None


class Duplicates:
    """Finds images that look alike.  Thread-safe.  Every method raises StorageUnavailable."""

    def __init__(self, metadata: MetadataBackend) -> None:
        self._records = metadata.images
        self._search = metadata.search

    def page(self, limit: int = _PER_PAGE, cursor: str | None = None) -> GroupPage:
        """Return the groups of at most `limit` images that look like others; raises BadCursor.

        Groups that share an image are one, if a page has both.
        """
        page = self._search.page(_QUERY, limit, cursor)
        return GroupPage(self._groups(page.images), page.next)

    def all(self) -> Iterator[Group]:
        """Yield all groups, read page by page."""
        for page in all_pages(partial(self._search.page, _QUERY, _PER_PAGE)):
            yield from self._groups(page.images)

    def count(self) -> Count:
        """Return the number of images that look like older ones, exact up to 1,000."""
        return self._search.count_of(_QUERY)

    def found_at_upload(self, image: Image) -> list[Image]:
        """Return the images that the upload has found, most similar first."""
        return self._listed(image.alike)

    def of_image(self, image: Image) -> list[Image]:
        """Return the images that look like one now, most similar first, without false alarms."""
        return list(self.likeness_of(image).alike)

    def likeness_of(self, image: Image) -> Likeness:
        """Return what `of_image` returns, and the false alarms that were dismissed."""
        if not is_matched(image):
            return Likeness()
        similar = self._search.alike(image.phash, MAX_ALIKE + 1)
        others = [other for other in similar if other.id != image.id and other.is_listed]
        dismissed = [other for other in others if _is_dismissed(image, other)]
        alike = [other for other in others if not _is_dismissed(image, other)]
        return Likeness(alike[:MAX_ALIKE], dismissed[:MAX_ALIKE])

    def dismiss(self, image_ids: Iterable[str]) -> None:
        """Declare each of these images to be different from all others of them.

        Raises BadInput for less than two or more than MAX_DISMISSED images, UnknownImage.
        """
        chosen = [image.id for image in self._chosen(image_ids)]
        for image_id in chosen:
            others = [other for other in chosen if other != image_id]
            self._records.update(image_id, partial(_unlike, others))
        for image_id in chosen[1:]:
            audit.record("dismissed duplicate", image_id, of=chosen[0])

    def undismiss(self, image_ids: Iterable[str]) -> None:
        """Take back that these images are different from each other; list those that look alike.

        Raises as `dismiss`.
        """
        chosen = self._chosen(image_ids)
        for image in chosen:
            change = partial(_comparable, [other for other in chosen if other.id != image.id])
            self._records.update(image.id, change)
        for image in chosen[1:]:
            audit.record("took back dismissal of duplicate", image.id, of=chosen[0].id)

    def _chosen(self, image_ids: Iterable[str]) -> list[Image]:
        chosen = list(dict.fromkeys(image_ids))
        if not 2 <= len(chosen) <= MAX_DISMISSED:
            raise BadInput(f"{len(chosen)} images given; expected 2 to {MAX_DISMISSED}")
        found = self._records.get_many(chosen)
        for image_id in chosen:
            if image_id not in found:
                raise UnknownImage(image_id)
            require_present(found[image_id])
        return [found[image_id] for image_id in chosen]

    def _groups(self, images: Sequence[Image]) -> list[Group]:
        """Return the images with those that they look like, joined where they overlap."""
        others = self._records.get_many({other for image in images for other in image.alike})
        joined: list[dict[str, Image]] = []
        for image in images:
            group = {image.id: image} | {
                other.id: other
                for other in map(others.get, image.alike)
                if other and _may_be_duplicate(image, other)
            }
            if len(group) < 2:
                continue  # a process of an older version has put the others into the trash
            for overlapping in [one for one in joined if one.keys() & group.keys()]:
                joined.remove(overlapping)
                group |= overlapping
            joined.append(group)
        joined.sort(key=lambda group: max(one.created for one in group.values()), reverse=True)
        return [Group(sorted(group.values(), key=_by_size)[:MAX_IN_GROUP]) for group in joined]

    def _listed(self, image_ids: Iterable[str]) -> list[Image]:
        return [one for one in self._records.get_many(image_ids).values() if one.is_listed]


def larger_of(images: Iterable[Image]) -> Image | None:
    """Return the image with the most pixels; None if several have as many."""
    ordered = sorted(images, key=_by_size)
    if len(ordered) > 1 and pixels(ordered[0]) == pixels(ordered[1]):
        return None
    return ordered[0] if ordered else None


def pixels(image: Image) -> int:
    """Return the number of pixels."""
    return image.width * image.height


def _by_size(image: Image) -> tuple[object, ...]:
    return -pixels(image), image.created, image.id


def _may_be_duplicate(image: Image, other: Image) -> bool:
    return other.id != image.id and other.is_listed and not _is_dismissed(image, other)


def _is_dismissed(image: Image, other: Image) -> bool:
    return other.id in image.unlike or image.id in other.unlike


def _unlike(others: Sequence[str], image: Image) -> Image:
    known = [one for one in image.unlike if one not in others]
    return replace(without(image, others), unlike=tuple([*known, *others][-MAX_UNLIKE:]))


def _comparable(others: Sequence[Image], image: Image) -> Image:
    """Return the record after `others` were undismissed; the newer image of a pair names it."""
    unlike = tuple(one for one in image.unlike if one not in {other.id for other in others})
    older = [
        other.id
        for other in others
        if (other.created, other.id) < (image.created, image.id)
        and _is_dismissed(image, other)
        and image.id not in other.alike
        and _look_alike(image, other)
    ]
    alike = tuple(dict.fromkeys([*image.alike, *older]))[:MAX_ALIKE]
    return replace(image, unlike=unlike, alike=alike)


def _look_alike(image: Image, other: Image) -> bool:
    is_compared = is_matched(image) and is_matched(other)
    return is_compared and are_alike(image.phash, other.phash)
