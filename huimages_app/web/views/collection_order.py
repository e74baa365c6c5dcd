"""The page on which editors order the pictures of a collection."""

from __future__ import annotations

from typing import Any, get_args

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.ids import parse_image_id
from ...errors import BadInput
from ...services.collection_images import Step
from ...services.permissions import EDIT
from ..collection_resources import CollectionPage
from ..presentation.collection_tiles import pictures_in_order
from ..presentation.form_fields import field
from ..presentation.i18n import _
from ..presentation.image_lists import PER_PAGE
from ..presentation.responses import changed


@view_config(
    context=CollectionPage,
    name="order",
    request_method="GET",
    permission=EDIT,
    renderer="huimages_app:templates/collection_order.pt",
)
def order(context: CollectionPage, request: Request) -> dict[str, Any]:
    """Show the pictures in order, a page at a time, with the means to move them."""
    services, site = request.services, request.site
    stored = services.collections.get(context.collection_id)
    cursor = request.GET.get("cursor") or None
    page = services.collections.page(stored.id, PER_PAGE, cursor)

    def path(position: str | None) -> str | None:
        return (
            site.view_path("collection", stored.id, "order", cursor=position) if position else None
        )

    return {
        "stored": stored,
        "pictures": pictures_in_order(page, request),
        "here": site.path("collection", stored.id),
        "next": path(page.next),
        "previous": path(page.previous),
        "first_page": site.view_path("collection", stored.id, "order") if cursor else None,
    }


@view_config(context=CollectionPage, name="order", request_method="POST", permission=EDIT)
def move(context: CollectionPage, request: Request) -> Response:
    """Move the picture `id`.

    `to`: first, earlier, later or last; or `before` or `after`, the ID of another picture.
    Returns `ok`, or `{"id": …}`.
    """
    images, name = request.services.collection_images, context.collection_id
    image_id = parse_image_id(field(request, "id"))
    to = request.POST.get("to", "")
    if to in get_args(Step):
        images.step(name, image_id, to)
    elif to:
        raise BadInput(
            f"the field 'to' is {to[:20]!r}; expected one of {', '.join(get_args(Step))}"
        )
    else:
        beside = {
            where: parse_image_id(text)
            for where in ("before", "after")
            if (text := request.POST.get(where, ""))
        }
        if not beside:
            raise BadInput("the form lacks the fields 'to', 'before' and 'after'; expected one")
        images.move(name, image_id, **beside)
    return changed(request, text="ok", data={"id": image_id})


@view_config(context=CollectionPage, name="take-out", request_method="POST", permission=EDIT)
def take_out(context: CollectionPage, request: Request) -> Response:
    """Take the picture `id` out of the collection; it stays in the archive."""
    image_id = parse_image_id(field(request, "id"))
    done = request.services.collection_images.remove_images(context.collection_id, [image_id])
    notice = _("The picture was taken out of the collection.") if done else ""
    return changed(request, text=str(len(done)), data={"done": done}, notice=notice)
