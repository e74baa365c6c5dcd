"""The form for editors that changes the rights of an image."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.models import Image
from ...domain.rights import FIELDS, clean_rights
from ...errors import EditConflict
from ...services.image_patch import ImagePatch
from ...services.permissions import EDIT
from ..presentation.conflicts import Difference, conflict, expected_field
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
    seen = {n: text for n in own if (text := expected_field(request, n)) is not None}

    def unchanged(image: Image) -> bool:
        return all(getattr(image.rights, name) in (seen[name], own[name]) for name in seen)

    editing = request.services.editing
    try:
        image = editing.update(context.image_id, ImagePatch(rights=own), unchanged)
    except EditConflict as error:
        stored = request.services.images.get(context.image_id).rights
        differences = (
            Difference(name, LABELS[name], getattr(stored, name), text)
            for name, text in own.items()
        )
        return conflict(request, error, *differences)
    return changed(request, text="ok", data={"rights": rights_of(image.rights)})
