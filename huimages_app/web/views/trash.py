"""The trash: list, restore, remove."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.formats import JPEG
from ...domain.models import Image, Query
from ...domain.sizes import Size
from ...errors import BadInput, EditConflict, UnknownImage
from ...services.permissions import ADMINISTER, EDIT
from ..image_files import picture_response
from ..presentation.batch import chosen_ids, for_each, require
from ..presentation.counts import count_at_start, count_text
from ..presentation.grids import Grid, GridItem, style_of, title_of
from ..presentation.image_lists import PER_PAGE
from ..presentation.responses import changed
from ..presentation.site import Site
from ..resources import Trash, TrashedImage

_SIZE = Size.parse("450x300")


@view_config(
    context=Trash,
    request_method="GET",
    permission=EDIT,
    renderer="huimages_app:templates/trash.pt",
)
def trash_page(request: Request) -> dict[str, Any]:
    """Show a page of the images in the trash."""
    cursor = request.GET.get("cursor") or None
    query = Query(trashed=True)
    page = request.services.images.page(query, PER_PAGE, cursor)
    site = request.site
    items = [_item(image, site, request) for image in page.images]
    count = count_at_start(
        len(items),
        request,
        is_all=not page.next,
        count=lambda: request.services.images.count_of(query),
    )
    return {
        "count": count_text(count, request) if items else "",
        "grid": Grid(
            items,
            site.path("trash", cursor=page.next) if page.next else None,
            site.path("trash", cursor=page.previous) if page.previous else None,
        ),
        "days": request.registry.settings["huimages"].trash_days,
    }


@view_config(context=TrashedImage, request_method="GET", permission=EDIT)
def trashed_picture(context: TrashedImage, request: Request) -> Response:
    """Return a small rendition of an image in the trash, for editors only."""
    image = request.services.images.get_any(context.image_id)
    if image.trashed is None:
        raise UnknownImage.with_message(f"the image {image.id} is not in the trash")
    response = picture_response(request.services.renditions.uncached(image, _SIZE, JPEG))
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@view_config(context=Trash, request_method="POST", permission=EDIT)
def change_trash(request: Request) -> Response:
    """Restore images or remove them permanently.

    Fields `id`, once for each image; `action`: restore or remove.
    Returns the number of changed images as text, or `{"done": [ID, …]}`.
    """
    chosen, action = chosen_ids(request), request.POST.get("action", "")
    site, editing = request.site, request.services.editing
    if action == "restore":
        done = for_each(chosen, editing.restore)
        notice = site.counted(
            "${count} picture was restored.", "${count} pictures were restored.", len(done)
        )
    elif action == "remove":
        require(ADMINISTER, request)
        records = request.services.images.get_many(chosen, with_trash=True)
        trashed = [i for i in chosen if i in records and records[i].trashed]
        done = for_each(trashed, lambda image_id: editing.remove(image_id, _require_trashed))
        notice = site.counted(
            "${count} picture was deleted permanently.",
            "${count} pictures were deleted permanently.",
            len(done),
        )
    else:
        raise BadInput("the field 'action' is invalid; expected restore or remove")
    return changed(request, text=str(len(done)), data={"done": done}, notice=notice)


def _require_trashed(image: Image) -> None:
    # Another editor may have restored it since the form was read: hundreds of removals take long.
    if image.trashed is None:
        raise EditConflict(image.id)


def _item(image: Image, site: Site, request: Request) -> GridItem:
    src = site.view_path("trash", image.id)
    width, height = _SIZE.fitted(image.width, image.height)
    title = title_of(image, request)
    return GridItem(
        image.id,
        src,
        src,
        f"{src} 1x",
        width,
        height,
        title,
        image.alt or title,
        style_of(image),
        image.thumbhash,
    )
