"""Read the records of images: one, many, pages of a query, random ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from functools import partial

from ..domain.facet_counts import FacetCounts, replaceable, with_counts_of
from ..domain.filters import Filters
from ..domain.models import Changes, Count, Image, Neighbours, Page, Query, Window
from ..domain.months import TIMED, MonthCounts
from ..domain.periods import ALWAYS, Period
from ..errors import BadInput, UnknownImage
from ..storage.interfaces import MetadataBackend, Originals
from .paging import all_pages

_BATCH = 500  # records read at once

# Returns the query of a list with these filters; None if the list is certainly empty.
QueryOf = Callable[[Filters], Query | None]


class Images:
    """Reads images.  Thread-safe.  Every method raises StorageUnavailable."""

    def __init__(self, originals: Originals, metadata: MetadataBackend) -> None:
        self._originals = originals
        self._metadata = metadata
        self._records = metadata.images
        self._search = metadata.search

    def reading(self) -> AbstractContextManager[None]:
        """Send equal requests of this thread once in the block: see `MetadataBackend.reading`."""
        return self._metadata.reading()

    def get(self, image_id: str) -> Image:
        """Return the record; raises RemovedImage, and UnknownImage also for the trash."""
        return require_present(self._records.get(image_id))

    def get_any(self, image_id: str) -> Image:
        """Return the record, also of an image in the trash; raises UnknownImage, RemovedImage."""
        return self._records.get(image_id)

    def get_many(self, image_ids: Iterable[str], *, with_trash: bool = False) -> dict[str, Image]:
        """Return the records that exist, by ID, in the order of `image_ids`."""
        found = self._records.get_many(image_ids)
        return {key: image for key, image in found.items() if with_trash or image.trashed is None}

    def with_id_prefix(self, prefix: str) -> Iterator[Image]:
        """Yield the visible images whose IDs begin with `prefix`, by ascending ID."""
        ids = itertools.takewhile(
            lambda image_id: image_id.startswith(prefix), self._records.ids(prefix)
        )
        while batch := list(itertools.islice(ids, _BATCH)):
            found = self.get_many(batch).values()
            yield from (image for image in found if not image.replaced_by)

    def length(self, image_id: str) -> int:
        """Return the number of bytes of the original, also in the trash; raises UnknownImage.

        Records of huImages 2.2 lack it; then the storage of originals is read.
        """
        length = self._records.get(image_id).length or self._originals.length(image_id)
        if length is None:
            raise UnknownImage.without_original(image_id)
        return length

    def page(
        self, query: Query, limit: int, cursor: str | None = None, at: Period = ALWAYS
    ) -> Page:
        """Return at most `limit` images of a query, from a cursor on, or else from a period on.

        The page begins with the latest images of the period, in the order `oldest` with the
        earliest.  Raises BadCursor, and BadInput for a period in an order without times.
        """
        if cursor is None and at != ALWAYS:
            _require_times(query)
            time = at.start if query.order == "oldest" else at.end
            cursor = self._search.cursor_at(query, time) if time else None
        return self._search.page(query, limit, cursor)

    def months(self, query: Query) -> MonthCounts:
        """Return the months at which a query can be entered, in its order, and their numbers.

        See `ImageSearch.months`; raises BadInput for an order without times.
        """
        _require_times(query)
        months = self._search.months(query)
        return dict(reversed(months.items())) if query.order == "oldest" else months

    def window(self, query: Query, image_id: str, before: int, after: int) -> Window:
        """Return at most `before` and `after` images around one image of a query."""
        return self._search.window(query, image_id, before, after)

    def neighbours(self, query: Query, image_id: str) -> Neighbours:
        """Return the IDs beside one image of a query; none if it does not match."""
        return self._search.neighbours(query, image_id)

    def ending(self, first: date, last: date, limit: int, cursor: str | None = None) -> Page:
        """Return images whose rights end on a day from `first` to `last`, earliest first.

        Raises BadCursor.
        """
        return self._search.ending(first, last, limit, cursor)

    def all_ending(self, first: date, last: date) -> Iterator[Image]:
        """Yield all of these images."""
        for page in all_pages(partial(self.ending, first, last, _BATCH)):
            yield from page.images

    def count_ending(self, first: date, last: date) -> Count:
        """Return the number of these images, exact up to 1000."""
        return self._search.count_ending(first, last)

    def facet_sizes(self, kind: str) -> dict[str, int]:
        """Return the number of images with each value of a facet, without the trash."""
        return self._search.facet_sizes(kind)

    def facet_counts(self, filters: Filters, query_of: QueryOf) -> FacetCounts:
        """Return how many images of a list have each value of its filters, exact up to 1000.

        `filters` are those in force, `query_of` returns the query of the list with others.
        Choosing another value of a filter with a single value replaces it, so its numbers are
        those of the list without this filter: four counts at most.
        """
        counts = self._facet_counts(query_of(filters))
        for name, others in replaceable(filters):
            counts = with_counts_of(name, self._facet_counts(query_of(others)), counts)
        return counts

    def _facet_counts(self, query: Query | None) -> FacetCounts:
        return {} if query is None else self._search.facet_counts(query)

    def random(self, count: int) -> list[Image]:
        """Return at most `count` different random images, none from the trash."""
        return self._search.random(count)

    def count(self) -> int:
        """Return the number of images without the trash."""
        return self._search.count()

    def count_of(self, query: Query, most: int = 1000) -> Count:
        """Return the number of images of a query, exact up to `most`."""
        return self._search.count_of(query, most)

    def count_before(self, query: Query, image_id: str, most: int = 1000) -> Count | None:
        """Return the number of images before one of a query, exact up to `most`.

        None if the image does not match.
        """
        return self._search.count_before(query, image_id, most)

    def tags(self, prefix: str = "", limit: int | None = None) -> list[tuple[str, int]]:
        """Return tags that begin with `prefix` and their number of uses, most used first."""
        return self._search.tags(prefix, limit)

    def count_tags(self, prefix: str = "", most: int = 1000) -> Count:
        """Return the number of tags that begin with `prefix`, exact up to `most`."""
        return Count.up_to(most, len(self._search.tags(prefix, most + 1)))

    def reference_keys(self, limit: int) -> list[str]:
        """Return the keys of the references of images outside the trash, ascending."""
        return self._search.reference_keys(limit)

    def spellings(self, tags: Iterable[str]) -> dict[str, str]:
        """Return the spellings of those tags that are not shown in lower case."""
        return self._search.spellings(tags)

    def changes(self, since: str = "", limit: int = 1000) -> Changes:
        """Return images changed or removed after `since` of an earlier result; raises BadCursor."""
        return self._search.changes(since, limit)


def _require_times(query: Query) -> None:
    if query.order not in TIMED:
        raise BadInput(f"the order {query.order} has no dates; expected {' or '.join(TIMED)}")


def require_present(image: Image) -> Image:
    """Return the image; raises UnknownImage if it is in the trash."""
    if image.trashed is not None:
        raise UnknownImage.in_trash(image.id)
    return image
