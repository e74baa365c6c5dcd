"""Tags on pages: links with covers and counts, sorted by letter, and the cloud."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log

from pyramid.request import Request


@dataclass(frozen=True)
class TagLink:
    """A tag as it is shown; `cover` is the URL of a picture with it.

    The URL redirects: each cover costs a request of its own when it becomes visible, and the page
    costs none.
    """

    name: str
    count: int
    href: str
    cover: str


def tag_links(request: Request, tags: Sequence[tuple[str, int]]) -> list[TagLink]:
    """Return tags with their numbers of uses as links, in the same order."""
    images, site = request.services.images, request.site
    spellings = images.spellings([tag for tag, _count in tags])
    return [
        TagLink(
            spellings.get(tag, tag),
            count,
            site.tag_path(tag),
            site.view_path("tag", tag, "cover")
            if site.is_path_part(tag)
            else site.view_path("tag-cover", tag=tag),
        )
        for tag, count in tags
    ]


@dataclass(frozen=True)
class CloudTag:
    """A tag in the cloud, as it is shown; `weight` is 0 (rare) to 6 (the most used)."""

    name: str
    count: int
    weight: int
    href: str


def cloud(request: Request, most_used: Sequence[tuple[str, int]]) -> list[CloudTag]:
    """Return tags in alphabetical order, weighted by the logarithm of their numbers of uses."""
    images, site = request.services.images, request.site
    tags = sorted(most_used)
    spellings = images.spellings([tag for tag, _count in tags])
    counts = [count for _tag, count in tags]
    low, high = log(min(counts, default=1)), log(max(counts, default=1))
    step = 6 / (high - low) if high > low else 0
    return [
        CloudTag(
            spellings.get(tag, tag),
            count,
            round((log(count) - low) * step),
            site.tag_path(tag),
        )
        for tag, count in tags
    ]


def by_letter(links: list[TagLink]) -> list[tuple[str, list[TagLink]]]:
    """Return tags in alphabetical order below their first letters; `#` has all other signs."""
    ordered = sorted(links, key=lambda link: (_letter(link.name), _base(link.name), link.name))
    return [
        (letter, list(group)) for letter, group in groupby(ordered, lambda one: _letter(one.name))
    ]


def _letter(name: str) -> str:
    first = _base(name)[:1].upper()
    return first if first.isalpha() else "#"


def _base(name: str) -> str:
    """Return a name without accents, in lower case: ä is sorted as a."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
