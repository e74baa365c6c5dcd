"""Atom feeds with Media RSS: the newest images, those with a tag, those of a search."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.html import img_tag
from ...domain.models import AnnotationSummary, Image
from ...services.permissions import VIEW
from ..presentation.conditional import conditional_response
from ..presentation.grids import title_of
from ..presentation.image_json import tags_of, time_text
from ..presentation.image_lists import ImageList, page_of, searched, tagged
from ..presentation.sharing import CONTENTTYPE, public_rendition
from ..presentation.xml import MEDIA, add, document, root
from ..resources import Root, Tagged

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "application/atom+xml"
_NEVER = "1970-01-01T00:00:00Z"  # the modification time of an empty feed


@view_config(context=Root, name="feed.atom", request_method="GET", permission=VIEW)
def feed(context: Root, request: Request) -> Response:
    """Return the newest images, or those of a search (`?q=`) or with a tag (`?tag=`)."""
    if tag := request.GET.get("tag", ""):
        return _feed(tagged(tag), request)
    if text := request.GET.get("q", ""):
        return _feed(searched(text), request)
    return _feed(ImageList(), request)


@view_config(context=Tagged, name="feed.atom", request_method="GET", permission=VIEW)
def feed_of_tag(context: Tagged, request: Request) -> Response:
    """Return the images with a tag."""
    return _feed(tagged(context.tag), request)


def _feed(collection: ImageList, request: Request) -> Response:
    page, site = page_of(collection, request), request.site
    here = f"{request.host_url}{collection.feed_path(site)}"
    title = request.localizer.translate(collection.title)
    element = root("feed", ATOM)
    add(element, "id", here)
    add(element, "title", f"{title} – {request.site.name}")
    images = [image for image in page.images if request.services.showing.is_shown(image)]
    changed = max((image.modified for image in images), default=None)
    add(element, "updated", time_text(changed) if changed else _NEVER)
    add(add(element, "author"), "name", request.site.name)
    add(element, "link", rel="self", type=CONTENT, href=request.url)
    add(element, "link", rel="alternate", type="text/html", href=_page(collection, request))
    for relation, cursor in (("next", page.next), ("previous", page.previous)):
        if cursor:
            href = f"{request.host_url}{collection.feed_path(site, cursor)}"
            add(element, "link", rel=relation, type=CONTENT, href=href)
    summaries = request.services.annotations.summaries([image.id for image in images])
    for image in images:
        _add_entry(element, image, summaries[image.id], request)
    return conditional_response(document(element), CONTENT)


def _page(collection: ImageList, request: Request) -> str:
    return f"{request.host_url}{collection.path(request.site)}"


def _add_entry(feed: Element, image: Image, summary: AnnotationSummary, request: Request) -> None:
    page = f"{request.host_url}{request.site.path('image', image.id)}"
    title = title_of(image, request)
    entry = add(feed, "entry")
    # Independent of the host: the ID begins with the SHA-1 of the picture.
    add(entry, "id", f"urn:sha1:{image.id[:32]}")
    add(entry, "title", title)
    add(entry, "published", time_text(image.created))
    add(entry, "updated", time_text(image.modified))
    add(entry, "link", rel="alternate", type="text/html", href=page)
    for tag in tags_of(summary):
        spelling = summary.spelling(tag)
        add(entry, "category", term=tag, **({"label": spelling} if spelling != tag else {}))
    picture = public_rendition(image, request)
    if picture is None:
        return
    width, height = str(picture.width), str(picture.height)
    add(entry, "link", rel="enclosure", type=CONTENTTYPE, href=picture.url)
    tag_ = img_tag(picture.url, picture.width, picture.height, picture.alt)
    add(entry, "content", tag_, type="html")
    media = add(
        entry,
        f"{{{MEDIA}}}content",
        url=picture.url,
        type=CONTENTTYPE,
        medium="image",
        width=width,
        height=height,
    )
    add(media, f"{{{MEDIA}}}title", title, type="plain")
    if image.alt:
        add(media, f"{{{MEDIA}}}description", image.alt, type="plain")
