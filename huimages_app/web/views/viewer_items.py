"""The images around one in its collection, for the full screen viewer."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.models import Image
from ...services.permissions import VIEW
from ..presentation.grids import thumb_of, title_of, urls_of
from ..presentation.image_lists import ImageList, window_in
from ..presentation.pictures import picture_of
from ..presentation.responses import json_response
from ..presentation.showing import require_seen, seen
from ..resources import ImagePage

# Images in either direction.  At the end of them the viewer leads to the page of the last one.
REACH = 8


@view_config(context=ImagePage, name="around", request_method="GET", permission=VIEW)
def viewer_items(context: ImagePage, request: Request) -> Response:
    """Return the images around one in the collection `?in=`, in its order.

    `{"items": [{"href", "download", "title", "alt", "src", "srcset", "width", "height", "thumb"},
    …], "index": 3}`; `index` is the position of this image.
    """
    collection = ImageList.parse(request.GET.get("in", ""))
    image = require_seen(request.services.images.get(context.image_id), request)
    window = window_in(collection, image.id, REACH, request)
    before, after = seen(window.before, request), seen(window.after, request)
    items = [_item(i, collection, request) for i in (*before, image, *after)]
    return json_response({"items": items, "index": len(before)})


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
