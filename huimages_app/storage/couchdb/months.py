"""The months in which images were added or taken."""

from __future__ import annotations

import re
from collections import Counter

from ...domain.months import MAX_MONTHS, Month, MonthCounts, newest_first
from .counts import are_images, trashed_ids
from .database import Database
from .query_planner import QueryPlan

_READ = 1000  # candidates of a query whose times are read
_MONTH = re.compile(r"([0-9]{3}[1-9]|[1-9][0-9]{3})(0[1-9]|1[0-2])")


def read_months(plan: QueryPlan, images: Database) -> MonthCounts | None:
    """Return the months of the candidates of a plan by time; None if they are many.

    The numbers are not known if documents decide which of the candidates are images of the query.
    """
    scan = plan.scan.without_documents()
    candidates = scan.read(None, _READ + 1, descending=plan.descending)
    if len(candidates) > _READ:
        return None
    is_decided = plan.is_decided_by_rows and are_images(candidates)
    # Rows of annotations do not contain whether their image is in the trash.
    trashed = trashed_ids(images) if is_decided and plan.mark_filter else set()
    ids = {one.id: one for one in candidates if one.id not in (trashed or ())}
    months = _months(Counter(str(one.position[0])[:6] for one in ids.values()))
    return months if is_decided and trashed is not None else dict.fromkeys(months)


def months_of_all(images: Database, kind: str) -> MonthCounts:
    """Return the months of all images; `kind` is created or taken."""
    rows = images.rows(
        "by_month",
        startkey=[kind, {}],
        endkey=[kind],
        descending=True,
        group=True,
        limit=MAX_MONTHS,
    )
    return _months({row["key"][1]: row["value"] for row in rows})


def _months(numbers: dict[str, int]) -> MonthCounts:
    """Return the months of texts such as 202405, newest first; others are left out."""
    matches = {text: _MONTH.fullmatch(text) for text in numbers}
    return newest_first(
        {
            Month(int(match[1]), int(match[2])): numbers[text]
            for text, match in matches.items()
            if match
        }
    )
