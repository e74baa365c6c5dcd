"""Images as rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ...domain.models import AnnotationSummary, Image, Query
from ...storage.interfaces import MetadataBackend
from ..paging import all_pages
from . import columns

_PAGE = 200  # images read at once


class Export:
    """Lists images for spreadsheets.  Thread-safe."""

    def __init__(self, metadata: MetadataBackend) -> None:
        self._search = metadata.search
        self._annotations = metadata.annotations

    def rows(self, query: Query, url: Callable[[Image], str]) -> Iterator[list[str]]:
        """Yield the header, then a row for each image of the query; raises StorageUnavailable.

        `url` returns the URL in the last column.  Memory does not grow with the images.
        """
        header = columns.header(self._search.reference_keys(columns.MAX_KEYS))
        yield header
        for page in all_pages(partial(self._search.page, query, _PAGE)):
            summaries = self._annotations.summaries([image.id for image in page.images])
            for image in page.images:
                yield row_of(image, summaries[image.id], header, url(image))


def row_of(image: Image, summary: AnnotationSummary, header: list[str], url: str) -> list[str]:
    """Return the cells of an image in the columns of a header."""
    cells = {
        columns.ID: image.id,
        columns.ETAG: columns.etag_of(image, summary),
        columns.TAGS: columns.tags_cell(summary),
        columns.URL: url,
        **columns.record_cells(image),
    }
    return [cells[name] if name in cells else columns.fact(name, image) or "" for name in header]
