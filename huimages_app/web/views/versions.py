"""Forms for editors: upload a better picture, turn a picture, go back to an older version."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.models import Image
from ...services.permissions import REPLACE
from ..presentation.form_fields import number_field
from ..presentation.i18n import _
from ..presentation.responses import changed
from ..presentation.uploaded_files import no_files, uploaded_files
from ..resources import ImagePage, Replacement


@view_config(context=Replacement, request_method="POST", permission=REPLACE)
def replace_picture(context: Replacement, request: Request) -> Response:
    """Replace a picture by the file of the field `uploadfile`.

    Returns the ID of the new image, or `{"id": …, "new": …}`.  A form leads to its page.
    """
    files = uploaded_files(request)
    if not files:
        raise no_files()
    filename, file = files[0]
    result = request.services.versions.replace(context.image_id, file, filename)
    data = {"id": result.image.id, "new": result.is_new}
    return _shown(request, result.image, data, _("The picture was replaced."))


@view_config(context=ImagePage, name="turn", request_method="POST", permission=REPLACE)
def turn(context: ImagePage, request: Request) -> Response:
    """Turn a picture clockwise by the field `degrees`: 90, 180 or 270.

    Returns as `replace_picture`.
    """
    degrees = int(number_field(request, "degrees"))
    image = request.services.versions.turn(context.image_id, degrees)
    return _shown(request, image, {"id": image.id}, _("The picture was turned."))


@view_config(context=ImagePage, name="newest", request_method="POST", permission=REPLACE)
def go_back(context: ImagePage, request: Request) -> Response:
    """Make this older version the newest again.  Returns as `replace_picture`."""
    image = request.services.versions.go_back(context.image_id)
    notice = _("This version is the newest again.")
    return _shown(request, image, {"id": image.id}, notice)


def _shown(request: Request, image: Image, data: dict[str, object], notice: str) -> Response:
    path = request.site.path("image", image.id)
    return changed(request, text=image.id, data=data, notice=notice, back=path)
