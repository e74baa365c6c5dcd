"""The page of an image, its download, and redirects to its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.content import WHOLE, ContentBox, in_per_mille
from ...domain.models import Annotation, AnnotationSummary, Image
from ...domain.sizes import Size
from ...errors import UnknownImage
from ...services.permissions import EDIT, VIEW
from ...services.urls import UrlBuilder
from ...services.zip_download import rendition_filename
from ..image_files import picture_response
from ..presentation.articles import strips_of
from ..presentation.form_fields import percent_text
from ..presentation.grids import (
    GridItem,
    artnr_text,
    items_of,
    others_text,
    thumb_of,
    title_of,
    urls_of,
)
from ..presentation.history import SHOWN, history_of
from ..presentation.i18n import _
from ..presentation.image_lists import ImageList, window_in
from ..presentation.likeness import LikenessItem, likeness_item
from ..presentation.pictures import picture_of
from ..presentation.reading import reading_once
from ..presentation.requested_sizes import chosen_rendition
from ..presentation.rights import facts_of, fields_of
from ..presentation.sharing import sharing_of
from ..presentation.showing import badge_of, require_seen, seen, sees
from ..presentation.size_picker import size_picker
from ..presentation.versions import versions_of
from ..resources import ImagePage

_REACH = 20  # images in either direction, of which the next one that the client sees is linked
_CLICKED = Size.parse("320x320")
_CROPS = (Size.parse("150x150!"), Size.parse("200x100!"), Size.parse("75x150!"))
_PADDINGS = (Size.parse("150x150=7"), Size.parse("200x100=7"), Size.parse("75x150=7"))


@dataclass(frozen=True)
class Tag:
    """A tag of the image, as it is shown; `is_removable` by the visitor."""

    name: str
    count: int
    href: str
    is_removable: bool


@dataclass(frozen=True)
class Crop:
    """A crop around the focal point, or the content box with a margin."""

    src: str
    width: int
    height: int


@view_config(
    context=ImagePage,
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/image.pt",
    decorator=reading_once,
)
def image_page(context: ImagePage, request: Request) -> dict[str, Any] | Response:
    """Show an image; `?in=tag:sea` names the collection that contains its neighbours."""
    services, image_id = request.services, context.image_id
    image = services.images.get_any(image_id)
    collection = ImageList.parse(request.GET.get("in", ""))
    if image.trashed is not None:
        return _trashed_page(image, collection, request)
    require_seen(image, request)
    previous, following = _neighbours(collection, image_id, request)
    annotation = (
        services.annotations.get(image_id, request.visitor_id)
        if request.visitor_id
        else Annotation()
    )
    summary = services.annotations.summary(image_id)
    urls = urls_of(request)
    return {
        "image": image,
        "title": title_of(image, request),
        "collection": collection,
        "picture": picture_of(image, urls),
        "annotation": annotation,
        "summary": summary,
        "sharing": sharing_of(image, summary, request),
        "tags": _tags(summary, annotation, request),
        "previous": _neighbour_item(previous, collection, request),
        "next": _neighbour_item(following, collection, request),
        "random": items_of(services.images.random(1), request),
        "crops": [_crop(image, size, urls) for size in _CROPS],
        "focus": [round(share * 100) for share in image.focal_point or (0.5, 0.5)],
        "stored_focus": percent_text(image.focus),
        "paddings": [_crop(image, size, urls) for size in _PADDINGS],
        "content": _percent(image.corrected_content or image.content or WHOLE),
        "stored_content": percent_text(image.corrected_content),
        "article_numbers": artnr_text(image),
        "other_references": others_text(image),
        "rights": facts_of(image.rights, request),
        "rights_fields": fields_of(image.rights, request),
        "badge": badge_of(image, request),
        "changes": history_of(image.history, request, SHOWN),
        "clicked": _crop(image, _CLICKED, urls),
        "strips": strips_of(image, request),
        "collections": services.collections.of_image(image),
        "picker": size_picker(image, request),
        "versions": versions_of(image, request),
        "similar": (likeness := _likeness(image, request)).alike,
        "dismissed": likeness.dismissed,
    }


def _likeness(image: Image, request: Request) -> LikenessItem:
    """Return the images that look like this one: editors may decide about them."""
    if not request.site.may(EDIT):
        return LikenessItem()
    return likeness_item(image, request.services.duplicates.likeness_of(image), request)


def _trashed_page(image: Image, collection: ImageList, request: Request) -> Response:
    """Return a page that can restore the picture; raise UnknownImage for visitors."""
    if not request.has_permission(EDIT):
        raise UnknownImage.in_trash(image.id)
    values = {"image": image, "title": title_of(image, request), "collection": collection}
    response = render_to_response("huimages_app:templates/trashed.pt", values, request=request)
    response.status_int = 404
    response.headers["Cache-Control"] = "no-store"
    return response


@view_config(context=ImagePage, name="download", request_method="GET", permission=VIEW)
def download(context: ImagePage, request: Request) -> Response:
    """Return the original as a download, with the file name of its upload.

    Or a rendition: `?size=vga&format=webp`.
    """
    services = request.services
    image = services.images.get(context.image_id)
    name = image.filename or f"{image.id}.jpeg"
    if chosen := chosen_rendition(request):
        size, format_ = chosen
        served = services.renditions.get(image.id, image.shown_in(size), format_)
        name = rendition_filename(name, size, format_)
    else:
        served = services.renditions.original(image.id)
    response = picture_response(served)
    name = quote(name)
    response.content_disposition = f"attachment; filename*=UTF-8''{name}"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@view_config(context=ImagePage, name="previous", request_method="GET", permission=VIEW)
@view_config(context=ImagePage, name="next", request_method="GET", permission=VIEW)
def neighbour(context: ImagePage, request: Request) -> HTTPFound:
    """Redirect to the previous or next image in the collection of `?in=`."""
    collection = ImageList.parse(request.GET.get("in", ""))
    previous, following = _beside(collection, context.image_id, 1, request)
    image = previous if request.view_name == "previous" else following
    if image is None:
        # Further away than an image that the client does not see, there may be others.
        previous, following = _beside(collection, context.image_id, _REACH, request)
        image = previous if request.view_name == "previous" else following
    if image is None:
        raise HTTPNotFound(_("There are no more pictures in this direction."))
    return HTTPFound(request.site.path("image", image.id, **{"in": collection.key}))


def _neighbours(
    collection: ImageList, image_id: str, request: Request
) -> tuple[Image | None, Image | None]:
    """Return the images before and after one that the client sees."""
    window = window_in(collection, image_id, 1, request)
    if all(sees(image, request) for image in (*window.before, *window.after)):
        return next(iter(window.before), None), next(iter(window.after), None)
    return _beside(collection, image_id, _REACH, request)


def _beside(
    collection: ImageList, image_id: str, reach: int, request: Request
) -> tuple[Image | None, Image | None]:
    """Return the nearest of at most `reach` images in each direction that the client sees."""
    window = window_in(collection, image_id, reach, request)
    return (
        next(iter(seen(reversed(window.before), request)), None),
        next(iter(seen(window.after, request)), None),
    )


def _tags(summary: AnnotationSummary, annotation: Annotation, request: Request) -> list[Tag]:
    site = request.site
    is_editor = site.may(EDIT)
    by_count = sorted(summary.tags.items(), key=lambda entry: (-entry[1], entry[0]))
    return [
        Tag(
            summary.spelling(tag),
            count,
            site.tag_path(tag),
            is_editor or tag in annotation.tags,
        )
        for tag, count in by_count
    ]


def _neighbour_item(
    image: Image | None, collection: ImageList, request: Request
) -> GridItem | None:
    if image is None:
        return None
    href = request.site.path("image", image.id, **{"in": collection.key})
    return thumb_of(image, href, request)


def _crop(image: Image, size: Size, urls: UrlBuilder) -> Crop:
    return Crop(urls.named_url(image, size), *size.fitted(image.width, image.height))


def _percent(box: ContentBox) -> list[str]:
    """Return the sides of a content box in percent, in the steps that a URL has."""
    return [f"{side / 10:g}" for side in in_per_mille(box)]
