"""The store of queries: pages, counts, neighbours, tags, changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

from ...domain.facet_counts import FacetCounts
from ...domain.models import (
    ArticlePage,
    Changes,
    Count,
    Image,
    Neighbours,
    Page,
    Query,
    Window,
)
from ...domain.months import MonthCounts


def _utc_today() -> date:
    return datetime.now(UTC).date()


class ImageSearch(ABC):
    """Many images: pages of a query, neighbours, random images, tags, changes.

    `today` returns the day from which `Query.ends` counts; a site sets that of its time zone.
    Cursors of such a query stay valid on the next day.
    """

    today: Callable[[], date] = staticmethod(_utc_today)

    @abstractmethod
    def page(self, query: Query, limit: int, cursor: str | None = None) -> Page:
        """Return at most `limit` images of a query, from its start or from a cursor.

        A cursor stays valid while images come and go: an image that matched all the time is
        neither repeated nor skipped.  Raises BadCursor.
        """

    @abstractmethod
    def cursor_at(self, query: Query, time: datetime) -> str:
        """Return the cursor of the page that begins at a time.

        In the order `oldest` it has the images created then and later; in `newest` those created
        before, and in `taken` those taken before.  Raises ValueError for other orders.
        """

    @abstractmethod
    def months(self, query: Query) -> MonthCounts:
        """Return the months of the images of a query, newest first, at most MAX_MONTHS.

        They are those of the times by which it is sorted, with the number of images in each.  Where
        finding them takes unbounded work, other images have some of them, or they are the months of
        all images; then the numbers are not known, or lower bounds.
        Raises ValueError for orders without times.
        """

    @abstractmethod
    def window(self, query: Query, image_id: str, before: int, after: int) -> Window:
        """Return at most `before` and `after` images around one image of a query.

        Both are in the order of the query's pages, and empty if the image does not match.
        """

    def neighbours(self, query: Query, image_id: str) -> Neighbours:
        """Return the IDs beside one image of a query; none if it does not match."""
        window = self.window(query, image_id, 1, 1)
        return Neighbours(
            window.before[0].id if window.before else None,
            window.after[0].id if window.after else None,
        )

    @abstractmethod
    def contains(self, query: Query, image_id: str) -> bool:
        """Return whether an image matches a query."""

    @abstractmethod
    def collection_sizes(self) -> dict[str, int]:
        """Return the number of images of each collection without the trash, by its ID.

        Collections without images are missing.
        """

    @abstractmethod
    def facet_sizes(self, kind: str) -> dict[str, int]:
        """Return the number of images with each value of a facet, without the trash.

        Values without images are missing.  For facets with few values.
        """

    @abstractmethod
    def facet_counts(self, query: Query, most: int = 1000) -> FacetCounts:
        """Return how many images of a query have each value of `domain.facet_counts.VALUES`.

        They are exact for all images, and for at most `most` images of any other query; of more,
        or where `count_of` is a lower bound, the first images are counted.
        """

    @abstractmethod
    def articles(
        self, key: str, limit: int, cursor: str | None = None, *, prefix: str = ""
    ) -> ArticlePage:
        """Return at most `limit` values of references with this key, and their images.

        Values are in an alphabetical order of the backend.  `prefix` selects those that begin
        with it, in any case of ASCII letters.  Trashed images and
        older versions do not count.  A page may be short, as for `page`.  Raises BadCursor.
        """

    @abstractmethod
    def count_articles(self, key: str, *, prefix: str = "", most: int = 1000) -> Count:
        """Return the number of values that `articles` lists, exact up to `most`."""

    @abstractmethod
    def ending(self, first: date, last: date, limit: int, cursor: str | None = None) -> Page:
        """Return images whose rights end on a day from `first` to `last`, earliest first.

        Trashed images do not count.  The page has no previous one.  Raises BadCursor.
        """

    @abstractmethod
    def count_ending(self, first: date, last: date, most: int = 1000) -> Count:
        """Return the number of images that `ending` lists, exact up to `most`."""

    @abstractmethod
    def alike(self, phash: str, limit: int) -> list[Image]:
        """Return at most `limit` visible images that look like a perceptual hash.

        The most similar first, equal ones oldest first; an image with this hash is among them.
        Where thousands of images have nearly this hash, some may be left out: the work is bounded.
        None look like `domain.likeness.FEATURELESS`.
        """

    @abstractmethod
    def random(self, count: int) -> list[Image]:
        """Return at most `count` different random images that are visible."""

    @abstractmethod
    def count(self) -> int:
        """Return the number of visible images: without the trash and older versions."""

    @abstractmethod
    def count_of(self, query: Query, most: int = 1000) -> Count:
        """Return the number of images of a query, exact up to `most`.

        It is a lower bound also where many images meet some of the conditions, but few all.
        """

    @abstractmethod
    def count_before(self, query: Query, image_id: str, most: int = 1000) -> Count | None:
        """Return the number of images before one of a query, exact up to `most`.

        None if the image does not match.  A lower bound where `count_of` is one.
        """

    @abstractmethod
    def changes(self, since: str = "", limit: int = 1000) -> Changes:
        """Return images whose record or annotations changed, or that were removed.

        `since` is the `since` of an earlier result; empty reads from the beginning.
        Raises BadCursor.
        """

    @abstractmethod
    def tags(self, prefix: str = "", limit: int | None = None) -> list[tuple[str, int]]:
        """Return tags that begin with `prefix` and their number of uses, most used first.

        Each visitor and image with the tag counts once, older versions of an image do not; ties
        are in alphabetical order.
        """

    @abstractmethod
    def reference_keys(self, limit: int) -> list[str]:
        """Return the keys of the references of images outside the trash, ascending."""

    @abstractmethod
    def spellings(self, tags: Iterable[str]) -> dict[str, str]:
        """Return the spellings of those tags that are not shown in lower case."""
