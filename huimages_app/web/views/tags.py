"""The page of all tags, and the cover of a tag."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPFound, HTTPNoContent
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.models import Count, Query
from ...domain.sizes import Size
from ...domain.tags import MAX_LENGTH
from ...domain.text import clean_tag
from ...services.permissions import VIEW
from ..presentation.counts import tags_text
from ..presentation.grids import urls_of
from ..presentation.image_lists import tagged
from ..presentation.tags import by_letter, cloud, tag_links
from ..resources import Root, Tagged, Tags

# Tags on the page of each kind; the filter finds the others.
_COVERS, _LETTERS, _CLOUD = 60, 1000, 1000
_COUNTED = 1000
_COVER = Size.parse("150x150!")
_MINUTES = 10


@view_config(
    context=Tags, request_method="GET", permission=VIEW, renderer="huimages_app:templates/tags.pt"
)
def tags(context: Tags, request: Request) -> dict[str, Any]:
    """Show tags that begin with `?q=`: with covers, or by letter or as a cloud (`?view=`)."""
    prefix = clean_tag(request.GET.get("q", ""))[:MAX_LENGTH]
    found = request.services.images.tags(prefix, _COUNTED + 1)
    values: dict[str, Any] = {
        "view": request.GET.get("view", ""),
        "prefix": prefix,
        "count": _count_text(len(found), request),
    }
    if values["view"] == "letters":
        letters = by_letter(tag_links(request, found[:_LETTERS]))
        return {**values, "letters": letters, "is_empty": not letters}
    if values["view"] == "cloud":
        entries = cloud(request, found[:_CLOUD])
        return {**values, "cloud": entries, "is_empty": not entries}
    links = tag_links(request, found[:_COVERS])
    return {**values, "view": "", "tiles": links, "is_empty": not links}


@view_config(context=Tagged, name="cover", request_method="GET", permission=VIEW)
def cover(context: Tagged, request: Request) -> Response:
    """Redirect to a square of the newest image with the tag."""
    return _cover(context.tag, request)


@view_config(context=Root, name="tag-cover", request_method="GET", permission=VIEW)
def cover_by_name(context: Root, request: Request) -> Response:
    """The same for `?tag=`, which may be one that cannot be part of a path, such as `a/b`."""
    return _cover(request.GET.get("tag", ""), request)


def _cover(tag: str, request: Request) -> Response:
    """Return the redirect to the cover of a tag.

    No content if there is none any more: the counts of tags are a little older than the images.
    """
    name = tagged(tag).value
    images = request.services.images.page(Query(tag=name), 1).images if name else ()
    for image in images:
        response = HTTPFound(urls_of(request).named_url(image, _COVER))
        response.headers["Cache-Control"] = f"private, max-age={_MINUTES * 60}"
        return response
    return HTTPNoContent()


def _count_text(number: int, request: Request) -> str:
    """Return the number of tags in words, exact up to 1,000; empty if there are none."""
    return tags_text(Count.up_to(_COUNTED, number), request.site) if number else ""
