"""Saved searches: their page, the form that saves one, renaming and removing, and the menu."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.searches import MAX_NAME, Search
from ...errors import BadInput
from ...services.permissions import EDIT, VIEW
from ...services.saved_searches import SavedSearchPatch
from ..presentation.form_fields import field
from ..presentation.i18n import _
from ..presentation.image_lists import ImageList
from ..presentation.responses import changed, json_response
from ..presentation.saved_searches import (
    name_for,
    owner_of,
    require_sharing,
    saved_for,
    shown_searches,
    words_of,
)
from ..saved_search_resources import SavedSearches, SavedSearchPage


@view_config(
    context=SavedSearches,
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/saved.pt",
)
def saved_searches(context: SavedSearches, request: Request) -> dict[str, Any]:
    """Show the saved searches, and for `?in=`, the name of a list, the form that saves it."""
    site = request.site
    request.response.headers["Cache-Control"] = "no-store"
    collection = ImageList.parse(request.GET["in"]) if "in" in request.GET else None
    search = collection.search if collection else None
    searches = shown_searches(request)
    return {
        "collection": collection if search else None,
        "words": words_of(search, site) if search else "",
        "name": name_for(collection, site) if collection else "",
        "max_name": MAX_NAME,
        "may_share": site.may(EDIT),
        "may_keep": bool(owner_of(request)),
        "groups": [
            (_("For everyone"), [one for one in searches if one.is_shared]),
            (_("Only for you"), [one for one in searches if not one.is_shared]),
        ],
        "here": site.path("saved"),
    }


@view_config(context=SavedSearches, name="menu", request_method="GET", permission=VIEW)
def menu(context: SavedSearches, request: Request) -> Response:
    """Return the saved searches for the menu, as a JSON list of names and paths."""
    response = json_response(
        [{"name": one.name, "href": one.href} for one in shown_searches(request)]
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@view_config(context=SavedSearches, request_method="POST", permission=VIEW)
def save_search(context: SavedSearches, request: Request) -> Response:
    """Save the list `in` under the `name`: for everyone with the field `shared`.

    Redirects to the list, or returns the ID as `{"search": ID}`.
    """
    collection = ImageList.parse(field(request, "in"))
    if collection.search is None:
        raise BadInput("this list cannot be saved; expected pictures by tag, words or filters")
    search = Search.of(collection.search.filters, collection.search.order)
    is_shared = bool(request.POST.get("shared"))
    require_sharing(request, is_shared=is_shared)
    owner = "" if is_shared else owner_of(request)
    saved = request.services.saved_searches.add(field(request, "name"), search, owner)
    return changed(
        request,
        text=saved.id,
        data={"search": saved.id},
        notice=_("The search was saved. You find it in the menu."),
        back=collection.path(request.site),
    )


@view_config(context=SavedSearchPage, name="edit", request_method="POST", permission=VIEW)
def edit_search(context: SavedSearchPage, request: Request) -> Response:
    """Change the `name` of a search, and by the field `shared` who sees it."""
    old = saved_for(context.search_id, request)
    is_shared = bool(request.POST.get("shared"))
    require_sharing(request, is_shared=is_shared)
    patch = SavedSearchPatch(name=field(request, "name"), is_shared=is_shared)
    request.services.saved_searches.update(old.id, patch, owner_of(request))
    return changed(request, text="ok", data={}, notice=_("The saved search was changed."))


@view_config(context=SavedSearchPage, name="delete", request_method="POST", permission=VIEW)
def delete_search(context: SavedSearchPage, request: Request) -> Response:
    """Remove a search.  Its pictures stay."""
    old = saved_for(context.search_id, request)
    request.services.saved_searches.remove(old.id, owner_of(request))
    return changed(request, text="ok", data={}, notice=_("The saved search was deleted."))
