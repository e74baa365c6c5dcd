"""Saved searches on pages: their names, filters in words, and who may change them."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.httpexceptions import HTTPForbidden
from pyramid.request import Request

from ...domain.searches import MAX_NAME, SavedSearch, Search
from ...services.permissions import EDIT
from .filter_forms import filter_text, order_text
from .i18n import _
from .image_lists import ImageList
from .site import Site


@dataclass(frozen=True)
class ShownSearch:
    """A saved search as the page lists it; `text` are its filters and its order in words."""

    id: str
    name: str
    href: str
    text: str
    by: str
    is_shared: bool
    may_change: bool


def owner_of(request: Request) -> str:
    """Return the visitor ID of the account of the client; empty without one."""
    identity = request.identity
    return str(identity.visitor_id) if identity.is_signed_in else ""


def may_change(one: SavedSearch, request: Request) -> bool:
    """Return whether the client may change a search that it sees: its own, or all as an editor."""
    return not one.is_shared or bool(request.site.may(EDIT))


def require_sharing(request: Request, *, is_shared: bool) -> None:
    """Raise HTTPForbidden unless the client may have such a search.

    Those for everyone need the permission edit, private ones an account.
    """
    if is_shared and not request.has_permission(EDIT):
        raise HTTPForbidden(_("Only editors change the searches that everyone sees."))
    if not is_shared and not owner_of(request):
        raise HTTPForbidden(_("Sign in to keep searches of your own."))


def saved_for(search_id: str, request: Request) -> SavedSearch:
    """Return a search that the client may change; raises UnknownSavedSearch, HTTPForbidden."""
    one: SavedSearch = request.services.saved_searches.get(search_id, owner_of(request))
    require_sharing(request, is_shared=one.is_shared)
    return one


def shown_searches(request: Request) -> list[ShownSearch]:
    """Return the searches that the client sees, by name."""
    site = request.site
    return [
        ShownSearch(
            one.id,
            one.name,
            path_of(one.search, site),
            words_of(one.search, site),
            one.by,
            one.is_shared,
            may_change(one, request),
        )
        for one in request.services.saved_searches.all(owner_of(request))
    ]


def path_of(search: Search, site: Site) -> str:
    """Return the path of the list that a search finds."""
    return ImageList.of_search(search).path(site)


def words_of(search: Search, site: Site) -> str:
    """Return the filters and the order of a search in words."""
    texts = [filter_text(name, value, site) for name, value in search.filters]
    if search.order:
        texts.append(order_text(search.order, site))
    return ", ".join(texts)


def name_for(collection: ImageList, site: Site) -> str:
    """Return the name that a form proposes for a list."""
    texts = [filter_text(name, value, site) for name, value in collection.filters]
    own = collection.spelling or collection.value
    return ", ".join(filter(None, [own, *texts]))[:MAX_NAME]
