"""The pages of what share links lead to, and the sizes that they may have."""

from __future__ import annotations

from collections.abc import Sequence

from pyramid.request import Request

from ...domain.shares import Target
from ...errors import BadInput
from .articles import article_path
from .site import Site


def target_path(site: Site, target: Target) -> str:
    """Return the path of the page of what is shared."""
    if target.kind == "tag":
        return site.tag_path(target.value)
    if target.kind == "search":
        return site.view_path("search", q=target.value)
    if target.kind == "article":
        return article_path(site, target.key, target.value)
    return site.path(target.kind, target.value)


def checked_sizes(sizes: Sequence[str], request: Request) -> Sequence[str]:
    """Return sizes that this site can serve; raises BadSize, BadInput."""
    for text in sizes:
        size = request.services.urls.size(text)
        if size.is_original:
            raise BadInput("originals are no size; permit them by the field 'originals'")
        if any(letter.isspace() for letter in text) or not request.services.sizes.serves(size):
            raise BadInput(f"this site does not serve the size {text[:40]!r}")
    return sizes
