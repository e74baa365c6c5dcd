"""The history of an image, and the form that takes a change back."""

from __future__ import annotations

import json
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.history import TAGS, Change, Value
from ...domain.image_fields import fields_of
from ...errors import BadInput, EditConflict
from ...services.permissions import EDIT
from ..presentation.conflicts import Difference, conflict, expected_field
from ..presentation.form_fields import field
from ..presentation.grids import title_of
from ..presentation.history import history_of, label_of, text_of
from ..presentation.i18n import _
from ..presentation.responses import changed
from ..resources import ImagePage


@view_config(
    context=ImagePage,
    name="history",
    request_method="GET",
    permission=EDIT,
    renderer="huimages_app:templates/image_history.pt",
)
def history(context: ImagePage, request: Request) -> dict[str, Any]:
    """Show all changes of an image that are kept, the newest first."""
    image = request.services.images.get_any(context.image_id)
    return {
        "image": image,
        "title": title_of(image, request),
        "changes": history_of(image.history, request),
        "here": request.site.path("image", image.id),
    }


@view_config(context=ImagePage, name="take_back", request_method="POST", permission=EDIT)
def take_back(context: ImagePage, request: Request) -> Response:
    """Take back the change in the field `change`.

    `expected_present`, optional: the present value of the field as JSON, if the editor saw that
    it is no longer the one of the change.  If it is another one, the response shows both.
    Returns `ok`, or `{"taken_back": ID}`.
    """
    services, image_id = request.services, context.image_id
    change = services.histories.change(image_id, field(request, "change"))
    expected = expected_field(request, "present")
    present = change.after if expected is None else _parsed(expected)
    try:
        services.histories.take_back(image_id, change.id, present)
    except EditConflict as error:
        if change.field == TAGS:
            notice = _("The tags were changed again since. They stay as they are.")
            return changed(request, text="ok", data={"taken_back": None}, notice=notice)
        return conflict(request, error, _difference(change, request), change=change.id)
    notice = _("The change was taken back.")
    return changed(request, text="ok", data={"taken_back": change.id}, notice=notice)


def _difference(change: Change, request: Request) -> Difference:
    image = request.services.images.get_any(request.context.image_id)
    present = fields_of(image).get(change.field)
    return Difference(
        "present",
        label_of(change.field, request.site),
        json.dumps(present),
        json.dumps(change.before),
        (text_of(change.field, present, request), text_of(change.field, change.before, request)),
    )


def _parsed(text: str) -> Value:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("the field 'expected_present' is no JSON") from None
