"""The months in which a list by time can be entered, as links by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pyramid.request import Request

from ...domain.models import Count
from ...domain.months import TIMED
from .counts import short_count
from .image_lists import ImageList
from .site import Site

KEPT: Final = 300  # seconds that browsers keep the months of a list


@dataclass(frozen=True)
class MonthLink:
    """A link to the list from a month on; `count` may be empty."""

    name: str
    href: str
    count: str


@dataclass(frozen=True)
class Year:
    """A year in which the list has pictures, and its months, in the order of the list."""

    name: str
    href: str
    count: str  # may be empty
    months: list[MonthLink]


def dates_path(image_list: ImageList, site: Site) -> str:
    """Return the path of the page of months; empty for a list that is not by time."""
    if (image_list.order or "newest") not in TIMED:
        return ""
    return site.view_path("dates", **{"in": image_list.key})


def years_of(image_list: ImageList, request: Request) -> list[Year]:
    """Return the years and months of a list; none if it is not by time."""
    query = image_list.query(request.visitor_id)
    if query is None or query.order not in TIMED:
        return []
    months = request.services.images.months(query)
    site = request.site
    years = {
        year: list(of_year)
        for year, of_year in groupby(months.items(), key=lambda one: one[0].year)
    }
    return [
        Year(
            str(year),
            image_list.path(site, at=f"{year:04}"),
            short_count(_sum([count for _, count in of_year]), site),
            [
                MonthLink(
                    site.month(one.start),
                    image_list.path(site, at=str(one)),
                    short_count(count, site),
                )
                for one, count in of_year
            ],
        )
        for year, of_year in years.items()
    ]


def _sum(counts: Sequence[Count | None]) -> Count | None:
    """Return the sum of counts; None if one of them is not known."""
    known = [count for count in counts if count]
    if len(known) < len(counts):
        return None
    return Count(sum(count.number for count in known), all(count.is_exact for count in known))
