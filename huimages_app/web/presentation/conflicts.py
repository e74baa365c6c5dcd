"""Conflicting edits: the later editor sees both values and chooses one."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.i18n import TranslationString
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response

from ...errors import EditConflict
from .form_fields import field
from .responses import came_from

_TEMPLATE = "huimages_app:templates/conflict.pt"
_PREFIX = "expected_"


@dataclass(frozen=True)
class Difference:
    """One field of the form: its name and label, the stored value, and the editor's value.

    `shown` are both as people read them, if that differs.
    """

    name: str
    label: TranslationString
    stored: str
    own: str
    shown: tuple[str, str] | None = None

    @property
    def texts(self) -> tuple[str, str]:
        """Return the stored and the editor's value for people."""
        return self.shown or (self.stored, self.own)


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
