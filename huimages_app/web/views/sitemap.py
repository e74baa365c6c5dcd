"""The sitemap: image pages and their pictures, for search engines.

IDs are hashes, so their prefixes divide the images evenly.  A file per prefix has the same
images at each request, without state between requests.
"""

from __future__ import annotations

import itertools
import re
from xml.etree.ElementTree import Element

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...services.permissions import VIEW
from ..presentation.conditional import conditional_response
from ..presentation.image_json import time_text
from ..presentation.sharing import public_rendition
from ..presentation.xml import IMAGE, add, document, root
from ..resources import Root

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
# Search engines accept 50,000 URLs per file.  10,000 are a few megabytes.
PER_FILE = 10_000
_MAX_URLS = 50_000

_LETTERS = "234567ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # of an ID, in their order
_PART = re.compile(rf"[{_LETTERS}]{{1,2}}")


@view_config(context=Root, name="sitemap.xml", request_method="GET", permission=VIEW)
def sitemap(request: Request) -> Response:
    """Return all image pages, or an index of several such files (`?part=`)."""
    part = request.GET.get("part", "")
    if part and not _PART.fullmatch(part):
        raise HTTPNotFound("there is no part of the sitemap with this name")
    parts = [] if part else parts_for(request.services.images.count())
    return conditional_response(
        document(_index(parts, request) if parts else _urls(part, request)), "application/xml"
    )


def parts_for(count: int, per_file: int = PER_FILE) -> list[str]:
    """Return the ID prefixes that divide so many images; none if one file suffices."""
    if count <= per_file:
        return []
    length = 1 if count <= per_file * len(_LETTERS) else 2
    return ["".join(letters) for letters in itertools.product(_LETTERS, repeat=length)]


def _index(parts: list[str], request: Request) -> Element:
    index = root("sitemapindex", SITEMAP)
    for part in parts:
        path = request.site.view_path("sitemap.xml", part=part)
        add(add(index, "sitemap"), "loc", f"{request.host_url}{path}")
    return index


def _urls(part: str, request: Request) -> Element:
    urls, site = root("urlset", SITEMAP), request.site
    images = filter(request.services.showing.is_shown, request.services.images.with_id_prefix(part))
    for image in itertools.islice(images, _MAX_URLS):
        url = add(urls, "url")
        add(url, "loc", f"{request.host_url}{site.path('image', image.id)}")
        add(url, "lastmod", time_text(image.modified))
        if picture := public_rendition(image, request):
            add(add(url, f"{{{IMAGE}}}image"), f"{{{IMAGE}}}loc", picture.url)
    return urls
