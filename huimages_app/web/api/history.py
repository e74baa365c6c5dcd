"""`/api/v1/images/ID/history`: the changes of an image; take one back."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.history import Change
from ...errors import BadInput
from ...services.histories import json_of_change
from ...services.permissions import EDIT
from ..presentation.conditional import conditional_json
from ..presentation.image_json import time_text
from ..resources import ApiImage
from . import bodies
from .parameters import query
from .serializers import Items

_LONGEST_ID = 100
_TAKE_BACK = {"take_back": ("the ID of a change", bodies.text(_LONGEST_ID))}


@view_config(context=ApiImage, name="history", request_method="GET", permission=EDIT)
def history(context: ApiImage, request: Request) -> Response:
    """Return the changes of an image that are kept, the newest first."""
    query(request)
    changes = request.services.histories.of(context.image_id)
    undone = {change.undoes for change in changes}
    items = [_item(change, change.id in undone) for change in reversed(changes)]
    return conditional_json({"items": items})


@view_config(context=ApiImage, name="history", request_method="POST", permission=EDIT)
def take_back(context: ApiImage, request: Request) -> Response:
    """Take back the change `take_back`; return the image."""
    items = Items(request, query(request))
    change_id = bodies.object_of(request, _TAKE_BACK).get("take_back")
    if change_id is None:
        raise BadInput("the body lacks the field 'take_back'")
    image = request.services.histories.take_back(context.image_id, change_id)
    item = items.item(image)
    return conditional_json(item.data, state=item.state)


def _item(change: Change, is_undone: bool) -> dict[str, Any]:
    return {
        "id": change.id,
        "at": time_text(change.at),
        **json_of_change(change),
        "undone": is_undone,
    }
