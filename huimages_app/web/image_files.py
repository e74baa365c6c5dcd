"""Image files: `/SIZE/ID[/NAME]`.  These views read and set no cookies."""

from __future__ import annotations

import time
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pyramid.httpexceptions import HTTPFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config
from webob.static import FileIter

from ..config.settings import Settings
from ..domain.formats import best_format
from ..domain.sizes import Size
from ..domain.text import clean_filename
from ..errors import OutdatedSize
from ..services.open_image import OpenImage
from ..services.size_policy import Grant
from .presentation.conditional import ConditionalResponse
from .presentation.responses import MAX_REDIRECT
from .rendition_resources import ImageFile

# A rendition without a preset is a pure function of its URL.
FOR_EVER = "public, max-age=31536000, immutable"
# A preset keeps its URL when its definition changes.
FOR_A_DAY = "public, max-age=86400"
# For a file in place of a better one that is being made.
FOR_NOW = "public, max-age=60"
# The internal location of the cache in deploy/nginx.conf.
NGINX_CACHE = "/huimages-cache"
# Headers that the web server in front sets itself.
_OF_THE_FILE = {"Content-Length", "Last-Modified", "Accept-Ranges"}


@view_config(context=ImageFile, request_method=("GET", "HEAD"), permission=NO_PERMISSION_REQUIRED)
def image_file(context: ImageFile, request: Request) -> Response:
    """Return a rendition or the original."""
    services = request.services
    if request.method == "HEAD":
        request.range = None  # ranges apply to GET only: RFC 9110, 14.2
    grant = services.sizes.authorize(
        context.size, request.path_info, request.GET.get("s", ""), request.GET.get("e", "")
    )
    if context.size.is_original:
        if redirect := storage_redirect(request, context.image_id, context.filename, grant):
            return redirect
        served = services.renditions.original(context.image_id, grant).until(grant.expires)
        response = picture_response(served, picture_headers(served, scoped(FOR_EVER, grant)))
        if context.filename:
            # Even if its extension is not that of the original: the URL contains it.
            name = quote(clean_filename(context.filename))
            response.content_disposition = f"inline; filename*=UTF-8''{name}"
    else:
        try:
            response = _rendition(context, request, grant)
        except OutdatedSize as error:
            return _redirect_to(error.size, context, request)
    return response


def caching_of(size: Size) -> str:
    """Return the Cache-Control of the renditions of a size."""
    return FOR_A_DAY if size.preset else FOR_EVER


def scoped(caching: str, grant: Grant) -> str:
    """Return the Cache-Control for the clients that may have the picture with this grant."""
    return caching.replace("public", "private") if grant.any_day else caching


def shortened(caching: str, end: float | None) -> str:
    """Return the Cache-Control of a picture that caches must drop at `end` (epoch seconds)."""
    seconds = None if end is None else max(0, int(end - time.time()))
    scope, _comma, rest = caching.partition(", max-age=")
    if seconds is None or int(rest.partition(",")[0]) <= seconds:
        return caching
    return f"{scope}, max-age={seconds}"


def _rendition(context: ImageFile, request: Request, grant: Grant) -> Response:
    services = request.services
    varies = context.format is None
    if context.format is None:
        best = best_format(request.headers.get("Accept", ""))
        served, is_best = services.negotiation.get(context.image_id, context.size, best, grant)
        is_final = is_best and not served.is_provisional
    else:
        served = services.renditions.get(context.image_id, context.size, context.format, grant)
        is_final = not served.is_provisional
    served = served.until(grant.expires)
    caching = caching_of(context.size) if is_final else FOR_NOW
    settings: Settings = request.registry.settings["huimages"]
    headers = picture_headers(served, scoped(caching, grant), varies=varies)
    if settings.accel != "off" and served.cached is not None:
        served.close()
        return accel_response(settings, served.cached, headers, NGINX_CACHE)
    return picture_response(served, headers)


def accel_response(
    settings: Settings, file: Path, headers: list[tuple[str, str]], location: str
) -> Response:
    """Let the web server in front send the file, with ranges and validators.

    `location` is the internal one of nginx.
    """
    return Response(headerlist=accel_headers(settings, file, headers, location), body=b"")


def accel_headers(
    settings: Settings, file: Path, headers: list[tuple[str, str]], root: str
) -> list[tuple[str, str]]:
    """Return the headers with the one that names the file; `root` is a location of nginx."""
    if settings.accel == "nginx":
        path = f"{root}/{file.relative_to(settings.cache.path)}"
        location = ("X-Accel-Redirect", quote(path, safe="/!,@="))
    else:
        location = ("X-Sendfile", quote(str(file.absolute()), safe="/!,@="))
    kept = [header for header in headers if header[0] not in _OF_THE_FILE]
    return [*kept, location]


def storage_redirect(
    request: Request, image_id: str, filename: str, grant: Grant
) -> Response | None:
    """Return a redirect to a presigned URL of the storage, if the settings allow one."""
    seconds = request.registry.settings["huimages"].s3.redirect
    if grant.expires is not None:
        seconds = min(seconds, grant.expires - int(time.time()))
    # The URL is signed for GET.
    if seconds < 1 or request.method != "GET":
        return None
    found = request.services.renditions.presigned_original_url(image_id, filename, seconds, grant)
    if found is None:
        return None
    url, seconds = found
    response = HTTPFound(url)
    # Caches must drop the redirect before the URL expires.
    response.headers["Cache-Control"] = scoped(f"public, max-age={seconds // 2}", grant)
    return response


def _redirect_to(size: str, context: ImageFile, request: Request) -> Response:
    """Redirect from an outdated focal point or content box: other sites keep old URLs."""
    rest = quote(request.path_info.partition("/")[2].partition("/")[2], safe="/!,@=:")
    if len(rest) > MAX_REDIRECT:  # without the name, which may be of any length
        rest = context.image_id + (f".{context.format.extension}" if context.format else ".auto")
    response = HTTPFound(f"{request.script_name}/{quote(size, safe='/!,@=:')}/{rest}")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def picture_headers(
    served: OpenImage, caching: str = FOR_EVER, *, varies: bool = False
) -> list[tuple[str, str]]:
    """Return the headers of a whole picture; `varies`: the Accept header chose its format.

    `caching` is the Cache-Control of one that may be shown for ever.
    """
    headers = [
        ("Content-Type", served.contenttype),
        ("Content-Length", str(served.length)),
        ("Accept-Ranges", "bytes"),
        ("Cache-Control", shortened(caching, served.expires)),
        # An original may contain HTML or scripts, which browsers must not execute.
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
    ]
    if served.modified is not None:
        # Not after Date, RFC 9110, 8.8.2.1: a picture may be dated in the future.
        modified = min(int(served.modified), int(time.time()))
        headers.append(("Last-Modified", formatdate(modified, usegmt=True)))
    if served.etag is not None:
        headers.append(("ETag", f'"{served.etag}"'))
    if varies:
        headers.append(("Vary", "Accept"))
    return headers


def picture_response(served: OpenImage, headers: list[tuple[str, str]] | None = None) -> Response:
    """Return an open picture, or a range of it; it is closed with the response.

    `headers` are by default those of a picture that never changes.
    """
    content = served.read_if_small()
    return ConditionalResponse(
        app_iter=_Body(served) if content is None else [content],
        headerlist=headers or picture_headers(served),
    )


class _Body(FileIter):  # type: ignore[misc]
    """The open picture, closed with the response even if it is not read (HEAD, 304)."""

    def __init__(self, served: OpenImage) -> None:
        super().__init__(served.file)
        self._served = served

    def close(self) -> Any:
        self._served.close()
