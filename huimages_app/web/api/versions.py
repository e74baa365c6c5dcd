"""`/api/v1/images/ID/file`, `versions`, `newest` and `turn`: the versions of an image."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.models import Image
from ...errors import BadInput
from ...services.permissions import REPLACE, VIEW
from ..presentation.conditional import conditional_json
from ..resources import ApiImage
from . import bodies
from .parameters import query
from .responses import matches
from .serializers import SIZE, Items
from .uploads import picture_body

_TURN = {"degrees": ("90, 180 or 270", bodies.degrees)}


@view_config(context=ApiImage, name="file", request_method="PUT", permission=REPLACE)
def replace_file(context: ApiImage, request: Request) -> Response:
    """Replace a picture by the body; `filename` is the name of the file."""
    parameters = query(request, "filename", SIZE)
    items = Items(request, parameters)

    def unchanged(newest: Image) -> bool:
        return matches(request, items.item(newest).state)

    result = request.services.versions.replace(
        context.image_id,
        picture_body(request),
        parameters.text("filename"),
        unchanged if "If-Match" in request.headers else None,
    )
    return _response(request, items, result.image, is_new=result.is_new)


@view_config(context=ApiImage, name="turn", request_method="POST", permission=REPLACE)
def turn(context: ApiImage, request: Request) -> Response:
    """Turn a picture clockwise by `degrees`."""
    items = Items(request, query(request, SIZE))
    degrees = bodies.object_of(request, _TURN).get("degrees")
    if degrees is None:
        raise BadInput("the body lacks the field 'degrees'")
    image = request.services.versions.turn(context.image_id, degrees)
    return _response(request, items, image)


@view_config(context=ApiImage, name="newest", request_method="PUT", permission=REPLACE)
def go_back(context: ApiImage, request: Request) -> Response:
    """Make an older version the newest again."""
    items = Items(request, query(request, SIZE))
    return _response(request, items, request.services.versions.go_back(context.image_id))


@view_config(context=ApiImage, name="versions", request_method="GET", permission=VIEW)
def versions(context: ApiImage, request: Request) -> Response:
    """Return all versions of an image, oldest first, without those in the trash."""
    items = Items(request, query(request, SIZE))
    services = request.services
    found = services.versions.all(services.images.get(context.image_id))
    shown = [image for image in found if image.trashed is None]
    return conditional_json({"items": items.items(shown)})


def _response(request: Request, items: Items, image: Image, *, is_new: bool = False) -> Response:
    item = items.item(image)
    path = request.resource_path(request.context.__parent__, image.id).rstrip("/")
    headers = {"Location": f"{request.host_url}{path}"} if is_new else {}
    return conditional_json(
        item.data, status=201 if is_new else 200, state=item.state, headers=headers
    )
