"""The images around one in its collection, and its place there, for the full screen viewer."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.models import Annotation, Image
from ...services.permissions import CONTRIBUTE, VIEW
from ..presentation.grids import thumb_of, title_of, urls_of
from ..presentation.image_lists import ImageList, place_in, window_in
from ..presentation.pictures import picture_of
from ..presentation.reading import reading_once
from ..presentation.responses import json_response
from ..presentation.showing import require_seen, seen
from ..resources import ImagePage

# Images in either direction.  At the end of them the viewer leads to the page of the last one.
REACH = 8


@view_config(
    context=ImagePage,
    name="around",
    request_method="GET",
    permission=VIEW,
    decorator=reading_once,
)
def viewer_items(context: ImagePage, request: Request) -> Response:
    """Return the images around one in the collection `?in=`, in its order.

    `{"items": [{"href", "download", "favorite", "rating", "title", "alt", "src", "srcset",
    "width", "height", "thumb"}, …], "index": 3}`; `index` is the position of this image in `items`.
    `rating` is that of the client, from 0 to 10, null without one.  `favorite` is null for clients
    who can have neither.
    """
    collection = ImageList.parse(request.GET.get("in", ""))
    image = require_seen(request.services.images.get(context.image_id), request)
    window = window_in(collection, image.id, REACH, request)
    before, after = seen(window.before, request), seen(window.after, request)
    images = [*before, image, *after]
    own = _own_annotations(images, request)
    items = [{**_item(one, collection, request), **own[one.id]} for one in images]
    return json_response({"items": items, "index": len(before)})


@view_config(
    context=ImagePage,
    name="place",
    request_method="GET",
    permission=VIEW,
    decorator=reading_once,
)
def place(context: ImagePage, request: Request) -> Response:
    """Return the place of an image in the collection `?in=`: `{"number": 12, "count": "3,480"}`.

    Both are null after the first 1000 images of most lists, where counting takes too long. `count`
    is a text, "1,000+" for a lower bound.  As in the heading of the list, images that the client
    does not see count, too.
    """
    collection = ImageList.parse(request.GET.get("in", ""))
    image = require_seen(request.services.images.get(context.image_id), request)
    found = place_in(collection, image.id, request)
    if found is None:
        return json_response({"number": None, "count": None})
    count = request.site.number(found.count.number) + ("" if found.count.is_exact else "+")
    return json_response({"number": found.number, "count": count})


def _own_annotations(images: list[Image], request: Request) -> dict[str, dict[str, Any]]:
    """Return the client's annotation of each image; None for clients that may not annotate."""
    if not request.site.may(CONTRIBUTE):
        return {image.id: {"favorite": None, "rating": None} for image in images}
    ids = [image.id for image in images]
    # A visitor without an ID has no annotations.
    visitor_id = request.visitor_id
    annotations = request.services.annotations
    found: dict[str, Annotation] = annotations.get_many(ids, visitor_id) if visitor_id else {}
    own = {image_id: found.get(image_id, Annotation()) for image_id in ids}
    return {key: {"favorite": one.favorite, "rating": one.rating} for key, one in own.items()}


def _item(image: Image, collection: ImageList, request: Request) -> dict[str, Any]:
    href = request.site.path("image", image.id, **{"in": collection.key})
    picture = picture_of(image, urls_of(request))
    title = title_of(image, request)
    return {
        "href": href,
        "download": request.site.view_path("image", image.id, "download"),
        "title": title,
        "alt": picture.alt or title,
        "src": picture.full,
        "srcset": picture.webp,
        "width": picture.full_width,
        "height": picture.full_height,
        "thumb": thumb_of(image, href, request).src,
    }
