"""Pages of collections: the list, one collection, its download, and the form that describes it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.collections import Collection, CollectionPatch
from ...domain.ids import parse_image_id
from ...domain.text import clean
from ...errors import EditConflict
from ...services.permissions import EDIT, VIEW
from ..collection_resources import CollectionPage, Collections
from ..presentation.archives import MAX_IMAGES, zip_response
from ..presentation.collection_tiles import tiles_of
from ..presentation.conflicts import Difference, conflict, expected_field
from ..presentation.counts import collections_text
from ..presentation.form_fields import field
from ..presentation.grids import grid_of
from ..presentation.i18n import _
from ..presentation.image_lists import ImageList
from ..presentation.requested_sizes import chosen_rendition
from ..presentation.responses import changed, flash

PER_PAGE = 60


@view_config(
    context=Collections,
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/collections.pt",
)
def collections(context: Collections, request: Request) -> dict[str, Any]:
    """Show the collections by title: those whose titles contain `?q=`."""
    site, services = request.site, request.services
    text = clean(request.GET.get("q", ""))[:200]
    cursor = request.GET.get("cursor") or None
    found = services.collections.find(text, PER_PAGE, cursor)
    shown = found.collections
    return {
        "text": text,
        "count": collections_text(found.count, site) if found.count and not cursor else "",
        "tiles": tiles_of(shown, services.collections.sizes(), request) if shown else [],
        "next": site.path("collection", q=text, cursor=found.next) if found.next else None,
        "here": site.path("collection"),
    }


@view_config(context=Collections, request_method="POST", permission=EDIT)
def add_collection(context: Collections, request: Request) -> Response:
    """Make an empty collection from the fields `title` and `description`, and show it."""
    description = request.POST.get("description", "")
    new = request.services.collections.add(field(request, "title"), description)
    path = request.site.path("collection", new.id)
    return changed(request, text=new.id, data={"id": new.id, "href": path}, back=path)


@view_config(
    context=CollectionPage,
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/collection_page.pt",
)
def collection_page(context: CollectionPage, request: Request) -> dict[str, Any]:
    """Show a collection: its text, its pictures in order, and what one can do with them."""
    stored = request.services.collections.get(context.collection_id)
    grid = grid_of(ImageList("collection", stored.id), request)
    return {
        "stored": stored,
        "collection": ImageList("collection", stored.id),
        "grid": grid,
        "count": request.services.collections.sizes().get(stored.id, 0),
        "here": request.site.path("collection", stored.id),
    }


@view_config(context=CollectionPage, name="download", request_method="GET", permission=VIEW)
def download(context: CollectionPage, request: Request) -> Response:
    """Return the pictures as a ZIP: the originals, or `?size=` and `format=`; raises TooLarge."""
    collections = request.services.collections
    stored = collections.get(context.collection_id)
    rendition = chosen_rendition(request)
    images = list(islice(collections.images(stored.id), MAX_IMAGES + 1))
    return zip_response(request, images, rendition, stored.title)


@view_config(context=CollectionPage, name="edit", request_method="POST", permission=EDIT)
def describe(context: CollectionPage, request: Request) -> Response:
    """Change `title` and `description`.

    `expected_title` and `expected_description`, optional: what the editor saw.
    """
    fields = ("title", "description")
    own = {name: field(request, name) for name in fields}
    seen = {name: text for name in fields if (text := expected_field(request, name)) is not None}

    def unchanged(stored: Collection) -> bool:
        return all(
            getattr(stored, name).split() in (text.split(), own[name].split())
            for name, text in seen.items()
        )

    patch, collections = CollectionPatch(**own), request.services.collections
    try:
        collections.update(context.collection_id, patch, unchanged if seen else None)
    except EditConflict as error:
        stored = collections.get(context.collection_id)
        differences = (
            Difference("title", _("Title"), stored.title, own["title"]),
            Difference("description", _("Text"), stored.description, own["description"]),
        )
        return conflict(request, error, *differences)
    return changed(request, text="ok", data=own)


@view_config(context=CollectionPage, name="cover", request_method="POST", permission=EDIT)
def choose_cover(context: CollectionPage, request: Request) -> Response:
    """Make the picture `id` the cover; an empty one makes the first picture the cover again."""
    text = field(request, "id")
    cover = parse_image_id(text) if text else ""
    request.services.collections.update(context.collection_id, CollectionPatch(cover=cover))
    notice = _("The cover was changed.")
    return changed(request, text="ok", data={"cover": cover or None}, notice=notice)


@view_config(context=CollectionPage, name="delete", request_method="POST", permission=EDIT)
def remove(context: CollectionPage, request: Request) -> Response:
    """Remove the collection; its pictures stay."""
    request.services.collections.remove(context.collection_id)
    path = request.site.path("collection")
    if "back" in request.POST:
        flash(request, _("The collection was deleted. Its pictures are still there."))
        return HTTPSeeOther(path)
    return changed(request, text="ok", data={})
