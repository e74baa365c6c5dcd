"""Forms for editors: title, alternative text, focal point, references; move to the trash."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.models import Image
from ...errors import BadInput
from ...services.image_patch import ImagePatch
from ...services.permissions import EDIT
from ..presentation.conflicts import EditedField, save
from ..presentation.form_fields import (
    article_numbers,
    field,
    number_field,
    percent_text,
    shares_field,
)
from ..presentation.grids import artnr_text, others_text
from ..presentation.i18n import _
from ..presentation.image_lists import ImageList, neighbours_in
from ..presentation.responses import Undo, came_from, changed
from ..resources import ImagePage


@view_config(context=ImagePage, name="update_title", request_method="POST", permission=EDIT)
def update_title(context: ImagePage, request: Request) -> Response:
    """Set the title in the field `value`; an old title becomes current again.

    Field `expected_value`, optional: the title that the editor saw.  If the stored one is
    different, the response shows both.  Returns the title as it is stored, or `{"title": …}`.
    """
    title = field(request, "value")
    return save(
        request,
        context.image_id,
        ImagePatch(title=title),
        EditedField("value", _("Title"), lambda image: image.title, title, "title"),
        respond=lambda image: changed(request, text=image.title, data={"title": image.title}),
    )


@view_config(context=ImagePage, name="update_alt", request_method="POST", permission=EDIT)
def update_alt(context: ImagePage, request: Request) -> Response:
    """Set the alternative text in the field `value`; empty removes it.

    `expected_value` as for the title.
    Returns the text as it is stored, or `{"alt": …}`.
    """
    alt = field(request, "value")
    return save(
        request,
        context.image_id,
        ImagePatch(alt=alt),
        EditedField("value", _("Alternative text"), lambda image: image.alt, alt, "alt"),
        respond=lambda image: changed(request, text=image.alt, data={"alt": image.alt}),
    )


@view_config(context=ImagePage, name="focus", request_method="POST", permission=EDIT)
def focus(context: ImagePage, request: Request) -> Response:
    """Set or remove the point that every crop contains.

    One of: fields `x` and `y` in percent; `point.x` and `point.y`, the position of a click in a
    picture of `width` x `height` pixels; `clear`; or `focus`, as `percent_text` writes it.
    `expected_focus`, optional: the point that the editor saw, in the same form.
    Returns `ok`, or `{"focus": [0.3, 0.7]}` (or null).
    """
    point = _point(request)
    label = _("Focal point (from the left and the top, in %)")
    return save(
        request,
        context.image_id,
        ImagePatch(focus=point),
        EditedField(
            "focus", label, lambda image: percent_text(image.focus), percent_text(point), "focus"
        ),
        respond=lambda image: changed(request, text="ok", data={"focus": image.focus}),
    )


def _point(request: Request) -> tuple[float, float] | None:
    if "clear" in request.POST:
        return None
    if "focus" in request.POST:
        shares = shares_field(request, "focus", "30 70")
        return (shares[0], shares[1]) if shares else None
    if "point.x" in request.POST:
        width, height = number_field(request, "width"), number_field(request, "height")
        if min(width, height) < 1:
            raise BadInput("the fields 'width' and 'height' are invalid; expected at least 1 pixel")
        return (
            _within(number_field(request, "point.x") / width),
            _within(number_field(request, "point.y") / height),
        )
    return number_field(request, "x") / 100, number_field(request, "y") / 100


def _within(share: float) -> float:
    # A click on the edge of the last pixel counts as a click on the picture.
    return round(min(max(share, 0.0), 1.0), 4)


@view_config(context=ImagePage, name="references", request_method="POST", permission=EDIT)
def references(context: ImagePage, request: Request) -> Response:
    """Replace the references.

    Fields `artnr`, article numbers separated by commas or spaces; and `others`, lines of the form
    `key: value`.  `expected_artnr` and `expected_others`, optional: the values that the editor
    saw.  Returns `ok`, or `{"references": {…}}`.
    """
    numbers, others = field(request, "artnr"), request.POST.get("others", "")
    present = request.services.images.get(context.image_id).references
    patch = ImagePatch(references={**dict.fromkeys(present, ()), **_parsed(numbers, others)})

    def respond(image: Image) -> Response:
        stored = {key: list(values) for key, values in image.references.items()}
        return changed(request, text="ok", data={"references": stored})

    return save(
        request,
        context.image_id,
        patch,
        EditedField("artnr", _("Article numbers"), artnr_text, numbers, "references.artnr"),
        EditedField("others", _("Other references"), others_text, others, "references"),
        respond=respond,
    )


def _parsed(numbers: str, others: str) -> dict[str, list[str]]:
    references: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, others.splitlines())):
        key, colon, value = line.partition(":")
        if not colon:
            raise BadInput(f"the reference {line[:40]!r} is invalid; expected 'key: value'")
        references.setdefault(key.strip().lower(), []).append(value)
    references.setdefault("artnr", []).extend(article_numbers(numbers))
    return references


@view_config(context=ImagePage, name="trash", request_method="POST", permission=EDIT)
def trash(context: ImagePage, request: Request) -> Response:
    """Move the picture to the trash.  Returns `ok`, or `{"trashed": ID}`.

    The form leads to the next picture of the collection that the field `in` names.
    """
    image_id = context.image_id
    onward = None
    if came_from(request) is not None:
        onward = _beside(image_id, ImageList.parse(request.POST.get("in", "")), request)
    request.services.editing.trash(image_id)
    return changed(
        request,
        text="ok",
        data={"trashed": image_id},
        notice=_("The picture was moved to the trash."),
        back=onward,
        offer=Undo(request.site.path("trash"), [image_id]),
    )


def _beside(image_id: str, collection: ImageList, request: Request) -> str:
    """Return the path of the next picture, of the previous one at the end, or of the collection."""
    site = request.site
    neighbours = neighbours_in(collection, image_id, request)
    beside = neighbours.next or neighbours.previous
    if beside is None:
        return collection.path(site)
    return site.path("image", beside, **{"in": collection.key})
