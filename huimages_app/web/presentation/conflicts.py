"""Conflicting edits: the later editor sees both values and chooses one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyramid.i18n import TranslationString
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response

from ...domain.history import Change
from ...domain.models import Image
from ...errors import EditConflict
from ...services.image_patch import ImagePatch
from .form_fields import field
from .history import last_change
from .responses import came_from

_TEMPLATE = "huimages_app:templates/conflict.pt"
_PREFIX = "expected_"


@dataclass(frozen=True)
class Difference:
    """One field of the form: its name and label, the stored value, and the editor's value.

    `shown` are both as people read them, if that differs.  `last` is the change that stored the
    present value, if the history has it.
    """

    name: str
    label: str
    stored: str
    own: str
    shown: tuple[str, str] | None = None
    last: Change | None = None

    @property
    def texts(self) -> tuple[str, str]:
        """Return the stored and the editor's value for people."""
        return self.shown or (self.stored, self.own)


@dataclass(frozen=True)
class EditedField:
    """One field of a form that changes an image: its name and label, and the editor's value.

    `show` returns the value of an image as the form shows it.  `field` is its name in the
    history of the image, or the beginning of several names.
    """

    name: str
    label: TranslationString
    show: Callable[[Image], str]
    own: str
    field: str


def save(
    request: Request,
    image_id: str,
    patch: ImagePatch,
    *fields: EditedField,
    respond: Callable[[Image], Response],
) -> Response:
    """Change an image and return the response to the changed record.

    If a field `expected_NAME` of the form differs from the stored value, the response shows both
    values, unless the stored one is the editor's already.
    """
    seen = [
        (each, text) for each in fields if (text := expected_field(request, each.name)) is not None
    ]

    def unchanged(image: Image) -> bool:
        # Browsers send line breaks as CR LF.
        return all(
            each.show(image).split() in (text.split(), each.own.split()) for each, text in seen
        )

    try:
        image = request.services.editing.update(image_id, patch, unchanged if seen else None)
    except EditConflict as error:
        stored = request.services.images.get(image_id)
        differences = (
            Difference(
                each.name,
                each.label,
                each.show(stored),
                each.own,
                last=last_change(stored.history, each.field),
            )
            for each in fields
        )
        return conflict(request, error, *differences)
    return respond(image)


def expected_field(request: Request, name: str) -> str | None:
    """Return the value that the editor saw in the field `name`; None if the form lacks it."""
    key = _PREFIX + name
    return field(request, key) if key in request.POST else None


def conflict(
    request: Request, error: EditConflict, *differences: Difference, **kept: str
) -> Response:
    """Return a page with the stored values and the editor's, and a form to save the latter.

    `kept` are further fields of the form.  Raise `error` again for a program, whose request
    lacks the field `back`.
    """
    back = came_from(request)
    if back is None:
        raise error
    values = {"differences": differences, "kept": kept, "action": request.path, "back": back}
    response = render_to_response(_TEMPLATE, values, request=request)
    response.status_int = 409
    response.headers["Cache-Control"] = "no-store"
    return response
