"""The months in which images were added or taken."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...domain.months import MAX_MONTHS, Month
from .database import Database
from .query_planner import QueryPlan

_READ = 1000  # candidates of a query whose times are read
_MONTH = re.compile(r"([0-9]{3}[1-9]|[1-9][0-9]{3})(0[1-9]|1[0-2])")


def read_months(plan: QueryPlan) -> list[Month] | None:
    """Return the months of the candidates of a plan by time; None if they are many."""
    scan = plan.scan.without_documents()
    candidates = scan.read(None, _READ + 1, descending=plan.descending)
    if len(candidates) > _READ:
        return None
    return _months(str(candidate.position[0])[:6] for candidate in candidates)


def months_of_all(images: Database, kind: str) -> list[Month]:
    """Return the months of all images; `kind` is created or taken."""
    rows = images.rows(
        "by_month",
        startkey=[kind, {}],
        endkey=[kind],
        descending=True,
        group=True,
        limit=MAX_MONTHS,
    )
    return _months(row["key"][1] for row in rows)


def _months(texts: Iterable[str]) -> list[Month]:
    """Return the months of texts such as 202405, newest first; others are left out."""
    matches = filter(None, map(_MONTH.fullmatch, set(texts)))
    months = (Month(int(match[1]), int(match[2])) for match in matches)
    return sorted(months, reverse=True)[:MAX_MONTHS]
