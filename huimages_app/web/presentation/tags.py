"""Tags on pages: links with covers and counts, sorted by letter, and the cloud."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import log

from pyramid.request import Request


@dataclass(frozen=True)
class TagLink:
    """A tag as it is shown; `weight` in the cloud is 0 (rare) to 6 (the most used).

    `cover` is a URL that redirects to a picture with the tag, so that the page itself looks up no
    pictures.
    """

    name: str
    count: int
    href: str
    cover: str
    weight: int = 0


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


def cloud(request: Request, most_used: Sequence[tuple[str, int]]) -> list[TagLink]:
    """Return tags in alphabetical order, weighted by the logarithm of their numbers of uses."""
    links = tag_links(request, sorted(most_used))
    counts = [link.count for link in links]
    low, high = log(min(counts, default=1)), log(max(counts, default=1))
    step = 6 / (high - low) if high > low else 0
    return [replace(link, weight=round((log(link.count) - low) * step)) for link in links]


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
