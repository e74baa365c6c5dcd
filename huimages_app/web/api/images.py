"""`/api/v1/images`: list, upload, get, change and trash images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.filters import FILTERS, query_of
from ...domain.models import Image, Query
from ...domain.periods import Period
from ...domain.rights import FIELDS
from ...domain.text import MAX_ALT, MAX_TITLE
from ...services.image_patch import ImagePatch
from ...services.permissions import EDIT, UPLOAD, VIEW
from ..presentation.batch import require
from ..presentation.conditional import conditional_json
from ..presentation.showing import require_seen, seen
from ..presentation.tables import TYPES, table_response
from ..resources import ApiImage, ApiImages
from . import bodies
from .parameters import Parameters, query
from .responses import count_data, page_response, require_match
from .serializers import SIZE, Item, Items
from .uploads import received

USUAL_LIMIT, HIGHEST_LIMIT = 60, 200
_RANDOM = 5  # images, of which the first one that the client sees is returned

# Parameters that filter and sort the list.
CONDITIONS = (*[one.name for one in FILTERS], "order")

_PATCHABLE = {
    "title": (f"a text of at most {MAX_TITLE} characters", bodies.text(MAX_TITLE)),
    "alt": (f"a text of at most {MAX_ALT} characters, or null", bodies.removable(MAX_ALT)),
    "references": ("an object of lists of texts, or null, by key", bodies.references),
    "types": (f"a list of texts of at most {MAX_TITLE} characters", bodies.texts(MAX_TITLE)),
    "focus": ("[x, y], both from 0 to 1, or null", bodies.focus),
    "corrected_content": (
        "[left, top, right, bottom] from 0 to 1, left before right, top before bottom, or null",
        bodies.content_box,
    ),
    "created": ("a time like 2026-01-31T12:00:00Z", bodies.time),
    "taken": ("a time like 2026-01-31T12:00:00Z, or null", bodies.removable_time),
    "rights": (f"an object of texts or null, by {', '.join(FIELDS)}; or null", bodies.rights),
}


@view_config(context=ApiImages, request_method="GET", permission=VIEW)
def images(context: ApiImages, request: Request) -> Any:
    """Return a page of the images that match all conditions of the query."""
    known = (*CONDITIONS, "at", "limit", "cursor", "count", SIZE)
    parameters = query(request, *known, references=True)
    conditions = conditions_of(parameters)
    table_format = TYPES.get(_preferred_type(request))
    if table_format:
        require(EDIT, request)
        return table_response(conditions, table_format, request)
    items = Items(request, parameters)
    limit = parameters.whole("limit", USUAL_LIMIT, 1, HIGHEST_LIMIT)
    cursor = parameters.text("cursor") or None
    at = Period.parse(parameters.text("at"))
    page = request.services.images.page(conditions, limit, cursor, at)
    data = {"items": items.items(seen(page.images, request))}
    if parameters.flag("count"):
        data |= count_data(request.services.images.count_of(conditions))
    return page_response(request, data, {"next": page.next, "prev": page.previous})


def conditions_of(parameters: Parameters) -> Query:
    """Return the query of a list; `parameters` are those of CONDITIONS and references."""
    return query_of(filters_of(parameters), parameters.text("order"))


def filters_of(parameters: Parameters) -> list[tuple[str, str]]:
    """Return names and values of the filters among these parameters."""
    return parameters.pairs(name for name in CONDITIONS if name != "order")


def _preferred_type(request: Request) -> str:
    """Return the type of a list that the client prefers; JSON among equals."""
    offers = request.accept.acceptable_offers(["application/json", *TYPES])
    return str(offers[0][0]) if offers else "application/json"


@view_config(context=ApiImages, request_method="POST", permission=UPLOAD)
def add_image(context: ApiImages, request: Request) -> Response:
    """Upload a picture; add the new metadata if it is stored already."""
    added = received(request)
    item = Items(request).item(added.image)
    path = request.resource_path(context, added.image.id).rstrip("/")
    location = {"Location": f"{request.host_url}{path}"}
    return _response(item, status=201 if added.is_new else 200, headers=location)


@view_config(context=ApiImages, name="random", request_method="GET", permission=VIEW)
def random_image(context: ApiImages, request: Request) -> Response:
    """Return a random image."""
    items = Items(request, query(request, SIZE))
    for image in seen(request.services.images.random(_RANDOM), request):
        return _response(items.item(image), headers={"Cache-Control": "no-store"})
    raise HTTPNotFound("there are no images")


@view_config(context=ApiImages, name="ending", request_method="GET", permission=EDIT)
def ending_images(context: ApiImages, request: Request) -> Response:
    """Return a page of the images whose rights end within `days`, or that have `ended`."""
    parameters = query(request, "days", "ended", "limit", "cursor", "count", SIZE)
    days, ended = parameters.whole("days", 30, 0, 3660), parameters.flag("ended")
    showing = request.services.showing
    first, last = showing.ended_days() if ended else showing.coming_days(days)
    items = Items(request, parameters)
    limit = parameters.whole("limit", USUAL_LIMIT, 1, HIGHEST_LIMIT)
    cursor = parameters.text("cursor") or None
    page = request.services.images.ending(first, last, limit, cursor)
    data = {"items": items.items(page.images)}
    if parameters.flag("count"):
        data |= count_data(request.services.images.count_ending(first, last))
    return page_response(request, data, {"next": page.next, "prev": page.previous})


@view_config(context=ApiImage, request_method="GET", permission=VIEW)
def image(context: ApiImage, request: Request) -> Response:
    """Return one image."""
    items = Items(request, query(request, SIZE))
    found = request.services.images.get(context.image_id)
    return _response(items.item(require_seen(found, request)))


@view_config(context=ApiImage, request_method="PATCH", permission=EDIT)
def patch_image(context: ApiImage, request: Request) -> Response:
    """Change the fields in the body, a JSON Merge Patch (RFC 7396)."""
    items = Items(request, query(request, SIZE))
    patch = ImagePatch(**bodies.object_of(request, _PATCHABLE))
    unchanged = _unchanged(context, request, items)
    image = request.services.editing.update(context.image_id, patch, unchanged)
    return _response(items.item(image))


@view_config(context=ApiImage, request_method="DELETE", permission=EDIT)
def trash_image(context: ApiImage, request: Request) -> Response:
    """Move an image to the trash."""
    items = Items(request, query(request))
    unchanged = _unchanged(context, request, items)
    request.services.editing.trash(context.image_id, unchanged)
    return Response(status=204)


@view_config(context=ApiImage, name="neighbours", request_method="GET", permission=VIEW)
def neighbours(context: ApiImage, request: Request) -> Response:
    """Return the IDs of the previous and the next image, newest first."""
    query(request)
    request.services.images.get(context.image_id)
    found = request.services.images.neighbours(Query(), context.image_id)
    return conditional_json({"previous": found.previous, "next": found.next})


def _unchanged(context: ApiImage, request: Request, items: Items) -> Callable[[Image], bool] | None:
    """Return a check that the record is the one of If-Match; None without that header.

    Raises EditConflict if it is another one now.  Tags and ratings are not part of the record, and
    no update of it overwrites them.  So they, and the entries of tags in the history, may change
    between this check and the update.
    """
    if "If-Match" not in request.headers:
        return None
    seen = request.services.images.get(context.image_id)
    require_match(request, items.item(seen).state)
    return lambda image: bool(replace(image, history=seen.history) == seen)


def _response(item: Item, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return conditional_json(item.data, status=status, state=item.state, headers=headers or {})
