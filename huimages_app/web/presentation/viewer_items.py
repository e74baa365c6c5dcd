"""The pictures around one in its collection, for the full screen."""

from __future__ import annotations

from typing import Any, Literal

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.models import Image
from ...services.permissions import VIEW
from ..resources import ImagePage
from ..views.image_page import picture_of
from .collections import Collection, neighbours_in
from .grids import thumb_of, title_of, urls_of
from .responses import json_answer
from .site import Site

# In either direction.  Each costs a question to the store, and whoever has gone so far is
# led to that picture's page, from where it goes on.
REACH = 8


@view_config(context=ImagePage, name="around", request_method="GET", permission=VIEW)
def around(context: ImagePage, request: Request) -> Response:
    """`{"items": [{"href", "title", "alt", "src", "srcset", "width", "height", "thumb"}, …],
    "index": 3}`: the pictures in the order of the collection `?in=`; `index` is this one.
    """
    collection = Collection.parse(request.GET.get("in", ""))
    here = request.services.images.get(context.image_id)
    before = _walk(here, "previous", collection, request)
    after = _walk(here, "next", collection, request)
    found = request.services.images.get_many([*before, *after])
    earlier = [found[i] for i in reversed(before) if i in found]
    later = [found[i] for i in after if i in found]
    items = [_item(image, collection, request) for image in (*earlier, here, *later)]
    return json_answer({"items": items, "index": len(earlier)})


def _walk(
    image: Image, way: Literal["previous", "next"], collection: Collection, request: Request
) -> list[str]:
    """The IDs one comes past, nearest first."""
    passed: list[str] = []
    image_id: str | None = image.id
    while image_id and len(passed) < REACH:
        image_id = getattr(neighbours_in(collection, image_id, request), way)
        if image_id:
            passed.append(image_id)
    return passed


def _item(image: Image, collection: Collection, request: Request) -> dict[str, Any]:
    href = Site(request).path("image", image.id, **{"in": collection.key})
    picture = picture_of(image, urls_of(request))
    title = title_of(image, request)
    return {
        "href": href,
        "title": title,
        "alt": picture.alt or title,
        "src": picture.full,
        "srcset": picture.webp,
        "width": picture.full_width,
        "height": picture.full_height,
        "thumb": thumb_of(image, href, request).src,
    }
