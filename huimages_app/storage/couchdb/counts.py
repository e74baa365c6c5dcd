"""The number of images of a query, from rows of views where these decide.

A row without its document takes a tenth of the time of one with it, and a reduced value less than
a page.  So documents are only read if a condition needs them, and then few.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.models import Count
from ..cursors import Start
from .database import Database
from .query_planner import QueryPlan
from .scans import Candidate, Position, ViewScan

# Images in the trash that are read, in order to leave them out of annotations.
_MAX_TRASHED = 1000


def count_by_rows(
    plan: QueryPlan, images: Database, most: int, before: Position | None = None
) -> Count | None:
    """Return the number of images of a plan, exact up to `most`; None if it takes documents.

    `before`: count only the images before this position.
    """
    if not plan.is_decided_by_rows:
        return None
    scan = plan.scan
    if isinstance(scan, ViewScan) and scan.is_counted:
        return Count(scan.count(before, descending=plan.descending) - (before is not None))
    # Rows of annotations do not contain whether their image is in the trash.
    trashed = trashed_ids(images) if plan.mark_filter else set()
    if trashed is None:
        return None
    limit = most + 1 + len(trashed)
    rows = scan.without_documents().read(
        Start(before) if before else None,
        limit,
        descending=plan.descending if before is None else not plan.descending,
    )
    if not are_images(rows):
        return None
    found = len({row.id for row in rows} - trashed)
    return Count(min(found, most), is_exact=len(rows) < limit and found <= most)


def are_images(rows: Sequence[Candidate]) -> bool:
    """Return whether each row certainly is of an image that is there, and of the requested key.

    Annotations of huImages 2.2, which have no time, may be of images that are gone.
    """
    return all(row.position[-2] and not row.collation_mismatch for row in rows)


def trashed_ids(images: Database) -> set[str] | None:
    """Return the images in the trash; None if they are many."""
    limit = _MAX_TRASHED + 1
    rows = ViewScan(images, "by_time", (True,), documents=False).read(None, limit, descending=True)
    return {row.id for row in rows} if len(rows) < limit else None
