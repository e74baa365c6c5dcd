"""What editors change: titles, alternative texts, focal points, references; and the trash."""

from __future__ import annotations

import re

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...errors import BadInput
from ...services.image_patch import ImagePatch
from ...services.permissions import EDIT
from ..presentation.i18n import _
from ..presentation.responses import changed, field, number_field
from ..presentation.site import Site
from ..resources import ImagePage


@view_config(context=ImagePage, name="update_title", request_method="POST", permission=EDIT)
def update_title(context: ImagePage, request: Request) -> Response:
    """Field `value`: the new title, or an old one, which becomes current again.

    Answers the title as it is stored, or `{"title": …}`.
    """
    image = request.services.editing.update(
        context.image_id, ImagePatch(title=field(request, "value"))
    )
    return changed(request, text=image.title, data={"title": image.title})


@view_config(context=ImagePage, name="update_alt", request_method="POST", permission=EDIT)
def update_alt(context: ImagePage, request: Request) -> Response:
    """Field `value`: the alternative text; empty removes it.  Answers it, or `{"alt": …}`."""
    image = request.services.editing.update(
        context.image_id, ImagePatch(alt=field(request, "value"))
    )
    return changed(request, text=image.alt, data={"alt": image.alt})


@view_config(context=ImagePage, name="focus", request_method="POST", permission=EDIT)
def focus(context: ImagePage, request: Request) -> Response:
    """Where crops are cut around.  Answers `ok`, or `{"focus": [0.3, 0.7]}` (or null).

    Either fields `x` and `y` in percent; or `point.x` and `point.y`, where somebody clicked
    into a picture of `width` x `height` pixels; or `clear`.
    """
    if "clear" in request.POST:
        point = None
    elif "point.x" in request.POST:
        width, height = number_field(request, "width"), number_field(request, "height")
        if min(width, height) < 1:
            raise BadInput("the picture that was clicked into has no size")
        point = (
            _within(number_field(request, "point.x") / width),
            _within(number_field(request, "point.y") / height),
        )
    else:
        point = (number_field(request, "x") / 100, number_field(request, "y") / 100)
    image = request.services.editing.update(context.image_id, ImagePatch(focus=point))
    return changed(request, text="ok", data={"focus": image.focus})


def _within(share: float) -> float:
    # A click on the last pixel's edge counts as one on the picture.
    return round(min(max(share, 0.0), 1.0), 4)


@view_config(context=ImagePage, name="references", request_method="POST", permission=EDIT)
def references(context: ImagePage, request: Request) -> Response:
    """Fields `artnr`, article numbers divided by commas or spaces; and `others`, a line each:
    `key: value`.  They replace what was there.  Answers `ok`, or `{"references": {…}}`.
    """
    wanted: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, request.POST.get("others", "").splitlines())):
        key, colon, value = line.partition(":")
        if not colon:
            raise BadInput(f"the reference {line[:40]!r} is not of the form key: value")
        wanted.setdefault(key.strip().lower(), []).append(value)
    wanted.setdefault("artnr", []).extend(article_numbers(field(request, "artnr")))
    present = request.services.images.get(context.image_id).references
    patch = ImagePatch(references={**dict.fromkeys(present, ()), **wanted})
    image = request.services.editing.update(context.image_id, patch)
    return changed(
        request, text="ok", data={"references": {k: list(v) for k, v in image.references.items()}}
    )


def article_numbers(text: str) -> list[str]:
    """Article numbers in a field: divided by commas, semicolons or spaces."""
    return [number for number in re.split(r"[,;\s]+", text) if number]


@view_config(context=ImagePage, name="trash", request_method="POST", permission=EDIT)
def trash(context: ImagePage, request: Request) -> Response:
    """Move the picture to the trash.  Answers `ok`, or `{"trashed": ID}`."""
    request.services.editing.trash(context.image_id)
    return changed(
        request,
        text="ok",
        data={"trashed": context.image_id},
        notice=_("The picture was moved to the trash."),
        back=Site(request).path("image"),
    )
