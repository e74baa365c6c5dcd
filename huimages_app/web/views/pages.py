"""Pages of many images: start, all, one tag, search, favourites."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.request import Request
from pyramid.view import view_config

from ...domain.filters import is_filter
from ...domain.ids import ID_PATTERN
from ...domain.models import Query
from ...errors import UnknownImage
from ...services.permissions import CONTRIBUTE, VIEW
from ..presentation import image_lists
from ..presentation.counts import count_text
from ..presentation.dates import KEPT, years_of
from ..presentation.filter_counts import counts_of
from ..presentation.filter_forms import FilterForm
from ..presentation.grids import grid_of, items_of
from ..presentation.i18n import _
from ..presentation.image_lists import ImageList, searched, spelled
from ..presentation.share_targets import share_parameters
from ..presentation.tags import cloud
from ..presentation.tiles import recent_articles, some_collections
from ..presentation.work_lists import work_lists
from ..resources import Favorites, Images, Root, Tagged, Tags

_NEWEST, _RANDOM, _TAGS, _TILES = 24, 16, 60, 12
_ID_OR_URL = re.compile(rf"(?:\S*/)?({ID_PATTERN})(?:[./?#]\S*)?")


@view_config(
    context=Root,
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/start.pt",
)
def start(context: Root, request: Request) -> dict[str, Any]:
    """Show the newest images, their articles, collections, random images, the most used tags.

    Editors also see their work lists.
    """
    images = request.services.images
    newest = images.page(Query(), _NEWEST).images
    return {
        "newest": items_of(newest, request, ImageList()),
        "work_lists": work_lists(request),
        "articles": recent_articles(newest, request, _TILES),
        "collections": some_collections(request, _TILES),
        "max_bytes": request.registry.settings["huimages"].upload.max_bytes,
        "random": items_of(images.random(_RANDOM), request),
        "cloud": cloud(request, images.tags("", _TAGS)),
    }


@view_config(
    context=Images,
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/collection.pt",
)
def all_images(context: Images, request: Request) -> dict[str, Any] | HTTPFound:
    """Show all images: newest first, or in another order (`?order=`)."""
    return _shown(ImageList(), request)


@view_config(context=Images, name="random", request_method="GET", permission=VIEW)
def random_image(context: Images, request: Request) -> HTTPFound:
    """Redirect to the page of a random image."""
    for image in request.services.images.random(1):
        response = HTTPFound(request.site.path("image", image.id))
        response.cache_control = "no-store"
        return response
    raise HTTPNotFound(_("There are no pictures here yet."))


@view_config(
    context=Tagged,
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/collection.pt",
)
def tagged(context: Tagged, request: Request) -> dict[str, Any] | HTTPFound:
    """Show the images with a tag."""
    return _shown(spelled(image_lists.tagged(context.tag), request), request)


@view_config(
    context=Tags,
    request_method="GET",
    request_param="name",
    permission=VIEW,
    renderer="huimages_app:templates/collection.pt",
)
def tagged_by_name(context: Tags, request: Request) -> dict[str, Any] | HTTPFound:
    """Show the images with a tag that cannot be part of a path, such as `a/b`."""
    return _shown(spelled(image_lists.tagged(request.GET["name"]), request), request)


@view_config(
    context=Root,
    name="search",
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/collection.pt",
)
def search(context: Root, request: Request) -> dict[str, Any] | HTTPFound:
    """Search titles, tags, file names and article numbers for the words of `?q=`.

    An image ID, or the URL of an image or of its page, redirects to the page of the image.
    """
    collection = searched(request.GET.get("q", ""))
    if image_id := _image_id_in(collection.value):
        with suppress(UnknownImage):
            image = request.services.images.get(image_id)
            return HTTPFound(request.site.path("image", image.id))
    return _shown(collection, request)


def _image_id_in(text: str) -> str:
    """Return the image ID in a text, which may be a URL or a path; empty if there is none."""
    match = _ID_OR_URL.fullmatch(text)
    return match[1] if match else ""


@view_config(
    context=Root,
    name="filters",
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/filter_page.pt",
)
def filters(context: Root, request: Request) -> dict[str, Any]:
    """Show the filters of the list `?in=`, with the number of images beside each value.

    Scripts fetch it when the filters of the list are opened: counting takes as long as the list.
    """
    collection = ImageList.parse(request.GET.get("in", ""))
    counts = counts_of(collection, request)
    return {"collection": collection, "filters": FilterForm.of(collection, request.site, counts)}


@view_config(
    context=Root,
    name="dates",
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/dates.pt",
)
def dates(context: Root, request: Request) -> dict[str, Any]:
    """Show the months in which the list `?in=` can be entered.

    Scripts fetch it for the rail of dates beside the list.
    """
    collection = ImageList.parse(request.GET.get("in", ""))
    request.response.headers["Cache-Control"] = f"private, max-age={KEPT}"
    return {"collection": collection, "years": years_of(collection, request)}


@view_config(
    context=Favorites,
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/collection.pt",
)
def favorites(context: Favorites, request: Request) -> dict[str, Any] | HTTPFound:
    """Show the visitor's favourites.  The URL does not name the visitor."""
    if request.old_visitor_id and request.has_permission(CONTRIBUTE):
        request.ensure_visitor()  # with a copy of the legacy favourites
    return _shown(ImageList("favorites"), request)


def _shown(collection: ImageList, request: Request) -> dict[str, Any] | HTTPFound:
    """Show a list with the filters and the order of the URL.

    A form without scripts sends its empty fields, too; it is led to the URL without them.
    """
    collection = collection.refined(request.GET.items())
    if any(
        name.endswith((".from", ".until")) or (not value and name != "q" and is_filter(name))
        for name, value in request.GET.items()
    ):
        return HTTPFound(collection.path(request.site))
    grid = grid_of(collection, request)
    is_lost = collection.kind == "search" and not grid.items and not grid.next
    return {
        "collection": collection,
        "grid": grid,
        "ways": _ways_on(collection.value, request) if is_lost else [],
        "filters": FilterForm.of(collection, request.site),
        "count": count_text(grid.count, request),
        "shares": share_parameters(collection),
    }


def _ways_on(text: str, request: Request) -> list[tuple[str, str]]:
    """Return labels and paths of searches similar to one without results."""
    site = request.site
    return [
        (
            one.label,
            site.tag_path(one.search.removeprefix("tag:"))
            if one.kind == "tag"
            else searched(one.search).path(site),
        )
        for one in request.services.suggestions.similar(text)
    ]
