"""`/api/v1/searches`: saved searches."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.filters import ORDERS
from ...domain.searches import MAX_NAME, SavedSearch, Search
from ...errors import BadInput
from ...services.permissions import VIEW
from ...services.saved_searches import SavedSearchPatch
from ..presentation.conditional import conditional_json
from ..presentation.image_json import time_text
from ..presentation.saved_searches import owner_of, path_of, require_sharing, saved_for
from ..saved_search_resources import ApiSavedSearch, ApiSavedSearches
from . import bodies
from .parameters import query

_BODY = {
    "name": (f"a text of at most {MAX_NAME} characters", bodies.text(MAX_NAME)),
    "query": ("an object of texts, or lists of texts, by the names of filters", bodies.filters),
    "order": (f"one of {', '.join(ORDERS)}", bodies.text(20)),
    "shared": ("true or false", bodies.flag),
}


@view_config(context=ApiSavedSearches, request_method="GET", permission=VIEW)
def searches(context: ApiSavedSearches, request: Request) -> Response:
    """Return the saved searches that the client sees, by name."""
    query(request)
    found = request.services.saved_searches.all(owner_of(request))
    return conditional_json({"items": [_data(one, request) for one in found]})


@view_config(context=ApiSavedSearches, request_method="POST", permission=VIEW)
def save_search(context: ApiSavedSearches, request: Request) -> Response:
    """Save a search."""
    query(request)
    body = bodies.object_of(request, _BODY)
    if missing := [name for name in ("name", "query") if name not in body]:
        raise BadInput(f"the body lacks the field {missing[0]!r}")
    search = Search.of(body["query"], body.get("order", ""))
    is_shared = body.get("shared", True)
    require_sharing(request, is_shared=is_shared)
    owner = "" if is_shared else owner_of(request)
    new = request.services.saved_searches.add(body["name"], search, owner)
    path = request.resource_path(context, new.id).rstrip("/")
    headers = {"Location": f"{request.host_url}{path}"}
    return conditional_json(_data(new, request), status=201, headers=headers)


@view_config(context=ApiSavedSearch, request_method="GET", permission=VIEW)
def search(context: ApiSavedSearch, request: Request) -> Response:
    """Return one saved search."""
    query(request)
    found = request.services.saved_searches.get(context.search_id, owner_of(request))
    return conditional_json(_data(found, request))


@view_config(context=ApiSavedSearch, request_method="PATCH", permission=VIEW)
def change_search(context: ApiSavedSearch, request: Request) -> Response:
    """Change name, filters, order, or who sees the search."""
    query(request)
    body = bodies.object_of(request, _BODY)
    old = saved_for(context.search_id, request)
    changed = None
    if "query" in body or "order" in body:
        filters = body.get("query", old.search.filters)
        changed = Search.of(filters, body.get("order", old.search.order))
    if "shared" in body:
        require_sharing(request, is_shared=body["shared"])
    patch = SavedSearchPatch(body.get("name"), changed, body.get("shared"))
    new = request.services.saved_searches.update(old.id, patch, owner_of(request))
    return conditional_json(_data(new, request))


@view_config(context=ApiSavedSearch, request_method="DELETE", permission=VIEW)
def remove_search(context: ApiSavedSearch, request: Request) -> Response:
    """Remove a saved search."""
    query(request)
    old = saved_for(context.search_id, request)
    request.services.saved_searches.remove(old.id, owner_of(request))
    return Response(status=204)


def _data(one: SavedSearch, request: Request) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "query": one.search.values,
        "order": one.search.order or "newest",
        "shared": one.is_shared,
        "by": one.by or None,
        "created": time_text(one.created),
        "page": f"{request.host_url}{path_of(one.search, request.site)}",
    }
