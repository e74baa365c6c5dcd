"""oEmbed: what a content system asks when somebody pastes the address of one of our images."""

from __future__ import annotations

import re
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
from ..presentation.sharing import USUAL, shown
from ..presentation.site import NAME
from ..resources import Root

KEPT = 3600  # seconds that a content system may keep the answer

# The page of an image, or a rendition: /image/ID/, /240x160/ID/name.jpeg.
_PATH = re.compile(rf"/[^/]+/({ID_PATTERN})(?:[./].*)?")
_THUMBNAIL = Size.parse("240x160")


@view_config(context=Root, name="oembed", request_method="GET", permission=VIEW)
def oembed(request: Request) -> Response:
    """`?url=` with `maxwidth` and `maxheight`, as oembed.com says: a photo."""
    if request.GET.get("format", "json") != "json":
        raise HTTPNotImplemented("only format=json is spoken here")
    image = request.services.images.get(_image_id(request))
    box = _box(request)
    picture = shown(image, request, box)
    if picture is None:
        raise HTTPNotFound(f"this site has no size that small: {box}")
    data: dict[str, Any] = {
        "version": "1.0",
        "type": "photo",
        "title": title_of(image, request),
        "url": picture.url,
        "width": picture.width,
        "height": picture.height,
        "provider_name": NAME,
        "provider_url": f"{request.application_url}/",
        "cache_age": KEPT,
    }
    # "must respect any maxwidth and maxheight"
    if (thumbnail := shown(image, request, _THUMBNAIL)) and thumbnail.width <= picture.width:
        data["thumbnail_url"] = thumbnail.url
        data["thumbnail_width"] = thumbnail.width
        data["thumbnail_height"] = thumbnail.height
    return conditional_json(data)


def _image_id(request: Request) -> str:
    """The ID in the address that is asked about; 404 for one that is not of this site."""
    url = request.GET.get("url", "")
    if not url:
        raise BadInput("name the address of an image: ?url=…")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise BadInput(f"{url[:100]!r} is no address") from None
    settings = request.registry.settings["huimages"]
    ours = (request.host_url, *settings.origins, settings.image_url)
    hosts = {urlsplit(base).netloc.lower() for base in ours} - {""}
    bases = (request.script_name, urlsplit(settings.image_url).path.rstrip("/"))
    if parts.netloc.lower() in hosts:
        for base in bases:
            match = _PATH.fullmatch(unquote(parts.path).removeprefix(base))
            if match:
                return match[1]
    raise HTTPNotFound("there is no image of this site at that address")


def _box(request: Request) -> Size:
    width, height = (_side(request, name) for name in ("maxwidth", "maxheight"))
    return Size(width, height) if width or height else USUAL


def _side(request: Request, name: str) -> int | None:
    text = request.GET.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
        raise BadInput(f"{name} is {text[:20]!r}, and has to be a number of pixels")
    return min(int(text), MAX_SIDE)
