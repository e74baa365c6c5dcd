"""The number of entries of a list, in words."""

from __future__ import annotations

from collections.abc import Callable

from pyramid.request import Request

from ...domain.models import Count
from .site import Site


def count_text(count: Count | None, request: Request) -> str:
    """Return a number of pictures in words; empty if it is not known."""
    site = request.site
    if count is None or (not count.number and not count.is_exact):
        return ""
    if count.is_exact:
        return str(site.pictures(count.number))
    return str(
        site.counted("more than ${count} picture", "more than ${count} pictures", count.number)
    )


def short_count(count: Count | None, site: Site) -> str:
    """Return a number in digits, as in "12" or "12+"; empty if it is not known."""
    if count is None:
        return ""
    return f"{site.number(count.number)}{'' if count.is_exact else '+'}"


def articles_text(count: Count, site: Site) -> str:
    """Return a number of articles in words."""
    if count.is_exact:
        return site.counted("${count} article", "${count} articles", count.number)
    return site.counted("more than ${count} article", "more than ${count} articles", count.number)


def tags_text(count: Count, site: Site) -> str:
    """Return a number of tags in words."""
    if count.is_exact:
        return site.counted("${count} tag", "${count} tags", count.number)
    return site.counted("more than ${count} tag", "more than ${count} tags", count.number)


def collections_text(number: int, site: Site) -> str:
    """Return a number of collections in words."""
    return site.counted("${count} collection", "${count} collections", number)


def shares_text(number: int, site: Site) -> str:
    """Return a number of share links in words."""
    return site.counted("${count} link", "${count} links", number)


def jobs_text(number: int, site: Site) -> str:
    """Return a number of jobs in words."""
    return site.counted("${count} job", "${count} jobs", number)


def count_at_start(
    shown: int, request: Request, *, is_all: bool, count: Callable[[], Count]
) -> Count | None:
    """Return the number of entries of a list; None on later pages.

    `count` is called unless the page of the request, which has `shown` entries, is all there is.
    """
    if request.GET.get("cursor"):
        return None
    return Count(shown) if is_all else count()
