"""`/api/v1/collections`: collections, their images in order, adding and moving images."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.collections import MAX_DESCRIPTION, Collection, CollectionPatch
from ...domain.ids import parse_image_id
from ...domain.models import Count, Image, Page
from ...domain.text import MAX_TITLE, clean
from ...errors import BadInput
from ...services.collection_images import MAX_ADDED
from ...services.collections import state_of
from ...services.permissions import EDIT, VIEW
from ..collection_resources import ApiCollection, ApiCollections
from ..presentation.conditional import conditional_json
from ..presentation.image_json import time_text
from . import bodies
from .parameters import Parameters, query
from .responses import count_data, matches, page_response, page_url
from .serializers import SIZE, Items

_USUAL_LIMIT, _HIGHEST_LIMIT = 60, 200
_ID_LENGTH = 60

_DESCRIPTION = {
    "title": (f"a text of at most {MAX_TITLE} characters", bodies.text(MAX_TITLE)),
    "description": (
        f"a text of at most {MAX_DESCRIPTION} characters, or null",
        bodies.removable(MAX_DESCRIPTION),
    ),
}
_PATCHABLE = {**_DESCRIPTION, "cover": ("an image ID, or null", bodies.removable(_ID_LENGTH))}
_IDS = (f"a list of at most {MAX_ADDED} image IDs", bodies.texts(_ID_LENGTH, MAX_ADDED))
_MEMBERS = {"add": _IDS, "remove": _IDS}
_PLACE = {
    "id": ("an image ID", bodies.text(_ID_LENGTH)),
    "before": ("an image ID, or null", bodies.removable(_ID_LENGTH)),
    "after": ("an image ID, or null", bodies.removable(_ID_LENGTH)),
}


@view_config(context=ApiCollections, request_method="GET", permission=VIEW)
def collections(context: ApiCollections, request: Request) -> Any:
    """Return collections by title: those whose titles contain `q`."""
    parameters = query(request, "q", "limit", "cursor", "count", SIZE)
    limit = parameters.whole("limit", _USUAL_LIMIT, 1, _HIGHEST_LIMIT)
    text, cursor = clean(parameters.text("q")), parameters.text("cursor") or None
    services, items = request.services, Items(request, parameters)
    found = services.collections.find(text, limit, cursor)
    shown, sizes = found.collections, services.collections.sizes()
    covers = services.collections.covers(shown)
    data = [
        _data(request, one, sizes.get(one.id, 0)) | {"cover": _cover(covers.get(one.id), items)}
        for one in shown
    ]
    page: dict[str, Any] = {"items": data}
    if parameters.flag("count"):
        page |= count_data(Count(found.count))
    return page_response(request, page, {"next": found.next})


@view_config(context=ApiCollections, request_method="POST", permission=EDIT)
def add_collection(context: ApiCollections, request: Request) -> Response:
    """Make an empty collection."""
    parameters = query(request, SIZE)
    body = bodies.object_of(request, _DESCRIPTION)
    new = request.services.collections.add(body.get("title", ""), body.get("description", ""))
    path = request.resource_path(context, new.id).rstrip("/")
    location = {"Location": f"{request.host_url}{path}"}
    return _response(request, new, parameters, status=201, headers=location)


@view_config(context=ApiCollection, request_method="GET", permission=VIEW)
def collection(context: ApiCollection, request: Request) -> Response:
    """Return a collection and its images in order."""
    parameters = query(request, "limit", "cursor", SIZE)
    return _response(request, request.services.collections.get(context.collection_id), parameters)


@view_config(context=ApiCollection, request_method="PATCH", permission=EDIT)
def patch_collection(context: ApiCollection, request: Request) -> Response:
    """Change title, text or cover."""
    parameters = query(request, SIZE)
    body = bodies.object_of(request, _PATCHABLE)
    if body.get("cover"):
        body["cover"] = parse_image_id(body["cover"])
    changed = request.services.collections.update(
        context.collection_id,
        CollectionPatch(**body),
        (lambda one: matches(request, state_of(one))) if "If-Match" in request.headers else None,
    )
    return _response(request, changed, parameters)


@view_config(context=ApiCollection, request_method="DELETE", permission=EDIT)
def remove_collection(context: ApiCollection, request: Request) -> Response:
    """Remove a collection; its images stay."""
    query(request)
    request.services.collections.remove(context.collection_id)
    return Response(status=204)


@view_config(context=ApiCollection, name="images", request_method="POST", permission=EDIT)
def change_members(context: ApiCollection, request: Request) -> Response:
    """Put the images of the list `add` at the end, and take those of `remove` out."""
    query(request)
    body = bodies.object_of(request, _MEMBERS)
    ids = {name: [parse_image_id(text) for text in body.get(name, ())] for name in _MEMBERS}
    images = request.services.collection_images
    removed = images.remove_images(context.collection_id, ids["remove"])
    added = images.add_images(context.collection_id, ids["add"])
    return conditional_json({"added": added, "removed": removed})


@view_config(context=ApiCollection, name="place", request_method="PUT", permission=EDIT)
def move_image(context: ApiCollection, request: Request) -> Response:
    """Move the image `id` before or after another one, or to the end without both."""
    query(request)
    body = {name: text for name, text in bodies.object_of(request, _PLACE).items() if text}
    if "id" not in body:
        raise BadInput("the body lacks the field 'id'")
    if len(body) == 3:
        raise BadInput("the body has the fields 'before' and 'after'; expected at most one")
    ids = {name: parse_image_id(text) for name, text in body.items()}
    image_id = ids.pop("id")
    request.services.collection_images.move(context.collection_id, image_id, **ids)
    return conditional_json({"id": image_id})


def _response(
    request: Request,
    found: Collection,
    parameters: Parameters,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    services, items = request.services, Items(request, parameters)
    page = _page(request, found, parameters) if status == 200 else Page(())
    url = request.resource_url(request.context).rstrip("/")
    data = _data(request, found, services.collections.sizes().get(found.id, 0)) | {
        "cover": _cover(services.collections.covers([found]).get(found.id), items),
        "images": [
            {"id": one.id, "at": one.collections[found.id], **items.urls_of(one)}
            for one in page.images
        ],
        "next": page_url(request, url, page.next),
    }
    return conditional_json(data, status=status, state=state_of(found), headers=headers or {})


def _page(request: Request, found: Collection, parameters: Parameters) -> Page:
    is_paged = request.method == "GET"
    limit = parameters.whole("limit", _USUAL_LIMIT, 1, _HIGHEST_LIMIT) if is_paged else _USUAL_LIMIT
    cursor = parameters.text("cursor") or None if is_paged else None
    page: Page = request.services.collections.page(found.id, limit, cursor)
    return page


def _data(request: Request, found: Collection, count: int) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "description": found.description or None,
        "count": count,
        "page": f"{request.host_url}{request.site.path('collection', found.id)}",
        "created": time_text(found.created),
        "modified": time_text(found.modified),
    }


def _cover(image: Image | None, items: Items) -> dict[str, Any] | None:
    return {"id": image.id, **items.urls_of(image)} if image else None
