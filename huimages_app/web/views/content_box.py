"""The form that corrects the content box of an image."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.content import ContentBox
from ...services.image_patch import ImagePatch
from ...services.permissions import EDIT
from ..presentation.conflicts import EditedField, save
from ..presentation.form_fields import number_field, percent_text, shares_field
from ..presentation.i18n import _
from ..presentation.responses import changed
from ..resources import ImagePage

_SIDES = ("left", "top", "right", "bottom")


@view_config(context=ImagePage, name="content", request_method="POST", permission=EDIT)
def content(context: ImagePage, request: Request) -> Response:
    """Correct the part of the picture that trimmed sizes show, or use the measured one again.

    One of: fields `left`, `top`, `right` and `bottom` in percent; `clear`; or `content`, as
    `percent_text` writes it.  `expected_content`, optional: the corrected box that the editor
    saw, in the same form.  Returns `ok`, or `{"corrected_content": [0.1, 0, 0.9, 1]}` (or null).
    """
    box = _box(request)
    label = _("Content box (left, top, right and bottom, in %)")
    return save(
        request,
        context.image_id,
        ImagePatch(corrected_content=box),
        EditedField(
            "content",
            label,
            lambda image: percent_text(image.corrected_content),
            percent_text(box),
            "corrected_content",
        ),
        respond=lambda image: changed(
            request, text="ok", data={"corrected_content": image.corrected_content}
        ),
    )


def _box(request: Request) -> ContentBox | None:
    if "clear" in request.POST:
        return None
    if "content" in request.POST:
        shares = shares_field(request, "content", "12.5 0 90 100")
        if not shares:
            return None
    else:
        shares = [number_field(request, side) / 100 for side in _SIDES]
    left, top, right, bottom = shares
    return left, top, right, bottom
