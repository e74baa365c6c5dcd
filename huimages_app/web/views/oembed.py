"""oEmbed: the data of a photo, for content systems that embed pasted URLs."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import unquote, urlsplit

from pyramid.httpexceptions import HTTPNotFound, HTTPNotImplemented
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.ids import ID_PATTERN
from ...domain.sizes import MAX_SIDE, Size
from ...errors import BadInput
from ...services.permissions import VIEW
from ..presentation.conditional import conditional_json
from ..presentation.grids import title_of
from ..presentation.sharing import USUAL, public_rendition
from ..resources import Root

CACHE_AGE = 3600  # seconds

# The page of an image, or a rendition: /image/ID/, /240x160/ID/name.jpeg.
_PATH = re.compile(rf"/[^/]+/({ID_PATTERN})(?:[./].*)?")
_THUMBNAIL = Size.parse("240x160")


@view_config(context=Root, name="oembed", request_method="GET", permission=VIEW)
def oembed(request: Request) -> Response:
    """Return a photo for `?url=`, within `maxwidth` and `maxheight`; see oembed.com."""
    if request.GET.get("format", "json") != "json":
        raise HTTPNotImplemented("only format=json is supported")
    services = request.services
    image = services.showing.require_shown(services.images.get(_image_id(request)))
    box = _box(request)
    picture = public_rendition(image, request, box)
    if picture is None:
        raise HTTPNotFound(f"this site has no size within {box}")
    data: dict[str, Any] = {
        "version": "1.0",
        "type": "photo",
        "title": title_of(image, request),
        "url": picture.url,
        "width": picture.width,
        "height": picture.height,
        "provider_name": request.site.name,
        "provider_url": f"{request.application_url}/",
        "cache_age": _cache_age(services.showing.end(image)),
    }
    # "must respect any maxwidth and maxheight"
    if (
        thumbnail := public_rendition(image, request, _THUMBNAIL)
    ) and thumbnail.width <= picture.width:
        data["thumbnail_url"] = thumbnail.url
        data["thumbnail_width"] = thumbnail.width
        data["thumbnail_height"] = thumbnail.height
    return conditional_json(data)


def _cache_age(end: float | None) -> int:
    """Return the seconds for which consumers may cache the response, at most until `end`."""
    return CACHE_AGE if end is None else min(CACHE_AGE, max(0, int(end - time.time())))


def _image_id(request: Request) -> str:
    """Return the image ID in the parameter `url`; raises 404 for a URL of another site."""
    url = request.GET.get("url", "")
    if not url:
        raise BadInput("the parameter 'url' is missing; expected the URL of an image: ?url=…")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise BadInput(f"parameter 'url' is {url[:100]!r}; expected a URL") from None
    settings = request.registry.settings["huimages"]
    site_urls = (request.host_url, *settings.origins, settings.image_url)
    hosts = {urlsplit(base).netloc.lower() for base in site_urls} - {""}
    bases = (request.script_name, urlsplit(settings.image_url).path.rstrip("/"))
    if parts.netloc.lower() in hosts:
        for base in bases:
            match = _PATH.fullmatch(unquote(parts.path).removeprefix(base))
            if match:
                return match[1]
    raise HTTPNotFound("there is no image of this site at that URL")


def _box(request: Request) -> Size:
    width, height = (_side(request, name) for name in ("maxwidth", "maxheight"))
    return Size(width, height) if width or height else USUAL


def _side(request: Request, name: str) -> int | None:
    text = request.GET.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
        raise BadInput(f"parameter {name!r} is {text[:20]!r}; expected a number of pixels")
    return min(int(text), MAX_SIDE)
