"""The form for editors that changes the rights of an image."""

from __future__ import annotations

from collections.abc import Callable

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.models import Image
from ...domain.rights import FIELDS, clean_rights
from ...services.image_patch import ImagePatch
from ...services.permissions import EDIT
from ..presentation.conflicts import EditedField, save
from ..presentation.form_fields import field
from ..presentation.image_json import rights_of
from ..presentation.responses import changed
from ..presentation.rights import LABELS
from ..resources import ImagePage


@view_config(context=ImagePage, name="rights", request_method="POST", permission=EDIT)
def rights(context: ImagePage, request: Request) -> Response:
    """Change the rights: fields of their names; an empty one removes a right.

    `expected_NAME`, optional: the text that the editor saw.  Returns `ok`, or `{"rights": {…}}`.
    """
    own = clean_rights({name: field(request, name) for name in FIELDS if name in request.POST})
    fields = [
        EditedField(name, LABELS[name], _shown(name), text, f"rights.{name}")
        for name, text in own.items()
    ]
    return save(
        request,
        context.image_id,
        ImagePatch(rights=own),
        *fields,
        respond=lambda image: changed(request, text="ok", data={"rights": rights_of(image.rights)}),
    )


def _shown(name: str) -> Callable[[Image], str]:
    return lambda image: image.rights.values.get(name, "")
