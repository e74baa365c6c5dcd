"""Tags on their page: links with covers and counts, sorted by letter."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import groupby

from pyramid.request import Request


@dataclass(frozen=True)
class TagLink:
    """A tag as it is shown; `cover` is the URL of a picture with it, or empty.

    The URL redirects: each cover costs a request of its own when it becomes visible, and the page
    costs none.
    """

    name: str
    count: int
    href: str
    cover: str


def tag_links(request: Request, prefix: str, limit: int) -> list[TagLink]:
    """Return the tags that begin with `prefix`, most used first."""
    images, site = request.services.images, request.site
    tags = images.tags(prefix, limit)
    spellings = images.spellings([tag for tag, _count in tags])
    return [
        TagLink(
            spellings.get(tag, tag),
            count,
            site.tag_path(tag),
            site.view_path("tag", tag, "cover") if site.is_path_part(tag) else "",
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
