"""The pages of what share links lead to, and the sizes that they may have."""

from __future__ import annotations

from ...domain.searches import Search
from ...domain.shares import Target
from .articles import article_path
from .image_lists import ImageList
from .saved_searches import name_for, path_of, words_of
from .site import Site


def target_path(site: Site, target: Target) -> str:
    """Return the path of the page of what is shared."""
    if target.kind == "tag":
        return site.tag_path(target.value)
    if target.kind == "list":
        return path_of(Search.parse(target.value), site)
    if target.kind == "search":
        return site.view_path("search", q=target.value)
    if target.kind == "article":
        return article_path(site, target.key, target.value)
    return site.path(target.kind, target.value)


def list_title(target: Target, site: Site) -> str:
    """Return the title that a form proposes for a list with filters; empty for other targets."""
    if target.kind != "list":
        return ""
    return name_for(ImageList.of_search(Search.parse(target.value)), site)


def list_words(target: Target, site: Site) -> str:
    """Return the filters and the order of a list in words; empty for other targets."""
    return words_of(Search.parse(target.value), site) if target.kind == "list" else ""


def share_parameters(collection: ImageList) -> dict[str, str]:
    """Return the parameters of the form that shares a list; none if it cannot be shared."""
    search = collection.search
    if search is None or not search.is_filtered:
        return {}
    if collection.parameters:
        return {"list": search.text}
    return {collection.kind: collection.value}
