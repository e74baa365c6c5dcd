"""`/api/v1/duplicates` and `/api/v1/images/ID/alike`: images that look alike."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.ids import parse_image_id
from ...domain.likeness import distance
from ...errors import BadInput
from ...services.duplicates import MAX_DISMISSED, larger_of
from ...services.permissions import EDIT, VIEW
from ..presentation.conditional import conditional_json
from ..presentation.showing import require_seen, seen
from ..resources import ApiDuplicates, ApiImage
from . import bodies
from .parameters import query
from .responses import count_data, page_response
from .serializers import SIZE, Items

_USUAL_LIMIT, _HIGHEST_LIMIT = 30, 60
_ID_LENGTH = 60
_BODY = {
    "ids": (
        f"a list of 2 to {MAX_DISMISSED} image IDs",
        bodies.texts(_ID_LENGTH, MAX_DISMISSED),
    )
}


@view_config(context=ApiDuplicates, request_method="GET", permission=VIEW)
def groups(context: ApiDuplicates, request: Request) -> Any:
    """Return a page of the groups of images that look alike."""
    parameters = query(request, "limit", "cursor", "count", SIZE)
    limit = parameters.whole("limit", _USUAL_LIMIT, 1, _HIGHEST_LIMIT)
    page = request.services.duplicates.page(limit, parameters.text("cursor") or None)
    items = Items(request, parameters)
    groups = [images for group in page.groups if len(images := seen(group.images, request)) > 1]
    serialized = iter(items.items([image for images in groups for image in images]))
    listed = [
        {
            "images": [next(serialized) for _ in images],
            "largest": largest.id if (largest := larger_of(images)) else None,
        }
        for images in groups
    ]
    data = {"items": listed}
    if parameters.flag("count"):
        data |= count_data(request.services.duplicates.count())
    return page_response(request, data, {"next": page.next})


@view_config(context=ApiDuplicates, name="dismissed", request_method="POST", permission=EDIT)
def dismiss(context: ApiDuplicates, request: Request) -> Response:
    """Declare the images `ids` to be different from each other."""
    ids = _ids(request)
    request.services.duplicates.dismiss(ids)
    return conditional_json({"ids": ids})


@view_config(context=ApiDuplicates, name="undismissed", request_method="POST", permission=EDIT)
def undismiss(context: ApiDuplicates, request: Request) -> Response:
    """Take back that the images `ids` are different from each other."""
    ids = _ids(request)
    request.services.duplicates.undismiss(ids)
    return conditional_json({"ids": ids})


def _ids(request: Request) -> list[str]:
    query(request)
    body = bodies.object_of(request, _BODY)
    if "ids" not in body:
        raise BadInput("the body lacks the field 'ids'")
    return [parse_image_id(text) for text in body["ids"]]


@view_config(context=ApiImage, name="alike", request_method="GET", permission=VIEW)
def alike(context: ApiImage, request: Request) -> Response:
    """Return the images that look like one, most similar first, with the differing bits."""
    items = Items(request, query(request, SIZE))
    services = request.services
    image = require_seen(services.images.get(context.image_id), request)
    found = seen(services.duplicates.of_image(image), request)
    data = [
        {**item, "distance": distance(image.phash, other.phash)}
        for item, other in zip(items.items(found), found, strict=True)
    ]
    return conditional_json({"items": data})
