"""Article numbers in alphabetical order, with the number of their images and the first one."""

from __future__ import annotations

from ...domain.models import ArticlePage, ArticleSummary, Count
from .. import cursors
from ..places import folded
from .codec import image_of
from .database import Database

_VIEW = "by_place"
_END = "\ufff0"  # sorts after every character of a number
_MAX_ROWS = 1000  # images whose positions are read for a page


class CouchArticles:
    """Pages of article numbers, with three requests each, and their number."""

    def __init__(self, images: Database) -> None:
        self._images = images

    def page(self, key: str, limit: int, cursor: str | None, prefix: str) -> ArticlePage:
        """Return a page of values of references with this key.  Raises BadCursor.

        It ends early where its articles have very many images, and where CouchDB sorts numbers
        with other letters, as é for e, among those that begin with the prefix.
        """
        scope = ("couchdb", "articles", key, prefix)
        after = str(cursors.decode(scope, cursor)[0]) if cursor is not None else None
        counts = self._counts(key, prefix, after, limit + 1)
        numbers = list(counts)
        if not numbers:
            return ArticlePage(())
        first_ids = self._first_ids(key, numbers[0], numbers[-1])
        # The first images of the others are beyond the rows that were read.
        page = [number for number in numbers[:limit] if number in first_ids]
        documents = self._images.get_many(first_ids[number] for number in page)
        shown = [
            ArticleSummary(number, counts[number], image_of(document))
            for number in page
            if (document := documents.get(first_ids[number])) and _begins(number, prefix)
        ]
        if len(page) == len(numbers):
            return ArticlePage(shown)
        # An article whose images were all removed between the two requests is skipped.
        last = page[-1] if page else numbers[0]
        return ArticlePage(shown, cursors.encode(scope, [last]))

    def count(self, key: str, prefix: str, most: int) -> Count:
        """Return the number of values, exact up to `most`, by one request for reduced values."""
        numbers = self._counts(key, prefix, None, most + 1)
        found = sum(1 for number in numbers if _begins(number, prefix))
        return Count(min(found, most), is_exact=len(numbers) <= most)

    def _counts(self, key: str, prefix: str, after: str | None, limit: int) -> dict[str, int]:
        start = [False, key, folded(prefix)]
        if after is not None:
            start = [False, key, folded(after), after, {}]
        rows = self._images.rows(
            _VIEW,
            startkey=start,
            endkey=[False, key, folded(prefix) + _END, {}],
            group_level=4,
            limit=limit,
        )
        return {row["key"][3]: row["value"] for row in rows}

    def _first_ids(self, key: str, first: str, last: str) -> dict[str, str]:
        """Return the ID of the first image of each number, as far as the rows reach."""
        rows = self._images.rows(
            _VIEW,
            startkey=[False, key, folded(first), first],
            endkey=[False, key, folded(last), last, {}],
            reduce=False,
            limit=_MAX_ROWS,
        )
        found: dict[str, str] = {}
        for row in rows:
            found.setdefault(row["key"][3], row["id"])
        return found


def _begins(number: str, prefix: str) -> bool:
    return folded(number).startswith(folded(prefix))
