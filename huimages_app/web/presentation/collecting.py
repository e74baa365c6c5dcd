"""Put selected pictures into a collection: the page that asks which, and the action itself."""

from __future__ import annotations

from collections.abc import Sequence

from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response

from .i18n import _
from .responses import ShowCollection, came_from, changed

_TEMPLATE = "huimages_app:templates/collecting.pt"


def collect(chosen: Sequence[str], request: Request) -> Response:
    """Add pictures to the collection `collection`, or to a new one with the title `title`.

    Without both, return a page that asks for one of them.
    """
    services = request.services
    name, title = request.POST.get("collection", ""), request.POST.get("title", "").strip()
    if not name and not title:
        return _asking(chosen, request)
    stored = services.collections.get(name) if name else services.collections.add(title)
    added = services.collection_images.add_images(stored.id, chosen)
    notice = request.site.counted(
        "${count} picture was added to the collection.",
        "${count} pictures were added to the collection.",
        len(added),
    )
    if not added:
        notice = request.localizer.translate(_("The collection has these pictures already."))
    data = {"done": added, "collection": stored.id}
    path = request.site.path("collection", stored.id)
    offer = ShowCollection(path) if name else None
    back = (
        None if name else path
    )  # a new collection: its page has the next steps (order, cover, share)
    return changed(request, text=str(len(added)), data=data, notice=notice, back=back, offer=offer)


def take_out(chosen: Sequence[str], request: Request) -> Response:
    """Take pictures out of the collection `out_of`."""
    name = request.POST.get("out_of", "")
    done = request.services.collection_images.remove_images(name, chosen)
    notice = request.site.counted(
        "${count} picture was taken out of the collection.",
        "${count} pictures were taken out of the collection.",
        len(done),
    )
    return changed(request, text=str(len(done)), data={"done": done}, notice=notice)


def _asking(chosen: Sequence[str], request: Request) -> Response:
    values = {
        "chosen": chosen,
        "collections": request.services.collections.all(),
        "back": came_from(request) or request.site.path("image"),
        "action": request.site.path("selection"),
    }
    response = render_to_response(_TEMPLATE, values, request=request)
    response.headers["Cache-Control"] = "no-store"
    return response
